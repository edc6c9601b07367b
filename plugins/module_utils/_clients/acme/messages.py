# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the CA says of orders and authorizations, as values that tolerate what we do not know (new challenge types, new
fields)."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from enum import Enum

from ..._core.ca.problems import Problem
from ..._core.issue.pending_order import Asked
from ..._core.values import domain_names, texts, urls
from ..._errors import RemoteError

DNS_01 = "dns-01"
DNS_PERSIST_01 = "dns-persist-01"
# A name has an authorization, and an order no more names than a certificate.
MOST_NAMES = domain_names.MAX_NAMES
# Types of challenges of an authorization, profiles and names in CAA records of a CA, other chains of a certificate.
MOST_LISTED = 50
LONGEST_REASON = 500
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,1000}")
REQUIRED_RESOURCES = ("newNonce", "newAccount", "newOrder")
RESOURCES = (*REQUIRED_RESOURCES, "revokeCert", "keyChange", "renewalInfo")


def unusable(operation: str, url: str, why: str, retry_after: float | None = None) -> RemoteError:
    """The error for an answer of the CA, or of something in its place, that says nothing; ``why`` ends in what to
    do."""
    text = f"acme:{operation} on {texts.cleaned(url)} returned an unusable response: {why}"
    return RemoteError(text, service="acme", operation=operation, code="malformedAnswer", retry_after=retry_after)


def linked(url: t.Any, name: str) -> str:
    """The URL that an answer of the CA gives for ``name``; ValueError unless it is one that may be asked."""
    problem = urls.https_problem(url)
    if problem:
        raise ValueError(f"its {name} {texts.quoted(url)} is {problem}")
    return str(url)


def _bounded(found: t.Any, name: str, most: int) -> list[t.Any]:
    """The list under this name; ValueError unless it is one of at most so many entries."""
    if not isinstance(found, list) or len(found) > most:
        raise ValueError(f"its {name} are not a list of at most {most}")
    return found


def _token(found: t.Any) -> str:
    """A challenge's token; ValueError unless it is base64url (RFC 8555 section 8)."""
    if not isinstance(found, str) or not _TOKEN.fullmatch(found):
        raise ValueError(f"the token of a challenge, {texts.quoted(found)}, is not valid")
    return found


def _why(exc: Exception) -> str:
    """What is wrong with a document, in its own words if there are any."""
    said = texts.cleaned(exc, LONGEST_REASON)
    return said if exc.__class__ is ValueError else f"{type(exc).__name__} {said}"


class AcmeStatus(str, Enum):
    """States of orders, authorizations and challenges (RFC 8555 section 7.1.6)."""

    PENDING = "pending"
    READY = "ready"
    PROCESSING = "processing"
    VALID = "valid"
    INVALID = "invalid"
    DEACTIVATED = "deactivated"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Directory:
    """What the directory tells about the CA; ``urls`` are those of its resources by name."""

    terms_of_service: str | None
    profiles: tuple[str, ...]
    needs_eab: bool
    renewal_info: str | None = None
    caa_identities: tuple[str, ...] = ()
    urls: t.Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, url: str, document: t.Mapping[str, t.Any]) -> Directory:
        """The directory at ``url``; RemoteError if the document is none."""
        meta = document.get("meta", {})
        missing = [name for name in REQUIRED_RESOURCES if not isinstance(document.get(name), str)]
        if missing or not isinstance(meta, dict):
            why = f"it is not an ACME directory, {' and '.join(missing) or 'its meta'} missing; check the URL"
            raise unusable("directory", url, why)
        try:
            found = {name: linked(document[name], name) for name in RESOURCES if isinstance(document.get(name), str)}
            profiles = [*(meta.get("profiles") or {})]
            return cls(
                terms_of_service=texts.cleaned(meta["termsOfService"]) if meta.get("termsOfService") else None,
                profiles=tuple(sorted(texts.cleaned(name) for name in _bounded(profiles, "profiles", MOST_LISTED))),
                needs_eab=bool(meta.get("externalAccountRequired")),
                renewal_info=found.get("renewalInfo"),
                caa_identities=tuple(
                    texts.cleaned(name)
                    for name in _bounded(meta.get("caaIdentities") or [], "caaIdentities", MOST_LISTED)
                ),
                urls=found,
            )
        except (TypeError, ValueError) as exc:
            raise unusable("directory", url, f"{_why(exc)}; check the URL, or ask the CA") from exc


