# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until every name server of the zones shows the challenge values, as far as name servers can be asked from here.

INSYNC is Route 53's word for it. This sees what INSYNC does not tell: that DNS delegates to other servers, or to one
that lags behind.
"""

from __future__ import annotations

import itertools
import typing as t

from ..._core.dns.caa import CaaRecord
from ..._core.dns.txt_records import ChallengeRecord
from ..._core.dns.zones import RecordPlace
from ..._core.values.waiting import Clock, Deadline
from .cnames import Resolver

# What is not shown so long after INSYNC is not a matter of time; the CA has the last word.
WAIT_SECONDS = 60
PAUSES = (0.5, 1.0, 2.0)
SLOWEST_PAUSE = 5.0

Server = tuple[str, int]
Pair = tuple[Server, str]


class NameServers(Resolver, t.Protocol):
    """What is asked of DNS: ``_dns.Dns``, or a fake."""

    def name_servers(self, zones: t.Iterable[str]) -> t.Mapping[str, tuple[Server, ...]]:
        """The addresses of the name servers that each zone is delegated to."""

    def caa(self, names: t.Iterable[str]) -> t.Mapping[str, tuple[CaaRecord, ...] | None]:
        """The CAA records of each name; None where nobody knows."""

    def texts(self, asked: t.Iterable[Pair]) -> t.Mapping[Pair, tuple[str, ...] | None]:
        """The TXT values that each server has under a name; None if it does not answer."""


def await_shown(dns: NameServers, records: t.Sequence[ChallengeRecord], clock: Clock, deadline: Deadline) -> list[str]:
    """All name servers that answer show all values, or a warning says which do not after a while, or that none could be
    asked."""
    wanted = {record.name: record for record in records if record.zone}
    servers, warnings = _reachable(dns, wanted)
    missing: list[Pair] = [(server, name) for name, record in wanted.items() for server in servers.get(record.zone, ())]
    until = Deadline(min(deadline.at, Deadline.after(clock.now(), WAIT_SECONDS).at))
    for pause in itertools.chain(PAUSES, itertools.repeat(SLOWEST_PAUSE)):
        shown = dns.texts(missing)
        # a server that falls silent now is not waited for: it answered before, and Route 53 says that it has the change
        missing = [
            pair
            for pair in missing
            if (found := shown[pair]) is not None and not set(wanted[pair[1]].values) <= set(found)
        ]
        if not missing or until.has_passed(clock.now()):
            break
        clock.sleep(until.clamp(clock.now(), pause))
    return warnings + _not_shown(missing)


def shown(dns: NameServers, places: t.Sequence[RecordPlace]) -> dict[str, list[tuple[str, ...]]]:
    """The TXT values of each of these names, once for each name server of its zone that answers."""
    servers = dns.name_servers(sorted({place.zone for place in places}))
    answers = dns.texts([(server, place.name) for place in places for server in servers[place.zone]])
    found: dict[str, list[tuple[str, ...]]] = {place.name: [] for place in places}
    for (_server, name), texts in answers.items():
        if texts is not None:
            found[name].append(texts)
    return found


def _reachable(dns: NameServers, wanted: t.Mapping[str, ChallengeRecord]) -> tuple[dict[str, list[Server]], list[str]]:
    """The name servers of each zone that answer, and a warning for each zone without any."""
    first = {record.zone: name for name, record in wanted.items()}
    known = dns.name_servers(first)
    probed = dns.texts([(server, name) for zone, name in first.items() for server in known[zone]])
    servers = {
        zone: [server for server in known[zone] if probed[server, name] is not None] for zone, name in first.items()
    }
    silent = sorted(zone for zone, found in servers.items() if not found)
    if not silent:
        return servers, []
    why = (
        f"the name servers of {', '.join(silent)} could not be asked from here, so only Route 53 says that the"
        " challenge records are in place"
    )
    return servers, [f"{why}; allow DNS traffic, set dns_server, or set dns_check to false"]


def _not_shown(missing: t.Sequence[Pair]) -> list[str]:
    if not missing:
        return []
    hosts = sorted({server[0] for server, _name in missing})
    names = sorted({name for _server, name in missing})
    shown = names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")
    seen = f"name server {', '.join(hosts)} does not show the challenge value of {shown}, though Route 53 is in sync"
    advice = "if the CA does not see it either, check which name servers the registrar delegates to"
    return [f"{seen}; {advice}; if only this network sees DNS differently, set dns_server, or set dns_check to false"]
