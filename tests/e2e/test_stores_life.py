# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole life of a project whose documents are in DynamoDB and whose secrets are in S3: each playbook twice, the second time without a change."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from e2e.life import PROJECT, Life
from sandbox import seed
from sandbox.ansible_runs import Ansible, Run
from sandbox.control import Control
from sandbox.process import SandboxProcess

DAY = 86400
TABLE, BUCKET = "certops", "certops-archive"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PLACES = {"project_store": f"dynamodb://{TABLE}", "project_archive": f"s3://{BUCKET}/live?kms_key_id={KEY}"}


class Places:
    """What is in the table and in the bucket, as their owner sees it."""

    def __init__(self, env: dict[str, str]) -> None:
        self.dynamodb, self.s3 = seed.client("dynamodb", env), seed.client("s3", env)
        self.s3.create_bucket(Bucket=BUCKET)

    def documents(self) -> dict[str, dict[str, Any]]:
        items = self.dynamodb.scan(TableName=TABLE, ConsistentRead=True)["Items"]
        return {item["name"]["S"]: json.loads(item["document"]["S"]) for item in items}

    def keys(self) -> list[str]:
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.fixture
def places(sandbox: SandboxProcess) -> Places:
    return Places(sandbox.env())


@pytest.fixture
def life(sandbox: SandboxProcess, control: Control, ansible: Ansible, places: Places) -> Life:
    ansible.playbook("setup", {**PLACES, "manage_bucket": True}).succeeded()
    made = Life(ansible, control, sandbox.env(), sandbox.env())
    made.variables.update(PLACES)
    return made


def twice(life: Life, name: str) -> Run:
    """The first run of a playbook, after making sure that the next changes nothing."""
    where = {"project_store": PLACES["project_store"]}
    first = life.play(name, **where).succeeded()
    assert life.play(name, **where).succeeded().changed == 0, f"the second {name} changed something"
    return first


@pytest.mark.slow
def test_a_life_in_dynamodb_and_s3_changes_nothing_when_it_is_told_twice(
    sandbox: SandboxProcess, control: Control, life: Life, places: Places, tmp_path: Path
) -> None:
    where = {"project_store": PLACES["project_store"]}
    control.set(acme_backdate_seconds=31 * DAY)
    created = life.play("create").succeeded()
    assert created.changed > 0
    control.set(acme_backdate_seconds=0)
    first = life.bound()

    assert twice(life, "renew").changed > 0
    second = life.bound()
    assert second != first
    assert twice(life, "create").changed == 0

    assert life.play("reissue", project_keep_previous=1, **where).succeeded().changed > 0
    assert life.play("create", project_keep_previous=1).succeeded().changed == 0
    assert sorted(life.server_certificates()) == sorted([second, life.bound()])
    assert life.play("create", project_keep_previous=0).succeeded().changed > 0
    twice(life, "cleanup")
    assert life.server_certificates() == [life.bound()]
    certificate = places.documents()[PROJECT]["certificate"]
    assert certificate["id"] == life.bound()

    life.give_up()
    assert twice(life, "delete").changed > 0
    assert places.documents() == {}
    assert life.server_certificates() == []
    assert life.challenge_values() == ['"somebody else\'s"']

    keys = places.keys()
    bundles = [key for key in keys if re.fullmatch(r"live/webapp/\d{4}-\d\d-\d\d-\d{4}(-\d+)?\.tar\.gz", key)]
    accounts = [key for key in keys if key.startswith("live/accounts/")]
    assert len(bundles) == 3
    assert accounts
    assert sorted(bundles + accounts) == keys
    assert certificate["archive_uri"].removeprefix(f"s3://{BUCKET}/") in bundles
    assert {places.s3.head_object(Bucket=BUCKET, Key=key)["SSEKMSKeyId"] for key in keys} == {KEY}
    assert [call for call in control.calls("s3") if "X-Amz-Signature" in str(call["params"])] == []
    assert not (tmp_path / "data" / "certops").exists()
