# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole life of a project whose documents are in DynamoDB and whose secrets are in S3: each playbook twice, the
second time without a change."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from e2e.life import LEAVES, PROJECT, STAYS, Life
from playbook_runs.runs import Ansible, Run
from sandbox import permissions, seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

DAY = 86400
TABLE, BUCKET = "certops", "certops-keys"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PLACES = {"project_store": f"dynamodb://{TABLE}", "project_archive": f"s3://{BUCKET}/archive?kms_key_id={KEY}"}
FEATURES = ("issue", "store", "bind", "cleanup", "info", "notify", "match-tags", "store-dynamodb", "archive-s3", "kms")


class Places:
    """What is in the table and in the bucket, as their owner sees it."""

    def __init__(self, owner: Mapping[str, str]) -> None:
        self.dynamodb, self.s3 = seed.client("dynamodb", owner), seed.client("s3", owner)

    def documents(self) -> dict[str, dict[str, Any]]:
        """Those of the projects; what lies beside them has names with a dot in front."""
        items = self.dynamodb.scan(TableName=TABLE, ConsistentRead=True)["Items"]
        found = {item["name"]["S"]: json.loads(item["document"]["S"]) for item in items}
        return {name: document for name, document in found.items() if not name.startswith(".")}

    def keys(self) -> list[str]:
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def bundles(self) -> list[str]:
        return [
            key for key in self.keys() if re.fullmatch(r"archive/webapp/\d{4}-\d\d-\d\d-\d{4}(-\d+)?\.tar\.gz", key)
        ]


@pytest.fixture
def life(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> Life:
    """A project whose playbooks are run by somebody who may do what the policies of docs/iam allow, and nothing
    else."""
    owner = permissions.administrator(sandbox.env())
    seed.client("s3", owner).create_bucket(Bucket=BUCKET)
    made = Life(ansible, control, permissions.user(sandbox.env(), *FEATURES), owner)
    made.variables.update(PLACES)
    keeper = permissions.user(sandbox.env(), "setup")
    control.set(enforce_iam=True)
    wanted = {**PLACES, "manage_bucket": True}
    assert ansible.playbook("setup", wanted, check=True, env=keeper).succeeded().changed == 1
    assert ansible.playbook("setup", wanted, env=keeper).succeeded().changed == 1
    again = ansible.playbook("setup", wanted, env=keeper).succeeded()
    assert again.changed == 0
    assert "Ready." in again.output
    control.clear_calls()
    return made


def twice(life: Life, name: str) -> Run:
    """The first run of a playbook, after making sure that the next changes nothing."""
    where = {"project_store": PLACES["project_store"]}
    first = life.play(name, **where).succeeded()
    assert life.play(name, **where).succeeded().changed == 0, f"the second {name} changed something"
    return first


@pytest.mark.slow
def test_a_life_in_dynamodb_and_s3_changes_nothing_when_it_is_told_twice(
    control: Control, life: Life, tmp_path: Path
) -> None:
    places = Places(life.owner)
    control.set(acme_backdate_seconds=31 * DAY)
    life.play("create", project_emails=[STAYS, LEAVES]).succeeded()
    assert list(places.documents()) == [PROJECT]
    control.confirm(LEAVES)
    control.set(acme_backdate_seconds=0)
    first = life.bound()

    assert twice(life, "renew").changed > 0
    second = life.bound()
    assert second != first
    assert twice(life, "create").changed > 0, "the definition has an address less"
    assert life.bound() == second

    assert life.play("reissue", project_keep_previous=1).succeeded().changed > 0
    assert life.play("create", project_keep_previous=1).succeeded().changed == 0
    assert sorted(life.server_certificates()) == sorted([second, life.bound()])
    assert life.play("create", project_archive_keep=1).succeeded().changed > 0
    assert len(places.bundles()) == 3
    assert twice(life, "cleanup").changed > 0
    assert life.server_certificates() == [life.bound()]
    certificate = places.documents()[PROJECT]["certificate"]
    assert certificate["id"] == life.bound()

    life.ansible.playbook("renew", {"project_store": PLACES["project_store"]}, env=life.env).succeeded()
    life.give_up()
    assert twice(life, "delete").changed > 0
    assert places.documents() == {}
    assert life.server_certificates() == []
    assert life.challenge_values() == ['"somebody else\'s"']
    assert_the_archive_is_as_promised(places, certificate["archive_uri"])
    assert not (tmp_path / "data" / "certops").exists(), "nothing is on this machine"

    used = [call for call in control.calls() if call["access_key"] == life.env["AWS_ACCESS_KEY_ID"]]
    assert [
        call for call in used if call["error"] in ("AccessDenied", "AccessDeniedException", "AuthorizationError")
    ] == []
    # test_permissions.py has two zones of one name, which is what that action is for
    assert permissions.actions(used) == permissions.granted(*FEATURES) - {"route53:GetHostedZone"}
    assert [call for call in used if "X-Amz-Signature" in str(call["params"])] == [], "no presigned URL"


def assert_the_archive_is_as_promised(places: Places, current: str) -> None:
    """The bundle in use and one more, the account's key apart, nothing unfinished, and all of it under the key that was
    chosen."""
    keys, bundles = places.keys(), places.bundles()
    accounts = [key for key in keys if key.startswith("archive/accounts/")]
    assert (len(bundles), len(accounts)) == (2, 1)
    assert sorted(bundles + accounts) == keys
    assert current.removeprefix(f"s3://{BUCKET}/") in bundles
    assert {places.s3.head_object(Bucket=BUCKET, Key=key)["SSEKMSKeyId"] for key in keys} == {KEY}
