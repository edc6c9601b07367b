# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers of ACM about one certificate: DescribeCertificate, and its entry in the listings.

Members that AWS gives only for some types are left out for the others.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from . import acm_dns
from .acm_certificate import MAX_SUMMARY_NAMES, Certificate, Facts, moment

_Values = dict[str, t.Any]


def detail(item: Certificate, users: t.Sequence[str], now: datetime, records_seconds: float) -> _Values:
    """CertificateDetail. ResourceRecords come some seconds after the request."""
    known = item.facts
    values: _Values = {
        "CertificateArn": item.arn,
        "CreatedAt": moment(item.created),
        "Status": item.status_at(now),
        "Type": item.type,
        "KeyAlgorithm": item.key_algorithm.replace("_", "-", 1),
        "InUseBy": list(users),
        "RenewalEligibility": eligibility(item, bool(users), now),
        "Options": {
            "CertificateTransparencyLoggingPreference": "DISABLED" if item.type == "IMPORTED" else "ENABLED",
            "Export": _export(item),
        },
        "CertificateKeyPairOrigin": item.origin,
        "SubjectAlternativeNames": list(item.names),
    }
    if item.names:
        values["DomainName"] = item.names[0]
    if known:
        values |= {
            "Serial": known.serial,
            "Subject": known.subject,
            "Issuer": known.issuer_name,
            "SignatureAlgorithm": known.signature_algorithm,
            "NotBefore": known.not_before,
            "NotAfter": known.not_after,
            "KeyUsages": [{"Name": name} for name in sorted(known.key_usages)],
            "ExtendedKeyUsages": [{"Name": name, "OID": oid} for name, oid in known.extended],
        }
    if item.type != "IMPORTED":
        has_records = now.timestamp() >= item.created + records_seconds
        values["DomainValidationOptions"] = [
            _validation(item, name, name in item.validated, has_records) for name in item.names
        ]
    return values | _moments(item) | _state(item)


def _export(item: Certificate) -> str:
    return "ENABLED" if item.is_exportable else "DISABLED"


def _moments(item: Certificate) -> _Values:
    values = {
        name: moment(at)
        for name, at in (("IssuedAt", item.issued), ("ImportedAt", item.imported), ("RevokedAt", item.revoked))
        if at
    }
    return values | ({"RevocationReason": item.revocation_reason} if item.revoked else {})


def _state(item: Certificate) -> _Values:
    values: _Values = {}
    if item.failure:
        values["FailureReason"] = item.failure
    if item.managed_by:
        values["ManagedBy"] = item.managed_by
    if item.renewal:
        values["RenewalSummary"] = {
            "RenewalStatus": item.renewal.status,
            "UpdatedAt": moment(item.renewal.updated),
            "DomainValidationOptions": [
                _validation(item, name, name in item.renewal.validated, True) for name in item.names
            ],
        }
        if item.renewal.reason:
            values["RenewalSummary"]["RenewalStatusReason"] = item.renewal.reason
    return values


def _validation(item: Certificate, name: str, is_valid: bool, has_record: bool) -> _Values:
    status = (
        "SUCCESS"
        if is_valid
        else "FAILED"
        if item.status in ("FAILED", "VALIDATION_TIMED_OUT")
        else "PENDING_VALIDATION"
    )
    values: _Values = {
        "DomainName": name,
        "ValidationDomain": name.removeprefix("*."),
        "ValidationStatus": status,
        "ValidationMethod": item.method,
    }
    if item.method == "EMAIL":
        values["ValidationEmails"] = [
            f"{user}@{name.removeprefix('*.')}"
            for user in ("admin", "administrator", "hostmaster", "postmaster", "webmaster")
        ]
    if item.method == "DNS" and has_record:
        record = acm_dns.record(item.account, name)
        values["ResourceRecord"] = {"Name": record.name, "Type": "CNAME", "Value": record.value}
    if item.method == "HTTP" and has_record:
        path = f"http://{name}/.well-known/pki-validation/{acm_dns.record(item.account, name).name.partition('.')[0][1:]}.txt"  # noqa: E501 - data in the form of its origin
        values["HttpRedirect"] = {
            "RedirectFrom": path,
            "RedirectTo": path.replace(f"//{name}", "//validation.cloudfront.net"),
        }
    return values


def summary(item: Certificate, is_used: bool, now: datetime) -> _Values:
    """CertificateSummary: no tags, no serial number, no users."""
    known = item.facts
    values: _Values = {
        "CertificateArn": item.arn,
        "SubjectAlternativeNameSummaries": list(item.names[:MAX_SUMMARY_NAMES]),
        "HasAdditionalSubjectAlternativeNames": len(item.names) > MAX_SUMMARY_NAMES,
        "KeyAlgorithm": item.key_algorithm.replace("_", "-", 1),
        **_metadata(item, is_used, now),
    }
    if item.names:
        values["DomainName"] = item.names[0]
    if known:
        values |= {"NotBefore": known.not_before, "NotAfter": known.not_after} | _usages(known)
    return values


def _usages(known: Facts) -> _Values:
    return {"KeyUsages": sorted(known.key_usages), "ExtendedKeyUsages": [name for name, _oid in known.extended]}


def _metadata(item: Certificate, is_used: bool, now: datetime) -> _Values:
    values = {
        "Status": item.status_at(now),
        "Type": item.type,
        "ExportOption": _export(item),
        "InUse": is_used,
        "RenewalEligibility": eligibility(item, is_used, now),
        "CreatedAt": moment(item.created),
        "CertificateKeyPairOrigin": item.origin,
    }
    if item.type != "IMPORTED":
        values["Exported"] = item.is_exported
    if item.managed_by:
        values["ManagedBy"] = item.managed_by
    times = (("IssuedAt", item.issued), ("ImportedAt", item.imported), ("RevokedAt", item.revoked))
    return values | {name: moment(at) for name, at in times if at}


def search_result(item: Certificate, is_used: bool, now: datetime) -> _Values:
    """One of SearchCertificates' results."""
    known = item.facts
    metadata = _metadata(item, is_used, now)
    if item.method:
        metadata["ValidationMethod"] = item.method
    if item.renewal:
        metadata["RenewalStatus"] = item.renewal.status
    attributes: _Values = {
        "SubjectAlternativeNames": [{"DnsName": name} for name in item.names],
        "KeyAlgorithm": item.key_algorithm.replace("_", "-", 1),
    }
    if known:
        attributes |= {
            "SerialNumber": known.serial,
            "NotBefore": known.not_before,
            "NotAfter": known.not_after,
            "Subject": {"CommonName": known.common_name},
        }
        attributes |= {"Issuer": {"CommonName": known.issuer_name}} | _usages(known)
    return {
        "CertificateArn": item.arn,
        "X509Attributes": attributes,
        "CertificateMetadata": {"AcmCertificateMetadata": metadata},
    }


def eligibility(item: Certificate, is_used: bool, now: datetime) -> str:
    """Whether ACM will renew: its own certificates that are used or were exported."""
    is_own = item.type != "IMPORTED" and item.status_at(now) == "ISSUED"
    return "ELIGIBLE" if is_own and (is_used or item.is_exported) else "INELIGIBLE"
