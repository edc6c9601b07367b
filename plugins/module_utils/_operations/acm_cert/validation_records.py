# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CNAME records that prove names to ACM are in Route 53: found, created where they are missing, and never deleted.

They belong to the account and the name, so certificates of other regions may need them as well.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._core.acm_cert.requests import ValidationRecord
from ..._core.dns.cname_records import CnameSet
from ..._core.dns.zones import RecordPlace
from ..._core.values import domain_names
from ..._errors import RefusedError, RemoteError
from ..dns.accounts import DnsAccounts, Zones
from ..dns.cnames import Resolver
from ..dns.place_finder import PlaceFinder

# Route 53's word for a batch that cannot be applied, as where a record to create exists.
REFUSED = "InvalidChangeBatch"
# A name beside those of the records, which are not known before the request: it is in the same zone.
_BESIDE = "_acm-validations."


@dataclass(frozen=True)
class ValidationRecords:
    """The validation records of one certificate; ``overrides`` are zone IDs by the domain that they are for."""

    accounts: DnsAccounts
    resolver: Resolver
    overrides: t.Mapping[str, str] = field(default_factory=dict)

    def places(self, domains: t.Iterable[str]) -> dict[str, RecordPlace]:
        """The zone of each base name; ConfigError that lists every name without exactly one."""
        beside = {_BESIDE + domain_names.base(domain): domain_names.base(domain) for domain in domains}
        # a validation record is a CNAME itself, so none is followed
        finder = PlaceFinder(
            self.accounts.own, self.accounts.delegated, self.resolver, self.overrides, follows_cnames=False
        )
        return {beside[name]: place for name, place in finder.find(beside).items()}

    def missing(self, records: t.Sequence[ValidationRecord]) -> list[ValidationRecord]:
        """Those that DNS does not show, or does not show with their value."""
        shown = self.shown(records)
        return [record for record in records if not record.is_in(shown[record.name] or ())]

    def shown(self, records: t.Iterable[ValidationRecord]) -> t.Mapping[str, tuple[str, ...] | None]:
        """What DNS shows under the names of the records; None where nobody knows."""
        return self.resolver.lookup([record.name for record in records], "CNAME")

    def write(
        self, records: t.Sequence[ValidationRecord], places: t.Mapping[str, RecordPlace], check_mode: bool
    ) -> list[ValidationRecord]:
        """Those of the records that were, or would be, written; what Route 53 has already is not visible yet."""
        written = []
        for record in records:
            place = places[record.domain]
            zones = self.accounts.of(place.delegation)
            sets = zones.cname_sets(place.zone_id, record.name)
            if any(record.is_in(one.values) for one in sets):
                continue
            if any(one.set_identifier for one in sets):
                raise RefusedError(
                    f"{record.name} in zone {place.zone_id} has weighted or otherwise routed records with another value"
                    f" than {record.value}, beside which none can be created; delete those"
                )
            if not check_mode:
                _put(zones, place.zone_id, record, replaces=bool(sets))
            written.append(record)
        return written


def _put(zones: Zones, zone_id: str, record: ValidationRecord, replaces: bool) -> None:
    """Write the record. What exists with its value by now was written by this call, whose answer got lost before
    botocore sent it again, or by another run."""
    try:
        zones.put_cname(zone_id, CnameSet(record.name, (record.value,)), replaces=replaces)
    except RemoteError as exc:
        if exc.code != REFUSED or not any(record.is_in(one.values) for one in zones.cname_sets(zone_id, record.name)):
            raise
