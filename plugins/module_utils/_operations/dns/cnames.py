# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows the CNAMEs of challenge names to where their records stand."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

# CNAMEs on the way from a name to its record. Resolvers follow no more than some; RFC 1034 section 3.6.2 asks for few.
MAX_HOPS = 8
# A name that nobody has, to see whether a CNAME comes from a wildcard.
PROBE_LABEL = "_certops-probe."


class Resolver(t.Protocol):
    """What is asked of DNS: ``_dns.Dns``, or a fake."""

    def lookup(self, names: t.Iterable[str], rdtype: str) -> t.Mapping[str, tuple[str, ...] | None]:
        """The values under each name; none if there is none, and None if nobody knows."""


@dataclass(frozen=True)
class CnameChains:
    """The way from challenge names to the ends of their CNAMEs; without ``resolver`` there are none. ``recorded`` says
    what the own zones have under a name, for when DNS cannot be asked, or ``is_hidden`` from it."""

    resolver: Resolver | None
    recorded: t.Callable[[str], tuple[str, ...]]
    is_hidden: t.Callable[[str], bool]

    def ends(self, challenges: t.Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Where the CNAMEs of each challenge name end, and what is wrong with those that do not."""
        chains = {challenge: [challenge] for challenge in challenges}
        problems: dict[str, str] = {}
        moving = self._without_wildcards(self._cnames(challenges))
        while moving:
            for challenge, chain in chains.items():
                target = moving.get(chain[-1])
                if target is not None and challenge not in problems:
                    chain.append(target)
                    if target in chain[:-1] or len(chain) > MAX_HOPS + 1:
                        problems[challenge] = (
                            f"its challenge name is a CNAME chain that does not end ({' to '.join(chain)}); correct the"
                            " records"
                        )
            moving = self._cnames(
                {chain[-1] for challenge, chain in chains.items() if len(chain) > 1 and challenge not in problems}
            )
        return {challenge: chain[-1] for challenge, chain in chains.items() if challenge not in problems}, problems

    def _cnames(self, wanted: t.Collection[str]) -> dict[str, str]:
        """What these names are CNAMEs to, as DNS says, or the records of the own zones where DNS cannot be asked."""
        if self.resolver is None or not wanted:
            return {}
        found: dict[str, str] = {}
        for name, told in self.resolver.lookup(sorted(wanted), "CNAME").items():
            values = told or (self.recorded(name) if told is None or self.is_hidden(name) else ())
            if values:
                found[name] = values[0]
        return found

    def _without_wildcards(self, cnames: t.Mapping[str, str]) -> dict[str, str]:
        """Without those that a wildcard such as ``*.example.com`` makes: a record of the name's own takes its place
        (RFC 4592 section 2.2.1)."""
        if self.resolver is None or not cnames:
            return dict(cnames)
        probes = {name: PROBE_LABEL + name.partition(".")[2] for name in cnames}
        answers = self.resolver.lookup(sorted(set(probes.values())), "CNAME")
        return {name: target for name, target in cnames.items() if (answers[probes[name]] or ("",))[0] != target}
