# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Examines the table and the buckets of a store and an archive, and sets what is settled; _core/store_setup.py decides
what that is."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field, replace

from .._clients.archive.bundles import directory_problem
from .._clients.aws import dynamodb_tables
from .._clients.aws.dynamodb_tables import DynamoDbTables
from .._clients.aws.listing_cache import SharedSts
from .._clients.aws.s3_bucket import FORBIDDEN, NOT_FOUND, S3Bucket
from .._clients.aws.session import Connection, Session
from .._clients.stores import uris
from .._clients.stores.uris import Location
from .._core import store_setup
from .._core.store_setup import BucketSettings, Shortcoming, Table, WantedBucket
from .._core.values.params import Params
from .._core.values.plan import Outcome
from .._core.values.waiting import Clock, Deadline, backoff
from .._errors import ConfigError, DeadlineError, RemoteError

# Tables are made in seconds, as a rule.
WAIT_SECONDS = 300


@dataclass(frozen=True)
class Examined:
    """A table or a bucket as it is and as it shall be, or why it can never be used."""

    before: Table | BucketSettings | None = None
    after: Table | BucketSettings | None = None
    findings: tuple[Shortcoming, ...] = ()
    problem: str | None = None

    def settles(self, aspect: str) -> bool:
        """Whether this is to be set."""
        return any(finding.settled and finding.aspect == aspect for finding in self.findings)


class Setup(t.Protocol):
    """One table or bucket to examine and to set up."""

    @property
    def place(self) -> str:
        """Its URI."""

    def examine(self) -> Examined:
        """Read it; changes nothing."""

    def settle(self, examined: Examined) -> Table | BucketSettings | None:
        """Set what is to be set, and return what it is then."""


@dataclass(frozen=True)
class TableSetup:
    """The table of a store."""

    tables: DynamoDbTables
    clock: Clock
    name: str

    @property
    def place(self) -> str:
        """Its URI."""
        return f"dynamodb://{self.name}"

    def examine(self) -> Examined:
        """Read it; changes nothing."""
        table = self.tables.describe_table(self.name)
        problem = store_setup.table_problem(table)
        if problem:
            return Examined(problem=problem)
        if table is not None:
            table = replace(
                table,
                recovery=self.tables.describe_continuous_backups(self.name),
                tags=self.tables.list_tags_of_resource(table.arn or ""),
            )
        findings = store_setup.examined_table(self.name, table)
        return Examined(before=table, after=store_setup.after_table(self.name, table, findings), findings=findings)

    def settle(self, examined: Examined) -> Table | BucketSettings | None:
        """Set what is to be set, and return what it is then."""
        deadline = Deadline.after(self.clock.now(), WAIT_SECONDS)
        arn = examined.before.arn if isinstance(examined.before, Table) else None
        if examined.settles(store_setup.TABLE):
            self.tables.create_table(self.name)
            arn = self._active(deadline)
        if examined.settles(store_setup.RECOVERY) or examined.settles(store_setup.TABLE):
            self._when_ready(deadline, self.tables.update_continuous_backups)
        if examined.settles(store_setup.PROTECTION):
            self._when_ready(deadline, self.tables.update_table)
        return replace(examined.after, arn=arn) if isinstance(examined.after, Table) else None

    def _active(self, deadline: Deadline) -> str | None:
        attempt = 0
        while True:
            table = self.tables.describe_table(self.name)
            if table is not None and table.status == dynamodb_tables.ACTIVE:
                return table.arn
            self._pause(deadline, attempt)
            attempt += 1

    def _when_ready(self, deadline: Deadline, call: t.Callable[[str], None]) -> None:
        attempt = 0
        while True:
            try:
                return call(self.name)
            except RemoteError as exc:
                if exc.code not in dynamodb_tables.NOT_YET:
                    raise
            self._pause(deadline, attempt)
            attempt += 1

    def _pause(self, deadline: Deadline, attempt: int) -> None:
        if deadline.has_passed(self.clock.now()):
            raise DeadlineError(
                f"the table {self.name} is still not ready after {WAIT_SECONDS} seconds; run again to continue"
            )
        self.clock.sleep(deadline.clamp(self.clock.now(), backoff(attempt, cap=10)))


