# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""E-mail addresses: which text is one, and which two are the same mailbox."""

from __future__ import annotations

import re
import typing as t

# RFC 5321 section 4.5.3.1: 64 octets before the @, 254 in all.
_MAX_LENGTH = 254
_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP_LABEL = r"[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
_ADDRESS = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)+{_TOP_LABEL}")


def is_address(text: str) -> bool:
    """Whether mail can be sent there, as far as the text tells."""
    local = text.partition("@")[0]
    return (
        len(text) <= _MAX_LENGTH
        and bool(_ADDRESS.fullmatch(text))
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
    )


def mailbox(address: str) -> str:
    """The address in the form to compare: only the domain is case-insensitive (RFC 5321 section 2.3.11)."""
    local, at, domain = address.strip().rpartition("@")
    return f"{local}{at}{domain.lower()}"


def unique(addresses: t.Iterable[str]) -> tuple[str, ...]:
    """The addresses in the order given, each mailbox once."""
    return tuple({mailbox(address): address for address in reversed(tuple(addresses))}.values())[::-1]
