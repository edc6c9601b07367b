# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route 53, one method per API call."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass

from .._core.txt_records import Change, TxtSet
from .errors import calling

IN_SYNC = "INSYNC"


@dataclass(frozen=True)
class Zone:
    """A hosted zone; ``name`` is without the final dot."""

    id: str
    name: str
    private: bool


class Route53:
    """The hosted zones that the credentials reach; the boto3 client is made at the first call, since many runs need none."""

    def __init__(self, client_factory: t.Callable[[], t.Any]) -> None:
        self._client_factory = client_factory

    @functools.cached_property
    def _client(self) -> t.Any:
        return self._client_factory()

    def list_hosted_zones(self) -> tuple[Zone, ...]:
        """Every zone, of all pages."""
        with calling("route53", "ListHostedZones"):
            pages = list(self._client.get_paginator("list_hosted_zones").paginate())
        zones = [zone for page in pages for zone in page["HostedZones"]]
        return tuple(
            Zone(id=zone["Id"].rpartition("/")[2], name=zone["Name"].rstrip(".").lower(), private=bool(zone.get("Config", {}).get("PrivateZone")))
            for zone in zones
        )

    def name_servers(self, zone_id: str) -> frozenset[str]:
        """The name servers of the zone's delegation set (GetHostedZone)."""
        with calling("route53", "GetHostedZone", zone_id):
            answer = self._client.get_hosted_zone(Id=zone_id)
        return frozenset(server.rstrip(".").lower() for server in answer.get("DelegationSet", {}).get("NameServers", []))

    def txt_set(self, zone_id: str, name: str) -> TxtSet | None:
        """The TXT record set under exactly this name."""
        with calling("route53", "ListResourceRecordSets", f"TXT {name} in zone {zone_id}"):
            answer = self._client.list_resource_record_sets(HostedZoneId=zone_id, StartRecordName=name, StartRecordType="TXT", MaxItems="1")
        for record_set in answer["ResourceRecordSets"]:
            if record_set["Type"] == "TXT" and record_set["Name"].rstrip(".").lower() == name:
                values = tuple(record["Value"] for record in record_set.get("ResourceRecords", []))
                return TxtSet(name=name, ttl=int(record_set.get("TTL", 0)), values=values)
        return None

    def change_resource_record_sets(self, zone_id: str, changes: t.Sequence[Change]) -> str:
        """Apply all changes or none; the ID of the change, to ask ``change_status`` for."""
        names = sorted({change.record_set.name for change in changes})
        shown = names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        with calling("route53", "ChangeResourceRecordSets", f"TXT {shown} in zone {zone_id}"):
            answer = self._client.change_resource_record_sets(
                HostedZoneId=zone_id,
                ChangeBatch={"Comment": "ACME challenge of certops.cloudfront", "Changes": [_to_api(change) for change in changes]},
            )
        return str(answer["ChangeInfo"]["Id"]).rpartition("/")[2]

    def change_status(self, change_id: str) -> str:
        """PENDING, or INSYNC when all authoritative servers answer with the change."""
        with calling("route53", "GetChange", change_id):
            return str(self._client.get_change(Id=change_id)["ChangeInfo"]["Status"])


def _to_api(change: Change) -> dict[str, t.Any]:
    record_set = change.record_set
    return {
        "Action": change.action,
        "ResourceRecordSet": {
            "Name": record_set.name,
            "Type": "TXT",
            "TTL": record_set.ttl,
            "ResourceRecords": [{"Value": value} for value in record_set.values],
        },
    }
