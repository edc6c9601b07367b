# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts that have zones, from the options of the modules: the own one, and those of dns_delegations."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field

from ..._clients.aws.route53 import Route53
from ..._clients.aws.session import Connection, Session
from ..._clients.aws.zone_cache import SharedRoute53, ZoneCache
from ..._core.dns import txt_records, zones
from ..._core.dns.cname_records import CnameSet
from ..._core.dns.zones import Zone
from ..._core.values import texts
from ..._errors import ConfigError
from .zone_account import ZoneReader


@dataclass(frozen=True)
class DnsConnections:
    """How to reach Route 53: as the module's own account, and as those of dns_delegations by the zone that each entry
    names."""

    own: Connection
    delegated: t.Mapping[str, Connection]

    def problems(self) -> list[str]:
        """Why there can be no clients, as far as that can be told without a call."""
        return [
            *self.own.problems(),
            *(
                f"dns_delegations: {zone}: {problem}"
                for zone, connection in self.delegated.items()
                for problem in connection.problems()
            ),
        ]


def connections(params: t.Mapping[str, t.Any], connection: Connection) -> DnsConnections:
    """What the options say, beside the module's ``connection``; ``zones.delegation_problems`` judges the entries."""
    own = connection.overlaid(params["dns_aws"])
    entries = params["dns_delegations"] or ()
    return DnsConnections(own, {str(entry["zone"]): own.overlaid(entry["dns_aws"]) for entry in entries})


def connect(given: DnsConnections, shares_listings: bool = False, **config: t.Any) -> DnsAccounts:
    """The clients, with these botocore Config values; calls nothing. ConfigError that lists every problem with the
    credentials.

    With ``shares_listings`` the zones of each account are listed once for all processes of a run.
    """
    problems = given.problems()
    if problems:
        raise ConfigError(problems)
    return DnsAccounts(
        _route53(given.own.session(), shares_listings, config),
        {
            zones.delegation(zone): _route53(connection.session(), shares_listings, config)
            for zone, connection in given.delegated.items()
        },
    )


def _route53(session: Session, shares_listings: bool, config: t.Mapping[str, t.Any]) -> Route53:
    cache = ZoneCache.of_run(session.identity) if shares_listings else None
    factory = functools.partial(session.client, "route53", **config)
    return Route53(factory) if cache is None else SharedRoute53(factory, cache)


class Zones(ZoneReader, t.Protocol):
    """What is needed of one account's Route 53: ``_clients.aws.route53.Route53``, or a fake."""

    def txt_set(self, zone_id: str, name: str) -> txt_records.TxtSet | None:
        """The TXT record set under exactly this name."""

    def cname_sets(self, zone_id: str, name: str) -> tuple[CnameSet, ...]:
        """The CNAME record sets under exactly this name."""

    def put_cname(self, zone_id: str, record_set: CnameSet, replaces: bool = False) -> None:
        """Create this record set, or have it in place of the one that there is."""

    def change_resource_record_sets(self, zone_id: str, changes: t.Sequence[txt_records.Change]) -> str:
        """Apply all changes or none."""

    def change_status(self, change_id: str) -> str:
        """PENDING or INSYNC."""


@dataclass(frozen=True)
class DnsAccounts:
    """Route 53 of the own account, and of those that entries of dns_delegations lead to, by the zone that each entry
    names."""

    own: Zones
    delegated: t.Mapping[str, Zones] = field(default_factory=dict)

    def of(self, delegation: str) -> Zones:
        """The account; ConfigError if its entry is missing now."""
        if not delegation:
            return self.own
        if delegation not in self.delegated:
            raise ConfigError(
                [
                    (
                        f"dns_delegations: the entry for zone {texts.quoted(delegation)} is missing, but challenge"
                        " records"
                        " remain there; add the entry again"
                    )
                ]
            )
        return self.delegated[delegation]

    def all_zones(self) -> tuple[Zone, ...]:
        """The zones of all of them."""
        return tuple(zone for one in (self.own, *self.delegated.values()) for zone in one.list_hosted_zones())

    def relist(self) -> bool:
        """Whether any of them told zones of a listing from before; those list anew from now on."""
        relisted = [account.relist() for account in (self.own, *self.delegated.values())]
        return any(relisted)
