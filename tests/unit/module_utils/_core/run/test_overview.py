# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a project stands."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import overview
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from unit.fakes.projects import NOW, certificate, definition, document, failing, lock, unfinished


def of(dead: bool = False, **given: t.Any) -> dict[str, t.Any]:
    return overview.of(document(**given), NOW, lambda _owner: dead)


@pytest.mark.parametrize(
    ("given", "state", "due"),
    [
        pytest.param({}, "pending", True, id="new"),
        pytest.param({"certificate": certificate()}, "ok", False, id="valid"),
        pytest.param({"certificate": certificate(age_days=31)}, "due", True, id="due"),
        pytest.param({"certificate": certificate(age_days=65)}, "expired", True, id="expired"),
        pytest.param({"certificate": certificate(age_days=64)}, "expired", True, id="expired this second"),
        pytest.param(
            {"certificate": certificate(), "definition": definition(domains=["example.org"])},
            "due",
            True,
            id="names changed",
        ),
        pytest.param({"certificate": certificate(deployed=None)}, "unfinished", True, id="not deployed"),
        pytest.param(
            {"certificate": certificate(), "definition": definition(bind=["aliases"])},
            "unfinished",
            True,
            id="other distributions chosen",
        ),
        pytest.param({"journal": unfinished("issue")}, "unfinished", True, id="killed"),
        pytest.param({"renewal": failing(1, timedelta(hours=1))}, "failing", False, id="failing and waiting"),
        pytest.param({"renewal": failing(1, -timedelta(hours=1))}, "failing", True, id="failing and due again"),
        pytest.param(
            {"certificate": certificate(age_days=65), "renewal": failing(9, timedelta(hours=1))},
            "expired",
            False,
            id="expired and waiting",
        ),
        pytest.param({"certificate": certificate(age_days=31), "lock": lock()}, "locked", False, id="due but locked"),
        pytest.param(
            {"certificate": certificate(age_days=31), "lock": lock(expires=-timedelta(seconds=1))},
            "due",
            True,
            id="due, lock expired",
        ),
    ],
)
def test_the_state_and_whether_a_scheduled_run_has_something_to_do(
    given: dict[str, t.Any], state: str, due: bool
) -> None:
    found = of(**given)
    assert (found["state"], found["due"]) == (state, due)
    assert found["state"] in overview.STATES
    assert found["reason"]


def test_the_lock_of_a_dead_run_does_not_count() -> None:
    assert of(dead=True, lock=lock())["state"] == "pending"


def test_times_are_the_most_recent_of_all_certificates_not_those_of_the_first() -> None:
    current, older = certificate(age_days=40, lifetime_days=45), certificate(age_days=50, lifetime_days=64, number=2)
    found = of(certificate=current, superseded=[older])
    assert (found["update_time"], found["expiration_time"]) == (current["not_before"], older["not_after"])
    assert [row["name"] for row in found["certificates"]] == ["webapp-1", "webapp-2"]
    assert found["certificates"][0] == {
        "name": "webapp-1",
        "id": "ASCA1",
        "update_time": current["not_before"],
        "expiration_time": current["not_after"],
        "fingerprint_sha256": "1" * 64,
    }


def test_the_issue_time_is_preferred_to_the_start_of_validity() -> None:
    assert of(certificate=certificate(issued_at=times.to_text(NOW)))["update_time"] == times.to_text(NOW)


@pytest.mark.parametrize(("age", "days"), [(0, 64), (63.5, 0), (64.5, -1)])
def test_days_left_are_whole_ones(age: float, days: int) -> None:
    assert of(certificate=certificate(age_days=age))["expires_in_days"] == days


def test_a_project_without_a_certificate_has_no_times() -> None:
    found = of()
    assert [found[key] for key in ("update_time", "expiration_time", "expires_in_days", "archive_uri", "status")] == [
        None
    ] * 5
    assert found["certificates"] == []


def test_role_variables_are_the_whole_definition_and_unset_is_empty_text() -> None:
    given = overview.role_vars("webapp", definition(verify="tls"), "file:///store")
    assert given["project_name"] == "webapp"
    assert given["project_verify"] == "tls"
    assert given["project_store"] == "file:///store"
    assert (given["project_acme_profile"], given["project_archive"]) == ("", "")
    assert {key.removeprefix("project_") for key in given} == {"name", "store", *definition()}


def test_role_variables_make_the_same_definition_again() -> None:
    stored = definition(acme_profile="shortlived", tags={"a": "b"}, bind=["ids"], distributions=["E1234567"])
    given = overview.role_vars("webapp", stored, "file:///store")
    again = {
        key.removeprefix("project_"): value
        for key, value in given.items()
        if key not in ("project_name", "project_store")
    }
    assert definition(**again) == stored
