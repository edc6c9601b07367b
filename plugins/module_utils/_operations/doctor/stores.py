# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at store and archive: they answer, they can be written to, and nobody else reads the archive. Nothing is left
behind."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ..._clients.aws.dynamodb_tables import DynamoDbTables
from ..._clients.aws.s3 import CONDITION_FAILED, NOT_FOUND, S3, BucketOwner
from ..._clients.aws.s3_bucket import S3Bucket
from ..._clients.aws.session import IMPATIENT, Session
from ..._clients.machine import private_files
from ..._clients.stores import open as places
from ..._clients.stores.base import Archive, Store
from ..._clients.stores.uris import Location
from ..._core.doctor import findings, stores
from ..._core.doctor.findings import Finding
from ..._core.doctor.stores import Entry
from ..._core.store_setup import WantedBucket
from ..._core.values.waiting import Clock
from ..._errors import CertError, ConflictError, RemoteError
from ..store_setup import BucketSetup, Setup, TableSetup
from .checks import Check, Subject

# No object and no document has this version, so a write on condition of it is refused whatever is there: after the
# check of permissions.
NO_VERSION = '"00000000000000000000000000000000"'
PROBE_KEY = "doctor-probe"


@dataclass(frozen=True)
class StoreProbe:
    """A store or an archive (``kind``), with the clients for the AWS service that it is in, if it is in one."""

    kind: str
    location: Location
    owner: BucketOwner
    s3: t.Any = None
    tables: DynamoDbTables | None = None

    @classmethod
    def of(cls, kind: str, location: Location, session: t.Callable[[], Session]) -> StoreProbe:
        """The place with its clients; calls nothing."""
        s3 = session().client("s3", **IMPATIENT) if location.scheme == "s3" else None
        tables = DynamoDbTables(session().client("dynamodb", **IMPATIENT)) if location.scheme == "dynamodb" else None
        return cls(kind, location, places.owner(location, session), s3, tables)

    def setup(self, clock: Clock) -> Setup | None:
        """What examines its table or its bucket."""
        if self.tables is not None:
            return TableSetup(self.tables, clock, self.location.place)
        if self.s3 is None:
            return None
        wanted = WantedBucket(self.location.place, self.owner.account, self.location.kms_key_id, manage=False)
        return BucketSetup(S3Bucket(self.s3, wanted.name, wanted.account), wanted)


@dataclass
class StoreChecks:
    """Store and archive of one project."""

    subject: Subject
    store: Store
    archive: Archive
    store_place: StoreProbe
    archive_place: StoreProbe
    clock: Clock

    def checks(self) -> list[Check]:
        """What can be looked at."""
        store, archive = self.store_place, self.archive_place
        return [
            Check("store", "STORE_FAILED", self.store_writable),
            Check("store settings", "STORE_FAILED", lambda: self.settings(store)),
            Check("archive", "ARCHIVE_FAILED", self.bundle),
            Check("archive access", "ARCHIVE_FAILED", self.archive_writable),
            Check(
                "archive settings",
                "ARCHIVE_FAILED",
                lambda: self.settings(archive) if archive.location.place != store.location.place else [],
            ),
        ]

    def store_writable(self) -> list[Finding]:
        """A document could be written."""
        if self.store_place.location.scheme == "file":
            return self._directory(self.store_place)
        try:
            self.store.write(self.subject.name, {}, NO_VERSION)
        except ConflictError:
            return []
        except RemoteError as exc:
            return [self._refused(self.store_place, exc)]
        raise AssertionError("a write on an impossible condition is refused")

    def archive_writable(self) -> list[Finding]:
        """A bundle could be written, and nobody else could read it."""
        place = self.archive_place
        if place.location.scheme == "file":
            return self._directory(place) or stores.modes(self.archive.uri, entries(Path(place.location.place)))
        bucket = S3(place.s3, place.location.place, place.owner, place.location.kms_key_id)
        try:
            bucket.put_object(f"{place.location.prefix}{PROBE_KEY}", b"", {"IfMatch": NO_VERSION})
        except RemoteError as exc:
            return [] if exc.code in (*CONDITION_FAILED, *NOT_FOUND) else [self._refused(place, exc)]
        raise AssertionError("a write on an impossible condition is refused")

    def bundle(self) -> list[Finding]:
        """The archive answers, and has the bundle of the recorded certificate."""
        keys = self.archive.list(f"{self.subject.name}/")
        record = self.subject.record
        uri = str(record.get("archive_uri") if record else None)
        elsewhere = not uri.startswith(f"{self.archive.uri}/")
        return stores.bundle(record, elsewhere or uri.partition("?")[0].removeprefix(f"{self.archive.uri}/") in keys)

    def settings(self, place: StoreProbe) -> list[Finding]:
        """The table or the bucket is set up as it should be."""
        try:
            setup = place.setup(self.clock)
            examined = setup.examine() if setup else None
        except RemoteError as exc:
            if exc.code not in findings.DENIED:
                raise
            return [findings.finding("PLACE_UNTESTED", place.location.uri, exc.message)]
        if examined is None:
            return []
        if examined.problem:
            return [findings.finding(f"{place.kind.upper()}_FAILED", place.location.uri, examined.problem)]
        return stores.settings(examined.findings)

    def _refused(self, place: StoreProbe, error: RemoteError) -> Finding:
        if error.code in findings.DENIED:
            return stores.not_writable(place.kind, place.location.uri, error.message)
        return findings.of_error(f"{place.kind.upper()}_FAILED", error)

    def _directory(self, place: StoreProbe) -> list[Finding]:
        problem = private_files.directory_problem(Path(place.location.place))
        return [stores.not_writable(place.kind, place.location.uri, problem)] if problem else []


def entries(root: Path) -> list[Entry]:
    """Every file and directory of an archive; CertError if it cannot be read."""
    found = []
    try:
        for directory, _directories, files in os.walk(root, onerror=_fail):
            paths = [Path(directory), *(Path(directory, name) for name in files)]
            found += [
                Entry(str(path), path.lstat().st_mode & 0o777, path.is_dir()) for path in paths if not path.is_symlink()
            ]
    except OSError as exc:
        raise CertError(f"{exc.filename} cannot be read: {exc.strerror}") from exc
    return found


def _fail(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
