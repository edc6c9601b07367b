# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of ACM in one region, one method per API call."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ...._core.acm_cert import certificates
from ...._core.acm_cert.certificates import (
    AcmCertificate,
    AcmContent,
    AcmRenewal,
    AcmSummary,
    Usages,
    Validation,
)
from ...._errors import RemoteError
from ..errors import calling, withheld
from ..session import ONCE, Session

SERVICE = "acm"
PAGE_SIZE = 1000
NOT_FOUND = "ResourceNotFoundException"
IN_USE = "ResourceInUseException"
PENDING = "RequestInProgressException"


@dataclass(frozen=True)
class AcmImport:
    """A certificate to import; ``leaf`` alone, ``arn`` that of the one to replace. A re-import takes no tags."""

    leaf: str
    chain: str
    private_key: str = field(repr=False)
    tags: t.Mapping[str, str] = field(default_factory=dict)
    arn: str | None = None


@dataclass(frozen=True)
class AcmRequest:
    """A certificate to request; the first name becomes the common name."""

    domains: tuple[str, ...]
    key_type: str
    token: str
    tags: t.Mapping[str, str] = field(default_factory=dict)
    is_exportable: bool = False


@dataclass(frozen=True)
class Exported:
    """What ExportCertificate hands out; the key is encrypted with the passphrase of the call."""

    leaf: str
    chain: str
    encrypted_key: str = field(repr=False)


class Acm:
    """Speaks to ACM of one region through a boto3 client; ``importer`` makes one that tries once, for imports."""

    def __init__(self, client: t.Any, importer: t.Callable[[], t.Any]) -> None:
        self._client, self._importer = client, importer

    def list_certificates(self) -> tuple[AcmSummary, ...]:
        """Every certificate of the region, whatever its key; without those whose key an ACME client holds, which
        nothing can serve."""
        with calling(SERVICE, "ListCertificates"):
            pages = self._client.get_paginator("list_certificates").paginate(
                Includes={"keyTypes": list(certificates.KEY_ALGORITHMS)}, PaginationConfig={"PageSize": PAGE_SIZE}
            )
            return tuple(_summary(entry) for page in pages for entry in page["CertificateSummaryList"])

    def describe_certificate(self, arn: str) -> AcmCertificate | None:
        """The certificate, or None if the region does not have it."""
        try:
            with calling(SERVICE, "DescribeCertificate", arn):
                return _certificate(self._client.describe_certificate(CertificateArn=arn)["Certificate"])
        except RemoteError as exc:
            if exc.code == NOT_FOUND:
                return None
            raise

    def get_certificate(self, arn: str) -> AcmContent | None:
        """Leaf and chain; None if there is no such certificate, or it is not yet issued."""
        try:
            with calling(SERVICE, "GetCertificate", arn):
                answer = self._client.get_certificate(CertificateArn=arn)
                return AcmContent(answer["Certificate"], answer.get("CertificateChain") or "")
        except RemoteError as exc:
            if exc.code in (NOT_FOUND, PENDING):
                return None
            raise

    def import_certificate(self, given: AcmImport) -> str:
        """The ARN of the imported certificate; tried once. No error of this call quotes the key."""
        request: dict[str, t.Any] = {"Certificate": given.leaf, "PrivateKey": given.private_key}
        if given.chain:
            request["CertificateChain"] = given.chain
        if given.arn:
            request["CertificateArn"] = given.arn
        elif given.tags:
            request["Tags"] = _tag_list(given.tags)
        target = given.arn or ""
        with withheld(given.private_key, target), calling(SERVICE, "ImportCertificate", target):
            return str(self._importer().import_certificate(**request)["CertificateArn"])

    def request_certificate(self, wanted: AcmRequest) -> str:
        """The ARN of the certificate that ACM issues once its names are validated by DNS."""
        request: dict[str, t.Any] = {
            "DomainName": wanted.domains[0],
            "ValidationMethod": "DNS",
            "KeyAlgorithm": certificates.algorithm_of(wanted.key_type),
            "IdempotencyToken": wanted.token,
        }
        if len(wanted.domains) > 1:
            request["SubjectAlternativeNames"] = list(wanted.domains)
        if wanted.is_exportable:
            request["Options"] = {"Export": "ENABLED"}
        if wanted.tags:
            request["Tags"] = _tag_list(wanted.tags)
        with calling(SERVICE, "RequestCertificate", wanted.domains[0]):
            return str(self._client.request_certificate(**request)["CertificateArn"])

    def list_tags_for_certificate(self, arn: str) -> dict[str, str]:
        """The tags of the certificate."""
        with calling(SERVICE, "ListTagsForCertificate", arn):
            found = self._client.list_tags_for_certificate(CertificateArn=arn)["Tags"]
            return {tag["Key"]: tag.get("Value") or "" for tag in found}

    def add_tags_to_certificate(self, arn: str, tags: t.Mapping[str, str]) -> None:
        """Add or overwrite these tags; others stay."""
        with calling(SERVICE, "AddTagsToCertificate", arn):
            self._client.add_tags_to_certificate(CertificateArn=arn, Tags=_tag_list(tags))

    def remove_tags_from_certificate(self, arn: str, keys: t.Iterable[str]) -> None:
        """Remove the tags with these keys, as far as there are any."""
        with calling(SERVICE, "RemoveTagsFromCertificate", arn):
            self._client.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": key} for key in keys])

    def delete_certificate(self, arn: str) -> bool:
        """Delete the certificate; False if it was gone already."""
        try:
            with calling(SERVICE, "DeleteCertificate", arn):
                self._client.delete_certificate(CertificateArn=arn)
        except RemoteError as exc:
            if exc.code == NOT_FOUND:
                return False
            raise
        return True

    def export_certificate(self, arn: str, passphrase: bytes) -> Exported:
        """Leaf, chain and key, the key encrypted with the passphrase. No error of this call quotes it."""
        with withheld(passphrase.decode("ascii"), arn), calling(SERVICE, "ExportCertificate", arn):
            answer = self._client.export_certificate(CertificateArn=arn, Passphrase=passphrase)
            return Exported(answer["Certificate"], answer.get("CertificateChain") or "", answer["PrivateKey"])