@dataclass(frozen=True)
class BucketSetup:
    """One bucket of a store, of an archive, or of both."""

    bucket: S3Bucket
    wanted: WantedBucket
    _rule: dict[str, t.Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Its URI."""
        return f"s3://{self.wanted.name}"

    def examine(self) -> Examined:
        """Read it; changes nothing."""
        problem = self._problem()
        if problem:
            return Examined(problem=problem)
        encryption, rule = self.bucket.get_bucket_encryption()
        self._rule.update(rule)
        before = BucketSettings(
            self.wanted.name, self.bucket.get_public_access_block(), encryption, self.bucket.get_bucket_versioning()
        )
        findings = store_setup.examined_bucket(self.wanted, before)
        return Examined(before=before, after=store_setup.after_bucket(self.wanted, before, findings), findings=findings)

    def settle(self, examined: Examined) -> Table | BucketSettings | None:
        """Set what is to be set, and return what it is then."""
        if examined.settles(store_setup.PUBLIC_ACCESS):
            self.bucket.put_public_access_block()
        if examined.settles(store_setup.ENCRYPTION):
            self.bucket.put_bucket_encryption(self.wanted.encryption, self._rule)
        if examined.settles(store_setup.VERSIONING):
            self.bucket.put_bucket_versioning()
        return examined.after

    def _problem(self) -> str | None:
        name, account = self.wanted.name, self.wanted.account
        try:
            self.bucket.head_bucket()
        except RemoteError as exc:
            if exc.code in NOT_FOUND:
                return f"the bucket {name} does not exist; create it, or correct the name"
            if exc.code in FORBIDDEN:
                return (
                    f"s3:HeadBucket is refused: the bucket {name} does not belong to account {account}, or"
                    " s3:ListBucket is not granted on it; S3 does not say which. Name another account that has the"
                    " bucket with ?owner= in its URI, or see docs/iam of the collection for the permission"
                )
            raise
        return None


@dataclass(frozen=True)
class SetupRequest:
    """The store and the archive to set up, and whether buckets are set up, too."""

    locations: tuple[Location, ...]
    manage_bucket: bool
    connection: Connection


def parse(params: Params) -> SetupRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    locations, problems = [], []
    for kind in ("store", "archive"):
        if not params[kind]:
            continue
        try:
            location = uris.parse(params[kind], kind)
        except ValueError as exc:
            problems.append(str(exc))
            continue
        locations.append(location)
        problem = directory_problem(kind, location.place) if location.scheme == "file" else None
        problems += [problem] if problem else []
    if problems:
        raise ConfigError(problems)
    return SetupRequest(tuple(locations), params["manage_bucket"], Connection.of(params))


def run(request: SetupRequest, session: t.Callable[[], Session], clock: Clock, check_mode: bool) -> Outcome:
    """Examine everything, refuse what can never work, and set what may be set."""
    setups = _setups(request, session, clock)
    examined = [setup.examine() for setup in setups]
    problems = [one.problem for one in examined if one.problem]
    if problems:
        raise ConfigError(problems)
    now = [one.after if check_mode else setup.settle(one) for setup, one in zip(setups, examined)]
    findings = [finding for one in examined for finding in one.findings]
    return Outcome(
        changed=any(finding.settled for finding in findings),
        result={
            "ready": all(finding.settled for finding in findings),
            "findings": [finding.as_dict() for finding in findings],
            "table": next((found.as_dict() for found in now if isinstance(found, Table)), None),
            "buckets": [found.as_dict() for found in now if isinstance(found, BucketSettings)],
        },
        before={setup.place: one.before.as_dict() if one.before else {} for setup, one in zip(setups, examined)},
        after={setup.place: one.after.as_dict() if one.after else {} for setup, one in zip(setups, examined)},
        warnings=tuple(str(finding) for finding in findings if not finding.settled),
    )


def _setups(request: SetupRequest, session: t.Callable[[], Session], clock: Clock) -> list[Setup]:
    """What there is to look at: one table at most, and each bucket once, with the key of the archive if both have
    one."""
    setups: list[Setup] = []
    keys: dict[str, str | None] = {}
    owners: dict[str, str | None] = {}
    for location in request.locations:
        if location.scheme == "dynamodb":
            setups.append(TableSetup(DynamoDbTables(session().client("dynamodb")), clock, location.place))
        elif location.scheme == "s3":
            keys[location.place] = location.kms_key_id or keys.get(location.place)
            owners[location.place] = location.owner or owners.get(location.place)
    own = functools.cache(lambda: SharedSts.account_of(session()).id)
    for name, key in keys.items():
        wanted = WantedBucket(name, owners[name] or own(), key, request.manage_bucket)
        setups.append(BucketSetup(S3Bucket(session().client("s3"), name, wanted.account), wanted))
    return setups
