# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the SSL Plugin's things that have a meaning: a bundle is named for the minute of its issue in UTC+8."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timedelta, timezone

from ..values import times
from .shapes import SeenBundle

# What CDK makes of the construct's name; it only breaks a tie.
FUNCTION = "CertBotFunction"
CHINA_TIME = timezone(timedelta(hours=8))
_BUNDLE = re.compile(r"(\d{4}-\d{2}-\d{2}-\d{4})\.tar\.gz")


def bundles(bucket: str, prefix: str, objects: t.Iterable[tuple[str, int]]) -> list[SeenBundle]:
    """The bundles of a project among the objects of its bucket, each with its size, oldest first."""
    found: list[SeenBundle] = []
    for key, size in objects:
        match = _BUNDLE.fullmatch(key.removeprefix(prefix)) if key.startswith(prefix) else None
        if match:
            found.append({"uri": f"s3://{bucket}/{key}", "size": size, "issued_at": _issued_at(match[1])})
    return sorted(found, key=lambda one: (one["issued_at"] or "", one["uri"]))


def _issued_at(name: str) -> str | None:
    try:
        return times.to_text(datetime.strptime(name, "%Y-%m-%d-%H%M").replace(tzinfo=CHINA_TIME))
    except ValueError:
        return None
