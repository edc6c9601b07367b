# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ACME clients leave on a server, in the form in which they write it."""

from __future__ import annotations

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
LETSENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


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
        pair, chain = self.authority.certificate(domains, LIFETIME, BACKDATED), self.authority.issuer.certificate_pem
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
        return pair
