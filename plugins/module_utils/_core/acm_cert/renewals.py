# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether ACM will renew a certificate that it issued, as far as its answers and DNS tell.

https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from ..values import times
from . import requests
from .certificates import AMAZON_ISSUED, ISSUED, AcmCertificate

# It begins 45 days before the end; ACM itself warns from 30 days on.
LATE = timedelta(days=30)
_OVER = ("FAILED",)


def problems(
    certificate: AcmCertificate, shown: t.Mapping[str, tuple[str, ...] | None], now: datetime
) -> tuple[str, ...]:
    """Everything that stands in the way of a renewal; ``shown`` has what DNS shows under the names of the records,
    None where nobody knows, and names that were not asked for are left out."""
    if certificate.type != AMAZON_ISSUED or certificate.status != ISSUED or certificate.managed_by:
        return ()
    found = []
    renewal = certificate.renewal
    if renewal is not None and renewal.status in _OVER:
        found.append(f"the renewal failed ({renewal.reason or 'no reason given'})")
    elif renewal is not None and renewal.status == "PENDING_VALIDATION":
        names = ", ".join(one.domain for one in renewal.validations if one.status != "SUCCESS")
        found.append(f"the renewal waits for the validation of {names}; put the records back")
    for record in requests.records(certificate.validations):
        values = shown.get(record.name)
        if values is not None and not record.is_in(values):
            found.append(f"the validation record {record.name} is missing; put back CNAME {record.value}")
    left = certificate.not_after - now if certificate.not_after else None
    if left is not None and left < LATE:
        found.append(f"it is not renewed yet and expires at {times.to_text(now + left)}")
    if certificate.renewal_eligibility == "INELIGIBLE":
        found.append("ACM renews only what a service uses or what was exported, and this certificate is neither")
    return tuple(found)
