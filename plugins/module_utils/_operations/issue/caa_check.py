# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether CAA records let a CA issue, asked before anything is ordered, as the doctor asks."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.acme.messages import Directory
from ..._core.ca import problems
from ..._core.dns import caa
from ..._core.dns.caa import Issuer, Reason
from ..._core.dns.zones import Zone
from ..._core.values import domain_names
from ..._errors import RemoteError
from ..dns.propagation import NameServers

# The others are alike.
NAMED = 5
# Whether the CA may issue is not known if its directory does not say which name it looks for.
_ALLOWED = (None, Reason.UNKNOWN_ISSUER)


@dataclass(frozen=True)
class CaaCheck:
    """The names of an order against the records of DNS; ``zones`` are those of Route 53, of which the private ones may
    show other records here than the CA sees."""

    dns: NameServers
    zones: t.Callable[[], t.Sequence[Zone]]

    def run(self, domains: t.Sequence[str], issuers: t.Sequence[Issuer]) -> list[str]:
        """Warnings; RemoteError as the CA would answer, so that a fallback may be asked, for names that it must refuse
        whichever of ``issuers``, which differ by their way of validation, it is."""
        records = self.dns.caa({name for domain in domains for name in caa.climb(domain)})
        unread = {domain: name for domain in domains if (name := caa.first_unread(domain, records)) is not None}
        known = {name: found or () for name, found in records.items()}
        warnings = [f"the CAA records of {name} could not be read" for name in dict.fromkeys(unread.values())][:NAMED]
        refused: list[str] = []
        for domain in domains:
            verdicts = [caa.judge(domain, known, issuer) for issuer in issuers]
            if domain not in unread and all(verdict.reason not in _ALLOWED for verdict in verdicts):
                is_hidden = self._is_hidden(verdicts[0].owner or domain)
                (warnings if is_hidden else refused).append(f"{domain}: {caa.explain(verdicts[0], issuers[0])}")
        if refused:
            raise _refusal(refused)
        return warnings

    def _is_hidden(self, owner: str) -> bool:
        return any(zone.private and domain_names.is_within(owner, zone.name) for zone in self.zones())


def issuers_of(directory: Directory, account_url: str | None, dns_persist: bool) -> list[Issuer]:
    """Who would issue, by each way of validation that the order may take."""
    methods = ("dns-persist-01", "dns-01") if dns_persist else ("dns-01",)
    return [Issuer(directory.caa_identities, account_url, method) for method in methods]


def _refusal(refused: t.Sequence[str]) -> RemoteError:
    more = f"; and {len(refused) - NAMED} more names" if len(refused) > NAMED else ""
    advice = problems.fixed_advice(problems.Problem("caa", ""))
    return RemoteError(f"{'; '.join(refused[:NAMED])}{more}; {advice}", service="dns", operation="CAA", code="caa")
