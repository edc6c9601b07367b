# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""--check --diff before each playbook shows what then happens and writes nothing; a second run changes nothing."""

from __future__ import annotations

import re
from typing import Any

from e2e.life import PROJECT, STAYS, Life
from playbook_runs.runs import Ansible, Run
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

READING = ("Get", "List", "Describe", "directory", "newNonce", "renewalInfo", "account")
DAY = 86400


def changed_tasks(run: Run) -> list[str]:
    """The names of the tasks that changed something, in order; one that loops is named for each item."""
    found, task = [], ""
    for line in run.stdout.splitlines():
        header = re.match(r"TASK \[(.*)\] \*", line)
        task = header[1] if header else task
        found += [task] if line.startswith("changed: ") else []
    return found


class Rehearsed(Life):
    """A life in which each playbook is rehearsed before it is run."""

    def files(self) -> dict[str, bytes]:
        return {
            str(path): path.read_bytes() for path in self.data.rglob("*") if path.is_file() and path.name != ".lock"
        }

    def writes(self) -> list[str]:
        return [call["operation"] for call in self.control.calls() if not call["operation"].startswith(READING)]

    def rehearse_and_run(self, name: str, **variables: Any) -> list[str]:
        """The tasks that change something, which are the same ones in both."""
        before = self.files()
        self.control.clear_calls()
        rehearsal = self.play(name, "--check", "--diff", **variables).succeeded()
        assert self.writes() == []
        assert self.files() == before
        done = changed_tasks(self.play(name, **variables).succeeded())
        assert changed_tasks(rehearsal) == done
        assert "+++ after" in rehearsal.stdout
        return done

    def rests(self, name: str, **variables: Any) -> None:
        """The playbook has nothing to do, and says so in a rehearsal as well."""
        self.control.clear_calls()
        assert self.play(name, **variables).succeeded().changed == 0
        assert self.play(name, "--check", "--diff", **variables).succeeded().changed == 0
        assert self.writes() == []


def test_each_playbook_does_what_its_rehearsal_showed_and_then_rests(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    env = sandbox.env()
    life = Rehearsed(ansible, control, env, env)
    issuing = ["Issue the certificate", "Store the certificate", "Bind the certificate"]

    created = life.rehearse_and_run("create")
    assert [task for task in issuing if not any(name.endswith(task) for name in created)] == []
    life.rests("create")
    life.rests("renew")
    control.confirm(STAYS)

    control.set(acme_backdate_seconds=2 * DAY)
    reissued = life.rehearse_and_run("reissue", project_renewal_interval_days=1)
    assert any(name.endswith("Delete superseded certificates") for name in reissued)
    control.set(acme_backdate_seconds=0)

    renewed = life.rehearse_and_run("renew")
    assert [task for task in issuing if not any(name.endswith(task) for name in renewed)] == []
    life.rests("renew")

    seed.upload_certificate("orphan", ["example.com"], path=f"/cloudfront/certops/{PROJECT}/")
    tags = {"managed-by": "certops.cloudfront", "certops:project": PROJECT}
    seed.client("iam").tag_server_certificate(
        ServerCertificateName="orphan", Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
    )
    assert len(life.rehearse_and_run("cleanup")) == 1
    life.rests("cleanup")

    life.give_up()
    assert life.rehearse_and_run("delete")
    life.rests("delete")
    assert life.server_certificates() == []