def connect(session: Session, region: str) -> Acm:
    """ACM of this region; calls nothing. Each import makes another certificate, so botocore must not repeat one."""
    return Acm(session.regional("acm", region), functools.cache(lambda: session.regional("acm", region, **ONCE)))


def _summary(entry: t.Mapping[str, t.Any]) -> AcmSummary:
    return AcmSummary(
        arn=entry["CertificateArn"],
        domains=_names(entry, "SubjectAlternativeNameSummaries"),
        key_type=certificates.key_type_of(entry.get("KeyAlgorithm", "")),
        status=entry.get("Status", ""),
        type=entry.get("Type", ""),
        in_use=bool(entry.get("InUse")),
        not_before=_utc(entry.get("NotBefore")),
        not_after=_utc(entry.get("NotAfter")),
        created_at=_utc(entry.get("CreatedAt")),
        is_exportable=entry.get("ExportOption") == "ENABLED",
        managed_by=entry.get("ManagedBy", ""),
        key_origin=entry.get("CertificateKeyPairOrigin", ""),
        has_more_domains=bool(entry.get("HasAdditionalSubjectAlternativeNames")),
    )


def _certificate(answer: t.Mapping[str, t.Any]) -> AcmCertificate:
    return AcmCertificate(
        arn=answer["CertificateArn"],
        domains=_names(answer, "SubjectAlternativeNames"),
        key_type=certificates.key_type_of(answer.get("KeyAlgorithm", "")),
        status=answer.get("Status", ""),
        type=answer.get("Type", ""),
        serial=certificates.serial_of(answer.get("Serial", "")),
        issuer=answer.get("Issuer", ""),
        not_before=_utc(answer.get("NotBefore")),
        not_after=_utc(answer.get("NotAfter")),
        created_at=_utc(answer.get("CreatedAt")),
        imported_at=_utc(answer.get("ImportedAt")),
        usages=Usages(
            key=frozenset(usage["Name"] for usage in answer.get("KeyUsages", []) if "Name" in usage),
            extended=frozenset(usage["OID"] for usage in answer.get("ExtendedKeyUsages", []) if "OID" in usage),
        ),
        in_use_by=tuple(answer.get("InUseBy", [])),
        failure_reason=answer.get("FailureReason", ""),
        managed_by=answer.get("ManagedBy", ""),
        key_origin=answer.get("CertificateKeyPairOrigin", ""),
        is_exportable=answer.get("Options", {}).get("Export") == "ENABLED",
        validations=_validations(answer),
        renewal_eligibility=answer.get("RenewalEligibility", ""),
        renewal=_renewal(answer.get("RenewalSummary")),
    )


def _renewal(answer: t.Mapping[str, t.Any] | None) -> AcmRenewal | None:
    if not answer:
        return None
    return AcmRenewal(
        status=answer.get("RenewalStatus", ""),
        reason=answer.get("RenewalStatusReason", ""),
        updated_at=_utc(answer.get("UpdatedAt")),
        validations=_validations(answer),
    )


def _validations(answer: t.Mapping[str, t.Any]) -> tuple[Validation, ...]:
    return tuple(
        Validation(
            domain=option["DomainName"].lower(),
            status=option.get("ValidationStatus", ""),
            method=option.get("ValidationMethod", ""),
            record_name=_plain(option.get("ResourceRecord", {}).get("Name", "")),
            record_value=_plain(option.get("ResourceRecord", {}).get("Value", "")),
        )
        for option in answer.get("DomainValidationOptions", [])
    )


def _names(answer: t.Mapping[str, t.Any], member: str) -> tuple[str, ...]:
    own = [answer["DomainName"]] if answer.get("DomainName") else []
    return certificates.names_of([*own, *answer.get(member, [])])


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(timezone.utc) if moment else None


def _tag_list(tags: t.Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
