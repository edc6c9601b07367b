# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What plays and tasks say for themselves, so that no ansible.cfg or environment of a user decides it."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOKS = sorted((ROOT / "playbooks").rglob("*.yml"))
ROLE = ROOT / "roles" / "project" / "tasks"
YAML = [*(ROOT / "roles").rglob("*.yml"), *PLAYBOOKS]
INTERNAL = re.compile(r"__project_[a-z_0-9]+")
MAX_INTERNAL_NAMES = 30
TASKS = sorted((ROOT / "roles").rglob("tasks/**/*.yml"))
# A default of ansible.cfg, the environment or the command line that would change what the plays do, and what they say.
SETTINGS = {"connection": "local", "gather_facts": False, "any_errors_fatal": False, "timeout": 0}
VARIABLES = {
    "ansible_become": False,
    "ansible_connection": "local",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
}
STRATEGIES = {
    "ansible.builtin.linear",
    "ansible.builtin.host_pinned",
    "ansible.builtin.{{ 'linear' if __chosen | length == 1 else 'host_pinned' }}",
}
SECRETS = re.compile(
    r"hmac_key|__project_order|fallback_eab|dns_aws|dns_delegations|\{\{ projects \||secret|private_key"
)
Entry = dict[str, t.Any]


def plays() -> list[Entry]:
    return [play for path in PLAYBOOKS for play in yaml.safe_load(path.read_text()) if "hosts" in play]


def tasks(entries: t.Iterable[Entry]) -> t.Iterator[Entry]:
    for entry in entries:
        inner = [*entry.get("block", ()), *entry.get("rescue", ()), *entry.get("always", ())]
        if inner:
            yield from tasks(inner)
        else:
            yield entry


def every_task() -> list[Entry]:
    of_plays = [task for play in plays() for task in tasks(play["tasks"])]
    return of_plays + [task for path in TASKS for task in tasks(yaml.safe_load(path.read_text()))]


# These read and change files on hosts, as the inventory reaches them.
ON_HOSTS = {"Read the files of clients", "Switch the clients"}


@pytest.mark.parametrize("play", plays(), ids=lambda play: play["name"])
def test_a_play_states_what_it_relies_on(play: Entry) -> None:
    on_host = play["name"] in ON_HOSTS
    wanted = {name: value for name, value in SETTINGS.items() if not (on_host and name == "connection")}
    assert {name: play.get(name) for name in wanted} == wanted
    assert on_host or {name: play.get("vars", {}).get(name) for name in VARIABLES} == VARIABLES
    assert play.get("strategy") in STRATEGIES
    if any("ansible.builtin.add_host" in task for task in tasks(play["tasks"])):
        assert play["strategy"] == "ansible.builtin.linear"  # the others refuse add_host


def test_a_task_that_may_carry_a_secret_shows_no_arguments() -> None:
    carriers = [
        task
        for task in every_task()
        for name, arguments in task.items()
        if name.startswith("certops.cloudfront.") and SECRETS.search(f"{arguments} {task.get('module_defaults', '')}")
    ]
    assert len(carriers) >= 5
    shown = [task["name"] for task in carriers if "no_log" not in task]
    assert shown == []


def test_a_hidden_task_that_fails_is_followed_by_one_that_says_why() -> None:
    """The rescue around it does."""
    said = {"msg": "{{ project_result.reason }}"}
    (examined,) = yaml.safe_load((ROLE / "doctor.yml").read_text())
    assert any("no_log" in task for task in tasks(examined["block"]))
    assert examined["rescue"][-1]["ansible.builtin.fail"] == said
    (run,) = yaml.safe_load((ROLE / "run.yml").read_text())
    (rescue,) = run["rescue"]
    assert rescue["ansible.builtin.include_tasks"] == {"file": "steps/fail.yml"}
    assert yaml.safe_load((ROLE / "steps" / "fail.yml").read_text())[-1]["ansible.builtin.fail"] == said


def test_the_role_and_the_playbooks_have_few_names_of_their_own_each_of_which_is_read() -> None:
    """What Python decides comes in one value; a name for each detail of it is YAML that decides."""
    found = Counter(name for path in YAML for name in INTERNAL.findall(path.read_text()))
    assert len(found) <= MAX_INTERNAL_NAMES, sorted(found)
    assert [name for name, count in found.items() if count == 1] == []


def test_a_fact_is_what_the_role_returns() -> None:
    """Others would outlive the run, and have to be reset by hand."""
    facts = [
        task["ansible.builtin.set_fact"]
        for path in TASKS
        for task in tasks(yaml.safe_load(path.read_text()))
        if "ansible.builtin.set_fact" in task
    ]
    returned = {"project_result", "project_last_run", "project_findings", "project_published"}
    assert {name for names in facts for name in names} == returned
