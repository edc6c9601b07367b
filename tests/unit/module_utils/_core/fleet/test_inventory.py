# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a project is shown as a host."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import inventory
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import overview
from unit.fakes.projects import NOW, certificate, definition, document, failing, lock

STORE = "dynamodb://certops"


def host(expiring_days: int = 14, **given: t.Any) -> inventory.Host:
    return inventory.host(overview.of(document(**given), NOW, lambda _owner: False), STORE, expiring_days, NOW)


@pytest.mark.parametrize(
    ("given", "groups"),
    [
        pytest.param({}, {"state_pending", "state_due"}, id="new"),
        pytest.param({"certificate": certificate()}, {"state_ok"}, id="valid"),
        pytest.param({"certificate": certificate(age_days=31)}, {"state_due"}, id="due"),
        pytest.param(
            {"certificate": certificate(age_days=60)}, {"state_due", "state_expiring"}, id="due and close to its end"
        ),
        pytest.param(
            {"certificate": certificate(age_days=65)}, {"state_expired", "state_due", "state_expiring"}, id="expired"
        ),
        pytest.param(
            {"certificate": certificate(), "renewal": failing(1, timedelta(hours=1))},
            {"state_failing"},
            id="failing and waiting",
        ),
        pytest.param(
            {"certificate": certificate(age_days=31), "renewal": failing(1, -timedelta(hours=1))},
            {"state_failing", "state_due"},
            id="failing, due",
        ),
        pytest.param({"certificate": certificate(age_days=31), "lock": lock()}, {"state_locked"}, id="locked"),
        pytest.param(
            {"certificate": certificate(age_days=50)},
            {"state_due"},
            id="ends in exactly the days that count as expiring",
        ),
        pytest.param(
            {"certificate": certificate(age_days=50.01)}, {"state_due", "state_expiring"}, id="ends a little earlier"
        ),
    ],
)
def test_a_host_is_in_the_group_of_its_state_and_in_those_that_say_what_is_to_be_done(
    given: dict[str, t.Any], groups: set[str]
) -> None:
    found = host(**given)
    assert set(found.groups) == {"certificate_projects", *groups}
    assert set(found.groups) <= set(inventory.GROUPS)


def test_a_certificate_of_160_hours_is_not_expiring_all_its_life() -> None:
    short = {"lifetime_days": 160 / 24}
    assert "state_expiring" not in host(certificate=certificate(age_days=0.1, **short)).groups
    assert "state_expiring" not in host(certificate=certificate(age_days=4.5, **short)).groups
    assert "state_expiring" in host(certificate=certificate(age_days=5.5, **short)).groups


def test_how_many_days_count_as_expiring_can_be_chosen() -> None:
    assert "state_expiring" in host(expiring_days=64, certificate=certificate()).groups
    assert "state_expiring" not in host(expiring_days=0, certificate=certificate(age_days=63.5)).groups


def test_each_tag_is_a_group() -> None:
    tagged = host(definition=definition(tags={"team": "web ops", "critical": ""}))
    assert tagged.groups[-2:] == ("tag_critical", "tag_team_web ops")


def test_the_definition_stands_as_variables_of_the_role_and_the_rest_under_one() -> None:
    found = host(certificate=certificate())
    assert found.name == found.variables["project_name"] == "webapp"
    assert found.variables["project_domains"] == ["example.com", "*.example.com"]
    assert found.variables["project_store"] == STORE
    record = found.variables["project_record"]
    assert {"certificate", "renewal", "journal", "last_run", "state", "due", "reason", "expires_in_days"} <= set(record)
    assert "definition" not in record


def test_what_does_not_belong_into_a_definition_is_not_shown() -> None:
    found = host(definition={**definition(), "acme_eab_hmac_key": "secret"})
    assert "secret" not in str(found)


def test_a_broken_document_is_a_host_that_says_so() -> None:
    found = inventory.broken_host("old", "it is not valid JSON", STORE)
    assert set(found.groups) == {"certificate_projects", "state_broken"}
    assert found.variables["certops_problem"] == "it is not valid JSON"
    assert found.variables["project_record"]["due"] is False
