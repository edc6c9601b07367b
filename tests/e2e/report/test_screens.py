# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last lines of runs on terminals of 80 and 120 columns, as they are kept in screens/: what a person sees.

`UPDATE_SCREENS=1` in the environment writes them anew; look at each before it is committed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playbook_runs.runs import Ansible
from playbook_runs.terminal import on_a_terminal
from sandbox import seed
from sandbox.control import Control

SCREENS = Path(__file__).parent / "screens"
ROWS = 50
# What differs from run to run, and something of the same length in its place.
DIFFERS = (
    (r"\x1b\[[0-9;]*m|\r", ""),
    (r"\bE[A-Z0-9]{13}\b", "E2EXAMPLE3WK9D"),
    (r"\b20\d\d-\d\d-\d\d-\d{4}\b", "2027-01-06-0442"),
    (r"\b20\d\d-\d\d-\d\dT\d\d:\d\dZ", "2027-01-06T04:42Z"),
    (r"\b20\d\d-\d\d-\d\d\b", "2027-01-06"),
)
NAMES = "example.com,*.example.com"
BIND = {"project_bind": "previous,aliases"}


class Terminal:
    """A person at a terminal of so many columns, with the sandbox."""

    def __init__(self, ansible: Ansible, columns: int) -> None:
        self.env = {**ansible.env, "NO_COLOR": "1", "ANSIBLE_NOCOLOR": "1", "TERM": "xterm"}
        self.columns = columns

    def sees(self, screen: str, playbook: str, variables: Mapping[str, Any], *options: str, status: int = 0) -> None:
        """The last lines are those that are kept under this name."""
        command = [f"certops.cloudfront.{playbook}", "-e", json.dumps(dict(variables)), *options]
        written = on_a_terminal(self.env, *command, size=(ROWS, self.columns), status=status)
        for pattern, instead in DIFFERS:
            written = re.sub(pattern, instead, written)
        last = written[written.rindex("TASK [Report") :].partition("\nPLAY RECAP")[0]
        shown = "".join(f"{line}\n" for line in self._folded(last.rstrip("\n")))
        path = SCREENS / f"{screen}-{self.columns}.txt"
        if os.environ.get("UPDATE_SCREENS"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(shown, encoding="utf-8")
        assert shown == path.read_text(encoding="utf-8")

    def _folded(self, text: str) -> list[str]:
        """The lines of the terminal, which goes to the next one where a line is longer than it is wide."""
        return [
            line[start : start + self.columns]
            for line in text.split("\n")
            for start in range(0, max(len(line), 1), self.columns)
        ]


@pytest.fixture(params=[80, 120])
def terminal(request: pytest.FixtureRequest, ansible: Ansible) -> Terminal:
    return Terminal(ansible, request.param)


def webapp(**given: Any) -> dict[str, Any]:
    return {"project_name": "webapp", **given}


@pytest.mark.slow
def test_one_project_from_its_rehearsal_to_a_site_that_is_left_behind(terminal: Terminal, control: Control) -> None:
    for zone in ("example.com", "example.org"):
        seed.create_zone(zone)
    seed.create_distribution(["example.com", "www.example.com"])
    seed.create_distribution(["www.example.org"])
    terminal.sees("create-check", "create", webapp(project_domains=NAMES), "--check")
    terminal.sees("create-unbound", "create", webapp(project_domains=NAMES))
    more = {"project_domains": f"{NAMES},www.example.org", "project_emails": "ops@example.com"}
    # Names of certificates tell when they expire, which must not be the same minute.
    control.set(acme_validity_days=80)
    terminal.sees("create-bound", "create", webapp(**BIND, **more))
    control.set(acme_validity_days=70)
    terminal.sees("create-left-behind", "create", webapp(change_only=True, project_domains=NAMES))
    terminal.sees("renew-left-behind", "renew", {})
    terminal.sees("create-one-field", "create", webapp(project_renewal_interval_days=20))
    terminal.sees("doctor", "doctor", webapp(), status=2)
    terminal.sees("typo", "create", webapp(project_emials="ops@example.com"), status=2)


@pytest.mark.slow
def test_a_project_that_comes_due_and_goes_back(terminal: Terminal, control: Control) -> None:
    seed.create_zone("example.com")
    seed.create_distribution(["example.com"])
    terminal.sees("create-and-bind", "create", webapp(project_domains=NAMES, project_keep_previous=1, **BIND))
    control.set(acme_renewal_due=True, acme_validity_days=80)
    terminal.sees("renew-check", "renew", {}, "--check")
    terminal.sees("renew", "renew", {})
    control.set(acme_renewal_due=False)
    terminal.sees("nothing-to-do", "renew", {})
    terminal.sees("rollback", "rollback", webapp())


@pytest.mark.slow
def test_many_that_fail_alike_and_one_that_does_not(terminal: Terminal) -> None:
    seed.create_zone("example.com")
    wrong = [{"name": f"p{number:02}", "domains": "example.com", "key_type": "dsa"} for number in range(30)]
    projects = [*wrong, {"name": "shop", "domains": "shop.example.com"}]
    terminal.sees("fleet-failed", "create", {"projects": projects, "skip_unchanged": False}, status=2)
