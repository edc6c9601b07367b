# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet as its report shows it: the same rows feed the page, the table, the data and the metrics, so that they cannot
disagree. Every text in them is cleaned and bounded."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...values import times
from .. import expiry

# Of the data, for programs that read them.
SCHEMA = 1
# Why a person is needed, the worst first.
ATTENTION = (
    "expired",
    "broken",
    "failing",
    "ca_incident",
    "uncovered_alias",
    "left_behind",
    "revocation_pending",
    "expiring",
    "overdue",
    "unbound",
)
STATES = ("expired", "broken", "failing", "unfinished", "locked", "pending", "due", "ok")


@dataclass(frozen=True)
class ShownCertificate:
    """A certificate of a project: the one in its record, or one that it superseded. ``copies`` are its ARNs in ACM of
    several regions."""

    current: bool
    name: str
    id: str
    serial: str
    fingerprint_sha256: str
    issuer: str
    key_type: str
    issued_at: str
    not_before: str
    not_after: str
    archive_uri: str
    revoked_at: str = ""
    store: str = "iam"
    copies: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownAddress:
    """A notification address, and whether the project has subscribed it to its topic."""

    address: str
    subscribed: bool


@dataclass(frozen=True)
class ShownTarget:
    """A distribution that serves a certificate of the project, with its aliases where AWS was asked."""

    id: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class RenewalWindow:
    """When the CA suggests to renew, and the page on which it says why."""

    start: str
    end: str
    explanation_url: str = ""
    error: str = ""


@dataclass(frozen=True)
class PastRun:
    """A run that ended: what it was for, how it went, and what it changed."""

    run: str
    finished_at: str
    status: str
    changes: tuple[str, ...] = ()
    job: str = ""


@dataclass(frozen=True)
class FleetRow:
    """One project. Times are RFC 3339 texts in UTC, empty where nothing is known; ``level`` counts the thresholds that
    the time left has come down to."""

    name: str
    state: str
    reason: str
    attention: tuple[str, ...] = ()
    level: int = 0
    due: bool = False
    domains: tuple[str, ...] = ()
    tags: t.Mapping[str, str] = field(default_factory=dict)
    ca: str = ""
    key_type: str = ""
    store: str = ""
    partition: str = ""
    certificates: tuple[ShownCertificate, ...] = ()
    addresses: tuple[ShownAddress, ...] = ()
    targets: tuple[ShownTarget, ...] = ()
    renew_at: str = ""
    next_attempt_at: str = ""
    failures: int = 0
    status: str = ""
    last_run: t.Mapping[str, t.Any] = field(default_factory=dict)
    last_success_at: str = ""
    window: RenewalWindow | None = None
    journal: str = ""
    lock: str = ""
    history: tuple[PastRun, ...] = ()

    @property
    def certificate(self) -> ShownCertificate | None:
        """The certificate in the record."""
        return next((one for one in self.certificates if one.current), None)

    def left(self, now: datetime) -> timedelta | None:
        """The time until the certificate in the record expires; None without one."""
        return times.from_text(self.certificate.not_after) - now if self.certificate else None

    @property
    def lifetime(self) -> timedelta | None:
        """How long the certificate in the record is valid in all."""
        if not self.certificate:
            return None
        return times.from_text(self.certificate.not_after) - times.from_text(self.certificate.not_before)

    def share_left(self, now: datetime) -> float | None:
        """Which part of the lifetime is left; None without a certificate."""
        left = self.left(now)
        return None if left is None else expiry.share_left(left, self.lifetime)


@dataclass(frozen=True)
class ForeignCertificate:
    """A certificate that no record has, and the distributions that use it. ``project`` is the one at whose path it is,
    which may not be in this store."""

    name: str
    id: str
    not_after: str
    users: tuple[str, ...]
    project: str = ""


@dataclass(frozen=True)
class PlaybookEnd:
    """How the last run of a playbook ended: when, after how long, whether without a failure, and how many projects with
    which result. ``workflow_job`` is the number of the workflow that ran it, as AWX runs the slices of a job."""

    at: datetime
    seconds: float
    success: bool
    projects: t.Mapping[str, int]
    workflow_job: str = ""

    def joined(self, other: PlaybookEnd | None) -> PlaybookEnd:
        """With another run of the same workflow as one run, from the first beginning to the last end."""
        if other is None or not self.workflow_job or self.workflow_job != other.workflow_job:
            return self
        began = min(one.at - timedelta(seconds=one.seconds) for one in (self, other))
        at = max(self.at, other.at)
        return PlaybookEnd(
            at=at,
            seconds=(at - began).total_seconds(),
            success=self.success and other.success,
            projects={
                status: self.projects.get(status, 0) + other.projects.get(status, 0)
                for status in (*self.projects, *other.projects)
            },
            workflow_job=self.workflow_job,
        )


