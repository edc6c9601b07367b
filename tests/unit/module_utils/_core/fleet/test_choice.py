# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a playbook takes is what was named, or all of the store where it may be; anything else is refused."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import choice
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.choice import AskedProjects, ProjectChoice
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError

ROLE = Path(__file__).resolve().parents[5] / "roles" / "project"
SHOP = {"project_name": "shop", "project_domains": ["shop.example.org"]}
ONE = ({"project_name": "webapp"},)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        pytest.param(AskedProjects("renew"), ProjectChoice(None, (), True), id="renew everything"),
        pytest.param(AskedProjects("examine"), ProjectChoice(None, (), True), id="examine everything"),
        pytest.param(
            AskedProjects("examine", hosts=()),
            ProjectChoice(None, (), True),
            id="examine everything beside an empty group",
        ),
        pytest.param(
            AskedProjects("reissue", issued_before=True),
            ProjectChoice(None, (), True),
            id="reissue what a CA got wrong",
        ),
        pytest.param(AskedProjects("renew", project_name="webapp"), ProjectChoice(ONE, (), True), id="renew one"),
        pytest.param(
            AskedProjects("renew", hosts=("a",)),
            ProjectChoice((), ("a",), True, is_whole_inventory=True),
            id="renew one host",
        ),
        pytest.param(AskedProjects("renew", hosts=()), ProjectChoice((), (), True), id="renew an empty group"),
        pytest.param(
            AskedProjects("converge", project_name="webapp"), ProjectChoice(ONE, (), False), id="one runs in any case"
        ),
        pytest.param(
            AskedProjects("converge", hosts=("a",)),
            ProjectChoice((), ("a",), False, is_whole_inventory=True),
            id="one host runs in any case",
        ),
        pytest.param(
            AskedProjects("converge", projects=["a", SHOP]),
            ProjectChoice(("a", SHOP), (), True),
            id="of two it is looked up",
        ),
        pytest.param(
            AskedProjects("reissue", projects=["a", "b"]), ProjectChoice(("a", "b"), (), True), id="two to reissue"
        ),
        pytest.param(
            AskedProjects("converge", projects=["a", "b"], skip_unchanged=False),
            ProjectChoice(("a", "b"), (), False),
            id="every one",
        ),
        pytest.param(AskedProjects("converge", projects=[]), ProjectChoice((), (), True), id="an empty list"),
        pytest.param(
            AskedProjects("named", projects=["a", "b"]), ProjectChoice(("a", "b"), (), False), id="all that is named"
        ),
        pytest.param(
            AskedProjects("named", hosts=("a", "b")),
            ProjectChoice((), ("a", "b"), False, is_whole_inventory=True),
            id="all of the group",
        ),
        pytest.param(
            AskedProjects("named", project_name="webapp", hosts=("a", "b")),
            ProjectChoice(ONE, (), False),
            id="a name before the group",
        ),
        pytest.param(
            AskedProjects("named", project_name="webapp", hosts=("a",), limited=True),
            ProjectChoice((), ("a",), False),
            id="a limit before a name",
        ),
        pytest.param(
            AskedProjects("examine", choosing=("select_tags",)),
            ProjectChoice(None, (), True),
            id="a choice means nothing to the doctor",
        ),
    ],
)
def test_a_playbook_takes_what_it_is_asked(asked: AskedProjects, wanted: ProjectChoice) -> None:
    assert choice.choose(asked) == wanted


