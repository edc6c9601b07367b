# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change batch: all of it or nothing, with every problem in the answer.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from .errors import AwsError
from .route53_zone import Key, Record, Zone, canonical, escaped

MAX_RECORDS = 1000
MAX_CHARACTERS = 32000
MAX_VALUES_PER_SET = 400
MAX_STRING = 255
MAX_VALUE = 4000
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_QUOTED_ALL = re.compile(r'"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*')
_POLICIES = (
    "Weight",
    "Region",
    "GeoLocation",
    "Failover",
    "MultiValueAnswer",
    "CidrRoutingConfig",
    "GeoProximityLocation",
)
_Changes = t.Sequence[t.Mapping[str, t.Any]]


def apply(zone: Zone, changes: _Changes) -> dict[Key, Record | None]:
    """What the batch makes of the record sets that it names; raises InvalidChangeBatch or InvalidInput and changes
    nothing itself."""
    for change in changes:
        _check_shape(change)
    problems = _limit_problems(changes) or _batch_problems(zone, changes)
    if not problems:
        result, problems = _applied(zone, changes)
        problems = problems or _conflicts(zone, result)
    if problems:
        raise AwsError("InvalidChangeBatch", f"[{', '.join(problems)}]")
    return result


def _key(record: t.Mapping[str, t.Any]) -> Key:
    return (canonical(record["Name"]), record["Type"], record.get("SetIdentifier") or "")


def _check_shape(change: t.Mapping[str, t.Any]) -> None:
    record = change["ResourceRecordSet"]
    where = (
        f"Change with [Action={change['Action']}, Name={record['Name']}, Type={record['Type']},"
        f" SetIdentifier={record.get('SetIdentifier') or 'null'}]"
    )
    has_records = record.get("TTL") is not None and bool(record.get("ResourceRecords"))
    wanted = "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]"
    if not has_records and not record.get("AliasTarget"):
        raise AwsError("InvalidInput", f"Invalid request: {wanted}, but found none in {where}")
    if record.get("AliasTarget") and (record.get("TTL") is not None or record.get("ResourceRecords")):
        raise AwsError("InvalidInput", f"Invalid request: {wanted}, but found more than one in {where}")
    if bool(record.get("SetIdentifier")) != any(record.get(policy) is not None for policy in _POLICIES):
        raise AwsError(
            "InvalidInput",
            f"Invalid request: Expected both or neither of SetIdentifier and a routing policy in {where}",
        )


def _limit_problems(changes: _Changes) -> list[str]:
    records = characters = 0
    for change in changes:
        # "When the value of the Action element is UPSERT, each ResourceRecord element is counted twice", and so is each
        # character
        weight = 2 if change["Action"] == "UPSERT" else 1
        values = [item["Value"] for item in change["ResourceRecordSet"].get("ResourceRecords") or []]
        records += weight * len(values)
        characters += weight * sum(len(value) for value in values)
    problems = []
    if records > MAX_RECORDS or len(changes) > MAX_RECORDS:
        problems.append(f"Number of records limit of {MAX_RECORDS} exceeded.")
    if characters > MAX_CHARACTERS:
        problems.append(f"RDATA character limit of {MAX_CHARACTERS} exceeded.")
    return problems


def _batch_problems(zone: Zone, changes: _Changes) -> list[str]:
    problems: list[str] = []
    actions: dict[Key, list[str]] = {}
    for change in changes:
        record = change["ResourceRecordSet"]
        key = _key(record)
        done = actions.setdefault(key, [])
        # deleting a set and creating it anew is the only pair that makes sense
        if done and [*done, change["Action"]] != ["DELETE", "CREATE"]:
            problems.append(
                f"The request contains an invalid set of changes for a resource record set '{change['Action']} {key[1]}"
                f" {escaped(key[0])}'"
            )
        done.append(change["Action"])
        if not zone.contains(key[0]):
            problems.append(f"RRSet with DNS name {escaped(key[0])} is not permitted in zone {escaped(zone.name)}")
        if key[0] == zone.name and change["Action"] == "DELETE" and key[1] in ("NS", "SOA"):
            problems.append(f"A HostedZone must contain at least one {key[1]} record for the zone itself.")
        problems += _name_problems(key[0]) + _value_problems(record)
    return problems


def _name_problems(name: str) -> list[str]:
    labels = name.rstrip(".").split(".")
    if len(name) > 255 or any(not label or len(label) > 63 for label in labels):
        return [f"Invalid Resource Record Name: '{escaped(name)}' is not a valid domain name"]
    return []


