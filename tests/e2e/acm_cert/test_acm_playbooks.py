# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks around the life of a certificate, with projects in ACM: each a second time changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from e2e import acm_certs
from e2e.life import PROJECT, Life
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

pytestmark = pytest.mark.slow
NAMES = ["example.com", "*.example.com"]
STORES = {"project_store": "dynamodb://certops", "project_archive": "s3://certops-archive"}
DIGEST, OPERATOR = "certops-digest", "operator@example.com"
KINDS: dict[str, dict[str, Any]] = {
    "imported": {"project_certificate_store": "acm"},
    "under one ARN": {"project_certificate_store": "acm", "project_acm_arn": "same"},
    "issued by ACM": {"project_certificate_store": "acm", "project_source": "acm"},
    "from files": {"project_certificate_store": "acm", "project_source": "files"},
}


@pytest.fixture(params=KINDS)
def life(request: pytest.FixtureRequest, ansible: Ansible, control: Control, sandbox: SandboxProcess) -> Life:
    """A project of each kind, without notification."""
    found = Life(ansible, control, sandbox.env(), sandbox.env())
    found.variables.update(project_sns_topic="", project_domains=NAMES, **KINDS[request.param])
    if request.param == "from files":
        made = acm_certs.make(names=NAMES)
        parts = {"certificate": made.leaf, "chain": made.chain, "private_key": made.key}
        for name, text in parts.items():
            (ansible.home / name).write_text(text, encoding="ascii")
        found.variables["project_files"] = {name: str(ansible.home / name) for name in parts}
    return found


def digests(control: Control) -> list[str]:
    """The subjects of what the operator got."""
    mails = [mail for mail in control.outbox() if mail["endpoint"] == OPERATOR]
    return [str(mail["subject"]) for mail in mails if str(mail.get("subject", "")).startswith("certops ")]


def test_the_playbooks_around_its_life_know_the_project(life: Life, control: Control, tmp_path: Path) -> None:
    ansible = life.ansible
    seed.client("s3").create_bucket(Bucket="certops-archive")
    assert ansible.playbook("setup", {**STORES, "manage_bucket": True}).succeeded().changed
    assert ansible.playbook("setup", {**STORES, "manage_bucket": True}).succeeded().changed == 0
    ansible.module("sns_topic", {"name": DIGEST})
    ansible.module("sns_subscription", {"topic": DIGEST, "endpoint": OPERATOR})
    control.confirm(OPERATOR)
    life.play("create", digest_topic=DIGEST, **STORES).succeeded()
    assert digests(control) == ["certops report: 1 changed (create)"]
    assert life.play("create", digest_topic=DIGEST, **STORES).succeeded().changed == 0
    assert len(digests(control)) == 1, "nothing happened, so nothing is told"
    (arn,) = acm_certs.arns()

    plugin = tmp_path / "certops.yml"
    source = {"plugin": "certops.cloudfront.projects", "store": STORES["project_store"]}
    plugin.write_text(json.dumps(source), encoding="utf-8")
    listed = json.loads(ansible.run("ansible-inventory", "-i", str(plugin), "--list").succeeded().stdout)
    (known,) = listed["_meta"]["hostvars"].values()
    assert {name: known[name] for name in KINDS["imported"]} == KINDS["imported"]
    assert known["project_source"] == life.variables.get("project_source", "acme")

    for _time in range(2):
        shown = ansible.playbook("status", STORES).succeeded()
        assert (shown.changed, "1 project: 1 ok; 0 need a person." in shown.stdout) == (0, True), shown.stdout
        ansible.playbook("report", {"report_dir": str(tmp_path), **STORES}).succeeded()
        (row,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["projects"]
        assert (row["name"], row["state"], row["attention"]) == (PROJECT, "ok", [])
        assert [one["id"] for one in row["targets"]] == [life.distribution]

    assert life.distribution in life.play("delete", **STORES).failed().output
    assert acm_certs.arns() == {arn}
    life.give_up()
    life.play("delete", **STORES).succeeded()
    assert acm_certs.arns() == set()
    assert life.play("delete", **STORES).succeeded().changed == 0
    assert seed.client("iam").list_server_certificates()["ServerCertificateMetadataList"] == []
