# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Smithy's RPC protocol in CBOR, which botocore speaks to some JSON services: here it is JSON in another dress.

https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

from __future__ import annotations

import io
import json
import struct
import typing as t
from dataclasses import replace

from .service import Response

_PROTOCOL = "rpc-v2-cbor"
_HEADERS = frozenset({"content-type", "content-length"})


def is_spoken(environ: t.Mapping[str, t.Any]) -> bool:
    """Whether a request is in this protocol."""
    return bool(environ.get("HTTP_SMITHY_PROTOCOL") == _PROTOCOL)


def as_json(environ: t.MutableMapping[str, t.Any], body: bytes) -> bytes:
    """The body as JSON; the environment then says what a JSON request would say."""
    from botocore.parsers import RpcV2CBORParser

    parser = RpcV2CBORParser()
    values = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body)) if body else {}
    # /service/NAME/operation/NAME
    parts = environ["PATH_INFO"].strip("/").split("/")
    text = json.dumps(values).encode()
    environ |= {
        "HTTP_X_AMZ_TARGET": f"{parts[1]}.{parts[3]}",
        "CONTENT_TYPE": "application/x-amz-json-1.1",
        "PATH_INFO": "/",
    }
    environ |= {"CONTENT_LENGTH": str(len(text)), "wsgi.input": io.BytesIO(text)}
    return text


def answer(given: Response) -> Response:
    """A JSON answer in this protocol."""
    headers = tuple((name, value) for name, value in given.headers if name.lower() not in _HEADERS)
    body = encoded(json.loads(given.body or b"{}"))
    return replace(
        given, body=body, headers=(*headers, ("Content-Type", "application/cbor"), ("smithy-protocol", _PROTOCOL))
    )


def encoded(value: t.Any) -> bytes:
    """A value of JSON in CBOR (RFC 8949)."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(encoded(item) for item in value)
    return _head(5, len(value)) + b"".join(encoded(key) + encoded(item) for key, item in value.items())


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    size = next(size for size in (1, 2, 4, 8) if number < 1 << 8 * size)
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size]]) + number.to_bytes(size, "big")
