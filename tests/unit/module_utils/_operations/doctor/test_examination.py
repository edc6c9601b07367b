# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor without connections: what needs none is looked at, and the rest is said."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_store import FileStore
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import doctor
from unit.fakes import modules, projects
from unit.fakes.clock import present_clock

NOWHERE = "127.0.0.1:9"


def run(home: Path, check_mode: bool = False, **given: t.Any) -> Outcome:
    defaults = {name: spec.get("default") for name, spec in doctor.ARGUMENT_SPEC.items()}
    params = {
        **defaults,
        "name": "webapp",
        "store": f"file://{home}/store",
        "dns_server": NOWHERE,
        "region": "us-east-1",
        **given,
    }
    return modules.run(doctor, params, present_clock(), check_mode)


def definition(home: Path, **given: t.Any) -> dict[str, t.Any]:
    return {
        "domains": ["example.com"],
        "acme_directory": f"https://{NOWHERE}/directory",
        "archive": f"file://{home}/archive",
        **given,
    }


def codes(outcome: Outcome) -> set[str]:
    return {found["code"] for found in outcome.result["findings"]}


def test_what_needs_no_connection_is_looked_at_and_the_rest_is_said(tmp_path: Path) -> None:
    outcome = run(tmp_path, definition=definition(tmp_path))
    assert codes(outcome) == {"CREDENTIALS_UNUSABLE", "CA_UNREACHABLE", "CAA_UNCHECKED", "PROJECT_NEW"}
    assert not outcome.changed
    assert not outcome.result["healthy"]
    assert outcome.result == run(tmp_path, check_mode=True, definition=definition(tmp_path)).result
    assert list(tmp_path.iterdir()) == []


def test_a_definition_that_cannot_be_used_is_said_as_a_whole(tmp_path: Path) -> None:
    found = run(tmp_path, definition=definition(tmp_path, domains=["bad_name", "10.0.0.1"], key_type="dsa")).result
    assert {entry["code"] for entry in found["findings"]} == {"DEFINITION_INVALID"}
    assert len(found["findings"]) == 3
    assert codes(run(tmp_path, name="no name")) == {"DEFINITION_INVALID"}


def test_a_project_that_nobody_knows(tmp_path: Path) -> None:
    assert codes(run(tmp_path)) == {"PROJECT_UNKNOWN"}


def test_the_stored_definition_is_looked_at_unless_one_is_given(tmp_path: Path) -> None:
    stored = projects.document(definition=projects.definition(**definition(tmp_path), key_type="rsa_4096"))
    FileStore(tmp_path / "store").write("webapp", stored, None)
    (tmp_path / "store").chmod(0o700)
    assert "PROJECT_NEW" not in codes(run(tmp_path))
    assert run(tmp_path).result["checks"][-1] == "schedule"


def test_a_damaged_document_stops_no_check_of_a_definition_that_is_given(tmp_path: Path) -> None:
    FileStore(tmp_path / "store").write("webapp", {"schema": 99}, None)
    assert codes(run(tmp_path)) == {"STORE_FAILED"}
    assert codes(run(tmp_path, definition=definition(tmp_path))) == {
        "STORE_FAILED",
        "CREDENTIALS_UNUSABLE",
        "CA_UNREACHABLE",
        "CAA_UNCHECKED",
    }


def test_a_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("")
    assert "ARCHIVE_NOT_WRITABLE" in codes(run(tmp_path, definition=definition(tmp_path)))


def test_an_address_of_a_resolver_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="dns_server"):
        run(tmp_path, dns_server="ns.example.com:dns")
