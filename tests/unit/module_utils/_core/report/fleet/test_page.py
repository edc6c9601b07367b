# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: what it says, and that data is never markup."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet import page
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet.words import CHINESE, LANGUAGES
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from unit.fakes import report
from unit.fakes.projects import NOW


class Parsed(HTMLParser):
    """The elements of a page with their attributes, and its text outside of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self._within = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._within = tag

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "script":
            self.scripts.append(data)
        elif self._within != "style":
            self.text += data

    def attributes(self, name: str) -> list[str]:
        return [found[name] or "" for _tag, found in self.elements if name in found]

    def count(self) -> Counter[str]:
        return Counter(tag for tag, _attributes in self.elements)


def made(*rows: report.FleetRow, language: str = "en", **given: object) -> str:
    return page.page(report.picture(*rows, **given), language)


def test_it_shows_of_a_project_what_is_known() -> None:
    row = report.row(
        certificates=(report.shown(), report.shown(current=False, name="webapp-2026-11-06-0442")),
        last_run={"Status": "Succeeded", "Update_CloudFront_Status": [{"E1": "Success"}]},
        tags={"team": "web"},
    )
    text = Parsed(made(row)).text
    assert [
        word
        for word in (
            "example.com, *.example.com",
            "webapp-2027-01-06-0442",
            "ASCA1",
            "in 40 d (44%)",
            "webapp-2026-11-06-0442",
            "letsencrypt · ecdsa_p256",
            "E1: www.example.com",
            "ops@example.com (subscribed)",
            "web@example.com (not subscribed)",
            "file:///archive/webapp/1.tar.gz",
            'Update_CloudFront_Status: [{"E1": "Success"}]',
            "team=web",
            "ab" * 32,
        )
        if word not in text
    ] == []


def test_what_needs_a_person_stands_in_front_with_the_reason() -> None:
    row = report.row("shop", "failing", attention=("failing",), last_run={"Error": "AccessDenied"})
    text = made(report.row(), row)
    assert "<title>1 needs a person · 2 projects · Certificates</title>" in text
    found = Parsed(text)
    assert "shop: failing (in 40 d): AccessDenied" in found.text
    assert "#p-shop" in found.attributes("href")
    assert "p-shop" in found.attributes("id")


@pytest.mark.parametrize("text", report.HOSTILE)
def test_hostile_text_in_every_field_is_shown_as_text(text: str) -> None:
    hostile, harmless = (
        Parsed(made(report.hostile(one), title=one, store=one, foreign=(report.foreign(one),), warnings=(one,)))
        for one in (text, "harmless")
    )
    allowed = Counter({"bdi": hostile.count()["bdi"]})
    assert hostile.count() - allowed == harmless.count()
    # the line of the table cuts a long status, and JSON has its own quotation marks
    assert harmless.text.count("harmless") - hostile.text.count(text) <= 3
    assert len(hostile.scripts) == 2
    assert [name for _tag, found in hostile.elements for name in found if name.startswith("on")] == []


def test_a_link_leads_only_to_the_page_itself_or_to_the_web() -> None:
    rows = [report.hostile(text) for text in report.HOSTILE]
    assert [link for link in Parsed(made(*rows)).attributes("href") if not link.startswith("#")] == []
    explained = report.RenewalWindow("", "", "https://ca.example.com/why")
    assert "https://ca.example.com/why" in Parsed(made(report.row(window=explained))).attributes("href")


def test_its_policy_allows_its_own_style_and_script_and_no_request() -> None:
    text = made(report.row())
    policy = next(found for found in Parsed(text).attributes("content") if "default-src" in found)
    assert "default-src 'none'" in policy
    assert "form-action 'none'" in policy
    assert "unsafe" not in policy
    for element in ("style", "script"):
        content = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert len(content) == 1
        assert f"{element}-src 'sha256-{digest}'" in policy


def test_it_needs_nothing_from_outside() -> None:
    found = Parsed(made(report.row(), foreign=(report.foreign(),)))
    assert found.attributes("src") == []
    assert {"link", "iframe", "object", "embed", "base", "img"} & set(found.count()) == set()
    assert [link for link in found.attributes("href") if not link.startswith("#")] == []


def test_it_has_the_marks_that_a_screen_reader_uses() -> None:
    found = Parsed(made(report.row(), report.row("shop")))
    assert found.attributes("lang") == ["en"]
    assert {"header", "main", "footer", "h1", "h2", "table", "thead", "tbody"} <= set(found.count())
    assert {"col", "row"} == set(found.attributes("scope"))
    assert len(set(found.attributes("id"))) == len(found.attributes("id"))


def test_a_fleet_without_projects_is_a_page_too() -> None:
    assert "Nothing needs a person." in Parsed(made()).text


def test_certificates_of_no_project_are_listed_with_what_uses_them() -> None:
    text = Parsed(made(report.row(), foreign=(report.foreign("old-cert"),), room=(17, 20))).text
    assert "old-cert" in text
    assert "17 / 20" in text
    assert "Every server certificate belongs to a project." in Parsed(made(foreign=())).text
    assert "Certificates of no project" not in Parsed(made()).text


def test_it_speaks_chinese() -> None:
    row = report.row(state="failing", attention=("failing",), certificates=(report.shown(0.1),))
    found = Parsed(made(row, language="zh", foreign=(), title="Mine"))
    assert found.attributes("lang") == ["zh"]
    assert "2 小时 24 分钟后" in found.text
    shown = found.text.split()
    assert [word for word in CHINESE if word in shown and word not in CHINESE.values()] == []


def test_every_word_of_the_page_is_in_the_table_of_words() -> None:
    # a word that is missing raises
    rows = [
        report.row(state, state=state, attention=(reason,))
        for state, reason in zip(page.STATES, ("expired", "broken", "failing", "ca_incident", "overdue") * 2)
    ]
    for language in LANGUAGES:
        assert made(*rows, report.hostile("x"), language=language, foreign=(report.foreign(),), room=(1, 2))


def test_the_bytes_depend_on_the_picture_alone() -> None:
    assert made(report.row()) == made(report.row())


def test_the_age_from_which_it_is_stale_is_in_it() -> None:
    found = Parsed(made(report.row(), interval_hours=6.0))
    assert found.attributes("data-hours") == ["6"]
    assert times.to_text(NOW) in found.attributes("datetime")


def test_a_project_takes_at_most_1500_bytes() -> None:
    last_run = {
        "Status": "Succeeded",
        "started_at": times.to_text(NOW),
        "finished_at": times.to_text(NOW + timedelta(minutes=4)),
        "Previous_IAM_SSL_Info": {"IAM_SSL_ID": ["ASCA12345678901234567"], "IAM_SSL_NAME": ["webapp-2026-11-06-0442"]},
        "Matched_CloudFront": {"ID_LIST": ["E1234567890123"]},
        "Update_CloudFront_Status": [{"E1234567890123": "Success"}],
        "Delete_Previous_IAM_SSL_Cert": {"webapp-2026-11-06-0442": "Deleted"},
    }
    rows = [report.row(f"site-{number:04}", last_run=last_run) for number in range(200)]
    few, many = len(made(*rows[:100]).encode()), len(made(*rows).encode())
    assert (many - few) / 100 <= 1500
