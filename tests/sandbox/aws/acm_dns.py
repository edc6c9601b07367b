# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ACM asks of the DNS: one validation record for each account and name, and CAA records that let it issue.

https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from .state import State

MAX_CNAMES = 5
ISSUERS = frozenset({"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"})


@dataclass(frozen=True)
class ValidationRecord:
    """The CNAME that proves a name."""

    name: str
    value: str


def record(account: str, name: str) -> ValidationRecord:
    """The same for a wildcard and its base, in every region, for every certificate; another one in another account."""
    base = name.removeprefix("*.")
    digest = hashlib.sha256(f"{account} {base}".encode()).hexdigest()
    return ValidationRecord(f"_{digest[:32]}.{base}.", f"_{digest[32:]}.jkddzztszm.acm-validations.aws.")


def is_validated(state: State, account: str, name: str) -> bool:
    """Whether the public DNS has the record; it may point on, and its value may lack the leading underscore."""
    wanted = record(account, name)
    current = wanted.name
    for dummy in range(MAX_CNAMES):
        answer = state.dns_lookup(current, "CNAME")
        if not answer.records:
            return False
        current = answer.records[0].value.lower().rstrip(".") + "."
        if current in (wanted.value, wanted.value[1:]):
            return True
    return False


def may_issue(state: State, name: str) -> bool:
    """What the closest CAA records above a name say to ACM; it reads issue and issuewild, and no other tag."""
    is_wildcard = name.startswith("*.")
    current = name.removeprefix("*.")
    while current:
        found = [
            entry.value.split(None, 2) for entry in state.dns_lookup(current, "CAA").records if entry.type == "CAA"
        ]
        if found:
            return _allows(
                [(tag.lower(), value.strip('"').partition(";")[0].strip().lower()) for _flags, tag, value in found],
                is_wildcard,
            )
        current = current.partition(".")[2]
    return True


def _allows(records: t.Sequence[tuple[str, str]], is_wildcard: bool) -> bool:
    own = [issuer for tag, issuer in records if tag == "issuewild"] if is_wildcard else []
    issuers = own or [issuer for tag, issuer in records if tag == "issue"]
    return not issuers or bool(ISSUERS & set(issuers))
