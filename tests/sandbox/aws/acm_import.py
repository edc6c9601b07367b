# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates ACM imports, and imports again under their ARN.

https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html
https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from . import pem
from .acm_certificate import Facts, Material, facts, key_algorithm
from .errors import AwsError
from .service import Call

MAX_BYTES = {"Certificate": 32_768, "PrivateKey": 5_120, "CertificateChain": 2_097_152}
MAX_OCSP_URL = 1_000
_KEYS = frozenset({"RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"})
_MISSING = "New certificate is missing one or more {} supported by the currently imported certificate"


def refused(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def material(call: Call, now: datetime, since: float) -> Material:
    """The certificate, chain and key of an import, checked."""
    texts = {name: text(call.params.get(name)) for name in MAX_BYTES}
    leaf = _leaf(texts["Certificate"])
    for name, limit in MAX_BYTES.items():
        if len(texts[name].encode()) > limit:
            raise refused(
                f"Value at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: Member must have length less"
                f" than or equal to {limit}"
            )
    try:
        key = pem.private_key(texts["PrivateKey"])
    except ValueError as exc:
        raise refused("The private key is not supported.") from exc
    if not pem.belongs(key, leaf):
        raise refused("The private key does not match the public key of the certificate.")
    _check_leaf(leaf, now)
    if texts["CertificateChain"]:
        _check_chain(leaf, texts["CertificateChain"])
    return Material(texts["Certificate"], texts["CertificateChain"], texts["PrivateKey"], since)


def _leaf(given: str) -> x509.Certificate:
    try:
        found = pem.certificates(given)
    except (ValueError, UnicodeEncodeError) as exc:
        raise refused("Could not parse the certificate. Please ensure the certificate is in PEM format.") from exc
    if len(found) != 1:
        raise refused(
            "The certificate field contains more than one certificate. You can specify only one certificate in this"
            " field."
        )
    return found[0]


def _check_leaf(leaf: x509.Certificate, now: datetime) -> None:
    algorithm = key_algorithm(leaf.public_key())
    if algorithm not in _KEYS:
        raise refused(f"The key algorithm {algorithm} is not supported.")
    if not pem.is_valid_at(leaf, now):
        raise refused("The certificate is not within its validity period.")
    if leaf.version != x509.Version.v3:
        raise refused("The certificate must be an X.509 version 3 certificate.")
    if not leaf.issuer.rfc4514_string():
        raise refused("The issuer of the certificate must not be empty.")
    if any(len(url) > MAX_OCSP_URL for url in _ocsp_urls(leaf)):
        raise refused(f"The OCSP URL of the certificate must not be longer than {MAX_OCSP_URL} characters.")
    is_signed_by_ec = "ecdsa" in leaf.signature_algorithm_oid._name.lower()
    if isinstance(leaf.public_key(), ec.EllipticCurvePublicKey) != is_signed_by_ec:
        # "The cryptographic algorithm of an imported certificate must match the algorithm of the signing CA."
        raise refused("The algorithm family of the certificate's key must be that of the CA that signed it.")


def _ocsp_urls(leaf: x509.Certificate) -> list[str]:
    try:
        access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return [
        str(item.access_location.value)
        for item in access
        if item.access_method == x509.AuthorityInformationAccessOID.OCSP
    ]


def _check_chain(leaf: x509.Certificate, chain: str) -> None:
    try:
        broken = pem.broken_link(leaf, pem.certificates(chain))
    except (ValueError, UnicodeEncodeError) as exc:
        raise refused("Could not parse the certificate chain. Please ensure it is in PEM format.") from exc
    if broken is not None:
        raise refused("Could not validate the certificate with the certificate chain.")


def check_again(old: str, new: str) -> None:
    """What a certificate must keep from the one that it replaces under its ARN."""
    before, after = facts(old), facts(new)
    if before.key_algorithm != after.key_algorithm:
        raise refused("A re-imported certificate must have the same key type and size as the one that it replaces.")
    if before.names and not after.names:
        raise refused("A re-imported certificate must have at least one domain name.")
    if _lost_usages(before, after):
        raise refused(_MISSING.format("Key Usages"))
    if {oid for name, oid in before.extended if name != "TLS_WEB_CLIENT_AUTHENTICATION"} - {
        oid for _name, oid in after.extended
    }:
        raise refused(_MISSING.format("Extended Key Usages"))


def _lost_usages(before: Facts, after: Facts) -> frozenset[str]:
    """Since April 2026 an EC certificate may lose keyEncipherment."""
    excepted = {"KEY_ENCIPHERMENT"} if after.key_algorithm.startswith("EC_") else set()
    return before.key_usages - after.key_usages - excepted


def text(value: t.Any) -> str:
    """A blob as text."""
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value or "")
