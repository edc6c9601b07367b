# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many projects at once: which are run, what is told of them, and what it costs to find that nothing is to be done."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.certops.cloudfront.plugins.modules import project_plan
from e2e.in_process import run
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control
from sandbox.fleet import Fleet


@pytest.fixture
def fleet(ansible: Ansible, control: Control, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    monkeypatch.setenv("XDG_DATA_HOME", ansible.env["XDG_DATA_HOME"])
    seed.create_zone("example.com")
    return Fleet.of(control, ansible.env)


def summary(path: Path) -> dict[str, Any]:
    """What the run wrote to its file, in short."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return {**found, "by_name": {row["name"]: row["status"] for row in found["projects"]}}


def inventory(directory: Path, names: list[str], **variables: Any) -> str:
    hosts = {name: {"project_name": name, **variables} for name in names}
    path = directory / "inventory.json"
    path.write_text(json.dumps({"all": {"children": {"certificate_projects": {"hosts": hosts}}}}), encoding="utf-8")
    return str(path)


def test_a_pass_over_hundreds_of_projects_with_nothing_due_costs_a_handful_of_calls(
    fleet: Fleet, control: Control, ansible: Ansible
) -> None:
    fleet.make(320, failing=2)
    control.clear_calls()
    done = ansible.playbook("renew").succeeded()
    assert done.changed == 0
    assert list(done.stats) == ["localhost"]
    calls = control.counts()
    assert calls["ListDistributions"] == math.ceil(320 / 100)
    assert sum(calls.values()) <= 12 + math.ceil(320 / 100)
    assert any(line.startswith("p00000: waits until") for line in done.told)
    assert any(line.startswith("318 projects with nothing to do, the next one is") for line in done.told)
    assert done.told[-1] == "Nothing to do now; 2 above need a person."


@pytest.mark.slow
def test_one_bad_project_harms_none_and_the_most_urgent_are_taken_first(
    fleet: Fleet, control: Control, ansible: Ansible, tmp_path: Path
) -> None:
    names = fleet.make(50, due=4, broken=1)
    control.fault("acme", "newOrder", "error_500", count=100)
    told = tmp_path / "told.json"
    ansible.playbook("renew", {"max_per_run": 1, "summary_file": str(told)}).failed()
    first = summary(told)
    assert first["by_name"] == {names[3]: "failed", names[4]: "failed"}
    assert (first["plan"]["total"], first["plan"]["put_off"], first["plan"]["actions"]["none"]) == (50, 3, 45)
    control.clear_faults()
    (fleet.store / f"{names[4]}.json").unlink()
    second = ansible.playbook("renew", {"max_per_run": 2, "summary_file": str(told)}).succeeded()
    assert summary(told)["by_name"] == {names[1]: "changed", names[2]: "changed"}
    assert f"{names[3]}: waits until" in second.stdout
    assert "1 project deferred: max_per_run is reached; the first ones: p00000" in second.stdout
    assert len(control.issued()) == 2
    stats = json.loads(told.read_text(encoding="utf-8"))
    assert stats["headline"] == "2 projects: 2 changed; 1 above needs a person."


def test_a_limit_leaves_out_what_it_does_not_name(
    fleet: Fleet, control: Control, ansible: Ansible, tmp_path: Path
) -> None:
    names = fleet.make(6, due=3)
    hosts = inventory(tmp_path, names)
    told = tmp_path / "told.json"
    done = ansible.playbook(
        "renew", {"summary_file": str(told)}, "-i", hosts, "--limit", f"{names[1]}:{names[4]}"
    ).succeeded()
    assert summary(told)["by_name"] == {names[1]: "changed"}
    assert summary(told)["plan"]["total"] == 2
    assert len(control.issued()) == 1
    assert "localhost" not in done.stats
    failed = ansible.playbook(
        "renew", {"summary_file": str(told)}, "-i", inventory(tmp_path, [*names, "nowhere"]), "--limit", "nowhere"
    ).failed()
    assert "project nowhere is not in" in failed.output


@pytest.mark.parametrize(
    ("variables", "planned"),
    [
        pytest.param({"project_name": "p00002"}, 1, id="one by name"),
        pytest.param({"projects": ["p00003", {"name": "p00004"}]}, 2, id="a list"),
        pytest.param({"select_states": ["failing"]}, 2, id="a state"),
        pytest.param({"select_states": "ok,failing"}, 6, id="states as text"),
        pytest.param({"select_tags": {"team": "web"}}, 0, id="a tag"),
        pytest.param({"projects": []}, 0, id="nothing"),
    ],
)
def test_forms_of_selection(
    fleet: Fleet, ansible: Ansible, tmp_path: Path, variables: dict[str, Any], planned: int
) -> None:
    fleet.make(6, failing=2, distributions=False)
    told = tmp_path / "told.json"
    ansible.playbook("renew", {**variables, "summary_file": str(told)}).succeeded()
    found = summary(told)
    assert (found["plan"]["total"], found["projects"]) == (planned, [])
    waiting = found["plan"]["actions"].get("wait", 0)
    rest = f"Nothing to do now; {waiting} above need a person." if waiting else "Nothing to do."
    assert found["headline"] == (rest if planned else "Nothing to do: no project was selected.")


def test_all_unknown_names_are_listed(fleet: Fleet, ansible: Ansible) -> None:
    fleet.make(2)
    refused = ansible.playbook("renew", {"projects": ["nope", "p00001", "neither"]}).failed()
    # Failures with the same reason stand together.
    assert any(line.startswith("2 projects") and line.endswith(": neither, nope") for line in refused.told), (
        refused.told
    )


def test_what_is_wrong_in_an_inventory_fails_alone_and_the_rest_is_renewed(
    fleet: Fleet, control: Control, ansible: Ansible, tmp_path: Path
) -> None:
    due, twice, *_others = fleet.make(4, due=2, distributions=False)
    hosts: dict[str, dict[str, Any]] = {
        due: {"project_name": due},
        "new": {"project_name": "new1", "project_domains": ["new1.example.com"]},
        "spaced": {"project_name": "a b"},
        "one": {"project_name": twice},
        "two": {"project_name": twice},
        "unset": {"project_name": "unset", "project_domains": ["{{ nobody_set_this }}"]},
        "elsewhere": {"project_name": "elsewhere", "project_store": "s3://no-such-bucket/store"},
    }
    source = tmp_path / "inventory.json"
    source.write_text(json.dumps({"all": {"children": {"certificate_projects": {"hosts": hosts}}}}), encoding="utf-8")
    told = tmp_path / "told.json"
    done = ansible.playbook("renew", {"summary_file": str(told)}, "-i", str(source)).failed()
    failed = {row["host"]: row["reason"] for row in summary(told)["projects"] if row["status"] == "failed"}
    assert summary(told)["by_name"][due] == "changed"
    assert sorted(failed) == ["elsewhere", "new", "one", "spaced", "two", "unset"]
    assert "project new1 is not in" in failed["new"]
    assert "'a b' is not a valid project name" in failed["spaced"]
    assert failed["one"] == failed["two"] == f"project {twice} is defined 2 times (hosts one, two); list each name once"
    assert failed["unset"].startswith("project_domains: it has no value")
    assert "nobody_set_this" in failed["unset"]
    assert "no-such-bucket" in failed["elsewhere"]
    assert len(control.issued()) == 1
    # The other two of the store have left the inventory.
    assert any(line.startswith("2 projects are in the store, but not in the inventory: p0000") for line in done.told)


def test_a_project_that_left_the_inventory_is_named_by_each_playbook_over_all_of_it(
    fleet: Fleet, ansible: Ansible, tmp_path: Path
) -> None:
    stays, other, left = fleet.make(3, distributions=False)
    hosts = inventory(tmp_path, [stays, other])
    line = f"1 project is in the store, but not in the inventory: {left};"
    for playbook in ("renew", "doctor"):
        told = ansible.playbook(playbook, {}, "-i", hosts).told
        assert any(text.startswith(line) for text in told), (playbook, told)
    limited = ansible.playbook("renew", {}, "-i", hosts, "--limit", stays)
    assert not any("not in the inventory" in text for text in limited.told)


@pytest.mark.slow
def test_definitions_in_an_inventory_are_a_whole_way_to_work(
    fleet: Fleet, control: Control, ansible: Ansible, tmp_path: Path
) -> None:
    names = fleet.make(60)
    variables = {
        f"project_{key}": value
        for key, value in fleet.definition("x").items()
        if key in ("renewal_interval_days", "bind")
    }
    hosts = {
        name: {"project_name": name, "project_domains": [f"{name}.example.com"], **variables}
        for name in [*names, "new"]
    }
    path = tmp_path / "inventory.json"

    def create(*more: str, **changes: Any) -> Any:
        path.write_text(
            json.dumps({"all": {"children": {"certificate_projects": {"hosts": {**hosts, **changes}}}}}),
            encoding="utf-8",
        )
        return ansible.playbook("create", {}, "-i", str(path), *more)

    assert create().succeeded().changed
    assert len(control.issued()) == 1
    control.clear_calls()
    again = create().succeeded()
    assert (again.changed, list(again.stats)) == (0, ["localhost"])
    assert sum(control.counts().values()) <= 12
    changed = {**hosts["new"], "project_tags": {"team": "web"}}
    tagged = create(new=changed).succeeded()
    assert sorted(tagged.stats) == ["localhost", "new"]
    assert "new | changed" in tagged.stdout
    iam = seed.client("iam")
    gone = json.loads((fleet.store / "new.json").read_text(encoding="utf-8"))["certificate"]["name"]
    iam.delete_server_certificate(ServerCertificateName=gone)
    healed = create("--limit", "new,p0000*", new=changed).succeeded()
    assert set(healed.stats) - {"new"} <= {"p00000"}, "the first host of the limit plans for all of them"
    assert iam.get_server_certificate(ServerCertificateName=gone)
    doubled = create(two={**hosts["new"]}).failed().told
    assert any("is defined 2 times" in line and line.endswith("list each name once: new, new") for line in doubled), (
        doubled
    )


def test_what_only_the_listings_show_is_put_right(fleet: Fleet, control: Control) -> None:
    names = fleet.make(4)
    document = json.loads((fleet.store / f"{names[0]}.json").read_text(encoding="utf-8"))
    seed.client("iam").tag_server_certificate(
        ServerCertificateName=document["certificate"]["name"], Tags=[{"Key": "a", "Value": "b"}]
    )
    control.fleet(
        [
            {
                "name": names[1],
                "domains": ["x.example.com"],
                "not_before": "2026-01-01T00:00:00Z",
                "not_after": "2027-12-01T00:00:00Z",
            }
        ]
    )
    document["certificate"]["id"] = "ASCAGONE"
    (fleet.store / f"{names[0]}.json").write_text(json.dumps(document), encoding="utf-8")
    found = run(project_plan)
    rows = {row["name"]: row for row in found.result["projects"]}
    assert {name: row["action"] for name, row in rows.items()} == {
        names[0]: "rebind",
        names[1]: "cleanup",
        names[2]: "none",
        names[3]: "none",
    }
    assert [row["name"] for row in found.result["selected"]] == [names[0]]
    assert rows[names[1]]["orphans"] == [f"{names[1]}-2027-12-01-0000"]
