# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACME problem documents (RFC 8555 section 6.7) as values, with what to do about each."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ..values import domain_names, texts, times

URN = "urn:ietf:params:acme:error:"
LONGEST_CODE = 200
# RFC 8555 section 6.7.1 has one level of subproblems.
DEEPEST = 2

# Every type of RFC 8555 section 6.7, then those of RFC 9773 section 5, of draft-ietf-acme-profiles, and what CAs add.
_ADVICE = {
    "accountDoesNotExist": "the CA no longer knows the account; the next run registers it again",
    "alreadyRevoked": "nothing to do: the certificate is already revoked",
    "badCSR": "choose another key_type or fewer names: the CA refuses this signing request",
    "badNonce": "run again: the CA kept refusing nonces that it had just issued",
    "badPublicKey": (
        "roll the account key over with acme_account, or choose another key_type: the CA refuses this public key"
    ),
    "badRevocationReason": "revoke with another reason, or with none: the CA does not accept this one",
    "badSignatureAlgorithm": (
        "ask the CA: it does not accept ES256, which every ACME server must support (RFC 8555 section 6.2)"
    ),
    "caa": "allow this CA in the CAA records of the name, or remove them",
    "compound": "fix each of the names in the message",
    "connection": "check that the CA can reach the name servers of the zone",
    "dns": "check that the zone is delegated to the Route 53 name servers of this hosted zone",
    "externalAccountRequired": "set acme_eab_kid and acme_eab_hmac_key to the values that the CA gave you",
    "incorrectResponse": (
        "check that the zone is delegated to this hosted zone, and that no other record answers for the challenge name"
    ),
    "invalidContact": "correct acme_contacts: the CA does not accept one of the addresses",
    "malformed": "read the CA's explanation; if the names and the profile are correct, report this message as a bug",
    "orderNotReady": "run again to continue the order",
    "rejectedIdentifier": "the CA's policy forbids this name; remove it",
    "serverInternal": "the CA has an internal problem; run again later",
    "tls": "check which server answers for the name: the CA could not set up TLS with it",
    "unauthorized": (
        "check that the zone is delegated to this hosted zone; if it is about the account or the profile, ask the CA"
    ),
    "unsupportedContact": "use plain e-mail addresses in acme_contacts: the CA accepts no others",
    "unsupportedIdentifier": "this CA does not issue for such a name; remove it or choose another CA",
    "userActionRequired": (
        "visit the URL named in the message, for example to agree to new terms of service, then run again"
    ),
    "alreadyReplaced": (
        "run again: another order has already replaced the certificate, and the next order does not claim to replace it"
    ),
    "invalidProfile": "set acme_profile to one that the directory lists, or leave it out",
    "conflict": "run again: another request changed the same resource at the same time",
    "dnssec": "fix the DNSSEC chain of the zone",
    "invalid": (
        "the CA gave no reason; check that the zone is delegated to the Route 53 name servers of this hosted zone"
    ),
}
# What the type says depends on what was asked: no name was looked at yet.
_BINDING = (
    "check acme_eab_kid and acme_eab_hmac_key if the CA wants an external account binding: each CA has keys of its own,"
    " and some can be used only once"
)
_ACCOUNT = (
    "the CA does not accept the account, or not with this profile: leave acme_profile out if few may use it; if"
    " the account is deactivated, run acme_account with state=deactivated, and the next run registers a new one"
)
_ADVICE_ON = {
    ("newAccount", "externalAccountRequired"): _ADVICE["externalAccountRequired"],
    ("newAccount", "malformed"): _BINDING,
    ("newAccount", "unauthorized"): _BINDING,
    ("newOrder", "unauthorized"): _ACCOUNT,
    ("keyChange", "unauthorized"): _ACCOUNT,
    ("account", "unauthorized"): _ACCOUNT,
    ("revokeCert", "unauthorized"): (
        "revoke with the account that ordered the certificate, or with the certificate's own key"
    ),
}
# These say how the CA is today, or what it may do, not how the names are: another CA may issue.
_ABOUT_THE_CA = frozenset({"caa", "rateLimited", "serverInternal"})

# What Boulder's messages say, and which limit that is. https://letsencrypt.org/docs/rate-limits/
_LIMITS = {
    "exact set": (
        "certificates for the same exact set of names (Let's Encrypt: 5 in 7 days)",
        "reuse the certificate in the archive, or change the set of names",
    ),
    "registered domain": (
        "certificates for one registered domain (Let's Encrypt: 50 in 7 days)",
        "put more names into one certificate, or ask the CA for more",
    ),
    "failed authorizations": (
        "failed validations of one name (Let's Encrypt: 5 an hour)",
        "fix DNS for the name first, and test with letsencrypt_staging",
    ),
    "paused": (
        "consecutive failed validations of one name",
        "fix DNS for the name, then unpause it with the link in the message",
    ),
    "new orders": (
        "new orders of one account (Let's Encrypt: 300 in 3 hours)",
        "spread the projects over time",
    ),
    "registrations": (
        "new accounts from one address (Let's Encrypt: 10 in 3 hours)",
        "keep the archive between runs, so that the account is reused",
    ),
}
_UNKNOWN_LIMIT = ("a limit that the message names", "run again later; use letsencrypt_staging for tests")
_RETRY_TIME = re.compile(r"retry after (\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}) ?(?:UTC|Z)")


