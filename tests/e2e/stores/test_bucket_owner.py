# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call to a bucket names the account that it has to belong to: that of the credentials, or the one that the URI
names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from e2e.life import PROJECT, Life
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

OURS, THEIRS = "123456789012", "222222222222"
BUCKET = "certops-keys"
ARCHIVE = f"s3://{BUCKET}/archive"


@pytest.fixture
def life(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> Life:
    """A project, and a bucket of another account whose policy lets ours in."""
    s3 = seed.client("s3", sandbox.account(THEIRS))
    s3.create_bucket(Bucket=BUCKET)
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OURS}:root"},
        "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    }
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    return Life(ansible, control, sandbox.env(), sandbox.env())


def keys(sandbox: SandboxProcess) -> list[str]:
    found = seed.client("s3", sandbox.account(THEIRS)).list_objects_v2(Bucket=BUCKET)
    return [entry["Key"] for entry in found.get("Contents", [])]


@pytest.mark.parametrize("option", ["project_archive", "project_store"])
def test_a_bucket_of_another_account_is_refused_until_its_owner_is_named(
    sandbox: SandboxProcess, control: Control, life: Life, option: str
) -> None:
    refused = life.play("create", **{option: f"s3://{BUCKET}/mine"}).failed()
    assert f"another account than {OURS}, add ?owner= and the number of that account" in refused.output
    assert keys(sandbox) == []
    assert [call["operation"] for call in control.calls("acme") if call["operation"] == "newOrder"] == []
    wrong = life.play("create", **{option: f"s3://{BUCKET}/mine?owner={OURS}"}).failed()
    assert f"correct owner={OURS} in its URI" in wrong.output
    life.play("create", **{option: f"s3://{BUCKET}/mine?owner={THEIRS}"}).succeeded()
    assert keys(sandbox) != []


def test_a_life_whose_archive_is_in_another_account(sandbox: SandboxProcess, life: Life) -> None:
    given: dict[str, Any] = {"project_archive": f"{ARCHIVE}?owner={THEIRS}", "project_keep_previous": 1}
    life.play("create", **given).succeeded()
    recorded = life.document()["certificate"]["archive_uri"]
    assert recorded.startswith(f"{ARCHIVE}/{PROJECT}/")
    assert recorded.endswith(f".tar.gz?owner={THEIRS}")
    life.play("reissue", **given).succeeded()
    life.play("rollback").succeeded()
    # What IAM has lost is uploaded from the archive again.
    life.give_up()
    name = life.document()["certificate"]["name"]
    seed.client("iam", life.env).delete_server_certificate(ServerCertificateName=name)
    life.play("restore").succeeded()
    assert len(life.server_certificates()) == 2
    life.play("create", **{**given, "project_archive_keep": 0}).succeeded()
    life.play("cleanup").succeeded()
    kept = [key for key in keys(sandbox) if key.endswith(".tar.gz")]
    assert recorded.partition("?")[0].removeprefix(f"s3://{BUCKET}/") in kept
    doctor = life.play("doctor")
    assert "ARCHIVE_FAILED" not in doctor.output
    assert "BUNDLE_MISSING" not in doctor.output


def test_bundles_that_were_recorded_before_their_owner_was_named_are_found(
    sandbox: SandboxProcess, control: Control, life: Life
) -> None:
    own = seed.client("s3", life.env)
    own.create_bucket(Bucket="certops-own")
    life.play("create", project_archive="s3://certops-own/archive").succeeded()
    assert "?" not in life.document()["certificate"]["archive_uri"]
    life.play("create", project_archive=f"s3://certops-own/archive?owner={OURS}").succeeded()
    name = life.document()["certificate"]["name"]
    life.give_up()
    seed.client("iam", life.env).delete_server_certificate(ServerCertificateName=name)
    control.clear_calls()
    life.play("restore").succeeded()
    assert life.server_certificates() != []
    assert [call["error"] for call in control.calls("s3") if call["error"]] == []


def test_the_account_is_asked_for_once_in_a_run(sandbox: SandboxProcess, control: Control, life: Life) -> None:
    seed.client("s3", life.env).create_bucket(Bucket="certops-own")
    control.clear_calls()
    life.play("create", project_archive="s3://certops-own/archive", project_store="s3://certops-own/store").succeeded()
    assert control.counts("sts")["GetCallerIdentity"] == 1