def _value_problems(record: t.Mapping[str, t.Any]) -> list[str]:
    values = [item["Value"] for item in record.get("ResourceRecords") or []]
    problems = [
        f"Duplicate Resource Record: '{value}'"
        for value in sorted({value for value in values if values.count(value) > 1})
    ]
    if record["Type"] in ("CNAME", "SOA") and len(values) > 1:
        problems.append(f"RRSet of type {record['Type']} cannot have more than one value")
    if len(values) > MAX_VALUES_PER_SET:
        problems.append(f"Cannot have more than {MAX_VALUES_PER_SET} records in a RRSet.")
    fatal = [(value, _fatal(record["Type"], value)) for value in values]
    return problems + [
        f"Invalid Resource Record: FATAL problem: {problem} encountered with '{value}'"
        for value, problem in fatal
        if problem
    ]


def _fatal(kind: str, value: str) -> str | None:
    if len(value) > MAX_VALUE:
        return "ValueTooLong (Value is too long)"
    if kind in ("TXT", "SPF"):
        return _text_problem(value)
    if kind in ("A", "AAAA"):
        return _address_problem(kind, value)
    if kind in ("CNAME", "NS", "PTR") and (not value or " " in value):
        return "InvalidDomainName (Value is not a valid domain name)"
    return None


def _text_problem(value: str) -> str | None:
    if not _QUOTED_ALL.fullmatch(value):
        return "InvalidCharacterString (Value should be enclosed in quotation marks)"
    if any(len(re.sub(r"\\(\d{3}|.)", "x", text)) > MAX_STRING for text in _QUOTED.findall(value)):
        return "CharacterStringTooLong (Value is too long)"
    return None


def _address_problem(kind: str, value: str) -> str | None:
    version = 4 if kind == "A" else 6
    try:
        is_address = ipaddress.ip_address(value).version == version
    except ValueError:
        is_address = False
    return None if is_address else f"{kind}RRDATAIllegalIPv{version}Address (Value is not a valid IPv{version} address)"


def _applied(zone: Zone, changes: _Changes) -> tuple[dict[Key, Record | None], list[str]]:
    result: dict[Key, Record | None] = {}
    problems = []
    for change in changes:
        record = change["ResourceRecordSet"]
        key = _key(record)
        current = result[key] if key in result else zone.records.get(key)
        subject = (
            f"resource record set [name='{escaped(key[0])}', type='{key[1]}'"
            + (f", set identifier='{key[2]}'" if key[2] else "")
            + "]"
        )
        if change["Action"] == "CREATE" and current is not None:
            problems.append(f"Tried to create {subject} but it already exists")
        elif change["Action"] == "DELETE" and current is None:
            problems.append(f"Tried to delete {subject} but it was not found")
        elif change["Action"] == "DELETE" and not _is_same(record, current or {}):
            problems.append(f"Tried to delete {subject} but the values provided do not match the current values")
        result[key] = None if change["Action"] == "DELETE" else {**record, "Name": escaped(key[0])}
    return result, problems


def _is_same(record: t.Mapping[str, t.Any], current: t.Mapping[str, t.Any]) -> bool:
    """Whether a DELETE names exactly what is there; the order of values does not matter, everything else does."""
    return _comparable(record) == _comparable(current)


def _comparable(record: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    comparable = {
        name: value for name, value in record.items() if value is not None and name not in ("Name", "ResourceRecords")
    }
    return comparable | {"values": sorted(item["Value"] for item in record.get("ResourceRecords") or [])}


def _conflicts(zone: Zone, result: t.Mapping[Key, Record | None]) -> list[str]:
    after: dict[str, set[Key]] = {}
    names = {key[0] for key in result}
    for key in [key for key in zone.records if key not in result and key[0] in names] + [
        key for key, record in result.items() if record is not None
    ]:
        after.setdefault(key[0], set()).add(key)
    problems = []
    for name, keys in after.items():
        types = {key[1] for key in keys}
        shown, apex = escaped(name), escaped(zone.name)
        if "CNAME" in types and name == zone.name:
            problems.append(f"RRSet of type CNAME with DNS name {shown} is not permitted at apex in zone {apex}")
        elif "CNAME" in types and len(types) > 1 and any(key[1] == "CNAME" and key in result for key in keys):
            problems.append(
                f"RRSet of type CNAME with DNS name {shown} is not permitted as it conflicts with other records with"
                f" the same DNS name in zone {apex}"
            )
        elif "CNAME" in types and len(types) > 1:
            kind = min(types - {"CNAME"})
            problems.append(
                f"RRSet of type {kind} with DNS name {shown} is not permitted because a conflicting RRSet of type CNAME"
                f" with the same DNS name already exists in zone {apex}"
            )
        problems += _mixed_policies(shown, keys)
    return problems


def _mixed_policies(shown: str, keys: set[Key]) -> list[str]:
    simple = {key[1] for key in keys if not key[2]}
    routed = {key[1] for key in keys if key[2]}
    return [
        f"RRSet with DNS name {shown}, type {kind} cannot be created as it conflicts with an RRSet of another routing"
        " policy"
        for kind in sorted(simple & routed)
    ]
