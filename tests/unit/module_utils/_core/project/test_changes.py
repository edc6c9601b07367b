# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two definitions, field by field."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import changes
from unit.fakes import projects
from unit.fakes.projects import definition


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param(
            {"emails": ["dev@example.com"]}, ["emails: dev@example.com added, ops@example.com removed"], id="a list"
        ),
        pytest.param({"emails": []}, ["emails: ops@example.com removed"], id="left out, and so reset"),
        pytest.param(
            {"renewal_interval_days": 60}, ["renewal_interval_days: 30 is now 60"], id="one value for another"
        ),
        pytest.param({"acme_profile": "shortlived"}, ["acme_profile: unset is now shortlived"], id="set for once"),
        pytest.param({"tags": {"team": "web"}}, ["tags: changed"], id="a mapping"),
        pytest.param({"key_type": "rsa_2048", "verify": "tls"}, ["key_type", "verify"], id="two fields"),
    ],
)
def test_each_field_that_changed_is_named(given: dict[str, t.Any], told: list[str]) -> None:
    before = definition(emails=["ops@example.com"])
    found = changes.between(before, definition(**{"emails": ["ops@example.com"], **given}))
    assert [line[: len(start)] for line, start in zip(found, told)] == told
    assert len(found) == len(told)


def test_the_order_of_names_is_no_change() -> None:
    before = definition(emails=["a@example.com", "b@example.com"])
    assert changes.between(before, {**before, "emails": ["b@example.com", "a@example.com"]}) == []


def test_a_project_that_is_new_or_gone_has_no_changes() -> None:
    assert changes.between(None, definition()) == changes.between(definition(), None) == []


def test_what_stands_in_a_document_is_harmless_on_a_screen() -> None:
    before = definition()
    (told,) = changes.between({**before, "sns_topic": "a\x1b[31mb"}, before)
    assert told.isprintable()


def test_what_is_not_yet_true_of_a_project_is_outstanding() -> None:
    known: t.Any = projects.document(subscribed=["ops@example.com"])
    wanted: t.Any = projects.definition(emails=["ops@example.com"])
    known["definition"] = wanted
    assert changes.outstanding(known, wanted) == []
    assert changes.outstanding({**known, "subscribed": []}, wanted) == ["emails"]
    assert changes.outstanding({**known, "to_withdraw": ["ssm:/former"]}, wanted) == ["publish"]
    assert changes.outstanding(known, {**wanted, "key_type": "rsa_2048"}) == ["key_type"]
