# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin, as ansible-inventory and AWX use it: from files, from DynamoDB and from S3, with its cache, its
credentials and its options."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playbook_runs.runs import Ansible, Run
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

TABLE, BUCKET = "certops", "certops-documents"
OTHER_KEY, OTHER_ACCOUNT = "AKIA" + "O" * 16, "222222222222"


def document(name: str, **definition: Any) -> str:
    """A project of which nothing is known yet, as an early version of the collection wrote it: without what later ones
    added."""
    return json.dumps({"schema": 1, "name": name, "definition": {"domains": [f"{name}.example.com"], **definition}})


class Inventory:
    """A file of the plugin, and what ansible-inventory makes of it."""

    def __init__(self, ansible: Ansible, directory: Path) -> None:
        self.ansible, self.file = ansible, directory / "certops.yml"
        self.store = directory / "store"
        self.store.mkdir()
        self.write(store=f"file://{self.store}")

    def write(self, **options: Any) -> None:
        self.file.write_text(json.dumps({"plugin": "certops.cloudfront.projects", **options}), encoding="utf-8")

    def keep(self, *names: str, **definition: Any) -> None:
        for name in names:
            (self.store / f"{name}.json").write_text(document(name, **definition), encoding="utf-8")

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Run:
        # as AWX does: a source that cannot be read is a failure
        return self.ansible.run(
            "ansible-inventory",
            "-i",
            str(self.file),
            *arguments,
            env={"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", **(env or {})},
        )

    def list(self, *arguments: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
        return dict(json.loads(self.run("--list", *arguments, env=env).succeeded().stdout))

    def hosts_of_a_play(self, *arguments: str) -> list[str]:
        """As ansible-playbook sees it, which knows more options than the ansible-inventory of ansible-core 2.18."""
        play = self.file.parent / "play.yml"
        play.write_text(json.dumps([{"hosts": "certificate_projects", "gather_facts": False}]), encoding="utf-8")
        run = self.ansible.run("ansible-playbook", "-i", str(self.file), "--list-hosts", *arguments, str(play))
        return sorted(re.findall(r"^ {6}(\w+)$", run.succeeded().stdout, re.MULTILINE))


@pytest.fixture
def inventory(ansible: Ansible, tmp_path: Path) -> Inventory:
    return Inventory(ansible, tmp_path)


@pytest.fixture
def table(sandbox: SandboxProcess) -> Any:
    """A table that is ready, and how to put a document into it."""
    return make_table(sandbox.env())


def make_table(env: Mapping[str, str]) -> Any:
    dynamodb = seed.client("dynamodb", env)
    key = {
        "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "name", "AttributeType": "S"}],
    }
    dynamodb.create_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST", **key)

    def put(name: str, **definition: Any) -> None:
        item = {"name": name, "version": "1", "document": document(name, **definition)}
        dynamodb.put_item(TableName=TABLE, Item={field: {"S": value} for field, value in item.items()})

    return put


def test_the_graph_shows_projects_by_state_and_tag_and_the_broken_one_by_name(inventory: Inventory) -> None:
    inventory.keep("web", "shop", tags={"team": "web ops"})
    (inventory.store / "odd.json").write_text("{", encoding="utf-8")
    run = inventory.run("--graph").succeeded()
    groups = {part.split(":")[0]: re.findall(r"\|--(\w+)", part) for part in run.stdout.split("@")}
    assert groups["certificate_projects"] == ["odd", "shop", "web"]
    assert groups["state_due"] == groups["state_pending"] == groups["tag_team_web_ops"] == ["shop", "web"]
    assert groups["state_broken"] == ["odd"]
    assert "odd.json" in run.stderr


def test_the_variables_are_those_of_the_role_in_plain_json(inventory: Inventory) -> None:
    inventory.keep("web", emails=["ops@example.com"])
    variables = inventory.list()["_meta"]["hostvars"]["web"]
    assert (variables["project_name"], variables["project_domains"], variables["project_emails"]) == (
        "web",
        ["web.example.com"],
        ["ops@example.com"],
    )
    assert variables["project_store"] == f"file://{inventory.store}"
    assert variables["ansible_connection"] == "local"
    assert (variables["project_record"]["state"], variables["project_record"]["due"]) == ("pending", True)
    assert "__ansible_unsafe" not in json.dumps(variables)


def test_the_store_is_the_users_own_unless_one_is_named(inventory: Inventory) -> None:
    inventory.write()
    inventory.store = inventory.ansible.home / "data" / "certops" / "store"
    inventory.store.mkdir(parents=True)
    inventory.keep("web")
    assert inventory.list()["_meta"]["hostvars"]["web"]["project_store"] == f"file://{inventory.store}"


def test_a_table_is_read_with_credentials_of_the_environment_and_a_region_of_the_file(
    inventory: Inventory, control: Control, table: Any
) -> None:
    for name in ("web", "shop"):
        table(name)
    inventory.write(store="{{ lookup('ansible.builtin.env', 'WHERE') }}", region="{{ 'us-east-1' }}")
    control.clear_calls()
    listing = inventory.list(env={"AWS_REGION": "", "WHERE": f"dynamodb://{TABLE}"})
    assert listing["certificate_projects"]["hosts"] == ["shop", "web"]
    assert listing["_meta"]["hostvars"]["web"]["project_store"] == f"dynamodb://{TABLE}"
    assert {call["service"] for call in control.calls()} == {"dynamodb"}


def test_a_bucket_is_read_as_the_role_that_is_to_be_assumed(
    inventory: Inventory, control: Control, sandbox: SandboxProcess
) -> None:
    other = {**sandbox.env(), "AWS_ACCESS_KEY_ID": OTHER_KEY}
    control.account(OTHER_KEY, OTHER_ACCOUNT)
    s3 = seed.client("s3", other)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="store/web.json", Body=document("web").encode())
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}],
    }
    seed.client("iam", other).create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(trust))
    role = f"arn:aws:iam::{OTHER_ACCOUNT}:role/reader"
    inventory.write(store=f"s3://{BUCKET}/store", assume_role_arn=role)
    assert inventory.list()["state_pending"]["hosts"] == ["web"]
    inventory.write(store=f"s3://{BUCKET}/store", assume_role_arn=f"{role}s")
    assert f"sts:AssumeRole on {role}s was answered with AccessDenied" in inventory.run("--list").failed().output


