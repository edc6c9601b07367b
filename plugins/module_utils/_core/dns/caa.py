# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CAA (RFC 8659, RFC 8657): which records speak of a name, and whether they let a CA issue for it."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from enum import Enum

from ..values import domain_names, texts

CRITICAL = 128
# https://www.iana.org/assignments/pkix-parameters/pkix-parameters.xhtml#caa-properties
KNOWN_TAGS = ("issue", "issuewild", "iodef", "contactemail", "contactphone", "issuevmc", "issuemail")

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ISSUER = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PARAMETER = re.compile(r"([A-Za-z0-9]+)[ \t]*=[ \t]*([\x21-\x3a\x3c-\x7e]*)")


@dataclass(frozen=True)
class CaaRecord:
    """One record of a CAA record set."""

    flags: int
    tag: str
    value: str

    @classmethod
    def parse(cls, text: str) -> CaaRecord:
        """The record of flags, tag and value with blanks between them."""
        flags, tag, value = text.split(" ", 2)
        return cls(int(flags), tag, value)


class Reason(Enum):
    """Why records do not let a CA issue."""

    OTHER_ISSUERS = "other issuers"
    METHOD = "method"
    ACCOUNT = "account"
    CRITICAL = "critical"
    UNKNOWN_ISSUER = "unknown issuer"


@dataclass(frozen=True)
class Issuer:
    """Who wants to issue: the CA by its names in CAA records, the URL of our account if there is one, and how names are
    validated."""

    identities: tuple[str, ...]
    account_url: str | None = None
    method: str = "dns-01"


@dataclass(frozen=True)
class CaaVerdict:
    """``reason`` is None if the CA may issue; ``owner`` is where the records are that say so, None if there are
    none."""

    reason: Reason | None = None
    owner: str | None = None
    values: tuple[str, ...] = ()


def climb(domain: str) -> tuple[str, ...]:
    """The names to look at, in this order: the first that has records decides (RFC 8659 section 3)."""
    labels = domain_names.base(domain).split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels)))


def judge(domain: str, records: t.Mapping[str, t.Sequence[CaaRecord]], issuer: Issuer) -> CaaVerdict:
    """Whether the CA may issue for the name; ``records`` are those of each name of ``climb``."""
    owner = next((name for name in climb(domain) if records.get(name)), None)
    if owner is None:
        return CaaVerdict()
    found = records[owner]
    # RFC 8659 section 4.5
    critical = tuple(record.tag for record in found if record.flags & CRITICAL and record.tag.lower() not in KNOWN_TAGS)
    if critical:
        return CaaVerdict(Reason.CRITICAL, owner, critical)
    properties = _properties(domain, found)
    if not properties:
        return CaaVerdict(owner=owner)
    return CaaVerdict(_refusal(properties, issuer), owner, properties)


def first_unread(domain: str, records: t.Mapping[str, t.Sequence[CaaRecord] | None]) -> str | None:
    """The name whose records could not be read (None) although they may decide for the domain, if there is one."""
    for name in climb(domain):
        if records[name] is None:
            return name
        if records[name]:
            return None
    return None


def explain(verdict: CaaVerdict, issuer: Issuer) -> str:
    """What the records of a refusal say, and to whom."""
    values = " and ".join(f"{texts.quoted(value)}" for value in verdict.values)
    if verdict.reason is Reason.CRITICAL:
        return f"the CAA records of {verdict.owner} have the unknown property {values}, marked as critical"
    says = f"the CAA records of {verdict.owner} allow {values}"
    who = " or ".join(issuer.identities)
    account = issuer.account_url or "none yet, since a first run registers it"
    return {
        Reason.OTHER_ISSUERS: f"{says}, not {who}",
        Reason.METHOD: f"{says}, so {who} may not validate by {issuer.method}",
        Reason.ACCOUNT: f"{says}, but the account of the project is {account}",
        Reason.UNKNOWN_ISSUER: f"{says}, and the directory of the CA does not say which issuer name it looks for",
    }[verdict.reason or Reason.OTHER_ISSUERS]


def _properties(domain: str, records: t.Sequence[CaaRecord]) -> tuple[str, ...]:
    """The values that count: for a wildcard those of issuewild if there are any (RFC 8659 section 4.3)."""
    by_tag: dict[str, list[str]] = {}
    for record in records:
        by_tag.setdefault(record.tag.lower(), []).append(record.value)
    wild = by_tag.get("issuewild") if domain_names.is_wildcard(domain) else None
    return tuple(wild or by_tag.get("issue") or ())


def _refusal(properties: t.Sequence[str], issuer: Issuer) -> Reason | None:
    if not issuer.identities:
        return Reason.UNKNOWN_ISSUER
    identities = {identity.lower().rstrip(".") for identity in issuer.identities}
    ours = [parameters for name, parameters in map(issue_value, properties) if name in identities]
    if not ours:
        return Reason.OTHER_ISSUERS
    by_method = [parameters for parameters in ours if _allows_method(parameters, issuer.method)]
    if not by_method:
        return Reason.METHOD
    return None if any(_allows_account(parameters, issuer.account_url) for parameters in by_method) else Reason.ACCOUNT


Parameters = tuple[tuple[str, str], ...]


def issue_value(value: str) -> tuple[str, Parameters]:
    """Issuer and parameters of a property; what is malformed names no issuer, so that it allows nobody (RFC 8659
    section 4.2)."""
    name, _semicolon, rest = value.partition(";")
    name = name.strip(" \t")
    parts = [part.strip(" \t") for part in rest.split(";")] if rest.strip(" \t") else []
    matches = [_PARAMETER.fullmatch(part) for part in parts]
    if not _ISSUER.fullmatch(name) or not all(matches):
        return "", ()
    return name.lower(), tuple((match[1].lower(), match[2]) for match in matches if match)


def _allows_method(parameters: Parameters, method: str) -> bool:
    """RFC 8657 section 4"""
    given = [value for tag, value in parameters if tag == "validationmethods"]
    return not given or (len(given) == 1 and method in given[0].lower().split(","))


def _allows_account(parameters: Parameters, account_url: str | None) -> bool:
    """RFC 8657 section 3: one URI that is ours, letter by letter; a property with more than one of them is never
    satisfied."""
    given = [value for tag, value in parameters if tag == "accounturi"]
    return not given or given == [account_url]
