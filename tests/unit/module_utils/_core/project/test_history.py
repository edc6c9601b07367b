# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a project remembers of its runs."""

from __future__ import annotations

import json
import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import history
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project.history import EndedRun
from unit.fakes.projects import NOW, certificate, document


def ended(run: str = "renew", succeeded: bool = True, **given: t.Any) -> EndedRun:
    return EndedRun(run, "run-a", "2026-11-22T05:30:00Z", succeeded, **given)


def state(**given: t.Any) -> dict[str, t.Any]:
    (entry,) = history.appended(document(**given), ended(), NOW)["history"]
    return dict(entry["state"])


def test_a_run_is_kept_with_how_it_ended_and_what_it_brought() -> None:
    first = history.appended(document(certificate=certificate()), ended("converge", job="https://awx/#/jobs/1"), NOW)
    (entry,) = first["history"]
    assert {key: entry[key] for key in ("run", "status", "started_at", "finished_at", "job")} == {
        "run": "converge",
        "status": "succeeded",
        "started_at": "2026-11-22T05:30:00Z",
        "finished_at": "2026-11-22T05:30:00Z",
        "job": "https://awx/#/jobs/1",
    }
    assert entry["changes"] == [
        "certificate webapp-1, valid until 2027-01-24T05:30:00Z",
        "names: *.example.com, example.com",
    ]


def test_what_changed_between_two_runs_is_told() -> None:
    first = history.appended(document(certificate=certificate(), subscribed=["a@example.com"]), ended(), NOW)
    renewed = certificate(number=2, domains=["example.com", "www.example.com"], key_type="rsa_2048")
    found = {"Matched_CloudFront": {"ID_LIST": ["E1", "E2"]}}
    second = history.appended(
        {**first, "certificate": renewed, "subscribed": ["b@example.com"], "last_run": found}, ended("reissue"), NOW
    )
    assert history.changes(second) == [
        "certificate webapp-2 in the place of webapp-1, valid until 2027-01-24T05:30:00Z",
        "key type ecdsa_p256 became rsa_2048",
        "names added: www.example.com",
        "names removed: *.example.com",
        "distributions added: E1, E2",
        "addresses added: b@example.com",
        "addresses removed: a@example.com",
    ]


def test_a_run_that_changed_nothing_says_so() -> None:
    first = history.appended(document(certificate=certificate()), ended(), NOW)
    assert history.changes(history.appended(first, ended(), NOW)) == []


def test_only_the_newest_run_keeps_the_state() -> None:
    found = document(certificate=certificate())
    for _count in range(3):
        found = history.appended(found, ended(), NOW)
    assert ["state" in entry for entry in found["history"]] == [False, False, True]


def test_the_number_of_runs_and_their_size_are_bounded() -> None:
    many = [f"a-name-that-is-rather-long-{number}.example.com" for number in range(100)]
    found = document(certificate=certificate(domains=many))
    for number in range(50):
        one = certificate(number=number % 10, domains=many[number:])
        failed = ended(succeeded=False, error="x" * 10_000)
        found = history.appended({**found, "certificate": one}, failed, NOW + timedelta(days=number))
    assert len(found["history"]) == history.MOST_RUNS
    assert found["history"][-1]["finished_at"] > found["history"][0]["finished_at"]
    assert len(json.dumps(found["history"][:-1])) < history.MOST_RUNS * 1500


def test_a_failure_is_kept_without_secrets() -> None:
    secret = "secret_key=hunter2hunter2 \x1b[31m"
    found = history.appended(document(), ended(succeeded=False, error=secret), NOW)
    assert found["history"][0]["status"] == "failed"
    assert "hunter2" not in json.dumps(found)
    assert found["history"][0]["error"].isprintable()


def test_the_last_success_is_that_of_the_newest_run_that_succeeded() -> None:
    found = history.appended(document(), ended(), NOW)
    found = history.appended(found, ended(succeeded=False, error="no"), NOW + timedelta(days=1))
    assert history.last_success(found) == "2026-11-22T05:30:00Z"
    assert history.last_success(document()) is None


@pytest.mark.parametrize("ca", ["letsencrypt", "https://acme-v02.api.letsencrypt.org/directory"])
def test_a_ca_is_the_same_by_its_name_and_by_its_url(ca: str) -> None:
    assert state(certificate=certificate(acme_directory=ca)) == state(certificate=certificate())
