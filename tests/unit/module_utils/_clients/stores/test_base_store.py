# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every store promises, held against each of them."""

from __future__ import annotations

import os
import re
import typing as t
from pathlib import Path

import boto3
import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import documents, open as stores
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.base import (
    DamagedDocumentError,
    RefusedNameError,
    Store,
    Stored,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_store import FileStore
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, ConflictError
from moto import mock_aws
from unit.fakes.aws_session import REGION, emulated_credentials, session
from unit.fakes.store import FakeStore

DOCUMENT: dict[str, t.Any] = {
    "schema": 1,
    "name": "webapp",
    "domains": ["bücher.example"],
    "nested": {"none": None, "yes": True, "count": 3},
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[None]:
    emulated_credentials(monkeypatch)
    with mock_aws():
        yield


def dynamodb_store(_tmp_path: Path) -> Store:
    client = boto3.client("dynamodb", region_name=REGION)
    client.create_table(
        TableName="certops",
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return stores.store("dynamodb://certops", session)


def s3_store(_tmp_path: Path) -> Store:
    client = boto3.client("s3", region_name=REGION)
    client.create_bucket(Bucket="certops-store", CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_object(Bucket="certops-store", Key="live/sub/other.json", Body=b"{}")
    client.put_object(Bucket="certops-store", Key="live/README", Body=b"x")
    return stores.store("s3://certops-store/live/", session)


STORES = {
    "file": lambda tmp_path: FileStore(tmp_path / "new" / "store"),
    "fake": lambda _tmp_path: FakeStore(),
    "dynamodb": dynamodb_store,
    "s3": s3_store,
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param in ("dynamodb", "s3"):
        request.getfixturevalue("aws")
    return STORES[request.param](tmp_path)


def test_an_empty_store_has_no_names_and_no_documents(store: Store) -> None:
    assert store.names() == []
    assert store.read("webapp") is None


def test_what_is_written_is_read_again_with_the_version_that_the_write_returned(store: Store) -> None:
    version = store.write("webapp", DOCUMENT, None)
    stored = store.read("webapp")
    assert stored is not None
    assert (stored.document, stored.version) == (DOCUMENT, version)


def test_names_are_sorted(store: Store) -> None:
    for name in ("shop", "Blog", "api-2"):
        store.write(name, DOCUMENT, None)
    assert store.names() == ["Blog", "api-2", "shop"]


def test_a_scan_brings_every_project_with_its_document_and_what_is_corrupt_as_an_error(store: Store) -> None:
    for name in ("shop", "webapp"):
        store.write(name, {**DOCUMENT, "name": name}, None)
    found = dict(store.scan())
    assert list(found) == ["shop", "webapp"]
    assert {name: stored.document["name"] for name, stored in found.items() if not isinstance(stored, CertError)} == {
        "shop": "shop",
        "webapp": "webapp",
    }
    assert isinstance(found["shop"], Stored)
    assert found["shop"] == store.read("shop")


HOSTILE_NAMES = (
    "{{ lookup('ansible.builtin.pipe', 'touch harm') }}",
    "{% raw %}",
    "#jinja2: variable_start_string",
    "a,b",
    "a:b",
    "web[0]",
    "web*",
    "~web",
    "!web",
    "web.json",
    "line\nbreak",
    "\x1b[2J",
    "evil\u202etxt",
    " web",
    "-web",
    "bücher",
    "x" * 200,
    "accounts",
)


def test_a_name_that_no_project_can_have_is_an_error_under_a_harmless_name(store: Store) -> None:
    store.write("webapp", DOCUMENT, None)
    for name in HOSTILE_NAMES:
        store.write(name, DOCUMENT, None)
    found = dict(store.scan())
    refused = {name: error for name, error in found.items() if isinstance(error, RefusedNameError)}
    assert store.names() == ["webapp"]
    assert found.keys() - refused.keys() == {"webapp"}
    assert len(refused) == len(HOSTILE_NAMES)
    for name, error in refused.items():
        assert re.fullmatch(r"refused-name\.[0-9a-f]{12}", name)
        assert error.message.isprintable()
        assert len(error.message) < 500
    assert any("'a,b', which is not the name of a project" in error.message for error in refused.values())


def test_a_name_that_no_project_can_have_is_never_read(store: Store) -> None:
    for name in HOSTILE_NAMES:
        store.write(name, DOCUMENT, None)
    read: list[str] = []
    list(documents.scan([*HOSTILE_NAMES, "webapp"], read.append, store.uri))  # type: ignore[arg-type]
    assert read == ["webapp"]


def test_a_file_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "webapp.json").write_text("{}", encoding="utf-8")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json")).touch()
    found = dict(FileStore(tmp_path).scan())
    assert "webapp" in found
    assert [str(error) for error in found.values() if isinstance(error, RefusedNameError)]


def test_what_others_add_to_an_item_harms_nothing(aws: None, tmp_path: Path) -> None:
    store = dynamodb_store(tmp_path)
    store.write("webapp", DOCUMENT, None)
    expiry = {":at": {"N": "1799210520"}}
    boto3.client("dynamodb", region_name=REGION).update_item(
        TableName="certops",
        Key={"name": {"S": "webapp"}},
        UpdateExpression="SET expires = :at",
        ExpressionAttributeValues=expiry,
    )
    found = store.read("webapp")
    assert found is not None
    assert found.document == DOCUMENT


def test_a_scan_of_nothing_is_empty(store: Store) -> None:
    assert list(store.scan()) == []


def test_a_second_create_is_a_conflict_and_leaves_the_first(store: Store) -> None:
    store.write("webapp", DOCUMENT, None)
    with pytest.raises(ConflictError):
        store.write("webapp", {"other": 1}, None)
    stored = store.read("webapp")
    assert stored is not None
    assert stored.document == DOCUMENT


def test_a_write_over_an_outdated_version_is_a_conflict(store: Store) -> None:
    first = store.write("webapp", DOCUMENT, None)
    second = store.write("webapp", {**DOCUMENT, "count": 2}, first)
    with pytest.raises(ConflictError):
        store.write("webapp", {**DOCUMENT, "count": 3}, first)
    assert store.write("webapp", {**DOCUMENT, "count": 3}, second) not in (first, second)


def test_a_write_over_a_document_that_is_gone_is_a_conflict(store: Store) -> None:
    version = store.write("webapp", DOCUMENT, None)
    store.delete("webapp", version)
    with pytest.raises(ConflictError):
        store.write("webapp", DOCUMENT, version)
    assert store.read("webapp") is None


def test_delete_removes_the_document_and_its_name(store: Store) -> None:
    version = store.write("webapp", DOCUMENT, None)
    store.delete("webapp", version)
    assert store.read("webapp") is None
    assert store.names() == []


def test_delete_of_an_outdated_version_is_a_conflict_and_keeps_the_document(store: Store) -> None:
    first = store.write("webapp", DOCUMENT, None)
    store.write("webapp", {**DOCUMENT, "count": 2}, first)
    with pytest.raises(ConflictError):
        store.delete("webapp", first)
    assert store.read("webapp") is not None


def test_what_lies_beside_the_projects_is_none_and_is_kept_as_they_are(store: Store) -> None:
    beside = store.beside("notes")
    version = beside.write("index", {"n": 1}, None)
    store.write("webapp", DOCUMENT, None)
    assert (store.names(), [name for name, _stored in store.scan()]) == (["webapp"], ["webapp"])
    assert (beside.names(), store.beside("others").names()) == (["index"], [])
    assert store.read("index") is None
    found = store.beside("notes").read("index")
    assert found is not None
    assert (found.document, found.version) == ({"n": 1}, version)
    with pytest.raises(ConflictError):
        beside.write("index", {"n": 2}, None)
    beside.delete("index", version)
    assert [name for name, _stored in beside.scan()] == []


@pytest.mark.parametrize("kind", ["file", "dynamodb", "s3"])
def test_a_damaged_document_says_by_which_version_it_is_replaced(kind: str, aws: None, tmp_path: Path) -> None:
    store = STORES[kind](tmp_path)
    store.write("webapp", DOCUMENT, None)
    damage(kind, tmp_path)
    with pytest.raises(DamagedDocumentError) as caught:
        store.read("webapp")
    store.write("webapp", DOCUMENT, caught.value.version)
    stored = store.read("webapp")
    assert stored is not None
    assert stored.document == DOCUMENT


def damage(kind: str, tmp_path: Path) -> None:
    if kind == "file":
        (tmp_path / "new" / "store" / "webapp.json").write_text("{")
    elif kind == "s3":
        boto3.client("s3", region_name=REGION).put_object(Bucket="certops-store", Key="live/webapp.json", Body=b"{")
    else:
        boto3.client("dynamodb", region_name=REGION).update_item(
            TableName="certops",
            Key={"name": {"S": "webapp"}},
            UpdateExpression="SET document = :text",
            ExpressionAttributeValues={":text": {"S": "{"}},
        )
