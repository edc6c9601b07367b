# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What misled people in their first hours: sites left behind, wrong dates, the wrong partition, check mode. The other
replays are in test_result.py, and for inventories in fleet/test_fleet.py."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from e2e.life import PROJECT, STAYS, Life
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

CHINA = "cn-northwest-1"
BOTH = ["example.com", "*.example.com", "www.example.org"]


@pytest.fixture
def life(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> Life:
    return Life(ansible, control, sandbox.env(), sandbox.env())


def test_a_site_that_is_left_on_the_old_certificate_is_told_of_in_every_run(life: Life, tmp_path: Path) -> None:
    seed.create_zone("example.org")
    left = seed.create_distribution(["www.example.org"])
    life.play("create", project_domains=BOTH).succeeded()
    life.control.confirm(STAYS)
    told = tmp_path / "told.json"
    for name, given in (("create", {"summary_file": str(told)}), ("renew", {})):
        said = life.play(name, **given).succeeded().told
        stays = f"distribution {left} (www.example.org) stays on"
        assert any(stays in line and "goes dark" in line for line in said), "\n".join(said)
        assert not any(line == "Nothing to do." for line in said)
    said = life.play("status").succeeded().told
    assert any(line.startswith(f"{PROJECT} | left_behind | a site stays on an older certificate") for line in said)
    last_run = life.document()["last_run"]
    (status,) = [one for one in last_run["Update_CloudFront_Status"] if left in json.dumps(one)]
    assert "the certificate does not cover www.example.org" in json.dumps(status)
    notices = [one for one in life.control.outbox() if f"but {left} kept an older one until" in json.dumps(one)]
    assert [one["subject"] for one in notices][:1] == [f"certops: ACTION NEEDED for {PROJECT}"]


def test_after_another_interval_the_last_lines_have_the_date_on_which_it_is_renewed(life: Life) -> None:
    life.play("create", project_renewal_interval_days=30).succeeded()
    for days in (10, 20):
        said = life.play("create", project_renewal_interval_days=days).succeeded().told
        issued = datetime.fromisoformat(life.document()["certificate"]["not_before"].replace("Z", "+00:00"))
        renewed = {(issued + timedelta(days=days, hours=hours)).date().isoformat() for hours in (0, 1, 2)}
        assert any(f"renewal at {day}" in " ".join(said) for day in renewed), "\n".join(said)


def test_the_other_partition_is_refused_and_the_way_back_stays(
    sandbox: SandboxProcess, control: Control, life: Life
) -> None:
    life.play("create", project_keep_previous=1).succeeded()
    first = life.bound()
    life.play("reissue", project_keep_previous=1).succeeded()
    there = sandbox.env(CHINA)
    seed.create_distribution(["example.com"], env=there)
    life.ansible.playbook("renew", env=there).failed()
    assert seed.client("iam", there).list_server_certificates()["ServerCertificateMetadataList"] == []
    life.play("renew").succeeded()
    life.play("rollback").succeeded()
    assert life.bound() == first


def test_check_mode_says_that_what_the_ca_wants_renewed_would_be(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    control.set(acme_renewal_due=True)
    said = life.ansible.playbook("renew", check=True, env=life.env).succeeded().told
    assert any(line.startswith(f"{PROJECT} | would change") for line in said), "\n".join(said)
    assert len(control.issued()) == 1
    done: dict[str, Any] = life.play("renew").succeeded().stats
    assert done
    assert len(control.issued()) == 2
