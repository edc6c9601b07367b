# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One ACM certificate: its versions, and what can be read from the newest."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from . import pem

_KEY_USAGES = {
    "digital_signature": "DIGITAL_SIGNATURE",
    "content_commitment": "NON_REPUDIATION",
    "key_encipherment": "KEY_ENCIPHERMENT",
    "data_encipherment": "DATA_ENCIPHERMENT",
    "key_agreement": "KEY_AGREEMENT",
    "key_cert_sign": "CERTIFICATE_SIGNING",
    "crl_sign": "CRL_SIGNING",
}
_EXTENDED = {
    ExtendedKeyUsageOID.SERVER_AUTH: "TLS_WEB_SERVER_AUTHENTICATION",
    ExtendedKeyUsageOID.CLIENT_AUTH: "TLS_WEB_CLIENT_AUTHENTICATION",
    ExtendedKeyUsageOID.CODE_SIGNING: "CODE_SIGNING",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "EMAIL_PROTECTION",
    ExtendedKeyUsageOID.TIME_STAMPING: "TIME_STAMPING",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSP_SIGNING",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "ANY",
}
_CURVES = {"secp256r1": "EC_prime256v1", "secp384r1": "EC_secp384r1", "secp521r1": "EC_secp521r1"}
MAX_SUMMARY_NAMES = 100


@dataclass(frozen=True)
class Facts:
    """What ACM reads from a leaf."""

    common_name: str
    names: tuple[str, ...]
    serial: str
    subject: str
    issuer: str
    issuer_name: str
    key_algorithm: str
    signature_algorithm: str
    key_usages: frozenset[str]
    extended: tuple[tuple[str, str], ...]
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True)
class Material:
    """One version of a certificate, and since when it is the current one."""

    leaf: str
    chain: str
    key: str = field(repr=False)
    since: float = 0.0

    @property
    def full_chain(self) -> str:
        return self.leaf.rstrip("\n") + "\n" + self.chain.strip("\n") + "\n"


@dataclass
class Renewal:
    """ACM's own renewal: RenewalSummary."""

    status: str
    started: float
    updated: float
    reason: str = ""
    validated: frozenset[str] = frozenset()


@dataclass
class Certificate:
    """One certificate of one account and region. ``status`` is what ACM keeps; whether it has expired is a matter of
    the clock."""

    arn: str
    account: str
    partition: str
    region: str
    type: str
    created: float
    names: tuple[str, ...]
    key_algorithm: str
    status: str
    versions: list[Material] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    method: str = ""
    managed_by: str = ""
    is_exportable: bool = False
    is_exported: bool = False
    validated: dict[str, float] = field(default_factory=dict)
    failure: str = ""
    issued: float = 0.0
    imported: float = 0.0
    revoked: float = 0.0
    revocation_reason: str = ""
    renewal: Renewal | None = None
    is_renewal_wanted: bool = False

    @property
    def current(self) -> Material | None:
        return self.versions[-1] if self.versions else None

    @property
    def facts(self) -> Facts | None:
        return facts(self.current.leaf) if self.current else None

    @property
    def origin(self) -> str:
        return "CUSTOMER_PROVIDED" if self.type == "IMPORTED" else "AWS_MANAGED"

    def status_at(self, now: datetime) -> str:
        """What Status says."""
        known = self.facts
        return "EXPIRED" if self.status == "ISSUED" and known and now >= known.not_after else self.status

    def served(self, bound: int, now: float, delay: float) -> Material:
        """The version that a user serves who took version ``bound``: later ones reach it ``delay`` after they came."""
        reached = [
            index for index, version in enumerate(self.versions) if index <= bound or version.since + delay <= now
        ]
        return self.versions[max(reached)]


@functools.lru_cache(maxsize=20_000)
def facts(leaf: str) -> Facts:
    """Read once for each leaf: a fleet is listed again and again."""
    certificate = pem.certificates(leaf)[0]
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    issuer = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    serial = f"{certificate.serial_number:x}"
    serial = serial.zfill(len(serial) + len(serial) % 2)
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    return Facts(
        common_name=str(common[0].value).lower() if common else "",
        names=_names(certificate),
        serial=":".join(serial[index : index + 2] for index in range(0, len(serial), 2)),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        issuer_name=str(issuer[0].value) if issuer else certificate.issuer.rfc4514_string(),
        key_algorithm=key_algorithm(certificate.public_key()),
        signature_algorithm=_signature_algorithm(certificate),
        key_usages=_key_usages(certificate),
        extended=tuple((_EXTENDED.get(oid, "CUSTOM"), oid.dotted_string) for oid in extended or ()),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def key_algorithm(key: t.Any) -> str:
    """The name in requests and filters: RSA_2048, EC_prime256v1."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA_{key.key_size}"
    return (
        _CURVES.get(key.curve.name, key.curve.name)
        if isinstance(key, ec.EllipticCurvePublicKey)
        else type(key).__name__
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    found = _extension(certificate, x509.SubjectAlternativeName)
    return tuple(name.lower() for name in found.get_values_for_type(x509.DNSName)) if found is not None else ()


def _signature_algorithm(certificate: x509.Certificate) -> str:
    digest = certificate.signature_hash_algorithm
    kind = "ECDSA" if "ecdsa" in certificate.signature_algorithm_oid._name.lower() else "RSA"
    return f"{digest.name.upper() if digest else ''}WITH{kind}"


def _key_usages(certificate: x509.Certificate) -> frozenset[str]:
    usage = _extension(certificate, x509.KeyUsage)
    found = {name for attribute, name in _KEY_USAGES.items() if usage is not None and getattr(usage, attribute)}
    if usage is not None and usage.key_agreement:
        found |= {
            name
            for name, is_set in (("ENCIPHER_ONLY", usage.encipher_only), ("DECIPHER_ONLY", usage.decipher_only))
            if is_set
        }
    return frozenset(found)


def _extension(certificate: x509.Certificate, kind: t.Any) -> t.Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def moment(timestamp: float) -> datetime:
    """A timestamp as the answers have it, in whole seconds."""
    return datetime.fromtimestamp(int(timestamp), timezone.utc)
