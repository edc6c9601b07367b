# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's own certificate authority: a root, an issuing CA below it, and certificates of its listeners."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_NAME = "Certops Sandbox Root"
ISSUER_NAME = "Certops Sandbox Issuing CA"
ALTERNATE_ROOT_NAME = "Certops Sandbox Alternate Root"
YEAR = datetime.timedelta(days=365)


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def key_usage(*allowed: str) -> x509.KeyUsage:
    """What a key may be used for, and nothing else."""
    unknown = set(allowed) - set(_USAGES)
    if unknown:
        raise ValueError(f"no usage of a key: {', '.join(sorted(unknown))}")
    return x509.KeyUsage(**{usage: usage in allowed for usage in _USAGES})


@dataclass(frozen=True)
class Pair:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Certops Sandbox"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: Pair | None,
    lifetime: datetime.timedelta,
    age: datetime.timedelta = 2 * YEAR,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.timezone.utc)
    issuer_key = issuer.key if issuer else key
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A certificate of the sandbox may be backdated, and its issuers must be older than it is.
        .not_valid_before(now - age)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _authority(
    common_name: str, issuer: Pair | None, path_length: int, key: ec.EllipticCurvePrivateKey | None = None
) -> Pair:
    key = key or ec.generate_private_key(ec.SECP256R1())
    usage = key_usage("digital_signature", "key_cert_sign", "crl_sign")
    builder = _builder(_name(common_name), key, issuer, 10 * YEAR)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=True, path_length=path_length), critical=True
    ).add_extension(usage, critical=True)
    return Pair(builder.sign((issuer.key if issuer else key), hashes.SHA256()), key)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Authority:
    """A root and an issuing CA, made anew; what the issuing CA signs is sent with the issuing CA and without the root.

    A second root has signed the issuing CA, too: `alternate` is the issuing CA below that one.
    """

    def __init__(self) -> None:
        self.root = _authority(ROOT_NAME, None, 1)
        self.issuer = _authority(ISSUER_NAME, self.root, 0)
        self.alternate = _authority(ISSUER_NAME, _authority(ALTERNATE_ROOT_NAME, None, 1), 0, self.issuer.key)

    def certificate(
        self, names: Sequence[str], lifetime: datetime.timedelta = YEAR, age: datetime.timedelta = 2 * YEAR
    ) -> Pair:
        """A server certificate for DNS names and addresses, from the issuing CA; so old, and valid for so long."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(names[0]), key, self.issuer, lifetime, age)
        builder = (
            builder.add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        )
        return Pair(builder.sign(self.issuer.key, hashes.SHA256()), key)

    def listener(self) -> Pair:
        """A certificate for a listener of the sandbox on loopback."""
        return self.certificate(["localhost", "127.0.0.1"])

    def write_listener(self, directory: Path) -> tuple[Path, Path]:
        """Write certificate chain and key of a listener; returns their paths."""
        pair = self.listener()
        chain, key = directory / "listener.pem", directory / "listener.key"
        chain.write_text(pair.certificate_pem + self.issuer.certificate_pem, encoding="ascii")
        key.touch(mode=0o600)
        key.write_text(pair.key_pem, encoding="ascii")
        return chain, key
