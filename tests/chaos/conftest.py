# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several benches for the whole session, and the figures at its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chaos.starting_point import LANES, Bench, benches

from .report import Report

REPORT = pytest.StashKey[Report]()
# They begin first: what takes longest, so that none of it is alone at the end, and what mostly waits, so that there is
# something to do meanwhile.
FIRST = (
    "test_faults.py",
    "test_every_order_succeeds_",
    "test_away.py",
    "test_faults_once.py",
    "test_a_run_killed_at_any_call_",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts from the same story shares a worker and its benches: to come to the start costs more than to start a
    sandbox."""
    for item in items:
        params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem} {params.get('name', '')} {params.get('kinds', '')}"))
    items.sort(key=lambda item: next((place for place, name in enumerate(FIRST) if name in item.nodeid), len(FIRST)))


@pytest.fixture(scope="session")
def lanes() -> Iterator[list[Bench]]:
    """Benches that work side by side."""
    with benches(LANES) as made:
        yield made


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """One alone."""
    with benches(1) as made:
        yield made[0]


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Report:
    """Where the figures are collected."""
    return request.config.stash.setdefault(REPORT, Report())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its figures to the process that started it."""
    if REPORT in session.config.stash and hasattr(session.config, "workeroutput"):
        session.config.workeroutput["chaos"] = session.config.stash[REPORT].as_dict()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """And that one adds them up."""
    found = getattr(node, "workeroutput", {}).get("chaos")
    if found is not None:
        node.config.stash.setdefault(REPORT, Report()).add(found)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The figures of docs/safety.md."""
    found = config.stash.get(REPORT, None)
    if found is not None:
        terminalreporter.section("chaos")
        for line in found.lines():
            terminalreporter.write_line(line)
