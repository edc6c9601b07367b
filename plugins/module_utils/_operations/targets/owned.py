# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the tags of what a run changes, to name what a template of others sets again."""

from __future__ import annotations

import typing as t

from ..._clients.aws.regional.tagging import Tagging
from ..._core.targets import owners
from ..._core.targets.owners import Owned
from ..._core.values.partitions import region_of
from ..._errors import RemoteError
from .certificate import DENIED

Tags = t.Mapping[str, t.Mapping[str, str]]


def told(ids: t.Collection[str], read: t.Callable[[], Tags]) -> tuple[tuple[Owned, ...], tuple[str, ...]]:
    """What of these has another owner, by the tags that are read, and the warning about it, or that it is not known. A
    permission that only this line needs may be missing."""
    try:
        found = owners.owned(ids, read() if ids else {})
    except RemoteError as exc:
        unknown = f"whether templates of others set certificates again is not known: {exc.message}"
        return (), () if exc.code in DENIED else (unknown,)
    return found, owners.warning(found)


def warnings(arns: t.Collection[str], home: str, tagging: t.Callable[[str], Tagging]) -> tuple[str, ...]:
    """The warning about those of these that have another owner; ``home`` is where what has no region is tagged."""
    shown = {arn: arn if region_of(arn) else arn.rpartition("/")[2] for arn in arns}

    def read() -> Tags:
        found: dict[str, t.Mapping[str, str]] = {}
        for region in sorted({region_of(arn) or home for arn in arns}):
            there = [arn for arn in arns if (region_of(arn) or home) == region]
            found |= {shown[arn]: tags for arn, tags in tagging(region).get_tags(there).items()}
        return found

    return told(tuple(shown.values()), read)[1]
