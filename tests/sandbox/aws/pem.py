# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and keys in PEM, as strictly as IAM and CloudFront look at them."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
_KEY = re.compile(r"-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----[^-]+-----END \1-----")


def certificates(text: str) -> list[x509.Certificate]:
    """The certificates of a PEM text that holds nothing else but white space; ValueError for anything else."""
    if _BLOCK.sub("", text).strip():
        raise ValueError("there is text outside of the certificates")
    found = x509.load_pem_x509_certificates(text.encode("ascii"))
    if not found:
        raise ValueError("no certificate")
    return found


def private_key(text: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """The unencrypted RSA or EC key of a PEM text that holds nothing else but white space; ValueError for anything
    else, which never quotes it."""
    if _KEY.sub("", text).strip():
        raise ValueError("there is text outside of the private key")
    try:
        key = serialization.load_pem_private_key(text.encode("ascii"), password=None)
    except (ValueError, TypeError, UnicodeEncodeError):
        raise ValueError("not an unencrypted PEM private key") from None
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise ValueError("neither an RSA nor an EC key")  # noqa: TRY004 (one exception for every text that is no key)
    return key


def belongs(key: t.Any, certificate: x509.Certificate) -> bool:
    """Whether the private key is the certificate's."""
    return bool(key.public_key() == certificate.public_key())


def broken_link(leaf: x509.Certificate, chain: t.Sequence[x509.Certificate]) -> int | None:
    """The index in ``chain`` of the first certificate that did not issue the one before it; None if all did."""
    below = leaf
    for index, issuer in enumerate(chain):
        try:
            below.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            return index
        below = issuer
    return None


def is_valid_at(certificate: x509.Certificate, now: datetime) -> bool:
    """Whether ``now`` is within the certificate's validity period."""
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc


def names(certificate: x509.Certificate) -> frozenset[str]:
    """The DNS names of the certificate, in lower case."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(name.lower() for name in extension.get_values_for_type(x509.DNSName))


def covers(certificate_names: frozenset[str], alias: str) -> bool:
    """Whether a name equals the alias, or is the wildcard of its level.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-requirements
    """
    return alias in certificate_names or "*." + alias.partition(".")[2] in certificate_names


def key_problem(certificate: x509.Certificate) -> str | None:
    """Why CloudFront cannot use the certificate's key; None if it can.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
    """
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return None if key.key_size in (1024, 2048, 3072, 4096) else f"RSA key of {key.key_size} bits"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return None if key.curve.name == "secp256r1" else f"EC key on {key.curve.name}"
    return type(key).__name__
