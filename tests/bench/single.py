# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One project from its creation to its reissue: what each run costs beyond a playbook that does nothing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbook_runs.runs import environment
from sandbox import seed
from sandbox.process import SandboxProcess

from .measure import Command, Cost, run
from .tools import BIN

NAMES = ("example.com", "www.example.com")
VARIABLES: Mapping[str, Any] = {
    "project_name": "webapp",
    "project_domains": list(NAMES),
    "project_emails": ["ops@example.com"],
    "project_bind": ["previous", "aliases"],
}
EMPTY = [{"hosts": "localhost", "gather_facts": False, "tasks": []}]


@dataclass(frozen=True)
class Story:
    """A run of one project, and what it cost before tasks recorded their own steps."""

    label: str
    playbook: str
    variables: Mapping[str, Any]
    former: str


STORIES = (
    Story("`create`, new", "create", VARIABLES, "3.9; 20; 46"),
    Story("`create`, nothing to do", "create", VARIABLES, "3.0; 5; 42"),
    Story("`renew`, nothing due", "renew", {}, "1.5; 4; 15"),
    Story("`reissue`", "reissue", VARIABLES, "4.0; 22; 46"),
)


@dataclass(frozen=True)
class Paid:
    """A run, and the empty playbook that ran right before it."""

    empty: Cost
    cost: Cost
    banners: int

    @property
    def cpu(self) -> float:
        """CPU seconds beyond the empty playbook."""
        return self.cost.cpu - self.empty.cpu


@contextmanager
def life() -> Iterator[Life]:
    """A new sandbox with a zone and a distribution, and a project that is not there yet."""
    with tempfile.TemporaryDirectory(prefix="certops-bench-") as directory, SandboxProcess() as sandbox:
        home, env = Path(directory), sandbox.env()
        seed.create_zone("example.com", env=env)
        seed.create_distribution(NAMES, env=env)
        (home / "empty.yml").write_text(json.dumps(EMPTY), encoding="utf-8")
        yield Life(sandbox, home)


@dataclass(frozen=True)
class Life:
    """A sandbox, and the home of who runs playbooks in it."""

    sandbox: SandboxProcess
    home: Path

    def play(self, playbook: str, variables: Mapping[str, Any] | None = None) -> tuple[Cost, str]:
        """What one playbook cost, and its output."""
        log = self.home / "output.log"
        log.unlink(missing_ok=True)
        arguments = [str(BIN / "ansible-playbook"), playbook, "-e", json.dumps(dict(variables or {}))]
        cost = run(Command(arguments, environment(self.sandbox.env(), self.home)), self.sandbox.control, log)
        return cost, log.read_text(encoding="utf-8")

    def tell(self, story: Story) -> Paid:
        """One story, right after an empty playbook."""
        empty, _output = self.play(str(self.home / "empty.yml"))
        cost, output = self.play(f"certops.cloudfront.{story.playbook}", story.variables)
        return Paid(empty, cost, sum(line.startswith("TASK [") for line in output.splitlines()))


def measured(repeat: int) -> Sequence[tuple[Story, Sequence[Paid]]]:
    """Each story so many times, each time in a life of its own, so that what else happens on the machine hits all."""
    lives: list[list[Paid]] = []
    for _number in range(repeat):
        with life() as one:
            lives.append([one.tell(story) for story in STORIES])
    return list(zip(STORIES, zip(*lives)))
