# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a project: who holds it, until when, and who comes next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import lease
from unit.fakes.projects import NOW, OTHER_RUN_ID, OWNER, claim, document, lock


@pytest.mark.parametrize(
    ("run_id", "expires", "is_dead", "blocks"),
    [
        pytest.param(OTHER_RUN_ID, timedelta(hours=1), False, True, id="another run"),
        pytest.param(OTHER_RUN_ID, timedelta(0), False, False, id="another run whose time is over"),
        pytest.param(OTHER_RUN_ID, timedelta(hours=1), True, False, id="another run whose process has ended"),
        pytest.param("run-a", timedelta(hours=1), False, False, id="the same run"),
    ],
)
def test_who_is_kept_out(run_id: str, expires: timedelta, is_dead: bool, blocks: bool) -> None:
    assert lease.blocks(lock(run_id, expires=expires), claim(dead=is_dead)) is blocks


def test_without_a_lock_nobody_is_kept_out() -> None:
    assert not lease.blocks(None, claim())
    assert not lease.is_live(None, NOW, lambda _owner: False)


def test_each_new_holder_has_the_next_number_and_the_same_one_keeps_his() -> None:
    first = lease.taken(document(), claim())
    again = lease.taken(first, claim(now=NOW + timedelta(minutes=5)))
    other = lease.taken(again, claim(run_id=OTHER_RUN_ID))
    assert [found["fence"] for found in (first, again, other)] == [1, 1, 2]
    assert again["lock"]["acquired_at"] == first["lock"]["acquired_at"]
    assert again["lock"]["expires_at"] > first["lock"]["expires_at"]
    assert lease.taken({**other, "lock": None}, claim())["fence"] == 3


def test_a_document_from_before_the_numbers_begins_with_the_first() -> None:
    old = document()
    old.pop("fence", None)
    assert lease.taken(old, claim())["fence"] == 1


def test_the_owner_in_words() -> None:
    assert lease.owner_text(lock()) == f"run run-a on node1, process {OWNER['pid']}"
    assert lease.owner_text({"run_id": "x", "owner": {}}) == "run x on an unknown host"
