# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages to webhooks, all at once and with one end for all: a receiver that does not answer delays nothing else."""

from __future__ import annotations

import queue
import threading
import time
import typing as t
from dataclasses import dataclass

from ..._core.report.webhooks import WebhookCall
from ..._errors import missing_library
from . import services

try:
    import requests
except ImportError:
    requests = None  # type: ignore[assignment]  # post_all() raises the error

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
# For all of an answer, which a slow receiver could stretch byte by byte.
ALL_SECONDS = 20.0
MAX_BYTES = 64 * 1024
NOT_IN_TIME = f"it did not answer within {ALL_SECONDS:.0f} seconds"


@dataclass(frozen=True)
class WebhookAnswer:
    """What came back; ``problem`` instead if nothing did. A problem never has the URL in it."""

    status: int = 0
    content: bytes = b""
    problem: str | None = None


def post_all(calls: t.Sequence[WebhookCall]) -> list[WebhookAnswer]:
    """The answer to each call."""
    if requests is None:
        raise missing_library("requests")
    done: queue.SimpleQueue[tuple[int, WebhookAnswer]] = queue.SimpleQueue()
    for number, one in enumerate(calls):
        # A daemon, so that a receiver which drips its answer does not keep the process.
        threading.Thread(target=lambda n=number, c=one: done.put((n, _answer(c))), daemon=True).start()
    answers = [WebhookAnswer(problem=NOT_IN_TIME)] * len(calls)
    end = time.monotonic() + ALL_SECONDS
    for _call in calls:
        try:
            number, answer = done.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        answers[number] = answer
    return answers


def _answer(call: WebhookCall) -> WebhookAnswer:
    """What became of one message."""
    if not call.is_service:
        return _post(call)
    try:
        problem = services.send(call)
    except Exception as exc:  # noqa: BLE001 - whatever a library raises here may quote the URL, which is a secret
        problem = f"it could not be sent ({type(exc).__name__}); check its URL"
    return WebhookAnswer(200, problem=problem)


def _post(call: WebhookCall) -> WebhookAnswer:
    """One POST, whose errors are told by their kind: their texts have the URL in them."""
    try:
        with requests.Session() as session:
            session.auth = _unchanged  # no password of ~/.netrc
            with session.post(
                call.url,
                data=call.content,
                headers={"User-Agent": "certops.cloudfront", "Accept-Encoding": "identity", **call.headers},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                return WebhookAnswer(response.status_code, response.raw.read(MAX_BYTES, decode_content=False))
    except requests.exceptions.SSLError:
        return WebhookAnswer(problem="its TLS certificate cannot be verified; check the host and the CA bundle")
    except requests.exceptions.ProxyError:
        return WebhookAnswer(problem="the proxy did not connect to it; check https_proxy and no_proxy")
    except requests.exceptions.Timeout:
        return WebhookAnswer(problem="it did not answer in time; check whether this host may reach it")
    except Exception as exc:  # noqa: BLE001 - whatever a library raises here may quote the URL, which is a secret
        return WebhookAnswer(problem=f"there is no connection to it ({type(exc).__name__}); check the host in its URL")


def _unchanged(prepared: t.Any) -> t.Any:
    return prepared
