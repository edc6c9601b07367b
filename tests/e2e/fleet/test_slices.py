# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet divided: by AWX into three slices at once under ansible-runner, by a limit, and not at all, with two jobs
over the same projects."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from playbook_runs.runs import PLAYBOOK_LIMIT, Ansible, Run
from sandbox import seed
from sandbox.control import Control

SLICES = 3
PROJECTS = [f"p{number}" for number in range(6)]
RENEW = "- ansible.builtin.import_playbook: certops.cloudfront.renew\n"


class Awx:
    """What AWX does for a job template on an inventory that comes from the plugin."""

    def __init__(self, ansible: Ansible, directory: Path) -> None:
        self.ansible, self.directory = ansible, directory
        self.source = directory / "certops.yml"
        self.source.write_text("plugin: certops.cloudfront.projects\n", encoding="utf-8")

    def sync(self) -> dict[str, Any]:
        """Update the inventory from its source."""
        run = self.ansible.run(
            "ansible-inventory",
            "-i",
            str(self.source),
            "--list",
            "--export",
            env={"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"},
        )
        return dict(json.loads(run.succeeded().stdout))

    def renew(self, limit: str) -> Run:
        """From the command line, on the hosts that the limit leaves."""
        return self.ansible.run(
            "ansible-playbook", "-i", str(self.source), "certops.cloudfront.renew", "--limit", limit, "--forks", "3"
        )

    def metrics(self) -> str:
        """What the playbook report writes for Prometheus."""
        there = self.directory / "report"
        self.ansible.run("ansible-playbook", "certops.cloudfront.report", "-e", f"report_dir={there}").succeeded()
        return (there / "metrics.prom").read_text(encoding="utf-8")

    def launch(self, name: str, inventory: Mapping[str, Any], hosts: list[str], number: int = 1) -> Job:
        """A job with a number over these hosts of the inventory: a script prints them and what is left of their groups;
        ansible-runner runs a playbook of the project."""
        place = self.directory / name
        (place / "project").mkdir(parents=True)
        (place / "project" / "renew.yml").write_text(RENEW, encoding="utf-8")
        (place / "inventory").mkdir()
        script = place / "inventory" / "hosts"
        script.write_text(f"#!{sys.executable}\nprint({json.dumps(_reduced(inventory, hosts))!r})\n", encoding="utf-8")
        script.chmod(0o700)
        (place / "env").mkdir()
        (place / "env" / "envvars").write_text(
            json.dumps(
                {
                    "ANSIBLE_CALLBACKS_ENABLED": "certops.cloudfront.progress",
                    "AWX_HOST": "https://awx.example.com",
                    "JOB_ID": str(number),
                }
            ),
            encoding="utf-8",
        )
        # A sliced job is a workflow, of which AWX gives each slice the number.
        (place / "env" / "extravars").write_text(json.dumps({"awx_workflow_job_id": 77}), encoding="utf-8")
        command = [sys.executable, "-m", "ansible_runner", "run", str(place), "-p", "renew.yml", "--ident", "job"]
        env = {**self.ansible.env, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath])}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=PLAYBOOK_LIMIT, check=False)
        return Job(done.returncode, place / "artifacts" / "job")


class Job:
    """How a job ended."""

    def __init__(self, status: int, artifacts: Path) -> None:
        self.status = status
        self.output = (artifacts / "stdout").read_text(encoding="utf-8")
        events = [json.loads(path.read_text(encoding="utf-8")) for path in (artifacts / "job_events").glob("*.json")]
        done = [event["event_data"] for event in events if event["event"] == "runner_on_ok"]
        # those on which the role has run
        self.projects = {data["host"] for data in done if data.get("role") == "project"}
        (ended,) = [event["event_data"] for event in events if event["event"] == "playbook_on_stats"]
        # what AWX hands to later jobs of a workflow
        self.artifacts: dict[str, Any] = ended["artifact_data"]


def _reduced(inventory: Mapping[str, Any], hosts: list[str]) -> dict[str, Any]:
    groups = {name: dict(group) for name, group in inventory.items() if name != "_meta"}
    for group in groups.values():
        if "hosts" in group:
            group["hosts"] = [host for host in group["hosts"] if host in hosts]
    return {**groups, "_meta": {"hostvars": {host: inventory["_meta"]["hostvars"][host] for host in hosts}}}


