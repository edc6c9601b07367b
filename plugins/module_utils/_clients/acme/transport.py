# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS with an end: an answer is of at most a megabyte, comes from where it was asked for, and is complete in time.

The read timeout of a request is the time for all of its answer. By themselves sockets measure from byte to byte, so
that an answer of a byte a second never ends.
"""

from __future__ import annotations

import http.client
import io
import time
import typing as t
import zlib
from http import HTTPStatus

from ..._core.values import texts, urls

try:
    import requests
    import urllib3.exceptions
    from requests import Session
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPSConnection
    from urllib3.connectionpool import HTTPSConnectionPool
except ImportError:
    # the network reports the missing library
    HTTPAdapter = HTTPSConnection = HTTPSConnectionPool = Session = object  # type: ignore[assignment,misc]

# An order of 100 names is below 50 kB, a long chain below 20 kB.
MAX_BYTES = 1_000_000
_PIECE = 16_384


class UnusableAnswerError(Exception):
    """An answer that is not taken, whatever it says, and why."""


class _TimedReader(io.RawIOBase):
    """What a socket receives until a moment; TimeoutError after that."""

    def __init__(self, raw: io.RawIOBase, sock: t.Any, seconds: float) -> None:
        super().__init__()
        self._raw, self._sock = raw, sock
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer was not complete in time")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def fileno(self) -> int:
        return self._raw.fileno()

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """An answer whose status line, headers and content come within the timeout of its socket, all together."""

    def __init__(self, sock: t.Any, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(sock, *args, **kwargs)
        seconds = sock.gettimeout()
        if seconds is not None:
            self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock, seconds))


class _Connection(HTTPSConnection):
    response_class = _TimedResponse


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": _Pool}

    def proxy_manager_for(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": _Pool}
        return manager


class _Session(Session):
    """What the environment says of proxies and trust is read once for each server: that takes longer than a small
    request."""

    def __init__(self) -> None:
        super().__init__()
        self._settings: dict[t.Any, t.Any] = {}

    def merge_environment_settings(self, url: t.Any, proxies: t.Any, *given: t.Any) -> t.Any:
        """As the library does; nothing of ours changes the environment."""
        if proxies:
            return super().merge_environment_settings(url, proxies, *given)
        key = (url.split("/", 3)[2], given)
        if key not in self._settings:
            self._settings[key] = super().merge_environment_settings(url, {}, *given)
        found = self._settings[key]
        return {**found, "proxies": dict(found["proxies"])}


def session() -> t.Any:
    """A requests session that speaks HTTPS only, and gives no password of ~/.netrc away."""
    made = _Session()
    made.adapters.clear()
    made.mount("https://", _Adapter())
    made.auth = _unchanged
    return made


def request(made: t.Any, method: str, url: str, **options: t.Any) -> t.Any:
    """The answer, read; UnusableAnswerError for one that is not taken, or a URL that is not asked."""
    problem = urls.https_problem(url)
    if problem:
        raise UnusableAnswerError(f"{texts.quoted(url)} is {problem}; ask the CA")
    headers = {"Accept-Encoding": "identity", **options.pop("headers", {})}
    response = made.request(method, url, headers=headers, stream=True, allow_redirects=False, **options)
    try:
        _refuse_redirect(response)
        content = _content(response)
    except BaseException:
        response.close()
        raise
    # what was read is what there is
    response.raw = io.BytesIO(content)
    response.encoding = "utf-8"
    return response


def _refuse_redirect(response: t.Any) -> None:
    """RFC 8555 has no redirects, and what is signed is signed for one URL (section 6.4)."""
    if HTTPStatus.MULTIPLE_CHOICES <= response.status_code < HTTPStatus.BAD_REQUEST:
        raise UnusableAnswerError(
            f"it is a redirect (HTTP {response.status_code}) to {texts.quoted(response.headers.get('Location'))}, which"
            " ACME does not have; check the URL of the directory, and whether a proxy answers in place of the CA"
        )


def _unchanged(prepared: t.Any) -> t.Any:
    return prepared


def _content(response: t.Any) -> bytes:
    """The content of an answer, decoded."""
    found = bytearray()
    try:
        for piece in response.raw.stream(_PIECE, decode_content=False):
            found += piece
            if len(found) > MAX_BYTES:
                raise _too_long()
    except urllib3.exceptions.ReadTimeoutError as exc:
        raise requests.ReadTimeout(exc, request=response.request) from exc
    except urllib3.exceptions.HTTPError as exc:
        raise requests.ConnectionError(exc, request=response.request) from exc
    return _decoded(bytes(found), response.headers.get("Content-Encoding", "").strip().lower())


def _decoded(content: bytes, encoding: str) -> bytes:
    """No other encoding than none is asked for, but some proxies compress all the same."""
    if not content or encoding in ("", "identity"):
        return content
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise UnusableAnswerError(f"it has the encoding {texts.quoted(encoding)}, which was not asked for; ask the CA")
    try:
        found = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(content, MAX_BYTES + 1)
    except zlib.error:
        raise UnusableAnswerError(f"it says that it is {encoding} and is not; ask the CA") from None
    if len(found) > MAX_BYTES:
        raise _too_long()
    return found


def _too_long() -> UnusableAnswerError:
    return UnusableAnswerError(
        f"it has more than {MAX_BYTES // 1_000_000} MB; check the URL of the directory, and whether a proxy answers in"
        " place of the CA"
    )
