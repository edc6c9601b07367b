# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands before acme2certifier: the checks that a public CA makes first, faults on demand, and the log of
requests."""

from __future__ import annotations

import base64
import datetime
import json
import random
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from sandbox.aws.calls import LoggedCall, summary
from sandbox.aws.faults import Fault
from sandbox.aws.state import State
from sandbox.ca import caa
from sandbox.ca.backend import ERROR, JSON, Backend, Reply, Request, problem
from sandbox.ca.replacements import Replacements

OPERATIONS = {
    "/directory": "directory",
    "/acme/newnonce": "newNonce",
    "/acme/newaccount": "newAccount",
    "/acme/neworders": "newOrder",
    "/acme/key-change": "keyChange",
    "/acme/revokecert": "revoke",
}
PREFIXES = {
    "/acme/authz/": "authz",
    "/acme/chall/": "challenge",
    "/acme/order/": "order",
    "/acme/cert/": "cert",
    "/acme/acct/": "account",
    "/acme/renewal-info/": "renewalInfo",
}
# What is read with POST-as-GET takes no payload (RFC 8555 section 6.3).
READ_ONLY = {"authz", "order", "cert"}


def operation_of(path: str) -> str:
    """The name that a request has in the call log."""
    if path in OPERATIONS:
        return OPERATIONS[path]
    for prefix, operation in PREFIXES.items():
        if path.startswith(prefix):
            return "finalize" if path.endswith("/finalize") else operation
    return "unknown"


def _decode(part: Any) -> bytes:
    if not isinstance(part, str):
        raise ValueError("not text")  # noqa: TRY004 - whoever reads a request catches one exception
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@dataclass
class Envelope:
    """A signed request, taken apart but not yet verified."""

    protected: dict[str, Any]
    payload: dict[str, Any] | None

    @classmethod
    def of(cls, body: bytes) -> Envelope:
        """Raises ValueError when this is no JWS in flattened JSON form."""
        document = json.loads(body)
        if (
            not isinstance(document, dict)
            or not {"protected", "payload", "signature"} <= set(document)
            or "header" in document
        ):
            raise ValueError("not a flattened JWS")
        protected, raw = json.loads(_decode(document["protected"])), _decode(document["payload"])
        payload = json.loads(raw) if raw else None
        if not isinstance(protected, dict) or not (payload is None or isinstance(payload, dict)):
            raise ValueError("not an object")
        return cls(protected, payload)


def _key(envelope: Envelope) -> str:
    """The key that a request brings with it, as text; empty if it names an account."""
    key = envelope.protected.get("jwk")
    return json.dumps(key, sort_keys=True) if key else ""


def _redundant(names: list[str]) -> str | None:
    """A name that a wildcard of the same order covers."""
    wildcards = {name[2:] for name in names if name.startswith("*.")}
    return next((name for name in names if not name.startswith("*.") and name.partition(".")[2] in wildcards), None)


def _order_problem(payload: dict[str, Any], limit: int) -> tuple[str, str] | None:
    """Type and text of the first thing that is wrong with the identifiers."""
    identifiers = payload.get("identifiers")
    if (
        not isinstance(identifiers, list)
        or not identifiers
        or not all(isinstance(identifier, dict) for identifier in identifiers)
    ):
        return "malformed", "NewOrder request did not specify any identifiers"
    names = [str(identifier.get("value", "")) for identifier in identifiers]
    invalid = next(
        (name for name in names if name != name.lower() or name.endswith(".") or ".." in name or not name.isascii()),
        None,
    )
    if invalid is not None:
        return "rejectedIdentifier", f"Invalid identifier {invalid!r}"
    if len(set(names)) > limit:
        return "malformed", f"Order cannot contain more than {limit} identifiers"
    redundant = _redundant(names)
    if redundant:
        return "malformed", f'Domain name "{redundant}" is redundant with a wildcard domain in the same request'
    return None


def check_new_order(payload: dict[str, Any], limit: int) -> Reply | None:
    """What Boulder refuses before it makes an order, and acme2certifier does not."""
    if payload.get("notBefore") or payload.get("notAfter"):
        return problem(400, "malformed", "NotBefore and NotAfter are not supported")
    found = _order_problem(payload, limit)
    return problem(400, *found) if found else None


def problem_type(reply: Reply) -> str:
    """The last part of the problem's type, or the HTTP status."""
    try:
        return str(reply.document["type"]).rpartition(":")[2]
    except (ValueError, KeyError, TypeError):
        return str(reply.status)


