# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of every kind for the tests of ACM, signed by a CA with a key of the same family, and what ACM has of
them."""

from __future__ import annotations

import datetime
import functools
import typing as t
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from sandbox import seed_targets

NAMES = ("*.example.com", "example.com")
TAGS = {"managed-by": "certops.cloudfront", "certops:project": "webapp"}
USAGES = ("content_commitment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only")
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH


@dataclass(frozen=True)
class Made:
    """A certificate with its chain and key as PEM texts."""

    leaf: str
    chain: str
    key: str

    def options(self, **params: t.Any) -> dict[str, t.Any]:
        """The options of a module that takes it."""
        return {
            "certificate": self.leaf,
            "chain": self.chain,
            "private_key": self.key,
            "tags": TAGS,
            "bundle": None,
            **params,
        }

    def imported(self, region: str = "us-east-1", **tags: str) -> str:
        """Its ARN, imported as any user would."""
        given = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
        parts = {"Certificate": self.leaf, "CertificateChain": self.chain, "PrivateKey": self.key}
        return str(acm(region).import_certificate(**parts, **given)["CertificateArn"])


def acm(region: str = "us-east-1") -> t.Any:
    """A boto3 client of this process's environment."""
    return seed_targets._client("acm", None, region)


def tags_of(arn: str) -> dict[str, str]:
    """The tags that a certificate has in ACM."""
    found = acm(arn.split(":")[3]).list_tags_for_certificate(CertificateArn=arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


def arns(region: str = "us-east-1") -> set[str]:
    """Every certificate of a region, whatever its key."""
    kinds = ["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1"]
    found = acm(region).list_certificates(Includes={"keyTypes": kinds})["CertificateSummaryList"]
    return {one["CertificateArn"] for one in found}


def fingerprint(made: Made) -> str:
    """SHA-256 of its leaf in hex."""
    return x509.load_pem_x509_certificate(made.leaf.encode()).fingerprint(hashes.SHA256()).hex()


@functools.cache
def _key(kind: str, _number: int = 0) -> t.Any:
    if kind.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa_")))
    return ec.generate_private_key(ec.SECP384R1() if kind == "ecdsa_p384" else ec.SECP256R1())


def make(
    kind: str = "ecdsa_p256",
    names: t.Sequence[str] = NAMES,
    *,
    usages: t.Sequence[str] = ("digital_signature",),
    extended: t.Sequence[x509.ObjectIdentifier] = (SERVER,),
    days: float = 90,
    signer: str = "",
) -> Made:
    """A certificate of this kind of key; ``signer`` is the kind of the CA's."""
    now = datetime.datetime.now(datetime.timezone.utc)
    key, issuer_key = _key(kind), _key(signer or ("rsa_2048" if kind.startswith("rsa") else "ecdsa_p256"), 1)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")])
    start = now - datetime.timedelta(days=1)
    chain = (
        _builder(issuer, issuer, issuer_key, start, now + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, max(names))])
    builder = _builder(subject, issuer, key, start, now + datetime.timedelta(days=days))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    builder = builder.add_extension(_usage(usages), critical=True) if usages else builder
    builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=False) if extended else builder
    return Made(_pem(builder.sign(issuer_key, hashes.SHA256())), _pem(chain), _key_pem(key))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: t.Any, start: datetime.datetime, end: datetime.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end.replace(microsecond=0))
    )


def _usage(names: t.Sequence[str]) -> x509.KeyUsage:
    every = ("digital_signature", "key_encipherment", *USAGES, "decipher_only")
    return x509.KeyUsage(**{name: name in names for name in every})


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: t.Any) -> str:
    return str(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
    )
