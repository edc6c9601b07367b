# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alert rules and the dashboard that stand in docs/monitoring: each alert fires, and nothing asks for a metric that
the report does not write."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet import metrics

ROOT = Path(__file__).resolve().parents[3]
RULES = ROOT / "docs" / "monitoring" / "certops.rules.yml"
DASHBOARD = ROOT / "docs" / "monitoring" / "grafana.json"
CASES = Path(__file__).parent / "alerts.yml"
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="there is no promtool: install Debian's prometheus"
)


def promtool(*arguments: str | Path) -> None:
    run = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def alerts() -> dict[str, dict[str, t.Any]]:
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


@needs_promtool
def test_each_alert_fires_and_what_is_well_stays_quiet() -> None:
    promtool("test", "rules", CASES)


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    cases = [
        case for one in yaml.safe_load(CASES.read_text(encoding="utf-8"))["tests"] for case in one["alert_rule_test"]
    ]
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == set(alerts())
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == set(alerts())


def test_each_alert_says_what_to_do() -> None:
    page = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    for name, rule in alerts().items():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert {"summary", "description"} <= set(rule["annotations"])
        assert rule["annotations"]["runbook_url"].endswith(f"docs/reports.md#{name.lower()}")
        assert f"\n#### {name}\n" in page


@pytest.mark.parametrize("expression", [rule["expr"] for rule in alerts().values()] + expressions())
def test_only_metrics_that_the_report_writes_are_asked_for(expression: str) -> None:
    known = {metric.name for metric in metrics.METRICS}
    assert [name for name in re.findall(r"\bcertops_\w+", expression) if name not in known] == []


@pytest.mark.parametrize("metric", [metric.name for metric in metrics.METRICS])
def test_each_metric_has_a_panel(metric: str) -> None:
    assert [expression for expression in expressions() if re.search(rf"\b{metric}\b", expression)]


@needs_promtool
def test_prometheus_understands_the_dashboard(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": re.sub(r"\$\w+", "24", expression)}
        for number, expression in enumerate(expressions())
    ]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
    promtool("check", "rules", path)


def test_the_dashboard_can_be_imported() -> None:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    assert board["uid"] == "certops"
    assert board["schemaVersion"] >= 39
    assert [one["name"] for one in board["__inputs"]] == ["DS_PROMETHEUS"]
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(numbers) == len(set(numbers))
    assert {target["datasource"]["uid"] for panel in board["panels"] for target in panel["targets"]} == {
        "${DS_PROMETHEUS}"
    }
