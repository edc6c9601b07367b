# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics, read as Prometheus reads them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet import metrics
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet.rows import OrdersLeft, PlaybookEnd
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from unit.fakes import report
from unit.fakes.projects import NOW

REASON = "the reference parser comes with tests/requirements.txt"
parser = pytest.importorskip("prometheus_client.parser", reason=REASON)

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(*rows: report.FleetRow, detail: str | None = None, **given: object) -> Series:
    text = metrics.text(report.picture(*rows, **given), detail)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(found: Series, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def test_a_project_has_its_times() -> None:
    found = read(report.row())
    end = NOW + timedelta(days=40)
    assert of(found, "certops_certificate_not_after_timestamp_seconds", project="webapp") == end.timestamp()
    begin = (end - timedelta(days=90)).timestamp()
    assert of(found, "certops_certificate_not_before_timestamp_seconds", project="webapp") == begin
    renewal = (NOW + timedelta(days=10)).timestamp()
    assert of(found, "certops_certificate_renewal_timestamp_seconds", project="webapp") == renewal
    success = (NOW - timedelta(days=50)).timestamp()
    assert of(found, "certops_project_last_success_timestamp_seconds", project="webapp") == success
    assert of(found, "certops_project_failures", project="webapp") is None


def test_what_is_known_of_a_project_is_to_be_joined_with_its_times() -> None:
    known = {"ca": "letsencrypt", "key_type": "ecdsa_p256", "store": "iam", "state": "ok"}
    found = read(report.row(partition="aws-cn"), report.row("new"))
    assert of(found, "certops_project_info", project="webapp", partition="aws-cn", **known) == 1
    assert of(found, "certops_project_info", project="new", partition="", **known) == 1


def test_the_whole_store_is_counted() -> None:
    rows = [report.row(), report.row("a", "failing", failures=3, attention=("failing",)), report.row("b", "due")]
    found = read(*rows, room=(17, 20), foreign=(report.foreign(),), runs={"renew": NOW}, partition="aws-cn")
    states = {state: of(found, "certops_projects", state=state) for state in metrics.STATES}
    assert {state: count for state, count in states.items() if count} == {"failing": 1, "due": 1, "ok": 1}
    assert sum(count or 0 for count in states.values()) == len(rows)
    assert of(found, "certops_project_failures", project="a") == 3
    assert of(found, "certops_project_attention", project="a", reason="failing") == 1
    assert of(found, "certops_subscriptions", status="subscribed") == 3
    assert of(found, "certops_iam_server_certificates", partition="aws-cn") == 17
    assert of(found, "certops_iam_server_certificates_limit", partition="aws-cn") == 20
    assert of(found, "certops_foreign_server_certificates") == 1
    assert of(found, "certops_export_timestamp_seconds") == NOW.timestamp()
    assert of(found, "certops_run_timestamp_seconds", playbook="renew") == NOW.timestamp()
    assert of(found, "certops_build_info", version="1.2.3") == 1


def test_how_playbooks_ended_and_what_cas_leave_is_told() -> None:
    ended = PlaybookEnd(NOW, 93.5, success=False, projects={"changed": 3, "failed": 1})
    found = read(ended={"renew": ended}, every_hours={"renew": 6.0}, orders=(OrdersLeft("letsencrypt", "orders", 289),))
    assert of(found, "certops_run_duration_seconds", playbook="renew") == 93.5
    assert of(found, "certops_run_success", playbook="renew") == 0
    assert of(found, "certops_run_interval_seconds", playbook="renew") == 6 * 3600
    assert of(found, "certops_run_projects", playbook="renew", status="changed") == 3
    assert of(found, "certops_run_projects", playbook="renew", status="failed") == 1
    assert of(found, "certops_ca_orders_available", ca="letsencrypt", limit="orders") == 289


def test_what_is_not_known_has_no_series() -> None:
    found = read(report.row(certificates=(), renew_at="", last_success_at=""))
    assert {
        name for name, _labels in found if name.startswith(("certops_certificate", "certops_iam", "certops_run"))
    } == set()


@pytest.mark.parametrize("text", [*report.HOSTILE, "a\\b", "two\nlines", 'quo"te'])
def test_hostile_text_stays_in_its_label(text: str) -> None:
    found = read(report.hostile(text))
    assert of(found, "certops_project_attention", project=text, reason="failing") == 1


@pytest.mark.parametrize(
    ("detail", "projects"), [("all", {"webapp", "a", "b"}), ("attention", {"a", "b"}), ("none", set())]
)
def test_projects_with_metrics_of_their_own_are_those_asked_for(detail: str, projects: set[str]) -> None:
    found = read(report.row(), report.row("a", "failing"), report.row("b", attention=("overdue",)), detail=detail)
    assert {label for _name, labels in found for key, label in labels if key == "project"} == projects


def test_a_large_fleet_has_metrics_of_those_that_need_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MANY", 1)
    found = read(report.row(), report.row("a", "due"))
    assert {label for _name, labels in found for key, label in labels if key == "project"} == {"a"}


def test_names_and_types_are_as_the_rules_of_prometheus_say() -> None:
    text = metrics.text(report.picture(report.row(next_attempt_at=times.to_text(NOW)), room=(1, 2), foreign=()))
    types = [line.split() for line in text.splitlines() if line.startswith("# TYPE")]
    assert {kind for _mark, _type, _name, kind in types} == {"gauge"}
    assert [metric.name for metric in metrics.METRICS if not metric.name.startswith("certops_")] == []
    assert [name for *_rest, name, _kind in types if name.endswith("_total")] == []
    assert text.endswith("\n")