@pytest.fixture
def awx(ansible: Ansible, tmp_path: Path) -> Awx:
    seed.create_zone("example.com")
    store = tmp_path / "data" / "certops" / "store"
    store.mkdir(parents=True)
    sandbox = {
        "acme_directory": ansible.env["CERTOPS_ACME_DIRECTORY"],
        "acme_ca_bundle": ansible.env["CERTOPS_ACME_CA_BUNDLE"],
        "sns_topic": "",
    }
    for name in PROJECTS:
        definition = {"domains": [f"{name}.example.com"], "tags": {"team": "web" if name < "p2" else "shop"}, **sandbox}
        (store / f"{name}.json").write_text(
            json.dumps({"schema": 1, "name": name, "definition": definition}), encoding="utf-8"
        )
    return Awx(ansible, tmp_path)


def issued(control: Control) -> Counter[str]:
    """How many certificates the CA signed for each name."""
    leaves = [x509.load_pem_x509_certificate(leaf.encode()) for leaf in control.issued()]
    return Counter(
        name
        for leaf in leaves
        for name in leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
            x509.DNSName
        )
    )


ONCE = Counter({f"{name}.example.com": 1 for name in PROJECTS})


def test_three_slices_at_once_do_every_project_exactly_once(awx: Awx, control: Control) -> None:
    inventory = awx.sync()
    hosts = sorted(inventory["_meta"]["hostvars"])
    assert hosts == PROJECTS
    slices = [hosts[number::SLICES] for number in range(SLICES)]
    with ThreadPoolExecutor(SLICES) as nodes:
        jobs = list(
            nodes.map(lambda number: awx.launch(f"slice-{number}", inventory, slices[number], number), range(SLICES))
        )
    assert [job.status for job in jobs] == [0] * SLICES, "\n".join(job.output for job in jobs)
    assert [sorted(job.projects) for job in jobs] == slices
    assert issued(control) == ONCE
    assert awx.sync()["state_ok"]["hosts"] == PROJECTS
    # AWX merges the artifacts of slices key by key: the last one wins.
    merged = {key: value for job in jobs for key, value in job.artifacts.items()}
    told = [merged[f"certops_summary_{number}"]["counts"]["changed"] for number in range(SLICES)]
    assert told == [2] * SLICES
    assert [sorted(merged[f"certops_{number}"]) for number in range(SLICES)] == slices
    assert merged["certops"] in [merged[f"certops_{number}"] for number in range(SLICES)]
    # To the metrics they are one run.
    metrics = awx.metrics()
    assert 'certops_run_projects{playbook="renew",status="changed"} 6\n' in metrics
    assert 'certops_run_success{playbook="renew"} 1\n' in metrics
    # What ansible-runner gives a playbook for a terminal is a file in the end.
    assert all("progress: 2 of 2 ended" in job.output and "\0337" not in job.output for job in jobs)


def test_two_jobs_over_the_same_projects_do_each_once(awx: Awx, control: Control) -> None:
    inventory = awx.sync()
    with ThreadPoolExecutor(2) as nodes:
        jobs = list(nodes.map(lambda name: awx.launch(name, inventory, PROJECTS), ("one", "other")))
    assert [job.status for job in jobs] == [0, 0], "\n".join(job.output for job in jobs)
    assert issued(control) == ONCE
    assert awx.sync()["state_ok"]["hosts"] == PROJECTS


def test_a_limit_leaves_the_other_projects_alone(awx: Awx, control: Control) -> None:
    (awx.directory / "data" / "certops" / "store" / "odd.json").write_text("{", encoding="utf-8")
    awx.renew("tag_team_web").succeeded()
    assert set(issued(control)) == {"p0.example.com", "p1.example.com"}
    awx.renew("state_due:!p5").succeeded()
    assert issued(control) == ONCE - Counter(["p5.example.com"])
    broken = awx.renew("state_broken").failed()
    assert "odd" in broken.stdout
    assert "odd.json" in broken.output
    groups = awx.sync()
    assert (groups["state_ok"]["hosts"], groups["state_due"]["hosts"], groups["state_broken"]["hosts"]) == (
        PROJECTS[:5],
        ["p5"],
        ["odd"],
    )
