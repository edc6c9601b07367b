# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys, signing requests, and reading certificates: the only file that imports cryptography (the acme library wants its
own key objects)."""

from __future__ import annotations

import base64
import hashlib
import itertools
import typing as t
from datetime import datetime

from ..._core.acm_cert.certificates import Usages
from ..._core.certificate.certificate import Certificate
from ..._core.values import texts
from ..._errors import ConfigError, missing_library

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    HAS_CRYPTOGRAPHY = True
    # What cryptography raises over what it is given: it reads parts of a certificate only when they are asked for.
    _UNREADABLE: tuple[type[Exception], ...] = (
        ValueError,
        TypeError,
        OverflowError,
        NotImplementedError,
        UnsupportedAlgorithm,
        InvalidSignature,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    )
    _UNREADABLE_JWK: tuple[type[Exception], ...] = (*_UNREADABLE, KeyError, AttributeError)
except ImportError:
    HAS_CRYPTOGRAPHY = False  # making or reading a key or a certificate raises the error

RSA_PUBLIC_EXPONENT = 65537
_BEGIN, _END, _DASHES, _PRIVATE_KEY = "-----BEGIN ", "-----END ", "-----", "PRIVATE KEY"
# Attributes of a key usage extension, and what ACM calls them.
_KEY_USAGES = {
    "digital_signature": "DIGITAL_SIGNATURE",
    "content_commitment": "NON_REPUDIATION",
    "key_encipherment": "KEY_ENCIPHERMENT",
    "data_encipherment": "DATA_ENCIPHERMENT",
    "key_agreement": "KEY_AGREEMENT",
    "key_cert_sign": "CERTIFICATE_SIGNING",
    "crl_sign": "CRL_SIGNING",
}


def _require_cryptography() -> None:
    if not HAS_CRYPTOGRAPHY:
        raise missing_library("cryptography")


def generate_key(key_type: str) -> str:
    """A new private key as PKCS#8 PEM; ``key_type`` is one of certificates.KEY_TYPES."""
    _require_cryptography()
    key: t.Any
    if key_type == "ecdsa_p256":
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        key = rsa.generate_private_key(public_exponent=RSA_PUBLIC_EXPONENT, key_size=int(key_type.removeprefix("rsa_")))
    pem: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode("ascii")


def signing_request(key_pem: str, domains: t.Sequence[str]) -> bytes:
    """A PEM CSR for ``domains`` as SAN, without a common name (profiles tlsserver and shortlived refuse one)."""
    key = load_key(key_pem)
    names = x509.SubjectAlternativeName([x509.DNSName(domain) for domain in domains])
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).add_extension(names, critical=False)
    return request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def load_key(key_pem: str) -> t.Any:
    """The private key of an unencrypted PEM text, whatever else tools wrote around it; the error never quotes it."""
    _require_cryptography()
    try:
        return serialization.load_pem_private_key(_key_block(key_pem).encode(), password=None)
    except _UNREADABLE:
        # "from None": the library's message may quote what it could not parse
        raise ConfigError(
            [
                (
                    "the private key is not an unencrypted PEM key; use a key in PKCS#8, PKCS#1 or SEC1 PEM"
                    " without a passphrase"
                )
            ]
        ) from None


def rewritten_key(key_pem: str) -> str:
    """The private key of a PEM text as nothing but PKCS#8 PEM."""
    pem: bytes = load_key(key_pem).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode("ascii")


def signing_key(key_pem: str) -> str:
    """The key of an ACME account as PKCS#8 PEM; ConfigError for one that we cannot sign with."""
    key_type = _key_type(load_key(key_pem).public_key())
    if key_type != "ecdsa_p256" and not key_type.startswith("rsa_"):
        raise ConfigError([f"the account key is {key_type}; only P-256 and RSA sign here"])
    return rewritten_key(key_pem)


