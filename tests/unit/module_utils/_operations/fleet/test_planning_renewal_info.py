# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""project_plan asks CAs when they want certificates to be renewed, and judges the schedule."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import Answer, Window
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import project_info, project_plan
from unit.fakes import modules
from unit.fakes.clock import FakeClock
from unit.fakes.projects import NOW, certificate, document
from unit.fakes.store import FakeStore

DAY = timedelta(days=1)


class FakeCa:
    def __init__(self, error: RemoteError | None) -> None:
        self.error = error

    def resource(self) -> str | None:
        if self.error:
            raise self.error
        return "https://ca.example/renewal-info"

    def get(self, _resource: str, _cert_id: str) -> Answer:
        return Answer(Window(NOW - 2 * DAY, NOW - DAY), "https://ca.example/incident")


@pytest.fixture
def store() -> FakeStore:
    found = FakeStore()
    found.write("webapp", document(certificate=certificate(lifetime_days=6, authority_key_id="aa")), None)
    return found


def plan(store: FakeStore, check_mode: bool = False, error: RemoteError | None = None, **params: t.Any) -> Outcome:
    given = {
        "observe": False,
        "region": "us-east-1",
        **{name: spec.get("default") for name, spec in project_plan.ARGUMENT_SPEC.items()},
        **params,
    }
    clients = project_plan.Clients(stores={None: store}, aws=None, renewal_infos=lambda *_ca: FakeCa(error))
    return modules.run(project_plan, given, FakeClock(NOW), check_mode, clients)


def test_what_the_ca_suggests_is_in_the_plan_at_once_and_kept(store: FakeStore) -> None:
    outcome = plan(store)
    (selected,) = outcome.result["selected"]
    assert (selected["action"], outcome.changed) == ("renew", False)
    assert "https://ca.example/incident" in selected["reason"]
    assert outcome.result["renewal_info"]["answered"] == 1
    assert store.writes == 1, "the document of the project was written"
    shown = modules.run(
        project_info, {"names": None, "store": None}, FakeClock(NOW), clients=project_info.Clients(store)
    )
    (known,) = shown.result["projects"]
    assert known["renewal"]["ari"]["selected_at"] == known["renew_at"]
    assert known["due"]
    assert plan(store).result["renewal_info"]["answered"] == 0
    assert [each["action"] for each in plan(store).result["selected"]] == ["renew"]


def test_check_mode_plans_with_it_and_keeps_nothing(store: FakeStore) -> None:
    assert [each["action"] for each in plan(store, check_mode=True).result["selected"]] == ["renew"]
    assert store.writes == 1


def test_nobody_is_asked_where_that_is_not_wanted(store: FakeStore) -> None:
    outcome = plan(store, renewal_info=False)
    assert outcome.result["selected"] == []
    assert store.writes == 1


def test_a_ca_that_is_away_is_a_warning(store: FakeStore) -> None:
    outcome = plan(store, error=RemoteError("away", service="acme", operation="directory"))
    assert outcome.result["selected"] == []
    assert ["away" in warning for warning in outcome.warnings] == [True]


@pytest.mark.parametrize(("hours", "warns"), [(1.0, False), (13.0, True), (None, False)])
def test_a_schedule_that_is_too_slow_is_a_warning(store: FakeStore, hours: float | None, warns: bool) -> None:
    warnings = [
        each
        for each in plan(store, renewal_info=False, schedule_interval_hours=hours).warnings
        if "not often enough" in each
    ]
    assert bool(warnings) is warns


@pytest.mark.parametrize("hours", [0.0, -6.0])
def test_a_schedule_that_is_none_is_refused(store: FakeStore, hours: float) -> None:
    with pytest.raises(ConfigError, match="schedule_interval_hours"):
        plan(store, schedule_interval_hours=hours)
