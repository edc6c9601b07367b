# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and distributions by the thousand, put in place at once: what a fleet of projects has after years,
without the calls that it took."""

from __future__ import annotations

import datetime
import secrets
import string
import typing as t
import uuid
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.ca.authority import Authority

from . import cloudfront_config
from .acm_certificate import Certificate, Material
from .cloudfront_answers import Distribution, Live
from .cloudfront_certificate import Served
from .cloudfront_config import Config
from .iam import ServerCertificate

if t.TYPE_CHECKING:
    from .state import State

PATH = "/cloudfront/certops/"
PARTITION = "aws"
_ALPHABET = string.ascii_uppercase + string.digits
_CONFIG = """<DistributionConfig><CallerReference>{reference}</CallerReference><Aliases><Quantity>{count}</Quantity><Items>{aliases}</Items></Aliases>
<Origins><Quantity>1</Quantity><Items><Origin><Id>origin</Id><DomainName>origin.example.net</DomainName><CustomOriginConfig><HTTPPort>80</HTTPPort>
<HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>https-only</OriginProtocolPolicy></CustomOriginConfig></Origin></Items></Origins>
<DefaultCacheBehavior><TargetOriginId>origin</TargetOriginId><ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy>
<CachePolicyId>658327ea-f89d-4fab-a63d-7e88639e58f6</CachePolicyId></DefaultCacheBehavior><Comment>one of a fleet</Comment><Enabled>true</Enabled>
<ViewerCertificate><{member}>{id}</{member}><SSLSupportMethod>sni-only</SSLSupportMethod>
<MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion><Certificate>{id}</Certificate><CertificateSource>{store}</CertificateSource></ViewerCertificate>
</DistributionConfig>"""  # noqa: E501 - data in the form of its origin


@dataclass(frozen=True)
class _Member:
    """One project that is wanted."""

    name: str
    domains: tuple[str, ...]
    not_before: datetime.datetime
    not_after: datetime.datetime
    aliases: tuple[str, ...]
    store: str


@dataclass(frozen=True)
class _Stored:
    """The certificate of a member where CloudFront finds it."""

    id: str
    account: str
    served: Served


def put(state: State, account: str, members: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The certificate, and with aliases the distribution, of each member: what its project document has to say of
    them."""
    authority, key = Authority(), ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return [_put(state, account, _member(given), (authority, key, pem)) for given in members]


def _member(given: t.Mapping[str, t.Any]) -> _Member:
    begin, end = (
        datetime.datetime.fromisoformat(str(given[key]).replace("Z", "+00:00")) for key in ("not_before", "not_after")
    )
    return _Member(
        str(given["name"]),
        tuple(given["domains"]),
        begin,
        end,
        tuple(given.get("aliases") or ()),
        str(given.get("store") or "iam"),
    )


def _put(
    state: State, account: str, member: _Member, signer: tuple[Authority, ec.EllipticCurvePrivateKey, str]
) -> dict[str, t.Any]:
    authority, key, pem = signer
    leaf = _leaf(authority, key, member)
    values = {
        "serial": f"{leaf.serial_number:x}",
        "fingerprint_sha256": leaf.fingerprint(hashes.SHA256()).hex(),
        "issuer": leaf.issuer.rfc4514_string(),
    }
    text = leaf.public_bytes(serialization.Encoding.PEM).decode()
    material = Material(text, authority.issuer.certificate_pem, pem, member.not_before.timestamp())
    stored, named = (_in_acm if member.store == "acm" else _in_iam)(state, account, member, material)
    return {**named, **values, "distribution": _distribute(state, member, stored) if member.aliases else None}


def _in_acm(state: State, account: str, member: _Member, material: Material) -> tuple[_Stored, dict[str, str]]:
    item = Certificate(
        arn=f"arn:{PARTITION}:acm:us-east-1:{account}:certificate/{uuid.uuid4()}",
        account=account,
        partition=PARTITION,
        region="us-east-1",
        type="IMPORTED",
        created=material.since,
        names=member.domains,
        key_algorithm="EC_prime256v1",
        status="ISSUED",
        versions=[material],
        tags=_tags(member),
        imported=material.since,
    )
    state.acm.add(item)
    return _Stored(item.arn, account, Served(material.full_chain, material.key, item.arn)), {"arn": item.arn}


def _tags(member: _Member) -> dict[str, str]:
    return {"managed-by": "certops.cloudfront", "certops:project": member.name}


def _in_iam(state: State, account: str, member: _Member, material: Material) -> tuple[_Stored, dict[str, str]]:
    stored = ServerCertificate(
        name=f"{member.name}-{member.not_after:%Y-%m-%d-%H%M}",
        path=f"{PATH}{member.name}/",
        id="ASCA" + _random(17),
        account=account,
        partition=PARTITION,
        body=material.leaf,
        chain=material.chain,
        uploaded=member.not_before,
        visible_at=0.0,
        private_key=material.key,
        tags=_tags(member),
    )
    state.iam._certificates.setdefault((account, PARTITION), {})[stored.name] = stored
    named = {"name": stored.name, "id": stored.id, "arn": stored.arn, "path": stored.path}
    return _Stored(stored.id, account, Served(stored.body + stored.chain, stored.private_key)), named


def _leaf(authority: Authority, key: ec.EllipticCurvePrivateKey, member: _Member) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, member.domains[0])]))
        .issuer_name(authority.issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(member.not_before)
        .not_valid_after(member.not_after)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in member.domains]), critical=False)
        .sign(authority.issuer.key, hashes.SHA256())
    )


def _distribute(state: State, member: _Member, stored: _Stored) -> str:
    aliases = "".join(f"<CNAME>{alias}</CNAME>" for alias in member.aliases)
    key = "ACMCertificateArn" if member.store == "acm" else "IAMCertificateId"
    named = {"member": key, "id": stored.id, "store": member.store}
    text = _CONFIG.format(reference=secrets.token_hex(8), count=len(member.aliases), aliases=aliases, **named)
    config = Config(cloudfront_config.parse(text.replace("\n", "").encode(), "DistributionConfig"))
    config.add_defaults()
    live = Live(member.aliases, stored.served)
    item = Distribution(
        id="E" + _random(13),
        account=stored.account,
        partition=PARTITION,
        domain=f"d{_random(13).lower()}.cloudfront.net",
        config=config,
        etag="E" + _random(13),
        modified=f"{member.not_before:%Y-%m-%dT%H:%M:%S}.000Z",
        deployed_at=0.0,
        is_changing_certificate=False,
        live=live,
        pending=None,
    )
    item.etags.add(item.etag)
    state.cloudfront._distributions.setdefault((stored.account, PARTITION), {})[item.id] = item
    state.acm.usage.replace(item.arn, config.acm_certificates(), member.not_before.timestamp())
    return item.id


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for dummy in range(length))
