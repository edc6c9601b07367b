# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sandbox for all end-to-end tests, emptied before each, and the playbooks run against it as a user would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sandbox import pebble
from sandbox.ansible_runs import Ansible, Run, environment, patient
from sandbox.control import Control
from sandbox.process import SandboxProcess


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxProcess]:
    """The sandbox in a process of its own, for the whole session."""
    with SandboxProcess() as process:
        yield process


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> SandboxProcess:
    """The sandbox, as empty as after its start; this process's environment points to it, too."""
    sandbox_process.control.reset()
    sandbox_process.apply(monkeypatch)
    return sandbox_process


@pytest.fixture
def control(sandbox: SandboxProcess) -> Control:
    """The control interface of the sandbox: settings, faults, clock, call log."""
    return sandbox.control


@pytest.fixture
def ansible(sandbox: SandboxProcess, tmp_path: Path) -> Ansible:
    """Ansible with the sandbox's environment."""
    return Ansible(patient(environment(sandbox.env(), tmp_path), tmp_path), tmp_path)


@pytest.fixture
def playbook(ansible: Ansible) -> Callable[..., Run]:
    """Run a playbook: `playbook("create", {...}, check=True)`."""
    return ansible.playbook


@pytest.fixture
def pebble_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxProcess]:
    """A sandbox of its own whose CA is Pebble."""
    if not pebble.available():
        pytest.skip("pebble is not installed (Debian: apt install pebble)")
    with SandboxProcess("--pebble") as process:
        process.apply(monkeypatch)
        yield process
