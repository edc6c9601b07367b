# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores into which somebody else wrote: nothing in them is run, and the projects beside it are worked on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from e2e.fleet.test_inventory import BUCKET, TABLE, document, make_table
from playbook_runs.runs import Ansible, Run
from sandbox import seed
from sandbox.process import SandboxProcess

HARM = "{{ lookup('ansible.builtin.pipe', 'cd; touch harm') }}"
NAMES = (HARM, f"a{HARM}", "a,b", "a:b", "web[0]", "all", "localhost", "line\nbreak", "\x1b[2Jcleared", "evil\u202etxt")
GOOD = "webapp"
Keep = Callable[[str, str], None]


@pytest.fixture
def good(sandbox: SandboxProcess) -> str:
    """The document of a project that a run can issue for."""
    env = sandbox.env()
    seed.create_zone("example.com", env=env)
    return document(
        GOOD, acme_directory=env["CERTOPS_ACME_DIRECTORY"], acme_ca_bundle=env["CERTOPS_ACME_CA_BUNDLE"], bind=[]
    )


def in_files(tmp_path: Path, _env: Mapping[str, str]) -> tuple[str, Keep]:
    store = tmp_path / "store"
    store.mkdir()
    return f"file://{store}", lambda name, text: (store / f"{name}.json").write_text(text, encoding="utf-8") and None


def in_dynamodb(_tmp_path: Path, env: Mapping[str, str]) -> tuple[str, Keep]:
    make_table(env)
    dynamodb = seed.client("dynamodb", env)

    def keep(name: str, text: str) -> None:
        item = {"name": {"S": name}, "version": {"S": "1"}, "document": {"S": text}}
        dynamodb.put_item(TableName=TABLE, Item=item)

    return f"dynamodb://{TABLE}", keep


def in_s3(_tmp_path: Path, env: Mapping[str, str]) -> tuple[str, Keep]:
    s3 = seed.client("s3", env)
    s3.create_bucket(Bucket=BUCKET)

    def keep(name: str, text: str) -> None:
        s3.put_object(Bucket=BUCKET, Key=f"store/{name}.json", Body=text.encode())

    return f"s3://{BUCKET}/store", keep


@pytest.mark.parametrize("place", [in_files, in_dynamodb, in_s3], ids=["files", "dynamodb", "s3"])
def test_hostile_names_are_reported_and_the_other_projects_are_renewed(
    place: Callable[[Path, Mapping[str, str]], tuple[str, Keep]],
    ansible: Ansible,
    sandbox: SandboxProcess,
    good: str,
    tmp_path: Path,
) -> None:
    uri, keep = place(tmp_path, sandbox.env())
    keep(GOOD, good)
    # the sandbox's S3 has no keys with control characters
    names = [name for name in NAMES if place is not in_s3 or name.isprintable()]
    for name in names:
        keep(name, json.dumps({**json.loads(good), "name": name}))
        keep(f"broken {name}", "{")
    inventory = tmp_path / "certops.yml"
    inventory.write_text(json.dumps({"plugin": "certops.cloudfront.projects", "store": uri}), encoding="utf-8")
    listing = json.loads(ansible.run("ansible-inventory", "-i", str(inventory), "--list").succeeded().stdout)
    assert listing["certificate_projects"]["hosts"] == [GOOD]
    by_inventory = [ansible.playbook(name, {}, "-i", str(inventory)) for name in ("doctor", "renew")]
    assert f"{GOOD}" in by_inventory[1].succeeded().stats
    for name in ("doctor", "renew"):
        run = ansible.playbook(name, {"project_store": uri}).failed()
        assert len(refused(run)) >= 2 * (len(names) - 2), run.output
        assert all("which is not the name of a project" in line for line in refused(run))
    assert_harmless(tmp_path, *by_inventory, run)


def refused(run: Run) -> list[str]:
    return [line for line in run.told if line.startswith("refused-name.")]


