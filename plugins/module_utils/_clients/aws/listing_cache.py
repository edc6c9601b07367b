# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account has, listed once for all processes of a run: a file for each listing beside those of the paces, of
use until the controlling process ends.

A kept listing says what was there some minutes ago, so it serves only what is looked at again before anything is
changed. Whatever is deleted or refused is decided by a listing that began after it was asked for
(``list_distributions`` and its like), which processes that ask at the same time may share. Nothing fails because of it:
where the file cannot be used, each process lists for itself.
"""

from __future__ import annotations

import abc
import contextlib
import json
import math
import time
import typing as t
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..._core.bind.distributions import Distribution
from ..._core.server_cert.server_certs import StoredCertificate
from ..._core.values import json_text, schema, times
from ..._core.values.partitions import AwsAccount
from ..._core.values.schema import Shape, flag, items, line, mapping, maybe, moment, record
from ..._errors import CertError, note
from ..machine import private_files, processes, run_files
from .cloudfront import CLIENT_CONFIG, CloudFront
from .iam import Iam, Upload
from .sts import Sts

if t.TYPE_CHECKING:
    from .session import Session

# A listing of many pages keeps the pace of the account; a process that has waited so long for another makes its own.
LOCK_TRIES = 400
LOCK_PAUSE_SECONDS = 0.05
DAMAGED = (CertError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
# No account has more of anything that is listed.
MOST_LISTED = 100_000
_NAME = line(2048)
_TEXTS = mapping(_NAME, _NAME)
_COUNT = schema.whole(0)
L = t.TypeVar("L")
C = t.TypeVar("C", bound="ListingCache[t.Any]")


@dataclass(frozen=True)
class ListingCache(abc.ABC, t.Generic[L]):
    """One listing of one account in one run; ``owner`` is the controlling process, ``lock`` a file that outlives it.
    What is listed says the class: its name, how long it is of use, and how it stands in JSON."""

    path: Path
    lock: Path
    owner: t.Mapping[str, t.Any]
    clock: t.Callable[[], float] = time.time

    kind: t.ClassVar[str]
    shape: t.ClassVar[Shape]
    longest_life_seconds: t.ClassVar[float] = 120.0

    @classmethod
    def of_run(cls: type[C], identity: t.Sequence[str]) -> C | None:
        """The cache for calls of this identity; None outside a run, and where no private directory can be used."""
        owner, directory = processes.current(), run_files.directory()
        if owner["pid"] is None or directory is None:
            return None
        name = run_files.file_name(cls.kind, (*identity, *map(str, owner.values())), "json")
        return cls(directory / name, directory / run_files.file_name(cls.kind, identity, "lock"), owner)

    def read(self, since: float = 0.0) -> L | None:
        """The kept listing; None if there is none that can be used, or that was made after ``since``."""
        found = self._kept()
        return None if found is None or found[1] < since else found[0]

    def listed(self, list_now: t.Callable[[], L]) -> L:
        """A listing that is made now, and kept; those of runs that have ended are removed."""
        began = self.clock()
        listing = list_now()
        self._write(listing, began)
        return listing

    def amend(self, change: t.Callable[[L], L]) -> None:
        """Keep what a step of this run made of the listing, if there is one; it becomes no younger."""
        with self.turn():
            found = self._kept()
            if found is not None:
                listing, listed_at = found
                self._write(change(listing), listed_at)

    def shared(self, list_now: t.Callable[[], L], since: float = 0.0) -> tuple[L, bool]:
        """The kept listing, or one that is made now, by one process while the others wait; and whether it was kept."""
        kept = self.read(since)
        if kept is not None:
            return kept, True
        with self.turn():
            kept = self.read(since)
            return (self.listed(list_now), False) if kept is None else (kept, True)

    def listed_from_now(self, list_now: t.Callable[[], L]) -> L:
        """A listing that began after this call did: processes that ask while another lists wait, and one of them makes
        the next for all."""
        return self.shared(list_now, math.nextafter(self.clock(), math.inf))[0]

    @contextlib.contextmanager
    def turn(self) -> t.Iterator[None]:
        """Inside, no other process is, unless one stays there for long: two listings do no harm."""
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):
                stack.enter_context(run_files.locked(self.lock, LOCK_TRIES, LOCK_PAUSE_SECONDS))
            yield

    @abc.abstractmethod
    def _packed(self, listing: L) -> t.Any:
        """The listing as JSON has it."""

    @abc.abstractmethod
    def _unpacked(self, packed: t.Any) -> L:
        """The inverse of ``_packed``, of what has the ``shape``; raises one of ``DAMAGED`` for what is not a valid
        listing all the same."""

    def _kept(self) -> tuple[L, float] | None:
        try:
            content = private_files.read(self.path)
            if content is None:
                return None
            found = json_text.parsed(content)
            if schema.problems(type(self).shape, found[self.kind]):
                raise ValueError
            listing, listed_at = self._unpacked(found[self.kind]), float(found["listed_at"])
        except DAMAGED:
            self._forget_damaged()
            return None
        return (listing, listed_at) if 0 <= self.clock() - listed_at <= self.longest_life_seconds else None

    def _forget_damaged(self) -> None:
        """Remove the damaged file, and say so: only the process that removed it does."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return
        except OSError:
            pass  # it is said by each process, then
        note(
            f"{self.path} does not have the form of a kept listing, and is not used; the listing is made anew. Nothing"
            " but the runs of this user should write to that directory"
        )

    def _write(self, listing: L, listed_at: float) -> None:
        content = {"owner": dict(self.owner), "listed_at": listed_at, self.kind: self._packed(listing)}
        with contextlib.suppress(CertError, OSError):
            self._remove_leftovers()
            private_files.replace(self.path, json.dumps(content).encode())

    def _remove_leftovers(self) -> None:
        directory = self.path.parent
        for path in (*directory.glob(f"{self.kind}-*.json"), *directory.glob(f".{self.kind}-*.certops-tmp")):
            with contextlib.suppress(OSError):
                if self.clock() - path.lstat().st_mtime > self.longest_life_seconds or _is_left(path):
                    path.unlink()