@dataclass(frozen=True)
class OrdersLeft:
    """How many orders a limit of a CA leaves now, where it leaves the fewest."""

    ca: str
    limit: str
    left: int


@dataclass(frozen=True)
class FleetPicture:
    """A whole store at one moment. ``room`` is how many server certificates the account of the credentials, in
    ``partition``, has and may have, and ``foreign`` what of them is of no project: None where AWS was not asked.
    ``runs`` is when each playbook last began, ``ended`` how it ended last, and ``every_hours`` how far apart its
    schedule runs it, where that is known."""

    title: str
    made_at: datetime
    store: str
    rows: tuple[FleetRow, ...]
    version: str = ""
    interval_hours: float = 24.0
    foreign: tuple[ForeignCertificate, ...] | None = None
    room: tuple[int, int] | None = None
    partition: str = ""
    runs: t.Mapping[str, datetime] = field(default_factory=dict)
    ended: t.Mapping[str, PlaybookEnd] = field(default_factory=dict)
    every_hours: t.Mapping[str, float] = field(default_factory=dict)
    orders: tuple[OrdersLeft, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many projects are in each state."""
        found = dict.fromkeys(STATES, 0)
        for row in self.rows:
            found[row.state] = found.get(row.state, 0) + 1
        return found

    @property
    def leftovers(self) -> dict[str, list[str]]:
        """The names of unused certificates that lie at the path of a project whose record does not have them, by that
        project. Of one that is at work nobody knows yet."""
        at_rest = {row.name for row in self.rows if row.state not in ("locked", "unfinished", "broken")}
        found: dict[str, list[str]] = {}
        for one in self.foreign or ():
            if one.project in at_rest and not one.users:
                found.setdefault(one.project, []).append(one.name)
        return found

    @property
    def needing(self) -> tuple[FleetRow, ...]:
        """The projects that need a person."""
        return tuple(row for row in self.rows if row.attention)


def ordered(rows: t.Iterable[FleetRow], now: datetime) -> tuple[FleetRow, ...]:
    """The rows, the worst first: by why a person is needed, then by the time left."""

    def rank(row: FleetRow) -> tuple[int, int, float, str]:
        worst = min((ATTENTION.index(reason) for reason in row.attention), default=len(ATTENTION))
        left = row.left(now)
        return worst, -row.level, left.total_seconds() if left is not None else 0.0, row.name

    return tuple(sorted(rows, key=rank))


def data(picture: FleetPicture) -> dict[str, t.Any]:
    """The picture as plain values, with what follows from the time of the report."""
    now = picture.made_at
    head = {
        "schema": SCHEMA,
        "title": picture.title,
        "made_at": times.to_text(now),
        "store": picture.store,
        "version": picture.version,
        "counts": picture.counts,
        "attention": len(picture.needing),
        "runs": {playbook: times.to_text(at) for playbook, at in picture.runs.items()},
        "ended": {playbook: {**vars(one), "at": times.to_text(one.at)} for playbook, one in picture.ended.items()},
        "every_hours": dict(picture.every_hours),
        "warnings": list(picture.warnings),
        "room": {"used": picture.room[0], "allowed": picture.room[1]} if picture.room else None,
        "foreign": None if picture.foreign is None else [dict(vars(one)) for one in picture.foreign],
    }
    return {**head, "projects": [_row_data(row, now) for row in picture.rows]}


def text(picture: FleetPicture) -> str:
    """The data as JSON with a line for each project, so that two reports can be compared."""
    found = data(picture)
    projects = ",\n".join(json.dumps(row, ensure_ascii=False) for row in found.pop("projects"))
    head = json.dumps(found, indent=1, ensure_ascii=False)
    return f'{head.removesuffix("}").rstrip()},\n "projects": [\n{projects}\n]}}\n'


# What of a row has values of its own.
_NESTED = ("certificates", "addresses", "targets", "history")


def _row_data(row: FleetRow, now: datetime) -> dict[str, t.Any]:
    left, share = row.left(now), row.share_left(now)
    lists = {name: [dict(vars(one)) for one in getattr(row, name)] for name in _NESTED}
    return {
        **vars(row),
        **lists,
        "window": dict(vars(row.window)) if row.window else None,
        "expires_in_days": None if left is None else left.days,
        "share_left": None if share is None else round(share, 3),
    }
