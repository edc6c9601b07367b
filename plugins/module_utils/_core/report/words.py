# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small parts of sentences about what a run did."""

from __future__ import annotations

import typing as t

NAMED = 5
# How each verb reads of what was done; after "would" it stands as it is.
_DONE = {
    "bind": "bound",
    "delete": "deleted",
    "issue": "issued",
    "request": "requested",
    "revoke": "revoked",
    "store": "stored",
    "subscribe": "subscribed",
    "unsubscribe": "unsubscribed",
}


def verb(name: str, rehearsal: bool) -> str:
    """The verb of what was done, or after "would" of what check mode only foresees."""
    return name if rehearsal else _DONE[name]


def listed(names: t.Sequence[str], shown: int = NAMED) -> str:
    """The first names, and how many more there are."""
    text = ", ".join(names[:shown])
    return f"{text} and {len(names) - shown} more" if len(names) > shown else text


def counted(number: int, noun: str) -> str:
    """``1 bundle``, ``2 bundles``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def variable(name: str, values: t.Sequence[str]) -> str:
    """A list as one variable of the command line."""
    return f"{name}={','.join(values)}"
