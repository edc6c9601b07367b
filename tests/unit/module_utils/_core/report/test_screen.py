# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run in a terminal of 80 columns."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import screen
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.screen import Item
from unit.fakes.projects import NOW

COMMAND = "ansible-playbook certops.cloudfront.create -e project_name=webapp -e project_bind=previous,aliases"


def row(name: str = "webapp", **given: t.Any) -> dict[str, t.Any]:
    return {"name": name, "said": "changed", "reason": "valid", "did": [], "action": None, "deadline": None, **given}


def told(*done: dict[str, t.Any], items: t.Sequence[Item] = (), waiting: t.Sequence[str] = ()) -> list[str]:
    return screen.lines(done, waiting, items, "1 project: 1 changed.", NOW)


def test_what_needs_a_person_is_last_and_its_command_stays_in_one_line() -> None:
    found = told(row(), items=[Item("webapp: nothing uses it", COMMAND)], waiting=["997 projects rest"])
    assert found == [
        "webapp | changed | valid",
        "997 projects rest",
        "",
        "NEEDS A PERSON",
        "webapp: nothing uses it",
        f"  > {COMMAND}",
        "",
        "1 project: 1 changed.",
    ]


def test_lines_fit_and_neither_days_nor_ids_are_torn() -> None:
    reason = f"{'x' * 40} valid until 2027-01-06T04:42:09Z, renewal at 2026-12-30T04:42:09Z for E2EXAMPLE3WK9D"
    found = told(row(reason=reason, did=[f"bound {'E2EXAMPLE3WK9D, ' * 9}"]), items=[Item(reason, reason)])
    assert max(map(len, found)) <= screen.WIDTH
    assert " ".join(" ".join(found).split()).count("2026-12-30") == 3


def test_far_times_are_days_and_near_ones_have_minutes() -> None:
    assert (
        screen.shortened("at 2027-01-06T04:42:09Z or 2026-11-23T05:31:10Z", NOW) == "at 2027-01-06 or 2026-11-23T05:31Z"
    )


def test_a_time_that_does_not_exist_stays_as_it_is() -> None:
    assert screen.shortened("9999-99-99T99:99:99Z", NOW) == "9999-99-99T99:99:99Z"


def test_of_many_projects_each_has_one_sentence() -> None:
    found = told(*(row(f"p{number}", did=["issued", "bound E1"]) for number in range(screen.FEW + 1)))
    assert found[0] == "p0 | changed | issued; bound E1"
    assert len(found) == screen.FEW + 3


def test_failures_with_one_reason_stand_together_and_the_first_expiry_counts() -> None:
    failed = [
        row(
            f"p{number}",
            reason=f"project p{number}: IAM is full",
            deadline=f"2026-12-{number:02}T00:00:00Z",
            action="renew",
        )
        for number in range(1, 21)
    ]
    (one,) = screen.grouped(failed)
    assert one.what.startswith(
        "20 projects | failed | project (its name): IAM is full; the first certificate in service"
    )
    assert "2026-12-01" in one.what
    assert one.what.endswith("p7, p8 and 12 more")


def test_one_failure_says_how_long_its_site_holds() -> None:
    (one,) = screen.grouped([row(reason="no zone", deadline="2026-12-01T00:00:00Z", action="renew")])
    assert one.what == "webapp | failed | no zone; its certificate in service is valid until 2026-12-01T00:00:00Z"


@pytest.mark.parametrize("hostile", ["\x1b[31mred", "two\nlines", "a\u202eb"])
def test_texts_of_others_are_harmless(hostile: str) -> None:
    assert all(line.isprintable() for line in told(row(reason=hostile), items=[Item(hostile, hostile)]))
