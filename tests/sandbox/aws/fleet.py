# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and distributions by the thousand, put in place at once: what a fleet of projects has after years, without the calls that it took."""

from __future__ import annotations

import datetime
import secrets
import string
import typing as t
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.ca.authority import Authority

from . import cloudfront_config
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
<ViewerCertificate><IAMCertificateId>{id}</IAMCertificateId><SSLSupportMethod>sni-only</SSLSupportMethod>
<MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion><Certificate>{id}</Certificate><CertificateSource>iam</CertificateSource></ViewerCertificate>
</DistributionConfig>"""


@dataclass(frozen=True)
class _Member:
    """One project that is wanted."""

    name: str
    domains: tuple[str, ...]
    not_before: datetime.datetime
    not_after: datetime.datetime
    aliases: tuple[str, ...]


def put(state: State, account: str, members: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The certificate, and with aliases the distribution, of each member: what its project document has to say of them."""
    authority, key = Authority(), ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    return [_put(state, account, _member(given), (authority, key, pem)) for given in members]


def _member(given: t.Mapping[str, t.Any]) -> _Member:
    begin, end = (datetime.datetime.fromisoformat(str(given[key]).replace("Z", "+00:00")) for key in ("not_before", "not_after"))
    return _Member(str(given["name"]), tuple(given["domains"]), begin, end, tuple(given.get("aliases") or ()))


def _put(state: State, account: str, member: _Member, signer: tuple[Authority, ec.EllipticCurvePrivateKey, str]) -> dict[str, t.Any]:
    authority, key, pem = signer
    leaf = _leaf(authority, key, member)
    stored = ServerCertificate(
        name=f"{member.name}-{member.not_after:%Y-%m-%d-%H%M}",
        path=f"{PATH}{member.name}/",
        id="ASCA" + _random(17),
        account=account,
        partition=PARTITION,
        body=leaf.public_bytes(serialization.Encoding.PEM).decode(),
        chain=authority.issuer.certificate_pem,
        uploaded=member.not_before,
        visible_at=0.0,
        private_key=pem,
        tags={"managed-by": "certops.cloudfront", "certops:project": member.name},
    )
    state.iam._certificates.setdefault((account, PARTITION), {})[stored.name] = stored
    return {
        "name": stored.name,
        "id": stored.id,
        "arn": stored.arn,
        "path": stored.path,
        "serial": f"{leaf.serial_number:x}",
        "fingerprint_sha256": leaf.fingerprint(hashes.SHA256()).hex(),
        "issuer": leaf.issuer.rfc4514_string(),
        "distribution": _distribute(state, member, stored) if member.aliases else None,
    }


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


def _distribute(state: State, member: _Member, stored: ServerCertificate) -> str:
    aliases = "".join(f"<CNAME>{alias}</CNAME>" for alias in member.aliases)
    text = _CONFIG.format(reference=secrets.token_hex(8), count=len(member.aliases), aliases=aliases, id=stored.id)
    config = Config(cloudfront_config.parse(text.replace("\n", "").encode(), "DistributionConfig"))
    config.add_defaults()
    live = Live(member.aliases, Served(stored.body + stored.chain, stored.private_key))
    item = Distribution(
        id="E" + _random(13),
        account=stored.account,
        partition=stored.partition,
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
    state.cloudfront._distributions.setdefault((stored.account, stored.partition), {})[item.id] = item
    return item.id


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for dummy in range(length))
