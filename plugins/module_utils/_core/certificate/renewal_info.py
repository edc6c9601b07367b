# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACME renewal information (RFC 9773): when the CA wants a certificate to be renewed, and what is kept of that between
runs."""

from __future__ import annotations

import base64
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..values import schema, texts, times
from ..values.shapes import RenewalInfoRecord
from .certificate import Certificate

# RFC 9773 section 4.3.2: Retry-After is respected within limits; one minute and one day are its examples.
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(days=1)
# Section 4.3.3: six hours after a long-term error.
USUAL_WAIT = timedelta(hours=6)
# A CA that has no renewal information today may have some tomorrow.
WAIT_WITHOUT = timedelta(days=1)
LONGEST_TEXT = 300
# Problems of a new order that are about the account, the names or the load, whatever certificate it replaces.
_UNRELATED = (
    "accountDoesNotExist",
    "badNonce",
    "badPublicKey",
    "badSignatureAlgorithm",
    "externalAccountRequired",
    "invalidProfile",
    "malformedAnswer",
    "rateLimited",
    "rejectedIdentifier",
    "unsupportedIdentifier",
    "userActionRequired",
)


# What is kept of an answer, wherever it is kept.
KEPT: t.Mapping[str, schema.Shape] = {
    "cert_id": schema.line(512),
    **dict.fromkeys(("window_start", "window_end", "selected_at", "next_check_at"), schema.maybe(schema.moment)),
    "explanation_url": schema.maybe(schema.words(LONGEST_TEXT)),
    "error": schema.maybe(schema.words(LONGEST_TEXT)),
}


@dataclass(frozen=True)
class Window:
    """When the CA suggests to renew."""

    start: datetime
    end: datetime

    def at(self, dice: float) -> datetime:
        """A moment of the window, uniformly random (section 4.2): ``dice`` is at least 0 and below 1."""
        return (self.start + (self.end - self.start) * dice).replace(microsecond=0)


@dataclass(frozen=True)
class Answer:
    """What the CA said of one certificate; ``retry_after`` is in seconds."""

    window: Window
    explanation_url: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True)
class RenewalInfo:
    """What is known of one certificate: the window with the time selected in it, when to ask again, and why the last
    question got no answer."""

    cert_id: str
    window: Window | None = None
    selected_at: datetime | None = None
    next_check_at: datetime | None = None
    explanation_url: str | None = None
    error: str | None = None

    def as_dict(self) -> RenewalInfoRecord:
        """The fields as they stand in the project document."""
        return {
            "cert_id": self.cert_id,
            "window_start": _text(self.window.start if self.window else None),
            "window_end": _text(self.window.end if self.window else None),
            "selected_at": _text(self.selected_at),
            "next_check_at": _text(self.next_check_at),
            "explanation_url": self.explanation_url,
            "error": self.error,
        }

    @classmethod
    def from_dict(cls, fields: t.Mapping[str, t.Any]) -> RenewalInfo:
        """The inverse of ``as_dict``; raises KeyError, TypeError, AttributeError or ValueError for a damaged
        document."""
        start, end = _time(fields["window_start"]), _time(fields["window_end"])
        return cls(
            cert_id=str(fields["cert_id"]),
            window=Window(start, end) if start and end else None,
            selected_at=_time(fields["selected_at"]),
            next_check_at=_time(fields["next_check_at"]),
            explanation_url=fields["explanation_url"],
            error=fields["error"],
        )


def certificate_id(certificate: Certificate) -> str | None:
    """The certificate's name in renewal information (section 4.1): key identifier of the AKI, and DER content of the
    serial, in base64url.

    None without such a key identifier.
    """
    if not certificate.authority_key_id:
        return None
    serial = int(certificate.serial, 16)
    # DER: the sign bit of a positive number is 0
    content = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
    return f"{_base64url(bytes.fromhex(certificate.authority_key_id))}.{_base64url(content)}"


def known(fields: t.Mapping[str, t.Any] | None, certificate: Certificate) -> RenewalInfo | None:
    """What is known of this very certificate; what was kept of another one says nothing. None if it has no name in
    renewal information."""
    cert_id = certificate_id(certificate)
    if cert_id is None:
        return None
    if not fields or fields.get("cert_id") != cert_id:
        return RenewalInfo(cert_id)
    return RenewalInfo.from_dict(fields)


def parse(document: t.Any, retry_after: float | None) -> Answer:
    """The CA's answer; ValueError if it is none. Section 4.2: a window that ends before it starts is an error."""
    try:
        suggested = document["suggestedWindow"]
        window = Window(_second(suggested["start"]), _second(suggested["end"]))
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise ValueError(f"it has no suggestedWindow with start and end ({type(exc).__name__}: {exc})") from exc
    if window.end <= window.start:
        raise ValueError(f"its suggestedWindow ends at {_text(window.end)}, not after its start")
    url = document.get("explanationURL")
    return Answer(window, texts.cleaned(url, LONGEST_TEXT) if isinstance(url, str) and url else None, retry_after)


def answered(info: RenewalInfo, answer: Answer, now: datetime, dice: float) -> RenewalInfo:
    """What is known after an answer; the selected time stays what it is as long as the window does."""
    unchanged = info.selected_at is not None and info.window == answer.window
    return RenewalInfo(
        cert_id=info.cert_id,
        window=answer.window,
        selected_at=info.selected_at if unchanged else answer.window.at(dice),
        next_check_at=_next_check(now, answer.retry_after),
        explanation_url=answer.explanation_url,
    )


def unanswered(info: RenewalInfo, error: str, now: datetime, retry_after: float | None = None) -> RenewalInfo:
    """What is known after a question without an answer: what was known before, and when to ask again."""
    return replace(info, error=texts.cleaned(error, LONGEST_TEXT), next_check_at=_next_check(now, retry_after))


def unavailable(info: RenewalInfo, now: datetime) -> RenewalInfo:
    """What is known of a certificate whose CA has no renewal information."""
    return RenewalInfo(info.cert_id, next_check_at=(now + WAIT_WITHOUT).replace(microsecond=0))


def is_to_be_asked(info: RenewalInfo | None, certificate: Certificate, now: datetime) -> bool:
    """Whether to ask the CA now; section 4.3.2: not about an expired certificate."""
    if info is None or now >= certificate.not_after:
        return False
    return info.next_check_at is None or info.next_check_at <= now


def may_refuse_replacement(code: str, http_status: int | None) -> bool:
    """Whether a new order was perhaps refused for the certificate that it replaces, so that it is worth another try
    without.

    Section 5 knows alreadyReplaced (409) only; CAs answer with conflict, malformed, unauthorized and serverInternal,
    too.
    """
    return http_status is not None and code not in _UNRELATED


def _next_check(now: datetime, retry_after: float | None) -> datetime:
    wait = USUAL_WAIT if retry_after is None else timedelta(seconds=retry_after)
    return (now + min(LONGEST_WAIT, max(SHORTEST_WAIT, wait))).replace(microsecond=0)


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _second(text: str) -> datetime:
    """The time to the second, as it is kept: else the same window would differ from itself."""
    return times.from_text(text).replace(microsecond=0)


def _text(moment: datetime | None) -> str | None:
    return times.to_text(moment) if moment else None


def _time(text: str | None) -> datetime | None:
    return times.from_text(text) if text else None
