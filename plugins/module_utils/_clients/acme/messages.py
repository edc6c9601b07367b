# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the CA says of orders and authorizations, as values that tolerate what we do not know (new challenge types, new
fields)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from enum import Enum

from ..._core.ca.problems import Problem
from ..._core.issue.pending_order import Asked
from ..._errors import RemoteError

DNS_01 = "dns-01"
DNS_PERSIST_01 = "dns-persist-01"


def unusable(operation: str, url: str, why: str, retry_after: float | None = None) -> RemoteError:
    """The error for an answer of the CA, or of something in its place, that says nothing; ``why`` ends in what to
    do."""
    text = f"acme:{operation} on {url} got no usable answer: {why}"
    return RemoteError(text, service="acme", operation=operation, code="malformedAnswer", retry_after=retry_after)


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
    """What the directory tells about the CA beyond its URLs."""

    terms_of_service: str | None
    profiles: tuple[str, ...]
    needs_eab: bool
    renewal_info: str | None = None
    caa_identities: tuple[str, ...] = ()


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
                url=url,
                status=AcmeStatus(document["status"]),
                identifiers=frozenset(str(identifier["value"]).lower() for identifier in document["identifiers"]),
                authorizations=tuple(document["authorizations"]),
                finalize=str(document["finalize"]),
                certificate=document.get("certificate"),
                error=Problem.from_json(with_error) if with_error else None,
                retry_after=retry_after,
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise unusable("order", url, f"{type(exc).__name__} {exc}; run again, or ask the CA") from exc


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
            readable = (
                isinstance(url, str) and isinstance(issuers, list) and all(isinstance(name, str) for name in issuers)
            )
            return (
                cls(url, "", AcmeStatus(document["status"]), tuple(issuers), document.get("accounturi"))
                if readable
                else None
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
            challenges = document["challenges"]
            errors = [challenge["error"] for challenge in challenges if challenge.get("error")]
            dns = [
                Challenge(url=str(each["url"]), token=str(each["token"]), status=AcmeStatus(each["status"]))
                for each in challenges
                if each["type"] == DNS_01
            ]
            persistent = [Challenge.persistent(each) for each in challenges if each["type"] == DNS_PERSIST_01]
            return cls(
                url=url,
                domain=str(document["identifier"]["value"]).lower(),
                status=AcmeStatus(document["status"]),
                challenge=dns[0] if dns else None,
                problem=Problem.from_json(errors[0]) if errors else None,
                persistent=persistent[0] if persistent else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise unusable("authorization", url, f"{type(exc).__name__} {exc}; run again, or ask the CA") from exc

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
