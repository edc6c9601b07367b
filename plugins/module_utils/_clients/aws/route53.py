# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route 53, one method per API call."""

from __future__ import annotations

import typing as t

from ..._core.dns import txt_records
from ..._core.dns.cname_records import CnameSet
from ..._core.dns.txt_records import Change, TxtSet
from ..._core.dns.zones import Zone
from ..._core.values import texts
from ..._core.values.once import OnceProperty
from ..._errors import ConfigError
from .errors import calling

IN_SYNC = "INSYNC"

References = t.Mapping[tuple[str, str], frozenset[str]]


class Route53:
    """The hosted zones that the credentials reach; the boto3 client is made at the first call, since many runs need
    none."""

    def __init__(self, client_factory: t.Callable[[], t.Any]) -> None:
        self._client_factory = client_factory

    @OnceProperty
    def _client(self) -> t.Any:
        return self._client_factory()

    def list_hosted_zones(self) -> tuple[Zone, ...]:
        """Every zone, of all pages."""
        with calling("route53", "ListHostedZones"):
            pages = list(self._client.get_paginator("list_hosted_zones").paginate())
        return tuple(_zone(zone) for page in pages for zone in page["HostedZones"])

    def relist(self) -> bool:
        """Whether the last listing was made before it was asked for, so that the next may say something else; here none
        is."""
        return False

    def get_hosted_zone(self, zone_id: str) -> tuple[Zone, frozenset[str]]:
        """One zone and the name servers of its delegation set; a private zone has none."""
        with calling("route53", "GetHostedZone", f"zone {zone_id}"):
            answer = self._client.get_hosted_zone(Id=zone_id)
        servers = answer.get("DelegationSet", {}).get("NameServers", [])
        return _zone(answer["HostedZone"]), frozenset(_plain(server) for server in servers)

    def references(self, zone_id: str) -> References:
        """The CNAME and NS record sets of the zone, by type and name: whatever leads to other names and zones."""
        with calling("route53", "ListResourceRecordSets", f"zone {zone_id}"):
            pages = list(self._client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id))
        return {
            (each["Type"], _plain(each["Name"])): frozenset(
                _plain(record["Value"]) for record in each.get("ResourceRecords", [])
            )
            for page in pages
            for each in page["ResourceRecordSets"]
            if each["Type"] in ("CNAME", "NS")
        }

    def txt_set(self, zone_id: str, name: str) -> TxtSet | None:
        """The TXT record set under exactly this name."""
        with calling("route53", "ListResourceRecordSets", f"TXT {name} in zone {zone_id}"):
            answer = self._client.list_resource_record_sets(
                HostedZoneId=zone_id, StartRecordName=name, StartRecordType="TXT", MaxItems="1"
            )
        for record_set in answer["ResourceRecordSets"]:
            if record_set["Type"] == "TXT" and _plain(record_set["Name"]) == name:
                if record_set.get("SetIdentifier"):
                    raise ConfigError([txt_records.routed_problem(name, zone_id, [_routed(record_set)])])
                values = tuple(record["Value"] for record in record_set.get("ResourceRecords", []))
                return TxtSet(name=name, ttl=int(record_set.get("TTL", 0)), values=values)
        return None

    def cname_sets(self, zone_id: str, name: str) -> tuple[CnameSet, ...]:
        """The CNAME record sets under exactly this name: one, or several that are routed by weight and the like."""
        with calling("route53", "ListResourceRecordSets", f"CNAME {name} in zone {zone_id}"):
            answer = self._client.list_resource_record_sets(
                HostedZoneId=zone_id, StartRecordName=name, StartRecordType="CNAME", MaxItems="100"
            )
        return tuple(
            CnameSet(
                name=name,
                values=tuple(_plain(record["Value"]) for record in each.get("ResourceRecords", [])),
                ttl=int(each.get("TTL", 0)),
                set_identifier=each.get("SetIdentifier", ""),
            )
            for each in answer["ResourceRecordSets"]
            if each["Type"] == "CNAME" and _plain(each["Name"]) == name
        )

    def put_cname(self, zone_id: str, record_set: CnameSet, replaces: bool = False) -> None:
        """Create this record set; if it ``replaces`` one, that one is overwritten."""
        wanted = {
            "Name": record_set.name,
            "Type": "CNAME",
            "TTL": record_set.ttl,
            "ResourceRecords": [{"Value": value} for value in record_set.values],
        }
        change = {"Action": "UPSERT" if replaces else "CREATE", "ResourceRecordSet": wanted}
        with calling("route53", "ChangeResourceRecordSets", f"CNAME {record_set.name} in zone {zone_id}"):
            self._client.change_resource_record_sets(
                HostedZoneId=zone_id,
                ChangeBatch={"Comment": "Validation record of ACM, by certops.cloudfront", "Changes": [change]},
            )

    def routed(self, zone_id: str, name: str) -> tuple[str, ...]:
        """The record sets under this name that have a routing policy, each as a person reads it."""
        with calling("route53", "ListResourceRecordSets", f"{name} in zone {zone_id}"):
            answer = self._client.list_resource_record_sets(HostedZoneId=zone_id, StartRecordName=name, MaxItems="100")
        found = [each for each in answer["ResourceRecordSets"] if _plain(each["Name"]) == name]
        return tuple(_routed(each) for each in found if each.get("SetIdentifier"))

    def change_resource_record_sets(self, zone_id: str, changes: t.Sequence[Change]) -> str:
        """Apply all changes or none; the ID of the change, to ask ``change_status`` for."""
        names = sorted({change.record_set.name for change in changes})
        shown = names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        with calling("route53", "ChangeResourceRecordSets", f"TXT {shown} in zone {zone_id}"):
            answer = self._client.change_resource_record_sets(
                HostedZoneId=zone_id,
                ChangeBatch={
                    "Comment": "ACME challenge of certops.cloudfront",
                    "Changes": [_to_api(change) for change in changes],
                },
            )
        return str(answer["ChangeInfo"]["Id"]).rpartition("/")[2]

    def change_status(self, change_id: str) -> str:
        """PENDING, or INSYNC when all authoritative servers answer with the change."""
        with calling("route53", "GetChange", change_id):
            return str(self._client.get_change(Id=change_id)["ChangeInfo"]["Status"])


def _zone(answer: t.Mapping[str, t.Any]) -> Zone:
    return Zone(
        id=answer["Id"].rpartition("/")[2],
        name=_plain(answer["Name"]),
        private=bool(answer.get("Config", {}).get("PrivateZone")),
    )


def _routed(record_set: t.Mapping[str, t.Any]) -> str:
    return f"{record_set['Type']} {texts.quoted(record_set['SetIdentifier'])}"


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


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