def test_a_service_that_is_away_is_a_failure_that_names_the_call(
    inventory: Inventory, control: Control, table: Any
) -> None:
    inventory.write(store=f"dynamodb://{TABLE}")
    control.fault("dynamodb", "Scan", "access_denied")
    assert "dynamodb:Scan" in inventory.run("--list").failed().stderr


def test_the_cache_spares_the_calls_until_it_is_flushed(
    inventory: Inventory, control: Control, table: Any, tmp_path: Path
) -> None:
    table("web")
    inventory.write(
        store=f"dynamodb://{TABLE}",
        cache=True,
        cache_plugin="ansible.builtin.jsonfile",
        cache_connection=str(tmp_path / "cache"),
    )
    first = inventory.list()
    table("shop")
    control.clear_calls()
    assert inventory.list() == first
    assert control.calls() == []
    assert inventory.hosts_of_a_play("--flush-cache") == ["shop", "web"]
    assert control.calls()


def test_constructed_options_make_groups_and_variables_and_secrets_stay_out(inventory: Inventory) -> None:
    inventory.keep("web", acme_eab_hmac_key="not-to-be-seen")
    inventory.write(
        store=f"file://{inventory.store}",
        strict=True,
        compose={"days_left": "project_record.expires_in_days | default(-1, true)"},
        groups={"apex": "project_domains | select('match', 'web') | length > 0"},
        keyed_groups=[{"prefix": "key", "key": "project_key_type"}],
    )
    run = inventory.run("--list").succeeded()
    listing = json.loads(run.stdout)
    assert listing["apex"]["hosts"] == listing["key_ecdsa_p256"]["hosts"] == ["web"]
    # ansible-core 2.18 makes texts of what compose gives
    assert int(listing["_meta"]["hostvars"]["web"]["days_left"]) == -1
    assert "not-to-be-seen" not in run.output