@dataclass(frozen=True)
class AcmeOrder:
    """An order; ``retry_after`` is how long the CA wants us to wait before we ask again, in seconds."""

    url: str
    status: AcmeStatus
    identifiers: frozenset[str]
    authorizations: tuple[str, ...]
    finalize: str
    certificate: str | None
    error: Problem | None
    retry_after: float | None

    @classmethod
    def from_json(cls, url: str, document: t.Mapping[str, t.Any], retry_after: float | None) -> AcmeOrder:
        """The order at ``url``; RemoteError if the document is none."""
        with_error = document.get("error")
        try:
            return cls(
                url=linked(url, "Location"),
                status=AcmeStatus(document["status"]),
                identifiers=frozenset(
                    texts.cleaned(identifier["value"]).lower()
                    for identifier in _bounded(document["identifiers"], "identifiers", MOST_NAMES)
                ),
                authorizations=tuple(
                    linked(each, "authorization")
                    for each in _bounded(document["authorizations"], "authorizations", MOST_NAMES)
                ),
                finalize=linked(document["finalize"], "finalize"),
                certificate=linked(document["certificate"], "certificate") if document.get("certificate") else None,
                error=Problem.from_json(with_error) if with_error else None,
                retry_after=retry_after,
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise unusable("order", url, f"{_why(exc)}; run again, or ask the CA") from exc


@dataclass(frozen=True)
class Chain:
    """A downloaded certificate, the leaf first, and where the CA offers it with other chains (RFC 8555 section
    7.4.2)."""

    pem: str
    alternates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Challenge:
    """A dns-01 challenge, or a dns-persist-01 challenge, which has no token but the names of the CA and perhaps the
    account that it is for."""

    url: str
    token: str
    status: AcmeStatus
    issuers: tuple[str, ...] = ()
    account_url: str | None = None

    @classmethod
    def persistent(cls, document: t.Mapping[str, t.Any]) -> Challenge | None:
        """A dns-persist-01 challenge (draft-ietf-acme-dns-persist section 3.1); what is none counts as not offered, as
        the draft may change."""
        try:
            url, issuers = document["url"], document["issuer-domain-names"]
            if not all(isinstance(name, str) for name in _bounded(issuers, "issuer-domain-names", MOST_LISTED)):
                return None
            return cls(
                linked(url, "challenge"), "", AcmeStatus(document["status"]), tuple(issuers), document.get("accounturi")
            )
        except (KeyError, ValueError):
            return None


@dataclass(frozen=True)
class Authorization:
    """An authorization with its dns-01 challenge and its dns-persist-01 challenge, if it offers them; other types are
    ignored (RFC 8555 section 7.1.4)."""

    url: str
    domain: str
    status: AcmeStatus
    challenge: Challenge | None
    problem: Problem | None
    persistent: Challenge | None = None

    @classmethod
    def from_json(cls, url: str, document: t.Mapping[str, t.Any]) -> Authorization:
        """The authorization at ``url``; RemoteError if the document is none."""
        try:
            challenges = _bounded(document["challenges"], "challenges", MOST_LISTED)
            errors = [challenge["error"] for challenge in challenges if challenge.get("error")]
            dns = [
                Challenge(linked(each["url"], "challenge"), _token(each["token"]), AcmeStatus(each["status"]))
                for each in challenges
                if each["type"] == DNS_01
            ]
            persistent = [Challenge.persistent(each) for each in challenges if each["type"] == DNS_PERSIST_01]
            return cls(
                url=url,
                domain=texts.cleaned(document["identifier"]["value"]).lower(),
                status=AcmeStatus(document["status"]),
                challenge=dns[0] if dns else None,
                problem=Problem.from_json(errors[0]) if errors else None,
                persistent=persistent[0] if persistent else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise unusable("authorization", url, f"{_why(exc)}; run again, or ask the CA") from exc

    @classmethod
    def from_asked(cls, asked: Asked) -> Authorization:
        """As it was when its challenge was noted, to be answered."""
        challenge = Challenge(asked.url, asked.token, AcmeStatus.PENDING)
        return cls(asked.authorization, asked.domain, AcmeStatus.PENDING, challenge, None)

    def as_asked(self) -> Asked | None:
        """What to note of its dns-01 challenge, if there is one."""
        return (
            Asked(self.url, self.domain, self.challenge.url, self.challenge.token)
            if self.challenge is not None
            else None
        )
