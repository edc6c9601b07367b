# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role does where there is nothing to do, or not yet."""

from __future__ import annotations

import pytest
from e2e.life import LEAVES, PROJECT, STAYS, Life
from playbook_runs.runs import Ansible
from sandbox.control import Control
from sandbox.process import SandboxProcess


def test_a_project_that_is_gone_is_deleted_without_a_change(ansible: Ansible, control: Control) -> None:
    control.clear_calls()
    done = ansible.playbook("delete", {"project_name": PROJECT}).succeeded()
    assert done.changed == 0
    assert f"{PROJECT} | absent | project {PROJECT} does not exist, so there is nothing to delete" in done.told
    assert control.calls() == []


def test_a_home_with_spaces_keeps_a_project_and_its_bundle(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    home = ansible.home / "a home (of two)"
    env = {**sandbox.env(), "HOME": str(home), "XDG_DATA_HOME": ""}
    life = Life(ansible, control, env, sandbox.env())
    assert life.play("create").succeeded().changed > 0
    assert life.play("create").succeeded().changed == 0
    kept = home / ".local" / "share" / "certops"
    assert (kept / "store" / f"{PROJECT}.json").exists()
    assert len(list((kept / "archive" / PROJECT).glob("*.tar.gz"))) == 1
    assert life.server_certificates() == [life.bound()]


@pytest.mark.slow
def test_an_address_that_cannot_be_unsubscribed_yet_is_not_forgotten(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    life = Life(ansible, control, sandbox.env(), sandbox.env())
    life.play("create", project_emails=[STAYS, LEAVES]).succeeded()

    pending = life.play("create").succeeded()
    assert "has not confirmed its subscription, and SNS cannot remove a pending one" in pending.output
    assert life.document()["definition"]["emails"] == [STAYS]
    assert life.document()["subscribed"] == sorted([STAYS, LEAVES])
    assert life.play("create").succeeded().changed == 0

    control.confirm(LEAVES)
    assert life.play("create").succeeded().changed > 0
    assert life.document()["subscribed"] == [STAYS]
    assert control.unsubscribe(LEAVES) == []
    assert life.play("create").succeeded().changed == 0


@pytest.mark.slow
def test_a_run_that_could_not_subscribe_goes_on_and_says_why(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    life = Life(ansible, control, sandbox.env(), sandbox.env())
    control.fault("sns", "Subscribe", "access_denied", count=10)
    created = life.play("create", project_emails=[STAYS, LEAVES]).succeeded()
    (told,) = [line for line in created.output.splitlines() if "Notification failed, continuing: " in line]
    assert "sns:Subscribe" in told
    assert life.server_certificates() == [life.bound()]
