# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TXT value that dns-persist-01 looks for: which one is wanted, and whether what stands there says the same
(draft-ietf-acme-dns-persist).

The value is not bound to an order: it lets an account have certificates of a name for as long as it stands.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..values import domain_names, texts, urls
from . import caa, txt_records
from .txt_records import Change, Group, TxtSet

LABEL = "_validation-persist."
# A challenge with none or with more is malformed (section 3.1).
MAX_ISSUERS = 10
WILDCARD = "wildcard"

# What the syntax of RFC 8659 section 4.2 lets a parameter have, without what would have to be escaped in a TXT value.
_URI = re.compile(r"[!#-:<-\[\]-~]+")


@dataclass(frozen=True)
class Grant:
    """That an account of the CA that has these names may have certificates of a name, of its wildcard too with
    ``wildcard``."""

    issuers: tuple[str, ...]
    account_url: str
    wildcard: bool = False

    @property
    def value(self) -> str:
        """As a TXT value; the CA takes any of its names, in no order, so that the choice has to be the same each
        time."""
        return f"{min(self.issuers)}; accounturi={self.account_url}" + (f"; policy={WILDCARD}" if self.wildcard else "")

    def found_in(self, texts: t.Iterable[str], now: datetime) -> str | None:
        """The first of these TXT values that grants this now; None if none does."""
        return next((text for text in texts if self._is_said_by(text, now)), None)

    def group(self, name: str, there: TxtSet | None, now: datetime) -> Group:
        """The changes after which the name grants this; none if it does. A value of the same account that says less is
        replaced, all others are kept."""
        ours = txt_records.quoted(self.value)
        if there is None:
            return (Change("CREATE", TxtSet(name, txt_records.TTL_SECONDS, (ours,))),)
        texts = {value: txt_records.unquoted(value) for value in there.values}
        if self.found_in(texts.values(), now) is not None:
            return ()
        rest = tuple(value for value in there.values if self._parameters(texts[value]) is None)
        return Change("DELETE", there), Change("CREATE", TxtSet(there.name, there.ttl, (*rest, ours)))

    def _is_said_by(self, text: str, now: datetime) -> bool:
        parameters = self._parameters(text)
        if parameters is None or (self.wildcard and parameters.get("policy", "").lower() != WILDCARD):
            return False
        until = parameters.get("persistuntil")
        return until is None or (until.isascii() and until.isdigit() and int(until) > now.timestamp())

    def _parameters(self, text: str) -> dict[str, str] | None:
        """The parameters of a value for this account; None if it is for another one, or malformed (section 4)."""
        issuer, pairs = caa.issue_value(text)
        parameters = dict(pairs)
        is_ours = (
            issuer in self.issuers
            and len(parameters) == len(pairs)
            and parameters.get("accounturi") == self.account_url
        )
        return parameters if is_ours else None


def texts_of(account_url: str, there: TxtSet | None) -> list[str]:
    """The values in a record set that grant anything to this account, of those that are written as this module writes
    them."""
    texts = {value: txt_records.unquoted(value) for value in (there.values if there is not None else ())}
    ours = [text for value, text in texts.items() if txt_records.quoted(text) == value]
    return [text for text in ours if ("accounturi", account_url) in caa.issue_value(text)[1]]


def record_name(domain: str) -> str:
    """Where the value for a name and its wildcard stands."""
    return LABEL + domain_names.base(domain)


def room_problems(domains: t.Iterable[str], dns_persist: bool) -> list[str]:
    """Names that are so long that the name of their record would be longer than DNS allows."""
    label = max(txt_records.CHALLENGE_LABEL, LABEL if dns_persist else "", key=len)
    most = domain_names.MAX_NAME_LENGTH - len(label)
    return [
        f"domains: {texts.quoted(domain)} has {len(domain_names.base(domain))} characters, which leaves no room for"
        f" {label} before it; at most {most} are allowed"
        for domain in domains
        if len(domain_names.base(domain)) > most
    ]


def is_usable(issuers: t.Sequence[str], account_url: str, directory_url: str) -> bool:
    """Whether a challenge can be answered: it is well-formed, and the account is one of the very server that offers it.

    The value outlives the order. So no server is believed that the account of another one, at a CA of another name, be
    ours.
    """
    well_formed = 0 < len(issuers) <= MAX_ISSUERS and all(caa.issue_value(name) == (name, ()) for name in issuers)
    same_server = urls.parts(account_url).netloc == urls.parts(directory_url).netloc
    return well_formed and same_server and bool(_URI.fullmatch(account_url))
