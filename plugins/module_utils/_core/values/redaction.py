# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes secrets out of text that is kept or sent; a safety net, since no message should hold one."""

from __future__ import annotations

import re

HIDDEN = "[hidden]"
_MAX_LENGTH = 4000
# What is hidden makes a text shorter, so a bit more is looked at than is kept; a secret may be cut off at the end.
_LOOKED_AT = 16_000
# Nothing before the word is matched and little after it, so that a rule takes linear time whatever the text is.
_SENSITIVE = r"(?:secret|password|passphrase|token|hmac_key|authorization)[a-z_-]{0,40}"
RULES = (
    # A private key, also one that was cut off.
    (
        re.compile(
            r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
        ),
        HIDDEN,
    ),
    # The private members of a JSON Web Key (RFC 7518 section 6).
    (
        re.compile(
            r"""(["'](?:d|p|q|dp|dq|qi|k)["']\s{0,40}:\s{0,40})["'](?:[A-Za-z0-9_-]{20,}["']|[A-Za-z0-9_-]+\Z)"""
        ),
        rf'\1"{HIDDEN}"',
    ),
    (re.compile(rf"""(?i)({_SENSITIVE}["']?\s{{0,40}}[=:]\s{{0,40}})["']?[^\s"',;]{{6,}}["']?"""), rf"\1{HIDDEN}"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), HIDDEN),
)


def redacted(text: str) -> str:
    """The text without secrets, and not longer than a record should hold."""
    found = text[:_LOOKED_AT]
    for pattern, replacement in RULES:
        found = pattern.sub(replacement, found)
    return found if len(text) <= _LOOKED_AT and len(found) <= _MAX_LENGTH else found[:_MAX_LENGTH] + " … (cut)"