class DistributionCache(ListingCache[tuple[Distribution, ...]]):
    """The distributions of an account."""

    kind = "distributions"
    shape = items(
        record(
            {
                **dict.fromkeys(("id", "domain_name", "status", "etag", "account"), _NAME),
                **dict.fromkeys(("enabled", "staging", "tenant_only"), flag),
                **dict.fromkeys(("viewer", "icp"), _TEXTS),
                "aliases": items(_NAME),
            }
        ),
        MOST_LISTED,
    )

    def _packed(self, listing: tuple[Distribution, ...]) -> t.Any:
        return [vars(one) for one in listing]

    def _unpacked(self, packed: t.Any) -> tuple[Distribution, ...]:
        return tuple(Distribution(**{**one, "aliases": tuple(one["aliases"])}) for one in packed)


class ServerCertificateCache(ListingCache[tuple[StoredCertificate, ...]]):
    """All server certificates of an account."""

    kind = "servercerts"
    shape = items(
        record(
            {
                **dict.fromkeys(("name", "path"), _NAME),
                **dict.fromkeys(("id", "arn"), maybe(_NAME)),
                **dict.fromkeys(("upload_date", "expiration"), maybe(moment)),
            }
        ),
        MOST_LISTED,
    )

    def _packed(self, listing: tuple[StoredCertificate, ...]) -> t.Any:
        return [
            {**vars(one), "upload_date": _text(one.upload_date), "expiration": _text(one.expiration)} for one in listing
        ]

    def _unpacked(self, packed: t.Any) -> tuple[StoredCertificate, ...]:
        return tuple(
            StoredCertificate(
                **{**one, "upload_date": _time(one["upload_date"]), "expiration": _time(one["expiration"])}
            )
            for one in packed
        )


class QuotaCache(ListingCache[tuple[int, int]]):
    """The places for server certificates of an account, used and allowed."""

    kind = "quota"
    shape = items(_COUNT, 2)

    def _packed(self, listing: tuple[int, int]) -> t.Any:
        return list(listing)

    def _unpacked(self, packed: t.Any) -> tuple[int, int]:
        used, allowed = packed
        return used, allowed


class AccountCache(ListingCache[AwsAccount]):
    """The account that credentials belong to, which stays what it is."""

    kind = "account"
    shape = record(
        {"id": schema.text("[0-9]{12}", "an account"), "partition": schema.text("aws[a-z-]*", "a partition")}
    )
    longest_life_seconds = 3600.0

    def _packed(self, listing: AwsAccount) -> t.Any:
        return vars(listing)

    def _unpacked(self, packed: t.Any) -> AwsAccount:
        return AwsAccount(**packed)


