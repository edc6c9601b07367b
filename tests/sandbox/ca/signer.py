# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CA handler of acme2certifier: signs with the sandbox's issuing CA, from memory, as Let's Encrypt's profiles do.

acme2certifier makes a handler object for every request, so what it signs with stands in the module-level `policy`.
"""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from sandbox.ca.authority import Authority, key_usage

COMMON_NAME_LIMIT = 64


@dataclass
class Policy:
    """What certificates this CA issues."""

    authority: Authority = field(default_factory=Authority)
    lifetime: Callable[[str], datetime.timedelta] = lambda _profile: datetime.timedelta(days=90)
    """How long a certificate of a profile lives."""
    backdate: Callable[[], datetime.timedelta] = lambda: datetime.timedelta(hours=1)
    """How long ago a certificate of now begins."""
    profile_of: dict[bytes, str] = field(default_factory=dict)
    """The profile that a CSR, by its digest, was sent for."""
    issued: list[str] = field(default_factory=list)
    """The leaf of every certificate, as PEM, in order."""
    revoked: list[str] = field(default_factory=list)
    """The SHA-256 fingerprint of every certificate that was revoked, in order."""


policy = Policy()


def csr_digest(csr: x509.CertificateSigningRequest) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(csr.public_bytes(serialization.Encoding.DER))
    return digest.finalize()


def _load_csr(text: str) -> x509.CertificateSigningRequest:
    raw = text.replace("-", "+").replace("_", "/")
    return x509.load_der_x509_csr(base64.b64decode(raw + "=" * (-len(raw) % 4)))


def _subject(csr: x509.CertificateSigningRequest, profile: str) -> x509.Name:
    """The common name that was asked for, in profiles that still have one."""
    asked = csr.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if profile in ("tlsserver", "shortlived") or not asked or len(asked[0].value) > COMMON_NAME_LIMIT:
        return x509.Name([])
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, asked[0].value)])


def _key_usage(csr: x509.CertificateSigningRequest, profile: str) -> x509.KeyUsage:
    enciphers = isinstance(csr.public_key(), rsa.RSAPublicKey) and profile not in ("tlsserver", "shortlived")
    return key_usage("digital_signature", *(["key_encipherment"] if enciphers else []))


def issue(csr: x509.CertificateSigningRequest, profile: str) -> x509.Certificate:
    """Sign what the CSR asks for, under the rules of the profile."""
    issuer = policy.authority.issuer
    start = datetime.datetime.now(datetime.timezone.utc) - policy.backdate()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_subject(csr, profile))
        .issuer_name(issuer.certificate.subject)
        .public_key(csr.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        # RFC 5280 counts both ends in: a certificate of N days ends one second earlier.
        .not_valid_after(start + policy.lifetime(profile) - datetime.timedelta(seconds=1))
        .add_extension(_key_usage(csr, profile), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(csr.public_key()), critical=False)
    )
    names = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return builder.add_extension(names, critical=not builder._subject_name).sign(issuer.key, hashes.SHA256())


class CAhandler:
    """The interface that acme2certifier expects of a CA handler."""

    def __init__(self, _debug: bool = False, logger: object = None) -> None:
        self.logger = logger

    def __enter__(self) -> CAhandler:
        return self

    def __exit__(self, *_args: object) -> None:
        """There is nothing to release."""

    def enroll(self, csr: str) -> tuple[str | None, str | None, str | None, None]:
        """(error, chain as PEM, certificate as base64 of DER, poll identifier)."""
        request = _load_csr(csr)
        if not request.is_signature_valid:
            return "urn:ietf:params:acme:error:badCSR", None, None, None
        certificate = issue(request, policy.profile_of.pop(csr_digest(request), ""))
        leaf = certificate.public_bytes(serialization.Encoding.PEM).decode()
        policy.issued.append(leaf)
        pem = leaf + policy.authority.issuer.certificate_pem
        return None, pem, base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode(), None

    def poll(self, _name: str, poll_identifier: str, _csr: str) -> tuple[str, None, None, str, bool]:
        return "certificates are issued at once", None, None, poll_identifier, False

    def revoke(
        self, certificate: str, _reason: str = "unspecified", _date: str | None = None
    ) -> tuple[int, str | None, str | None]:
        der = base64.urlsafe_b64decode(certificate + "=" * (-len(certificate) % 4))
        fingerprint = x509.load_der_x509_certificate(der).fingerprint(hashes.SHA256()).hex()
        if fingerprint in policy.revoked:
            return 400, "urn:ietf:params:acme:error:alreadyRevoked", "Certificate has already been revoked"
        policy.revoked.append(fingerprint)
        return 200, None, None

    def trigger(self, _payload: str) -> tuple[str, None, None]:
        return "there is no trigger", None, None
