# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of IAM and ACM side by side, as rows and as a table."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..report import screen
from ..values.ownership import MANAGED_BY, MANAGED_BY_TAG, PROJECT_TAG, PROJECTS_PATH
from ..values.partitions import region_of
from . import certificates, search, users as users_
from .certificates import AMAZON_ISSUED, IMPORTED
from .users import AcmUser

IAM, ACM = "iam", "acm"
_SOURCES = {IMPORTED: "imported", AMAZON_ISSUED: "acm"}
_HEADINGS = ("EXPIRES IN", "WHERE", "SOURCE", "USERS", "PROJECT", "NAMES")
# Of a project, a row shows so much, and of names what a terminal of 80 columns leaves, but never less than this.
_LONGEST_PROJECT, _SHORTEST_NAMES = 16, 24


@dataclass(frozen=True)
class CertificateRow:
    """One certificate, wherever it is kept. ``kind`` is what ACM calls its type; None for IAM."""

    store: str
    arn: str
    domains: tuple[str, ...]
    key_type: str
    not_before: datetime | None
    not_after: datetime | None
    tags: t.Mapping[str, str] = field(default_factory=dict)
    users: tuple[AcmUser, ...] = ()
    in_use: bool = False
    name: str | None = None
    path: str | None = None
    kind: str | None = None
    status: str | None = None

    @property
    def ours(self) -> bool:
        """Whether this collection manages it."""
        return self.tags.get(MANAGED_BY_TAG) == MANAGED_BY or (self.path or "").startswith(PROJECTS_PATH)

    @property
    def project(self) -> str | None:
        """The project that it belongs to, as tags or path say."""
        below = (self.path or "").removeprefix(PROJECTS_PATH).strip("/")
        by_path = below if (self.path or "").startswith(PROJECTS_PATH) else ""
        return self.tags.get(PROJECT_TAG) or by_path or None

    @property
    def source(self) -> str:
        """Where it came from: imported, issued by ACM, by a private CA, or uploaded to IAM."""
        return "uploaded" if self.kind is None else _SOURCES.get(self.kind, self.kind.lower())

    def as_dict(self, now: datetime) -> dict[str, t.Any]:
        """The row as it stands in results."""
        return {
            "store": self.store,
            "region": region_of(self.arn) or None,
            "arn": self.arn,
            "name": self.name,
            "domains": list(self.domains),
            "key_type": self.key_type,
            "source": self.source,
            "status": self.status,
            "not_before": certificates.text_of(self.not_before),
            "not_after": certificates.text_of(self.not_after),
            "days_left": search.days_left(self.not_after, now),
            "in_use": self.in_use,
            "users": users_.split(self.users),
            "ours": self.ours,
            "project": self.project,
        }


def ordered(rows: t.Iterable[CertificateRow]) -> list[CertificateRow]:
    """The rows, that which expires first in front; requests at the end."""
    return sorted(rows, key=lambda row: (row.not_after is None, row.not_after and row.not_after.timestamp(), row.arn))


def table(rows: t.Iterable[CertificateRow], now: datetime) -> list[str]:
    """The rows as lines of text with headings; none without rows."""
    cells = [_cells(row, now) for row in rows]
    if not cells:
        return []
    lines = [_HEADINGS, *cells]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS) - 1)]
    room = max(_SHORTEST_NAMES, screen.WIDTH - sum(widths) - 2 * len(widths))
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths)), _cut(line[-1], room)]).rstrip()
        for line in lines
    ]


def _cells(row: CertificateRow, now: datetime) -> tuple[str, ...]:
    days = search.days_left(row.not_after, now)
    return (
        "pending" if days is None else f"{days} days",
        region_of(row.arn) or row.store,
        row.source,
        str(len(row.users)) if row.users or not row.in_use else "some",
        _cut(row.project or ("-" if row.ours else "foreign"), _LONGEST_PROJECT),
        ", ".join(row.domains),
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
