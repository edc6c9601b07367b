# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CA behind ACM: it signs below the sandbox's root, so that a probe can verify what ACM issued.

A certificate begins on the machine's day, not on that of a clock that was moved ahead: clients that connect have the
machine's clock.
"""

from __future__ import annotations

import datetime
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sandbox.ca.authority import key_usage

from .acm_certificate import Certificate, Material

if t.TYPE_CHECKING:
    from .state import State

KEYS: dict[str, t.Callable[[], t.Any]] = {
    "RSA_2048": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "EC_prime256v1": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EC_secp384r1": lambda: ec.generate_private_key(ec.SECP384R1()),
}


def issue(state: State, item: Certificate) -> Material:
    """A new version of the certificate, with a new key."""
    authority, key = state.authority, KEYS[item.key_algorithm]()
    begin = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    end = state.now().replace(microsecond=0) + datetime.timedelta(days=state.settings.acm_validity_days)
    leaf = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, item.names[0])]))
        .issuer_name(authority.issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in item.names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(item.key_algorithm.startswith("RSA")), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.issuer.key.public_key()), critical=False
        )
        .sign(authority.issuer.key, hashes.SHA256())
    )
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return Material(
        leaf.public_bytes(serialization.Encoding.PEM).decode(),
        authority.issuer.certificate_pem,
        text,
        state.timestamp(),
    )


def _usage(is_rsa: bool) -> x509.KeyUsage:
    return key_usage("digital_signature", *(["key_encipherment"] if is_rsa else []))


def encrypted(key: str, passphrase: bytes) -> str:
    """A private key as ExportCertificate hands it out: PKCS#8, encrypted."""
    loaded = serialization.load_pem_private_key(key.encode(), None)
    return loaded.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(passphrase)
    ).decode()
