# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook report over real runs: its files, what it asks AWS, and what projects remember."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from e2e.life import PROJECT, Life
from playbook_runs.runs import Ansible
from sandbox import permissions, seed
from sandbox.control import Control
from sandbox.fleet import Fleet
from sandbox.process import SandboxProcess


@pytest.fixture
def fleet(ansible: Ansible, control: Control) -> Fleet:
    seed.create_zone("example.com")
    return Fleet.of(control, ansible.env)


def data(directory: Path) -> dict[str, Any]:
    return dict(json.loads((directory / "report.json").read_text(encoding="utf-8")))


def test_a_project_is_reported_with_its_runs_and_what_they_changed(
    ansible: Ansible, control: Control, tmp_path: Path
) -> None:
    life = Life(ansible, control, ansible.env, ansible.env)
    life.play("create").succeeded()
    life.play("create").succeeded()
    life.play("reissue", project_domains=["example.com"]).succeeded()
    out = tmp_path / "out"
    done = ansible.playbook("report", {"report_dir": str(out), "report_title": "Mine"}).succeeded()
    assert done.changed == 0
    # One of its names is no longer in the certificate, so the distribution stays on the one before.
    assert "1 project: 1 ok; 1 needs a person." in done.stdout
    assert str(out / "report.html") in done.stdout
    (project,) = data(out)["projects"]
    assert (project["name"], project["state"], project["attention"]) == (PROJECT, "ok", ["left_behind"])
    assert "certops_ca_orders_available" not in (out / "metrics.prom").read_text(encoding="utf-8")
    assert [one["id"] for one in project["targets"]] == [life.distribution]
    assert [(one["run"], one["status"]) for one in project["history"]] == [
        ("reissue", "succeeded"),
        ("converge", "succeeded"),
    ]
    newest = project["history"][0]["changes"]
    assert newest[0].startswith(f"certificate {project['certificates'][0]['name']} in the place of ")
    assert "names removed: *.example.com" in newest
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "names removed: *.example.com" in page
    assert f"{life.distribution}: example.com, www.example.com" in page
    (known,) = ansible.module("project_info", {})[1]["projects"]
    assert [one["run"] for one in known["history"]] == ["converge", "reissue"]


def test_a_fleet_takes_a_listing_each_and_a_broken_document_hides_nothing(
    fleet: Fleet, control: Control, ansible: Ansible, tmp_path: Path
) -> None:
    fleet.make(5, due=1, broken=1)
    control.clear_calls()
    ansible.playbook("report", {"report_dir": str(tmp_path)}).succeeded()
    listed = ("GetCallerIdentity", "ListServerCertificates", "ListDistributions", "GetAccountSummary")
    assert control.counts() == dict.fromkeys(listed, 1)
    counts = data(tmp_path)["counts"]
    assert (counts["due"], counts["broken"], sum(counts.values())) == (1, 1, 5)
    assert data(tmp_path)["room"]["used"] == 5


def test_the_metrics_say_when_each_playbook_was_last_run_although_nothing_was_due(
    fleet: Fleet, ansible: Ansible, tmp_path: Path
) -> None:
    names = fleet.make(2, due=0)
    ansible.playbook("renew").succeeded()
    ansible.playbook("cleanup", {"projects": names, "schedule_interval_hours": 168}).succeeded()
    ansible.playbook("doctor", check=True)
    refused = ansible.playbook("doctor", {"project_name": names[0], "schedule_interval_hours": "often"}).failed()
    assert "schedule_interval_hours: 'often' is not a valid time between runs" in refused.output
    ansible.playbook("report", {"report_dir": str(tmp_path)}).succeeded()
    text = (tmp_path / "metrics.prom").read_text(encoding="utf-8")
    assert re.findall(r'certops_run_timestamp_seconds{playbook="(\w+)"}', text) == ["cleanup", "renew", "report"]
    assert 'certops_run_projects{playbook="cleanup",status="unchanged"} 2\n' in text
    assert 'certops_run_success{playbook="cleanup"} 1\n' in text
    assert 'certops_run_interval_seconds{playbook="cleanup"} 604800\n' in text


def test_a_bucket_gets_the_report_with_the_policy_for_it(
    fleet: Fleet, sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    fleet.make(1, due=0)
    owner = permissions.administrator(sandbox.env())
    s3 = seed.client("s3", owner)
    s3.create_bucket(Bucket="certops-example")
    reader = permissions.user(sandbox.env(), "report")
    control.clear_calls()
    control.set(enforce_iam=True)
    ansible.playbook("report", {"report_dir": "s3://certops-example/report"}, env={**ansible.env, **reader}).succeeded()
    used = [call for call in control.calls() if call["access_key"] == reader["AWS_ACCESS_KEY_ID"]]
    assert permissions.actions(used) == permissions.granted("report")
    control.set(enforce_iam=False)
    page = s3.get_object(Bucket="certops-example", Key="report/report.html")
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert page["Body"].read().startswith(b"<!DOCTYPE html>")


def test_a_directory_that_cannot_be_written_is_refused_before_anything_is_asked(
    fleet: Fleet, control: Control, ansible: Ansible, tmp_path: Path
) -> None:
    fleet.make(1, due=0)
    (tmp_path / "file").write_text("")
    control.clear_calls()
    failed = ansible.playbook("report", {"report_dir": str(tmp_path / "file")}).failed()
    assert f"no report can be written to {tmp_path / 'file'}" in failed.output
    assert control.calls() == []
