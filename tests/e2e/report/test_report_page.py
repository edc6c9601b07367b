# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the report in a real browser: what a reader does, with scripts and without, and what a screen reader
finds."""

from __future__ import annotations

import csv
import io
import json
import re
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet import page as pages
from browser import chromium
from unit.fakes import report
from unit.fakes.projects import NOW

pytestmark = pytest.mark.skipif(chromium.executable() is None, reason=chromium.WHY_NONE)

MANY = 250
SHOWN = "Array.from(document.querySelectorAll('#t tbody tr')).filter(row => row.offsetParent !== null)"
NAMES = f"{SHOWN}.map(row => row.querySelector('summary').textContent)"


def fleet() -> list[report.FleetRow]:
    rows = [
        report.row("shop", "failing", attention=("failing",), certificates=(report.shown(2, name="shop-cert"),)),
        report.row("blog", "due", ca="zerossl", certificates=(report.shown(20),)),
        *(
            report.row(f"site-{number:04}", certificates=(report.shown(30 + number / 10, name=f"cert-{number:04}"),))
            for number in range(MANY - 2)
        ),
    ]
    return [*rows, *(report.hostile(text) for text in report.HOSTILE)]


@pytest.fixture(scope="module")
def browser() -> t.Iterator[chromium.Page]:
    with chromium.opened() as page:
        page.emulate()
        yield page


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    made = report.picture(*fleet(), foreign=(report.foreign(report.HOSTILE[0]),), room=(17, 20))
    path.write_text(pages.page(made, "en"), encoding="utf-8")
    return path


def choose(browser: chromium.Page, field: str, value: str) -> None:
    """As a user does it: the field has the value, and says that it changed."""
    browser.evaluate(
        f"(f => {{ f.value = {json.dumps(value)}; f.dispatchEvent(new Event('input', {{bubbles: true}})); }})"
        f"(document.getElementById('f').elements[{json.dumps(field)}])"
    )


def test_it_asks_for_nothing_and_breaks_no_rule_of_its_policy(browser: chromium.Page, file: Path) -> None:
    browser.open(file)
    assert browser.evaluate("document.title").startswith("11 need a person")
    assert browser.problems() == []
    assert not any(message.get("method") == "Page.javascriptDialogOpening" for message in browser.messages)


def test_search_and_filters_show_what_matches_and_stay_in_the_address(browser: chromium.Page, file: Path) -> None:
    browser.open(file)
    choose(browser, "q", "SITE-001 cert-001")
    assert browser.evaluate(NAMES) == [f"site-{number:04}" for number in range(10, 20)]
    assert "q=SITE-001%20cert-001" in browser.evaluate("location.hash")
    choose(browser, "q", "")
    choose(browser, "ca", "zerossl")
    assert browser.evaluate(NAMES) == ["blog"]
    address = browser.evaluate("location.hash")
    browser.open(file, address)
    assert browser.evaluate(NAMES) == ["blog"]
    assert browser.evaluate("document.getElementById('f').elements.ca.value") == "zerossl"


def test_the_list_that_is_shown_can_be_taken_along_as_csv(browser: chromium.Page, file: Path) -> None:
    browser.open(file)
    choose(browser, "q", "zerossl")
    browser.evaluate("window.made = null; URL.createObjectURL = blob => { window.made = blob; return '#'; }; true")
    browser.evaluate("document.getElementById('csv').click()")
    lines = list(csv.reader(io.StringIO(browser.evaluate("window.made.text()"), newline="")))
    assert lines[0][:2] == ["Project", "State"]
    assert [line[0] for line in lines[1:]] == ["blog"]
    choose(browser, "q", "HYPERLINK")
    browser.evaluate("document.getElementById('csv').click()")
    lines = list(csv.reader(io.StringIO(browser.evaluate("window.made.text()"), newline="")))
    assert lines[1][0].startswith("'=HYPERLINK")
    assert browser.problems() == []


def test_the_counts_lead_to_the_projects_of_a_state(browser: chromium.Page, file: Path) -> None:
    browser.open(file)
    browser.evaluate("document.querySelector('a[href=\"#state=due\"]').click()")
    assert browser.evaluate("new Promise(done => setTimeout(() => done(true), 50))")
    assert browser.evaluate(NAMES) == ["blog"]


def test_a_click_on_a_heading_sorts_and_says_so(browser: chromium.Page, file: Path) -> None:
    browser.open(file)
    press = "document.querySelectorAll('#t thead button')[3].click()"
    browser.evaluate(press)
    assert browser.evaluate(NAMES)[1:3] == ["shop", "blog"] or browser.evaluate(NAMES)[0:2] == ["shop", "blog"]
    assert browser.evaluate("document.querySelectorAll('#t thead th')[3].getAttribute('aria-sort')") == "ascending"
    browser.evaluate(press)
    assert browser.evaluate("document.querySelectorAll('#t thead th')[3].getAttribute('aria-sort')") == "descending"
    assert "sort=3d" in browser.evaluate("location.hash")


def test_a_long_table_shows_its_beginning_and_all_of_it_on_request(browser: chromium.Page, file: Path) -> None:
    browser.open(file)
    whole = MANY + len(report.HOSTILE)
    assert browser.evaluate(f"{SHOWN}.length") == 100
    assert browser.evaluate("document.getElementById('n').textContent") == f"100 / {whole}"
    browser.evaluate("document.getElementById('more').click()")
    assert browser.evaluate(f"{SHOWN}.length") == whole
    assert browser.evaluate("document.getElementById('n').textContent") == str(whole)
    choose(browser, "ca", "zerossl")
    assert browser.evaluate("document.getElementById('n').textContent") == f"1 / {whole}"


def test_a_link_to_a_project_opens_it_wherever_it_stands(browser: chromium.Page, file: Path) -> None:
    browser.open(file, "#p-site-0240")
    assert browser.evaluate("document.getElementById('p-site-0240').querySelector('details').open")
    assert "site-0240" in browser.evaluate(NAMES)


def test_without_scripts_everything_is_there(browser: chromium.Page, file: Path) -> None:
    browser.scripts(on=False)
    try:
        browser.open(file)
        found = browser.call("DOM.getDocument", depth=-1)["root"]
        text = json.dumps(found)
        assert "cert-0247" in text
        layout = browser.call("Page.getLayoutMetrics")["cssContentSize"]
        # every row has its height
        assert layout["height"] > MANY * 20
    finally:
        browser.scripts(on=True)


def test_a_stale_page_says_so(browser: chromium.Page, tmp_path: Path) -> None:
    for days, hidden in ((400_000, False), (-400_000, True)):
        path = tmp_path / "report.html"
        made = report.picture(report.row(), made_at=NOW - timedelta(days=days / 1000))
        path.write_text(pages.page(made, "en"), encoding="utf-8")
        browser.open(path)
        assert browser.evaluate("document.getElementById('stale').hidden") is hidden


def test_a_button_changes_the_language_and_back(browser: chromium.Page, file: Path) -> None:
    browser.open(file)
    before = browser.evaluate("document.body.innerText")
    browser.evaluate("document.getElementById('lang').click()")
    chinese = browser.evaluate("document.body.innerText")
    assert "需要人工处理" in chinese
    assert "2 天后" in chinese
    assert "17 / 20" in chinese
    assert "Places" not in chinese
    assert not re.search(r"\bin \d", chinese)
    browser.evaluate("document.getElementById('lang').click()")
    assert browser.evaluate("document.body.innerText") == before


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: chromium.Page, file: Path) -> None:
    browser.emulate(390, 800, phone=True)
    try:
        browser.open(file, "#p-shop")
        wide = (
            "Array.from(document.querySelectorAll('body *'))"
            ".filter(one => one.getBoundingClientRect().right > 391 && getComputedStyle(one).overflow === 'visible')"
            ".map(one => one.outerHTML.slice(0, 100))"
        )
        assert browser.evaluate("document.documentElement.scrollWidth") <= 390, browser.evaluate(wide)
    finally:
        browser.emulate()


def test_on_paper_all_of_it_is_there_and_the_controls_are_not(browser: chromium.Page, file: Path) -> None:
    browser.open(file)
    browser.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        assert browser.evaluate(f"{SHOWN}.length") == MANY + len(report.HOSTILE)
        assert browser.evaluate("getComputedStyle(document.getElementById('f')).display") == "none"
        assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert browser.evaluate("document.querySelector('#p-shop dl').getBoundingClientRect().height > 0")
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_has_no_barrier_that_axe_finds(browser: chromium.Page, tmp_path: Path, scheme: str, language: str) -> None:
    axe = pytest.importorskip("axe_core_python", reason="the accessibility rules come with tests/requirements.txt")
    rows = [report.row(state, state, attention=("expired",) if state == "expired" else ()) for state in pages.STATES]
    path = tmp_path / "report.html"
    made = report.picture(*rows, foreign=(report.foreign(),), room=(17, 20), warnings=("AWS was away",))
    path.write_text(pages.page(made, language), encoding="utf-8")
    browser.emulate(prefers_color_scheme=scheme)
    browser.open(path)
    browser.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    browser.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8") + ";true")
    found = browser.evaluate("axe.run(document, {resultTypes: ['violations']}).then(done => done.violations)")
    browser.emulate()
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found] == []
