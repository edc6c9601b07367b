# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several benches for the whole session, and the figures at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .bench import LANES, Bench, benches
from .report import Report

REPORT = pytest.StashKey[Report]()


@pytest.fixture(scope="session")
def lanes() -> Iterator[list[Bench]]:
    """Benches that work side by side."""
    with benches(LANES) as made:
        yield made


@pytest.fixture
def bench(lanes: list[Bench]) -> Bench:
    """One of them."""
    return lanes[0]


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Report:
    """Where the figures are collected."""
    return request.config.stash.setdefault(REPORT, Report())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The figures of docs/safety.md."""
    found = config.stash.get(REPORT, None)
    if found is not None:
        terminalreporter.section("chaos")
        for line in found.lines():
            terminalreporter.write_line(line)