def key_of_jwk(fields: t.Mapping[str, t.Any]) -> str:
    """The private key of a JSON Web Key (RFC 7517) as PKCS#8 PEM; the error never quotes it."""
    _require_cryptography()
    try:
        number = {
            name: _number(fields[name])
            for name in ("n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y")
            if name in fields
        }
        if fields["kty"] == "EC" and fields["crv"] == "P-256":
            public = ec.EllipticCurvePublicNumbers(number["x"], number["y"], ec.SECP256R1())
            key: t.Any = ec.EllipticCurvePrivateNumbers(number["d"], public).private_key()
        elif fields["kty"] == "RSA":
            whole = rsa.RSAPublicNumbers(number["e"], number["n"])
            p, q, d, dp, dq, qi = (number[name] for name in ("p", "q", "d", "dp", "dq", "qi"))
            key = rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, whole).private_key()
        else:
            raise ValueError("another type")
    except _UNREADABLE_JWK:
        # "from None": the library's message may quote what it could not read
        raise ConfigError(["the account key is not a P-256 or RSA key as JSON"]) from None
    pem: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode("ascii")


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def _key_block(text: str) -> str:
    """The one private key among what else stands in a PEM text, for example attributes, parameters and certificates;
    ConfigError if there are several, since nobody knows which is meant."""
    blocks = []
    for part in text.split(_BEGIN)[1:]:
        label, _dashes, rest = part.partition(_DASHES)
        if label.endswith(_PRIVATE_KEY):
            end = f"{_END}{label}{_DASHES}"
            blocks.append(f"{_BEGIN}{label}{_DASHES}{rest.partition(end)[0]}{end}\n")
    if len(blocks) > 1:
        raise ConfigError([f"the private key text has {len(blocks)} private keys; use only that of the certificate"])
    return blocks[0] if blocks else text


def load_certificates(pem: str, what: str = "certificate") -> list[t.Any]:
    """Every certificate of a PEM text in its order; ``what`` names the text in the error."""
    _require_cryptography()
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode())
        for certificate in certificates:
            _read(certificate)
    except _UNREADABLE as exc:
        raise ConfigError([f"the {what} is not readable PEM: {texts.cleaned(exc, texts.LONGEST_QUOTE)}"]) from exc
    return certificates


def _read(certificate: t.Any) -> None:
    """Ask for all that is used of a certificate, so that one that is damaged is refused where it is read."""
    certificate.public_key()
    certificate.fingerprint(hashes.SHA256())
    for name in ("serial_number", "not_valid_before_utc", "not_valid_after_utc"):
        getattr(certificate, name)
    certificate.issuer.rfc4514_string()
    certificate.subject.rfc4514_string()
    _domains(certificate)
    _authority_key_id(certificate)


def split(pem: str) -> tuple[str, str]:
    """Leaf and chain of a full chain, each as PEM text with ``\\n`` line ends; the chain may be empty."""
    texts = [_to_pem(certificate) for certificate in load_certificates(pem)]
    return texts[0], "".join(texts[1:])


def inspect(pem: str) -> Certificate:
    """What the first certificate of ``pem`` says of itself."""
    leaf = load_certificates(pem)[0]
    return Certificate(
        serial=format(leaf.serial_number, "x"),
        fingerprint_sha256=leaf.fingerprint(hashes.SHA256()).hex(),
        issuer=leaf.issuer.rfc4514_string(),
        domains=_domains(leaf),
        key_type=_key_type(leaf.public_key()),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        authority_key_id=_authority_key_id(leaf),
    )


def usages(pem: str) -> Usages:
    """What the key of the first certificate may be used for."""
    leaf = load_certificates(pem)[0]
    key, extended = _extension(leaf, "KeyUsage"), _extension(leaf, "ExtendedKeyUsage")
    return Usages(
        key=frozenset(name for attribute, name in _KEY_USAGES.items() if key is not None and getattr(key, attribute)),
        extended=frozenset(oid.dotted_string for oid in extended or ()),
    )


def signed_with(pem: str) -> str:
    """The family of the key that signed the first certificate: ``ecdsa`` or ``rsa``."""
    leaf = load_certificates(pem)[0]
    return "ecdsa" if isinstance(leaf.signature_algorithm_parameters, ec.ECDSA) else "rsa"


