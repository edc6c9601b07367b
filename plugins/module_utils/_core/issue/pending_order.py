# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the bundle that a project has still what is wanted, and which unfinished order may be finished instead of a new
one."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ..dns.txt_records import ChallengeRecord
from ..dns.zones import RecordPlace
from ..values import texts, times
from .wanted import WantedCertificate

PENDING_SCHEMA = 1
# Let's Encrypt's orders live 7 days at most. https://letsencrypt.org/docs/profiles/
LONGEST_ORDER_LIFE = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """A dns-01 challenge that the CA asks to be answered: the URL of its authorization, the name, its own URL, its
    token."""

    authorization: str
    domain: str
    url: str
    token: str

    def as_dict(self) -> dict[str, t.Any]:
        """The fields for a pending order's document."""
        return {"authorization": self.authorization, "domain": self.domain, "url": self.url, "token": self.token}

    @classmethod
    def from_dict(cls, fields: t.Mapping[str, t.Any]) -> Asked:
        """The inverse of ``as_dict``."""
        return cls(str(fields["authorization"]), str(fields["domain"]), str(fields["url"]), str(fields["token"]))


@dataclass(frozen=True)
class PendingOrder:
    """An order under way as it stands in the archive: all that a later run needs to finish it or to clean up after
    it."""

    wanted: WantedCertificate
    private_key: str = field(repr=False)
    created_at: datetime
    order_url: str | None = None
    records: tuple[ChallengeRecord, ...] = ()
    # Zone and change of Route 53 that wrote all of the records; empty as long as it is not known whether they are
    # there.
    changes: tuple[tuple[str, str], ...] = ()
    # What the records answer, in the order in which it is answered; empty if that is not all that the CA asks, or if it
    # is not known any more.
    asked: tuple[Asked, ...] = ()
    # The certificate that the order replaces for the CA, by its name in renewal information.
    replaces: str | None = None

    def with_order(self, url: str, replaces: str | None) -> PendingOrder:
        """The same with the order's URL."""
        return replace(self, order_url=url, replaces=replaces)

    def with_records(self, records: t.Iterable[ChallengeRecord], asked: t.Iterable[Asked]) -> PendingOrder:
        """The same with these records for what is asked, merged with the records already known, since both may be
        published."""
        known: dict[tuple[str, str], ChallengeRecord] = {}
        for record in (*self.records, *records):
            there = known.get((record.zone_id, record.name))
            known[record.zone_id, record.name] = ChallengeRecord.at(
                record.place, {*record.values, *(there.values if there else ())}
            )
        merged = tuple(known.values())
        return replace(
            self, records=merged, changes=self.changes if set(merged) == set(self.records) else (), asked=tuple(asked)
        )

    def with_changes(self, changes: t.Iterable[tuple[str, str]]) -> PendingOrder:
        """The same after its records were written."""
        return replace(self, changes=tuple(changes))

    def withdrawing(self) -> PendingOrder:
        """The same while its records are removed: nobody knows whether they are there, and how much was answered is to
        be asked for."""
        return replace(self, changes=(), asked=())

    def without_records(self) -> PendingOrder:
        """The same after its records were removed."""
        return replace(self.withdrawing(), records=())

    def has_values(self, values: t.Mapping[str, t.Collection[str]]) -> bool:
        """Whether all these values, by the name that they stand under, are among the records; they may or may not have
        been written."""
        known = {record.name: set(record.values) for record in self.records}
        return all(set(wanted) <= known.get(name, set()) for name, wanted in values.items())

    @property
    def places(self) -> dict[str, RecordPlace]:
        """The places of the names that it has a record for."""
        return {record.name: record.place for record in self.records}

    def as_dict(self) -> dict[str, t.Any]:
        """The document, which holds the private key."""
        return {
            "schema": PENDING_SCHEMA,
            "project": self.wanted.project,
            "domains": list(self.wanted.domains),
            "key_type": self.wanted.key_type,
            "directory": self.wanted.directory,
            "profile": self.wanted.profile,
            "private_key": self.private_key,
            "created_at": times.to_text(self.created_at),
            "order_url": self.order_url,
            "records": [record.as_dict() for record in self.records],
            "changes": [list(change) for change in self.changes],
            "asked": [each.as_dict() for each in self.asked],
            "replaces": self.replaces,
        }

    @classmethod
    def from_dict(cls, fields: t.Mapping[str, t.Any]) -> PendingOrder:
        """The inverse of ``as_dict``; raises KeyError, TypeError or ValueError for a damaged document."""
        if fields["schema"] != PENDING_SCHEMA:
            raise ValueError(f"schema {texts.quoted(fields['schema'])} is unknown to this version")
        return cls(
            wanted=WantedCertificate(
                project=str(fields["project"]),
                domains=tuple(fields["domains"]),
                key_type=str(fields["key_type"]),
                directory=str(fields["directory"]),
                profile=fields["profile"],
            ),
            private_key=str(fields["private_key"]),
            created_at=times.from_text(fields["created_at"]),
            order_url=fields["order_url"],
            records=tuple(ChallengeRecord.from_dict(record) for record in fields["records"]),
            changes=tuple((str(zone_id), str(change_id)) for zone_id, change_id in fields.get("changes", ())),
            asked=tuple(Asked.from_dict(each) for each in fields.get("asked", ())),
            replaces=fields.get("replaces"),
        )


def can_resume(pending: PendingOrder, wanted: WantedCertificate) -> bool:
    """Whether finishing this order gives what is wanted; the order in which the names were given does not matter."""
    return replace(pending.wanted, domains=()) == replace(wanted, domains=()) and set(pending.wanted.domains) == set(
        wanted.domains
    )


def is_dead(pending: PendingOrder, issued_from: str | None, now: datetime) -> bool:
    """Whether the order can no longer be finished, or need not be: it gave the archived certificate, or it is too
    old."""
    return (
        issued_from is not None and pending.order_url == issued_from
    ) or now - pending.created_at > LONGEST_ORDER_LIFE