@dataclass(frozen=True)
class Problem:
    """``code`` is the type without its URN; ``identifier`` the name that it is about, if any."""

    code: str
    detail: str
    identifier: str | None = None
    subproblems: tuple[Problem, ...] = ()

    @classmethod
    def from_json(cls, document: t.Any, depth: int = DEEPEST) -> Problem:
        """The problem of a parsed document, however incomplete; of subproblems as many as names, ``depth`` deep."""
        fields = document if isinstance(document, dict) else {}
        identifier, subproblems = fields.get("identifier"), fields.get("subproblems")
        nested = subproblems[: domain_names.MAX_NAMES] if depth and isinstance(subproblems, list) else []
        return cls(
            code=texts.cleaned(fields.get("type") or "unknown", LONGEST_CODE).removeprefix(URN),
            detail=texts.cleaned(fields.get("detail") or fields.get("title") or "no further information"),
            identifier=texts.cleaned(identifier.get("value")) if isinstance(identifier, dict) else None,
            subproblems=tuple(cls.from_json(each, depth - 1) for each in nested),
        )

    def as_text(self) -> str:
        """Type, detail, and each subproblem with its name, in one line."""
        about = f"{self.identifier}: " if self.identifier else ""
        subs = "".join(f"; {sub.as_text()}" for sub in self.subproblems)
        return texts.cleaned(f"{about}{self.code}: {self.detail}{subs}", texts.LONGEST_MESSAGE)

    def as_details(self) -> list[dict[str, t.Any]]:
        """One entry for each name that the problem is about, as users get them."""
        own = [{"identifier": self.identifier, "code": self.code, "detail": self.detail}] if self.identifier else []
        return own + [entry for sub in self.subproblems for entry in sub.as_details()]


@dataclass(frozen=True)
class RateLimit:
    """Which limit of the CA was hit, until when, and what to do about it."""

    limit: str
    until: datetime | None
    advice: str

    def as_text(self) -> str:
        """One sentence."""
        wait = f"wait until {times.to_text(self.until)}" if self.until else "wait as long as the message says"
        return f"the limit is on {self.limit}; {wait}; {self.advice}"


def rate_limit(detail: str, retry_after: float | None, now: datetime) -> RateLimit:
    """What a rateLimited problem means; the time comes from Retry-After, otherwise from Boulder's text."""
    lowered = detail.lower()
    limit, advice = next((_LIMITS[words] for words in _LIMITS if words in lowered), _UNKNOWN_LIMIT)
    until = now + timedelta(seconds=retry_after) if retry_after is not None else None
    return RateLimit(limit=limit, until=until or _told(detail), advice=advice)


def _told(detail: str) -> datetime | None:
    match = _RETRY_TIME.search(detail)
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=timezone.utc) if match else None
    except ValueError:
        return None


def advice(problem: Problem, retry_after: float | None, now: datetime, operation: str = "") -> str:
    """What to do about the problem that ``operation`` met; empty if nothing is known about its type."""
    limited = _limited(problem, retry_after, now)
    return limited.as_text() if limited else fixed_advice(problem, operation)


def fixed_advice(problem: Problem, operation: str = "") -> str:
    """What to do about a problem of this type, whatever its text; that of each name counts more than that of the whole.
    Empty if nothing is known."""
    if not problem.subproblems and (operation, problem.code) in _ADVICE_ON:
        return _ADVICE_ON[operation, problem.code]
    known = [_ADVICE[each.code] for each in problem.subproblems if each.code in _ADVICE]
    return "; ".join(dict.fromkeys(known)) or _ADVICE.get(problem.code, "")


def another_ca_may_issue(codes: t.Collection[str]) -> bool:
    """Whether problems of these types, of which there is at least one, are all about the CA and not about the names."""
    return bool(codes) and all(code in _ABOUT_THE_CA for code in codes)


def retry_at(problem: Problem, retry_after: float | None, now: datetime) -> datetime | None:
    """Until when a rate limit forbids another attempt; None for anything else, and for a limit that does not say."""
    limited = _limited(problem, retry_after, now)
    return limited.until if limited else None


def _limited(problem: Problem, retry_after: float | None, now: datetime) -> RateLimit | None:
    """The limit that the problem, or one of its parts, is about."""
    found = next((each for each in (problem, *problem.subproblems) if each.code == "rateLimited"), None)
    return rate_limit(found.detail, retry_after, now) if found else None
