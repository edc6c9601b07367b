# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ACME clients leave on a server, in the form in which they write it."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sandbox.ca.authority import Authority, Pair

CONF = """# renew_before_expiry = 30 days
version = 5.6.0
archive_dir = {root}/archive/{name}
cert = {root}/live/{name}/cert.pem
privkey = {root}/live/{name}/privkey.pem
chain = {root}/live/{name}/chain.pem
fullchain = {root}/live/{name}/fullchain.pem

# Options used in the renewal process
[renewalparams]
account = 0123456789abcdef0123456789abcdef
authenticator = dns-route53
server = {server}
key_type = ecdsa
{more}[acme_renewal_info]
ari_retry_after = 2026-11-22T05:30:00
"""
LIFETIME, BACKDATED = timedelta(days=90), timedelta(hours=1)
ZEROSSL = "https://acme.zerossl.com/v2/DV90"
LETSENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


ACME_SH = """Le_Domain='{domain}'
Le_Alt='{alt}'
Le_Webroot='dns_aws'
Le_API='{server}'
Le_Keylength='ec-256'
Le_NextRenewTime='1799999999'
Le_ReloadCmd='__ACME_BASE64__START_{reload}__ACME_BASE64__END_'
"""


def _write(file: Path, text: str, mode: int = 0o644) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=mode)
    file.write_text(text, encoding="utf-8")


def lego(root: Path, domains: Sequence[str], authority: Authority) -> Pair:
    """A certificate as lego keeps it; a wildcard's name begins with an underscore."""
    pair, chain = authority.certificate(domains, LIFETIME, BACKDATED), authority.issuer.certificate_pem
    base = root / "certificates" / domains[0].replace("*", "_")
    _write(base.with_name(base.name + ".crt"), pair.certificate_pem + chain, 0o600)
    _write(base.with_name(base.name + ".issuer.crt"), chain, 0o600)
    _write(base.with_name(base.name + ".key"), pair.key_pem, 0o600)
    _write(base.with_name(base.name + ".json"), '{"domain": "example.com"}', 0o600)
    _write(root / "accounts/acme-v02.api.letsencrypt.org/ops@example.com/account.json", "{}", 0o600)
    return pair


def acme_sh(root: Path, domains: Sequence[str], authority: Authority, more: str = "") -> Pair:
    """A certificate as acme.sh keeps it; the directory of one with an elliptic key ends in _ecc."""
    pair, chain = authority.certificate(domains, LIFETIME, BACKDATED), authority.issuer.certificate_pem
    folder, domain = root / f"{domains[0]}_ecc", domains[0]
    reload = base64.b64encode(b"/opt/reload.sh").decode()
    text = ACME_SH.format(domain=domain, alt=",".join(domains[1:]) or "no", server=ZEROSSL, reload=reload)
    _write(folder / f"{domain}.conf", text + more)
    _write(folder / f"{domain}.cer", pair.certificate_pem)
    _write(folder / "ca.cer", chain)
    _write(folder / f"{domain}.key", pair.key_pem, 0o600)
    _write(root / "account.conf", "SAVED_AWS_SECRET_ACCESS_KEY='a secret of another tool'\n", 0o600)
    return pair


def dehydrated(root: Path, domains: Sequence[str], authority: Authority) -> Pair:
    """A certificate as dehydrated keeps it: links to files beside them."""
    pair, chain = authority.certificate(domains, LIFETIME, BACKDATED), authority.issuer.certificate_pem
    folder = root / "certs" / domains[0]
    texts = {
        "cert": pair.certificate_pem,
        "chain": chain,
        "fullchain": pair.certificate_pem + chain,
        "privkey": pair.key_pem,
    }
    for kind, text in texts.items():
        _write(folder / f"{kind}-1700000000.pem", text, 0o600)
        (folder / f"{kind}.pem").symlink_to(f"{kind}-1700000000.pem")
    _write(root / "config", "HOOK=/opt/hook.sh\n")
    return pair


def certbot_account(root: Path, server: str, name: str, jwk: str, url: str) -> None:
    """An account as certbot keeps it: the key as JSON, and no contact."""
    parsed = urllib.parse.urlsplit(server)
    folder = root / "accounts" / parsed.netloc / parsed.path.strip("/") / name
    _write(folder / "private_key.json", jwk, 0o400)
    _write(folder / "regr.json", json.dumps({"body": {}, "uri": url}), 0o600)


def lego_account(root: Path, host: str, email: str, key: str, url: str) -> None:
    """An account as lego 4 keeps it."""
    folder = root / "accounts" / host / email
    _write(folder / "account.json", json.dumps({"email": email, "registration": {"uri": url}}), 0o600)
    _write(folder / "keys" / f"{email}.key", key, 0o600)


def acme_sh_account(root: Path, server: str, key: str, url: str) -> None:
    """An account as acme.sh keeps it, by the CA."""
    parsed = urllib.parse.urlsplit(server)
    folder = root / "ca" / parsed.netloc / parsed.path.strip("/")
    _write(folder / "account.key", key, 0o600)
    _write(folder / "ca.conf", f"ACCOUNT_URL='{url}'\nCA_EMAIL='ops@example.com'\n")


def dehydrated_account(root: Path, server: str, key: str, url: str) -> None:
    """An account as dehydrated keeps it, below the URL of the CA in base64."""
    folder = root / "accounts" / base64.urlsafe_b64encode(f"{server}\n".encode()).decode().rstrip("=")
    _write(folder / "account_key.pem", key, 0o600)
    _write(folder / "account_id.json", json.dumps({"url": url}), 0o600)


class CertbotHome:
    """A configuration directory of certbot."""

    def __init__(self, root: Path, authority: Authority | None = None) -> None:
        self.root = root
        self.authority = authority or Authority()

    def lineage(
        self, name: str, domains: Sequence[str], versions: int = 1, server: str = LETSENCRYPT, more: str = ""
    ) -> Pair:
        """A lineage with so many versions; the newest one's certificate and key."""
        for folder in ("renewal", f"live/{name}", f"archive/{name}"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        text = CONF.format(root=self.root, name=name, server=server, more=more)
        (self.root / "renewal" / f"{name}.conf").write_text(text, encoding="utf-8")
        pairs = [self.write(name, number, domains) for number in range(1, versions + 1)]
        return pairs[-1]

    def write(self, name: str, number: int, domains: Sequence[str]) -> Pair:
        """One more version; `live` leads to it."""
        pair = self.authority.certificate(domains, LIFETIME, BACKDATED)
        self.keep(name, number, pair, self.authority.issuer.certificate_pem)
        return pair

    def keep(self, name: str, number: int, pair: Pair, chain: str) -> None:
        """A version of a certificate that exists; `live` leads to it."""
        texts = {
            "cert": pair.certificate_pem,
            "chain": chain,
            "fullchain": pair.certificate_pem + chain,
            "privkey": pair.key_pem,
        }
        for kind, text in texts.items():
            file = self.root / "archive" / name / f"{kind}{number}.pem"
            file.touch(mode=0o600 if kind == "privkey" else 0o644)
            file.write_text(text, encoding="ascii")
            link = self.root / "live" / name / f"{kind}.pem"
            link.unlink(missing_ok=True)
            link.symlink_to(f"../../archive/{name}/{kind}{number}.pem")
