# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACM: moto's, after the checks that moto leaves out.

https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html
https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html
"""

from __future__ import annotations

import typing as t

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from . import pem
from .errors import AwsError
from .service import MOTO, Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State

MAX_KEY_BYTES = 5120


class Acm(Service):
    """Imports that ACM would refuse, and deletions of certificates in use."""

    name = "acm"
    moto_knows_more = True

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.operations: dict[str, Operation] = {
            "ImportCertificate": self.import_certificate,
            "DescribeCertificate": self.describe,
            "DeleteCertificate": self.delete,
        }

    def import_certificate(self, call: Call) -> t.Any:
        params = {name: _text(call.params.get(name)) for name in ("Certificate", "PrivateKey", "CertificateChain")}
        leaf = _leaf(params["Certificate"])
        if len(params["PrivateKey"].encode()) > MAX_KEY_BYTES:
            raise AwsError("ValidationException", f"Member must have length less than or equal to {MAX_KEY_BYTES}")
        try:
            key = pem.private_key(params["PrivateKey"])
        except ValueError as exc:
            raise AwsError("ValidationException", "The private key is not supported.") from exc
        if not pem.belongs(key, leaf):
            raise AwsError("ValidationException", "The private key does not match the public key of the certificate.")
        if not pem.is_valid_at(leaf, self.state.now()):
            raise AwsError("ValidationException", "The certificate is not within its validity period.")
        if params["CertificateChain"]:
            _check_chain(leaf, params["CertificateChain"])
        if arn := call.params.get("CertificateArn"):
            if call.params.get("Tags"):
                raise AwsError("ValidationException", "Tags are not accepted when a certificate is imported again.")
            _check_same_key_type(call, arn, leaf)
        return MOTO

    def describe(self, call: Call) -> t.Any:
        if bundle := _bundle(call, call.params.get("CertificateArn") or ""):
            bundle.in_use_by = self.state.cloudfront.distribution_arns_with(call.scope, bundle.arn)
        return MOTO

    def delete(self, call: Call) -> t.Any:
        arn = call.params.get("CertificateArn") or ""
        if self.state.cloudfront.distribution_arns_with(call.scope, arn):
            raise AwsError("ResourceInUseException", f"Certificate {arn} is in use.")
        return MOTO


def _leaf(text: str) -> t.Any:
    try:
        found = pem.certificates(text)
    except (ValueError, UnicodeEncodeError) as exc:
        raise AwsError("ValidationException", "Could not parse the certificate. Please ensure the certificate is in PEM format.") from exc
    if len(found) != 1:
        raise AwsError("ValidationException", "The certificate field contains more than one certificate. You can specify only one certificate in this field.")
    return found[0]


def _check_chain(leaf: t.Any, chain: str) -> None:
    try:
        broken = pem.broken_link(leaf, pem.certificates(chain))
    except (ValueError, UnicodeEncodeError) as exc:
        raise AwsError("ValidationException", "Could not parse the certificate chain. Please ensure it is in PEM format.") from exc
    if broken is not None:
        raise AwsError("ValidationException", "Could not validate the certificate with the certificate chain.")


def _check_same_key_type(call: Call, arn: str, leaf: t.Any) -> None:
    bundle = _bundle(call, arn)
    if bundle and _key_type(pem.certificates(_text(bundle.cert))[0]) != _key_type(leaf):
        raise AwsError("ValidationException", "A re-imported certificate must have the same key type and size as the one that it replaces.")


def _key_type(certificate: t.Any) -> str:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa-{key.key_size}"
    return key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__


def _bundle(call: Call, arn: str) -> t.Any:
    from moto.acm.models import acm_backends

    return acm_backends[call.account][call.region]._certificates.get(arn)


def _text(value: t.Any) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value or "")
