# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page leads somewhere: links to files and headings of this repository are followed, also where they are written
as addresses on GitHub."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GITHUB = "https://github.com/certops/certops.cloudfront/blob/main/"
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "roles").rglob("*.md")]
    if path.name not in {"CODE_OF_CONDUCT.md", "CHANGELOG.md"}
)
# Galaxy and Automation Hub show these away from the repository.
SHOWN_ELSEWHERE = ["README.md", "CONTRIBUTING.md", "roles/project/README.md"]

MAX_ARCHITECTURE_LINES = 100
# Paths of code that the pages for contributors name, from the root of the repository or of module_utils.
CODE_PATH = re.compile(r"`((?:_core|_clients|_operations|docs|playbooks|plugins|roles|scripts|tests)/[\w./-]*)`")


def prose(path: Path) -> str:
    """The text without what stands in code."""
    text = re.sub(r"^ *```.*?^ *```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", lambda found: found[0].replace("[", "").replace("]", ""), text)


def links(path: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", prose(path))


def anchors(path: Path) -> set[str]:
    """The headings, as GitHub makes fragments of them."""
    found: set[str] = set()
    for heading in re.findall(
        r"^#+ (.+)$",
        re.sub(r"^ *```.*?^ *```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL),
        re.MULTILINE,
    ):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found.add(slug if slug not in found else f"{slug}-1")
    return found


def problem(page: Path, link: str) -> str | None:
    """Why this link leads nowhere; None for one that leads out of the repository, or somewhere."""
    if link.startswith("https://") and not link.startswith(GITHUB):
        return None
    target, dummy, fragment = link.removeprefix(GITHUB).partition("#")
    path = (ROOT if link.startswith(GITHUB) else page.parent) / target if target else page
    if not path.exists():
        return f"{link}: there is no such file"
    if fragment and fragment not in anchors(path):
        return f"{link}: {path.name} has no such heading"
    return None


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    assert [found for link in links(page) if (found := problem(page, link))] == []


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("nowhere.md", "nowhere.md: there is no such file"),
        ("README.md#nowhere", "README.md#nowhere: README.md has no such heading"),
        (f"{GITHUB}docs/nowhere.md", f"{GITHUB}docs/nowhere.md: there is no such file"),
        (f"{GITHUB}README.md#nowhere", f"{GITHUB}README.md#nowhere: README.md has no such heading"),
        ("#nowhere", "#nowhere: README.md has no such heading"),
        ("#requirements", None),
        ("docs/safety.md#invariants", None),
        (f"{GITHUB}docs/iam/issue.json", None),
        ("https://letsencrypt.org/docs/", None),
    ],
)
def test_a_link_that_leads_nowhere_is_found(link: str, why: str | None) -> None:
    assert problem(ROOT / "README.md", link) == why


@pytest.mark.parametrize("page", SHOWN_ELSEWHERE)
def test_links_of_pages_that_are_shown_elsewhere_are_absolute(page: str) -> None:
    assert [link for link in links(ROOT / page) if not link.startswith(("https://", "#"))] == []


def test_every_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    """Through links from page to page."""
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        for link in links(page):
            local = link.removeprefix(GITHUB).partition("#")[0]
            if local and not local.startswith("https://"):
                waiting.append(((ROOT if link.startswith(GITHUB) else page.parent) / local).resolve())
    assert [name(page) for page in (ROOT / "docs").rglob("*.md") if page not in reached] == []


def test_the_page_on_architecture_is_short() -> None:
    assert len((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines()) <= MAX_ARCHITECTURE_LINES


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=name)
def test_the_code_that_a_page_names_exists(page: Path) -> None:
    named = CODE_PATH.findall(page.read_text(encoding="utf-8"))
    assert [
        path for path in named if not any((base / path).exists() for base in (ROOT, ROOT / "plugins" / "module_utils"))
    ] == []
