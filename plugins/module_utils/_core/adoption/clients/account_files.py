# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where clients keep the accounts that they have with CAs, and which URLs these have."""

from __future__ import annotations

import base64
import typing as t
import urllib.parse

from ...values import json_text, urls

# Those whose account is taken along unless the user says otherwise: they keep one, as we do.
KEEPERS = ("certbot", "lego")


def place_of(directory: str) -> str:
    """The part of a path that certbot and acme.sh make of the URL of a CA: its host and its path."""
    parsed = urllib.parse.urlsplit(directory)
    return f"{parsed.netloc}{parsed.path}".strip("/")


def hashed_place_of(directory: str) -> str:
    """The same of dehydrated, which writes the URL and a line's end in base64."""
    return base64.urlsafe_b64encode(f"{directory}\n".encode()).decode("ascii").rstrip("=")


def url_in(text: str, *paths: t.Sequence[str]) -> str | None:
    """The URL of the account in a JSON text, at the first of these places that has one; ValueError if it is not
    JSON."""
    document = json_text.parsed(text.encode())
    for path in paths:
        value: t.Any = document
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str) and urls.https_problem(value) is None:
            return value
    return None
