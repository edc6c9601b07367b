# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""certbot's directory as it is after having issued many certificates: none of them is due, or all are."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AGE, DUE_AGE, LIFETIME = datetime.timedelta(days=5), datetime.timedelta(days=50), datetime.timedelta(days=64)
ACCOUNT = "0123456789abcdef0123456789abcdef"
# Nobody answers there. certbot finds out once and then asks for no renewal information, which would be a request for
# each certificate.
SERVER = "https://localhost:9/directory"
CONF = """version = 5.6.0
archive_dir = {root}/archive/{name}
cert = {root}/live/{name}/cert.pem
privkey = {root}/live/{name}/privkey.pem
chain = {root}/live/{name}/chain.pem
fullchain = {root}/live/{name}/fullchain.pem

[renewalparams]
account = {account}
authenticator = dns-route53
server = {server}
key_type = ecdsa
"""


def account_of(root: Path) -> str:
    """The ID of the account that certbot has registered."""
    (found,) = (path.parent.name for path in (root / "accounts").rglob("regr.json"))
    return found


def make(root: Path, names: Sequence[str], server: str = SERVER, account: str = ACCOUNT, due: bool = False) -> None:
    """A lineage for each name below `root`, which is certbot's --config-dir."""
    key = ec.generate_private_key(ec.SECP256R1())
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (root / "renewal").mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names, 1):
        pem = _certificate(key, name, number, DUE_AGE if due else AGE)
        archive, live = root / "archive" / name, root / "live" / name
        archive.mkdir(parents=True)
        live.mkdir(parents=True)
        for kind, content in {"cert": pem, "chain": pem, "fullchain": pem + pem, "privkey": key_pem}.items():
            (archive / f"{kind}1.pem").write_bytes(content)
            (live / f"{kind}.pem").symlink_to(f"../../archive/{name}/{kind}1.pem")
        (root / "renewal" / f"{name}.conf").write_text(
            CONF.format(root=root, name=name, server=server, account=account), encoding="utf-8"
        )


def _certificate(key: ec.EllipticCurvePrivateKey, name: str, serial: int, age: datetime.timedelta) -> bytes:
    now = datetime.datetime.now(datetime.timezone.utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(serial)
    )
    builder = builder.not_valid_before(now - age).not_valid_after(now - age + LIFETIME)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
