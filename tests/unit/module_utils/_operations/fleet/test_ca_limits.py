# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""project_plan holds back what a CA would refuse by its rate limits now, by what the documents of the store say."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import (
    definition as definitions,
    document,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.fleet import ca_limits
from ansible_collections.certops.cloudfront.plugins.modules import project_plan
from unit.fakes import modules

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=timezone.utc)
DAY = timedelta(days=1)


class FixedClock:
    def now(self) -> datetime:
        return NOW

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"a plan waits for nothing, not {seconds} s")


class Store:
    """Documents in a directory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, name: str, *domains: str, age: timedelta | None = None, **changes: t.Any) -> None:
        """A project, with a certificate of this age if it has one."""
        definition = dict(
            definitions.parse(
                name, {"domains": list(domains or (f"{name}.com",)), **changes.pop("definition", {})}
            ).values
        )
        found = {**document.new_document(name, definition), **changes}
        if age is not None:
            found["certificate"] = self.certificate(name, definition, age)
        (self.path / f"{name}.json").write_text(json.dumps(found), encoding="utf-8")

    def certificate(self, name: str, definition: dict[str, t.Any], age: timedelta) -> dict[str, t.Any]:
        at = NOW - age
        return {
            "name": name,
            "id": f"ASCA{name}",
            "arn": f"arn:aws:iam::123456789012:server-certificate/{name}",
            "path": "/",
            "serial": name.encode().hex(),
            "fingerprint_sha256": name.encode().hex(),
            "issuer": "CN=Test",
            "domains": definition["domains"],
            "key_type": "ecdsa_p256",
            "issued_at": times.to_text(at),
            "not_before": times.to_text(at - timedelta(hours=1)),
            "not_after": times.to_text(at + 90 * DAY),
            "acme_directory": definition["acme_directory"],
            "acme_profile": None,
            "deployed": {"at": times.to_text(at), "bind": ["previous"], "distributions": []},
        }

    def plan(self, **params: t.Any) -> dict[str, t.Any]:
        options = {name: spec.get("default") for name, spec in project_plan.ARGUMENT_SPEC.items()}
        given = {**options, "region": "us-east-1", "observe": False, "store": f"file://{self.path}", **params}
        return dict(modules.run(project_plan, given, FixedClock()).result)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    path = tmp_path / "store"
    path.mkdir(mode=0o700)
    return Store(path)


def row(plan: dict[str, t.Any], name: str) -> dict[str, t.Any]:
    return next(dict(one) for one in plan["projects"] if one["name"] == name)


def test_of_60_new_projects_of_one_registered_domain_50_are_selected_and_the_others_say_which_limit_and_until_when(
    store: Store,
) -> None:
    for number in range(60):
        store.add(f"p{number:02}", f"host{number}.example.co.uk")
    plan = store.plan()
    assert len(plan["selected"]) == 50
    held = row(plan, "p50")
    assert (held["action"], held["due"], held["selected"], held["wait_until"]) == (
        "issue",
        True,
        False,
        "2026-11-22T08:51:36Z",
    )
    assert (held["limit"]["name"], held["limit"]["of"]) == ("registered_domain", "example.co.uk")
    assert "50 certificates for the registered domain example.co.uk in 7 days" in held["reason"]
    shown = {one["limit"]: (one["takes"], one["left"], one["held"]) for one in plan["limits"]["ca"]}
    assert shown == {"orders": (50, 250, 0), "registered_domain": (50, 0, 10)}
    assert (plan["summary"]["due"], plan["summary"]["selected"], plan["summary"]["held"]) == (60, 50, 10)


def test_what_was_issued_lately_takes_room_from_what_is_selected_now(store: Store) -> None:
    for number in range(48):
        store.add(f"old{number:02}", f"old{number}.example.com", age=timedelta(minutes=5))
    for number in range(4):
        store.add(f"new{number}", f"new{number}.example.com")
    store.add("other", "example.net")
    assert sorted(one["name"] for one in store.plan()["selected"]) == ["new0", "new1", "other"]


def test_renewals_of_the_same_names_are_not_held_back_by_what_lets_encrypt_does_not_count_them_for(
    store: Store,
) -> None:
    for number in range(60):
        store.add(f"p{number:02}", f"host{number}.example.com", age=40 * DAY)
    assert len(store.plan()["selected"]) == 60


def test_a_ca_without_published_limits_holds_back_nobody(store: Store) -> None:
    for number in range(60):
        store.add(
            f"p{number:02}",
            f"host{number}.example.com",
            definition={"acme_directory": "https://ca.internal.example/directory"},
        )
    plan = store.plan()
    assert len(plan["selected"]) == 60
    assert plan["limits"]["ca"] == []


def test_the_operator_gives_other_limits_in_a_file(store: Store, tmp_path: Path) -> None:
    for number in range(60):
        store.add(f"p{number:02}", f"host{number}.example.com")
    path = tmp_path / "limits.yml"
    path.write_text(
        "letsencrypt:\n  as_of: 2026-11-01\n  registered_domain: {count: 500, seconds: 604800}\n  orders: {count: 55,"
        " seconds: 3600}\n",
        encoding="utf-8",
    )
    plan = store.plan(acme_limits=str(path))
    assert len(plan["selected"]) == 55
    assert row(plan, "p55")["limit"]["name"] == "orders"


def test_with_the_most_urgent_ones_only_the_limits_count_for_these(store: Store) -> None:
    for number in range(60):
        store.add(f"p{number:02}", f"host{number}.example.com")
    plan = store.plan(max_per_run=10)
    assert len(plan["selected"]) == 10
    assert not [one for one in plan["projects"] if one["limit"]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(None, "cannot be read", id="no file"),
        pytest.param("{", "neither JSON nor YAML", id="no YAML"),
        pytest.param("letsencrypt: {orders: {count: 0, seconds: 1}}", "count is 0", id="a count of none"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_all_other_problems(
    store: Store, tmp_path: Path, content: str | None, problem: str
) -> None:
    path = tmp_path / "limits.yml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        store.plan(acme_limits=str(path), max_per_run=0)
    assert problem in str(caught.value)
    assert "max_per_run" in str(caught.value)


def test_without_the_public_suffix_list_the_other_limits_hold_and_the_plan_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ca_limits, "HAS_SUFFIXES", False)
    for number in range(301):
        store.add(f"p{number:03}", f"host{number}.example.com")
    given = {name: spec.get("default") for name, spec in project_plan.ARGUMENT_SPEC.items()}
    given.update(region="us-east-1", observe=False, store=f"file://{store.path}")
    outcome = modules.run(project_plan, given, FixedClock())
    assert len(outcome.result["selected"]) == 300
    assert [warning for warning in outcome.warnings if "publicsuffixlist" in warning]