def strike(fault: Fault, entry: LoggedCall) -> Reply | None:
    """What a fault does to a request: an answer, a lost connection, or None when the request goes on."""
    entry.error = f"fault:{fault.kind}"
    fault.strike()
    if fault.kind == "delay":
        return None
    if fault.kind == "malformed":
        # To whoever looks only for what went wrong, all is well.
        return Reply(200, {"Content-Type": JSON}, b"{}")
    status, kind, text = _FAULTS[fault.kind]
    reply = problem(status, fault.code or kind, text)
    if fault.kind == "throttled":
        reply.headers["Retry-After"] = str(int(fault.seconds) or 1)
    return reply


_FAULTS = {
    "throttled": (429, "rateLimited", "too many requests, see Retry-After"),
    "error_500": (500, "serverInternal", "the request could not be processed"),
    "access_denied": (403, "unauthorized", "the account is not authorized to do this"),
}


@dataclass
class Front:
    """Everything between the socket and acme2certifier."""

    backend: Backend
    state: State
    processing: dict[str, float] = field(default_factory=dict)
    """Until when an order pretends that its certificate is not ready."""
    keys: dict[str, str] = field(default_factory=dict)
    """The key of each account, by its URL."""
    deactivated: set[str] = field(default_factory=set)
    """The URLs and keys of accounts that are no longer valid; acme2certifier forgets them instead."""

    def __post_init__(self) -> None:
        self.replacements = Replacements(self.backend, self.state)

    def answer(self, request: Request, content_type: str) -> Reply:
        entry = LoggedCall("acme", operation_of(request.path), {"path": request.path}, started=time.time())
        clock = time.perf_counter()
        try:
            reply = self._answer(request, content_type, entry)
            entry.status = reply.status
            if reply.status >= HTTPStatus.BAD_REQUEST and not entry.error:
                entry.error = problem_type(reply)
            return reply
        finally:
            entry.seconds = round(time.perf_counter() - clock, 6)
            self.state.calls.record(entry)

    def _answer(self, request: Request, content_type: str, entry: LoggedCall) -> Reply:
        envelope, refusal = self._open(request, content_type)
        if envelope and envelope.payload and entry.operation == "newOrder":
            entry.params = summary({"path": request.path, **envelope.payload})
        fault = self.state.faults.match("acme", entry.operation)
        if fault and fault.when == "before":
            struck = strike(fault, entry)
            if struck:
                # What is malformed is from a proxy, not from the CA.
                return struck if fault.kind == "malformed" else self._headed(request, struck)
        reply = refusal or self._checked(request, entry.operation, envelope)
        self._finish(request, entry.operation, reply)
        reply = self._headed(request, reply)
        if fault and fault.when == "after":
            reply = strike(fault, entry) or reply
        return reply

    @staticmethod
    def _open(request: Request, content_type: str) -> tuple[Envelope | None, Reply | None]:
        if request.method != "POST":
            return None, None
        if content_type.partition(";")[0].strip() != "application/jose+json":
            return None, problem(
                415, "malformed", "Invalid Content-Type header on POST. Content-Type must be application/jose+json"
            )
        try:
            return Envelope.of(request.body), None
        except ValueError as error:
            return None, problem(400, "malformed", f"Parse error reading JWS: {error}")

    def _checked(self, request: Request, operation: str, envelope: Envelope | None) -> Reply:
        if envelope is None:
            return self.backend.handle(request)
        rejected = self._reject_nonce(envelope)
        if rejected:
            return rejected
        # RFC 8555 section 6.2: a new account signs with its own key, everything else (but a revocation) with that of an
        # account.
        if operation == "newAccount" and "jwk" not in envelope.protected:
            return problem(400, "malformed", "No embedded JWK in JWS header")
        if operation in READ_ONLY and envelope.payload is not None:
            return problem(400, "malformed", "POST-as-GET requests must have an empty payload")
        if operation == "newOrder":
            return self._ended(envelope) or self._new_order(request, envelope)
        return self._ended(envelope) or self._noted(operation, envelope, self._handle(request, envelope))

    def _ended(self, envelope: Envelope) -> Reply | None:
        """What a deactivated account is answered, in the words of Boulder (RFC 8555 section 7.3.6)."""
        if not {str(envelope.protected.get("kid")), _key(envelope)} & self.deactivated:
            return None
        return problem(401, "unauthorized", 'Account is not valid, has status "deactivated"')

    def _noted(self, operation: str, envelope: Envelope, reply: Reply) -> Reply:
        """The reply, after a look at whether it makes or ends an account."""
        url = str(envelope.protected.get("kid"))
        if operation == "newAccount" and reply.status in (HTTPStatus.OK, HTTPStatus.CREATED):
            self.keys[reply.headers["Location"]] = _key(envelope)
        is_end = operation == "account" and (envelope.payload or {}).get("status") == "deactivated"
        if is_end and reply.status == HTTPStatus.OK:
            self.deactivated |= {url, self.keys.get(url, url)}
        return reply

    def _handle(self, request: Request, envelope: Envelope) -> Reply:
        return self.backend.handle(
            Request(request.method, request.base_url, request.path, request.body, reading=envelope.payload is None)
        )

    def _new_order(self, request: Request, envelope: Envelope) -> Reply:
        payload = envelope.payload or {}
        replaced = payload.get("replaces") if self.state.settings.acme_renewal_info else None
        refusal = (
            check_new_order(payload, self.backend.options.identifier_limit)
            or self._limited()
            or self._check_caa(envelope)
        )
        if refusal is None and replaced is not None:
            refusal = self.replacements.refusal(payload, str(envelope.protected.get("kid", "")))
        if refusal is not None:
            return refusal
        reply = self._handle(request, envelope)
        if reply.status == HTTPStatus.CREATED and replaced is not None:
            self.replacements.note(replaced, reply.headers["Location"])
            reply.document = {**reply.document, "replaces": replaced}
        return reply

    def _limited(self) -> Reply | None:
        """The refusal of an order by the limit on duplicates, as Let's Encrypt words it.
        https://letsencrypt.org/docs/rate-limits/"""
        seconds = self.state.settings.acme_rate_limited_seconds
        if not seconds:
            return None
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        text = (
            "too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, "
            f"retry after {until:%Y-%m-%d %H:%M:%S} UTC: see https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-identifiers"
        )
        reply = problem(429, "rateLimited", text)
        reply.headers["Retry-After"] = str(int(seconds))
        return reply

    def _check_caa(self, envelope: Envelope) -> Reply | None:
        """The names that CAA records keep from us, each in a subproblem (RFC 8555 section 6.7.1)."""
        identities = self._caa_identities()
        names = [str(identifier.get("value")) for identifier in (envelope.payload or {})["identifiers"]]
        forbidden = (
            caa.forbidden(names, identities, str(envelope.protected.get("kid")), self.state.dns_lookup)
            if identities
            else []
        )
        if not forbidden:
            return None
        detail = f"CAA record for {forbidden[0]} prevents issuance"
        reply = problem(403, "caa", detail)
        subproblems = [
            {
                "type": f"{ERROR}caa",
                "detail": f"CAA record for {name} prevents issuance",
                "identifier": {"type": "dns", "value": name},
            }
            for name in forbidden
        ]
        reply.document = {**reply.document, "subproblems": subproblems}
        return reply

    def _caa_identities(self) -> list[str]:
        return [name.strip().lower() for name in self.state.settings.acme_caa_identities.split(",") if name.strip()]

    def _reject_nonce(self, envelope: Envelope) -> Reply | None:
        percent = self.state.settings.acme_nonce_reject_percent
        if random.random() * 100 >= percent:
            return None
        # A refused nonce is used up, as it would be in a CA that has forgotten it.
        self.backend.use_up(str(envelope.protected.get("nonce", "")))
        return problem(400, "badNonce", "JWS has an invalid anti-replay nonce")

    def _finish(self, request: Request, operation: str, reply: Reply) -> None:
        """What the settings make of an answer of the CA."""
        if operation == "directory" and reply.status == 200:
            reply.document = {
                **reply.document,
                "meta": {**reply.document["meta"], "caaIdentities": self._caa_identities()},
            }
        if operation in ("order", "finalize") and reply.status == 200 and reply.headers.get("Content-Type") == JSON:
            self._processing(request, operation, reply)
        if operation == "renewalInfo" and reply.status == 200:
            self._renewal_info(reply)
        if operation == "directory" and reply.status == 200 and not self.state.settings.acme_renewal_info:
            reply.document = {name: value for name, value in reply.document.items() if name != "renewalInfo"}
        if operation == "authz" and reply.status == 200:
            self._authorization(reply)

    def _authorization(self, reply: Reply) -> None:
        document = reply.document
        if not self.state.settings.acme_dns_persist:
            document["challenges"] = [each for each in document["challenges"] if each["type"] != "dns-persist-01"]
            reply.document = document
        if document.get("status") == "pending":
            reply.headers["Retry-After"] = str(self.state.settings.acme_retry_after)

    def _headed(self, request: Request, reply: Reply) -> Reply:
        """The answer with the headers that every answer has (RFC 8555 sections 6.5 and 7.1)."""
        if request.method == "POST":
            reply.headers.setdefault("Replay-Nonce", self.backend.nonce())
        reply.headers.setdefault("Cache-Control", "no-store")
        links = [
            f'<{request.base_url}/directory>;rel="index"',
            *([reply.headers["Link"]] if "Link" in reply.headers else []),
        ]
        reply.headers["Link"] = ", ".join(links)
        return reply

    def _renewal_info(self, reply: Reply) -> None:
        settings, document = self.state.settings, reply.document
        if settings.acme_renewal_due:
            document["suggestedWindow"] = _past_window()
        if settings.acme_renewal_window_start:
            document["suggestedWindow"] = {
                "start": settings.acme_renewal_window_start,
                "end": settings.acme_renewal_window_end,
            }
        if settings.acme_renewal_explanation_url:
            document["explanationURL"] = settings.acme_renewal_explanation_url
        reply.document = document
        reply.headers["Retry-After"] = str(settings.acme_renewal_retry_after)

    def _processing(self, request: Request, operation: str, reply: Reply) -> None:
        """Keep a finished order in `processing` for as long as the setting says."""
        url = request.path.removesuffix("/finalize")
        delay = self.state.settings.acme_processing_seconds
        if operation == "finalize" and delay > 0:
            self.processing[url] = time.monotonic() + delay
        if time.monotonic() >= self.processing.get(url, 0):
            return
        document = reply.document
        if document.get("status") == "valid":
            document["status"] = "processing"
            document.pop("certificate", None)
            reply.document = document
            reply.headers["Retry-After"] = str(self.state.settings.acme_retry_after)


def _past_window() -> dict[str, str]:
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return {
        name: (now - datetime.timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
        for name, hours in (("start", 48), ("end", 24))
    }
