# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs that others give: taken apart without an exception, and judged before anything is sent there."""

from __future__ import annotations

import typing as t
import urllib.parse

# What browsers and servers take at least; no CA needs more.
LONGEST_URL = 2000


def parts(url: str) -> urllib.parse.SplitResult:
    """The parts of a URL; all empty if it is not one (``https://[x/``)."""
    try:
        found = urllib.parse.urlsplit(url)
        # both are computed when they are asked for, and fail then
        dummy = (found.port, found.hostname)
    except ValueError:
        return urllib.parse.SplitResult("", "", "", "", "")
    return found


def https_problem(url: t.Any) -> str | None:
    """Why this is not an https:// URL of a host, which it has to be for ACME (RFC 8555 section 6.1); None if it is."""
    if not isinstance(url, str) or len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        return f"not a URL of at most {LONGEST_URL} printable ASCII characters"
    found = parts(url)
    if found.scheme != "https" or not found.hostname:
        return "not an https:// URL with a host"
    return "with a user name or a password in it" if "@" in found.netloc else None


def joined(base: str, link: str) -> str:
    """The link as a URL, as it is meant in an answer from ``base``; empty if it is not one."""
    try:
        return urllib.parse.urljoin(base, link)
    except ValueError:
        return ""
