# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers the challenges of an order: publishes the records that they ask for, and has the CA look at them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.acme.client import Client
from ..._clients.acme.messages import AcmeOrder, Authorization
from ..._core.dns import persistent_records, txt_records
from ..._core.dns.persistent_records import Grant
from ..._core.dns.txt_records import ChallengeRecord
from ..._core.dns.zones import RecordPlace
from ..._core.values import domain_names
from ..dns.challenge_records import ChallengeRecords
from .conversation import Conversation
from .under_way import OrderUnderWay

Places = t.Mapping[str, RecordPlace]


@dataclass(frozen=True)
class _ToPublish:
    """What is to stand in DNS, by place: values of dns-01, and what dns-persist-01 grants."""

    values: dict[RecordPlace, set[str]] = field(default_factory=dict)
    grants: dict[RecordPlace, Grant] = field(default_factory=dict)


def answer(
    conversation: Conversation, work: OrderUnderWay, order: AcmeOrder, places: Places, records: ChallengeRecords
) -> list[str]:
    """Publish what is asked, and have the CA look at it: at all of it, or at what an earlier run, which noted it, did
    not come to. Warnings about name servers that could not be asked."""
    noted = [Authorization.from_asked(each) for each in work.known.asked]
    # changes are stored before the first answer, so without them nothing was answered
    left = conversation.left(order, noted) if work.known.changes else noted
    unanswered = left if noted else conversation.unanswered(order)
    wanted = _to_publish(conversation.client, work, unanswered, places)
    warnings = _publish(wanted, unanswered, work, records) + _await(wanted, len(left) < len(noted), work, records)
    conversation.answer(unanswered)
    return warnings


def _to_publish(
    client: Client, work: OrderUnderWay, unanswered: t.Iterable[Authorization], places: Places
) -> _ToPublish:
    found = _ToPublish()
    for each in unanswered:
        if each.challenge is None:
            continue
        if each.challenge.issuers:
            place = places[persistent_records.record_name(each.domain)]
            # names whose records are CNAMEs to one have one value
            other = found.grants.get(place)
            is_wildcard = f"*.{domain_names.base(each.domain)}" in work.known.wanted.domains
            wildcard = is_wildcard or (other is not None and other.wildcard)
            found.grants[place] = Grant(each.challenge.issuers, client.account_url or "", wildcard)
        else:
            place = places[txt_records.challenge_name(each.domain)]
            found.values.setdefault(place, set()).add(client.challenge_value(each.challenge))
    return found


def _publish(
    wanted: _ToPublish, unanswered: t.Sequence[Authorization], work: OrderUnderWay, records: ChallengeRecords
) -> list[str]:
    """Every value is there, and noted in the archive before it is written."""
    warnings = records.grant(wanted.grants) if wanted.grants else []
    if not wanted.values:
        return warnings
    may_be_there = work.known.has_values({place.name: texts for place, texts in wanted.values.items()})
    if not (may_be_there and work.known.changes):
        ours = [ChallengeRecord.at(place, texts) for place, texts in wanted.values.items()]
        # only an order that is answered by dns-01 alone notes what is asked
        asked = [] if wanted.grants else [each.as_asked() for each in unanswered]
        work.keep(work.known.with_records(ours, filter(None, asked)))
        work.keep(work.known.with_changes(records.write(ours, may_be_there)))
    return warnings


def _await(wanted: _ToPublish, is_begun: bool, work: OrderUnderWay, records: ChallengeRecords) -> list[str]:
    """What was published is shown. Where name servers are asked, Route 53 is not asked as well for an order that an
    earlier run began to answer: it had waited before that."""
    if not wanted.values:
        return []
    changes = () if is_begun and records.dns is not None else work.known.changes
    return records.await_sync(changes, work.known.records)
