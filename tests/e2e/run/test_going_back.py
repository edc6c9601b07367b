# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Back to what was: a rollback, a restore from the archive, a failed probe, a lost document; and what the archive
keeps."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from e2e.life import PROJECT, Life
from playbook_runs.runs import Ansible
from sandbox import permissions, seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

pytestmark = pytest.mark.slow


@pytest.fixture
def life(ansible: Ansible, control: Control, sandbox: SandboxProcess) -> Life:
    """A project without notification."""
    found = Life(ansible, control, sandbox.env(), sandbox.env())
    found.variables["project_sns_topic"] = ""
    return found


def orders(control: Control) -> int:
    return control.counts("acme")["newOrder"]


def issue_time(archive_uri: str) -> str:
    return Path(archive_uri).name.removesuffix(".tar.gz")


def delete_from_iam(life: Life, name: str) -> None:
    seed.client("iam", life.owner).delete_server_certificate(ServerCertificateName=name)


def test_a_rollback_binds_the_one_before_and_the_runs_after_it_let_it_be(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    old = life.bound()
    life.play("reissue", project_keep_previous=1).succeeded()
    new = life.bound()
    assert new != old
    issued = orders(control)
    assert life.play("rollback", "--check").succeeded().changed
    assert life.bound() == new
    assert life.play("rollback").succeeded().changed
    document = life.document()
    assert life.bound() == old == document["certificate"]["id"]
    assert [entry["id"] for entry in document["superseded"]] == [new]
    assert (document["journal"]["phase"], document["lock"], document["last_run"]["Status"]) == (
        "done",
        None,
        "Succeeded",
    )
    assert life.server_certificates() == sorted([old, new])
    again = life.play("rollback").succeeded()
    assert again.changed == 0
    assert "the project went back to it at" in " ".join(again.stdout.split())
    for playbook in ("renew", "create"):
        assert life.play(playbook, project_keep_previous=1).succeeded().changed == 0
    assert (life.bound(), orders(control)) == (old, issued)
    life.play("reissue", project_keep_previous=1).succeeded()
    assert life.bound() not in (old, new)
    assert orders(control) == issued + 1


def test_without_one_to_go_back_to_the_archive_has_it(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    old = life.document()["certificate"]
    life.play("reissue").succeeded()
    new = life.bound()
    refused = life.play("rollback").failed()
    assert (
        "no previous certificate to go back to: none was kept; restore one from the archive with the playbook"
        " restore" in " ".join(refused.output.split())
    )
    issued = orders(control)
    bundle = issue_time(old["archive_uri"])
    assert life.play("restore", project_restore_bundle=bundle).succeeded().changed
    assert life.bound() == new
    assert life.play("restore", project_restore_bundle=old["archive_uri"]).succeeded().changed == 0
    life.play("rollback").succeeded()
    document = life.document()
    assert life.bound() == document["certificate"]["id"] != new
    assert document["certificate"]["fingerprint_sha256"] == old["fingerprint_sha256"]
    assert orders(control) == issued


def test_the_recorded_certificate_comes_back_when_it_went_missing(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    before = life.document()["certificate"]
    life.give_up()
    delete_from_iam(life, before["name"])
    assert life.server_certificates() == []
    assert life.play("restore", "--check").succeeded().changed
    assert life.server_certificates() == []
    assert life.play("restore").succeeded().changed
    after = life.document()
    assert life.server_certificates() == [after["certificate"]["id"]] != [before["id"]]
    assert after["certificate"]["fingerprint_sha256"] == before["fingerprint_sha256"]
    assert (after["journal"]["phase"], after["lock"]) == ("done", None)
    assert life.play("restore").succeeded().changed == 0
    assert life.play("renew").succeeded().changed == 0
    assert orders(control) == 1


def test_a_lost_document_costs_no_certificate(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    before = life.document()["certificate"]
    (life.data / "certops" / "store" / f"{PROJECT}.json").unlink()
    refused = life.play("restore").failed()
    assert f"project {PROJECT} is not in the store; create it" in " ".join(refused.output.split())
    life.play("create").succeeded()
    after = life.document()["certificate"]
    assert [after[key] for key in ("id", "fingerprint_sha256", "archive_uri")] == [
        before[key] for key in ("id", "fingerprint_sha256", "archive_uri")
    ]
    assert (orders(control), life.bound(), life.server_certificates()) == (1, before["id"], [before["id"]])
    assert life.play("create").succeeded().changed == 0


def test_a_certificate_that_the_edge_does_not_serve_is_taken_back_and_tried_again(life: Life, control: Control) -> None:
    where = {"project_verify": "tls", "project_bind": ["previous", "aliases"]}
    life.play("create", **where).succeeded()
    old = life.bound()
    control.set(edge_serves_stale=True)
    failed = life.play("reissue", **where, project_deploy_timeout=3).failed()
    assert f"its former certificate {old} was put back" in " ".join(failed.output.split())
    document = life.document()
    assert life.bound() == old
    assert old in life.server_certificates()
    assert document["last_run"]["Status"] == "Replace failed"
    assert (
        document["last_run"]["Update_CloudFront_Status"][0][life.distribution]["Update_Dist_Error"]["code"]
        == "ServedCertificateDiffers"
    )
    assert (document["journal"]["phase"], document["certificate"]["deployed"], document["lock"]) == (
        "stored",
        None,
        None,
    )
    control.set(edge_serves_stale=False)
    life.play("renew").succeeded()
    document = life.document()
    assert life.bound() == document["certificate"]["id"] != old
    assert life.server_certificates() == [life.bound()]
    assert orders(control) == 2


def test_a_clean_up_leaves_the_bundles_in_use_and_as_many_as_wanted(life: Life) -> None:
    archive = life.data / "certops" / "archive" / PROJECT
    life.play("create").succeeded()
    for _time in range(3):
        life.play("reissue", project_keep_previous=1).succeeded()
    bundles = sorted(archive.glob("*.tar.gz"))
    assert len(bundles) == 4
    assert life.play("cleanup").succeeded().changed == 0
    life.play("create", project_keep_previous=1, project_archive_keep=0).succeeded()
    assert life.play("cleanup", "--check").succeeded().changed == 1
    assert len(sorted(archive.glob("*.tar.gz"))) == 4
    assert life.play("cleanup").succeeded().changed == 1
    document = life.document()
    used = {entry["archive_uri"] for entry in [document["certificate"], *document["superseded"]]}
    assert {f"file://{path}" for path in archive.glob("*.tar.gz")} == used
    assert len(used) == 2
    assert life.play("cleanup").succeeded().changed == 0


def test_a_run_that_lost_its_project_while_it_waited_deletes_nothing(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    life.play("reissue", project_keep_previous=1).succeeded()
    both = life.server_certificates()
    control.fault("cloudfront", "ListDistributions", "delay", seconds=5, count=3)
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(life.play, "create", project_keep_previous=0)
        while life.document()["lock"] is None and not run.done():
            time.sleep(0.05)
        path = life.data / "certops" / "store" / f"{PROJECT}.json"
        document = life.document()
        path.write_text(json.dumps({**document, "lock": {**document["lock"], "run_id": "another"}}), encoding="utf-8")
        refused = run.result().failed()
    assert f"no longer holds project {PROJECT}" in " ".join(refused.output.split())
    assert life.server_certificates() == both
    assert life.document()["lock"]["run_id"] == "another"


def test_the_ways_back_need_the_policies_that_the_page_on_permissions_names(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    life = Life(ansible, control, sandbox.env(), permissions.administrator(sandbox.env()))
    life.env = life.owner
    life.play("create").succeeded()
    old = life.document()["certificate"]
    life.play("reissue", project_keep_previous=1).succeeded()
    users = {
        "rollback": ("info", "bind", "notify"),
        "restore": ("store", "bind"),
        "cleanup": ("issue", "cleanup", "info"),
    }
    given = {"restore": {"project_restore_bundle": issue_time(old["archive_uri"])}}
    life.play("create", project_keep_previous=1, project_archive_keep=1).succeeded()
    delete_from_iam(life, old["name"])
    for playbook in ("restore", "rollback", "cleanup"):
        life.env = permissions.user(sandbox.env(), *users[playbook])
        control.set(enforce_iam=True)
        run = life.play(playbook, **given.get(playbook, {})).succeeded()
        control.set(enforce_iam=False)
        assert "not authorized" not in run.output
    assert life.document()["certificate"]["fingerprint_sha256"] == old["fingerprint_sha256"]
