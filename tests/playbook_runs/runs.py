# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks and modules as a user would, against a sandbox, and tells how they ended."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbook_runs.warm import Wanted, Warm

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK_LIMIT = 300

_RECAP = re.compile(
    r"^(\S+)\s+:"
    r" ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)\s+skipped=(\d+)\s+rescued=(\d+)\s+ignored=(\d+)",
    re.MULTILINE,
)
_BANNER = re.compile(r"^TASK \[", re.MULTILINE)
_COUNTERS = ("ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored")


@dataclass(frozen=True)
class Run:
    """How a run of ansible ended."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def stats(self) -> dict[str, dict[str, int]]:
        """The recap: counters by host."""
        return {host: dict(zip(_COUNTERS, map(int, counts))) for host, *counts in _RECAP.findall(self.stdout)}

    @property
    def screen(self) -> list[str]:
        """The lines of the last task of a playbook of the collection: what was done, and what needs a person."""
        told = self.stdout.rpartition("TASK [Report what was done and what failed")[2]
        found = re.search(r"\"msg\": \[\n(.*?)\n +\]", told, re.DOTALL)
        return [json.loads(line.strip().rstrip(",")) for line in found[1].splitlines()] if found else []

    @property
    def told(self) -> list[str]:
        """The same with each entry in one line, whatever it was broken into for a terminal."""
        return re.sub(r"\n {2,}", " ", "\n".join(self.screen)).splitlines()

    @property
    def banners(self) -> int:
        """How many tasks announced themselves, skipped ones included."""
        return len(_BANNER.findall(self.stdout))

    @property
    def changed(self) -> int:
        """Changed tasks of all hosts."""
        return sum(counters["changed"] for counters in self.stats.values())

    @property
    def output(self) -> str:
        """Both streams, and messages as one line each: ansible-core 2.18 wraps them."""
        return f"{self.stdout}\n{self.stderr}\n" + re.sub(r"(?<=\S)\n(?=[^\s\[])", " ", self.stderr)

    def succeeded(self) -> Run:
        """This run, after making sure that it did not fail."""
        assert self.returncode == 0, f"ended with {self.returncode}:\n{self.output}"
        return self

    def failed(self) -> Run:
        """This run, after making sure that it failed."""
        assert self.returncode != 0, f"did not fail:\n{self.output}"
        return self


@dataclass(frozen=True)
class Ansible:
    """Ansible of this virtual environment, with the sandbox's environment and a home of its own."""

    env: Mapping[str, str]
    home: Path
    warm: Warm | None = None
    """What runs the playbooks for which neither directory nor settings of Ansible nor processes matter."""
    directory: Path = ROOT

    def run(self, program: str, *arguments: str, env: Mapping[str, str] | None = None) -> Run:
        """Run a program of ansible; `env` adds to or replaces the environment."""
        full = {**self.env, **(env or {})}
        if (
            self.warm
            and program == "ansible-playbook"
            and "--forks" not in arguments
            and self.directory == ROOT
            and self.warm.knows(full)
        ):
            return _run_warm(self.warm, arguments, full)
        command = [str(Path(sys.executable).with_name(program)), *arguments]
        done = subprocess.run(
            command, cwd=self.directory, env=full, capture_output=True, text=True, timeout=PLAYBOOK_LIMIT, check=False
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def playbook(
        self,
        name: str,
        variables: Mapping[str, Any] | None = None,
        *arguments: str,
        check: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> Run:
        """Run a playbook by path or full name; a bare word is a playbook of the collection. `check` means --check
        --diff."""
        full = name if "/" in name or "." in name else f"certops.cloudfront.{name}"
        options = ["--check", "--diff"] if check else []
        return self.run("ansible-playbook", full, "-e", json.dumps(variables or {}), *options, *arguments, env=env)

    def module(
        self, name: str, arguments: Mapping[str, Any], check: bool = False, env: Mapping[str, str] | None = None
    ) -> tuple[Run, dict[str, Any]]:
        """Run one module of the collection on localhost; returns the run and the module's result."""
        full = name if "." in name else f"certops.cloudfront.{name}"
        task = {full: dict(arguments), "register": "result"}
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [{"block": [task], "always": [{"ansible.builtin.debug": {"var": "result"}}]}],
        }
        with tempfile.TemporaryDirectory(prefix="certops-module-") as directory:
            path = Path(directory, "module.yml")
            path.write_text(json.dumps([play]), encoding="utf-8")
            run = self.playbook(str(path), check=check, env=env)
        found = re.findall(r'"result": (\{.*?\n    \})\n\}', run.stdout, re.DOTALL)
        return run, json.loads(found[-1]) if found else {}


def _run_warm(warm: Warm, arguments: Sequence[str], env: Mapping[str, str]) -> Run:
    with tempfile.TemporaryDirectory(prefix="certops-run-") as directory:
        stdout, stderr = Path(directory, "stdout"), Path(directory, "stderr")
        pid = warm.start(Wanted(arguments, env, str(stdout), str(stderr), workers=False))
        warm.go(pid)
        status = warm.wait(pid, PLAYBOOK_LIMIT)
        return Run(status, stdout.read_text(), stderr.read_text())


# Ansible looks for results a thousand times a second, which would be a fifth of the CPU time of the runs of a test.
PATIENT = "[defaults]\ninternal_poll_interval = 0.02\n"


def patient(env: Mapping[str, str], home: Path) -> dict[str, str]:
    """An environment in which Ansible looks for results fifty times a second."""
    settings = home / "ansible.cfg"
    settings.write_text(PATIENT, encoding="utf-8")
    return {**env, "ANSIBLE_CONFIG": str(settings)}


# With PYTHONDONTWRITEBYTECODE each process would compile all that it imports: it says where the files of a test runner
# go, and no user sets it.
_NOT_INHERITED = ("ANSIBLE_", "AWS_", "XDG_", "CERTOPS_", "PYTHONDONTWRITEBYTECODE")


def environment(exports: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment of a run: the sandbox's, plain output, and nothing of the user's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    return {
        **kept,
        **exports,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "ANSIBLE_HOME": str(home / "ansible"),
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_FORCE_COLOR": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    }
