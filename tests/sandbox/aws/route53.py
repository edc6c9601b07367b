# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route 53 hosted zones and record sets.

Rules: the Route 53 service model of botocore, and
https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
"""

from __future__ import annotations

import secrets
import string
import typing as t
from dataclasses import dataclass
from datetime import datetime

from . import constraints, route53_batch
from .errors import AwsError
from .faults import throttle_error
from .rate import Bucket
from .route53_zone import Zone, canonical, escaped, sort_name
from .service import Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State

_ALPHABET = string.ascii_uppercase + string.digits
_MAX_PAGE = 100
_MAX_RECORD_PAGE = 300
_Result = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class _Change:
    id: str
    submitted: datetime
    insync_at: float
    comment: str | None


class Route53(Service):
    """Hosted zones by account and partition; changes become INSYNC, and visible in DNS, after the propagation delay."""

    name = "route53"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.zones: dict[tuple[str, str], dict[str, Zone]] = {}
        self._changes: dict[tuple[str, str], dict[str, _Change]] = {}
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self.operations: dict[str, Operation] = {
            "CreateHostedZone": self.create_zone,
            "GetHostedZone": self.get_zone,
            "DeleteHostedZone": self.delete_zone,
            "ListHostedZones": self.list_zones,
            "ListHostedZonesByName": self.list_zones_by_name,
            "GetHostedZoneCount": self.count_zones,
            "ListResourceRecordSets": self.list_records,
            "ChangeResourceRecordSets": self.change_records,
            "GetChange": self.get_change,
        }

    def resource(self, call: Call) -> str:
        if call.operation == "GetChange":
            return f"arn:{call.partition}:route53:::change/{call.params.get('Id')}"
        zone = call.params.get("HostedZoneId") or call.params.get("Id")
        return f"arn:{call.partition}:route53:::hostedzone/{zone}" if zone else "*"

    def admit(self, call: Call) -> None:
        rate = self.state.settings.route53_rate
        if rate and not self._buckets.setdefault(call.scope, Bucket()).take(
            self.state.timestamp(), rate, self.state.settings.route53_burst
        ):
            raise throttle_error("route53")

    def public_zones(self) -> list[Zone]:
        """Every public zone of every account and partition, oldest first: there is one DNS."""
        return sorted(
            (zone for zones in self.zones.values() for zone in zones.values() if not zone.is_private),
            key=lambda zone: zone.created,
        )

    def private_zones(self) -> list[Zone]:
        """Every private zone: all VPCs are one."""
        return [zone for zones in self.zones.values() for zone in zones.values() if zone.is_private]

    # --- hosted zones ---

    def create_zone(self, call: Call) -> _Result:
        constraints.check(call)
        own = self.zones.setdefault(call.scope, {})
        reference = call.params["CallerReference"]
        if any(zone.caller_reference == reference for zone in own.values()):
            raise AwsError(
                "HostedZoneAlreadyExists",
                f"A hosted zone has already been created with the specified caller reference: {reference}",
                409,
            )
        config = call.params.get("HostedZoneConfig") or {}
        is_private = bool(config.get("PrivateZone")) or bool(call.params.get("VPC"))
        if is_private and not call.params.get("VPC"):
            raise AwsError(
                "InvalidInput",
                "When you're creating a private hosted zone (when you specify true for PrivateZone), you must also"
                " specify a VPC.",
            )
        name = _zone_name(call.params["Name"])
        zone = Zone(
            id="Z" + _random(19),
            name=name,
            caller_reference=reference,
            comment=config.get("Comment"),
            is_private=is_private,
            vpc=call.params.get("VPC"),
            created=self.state.timestamp(),
        )
        own[zone.id] = zone
        result: dict[str, t.Any] = {
            "HostedZone": zone.describe(),
            "ChangeInfo": self._info(self._new_change(call, zone, None)),
            "Location": f"https://route53.amazonaws.com/2013-04-01/hostedzone/{zone.id}",
        }
        return result | (
            {"VPC": zone.vpc} if is_private else {"DelegationSet": {"NameServers": list(zone.name_servers)}}
        )

    def get_zone(self, call: Call) -> _Result:
        zone = self._zone(call, call.params["Id"])
        result: dict[str, t.Any] = {"HostedZone": zone.describe()}
        return result | (
            {"VPCs": [zone.vpc]} if zone.is_private else {"DelegationSet": {"NameServers": list(zone.name_servers)}}
        )

    def delete_zone(self, call: Call) -> _Result:
        zone = self._zone(call, call.params["Id"])
        if zone.has_own_records():
            raise AwsError(
                "HostedZoneNotEmpty",
                "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
            )
        change = self._new_change(call, zone, None)
        del self.zones[call.scope][zone.id]
        return {"ChangeInfo": self._info(change)}

    def list_zones(self, call: Call) -> _Result:
        size = _page_size(call, _MAX_PAGE)
        zones = sorted(self.zones.get(call.scope, {}).values(), key=lambda zone: zone.created)
        if call.params.get("HostedZoneType") == "PrivateHostedZone":
            zones = [zone for zone in zones if zone.is_private]
        marker = (call.params.get("Marker") or "").rpartition("/")[2]
        start = next((index for index, zone in enumerate(zones) if zone.id == marker), None) if marker else 0
        if start is None:
            raise AwsError("InvalidInput", f"Marker {marker} is not valid.")
        end = start + size
        result: dict[str, t.Any] = {
            "HostedZones": [zone.describe() for zone in zones[start:end]],
            "Marker": marker,
            "IsTruncated": end < len(zones),
            "MaxItems": str(size),
        }
        return result | {"NextMarker": zones[end].id} if end < len(zones) else result

    def list_zones_by_name(self, call: Call) -> _Result:
        size = _page_size(call, _MAX_PAGE)
        name = call.params.get("DNSName")
        start_id = (call.params.get("HostedZoneId") or "").rpartition("/")[2]
        if start_id and not name:
            raise AwsError("InvalidInput", "HostedZoneId requires DNSName.")
        start = (sort_name(canonical(name)), start_id) if name else ("", "")
        zones = sorted(self.zones.get(call.scope, {}).values(), key=lambda zone: (sort_name(zone.name), zone.id))
        following = [zone for zone in zones if (sort_name(zone.name), zone.id) >= start]
        result: dict[str, t.Any] = {
            "HostedZones": [zone.describe() for zone in following[:size]],
            "IsTruncated": len(following) > size,
            "MaxItems": str(size),
        }
        result |= {"DNSName": name} if name else {}
        result |= {"HostedZoneId": start_id} if start_id else {}
        return result | (
            {"NextDNSName": escaped(following[size].name), "NextHostedZoneId": following[size].id}
            if len(following) > size
            else {}
        )

    def count_zones(self, call: Call) -> _Result:
        return {"HostedZoneCount": len(self.zones.get(call.scope, {}))}

    # --- records ---

    def list_records(self, call: Call) -> _Result:
        zone = self._zone(call, call.params["HostedZoneId"])
        size = _page_size(call, _MAX_RECORD_PAGE)
        name, kind, identifier = (
            call.params.get(key) or "" for key in ("StartRecordName", "StartRecordType", "StartRecordIdentifier")
        )
        if (kind and not name) or (identifier and not kind):
            raise AwsError(
                "InvalidInput",
                "The input is not valid: StartRecordType needs StartRecordName, StartRecordIdentifier needs both.",
            )
        start = (sort_name(canonical(name)), kind, identifier) if name else ("", "", "")
        records = sorted(zone.records.items(), key=lambda item: (sort_name(item[0][0]), item[0][1], item[0][2]))
        following = [record for key, record in records if (sort_name(key[0]), key[1], key[2]) >= start]
        result: dict[str, t.Any] = {
            "ResourceRecordSets": following[:size],
            "IsTruncated": len(following) > size,
            "MaxItems": str(size),
        }
        if len(following) > size:
            upcoming = following[size]
            result |= {"NextRecordName": upcoming["Name"], "NextRecordType": upcoming["Type"]}
            result |= {"NextRecordIdentifier": upcoming["SetIdentifier"]} if upcoming.get("SetIdentifier") else {}
        return result

    def change_records(self, call: Call) -> _Result:
        constraints.check(call)
        zone = self._zone(call, call.params["HostedZoneId"])
        if self.state.timestamp() < zone.locked_until:
            raise AwsError(
                "PriorRequestNotComplete",
                "The request was rejected because Route 53 was still processing a prior request.",
            )
        batch = call.params["ChangeBatch"]
        changed = route53_batch.apply(zone, batch["Changes"])
        zone.locked_until = self.state.timestamp() + self.state.settings.route53_zone_lock_seconds
        change = self._new_change(call, zone, batch.get("Comment"))
        zone.publish_at(change.insync_at, changed, self.state.settings.dns_late_seconds)
        zone.records.update({key: record for key, record in changed.items() if record is not None})
        for key in [key for key, record in changed.items() if record is None]:
            zone.records.pop(key, None)
        return {"ChangeInfo": self._info(change)}

    def get_change(self, call: Call) -> _Result:
        wanted = call.params["Id"].rpartition("/")[2]
        change = self._changes.get(call.scope, {}).get(wanted)
        if change is None:
            raise AwsError("NoSuchChange", f"Could not find resource with ID: {wanted}", 404)
        return {"ChangeInfo": self._info(change)}

    # --- helpers ---

    def _zone(self, call: Call, wanted: str) -> Zone:
        zone_id = wanted.rpartition("/")[2]
        zone = self.zones.get(call.scope, {}).get(zone_id)
        if zone is None:
            raise AwsError("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}", 404)
        return zone

    def _new_change(self, call: Call, zone: Zone, comment: str | None) -> _Change:
        insync_at = max(self.state.timestamp() + self.state.settings.route53_propagation_seconds, zone.last_insync)
        zone.last_insync = insync_at
        change = _Change("C" + _random(20), self.state.now(), insync_at, comment)
        self._changes.setdefault(call.scope, {})[change.id] = change
        return change

    def _info(self, change: _Change) -> dict[str, t.Any]:
        status = "INSYNC" if self.state.timestamp() >= change.insync_at else "PENDING"
        info = {"Id": f"/change/{change.id}", "Status": status, "SubmittedAt": change.submitted}
        return info | ({"Comment": change.comment} if change.comment else {})


def _zone_name(text: str) -> str:
    name = canonical(text)
    labels = name.rstrip(".").split(".")
    if len(name) > 255 or any(not label or len(label) > 63 for label in labels) or "*" in name:
        raise AwsError("InvalidDomainName", f"{text} is not a valid domain name")
    return name


def _page_size(call: Call, largest: int) -> int:
    text = call.params.get("MaxItems") or str(largest)
    if not text.isdigit() or int(text) < 1:
        raise AwsError("InvalidInput", f"MaxItems {text} is not a positive number.")
    return min(int(text), largest)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for dummy in range(length))