@pytest.mark.parametrize(
    ("asked", "problems"),
    [
        pytest.param(AskedProjects("converge"), ["Set project_name"], id="nothing to create"),
        pytest.param(AskedProjects("named"), ["Set project_name"], id="nothing to delete"),
        pytest.param(AskedProjects("reissue"), ["Set project_name"], id="everything to reissue, without an end"),
        pytest.param(AskedProjects("renew", projects="a,b"), ["projects: it is not a list"], id="a list as text"),
        pytest.param(AskedProjects("renew", projects={"a": {}}), ["projects: it is not a list"], id="a mapping"),
        pytest.param(
            AskedProjects("renew", projects=["a"], hosts=("a",), limited=True),
            ["projects: a list and --limit"],
            id="two choices",
        ),
        pytest.param(
            AskedProjects("renew", project_name="a", hosts=("localhost", "b")),
            ["certificate_projects: localhost is in this group"],
            id="a host whose variables are those of the run",
        ),
        pytest.param(
            AskedProjects("named", projects="a", hosts=("a",), limited=True, choosing=("select_tags", "max_per_run")),
            [
                "projects: it is not a list",
                "projects: a list and --limit",
                "select_tags, max_per_run: not supported by this playbook",
            ],
            id="all of it at once",
        ),
        pytest.param(
            AskedProjects("examine", projects=["a"], choosing=("max_per_run",)),
            ["max_per_run: not supported by this playbook"],
            id="the doctor",
        ),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_all_that_is_wrong(asked: AskedProjects, problems: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        choice.choose(asked)
    assert len(caught.value.problems) == len(problems)
    assert all(found.startswith(start) for found, start in zip(caught.value.problems, problems))


@pytest.mark.parametrize(
    ("asked", "noted"),
    [
        (AskedProjects("renew"), True),
        (AskedProjects("examine"), True),
        (AskedProjects("named", projects=["a", "b"]), True),
        (AskedProjects("named", hosts=("a", "b")), True),
        (AskedProjects("converge", project_name="webapp"), False),
        (AskedProjects("named", projects=["a"]), False),
        (AskedProjects("converge", project_name="webapp", interval_hours=24), True),
    ],
)
def test_a_run_may_be_one_of_a_schedule_unless_it_is_one_project_that_was_named(
    asked: AskedProjects, noted: bool
) -> None:
    assert choice.is_noted(choice.choose(asked), asked) is noted


@pytest.mark.parametrize("hours", [0, -1, "often", "", [6], float("nan"), float("inf"), 10_000])
def test_a_schedule_that_is_no_time_is_refused_before_anything_runs(hours: object) -> None:
    with pytest.raises(ConfigError, match="is not a valid time between runs"):
        choice.choose(AskedProjects("named", project_name="webapp", interval_hours=hours))


@pytest.mark.parametrize(
    ("groups", "wanted"),
    [
        (["all", "ungrouped", "certops_running", "certops_failed"], "certops_run"),
        (["certops_run"], "certops_run_1"),
        (["certops_run", "certops_run_1", "certops_run_1_broken"], "certops_run_2"),
    ],
)
def test_each_selection_has_a_group_of_its_own(groups: list[str], wanted: str) -> None:
    assert choice.group_after(groups) == wanted


def _short(hosts: t.Iterable[t.Mapping[str, t.Any]]) -> list[tuple[t.Any, ...]]:
    return [(one["host"], one["definition"], one["variables"], one["has_secrets"]) for one in hosts]


def test_hosts_are_named_after_the_projects_whatever_they_are_called() -> None:
    found = choice.named(ProjectChoice(("webapp", SHOP, {"name": "a b!"}, {}, 5, "localhost"), ("host1",), False))
    assert _short(found) == [
        ("webapp", 0, {}, False),
        ("shop", 1, {}, False),
        ("a_b_", 2, {}, False),
        ("unnamed", 3, {}, False),
        ("5", 4, {}, False),
        ("project_localhost", 5, {}, False),
        ("host1", None, {}, False),
    ]


def selected(name: str, definition: int | None) -> dict[str, t.Any]:
    return {"name": name, "host": name, "reason": "due", "definition": definition, "role_vars": {"project_name": name}}


@pytest.mark.parametrize(
    ("chosen", "purpose", "wanted"),
    [
        pytest.param(
            ProjectChoice(None, (), True), "renew", ("a", None, {"project_name": "a"}, False), id="of the store"
        ),
        pytest.param(
            ProjectChoice(("a",), (), True), "renew", ("a", None, {"project_name": "a"}, False), id="a renewal"
        ),
        pytest.param(ProjectChoice(("a",), (), True), "converge", ("a", 0, {}, False), id="as it was given"),
        pytest.param(ProjectChoice((), ("a",), True), "converge", ("a", None, {}, False), id="as the inventory has it"),
    ],
)
def test_a_project_runs_with_what_was_given_or_with_what_the_store_has(
    chosen: ProjectChoice, purpose: str, wanted: tuple[t.Any, ...]
) -> None:
    assert _short(choice.planned(chosen, purpose, [selected("a", 0)])) == [wanted]


def test_a_document_that_cannot_be_read_gets_a_group_of_its_own() -> None:
    (found,) = choice.broken([{"name": "shop", "error": "no JSON"}])
    assert (found["group_suffix"], found["variables"]) == ("_broken", {"certops_problem": "no JSON"})


@pytest.mark.parametrize("name", sorted(choice.SECRETS))
@pytest.mark.parametrize("prefix", ["", "project_"])
def test_what_may_have_secrets_says_so(name: str, prefix: str) -> None:
    (found,) = choice.named(ProjectChoice(({"project_name": "webapp", f"{prefix}{name}": "x"},), (), False))
    assert found["has_secrets"]


def _is_secret(option: t.Mapping[str, t.Any]) -> bool:
    return option.get("no_log", False) or any(map(_is_secret, option.get("options", {}).values()))


def test_secrets_are_the_variables_of_the_role_that_are_not_to_be_logged() -> None:
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    options = {name: option for spec in specs.values() for name, option in spec.get("options", {}).items()}
    assert {name.removeprefix("project_") for name, option in options.items() if _is_secret(option)} == choice.SECRETS


class TestChangeOfOneThing:
    STORED: t.ClassVar[dict[str, t.Any]] = {
        "name": "a",
        "state": "ok",
        "role_vars": {"project_name": "a", "project_domains": ["a.example"], "project_verify": "tls"},
    }

    def chosen(self, *entries: t.Any) -> choice.ProjectChoice:
        return choice.ProjectChoice(entries, (), is_planned=False)

    @pytest.mark.parametrize(
        ("entry", "defined", "change_only", "takes"),
        [
            pytest.param({"project_name": "a"}, False, False, True, id="without domains"),
            pytest.param({"name": "a", "verify": "none"}, False, False, True, id="without domains, in a list"),
            pytest.param("a", False, False, True, id="by name"),
            pytest.param({"name": "a", "domains": "a.example"}, False, False, False, id="a whole definition"),
            pytest.param({"project_name": "a"}, True, False, False, id="domains beside it"),
            pytest.param({"project_name": "a"}, True, True, True, id="only the domains are to change"),
            pytest.param({"verify": "none"}, False, False, False, id="without a name"),
        ],
    )
    def test_what_is_no_whole_definition_is_completed(
        self, entry: t.Any, defined: bool, change_only: bool, takes: bool
    ) -> None:
        assert bool(choice.to_complete(self.chosen(entry), "converge", defined, change_only)) == takes
        assert choice.to_complete(self.chosen(entry), "renew", defined, change_only) == {}

    def test_the_rest_is_what_the_store_has(self) -> None:
        entry = {"name": "a", "verify": "none"}
        rest = choice.others(self.STORED, choice.fields_of(entry))
        # Marked, since what the store has does not decide where keys go.
        assert rest == {"project_domains": ["a.example"], "project_record": {"name": "a", "state": "ok"}}
        assert "project_record" not in choice.others(self.STORED, {**choice.fields_of(entry), "archive": "file:///a"})
        completed = choice.completed(self.chosen(entry), {0: rest})
        assert completed.definitions == ({"project_name": "a", "project_verify": "none", **rest},)
        (host,) = choice.with_stored(choice.named(completed), {0: rest})
        assert host["variables"] == rest


@pytest.mark.parametrize(("index", "place"), [(0, 0), (1, 1), (2, None), (None, None)])
def test_a_definition_that_was_not_given_is_not_taken(index: int | None, place: int | None) -> None:
    given = ProjectChoice(("a", "b"), (), True)
    ((_host, found, _variables, _is_secret),) = _short(choice.planned(given, "converge", [selected("a", index)]))
    assert found == place
