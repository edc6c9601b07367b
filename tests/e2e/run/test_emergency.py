# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A key that others may know: a new certificate in its place, and the old one revoked once the new one is verified,
exactly once."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from e2e.life import Life
from playbook_runs.runs import Ansible
from sandbox.ca.authority import Authority
from sandbox.control import Control
from sandbox.process import SandboxProcess

pytestmark = pytest.mark.slow
AWAY = "https://localhost:1/directory"


@pytest.fixture
def life(ansible: Ansible, control: Control, sandbox: SandboxProcess) -> Life:
    """A project without notification, issued once."""
    found = Life(ansible, control, sandbox.env(), sandbox.env())
    found.variables["project_sns_topic"] = ""
    found.play("create").succeeded()
    control.clear_calls()
    return found


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def revocations(control: Control) -> list[int]:
    return [int(call["status"]) for call in control.calls("acme", "revoke")]


def test_the_old_certificate_is_revoked_after_the_new_one_is_bound_and_before_the_old_one_is_deleted(
    life: Life, control: Control
) -> None:
    old = life.bound()
    life.play("reissue", project_revoke_reason="keyCompromise").succeeded()
    assert revocations(control) == [200]
    order = [
        call["operation"]
        for call in control.calls()
        if call["operation"] in ("UpdateDistribution", "revoke", "DeleteServerCertificate")
    ]
    assert order == ["UpdateDistribution", "revoke", "DeleteServerCertificate"]
    assert life.server_certificates() == [life.bound()] != [old]
    assert life.play("create").succeeded().changed == 0
    assert revocations(control) == [200]


def test_what_is_revoked_is_not_served_again_though_the_archive_has_it(life: Life) -> None:
    compromised, served = life.document()["certificate"]["archive_uri"], life.bound()
    life.play("reissue", project_revoke_reason="keyCompromise").succeeded()
    new = life.bound()
    assert (new != served, life.document()["superseded"]) == (True, [])
    life.play("restore", project_restore_bundle=compromised).succeeded()
    assert "is revoked" in life.play("rollback").failed().output
    assert life.bound() == new


def test_a_reissue_without_a_reason_revokes_nothing(life: Life, control: Control) -> None:
    life.play("reissue").succeeded()
    assert revocations(control) == []


def test_what_could_not_be_revoked_is_revoked_by_the_next_run(life: Life, control: Control) -> None:
    control.fault("acme", "revoke", "access_denied", count=100)
    life.play("reissue", project_revoke_reason="superseded", project_keep_previous=1).failed()
    assert "acme:revoke" in life.document()["last_run"]["Error"]
    (entry,) = life.document()["superseded"]
    assert entry["revoke"] == "superseded"
    assert len(life.server_certificates()) == 2
    control.clear_faults()
    life.play("renew").succeeded()
    (entry,) = life.document()["superseded"]
    assert "revoke" not in entry
    assert entry["revoked_at"]
    assert revocations(control).count(200) == 1
    life.play("rollback").failed()
    assert life.play("create", project_keep_previous=1).succeeded().changed == 0
    assert revocations(control).count(200) == 1


def test_a_reissue_that_ended_before_it_stored_anything_still_revokes(life: Life, control: Control) -> None:
    control.fault("iam", "UploadServerCertificate", "access_denied", count=100)
    life.play("reissue", project_revoke_reason="keyCompromise").failed()
    assert revocations(control) == []
    assert life.document()["journal"]["revoke"] == "keyCompromise"
    control.clear_faults()
    # a scheduled run would wait for an hour before it goes on
    life.play("create").succeeded()
    assert revocations(control) == [200]
    assert life.document()["superseded"] == []


def test_what_was_issued_since_is_left_alone(life: Life, control: Control) -> None:
    meant = {"project_issued_before": now(), "project_revoke_reason": "keyCompromise"}
    old = life.bound()
    life.play("reissue", **meant).succeeded()
    new = life.bound()
    assert (new != old, revocations(control)) == (True, [200])
    control.clear_calls()
    assert life.play("reissue", **meant).succeeded().changed == 0
    assert (life.bound(), revocations(control), control.calls("acme", "newOrder")) == (new, [], [])
    run = life.play("reissue", project_issued_before="2999-01-01T00:00:00Z").failed()
    assert "is in the future" in run.output


def test_a_whole_store_is_reissued_a_few_at_a_time_until_nothing_is_left(life: Life) -> None:
    life.play(
        "create",
        project_name="shop",
        project_domains=["www.example.com"],
        project_tags={"tier": "public"},
        project_bind=["previous"],
    ).succeeded()
    meant = {"project_issued_before": now(), "max_per_run": 1, "priority_tags": {"tier": "public"}}
    refused = life.ansible.playbook("reissue", {}, env=life.env).failed()
    assert "project_issued_before" in refused.output
    runs = [life.ansible.playbook("reissue", meant, env=life.env).succeeded() for _number in range(3)]
    assert [[name for name in run.stats if name != "localhost"] for run in runs] == [["shop"], ["webapp"], []]
    assert "Nothing to do." in runs[2].stdout


def test_check_mode_predicts_the_revocation_and_makes_none(life: Life, control: Control) -> None:
    told = life.play("reissue", "--check", "--diff", project_revoke_reason="keyCompromise").succeeded()
    assert '"status": "revoked"' in told.stdout
    assert revocations(control) == []
    assert life.document()["superseded"] == []
    assert '"status": "revoked"' not in life.play("reissue", "--check", "--diff").succeeded().stdout


@pytest.mark.parametrize(
    "refused",
    [("acme", "revoke"), ("iam", "UploadServerCertificate")],
    ids=["replaced and not revoked", "not replaced"],
)
def test_a_project_is_not_deleted_before_what_is_to_be_revoked_is(
    life: Life, control: Control, refused: tuple[str, str]
) -> None:
    control.fault(*refused, "access_denied", count=100)
    life.play("reissue", project_revoke_reason="keyCompromise").failed()
    control.clear_faults()
    life.give_up()
    control.clear_calls()
    control.fault("acme", "revoke", "access_denied", count=100)
    life.play("delete").failed()
    assert life.server_certificates() != []
    control.clear_faults()
    control.clear_calls()
    life.play("delete").succeeded()
    assert (revocations(control), life.server_certificates()) == ([200], [])


def test_a_certificate_of_a_private_fallback_is_revoked_there(
    ansible: Ansible, control: Control, sandbox: SandboxProcess, tmp_path: Path
) -> None:
    env, foreign = sandbox.env(), tmp_path / "foreign.pem"
    foreign.write_text(Authority().root.certificate_pem, encoding="ascii")
    fallback = {"acme_directory": env["CERTOPS_ACME_DIRECTORY"], "acme_ca_bundle": env["CERTOPS_ACME_CA_BUNDLE"]}
    life = Life(ansible, control, {**env, "CERTOPS_ACME_DIRECTORY": AWAY, "CERTOPS_ACME_CA_BUNDLE": str(foreign)}, env)
    life.variables |= {"project_sns_topic": "", "project_acme_fallbacks": [fallback]}
    life.play("create").succeeded()
    assert life.document()["definition"]["acme_ca_bundle"] == str(foreign)
    control.clear_calls()
    life.play("reissue", project_revoke_reason="keyCompromise").succeeded()
    assert revocations(control) == [200]
    assert life.server_certificates() == [life.bound()]
