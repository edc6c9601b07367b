# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at what an order meets: hosted zones, delegation, CAA records, and the CA itself."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.acme.client import Client
from ..._clients.archive import accounts
from ..._clients.net.resolver import Dns
from ..._clients.stores.base import Archive
from ..._core.acm_cert import requests
from ..._core.ca import directories
from ..._core.dns import caa, txt_records
from ..._core.dns.caa import CaaRecord, Issuer
from ..._core.dns.zones import Facts, RecordPlace, Zone
from ..._core.doctor import ca as doctor_ca, stores, zones as doctor_zones
from ..._core.doctor.ca import Applicant, Ca
from ..._core.doctor.findings import Finding
from ..._core.doctor.zones import Delegation
from ..._core.project import sources
from ..._core.values.waiting import Clock
from ..dns.place_finder import Found, PlaceFinder
from .checks import Check, Fact, Subject, side_by_side

# An account that cannot be read is not reported as missing.
UNREADABLE = "unreadable"


@dataclass
class NameChecks:
    """The names of one project; ``places`` is None without credentials for Route 53."""

    subject: Subject
    places: PlaceFinder | None
    dns: Dns
    ca: Client
    archive: Archive | None
    clock: Clock

    def __post_init__(self) -> None:
        self._directory = Fact(lambda: _ca(self.ca, self.subject.definition["acme_directory"]))
        self._account = Fact(self._read_account)
        self._located = Fact(self._locate)
        self._challenges = {domain: txt_records.challenge_name(domain) for domain in self.subject.domains}

    def checks(self) -> list[Check]:
        """What can be looked at."""
        zones = [Check("zones", "SERVICE_FAILED", self.zones)] if self.places else []
        source = self.subject.definition["source"]
        if source == sources.FILES:
            return []
        caa_check = Check("caa", "CAA_UNCHECKED", self.records)
        if source == sources.ACM:
            return [*zones, caa_check]
        checks = [Check("acme account", "ARCHIVE_FAILED", self.account), Check("ca", "CA_UNREACHABLE", self.directory)]
        return [*zones, *checks, caa_check]

    def zones(self) -> list[Finding]:
        """Each challenge record has a zone to stand in, and DNS leads there."""
        located = self._located.get()
        by_account: dict[str, list[RecordPlace]] = {"": []}
        for place in located.places.values():
            by_account.setdefault(place.delegation, []).append(place)
        problems = {
            domain: located.problems[challenge]
            for domain, challenge in self._challenges.items()
            if challenge in located.problems
        }
        targets = {
            domain: located.targets.get(self._challenges[domain], self._challenges[domain]) for domain in problems
        }
        found = [
            entry
            for delegation, places in by_account.items()
            for entry in self._led_to(delegation, places, targets.values())
        ]
        found += doctor_zones.missing(targets, self._zones_of(""))
        return [*found, *doctor_zones.unplaced(problems, targets, found)]

    def challenges(self) -> list[tuple[str, str]]:
        """For each zone of the account that would be written to, its ID and the name of a record that would be."""
        places = self._located.get_or(Found({}, {}, {})).places.values()
        return list({place.zone_id: place.name for place in places if not place.delegation}.items())

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
        found = doctor_ca.directory(self._directory.get(), applicant) + doctor_ca.redundant(
            self.subject.domains, self.subject.record
        )
        theirs = self.ca.server_time
        return found + (stores.clock("the CA", theirs, self.clock.now()) if theirs else [])

    def records(self) -> list[Finding]:
        """CAA lets the CA issue for each name."""
        issuer = (
            Issuer(requests.CAA_IDENTITIES)
            if self.subject.definition["source"] == sources.ACM
            else Issuer(self._directory.get_or(Ca("")).caa_identities, self._account.get_or(None))
        )
        records = self.dns.caa({name for domain in self.subject.domains for name in caa.climb(domain)})
        return [
            found
            for domain in self.subject.domains
            for found in _judged(domain, records, issuer, lambda: self.dns.silence)
        ]

    def _led_to(self, delegation: str, places: t.Sequence[RecordPlace], unplaced: t.Iterable[str]) -> list[Finding]:
        """Whether DNS leads to the zones of one account that records go to, or would go to if there were no problem
        with them."""
        is_chosen = bool(self.places and self.places.overrides)
        zones = self._zones_of(delegation)
        looked_at = doctor_zones.used(places, zones, is_chosen)
        if not delegation and not is_chosen:
            looked_at += [zone for zone in doctor_zones.above(unplaced, zones) if zone not in looked_at]
        ids = {place.zone_id for place in places}
        names = {zone.name for zone in looked_at}
        facts = self.places.facts(names, delegation) if self.places else Facts({}, {})
        servers = side_by_side(lambda zone: self._servers_of(zone, delegation), looked_at)
        found = [
            Delegation(
                zone.id,
                zone.name,
                own,
                facts.delegated_to.get(zone.name),
                doctor_zones.parent(zone, zones),
                zone.id in ids,
                zone.name in facts.hidden,
            )
            for zone, own in zip(looked_at, servers, strict=True)
        ]
        skipped = [] if is_chosen else doctor_zones.passed_over(places, zones)
        return [*doctor_zones.delegations(found), *doctor_zones.unanswered(found, self.dns.silence), *skipped]

    def _zones_of(self, delegation: str) -> tuple[Zone, ...]:
        return self.places.zones(delegation) if self.places else ()

    def _servers_of(self, zone: Zone, delegation: str) -> frozenset[str]:
        return self.places.servers(zone.id, delegation) if self.places else frozenset()

    def _locate(self) -> Found:
        return self.places.search(list(dict.fromkeys(self._challenges.values()))) if self.places else Found({}, {}, {})

    def _read_account(self) -> str | None:
        """The URL of the account that the project has with the CA."""
        if self.archive is None:
            return None
        url = directories.resolve(self.subject.definition["acme_directory"]).url
        account = accounts.load(self.archive, url, tuple(self.subject.definition["acme_contacts"]))
        return account.url if account else None


def _judged(
    domain: str,
    records: t.Mapping[str, tuple[CaaRecord, ...] | None],
    issuer: Issuer,
    silence: t.Callable[[], str],
) -> list[Finding]:
    """What the CAA records that count for the domain say; ``silence`` says why some could not be read."""
    unread = caa.first_unread(domain, records)
    if unread is not None:
        return [doctor_ca.unread(domain, unread, silence())]
    return doctor_ca.caa(
        domain, caa.judge(domain, {name: found or () for name, found in records.items()}, issuer), issuer
    )


def _ca(client: Client, directory: str) -> Ca:
    """What the CA says of itself."""
    known, found = directories.resolve(directory), client.directory()
    return Ca(
        known.url, found.profiles, known.needs_eab or found.needs_eab, found.caa_identities, found.terms_of_service
    )