class SharedSts(Sts):
    """STS with what it said to another process of the run."""

    def __init__(self, client: t.Any, cache: AccountCache | None) -> None:
        super().__init__(client)
        self._cache = cache

    @classmethod
    def of(cls, session: Session) -> SharedSts:
        """STS by this connection."""
        return cls(session.client("sts"), AccountCache.of_run(session.identity))

    @classmethod
    def account_of(cls, session: Session) -> AwsAccount:
        """The account of this connection; where another process of the run has asked, not even a client is made, for
        which a role would be assumed."""
        cache = AccountCache.of_run(session.identity)
        kept = None if cache is None else cache.read()
        return cls.of(session).get_caller_identity() if kept is None else kept

    def get_caller_identity(self) -> AwsAccount:
        """The account that the credentials belong to, asked for once in a run."""
        ask_now = super().get_caller_identity
        return ask_now() if self._cache is None else self._cache.shared(ask_now)[0]


class SharedCloudFront(CloudFront):
    """CloudFront with the listing of the run."""

    def __init__(self, client: t.Any, cache: DistributionCache | None) -> None:
        super().__init__(client)
        self._cache = cache

    @classmethod
    def of(cls, session: Session) -> SharedCloudFront:
        """CloudFront by this connection."""
        return cls(session.client("cloudfront", **CLIENT_CONFIG), DistributionCache.of_run(session.identity))

    def list_distributions(self) -> tuple[Distribution, ...]:
        """Every distribution as it is now, by a listing that began no earlier than this call."""
        list_now = super().list_distributions
        return list_now() if self._cache is None else self._cache.listed_from_now(list_now)

    def known_distributions(self, since: datetime | None = None) -> tuple[Distribution, ...]:
        """Every distribution as it was at most two minutes ago, and not before ``since``."""
        list_now = super().list_distributions
        return list_now() if self._cache is None else self._cache.shared(list_now, since.timestamp() if since else 0)[0]


@dataclass(frozen=True)
class IamCaches:
    """The listings of IAM that the processes of a run share."""

    certificates: ServerCertificateCache
    quota: QuotaCache

    @classmethod
    def of_run(cls, identity: t.Sequence[str]) -> IamCaches | None:
        """Those for calls of this identity; None where nothing can be shared."""
        certificates, quota = ServerCertificateCache.of_run(identity), QuotaCache.of_run(identity)
        return None if certificates is None or quota is None else cls(certificates, quota)


class SharedIam(Iam):
    """IAM with the listings of the run; what the run itself uploads and deletes counts in the kept places."""

    def __init__(self, client: t.Any, caches: IamCaches | None) -> None:
        super().__init__(client)
        self._caches = caches

    @classmethod
    def of(cls, session: Session) -> SharedIam:
        """IAM by this connection."""
        return cls(session.client("iam"), IamCaches.of_run(session.identity))

    def list_server_certificates(self, path: str = "/") -> tuple[StoredCertificate, ...]:
        """Every server certificate below the path as it is now; a listing of all is kept for the other processes."""
        if self._caches is None or path != "/":
            return super().list_server_certificates(path)
        return self._caches.certificates.listed(super().list_server_certificates)

    def known_server_certificates(self) -> tuple[StoredCertificate, ...]:
        """Every server certificate as it was at most two minutes ago."""
        list_now = super().list_server_certificates
        return list_now() if self._caches is None else self._caches.certificates.shared(list_now)[0]

    def get_server_certificate_quota(self) -> tuple[int, int]:
        """The places for certificates, used and allowed, as they are now."""
        count_now = super().get_server_certificate_quota
        return count_now() if self._caches is None else self._caches.quota.listed(count_now)

    def known_server_certificate_quota(self, places: int) -> tuple[int, int]:
        """The places as they were at most two minutes ago, with what the run itself did since; counted anew if so many
        are not free."""
        if self._caches is None:
            return super().get_server_certificate_quota()
        (used, allowed), is_kept = self._caches.quota.shared(super().get_server_certificate_quota)
        return self.get_server_certificate_quota() if is_kept and used + places > allowed else (used, allowed)

    def upload_server_certificate(self, upload: Upload) -> StoredCertificate:
        """As IAM has it; takes a place."""
        found = super().upload_server_certificate(upload)
        self._count(1)
        return found

    def delete_server_certificate(self, name: str) -> bool:
        """As IAM has it; frees a place."""
        was_there = super().delete_server_certificate(name)
        self._count(-1 if was_there else 0)
        return was_there

    def _count(self, more: int) -> None:
        if self._caches is not None and more:
            self._caches.quota.amend(lambda kept: (kept[0] + more, kept[1]))


def _text(moment: datetime | None) -> str | None:
    return times.to_text(moment) if moment else None


def _time(text: str | None) -> datetime | None:
    return times.from_text(text) if text else None


def _is_left(path: Path) -> bool:
    """Whether the controlling process that the listing is for has ended."""
    try:
        return processes.is_dead(json_text.parsed(private_files.read(path) or b"")["owner"])
    except DAMAGED:
        return False
