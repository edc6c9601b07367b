# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Five failed validations of a name within an hour, and no sixth."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca import failed_validations
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca.failed_validations import Failure

NOW = datetime(2027, 1, 6, 4, 42, tzinfo=timezone.utc)
HERE, ELSEWHERE = "https://ca.example/directory", "https://other.example/directory"


def failures(*minutes_ago: int, directory: str = HERE, domain: str = "example.com") -> tuple[Failure, ...]:
    return tuple(Failure(NOW - timedelta(minutes=minutes), directory, (domain,)) for minutes in minutes_ago)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param((), {}, id="none"),
        pytest.param(failures(1, 2, 3, 4), {}, id="four"),
        pytest.param(failures(1, 2, 3, 4, 50), {"example.com": 10}, id="five within the hour"),
        pytest.param(failures(1, 2, 3, 4, 60), {}, id="the first is an hour ago"),
        pytest.param(failures(1, 2, 3, 4, 30, 50), {"example.com": 30}, id="six: the second of them has to pass"),
        pytest.param(failures(1, 2, 3, 4) + failures(5, directory=ELSEWHERE), {}, id="one at another CA"),
        pytest.param(failures(1, 2, 3, 4) + failures(5, domain="example.org"), {}, id="one of another name"),
    ],
)
def test_a_name_is_held_after_five_failures(known: tuple[Failure, ...], expected: dict[str, int]) -> None:
    held = failed_validations.held_until(known, HERE, ["*.example.com"], NOW)
    assert held == {name: NOW + timedelta(minutes=minutes) for name, minutes in expected.items()}


def test_the_refusal_says_which_name_until_when_and_what_to_do() -> None:
    text = failed_validations.refusal({"example.com": NOW})
    assert "example.com" in text
    assert "2027-01-06T04:42:00Z" in text
    assert "ignore_failed_validations" in text


def test_the_document_keeps_all() -> None:
    assert failed_validations.from_dict(failed_validations.as_dict(failures(1, 2))) == failures(1, 2)
