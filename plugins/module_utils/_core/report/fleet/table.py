# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of a fleet for a spreadsheet, and for a terminal."""

from __future__ import annotations

import typing as t
from datetime import datetime

from .rows import FleetPicture, FleetRow
from .words import until

COLUMNS = (
    "project",
    "state",
    "attention",
    "domains",
    "certificate",
    "certificate_id",
    "issued_at",
    "not_before",
    "not_after",
    "days_left",
    "share_left",
    "renew_at",
    "key_type",
    "ca",
    "store",
    "served_by",
    "addresses",
    "status",
    "reason",
    "last_success_at",
    "failures",
    "archive_uri",
    "fingerprint_sha256",
)
# A spreadsheet takes what begins so for a formula. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEADS = ("PROJECT", "STATE", "LEFT", "RENEWS", "WHY")
# Of a name, a terminal shows so much.
LONGEST_NAME = 30


def csv(picture: FleetPicture) -> str:
    """One line for each project, under a line of names (RFC 4180)."""
    lines = [COLUMNS, *(_fields(row, picture.made_at) for row in picture.rows)]
    return "".join(",".join(map(_field, line)) + "\r\n" for line in lines)


def _fields(row: FleetRow, now: datetime) -> tuple[t.Any, ...]:
    one, left, share = row.certificate, row.left(now), row.share_left(now)
    return (
        row.name,
        row.state,
        " ".join(row.attention),
        " ".join(row.domains),
        one.name if one else "",
        one.id if one else "",
        one.issued_at if one else "",
        one.not_before if one else "",
        one.not_after if one else "",
        "" if left is None else left.days,
        "" if share is None else f"{share:.3f}",
        row.renew_at,
        row.key_type,
        row.ca,
        row.store,
        " ".join(target.id for target in row.targets),
        " ".join(address.address for address in row.addresses),
        row.status,
        row.reason,
        row.last_success_at,
        row.failures,
        one.archive_uri if one else "",
        one.fingerprint_sha256 if one else "",
    )


def _field(value: t.Any) -> str:
    text = str(value)
    if isinstance(value, str) and text.startswith(_FORMULA):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def lines(picture: FleetPicture) -> list[str]:
    """The table for a terminal, the worst in front: what a person has to look at, then the rest."""
    rows = [_HEADS, *(_cells(row, picture.made_at) for row in picture.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS) - 1)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[-1]]).rstrip() for row in rows]


def _cells(row: FleetRow, now: datetime) -> tuple[str, ...]:
    left = row.left(now)
    return (
        row.name if len(row.name) <= LONGEST_NAME else row.name[: LONGEST_NAME - 1] + "…",
        row.state,
        "-" if left is None else until(left, "en").removeprefix("in "),
        row.renew_at[:10] or "-",
        row.reason,
    )
