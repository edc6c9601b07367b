# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes secrets out of text that is kept or sent; a safety net, since no message should hold one."""

from __future__ import annotations

import re

HIDDEN = "[hidden]"
_MAX_LENGTH = 4000
_SENSITIVE = (
    r"(?:[a-z_-]*secret[a-z_-]*|[a-z_-]*password|[a-z_-]*passphrase|[a-z_-]*token|[a-z_-]*hmac_key|authorization)"
)
_RULES = (
    # A private key, also one that was cut off.
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), HIDDEN),
    # The private members of a JSON Web Key (RFC 7518 section 6).
    (re.compile(r"""(["'](?:d|p|q|dp|dq|qi|k)["']\s*:\s*)["'][A-Za-z0-9_-]{20,}["']"""), rf'\1"{HIDDEN}"'),
    (re.compile(rf"""(?i)\b({_SENSITIVE}["']?\s*[=:]\s*)["']?[^\s"',;]{{6,}}["']?"""), rf"\1{HIDDEN}"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), HIDDEN),
)


def redacted(text: str) -> str:
    """The text without secrets, and not longer than a record should hold."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text if len(text) <= _MAX_LENGTH else text[:_MAX_LENGTH] + " … (cut)"
