# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of a fleet for a spreadsheet."""

from __future__ import annotations

import typing as t
from datetime import datetime

from .rows import FleetPicture, FleetRow

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
