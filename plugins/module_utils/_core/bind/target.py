# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate that distributions shall use, and why CloudFront would refuse it."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..certificate.certificate import CLOUDFRONT_KEY_TYPES
from ..values import partitions, schema, texts, times
from ..values.ownership import CLOUDFRONT_PATH

IAM_ELEMENT = "IAMCertificateId"
ACM_ELEMENT = "ACMCertificateArn"
ACM_REGION = "us-east-1"
# How a binding is verified; the usual way first.
VERIFICATIONS = ("config", "tls", "none")
# IAM is eventually consistent: a certificate is usable about a minute after its upload.
# https://github.com/hashicorp/terraform-provider-aws/issues/4698
VISIBILITY_SECONDS = 120
FRESH_SECONDS = 15 * 60
_FIELDS = schema.record(
    {},
    {
        **dict.fromkeys(("path", "key_type", "id", "arn", "fingerprint_sha256"), schema.maybe(schema.line(2048))),
        "domains": schema.leaf("a list of names", lambda value: value is None or isinstance(value, (list, tuple))),
    },
)
_ACM_ARN = re.compile(r"arn:[a-z-]+:acm:(?P<region>[a-z0-9-]+):\d{12}:certificate/.+")


@dataclass(frozen=True)
class Target:
    """The certificate to bind: ``element`` is IAMCertificateId or ACMCertificateArn, ``id`` its text (None while only
    planned). Until ``settled_by`` edges may serve what had the same ARN before."""

    element: str
    id: str | None
    domains: tuple[str, ...]
    fingerprint_sha256: str | None = None
    uploaded_at: datetime | None = None
    settled_by: datetime | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Whether it may be too new for CloudFront to see it; an unknown age counts as new."""
        return self.uploaded_at is None or now - self.uploaded_at < timedelta(seconds=FRESH_SECONDS)


def from_server_certificate(fields: t.Mapping[str, t.Any]) -> Target:
    """The target of a dict without ``server_certificate_problems``."""
    in_acm = is_in_acm(fields)
    return Target(
        element=ACM_ELEMENT if in_acm else IAM_ELEMENT,
        id=fields.get("arn" if in_acm else "id") or None,
        domains=tuple(fields["domains"]),
        fingerprint_sha256=fields.get("fingerprint_sha256"),
        uploaded_at=_time(fields, "upload_date"),
        settled_by=_time(fields, "settled_by"),
    )


def is_in_acm(fields: t.Mapping[str, t.Any]) -> bool:
    """Whether a certificate that was given as a whole is one of ACM."""
    return fields.get("store") == "acm" or (not fields.get("id") and ":acm:" in str(fields.get("arn") or ""))


def from_acm(arn: str | None, domains: t.Iterable[str], fingerprint_sha256: str | None = None) -> Target:
    """The target of an ARN; ``acm_problems`` judges it."""
    return Target(element=ACM_ELEMENT, id=arn, domains=tuple(domains), fingerprint_sha256=fingerprint_sha256)


def server_certificate_problems(fields: t.Mapping[str, t.Any], now: datetime) -> list[str]:
    """Why these fields of a server certificate cannot be bound, as far as can be told without asking CloudFront."""
    wrong = schema.problems(_FIELDS, dict(fields), "server_certificate")
    if wrong:
        return [f"{schema.summary(wrong)}; use the value that iam_server_cert returned"]
    problems = _region_problems(fields)
    path, key_type = fields.get("path"), fields.get("key_type")
    if path is not None and not path.startswith(CLOUDFRONT_PATH):
        problems.append(
            f"server_certificate: it is under {path}, but CloudFront uses only certificates under"
            f" {CLOUDFRONT_PATH}; upload it there"
        )
    if key_type is not None and key_type not in CLOUDFRONT_KEY_TYPES:
        problems.append(
            f"server_certificate: CloudFront does not accept a key of type {key_type}; it accepts"
            f" {', '.join(sorted(CLOUDFRONT_KEY_TYPES))}"
        )
    if not fields.get("domains"):
        problems.append(
            "server_certificate: it has no domains, so its coverage cannot be judged; use the value that"
            " iam_server_cert returned"
        )
    try:
        _time(fields, "upload_date")
        _time(fields, "settled_by")
        not_after = _time(fields, "not_after")
    except ValueError as exc:
        return [*problems, f"server_certificate: {exc}; use the value that iam_server_cert returned"]
    if not_after is not None and not_after <= now:
        problems.append(f"server_certificate: it expired at {fields['not_after']}; renew it first")
    return problems


def _region_problems(fields: t.Mapping[str, t.Any]) -> list[str]:
    """Why distributions cannot find a certificate of ACM."""
    arn = fields.get("arn")
    parsed = _ACM_ARN.fullmatch(arn) if isinstance(arn, str) and is_in_acm(fields) else None
    if parsed is None or parsed["region"] == ACM_REGION:
        return []
    return [f"server_certificate: {arn} is in {parsed['region']}; CloudFront uses only certificates in {ACM_REGION}"]


def missing_problems(fields: t.Mapping[str, t.Any], verify: str) -> list[str]:
    """What a real binding needs and a predicted one does not."""
    problems = []
    if is_in_acm(fields) and not fields.get("arn"):
        problems.append(
            "server_certificate: it has no arn, so it is only planned; run acm_cert without check mode first"
        )
    elif not is_in_acm(fields) and not fields.get("id"):
        problems.append(
            "server_certificate: it has no id, so it is only planned; run iam_server_cert without check mode first"
        )
    if verify == "tls" and not fields.get("fingerprint_sha256"):
        problems.append(
            "server_certificate: it has no fingerprint_sha256, which verify=tls compares; use the value that"
            " iam_server_cert returned"
        )
    return problems


def acm_problems(target: Target, partition: str, verify: str) -> list[str]:
    """Why CloudFront would refuse the ACM certificate, or this collection cannot bind it."""
    problems = []
    parsed = _ACM_ARN.fullmatch(target.id or "")
    if partition == partitions.CHINA:
        problems.append(
            "acm_certificate_arn: CloudFront in China takes IAM server certificates only; upload the certificate with"
            " iam_server_cert"
        )
    elif parsed is None:
        problems.append(f"acm_certificate_arn: {texts.quoted(target.id)} is not the ARN of an ACM certificate")
    elif parsed["region"] != ACM_REGION:
        problems.append(
            f"acm_certificate_arn: {target.id} is in {parsed['region']}; CloudFront uses only certificates in"
            f" {ACM_REGION}"
        )
    if not target.domains:
        problems.append("certificate_domains: empty; list the names that the ACM certificate covers")
    if verify == "tls" and not target.fingerprint_sha256:
        problems.append(
            "verify: tls compares fingerprints; set certificate_fingerprint to that of the certificate, or use config"
        )
    return problems


def _time(fields: t.Mapping[str, t.Any], name: str) -> datetime | None:
    return times.from_text(str(fields[name])) if fields.get(name) else None