def decrypted_key(encrypted_pem: str, passphrase: bytes) -> str:
    """An encrypted private key as plain PKCS#8 PEM; the error quotes neither of the two."""
    _require_cryptography()
    try:
        key = serialization.load_pem_private_key(encrypted_pem.encode(), password=passphrase)
    except (ValueError, TypeError):
        # "from None": the library's message may quote what it could not parse
        raise ConfigError(["the exported private key cannot be decrypted with the passphrase of this run"]) from None
    pem: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode("ascii")


def same_certificates(pem: str, other: str) -> bool:
    """Whether two PEM texts hold the same certificates in the same order, compared by DER, not by text."""
    return _ders(pem) == _ders(other)


def chain_fingerprint(pem: str) -> str:
    """What two chains have in common only if they are the same certificates in the same order; also of an empty one."""
    return hashlib.sha256(b"".join(_ders(pem) if pem.strip() else [])).hexdigest()


def top_issuer(pem: str) -> str:
    """The common name of who issued the last certificate of the chain: where the chain ends."""
    names = load_certificates(pem)[-1].issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def key_matches(key_pem: str, pem: str) -> bool:
    """Whether the private key belongs to the first certificate of ``pem``."""
    return _public_der(load_key(key_pem)) == _public_der(load_certificates(pem)[0])


def bundle_problems(leaf_pem: str, chain_pem: str, key_pem: str, now: datetime) -> list[str]:
    """Every reason why this bundle must not be used: key, validity, and a chain that does not lead from the leaf
    upwards."""
    certificates = [
        load_certificates(leaf_pem)[0],
        *(load_certificates(chain_pem, "chain") if chain_pem.strip() else []),
    ]
    leaf = certificates[0]
    problems = []
    if not key_matches(key_pem, leaf_pem):
        problems.append("the private key does not belong to the certificate")
    if now >= leaf.not_valid_after_utc:
        problems.append(f"the certificate expired at {leaf.not_valid_after_utc.isoformat()}")
    if now < leaf.not_valid_before_utc:
        problems.append(f"the certificate is not valid before {leaf.not_valid_before_utc.isoformat()}")
    for issued, issuer in itertools.pairwise(certificates):
        problems += _link_problems(issued, issuer, now)
    return problems


def _link_problems(issued: t.Any, issuer: t.Any, now: datetime) -> list[str]:
    name = issuer.subject.rfc4514_string()
    if now >= issuer.not_valid_after_utc:
        return [
            (
                f"the chain certificate {name} expired at {issuer.not_valid_after_utc.isoformat()}; use a newer"
                " chain, or have the CA send another one (project_acme_preferred_chain)"
            )
        ]
    try:
        issued.verify_directly_issued_by(issuer)
    except _UNREADABLE:
        return [
            (
                f"the chain contradicts itself: {issued.subject.rfc4514_string() or 'the leaf'} was not issued by"
                f" {name}; order it from the leaf upwards"
            )
        ]
    return []


def _domains(leaf: t.Any) -> tuple[str, ...]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(sorted(name.lower() for name in names.get_values_for_type(x509.DNSName)))


def _extension(leaf: t.Any, name: str) -> t.Any:
    try:
        return leaf.extensions.get_extension_for_class(getattr(x509, name)).value
    except x509.ExtensionNotFound:
        return None


def _authority_key_id(leaf: t.Any) -> str:
    """The key identifier of the AKI extension (RFC 5280 section 4.2.1.1) in hex; empty without one."""
    try:
        identifier = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except x509.ExtensionNotFound:
        return ""
    return identifier.hex() if identifier else ""


def _key_type(public_key: t.Any) -> str:
    if isinstance(public_key, rsa.RSAPublicKey):
        return f"rsa_{public_key.key_size}"
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return "ecdsa_p256" if public_key.curve.name == "secp256r1" else f"ecdsa_{public_key.curve.name}"
    return type(public_key).__name__.lower()


def _to_pem(certificate: t.Any) -> str:
    pem: bytes = certificate.public_bytes(serialization.Encoding.PEM)
    return pem.decode("ascii")


def _ders(pem: str) -> list[bytes]:
    return [certificate.public_bytes(serialization.Encoding.DER) for certificate in load_certificates(pem)]


def _public_der(holder: t.Any) -> bytes:
    der: bytes = holder.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return der
