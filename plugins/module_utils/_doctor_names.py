# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at what an order meets: hosted zones, delegation, CAA records, and the CA itself."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field

from ._acme import accounts
from ._acme.client import Client
from ._aws.route53 import Route53
from ._core import acme_directories, caa, doctor_ca, doctor_places, doctor_zones, names, txt_records
from ._core.caa import CaaRecord, Issuer
from ._core.doctor import Finding
from ._core.doctor_ca import Applicant, Ca
from ._core.doctor_zones import Delegation
from ._core.waiting import Clock
from ._core.zones import Zone
from ._doctor import Check, Fact, Subject, side_by_side
from ._errors import RemoteError
from ._resolver import Resolver
from ._stores.base import Archive

# Of an account that cannot be read nobody says that it is missing.
UNREADABLE = "unreadable"


@dataclass
class Names:
    """The names of one project; ``route53`` is None without credentials."""

    subject: Subject
    route53: Route53 | None
    resolver: Resolver
    ca: Client
    archive: Archive | None
    clock: Clock
    delegated: tuple[str, ...] = ()
    _caa: dict[str, Fact[tuple[CaaRecord, ...]]] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._directory = Fact(self._read_directory)
        self._account = Fact(self._read_account)
        self._zones = Fact(self.route53.list_hosted_zones) if self.route53 else Fact[tuple[Zone, ...]](tuple)

    def checks(self) -> list[Check]:
        """What can be looked at."""
        zones = [Check("zones", "SERVICE_FAILED", self.zones)] if self.route53 else []
        checks = [Check("acme account", "ARCHIVE_FAILED", self.account), Check("ca", "CA_UNREACHABLE", self.directory)]
        return [*zones, *checks, Check("caa", "CAA_UNCHECKED", self.records)]

    def zones(self) -> list[Finding]:
        """Each name has a public zone, and DNS leads to it."""
        zones = self._zones.get()
        used = doctor_zones.used(self.subject.domains, zones)
        delegations = side_by_side(lambda zone: self._delegation(zone, zones), used)
        failures = [error for _found, error in delegations if error]
        found = doctor_zones.missing(self._of_the_account(), zones) + doctor_zones.delegations(one for one, _error in delegations)
        return [*found, *failures[:1]]

    def _of_the_account(self) -> list[str]:
        """The names that are in none of the zones of other accounts."""
        return [domain for domain in self.subject.domains if not any(names.is_within(domain, zone) for zone in self.delegated)]

    def challenges(self) -> list[tuple[str, str]]:
        """For each zone that would be written to, its ID and the name of a record that would be."""
        zones = self._zones.get_or(())
        named = {zone.id: name for name in self.subject.domains for zone in doctor_zones.used([name], zones)}
        return [(zone_id, txt_records.challenge_name(name)) for zone_id, name in named.items()]

    def account(self) -> list[Finding]:
        """The account with the CA can be read, if there is one; what it means is for others to say."""
        self._account.get()
        return []

    def directory(self) -> list[Finding]:
        """The CA answers, and wants nothing that we do not have."""
        applicant = Applicant(
            profile=self.subject.definition["acme_profile"] or None,
            terms_agreed=self.subject.definition["acme_terms_agreed"],
            has_account=self._account.get_or(UNREADABLE) is not None,
            has_eab=self.subject.has_eab,
        )
        found = doctor_ca.directory(self._directory.get(), applicant) + doctor_ca.redundant(self.subject.domains, self.subject.record)
        theirs = self.ca.server_time
        return found + (doctor_places.clock("the CA", theirs, self.clock.now()) if theirs else [])

    def records(self) -> list[Finding]:
        """CAA lets the CA issue for each name."""
        issuer = Issuer(self._directory.get_or(Ca("")).caa_identities, self._account.get_or(None))
        return [found for one in side_by_side(lambda domain: self._judged(domain, issuer), self.subject.domains) for found in one]

    def _judged(self, domain: str, issuer: Issuer) -> list[Finding]:
        records: dict[str, tuple[CaaRecord, ...]] = {}
        for name in caa.climb(domain):
            try:
                records[name] = self._records(name)
            except RemoteError as exc:
                return [doctor_ca.unread(domain, name, exc.message)]
            if records[name]:
                break
        return doctor_ca.caa(domain, caa.judge(domain, records, issuer), issuer)

    def _records(self, name: str) -> tuple[CaaRecord, ...]:
        with self._turn:
            fact = self._caa.setdefault(name, Fact(lambda: self.resolver.caa(name)))
        return fact.get()

    def _delegation(self, zone: doctor_zones.Zone, zones: t.Sequence[Zone]) -> tuple[Delegation, Finding | None]:
        assert self.route53 is not None
        _zone, own = self.route53.get_hosted_zone(zone.id)
        above = doctor_zones.parent(zone, zones)
        try:
            return Delegation(zone.id, zone.name, own, self.resolver.ns(zone.name), above), None
        except RemoteError as exc:
            return Delegation(zone.id, zone.name, own, None, above), doctor_zones.unanswered(zone.name, exc.message)

    def _read_directory(self) -> Ca:
        known = acme_directories.resolve(self.subject.definition["acme_directory"])
        found = self.ca.directory()
        return Ca(known.url, found.profiles, known.needs_eab or found.needs_eab, found.caa_identities, found.terms_of_service)

    def _read_account(self) -> str | None:
        """The URL of the account that the project has with the CA."""
        if self.archive is None:
            return None
        url = acme_directories.resolve(self.subject.definition["acme_directory"]).url
        account = accounts.load(self.archive, url, tuple(self.subject.definition["acme_contacts"]))
        return account.url if account else None
