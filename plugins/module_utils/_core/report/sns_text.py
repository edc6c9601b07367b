# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts in the form that SNS accepts, so that a long name never costs the notice."""

from __future__ import annotations

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
MAX_SUBJECT_CHARACTERS = 100
MAX_MESSAGE_BYTES = 256 * 1024
CUT_NOTE = "\n… (truncated: SNS accepts at most 256 KB)"


def subject(text: str) -> str:
    """The text on one line, in printable ASCII, cut to what SNS takes."""
    ascii_text = " ".join(text.split()).encode("ascii", errors="replace").decode("ascii")
    printable = "".join(character if character.isprintable() else "?" for character in ascii_text)
    return printable[:MAX_SUBJECT_CHARACTERS].rstrip()


def message(text: str) -> str:
    """The text, or its beginning and a note if it is too long; no character is cut in two."""
    content = text.encode("utf-8", errors="replace")
    if len(content) <= MAX_MESSAGE_BYTES:
        return content.decode("utf-8")
    return content[: MAX_MESSAGE_BYTES - len(CUT_NOTE.encode())].decode("utf-8", errors="ignore") + CUT_NOTE
