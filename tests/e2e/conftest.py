# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sandbox for all end-to-end tests, emptied before each, and the playbooks run against it as a user would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playbook_runs.runs import Ansible, Run, environment, patient
from playbook_runs.warm import Warm
from sandbox.ca import pebble
from sandbox.control import Control
from sandbox.process import SandboxProcess


# Before the hook of pytest-xdist, which reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a fixture of their file share a worker of pytest-xdist; each other one goes to whichever is
    free."""
    for item in items:
        fixtures = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
        shared = sorted(name for name, definitions in fixtures.items() if definitions[-1].scope == "module")
        if shared:
            values = item.callspec.params if hasattr(item, "callspec") else {}
            item.add_marker(
                pytest.mark.xdist_group(" ".join((item.path.stem, *(f"{name}={values.get(name)}" for name in shared))))
            )


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


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """A process that runs playbooks, for the whole session."""
    home = tmp_path_factory.mktemp("ansible")
    process = Warm(patient(environment({}, home), home))
    yield process
    process.stop()


@pytest.fixture
def ansible(sandbox: SandboxProcess, tmp_path: Path, warm: Warm) -> Ansible:
    """Ansible with the sandbox's environment."""
    return Ansible({**environment(sandbox.env(), tmp_path), **warm.settings}, tmp_path, warm)


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
