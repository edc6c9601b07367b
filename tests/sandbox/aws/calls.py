# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of every call that reached the sandbox, without secrets."""

from __future__ import annotations

import threading
import time
import typing as t
from dataclasses import asdict, dataclass, field

_SECRET_NAMES = frozenset(
    {
        "privatekey",
        "secretaccesskey",
        "sessiontoken",
        "password",
        "passphrase",
        "authenticatetoken",
        "token",
        "item",
        "data",
        "plaintext",
    },
)
_MAX_TEXT = 200
_MAX_ITEMS = 100
_MAX_DEPTH = 6


@dataclass
class LoggedCall:
    """One call; ``error`` is the error code of the answer, or what a fault did to it.

    ``actions`` are what policies had to allow for it, while they are enforced.
    """

    service: str
    operation: str
    params: t.Mapping[str, t.Any] = field(default_factory=dict)
    region: str = ""
    partition: str = ""
    access_key: str = ""
    status: int = 0
    error: str | None = None
    actions: t.Sequence[str] = ()
    started: float = 0.0
    seconds: float = 0.0
    n: int = 0


class CallLog:
    """Numbered calls in the order in which they were finished."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[LoggedCall] = []
        self._next = 1
        self._cleared = 0.0

    def record(self, call: LoggedCall) -> None:
        """Adds ``call`` with the next number, unless it began before all were forgotten; the ACME server's requests go
        here too."""
        with self._lock:
            if call.started < self._cleared:
                return
            call.n = self._next
            self._next += 1
            self._calls.append(call)

    def clear(self) -> None:
        """Forgets the calls, also those that have not ended yet; the numbers go on."""
        with self._lock:
            self._cleared = time.time()
            self._calls.clear()

    def listing(self) -> list[dict[str, t.Any]]:
        """All calls as JSON-ready dicts."""
        with self._lock:
            return [asdict(call) for call in self._calls]


def summary(value: t.Any, depth: int = 0) -> t.Any:
    """``value`` cut to what a log needs: secrets replaced, long texts and lists shortened."""
    if depth > _MAX_DEPTH:
        return "…"
    if isinstance(value, t.Mapping):
        return {
            str(name): "(secret)" if str(name).lower() in _SECRET_NAMES else summary(item, depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [summary(item, depth + 1) for item in value[:_MAX_ITEMS]]
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    if "PRIVATE KEY" in text:
        return "(secret)"
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}… ({len(text)} characters)"
