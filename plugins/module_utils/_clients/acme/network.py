# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACME over HTTPS: the acme library's signing and nonces, with the retries and typed errors that it lacks.

The library retries badNonce once, asks for a new nonce although the refusal carries one, drops Retry-After and the
problem's type on errors, gives up at the first connection error, follows redirects, and reads without an end.
"""

from __future__ import annotations

import contextlib
import os
import typing as t
from dataclasses import dataclass
from http import HTTPStatus

from ..._core.ca import problems
from ..._core.values import json_text, texts, times, waiting
from ..._core.values.waiting import Clock
from ..._errors import RemoteError, missing_library
from . import transport
from .messages import unusable
from .transport import UnusableAnswerError

try:
    import josepy
    import requests
    from acme import errors as acme_errors
    from acme.client import ClientNetwork
except ImportError:
    ClientNetwork = object  # Network() raises the error

# The second number is for all of an answer.
CONNECT_SECONDS, READ_SECONDS = 8.0, 45.0
# The directory is the first thing asked for: one that cannot be reached has to be reported in well under a minute.
DIRECTORY_READ_SECONDS = 8.0
DIRECTORY_ATTEMPTS = 3
ATTEMPTS = 5
# What nothing depends on is asked for quickly or not at all: a fleet waits for it.
UNSIGNED_CONNECT_SECONDS, UNSIGNED_READ_SECONDS = 3.0, 6.0
# With 15 % of nonces refused, a request is refused 12 times in a row once in eight thousand million.
NONCE_ATTEMPTS = 12
# A CA under load says 503 or 429 with a short Retry-After; a rate limit asks for hours and is reported instead.
LONGEST_RETRY_AFTER = 60.0
_USER_AGENT = "certops.cloudfront"
# Where requests takes the certificates that it trusts from, if nothing else is said.
_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_OVERLOADED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True)
class _Patience:
    """How often a request is sent, and which Retry-After is waited for in between."""

    attempts: int
    longest_retry_after: float = LONGEST_RETRY_AFTER


_UNSIGNED = _Patience(attempts=2, longest_retry_after=1.0)


class Network(ClientNetwork):  # type: ignore[misc]  # the library may be missing where this is only imported
    """One keep-alive session with a CA; ``key`` and ``account`` sign, as in the library."""

    def __init__(self, key: t.Any, ca_bundle: str | None, clock: Clock) -> None:
        if ClientNetwork is object:
            raise missing_library("acme")
        # A certificate's own key, which may revoke it, may be an RSA key.
        alg = josepy.RS256 if isinstance(key, josepy.JWKRSA) else josepy.ES256
        super().__init__(
            key=key,
            alg=alg,
            verify_ssl=ca_bundle or True,
            user_agent=_USER_AGENT,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        )
        self.session: t.Any = transport.session()
        self.clock = clock
        self.new_nonce_url = ""

    def fetch_directory(self, url: str) -> t.Any:
        """GET the directory, unsigned."""
        timeout = (CONNECT_SECONDS, DIRECTORY_READ_SECONDS)
        return self._persist(
            lambda: self._send_request("GET", url, timeout=timeout), "directory", url, _Patience(DIRECTORY_ATTEMPTS)
        )

    def fetch(self, operation: str, url: str) -> t.Any:
        """GET something that needs no account and may be missing; RemoteError unless the CA answers with success."""
        timeout = (UNSIGNED_CONNECT_SECONDS, UNSIGNED_READ_SECONDS)
        return self._persist(lambda: self._send_request("GET", url, timeout=timeout), operation, url, _UNSIGNED)

    def send(self, operation: str, url: str, payload: t.Any = None) -> t.Any:
        """POST the payload signed, or POST-as-GET without one; RemoteError unless the CA answers with success, and with
        a nonce (RFC 8555 section 6.5)."""
        response = self._persist(lambda: self._signed(url, payload), operation, url, _Patience(ATTEMPTS))
        if self.REPLAY_NONCE_HEADER not in response.headers:
            raise unusable(operation, url, "it has no Replay-Nonce; check whether a proxy answered instead of the CA")
        return response

    def json(self, response: t.Any, operation: str) -> dict[str, t.Any]:
        """The JSON object of an answer."""
        try:
            document = json_text.parsed(response.content)
        except ValueError as exc:
            raise unusable(operation, response.url, f"{exc}; check the URL of the directory") from None
        if not isinstance(document, dict):
            raise unusable(operation, response.url, "it is not a JSON object; check the URL of the directory")
        return document

    def _send_request(self, method: str, url: str, *args: t.Any, **kwargs: t.Any) -> t.Any:
        """In place of the library's, which logs what is sent, follows redirects, and reads without an end."""
        headers = {"User-Agent": self.user_agent, **kwargs.pop("headers", {})}
        kwargs.setdefault("timeout", self._default_timeout)
        return transport.request(self.session, method, url, *args, headers=headers, verify=self.verify_ssl, **kwargs)

    def _next_nonce(self) -> t.Any:
        """One that nobody else uses; requests may be sent at once."""
        while True:
            with contextlib.suppress(KeyError):
                return self._nonces.pop()
            response = self._send_request("HEAD", self.new_nonce_url)
            if not response.ok:
                raise acme_errors.ClientError(response)
            self._add_nonce(response)

    def _persist(self, send: t.Callable[[], t.Any], operation: str, url: str, patience: _Patience) -> t.Any:
        for attempt in range(patience.attempts):
            last = attempt == patience.attempts - 1
            try:
                response = send()
            except UnusableAnswerError as exc:
                raise unusable(operation, url, str(exc)) from None
            except (OSError, acme_errors.Error) as exc:
                # requests has a plain OSError for a CA bundle that is not there.
                is_local = isinstance(exc, OSError) and not isinstance(exc, requests.RequestException)
                if last or is_local or isinstance(exc, (requests.exceptions.SSLError, requests.exceptions.InvalidURL)):
                    raise self._unreachable(exc, *self._asked(exc, operation, url)) from exc
                self.clock.sleep(waiting.backoff(attempt))
                continue
            pause = self._pause(response, attempt, patience.longest_retry_after)
            if pause is None or last:
                return self._checked(response, operation, url)
            self.clock.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _asked(self, exc: Exception, operation: str, url: str) -> tuple[str, str]:
        """The request that failed: before a POST there may be one for a nonce."""
        request = getattr(exc, "request", None) or getattr(_response(exc), "request", None)
        return (
            ("newNonce", self.new_nonce_url)
            if request is not None and request.url == self.new_nonce_url
            else (operation, url)
        )

    def _pause(self, response: t.Any, attempt: int, longest: float) -> float | None:
        """Seconds after which it is worth sending the request again; None if it is not."""
        asked = waiting.retry_after(response.headers.get("Retry-After"), self.clock.now())
        if response.status_code in _OVERLOADED and asked is not None:
            return max(asked, waiting.SHORTEST_PAUSE) if asked <= longest else None
        return waiting.backoff(attempt) if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else None

    def _signed(self, url: str, payload: t.Any) -> t.Any:
        headers = {"Content-Type": self.JOSE_CONTENT_TYPE}
        for _attempt in range(NONCE_ATTEMPTS):
            nonce = self._next_nonce()
            response = self._send_request(
                "POST", url, data=self._wrap_in_jws(payload, nonce, url), headers=dict(headers)
            )
            # RFC 8555 section 6.5: a refusal carries the nonce to try next
            if self.REPLAY_NONCE_HEADER in response.headers:
                self._add_nonce(response)
            if response.status_code != HTTPStatus.BAD_REQUEST or _problem(response).code != "badNonce":
                break
        return response

    def _unreachable(self, exc: Exception, operation: str, url: str) -> RemoteError:
        advice = "check the URL, the network and, if there is one, the proxy"
        if isinstance(exc, requests.exceptions.SSLError):
            advice = f"the CA's own certificate is not trusted{self._trust()}; set acme_ca_bundle for a private CA"
        elif not isinstance(exc, (requests.RequestException, acme_errors.Error)):
            advice = f"{self._bundle()} has to name a PEM file on the host that runs the modules"
        return RemoteError(
            f"acme:{operation} on {url} got no answer: {texts.cleaned(_cause(exc))}; {advice}",
            service="acme",
            operation=operation,
            code=type(exc).__name__,
            answered=False,
        )

    def _bundle(self) -> str:
        """What says whose certificates are trusted; empty if nothing does."""
        if self.verify_ssl is not True:
            return "acme_ca_bundle"
        return next((f"the environment's {name}" for name in _BUNDLE_VARIABLES if os.environ.get(name)), "")

    def _trust(self) -> str:
        return f" by the file that {bundle} names" if (bundle := self._bundle()) else ""

    def _checked(self, response: t.Any, operation: str, url: str) -> t.Any:
        if response.ok:
            return response
        problem = _problem(response)
        now = self.clock.now()
        retry_after = waiting.retry_after(response.headers.get("Retry-After"), now)
        advice, until = (
            problems.advice(problem, retry_after, now, operation),
            problems.retry_at(problem, retry_after, now),
        )
        raise RemoteError(
            f"acme:{operation} on {url} was answered with HTTP {response.status_code}, {problem.as_text()}"
            + (f"; {advice}" if advice else ""),
            service="acme",
            operation=operation,
            code=problem.code,
            retry_after=retry_after,
            http_status=response.status_code,
            subproblems=problem.as_details(),
            retry_at=times.to_text(until) if until else None,
        )


def _problem(response: t.Any) -> problems.Problem:
    try:
        document = json_text.parsed(response.content)
    except ValueError:
        document = None
    return problems.Problem.from_json(document)


def _response(exc: BaseException) -> t.Any:
    """The answer that the library refused to take as one, if that is what happened."""
    found = (getattr(exc, "response", None), *exc.args)
    return next((each for each in found if isinstance(each, requests.Response)), None)


def _cause(exc: BaseException) -> str:
    """The innermost reason: what urllib3 wraps around it names objects in memory."""
    response = _response(exc)
    if response is not None:
        return f"HTTP {response.status_code} where a nonce was requested"
    reason = getattr(exc, "reason", None) or (exc.args[0] if exc.args else None)
    if isinstance(reason, BaseException) and reason is not exc:
        return _cause(reason)
    text = str(exc) or type(exc).__name__
    return text.partition("object at ")[2].partition(": ")[2] or text