def assert_harmless(home: Path, *runs: Run) -> None:
    assert not list(home.rglob("harm"))
    for run in runs:
        assert "\x1b" not in run.output
        assert "\u202e" not in run.output
        assert "Traceback" not in run.output


def test_a_document_cannot_send_keys_elsewhere_than_where_the_user_keeps_them(
    ansible: Ansible, sandbox: SandboxProcess, good: str, tmp_path: Path
) -> None:
    uri, keep = in_files(tmp_path, sandbox.env())
    ours, theirs = (f"file://{tmp_path}/{name}" for name in ("ours", "theirs"))
    stored = json.loads(good)
    stored["definition"]["archive"] = theirs
    keep(GOOD, json.dumps(stored))
    said = f"keeps keys in {theirs}, but project_archive is {ours}"
    given = {"project_store": uri, "project_archive": ours}
    for name, variables in {
        "renew": given,
        "cleanup": {**given, "project_name": GOOD},
        "reissue": {**given, "project_name": GOOD},
    }.items():
        assert any(said in line for line in ansible.playbook(name, variables).failed().told)
    group_vars = tmp_path / "inventory" / "group_vars" / "all.yml"
    group_vars.parent.mkdir(parents=True)
    group_vars.write_text(json.dumps({"project_archive": ours}), encoding="utf-8")
    source = group_vars.parents[1] / "certops.yml"
    source.write_text(json.dumps({"plugin": "certops.cloudfront.projects", "store": uri}), encoding="utf-8")
    # In an inventory the variables of hosts come from the store, and before those of groups.
    for playbook in ("renew", "create"):
        assert any(said in line for line in ansible.playbook(playbook, {}, "-i", str(source)).failed().told), playbook
    # So do those of a project of which one thing is changed.
    groups = tmp_path / "groups.json"
    groups.write_text(json.dumps({"all": {"vars": {"project_archive": ours}}}), encoding="utf-8")
    change = {"project_store": uri, "project_name": GOOD, "project_renewal_interval_days": 20}
    assert any(said in line for line in ansible.playbook("create", change, "-i", str(groups)).failed().told)
    assert not list(tmp_path.rglob("theirs"))
    ansible.playbook("renew", {**given, "project_archive": theirs}).succeeded()
    assert list((tmp_path / "theirs" / GOOD).glob("*.tar.gz"))


def test_a_document_cannot_bring_a_key_of_others_into_service(
    ansible: Ansible, sandbox: SandboxProcess, tmp_path: Path
) -> None:
    seed.create_zone("example.com")
    given = {"project_name": GOOD, "project_domains": ["example.com"], "project_archive": f"file://{tmp_path}/ours"}
    ansible.playbook("create", given).succeeded()
    path = tmp_path / "data" / "certops" / "store" / f"{GOOD}.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    (tmp_path / "ours").rename(tmp_path / "theirs")
    theirs = stored["certificate"]["archive_uri"].replace("/ours/", "/theirs/")
    stored["certificate"]["archive_uri"] = theirs
    path.write_text(json.dumps(stored), encoding="utf-8")
    iam = seed.client("iam")
    iam.delete_server_certificate(ServerCertificateName=stored["certificate"]["name"])
    # What is missing in IAM would be uploaded from the archive.
    for name, wanted in {
        "create": given,
        "restore": {"project_name": GOOD, "project_archive": given["project_archive"]},
    }.items():
        said = ansible.playbook(name, wanted).failed().output
        expected = f"the bundle {theirs} that the document of project {GOOD} names is not in project_archive"
        # ansible-core 2.18 breaks lines within long paths
        assert "".join(expected.split()) in "".join(said.split())
        assert iam.list_server_certificates()["ServerCertificateMetadataList"] == []
    ansible.playbook("restore", {"project_name": GOOD, "project_restore_bundle": theirs}).succeeded()
    assert len(iam.list_server_certificates()["ServerCertificateMetadataList"]) == 1
