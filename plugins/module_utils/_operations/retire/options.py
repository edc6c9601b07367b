# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say which of the certificates that others replaced are deleted."""

from __future__ import annotations

import typing as t

CLEANUP: dict[str, t.Any] = {
    "keep": {"type": "list", "elements": "str", "default": []},
    "candidates": {"type": "list", "elements": "str"},
    "keep_previous": {"type": "int", "default": 0},
    "require_unused": {"type": "bool", "default": False},
    "rebound": {"type": "list", "elements": "str", "default": []},
}
