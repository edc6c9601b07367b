# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A binding of targets of any kind: turns, retries, verification, and the way back."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets.uses import (
    NewCertificate,
    Slot,
    Use,
    UseSelection,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.targets.binding import (
    BoundTargets,
    TargetBinding,
    TargetOptions,
)
from unit.fakes.calls import refused_by_aws
from unit.fakes.clock import FakeClock, present_clock
from unit.fakes.tls import FakeTls

NEW = NewCertificate("new", ("a.test", "b.test"), "ecdsa_p256", "f" * 64)
SELECTION = UseSelection(frozenset({"previous"}), ("old",))


@dataclass
class FakeKind:
    """Targets with one place each; ``refusals`` answer changes before any succeeds, ``lost`` answers get lost."""

    clock: FakeClock
    interval: float = 0
    settle_seconds: float = 0
    refusals: list[str] = field(default_factory=list)
    refusals_of_the_way_back: list[RemoteError] = field(default_factory=list)
    lost: int = 0
    address: tuple[str, int] | None = ("host", 443)
    has: dict[str, str] = field(default_factory=dict)
    changed_at: list[datetime] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)

    def add(self, *ids: str) -> tuple[Use, ...]:
        self.has |= dict.fromkeys(ids, "old")
        return tuple(self.look(ids).values())

    def look(self, ids: t.Collection[str]) -> dict[str, Use]:
        last = self.changed_at[-1] if self.changed_at else None
        ready = last is None or (self.clock.now() - last).total_seconds() >= self.settle_seconds
        plain = Use("kind", "", (), address=self.address, probes=("a.test",), is_settled=ready)
        return {one: replace(plain, id=one, slots=(Slot("place", self.has[one]),)) for one in ids if one in self.has}

    def give(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:
        if self.refusals:
            raise refused_by_aws(self.refusals.pop(0))
        self.has[use.id] = arn
        self.changed_at.append(self.clock.now())
        if self.lost:
            self.lost -= 1
            raise refused_by_aws("ConnectionClosedError")

    def finish(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:
        self.finished.append(use.id)

    def put_back(self, former: Use, arn: str) -> None:
        if self.refusals_of_the_way_back:
            raise self.refusals_of_the_way_back.pop(0)
        self.has[former.id] = former.slots[0].certificate


@pytest.fixture
def kind() -> FakeKind:
    return FakeKind(present_clock())


def serving(fingerprint: str) -> FakeTls:
    return FakeTls(served={"a.test": [fingerprint * 64]})


def bind(kind: FakeKind, uses: t.Collection[Use], tls: FakeTls | None = None, **options: t.Any) -> BoundTargets:
    probe = t.cast("t.Any", tls or FakeTls())
    binding = TargetBinding({"kind": kind}, probe, kind.clock, NEW, SELECTION, TargetOptions(**options))
    return binding.run(uses, check_mode=False)


def statuses(found: BoundTargets) -> dict[str, str]:
    return {report.id: report.status.value for report in found.reports}


def test_changes_of_a_kind_keep_its_interval(kind: FakeKind) -> None:
    kind.interval = 30
    found = bind(kind, kind.add("1", "2", "3"))
    assert statuses(found) == dict.fromkeys("123", "rebound")
    assert [(later - earlier).total_seconds() for earlier, later in pairwise(kind.changed_at)] == [30, 30]


@pytest.mark.parametrize("code", ["TooManyRequestsException", "ConflictException", "CertificateNotFound"])
def test_what_passes_is_waited_for(kind: FakeKind, code: str) -> None:
    kind.refusals = [code] * 3
    assert statuses(bind(kind, kind.add("1"))) == {"1": "rebound"}


@pytest.mark.parametrize("code", ["CertificateNotFound", "Throttling"])
def test_what_does_not_pass_is_a_failure_after_a_minute(kind: FakeKind, code: str) -> None:
    kind.refusals = [code] * 99
    began = kind.clock.now()
    assert statuses(bind(kind, kind.add("1"))) == {"1": "failed"}
    assert (kind.clock.now() - began).total_seconds() < 120


def test_a_service_that_takes_few_changes_is_waited_for_as_long_as_the_run_may_wait(kind: FakeKind) -> None:
    kind.interval, kind.refusals = 30, ["TooManyRequestsException"] * 10
    began = kind.clock.now()
    assert statuses(bind(kind, kind.add("1"))) == {"1": "rebound"}
    assert (kind.clock.now() - began).total_seconds() >= 300


def test_one_that_is_refused_does_not_stop_the_others(kind: FakeKind) -> None:
    kind.refusals = ["AccessDenied"]
    found = bind(kind, kind.add("1", "2"))
    assert (statuses(found), found.changed) == ({"1": "failed", "2": "rebound"}, True)
    assert kind.finished == ["2"]


def test_a_change_whose_answer_got_lost_counts(kind: FakeKind) -> None:
    kind.lost = 1
    found = bind(kind, kind.add("1"))
    assert (statuses(found), found.changed) == ({"1": "rebound"}, True)
    assert (found.before, found.after) == ({"1": {"place": ["old"]}}, {"1": {"place": ["new"]}})


def test_what_was_deleted_or_changed_in_between_is_reported(kind: FakeKind) -> None:
    uses = kind.add("1", "2")
    del kind.has["1"]
    kind.has["2"] = "other"
    found = bind(kind, uses)
    assert (statuses(found), found.changed) == ({"1": "failed", "2": "skipped"}, False)


def test_what_is_not_ready_in_time_is_a_failure_and_is_not_finished(kind: FakeKind) -> None:
    kind.settle_seconds = 1000
    found = bind(kind, kind.add("1"), wait_timeout=100)
    assert (statuses(found), kind.finished) == ({"1": "failed"}, [])
    assert "run again to continue waiting" in found.reports[0].reason


def test_without_waiting_nothing_is_verified(kind: FakeKind) -> None:
    kind.settle_seconds = 1000
    (report,) = bind(kind, kind.add("1"), wait=False).reports
    assert (report.status.value, report.deployed, report.verified) == ("rebound", False, False)


def test_what_is_served_is_verified_before_the_old_one_is_taken_out(kind: FakeKind) -> None:
    (report,) = bind(kind, kind.add("1"), serving("f"), verify="tls").reports
    assert (report.verified, kind.finished) == (True, ["1"])


@pytest.mark.parametrize("refusals", [[], ["ConflictException"]], ids=["at once", "when it is its turn"])
def test_what_is_not_served_goes_back(kind: FakeKind, refusals: list[str]) -> None:
    kind.refusals_of_the_way_back = [refused_by_aws(code) for code in refusals]
    found = bind(kind, kind.add("1"), serving("0"), verify="tls")
    assert (statuses(found), kind.has, kind.finished) == ({"1": "rolled_back"}, {"1": "old"}, [])
    assert "what it had before (old) was put back" in found.reports[0].reason


def test_what_cannot_go_back_says_so(kind: FakeKind) -> None:
    kind.refusals_of_the_way_back = [RemoteError("it was changed outside this run", service="x", operation="y")]
    found = bind(kind, kind.add("1"), serving("0"), verify="tls")
    assert statuses(found) == {"1": "failed"}
    assert "could not be put back: it was changed outside this run" in found.reports[0].reason


def test_without_the_way_back_it_stays(kind: FakeKind) -> None:
    found = bind(kind, kind.add("1"), serving("0"), verify="tls", rollback=False)
    assert (statuses(found), kind.has) == ({"1": "failed"}, {"1": "new"})


def test_what_has_no_address_is_not_probed(kind: FakeKind) -> None:
    kind.address = None
    assert bind(kind, kind.add("1"), verify="tls").reports[0].verified
