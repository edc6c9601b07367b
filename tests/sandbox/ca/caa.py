# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CAA as a CA checks it before it makes an order: RFC 8659 sections 3 to 5, with accounturi and validationmethods of
RFC 8657.

The sandbox reads the records from its own DNS, behind CNAMEs as a resolver would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sandbox.aws.dns_view import DnsAnswer

Lookup = Callable[[str, str], DnsAnswer]
METHOD = "dns-01"
CNAME_LIMIT = 8
_RECORD = re.compile(r'(\d+)\s+(\w+)\s+"?([^"]*)"?')
_UNDERSTOOD = {"issue", "issuewild", "iodef"}


@dataclass(frozen=True)
class Property:
    """One CAA record."""

    is_critical: bool
    tag: str
    value: str


def forbidden(names: Iterable[str], identities: Sequence[str], account: str, lookup: Lookup) -> list[str]:
    """Those of the names for which the records do not let a CA with these identities issue to this account."""
    return [name for name in names if not _permits(name, identities, account, lookup)]


def _permits(name: str, identities: Sequence[str], account: str, lookup: Lookup) -> bool:
    is_wildcard = name.startswith("*.")
    records = _climb(name.removeprefix("*."), lookup)
    if any(record.is_critical and record.tag not in _UNDERSTOOD for record in records):
        return False
    issue = [record.value for record in records if record.tag == "issue"]
    issue_wild = [record.value for record in records if record.tag == "issuewild"]
    values = issue_wild or issue if is_wildcard else issue
    return not values or any(_names_us(value, identities, account) for value in values)


def _climb(name: str, lookup: Lookup) -> list[Property]:
    """The records of the name, or of the closest name above it that has any."""
    while name:
        found = _records(name, lookup)
        if found:
            return found
        name = name.partition(".")[2]
    return []


def _records(name: str, lookup: Lookup) -> list[Property]:
    for _step in range(CNAME_LIMIT):
        records = lookup(name, "CAA").records
        alias = next((record.value for record in records if record.type == "CNAME"), None)
        if alias is None:
            parsed = (_RECORD.fullmatch(record.value.strip()) for record in records if record.type == "CAA")
            return [Property(bool(int(found[1]) & 128), found[2].lower(), found[3]) for found in parsed if found]
        name = alias
    return []


def _names_us(value: str, identities: Sequence[str], account: str) -> bool:
    issuer, *rest = (part.strip() for part in value.split(";"))
    pairs = [part.partition("=") for part in rest if part]
    methods = [text.strip() for name, _equals, text in pairs if name.strip().lower() == "validationmethods"]
    accounts = [text.strip() for name, _equals, text in pairs if name.strip().lower() == "accounturi"]
    return (
        issuer.lower() in identities
        and (not methods or (len(methods) == 1 and METHOD in methods[0].lower().split(",")))
        and (not accounts or accounts == [account])
    )
