# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on store and archive, and on the clock of this machine."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..store_setup import Shortcoming
from ..values.shapes import CertificateRecord
from .findings import Finding, finding

# Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
REFUSED_SKEW = timedelta(minutes=5)
NOTABLE_SKEW = timedelta(minutes=1)
SHOWN = 3
DIRECTORY_MODE, FILE_MODE = 0o700, 0o600


@dataclass(frozen=True)
class Entry:
    """A file or directory of an archive, with the bits of its mode."""

    path: str
    mode: int
    is_directory: bool

    @property
    def is_exposed(self) -> bool:
        """Whether others than its owner have access to it."""
        return bool(self.mode & ~(DIRECTORY_MODE if self.is_directory else FILE_MODE) & 0o777)


def modes(uri: str, entries: t.Iterable[Entry]) -> list[Finding]:
    """One finding if others than the owner may read the archive, or write there."""
    exposed = [entry for entry in entries if entry.is_exposed]
    if not exposed:
        return []
    shown = ", ".join(f"{entry.path} ({entry.mode:04o})" for entry in exposed[:SHOWN])
    more = f" and {len(exposed) - SHOWN} more" if len(exposed) > SHOWN else ""
    return [finding("ARCHIVE_EXPOSED", uri, f"users other than the owner have access to {shown}{more}")]


def settings(found: t.Iterable[Shortcoming]) -> list[Finding]:
    """What a table or a bucket lacks."""
    return [
        finding(
            "PLACE_SETTINGS", one.place, f"{one.aspect.replace('_', ' ')} is {one.found}, but should be {one.wanted}"
        )
        for one in found
    ]


def not_writable(kind: str, uri: str, why: str) -> Finding:
    """The store or the archive (``kind``) can be read only."""
    return finding(f"{kind.upper()}_NOT_WRITABLE", uri, why)


def bundle(record: CertificateRecord | None, is_there: bool) -> list[Finding]:
    """Whether the archive has the bundle of the recorded certificate."""
    if record is None or is_there:
        return []
    return [
        finding(
            "BUNDLE_MISSING",
            str(record.get("archive_uri")),
            f"the bundle of the certificate {record.get('name')} is missing",
        )
    ]


def clock(service: str, theirs: datetime, ours: datetime) -> list[Finding]:
    """How far the clock of this machine is off, as a service's answer tells."""
    skew = abs(theirs - ours)
    if skew < NOTABLE_SKEW:
        return []
    direction = "behind" if theirs > ours else "ahead of"
    message = f"the clock of this machine is {skew.total_seconds():.0f} seconds {direction} that of {service}"
    return [finding("CLOCK_WRONG" if skew >= REFUSED_SKEW else "CLOCK_SKEWED", service, message)]
