# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report of a fleet costs beside a playbook that does nothing, and how its page answers in a browser."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from browser import chromium

from .fleets import Pass, world

SIZES = (1_000, 10_000)
QUERIES = ("site", "7", "bench example", "nothing like this", "")
EMPTY = [{"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": "empty"}}]}]
_FILTER = """(query => {
  const form = document.getElementById('f'), before = performance.now();
  form.elements.q.value = query;
  form.dispatchEvent(new Event('input', {bubbles: true}));
  document.body.offsetHeight;
  return performance.now() - before;
})"""
_SORT = """(column => {
  const before = performance.now();
  document.querySelectorAll('#t thead button')[column].click();
  document.body.offsetHeight;
  return performance.now() - before;
})"""
_LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


@dataclass(frozen=True)
class Answers:
    """How long a browser takes for the page, in milliseconds; of filters and sorts, the longest."""

    load: float
    filter: float
    sort: float


@dataclass(frozen=True)
class Reported:
    """A report of a fleet: what it cost, what a playbook that does nothing costs, and the bytes of its page."""

    made: Pass
    empty: Pass
    page_bytes: int
    answers: Answers | None

    @property
    def cpu(self) -> float:
        """The seconds beyond those of a playbook that does nothing."""
        return self.made.cost.cpu - self.empty.cost.cpu


def reported(size: int) -> Reported:
    """A fleet that rests, and the report of it."""
    with world() as (place, fleet):
        fleet.make(size)
        nothing = place.home / "empty.yml"
        nothing.write_text(json.dumps(EMPTY), encoding="utf-8")
        place.command("ansible-playbook", str(nothing))  # compiles what both import
        empty = place.command("ansible-playbook", str(nothing))
        out = place.home / "report"
        made = place.play("report", "-e", f"report_dir={out}")
        page = out / "report.html"
        found = answers(page) if chromium.executable() else None
        return Reported(
            Pass("`certops.cloudfront.report`", size, made),
            Pass("a playbook with one `debug`", size, empty),
            page.stat().st_size,
            found,
        )


def answers(page: Path) -> Answers:
    """The page in a browser that has it for the first time."""
    with chromium.opened() as browser:
        browser.emulate()
        browser.open(page)
        load = float(browser.evaluate(_LOADED))
        filters = [float(browser.evaluate(f"{_FILTER}({json.dumps(query)})")) for query in QUERIES]
        sorts = [float(browser.evaluate(f"{_SORT}({column})")) for column in range(8)]
    return Answers(load, max(filters), max(sorts))
