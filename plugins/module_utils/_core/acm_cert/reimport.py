# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a certificate may take the place of another one under its ARN.

https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ..._errors import RefusedError
from ..certificate.certificate import Certificate
from ..values import times
from .certificates import IMPORTED, AcmCertificate, Usages

# CloudFront fetches it within a day, and no status shows when; as much again for a run that comes late.
PROPAGATION = timedelta(hours=24)
LATEST = 2 * PROPAGATION
CHOICE = (
    "choose import_as: new (for a project, project_acm_arn: new), which is bound and verified like any new certificate"
)
_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
# Since April 2026 a certificate with an EC key may lose it.
_LOSABLE_OF_EC = frozenset({"KEY_ENCIPHERMENT"})


def refusals(
    old: AcmCertificate, new: Certificate, usages: Usages, now: datetime, serves_cloudfront: bool
) -> list[str]:
    """Every reason why ``new`` cannot be re-imported under the ARN of ``old``; empty if it can."""
    found = foreseen(old, new.key_type, now, serves_cloudfront)
    if old.type != IMPORTED:
        return found
    excepted = _LOSABLE_OF_EC if new.key_type.startswith("ecdsa") else frozenset()
    lost = sorted(old.usages.key - usages.key - excepted)
    if lost:
        found.append(f"the new certificate lacks the key usages {', '.join(lost)}")
    lost = sorted(old.usages.extended - usages.extended - {_CLIENT_AUTH})
    if lost:
        found.append(f"the new certificate lacks the extended key usages {', '.join(lost)}")
    if old.domains and not new.domains:
        found.append("the new certificate has no names")
    return found


def foreseen(old: AcmCertificate, key_type: str | None, now: datetime, serves_cloudfront: bool) -> list[str]:
    """Of these reasons, those that are known before there is a new certificate."""
    if old.type != IMPORTED:
        return [f"it was not imported (its type is {old.type}), and only imported certificates can be replaced"]
    found = []
    if old.managed_by:
        found.append(f"it is managed by {old.managed_by}")
    if old.key_type != key_type:
        found.append(f"its key is {old.key_type}, that of the new certificate {key_type}")
    if serves_cloudfront and old.not_after is not None and old.not_after - now < LATEST:
        found.append(
            f"it expires at {times.to_text(old.not_after)}, and CloudFront may take"
            f" {PROPAGATION // timedelta(hours=1)} hours to fetch what is re-imported"
        )
    return found


def refusal(arn: str, reasons: list[str]) -> RefusedError:
    """What a run says when an ARN cannot be kept."""
    return RefusedError(
        f"the certificate cannot be re-imported under {arn}: {'; '.join(reasons)}; {CHOICE}", arn=arn, reasons=reasons
    )


def settling(certificate: AcmCertificate, now: datetime) -> datetime | None:
    """When CloudFront serves what was re-imported, at the latest; None if that is over, or nothing was."""
    created, imported = certificate.created_at, certificate.imported_at
    if created is None or imported is None or imported <= created or now >= imported + PROPAGATION:
        return None
    return imported + PROPAGATION


def settled_by(now: datetime) -> str:
    """When CloudFront serves what was re-imported now, at the latest."""
    return times.to_text(now + PROPAGATION)
