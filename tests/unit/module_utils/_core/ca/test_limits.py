# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits that an operator gives."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca import ledger as ledgers, limits as ca_limits
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca.ledger import PlannedOrder

NOW = datetime(2027, 1, 6, 4, 0, tzinfo=timezone.utc)


LE = "https://acme-v02.api.letsencrypt.org/directory"


def order(*names: str, exempt: str | None = None, account: str = "a") -> PlannedOrder:
    return PlannedOrder(LE, account, frozenset(names), exempt)


def test_an_operator_changes_single_numbers_and_the_exemptions_stay() -> None:
    own = {
        "letsencrypt": {"registered_domain": {"count": 500, "seconds": 604800}, "exact_set": None},
        "https://ca.example/dir": {"orders": {"count": 1, "seconds": 60}},
    }
    assert ca_limits.problems(own) == []
    limits = ca_limits.published(own)
    assert limits[LE]["registered_domain"] == ca_limits.Limit(500, 604800, frozenset({"ari", "renewal"}))
    assert limits[LE]["orders"].count == 300
    assert "exact_set" not in limits[LE]
    assert limits["https://ca.example/dir"]["orders"].refill == timedelta(minutes=1)


def test_a_limit_that_is_meant_to_be_none_is_as_good_as_none() -> None:
    bucket = ledgers.TokenBucket(ca_limits.Limit(10**9, 60.0))
    bucket.take(NOW)
    assert (bucket.earliest(NOW), bucket.left(NOW)) == (NOW, 10**9 - 1)


@pytest.mark.parametrize(
    ("own", "problems"),
    [
        pytest.param([], ["not a mapping of ACME directories"], id="a list"),
        pytest.param({"letsencrpyt": {}}, ["is not a known name"], id="an unknown name"),
        pytest.param({"letsencrypt": 5}, ["not a mapping of limits"], id="no limits"),
        pytest.param(
            {"letsencrypt": {"order": {"count": 1, "seconds": 1}}},
            ["'order' is not a known limit"],
            id="an unknown limit",
        ),
        pytest.param(
            {"letsencrypt": {"orders": {"count": 0, "seconds": -1, "per": 1}}},
            ["'per' is unknown", "count is 0", "seconds is -1"],
            id="all at once",
        ),
        pytest.param(
            {"letsencrypt": {"orders": {"count": 1, "seconds": 1e12}}},
            ["seconds is 1000000000000.0"],
            id="longer than a year",
        ),
        pytest.param(
            {"letsencrypt": {"orders": {"count": 10**400, "seconds": 1}}},
            ["use a whole number from 1 to 1000000000"],
            id="a count that no float has",
        ),
        pytest.param(
            {"letsencrypt": {"orders": {"count": 1, "seconds": float("nan")}}}, ["seconds is nan"], id="no number"
        ),
        pytest.param(
            {"letsencrypt": {"orders": {"count": True, "seconds": 1, "exempt": ["all"]}}},
            ["count is True", "exempt is"],
            id="an unknown exemption",
        ),
        pytest.param(
            {"x\x1b[2J\nforged": {"k\x1b]0;x\x07": 1}},
            ["is not a known name", "forged: 'k\\x1b]0;x\\x07' is"],
            id="names that a terminal obeys",
        ),
        pytest.param({"letsencrypt": {"as_of": "2027-01-01", "source": "the CA's mail"}}, [], id="a date and a source"),
    ],
)
def test_a_file_that_cannot_be_used_says_everything_that_is_wrong(own: t.Any, problems: list[str]) -> None:
    found = ca_limits.problems(own)
    assert len(found) == len(problems)
    assert [problem for problem, text in zip(problems, found, strict=True) if problem not in text] == []
    assert all(text.isprintable() for text in found)
