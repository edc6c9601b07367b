# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores and archives in AWS against the sandbox: no update is lost between processes, and a module works on them."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

import boto3
import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.session import Session
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import open as stores
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConflictError, RemoteError
from sandbox.control import Control
from sandbox.process import SandboxProcess

if TYPE_CHECKING:
    from playbook_runs.runs import Ansible

FORK = multiprocessing.get_context("fork")
TABLE, BUCKET = "dynamodb://certops", "s3://certops-store/live"
WRITERS, TIMES = 3, 5


def session() -> Session:
    return Session({"validate_certs": True})


@pytest.fixture(params=[TABLE, BUCKET], ids=["dynamodb", "s3"])
def uri(request: pytest.FixtureRequest, sandbox: SandboxProcess) -> str:
    boto3.client("dynamodb").create_table(
        TableName="certops",
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    s3 = boto3.client("s3")
    region = s3.meta.region_name
    s3.create_bucket(
        Bucket="certops-store",
        **({} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}),
    )
    return str(request.param)


def increment(uri: str) -> None:
    store = stores.store(uri, session)
    for dummy in range(TIMES):
        while True:
            stored = store.read("counter")
            assert stored is not None
            try:
                store.write("counter", {"count": stored.document["count"] + 1}, stored.version)
                break
            except ConflictError:
                continue


def test_concurrent_writers_lose_no_update(uri: str) -> None:
    stores.store(uri, session).write("counter", {"count": 0}, None)
    writers = [FORK.Process(target=increment, args=(uri,)) for dummy in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    stored = stores.store(uri, session).read("counter")
    assert stored is not None
    assert stored.document == {"count": WRITERS * TIMES}


def test_a_project_is_defined_held_shown_and_forgotten(uri: str, ansible: Ansible) -> None:
    project = {"store": uri, "name": "webapp"}
    run, made = ansible.module("project_record", {**project, "definition": {"domains": "example.com"}})
    run.succeeded()
    assert made["role_vars"]["project_store"] == uri
    _run, taken = ansible.module("project_record", {**project, "state": "locked", "run_id": "one"})
    assert taken["locked"]
    _run, known = ansible.module("project_info", {"store": uri})
    assert [entry["name"] for entry in known["projects"]] == ["webapp"]
    run, gone = ansible.module("project_record", {**project, "state": "absent", "run_id": "one"})
    run.succeeded()
    assert gone["changed"]
    assert stores.store(uri, session).names() == []


def test_a_store_that_is_away_is_named(uri: str, control: Control) -> None:
    store = stores.store(uri.replace("certops", "nowhere"), session)
    with pytest.raises(RemoteError, match=r"GetItem.*certops\.cloudfront\.setup|GetObject.*create the bucket"):
        store.read("webapp")
    with pytest.raises(RemoteError, match=r"Scan|ListObjectsV2"):
        store.names()
