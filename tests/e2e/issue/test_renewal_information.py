# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renewal information (RFC 9773) from end to end: the CA says when, the fleet's plan keeps it, a run renews, the order
says what it replaces."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.modules import project_info, project_plan
from e2e.in_process import run
from e2e.life import PROJECT, Life
from playbook_runs.runs import Ansible
from sandbox.control import Control

DAY = timedelta(days=1)
URL = "https://ca.example/incident-2027-01"


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def suggest(control: Control, start: timedelta, end: timedelta) -> tuple[str, str]:
    """The CA suggests this window, from now on."""
    now = datetime.now(timezone.utc)
    window = text(now + start), text(now + end)
    control.set(acme_renewal_window_start=window[0], acme_renewal_window_end=window[1])
    return window


@pytest.fixture
def life(ansible: Ansible, control: Control) -> Life:
    return Life(ansible, control, {}, {})


def plan(life: Life, check_mode: bool = False, **options: t.Any) -> t.Any:
    return run(project_plan, check_mode, store=f"file://{life.data}/certops/store", observe=False, **options)


def renewal(life: Life) -> dict[str, t.Any]:
    """What is known of renewal, as people see it."""
    (known,) = run(project_info, store=f"file://{life.data}/certops/store").result["projects"]
    return dict(known["renewal"])


def ari(life: Life) -> dict[str, t.Any]:
    return dict(renewal(life)["ari"])


def forget_when_to_ask(life: Life, control: Control) -> None:
    """The CA is to be asked again: what is known says nothing of the next time."""
    notes = life.data / "certops" / "store" / ".renewal-info" / "index.json"
    yesterday = text(datetime.now(timezone.utc) - DAY)
    notes.write_text(notes.read_text(encoding="utf-8").replace(ari(life)["next_check_at"], yesterday), encoding="utf-8")
    control.clear_calls()


def test_the_selected_time_stays_over_runs_and_a_ca_that_is_away_stops_nothing(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    assert ari(life)["cert_id"]
    assert ari(life)["selected_at"] is None

    control.fault("acme", "renewalInfo", "error_500", count=5)
    away = plan(life)
    assert [each["action"] for each in away.result["projects"]] == ["none"]
    assert away.result["renewal_info"]["failed"] == 1
    assert len(away.warnings) == 1
    assert ari(life)["error"]
    control.clear_faults()

    forget_when_to_ask(life, control)
    window = suggest(control, 2 * DAY, 4 * DAY)
    before = ari(life)
    assert plan(life, check_mode=True).result["renewal_info"]["answered"] == 1
    assert ari(life) == before

    (shown,) = plan(life).result["projects"]
    kept = ari(life)
    assert (kept["window_start"], kept["window_end"], kept["error"]) == (*window, None)
    assert window[0] <= kept["selected_at"] <= window[1]
    assert shown["wait_until"] == kept["selected_at"] == renewal(life)["renew_at"]
    plan(life)
    assert control.counts("acme") == {"directory": 2, "renewalInfo": 2}, "the CA was asked before it said"
    forget_when_to_ask(life, control)
    plan(life)
    assert control.counts("acme") == {"directory": 1, "renewalInfo": 1}
    assert ari(life)["selected_at"] == kept["selected_at"]


def test_an_incident_renews_at_once_and_the_order_says_what_it_replaces(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    first = life.document()["certificate"]
    suggest(control, -2 * DAY, -DAY)
    control.set(acme_renewal_explanation_url=URL)
    control.clear_calls()
    plan(life)
    (known,) = run(project_info, store=f"file://{life.data}/certops/store").result["projects"]
    assert known["due"]
    assert URL in known["reason"]
    replaced = ari(life)
    assert known["renew_at"] == replaced["selected_at"]
    life.play("renew").succeeded()
    assert life.document()["certificate"]["serial"] != first["serial"]
    assert life.server_certificates() == [life.bound()]
    (order,) = control.calls("acme", "newOrder")
    assert (order["params"]["replaces"], order["status"]) == (replaced["cert_id"], 201)
    assert ari(life)["cert_id"] != replaced["cert_id"]
    control.set(acme_renewal_window_start="", acme_renewal_window_end="")
    assert life.play("renew").succeeded().changed == 0


def test_a_refused_replacement_is_ordered_without_it(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    control.clear_calls()
    # the answer to the order that replaces is lost; when it is sent again, the certificate is replaced already
    control.fault("acme", "newOrder", "reset", when="after", count=1)
    life.play("reissue").succeeded()
    lost, refused, plain = control.calls("acme", "newOrder")
    assert lost["params"]["replaces"] == refused["params"]["replaces"]
    assert refused["error"] == "alreadyReplaced"
    assert "replaces" not in plain["params"]
    assert plain["status"] == 201


def test_a_definition_may_do_without(life: Life, control: Control) -> None:
    life.play("create", project_acme_renewal_info=False).succeeded()
    control.set(acme_renewal_due=True)
    control.clear_calls()
    planned = plan(life)
    assert [each["action"] for each in planned.result["projects"]] == ["none"]
    assert control.calls("acme") == []


def test_a_schedule_that_is_too_slow_is_told(life: Life, control: Control) -> None:
    control.set(acme_validity_days=6)
    life.play("create").succeeded()
    assert not any("not often enough" in warning for warning in plan(life, schedule_interval_hours=1.0).warnings)
    (warning,) = [each for each in plan(life, schedule_interval_hours=24.0).warnings if "not often enough" in each]
    assert PROJECT in warning
