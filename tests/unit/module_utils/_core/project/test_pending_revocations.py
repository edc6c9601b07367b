# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reissue that is to revoke what it replaces: remembered over kills, done once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import (
    document as project_document,
    lease,
    pending_revocations,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import recording, run_plan
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run.step_report import StepReport
from unit.fakes.projects import NOW, certificate, claim, definition, document, reported_certificate

OLD, NEW = certificate(number=1), reported_certificate(2)


def begun(found: dict[str, t.Any], reason: str | None = None, run: str = "reissue") -> dict[str, t.Any]:
    plan = run_plan.plan(found, run, NOW)
    return recording.started(lease.taken(found, claim(run)), plan, NOW, reason)


def stored(found: dict[str, t.Any]) -> dict[str, t.Any]:
    return recording.reported(found, StepReport(phase="stored", certificate=NEW), NOW)


def marks(found: t.Mapping[str, t.Any]) -> list[tuple[str | None, bool]]:
    return [(entry.get("revoke"), "revoked_at" in entry) for entry in found["superseded"]]


def test_the_reason_goes_from_the_journal_to_the_replaced_certificate() -> None:
    started = begun(document(certificate=OLD), "keyCompromise")
    assert started["journal"]["revoke"] == "keyCompromise"
    assert marks(stored(started)) == [("keyCompromise", False)]


def test_without_a_reason_nothing_is_to_be_revoked() -> None:
    assert marks(stored(begun(document(certificate=OLD)))) == [(None, False)]


def test_a_run_that_finishes_a_killed_reissue_knows_the_reason() -> None:
    killed = recording.released(begun(document(certificate=OLD), "superseded"))
    assert marks(stored(begun(killed, run="renew"))) == [("superseded", False)]


def test_a_reason_that_comes_with_the_second_attempt_counts_for_what_was_replaced_already() -> None:
    killed = recording.released(stored(begun(document(certificate=OLD))))
    assert marks(begun(killed, "keyCompromise")) == [("keyCompromise", False)]


def test_what_was_revoked_is_not_revoked_again() -> None:
    found = stored(begun(document(certificate=OLD), "keyCompromise"))
    done = recording.reported(found, StepReport(revoked=(OLD["fingerprint_sha256"],)), NOW)
    assert marks(done) == [(None, True)]
    assert marks(begun(recording.released(done), "keyCompromise")) == [(None, True)]


def test_what_is_to_be_revoked_is_not_forgotten_when_it_is_gone_from_iam() -> None:
    found = stored(begun(document(certificate=OLD), "keyCompromise"))
    cleaned = recording.reported(found, StepReport(cleanup_result={"kept": [], "deleted": [OLD["name"]]}), NOW)
    assert marks(cleaned) == [("keyCompromise", False)]
    done = recording.reported(cleaned, StepReport(revoked=(OLD["fingerprint_sha256"],)), NOW)
    assert marks(recording.reported(done, StepReport(cleanup_result={"kept": [], "deleted": []}), NOW)) == []


def test_what_comes_back_from_the_archive_is_known_as_revoked() -> None:
    found = recording.reported(
        stored(begun(document(certificate=OLD), "keyCompromise")), StepReport(revoked=(OLD["fingerprint_sha256"],)), NOW
    )
    forgotten = recording.reported(found, StepReport(cleanup_result={"kept": [], "deleted": [OLD["name"]]}), NOW)
    assert forgotten["superseded"] == []
    restored = recording.reported(
        {**forgotten, "lock": {**forgotten["lock"], "run": "restore"}}, StepReport(certificate=OLD), NOW
    )
    (entry,) = restored["superseded"]
    assert not pending_revocations.is_good(entry)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [({}, True), ({"revoke": "superseded"}, False), ({"revoked_at": "2027-01-06T04:42:00Z"}, False)],
)
def test_what_is_revoked_does_not_come_into_service_again(entry: dict[str, t.Any], expected: bool) -> None:
    assert pending_revocations.is_good(entry) is expected


def pending(found: dict[str, t.Any]) -> list[tuple[str, str]]:
    return [
        (entry["name"], entry["revoke"])
        for entry in pending_revocations.pending(found, project_document.is_recorded(found))
    ]


def test_what_is_pending_is_the_same_before_and_after_the_certificate_is_replaced() -> None:
    started = begun(document(certificate=OLD), "keyCompromise")
    assert pending(started) == pending(stored(started)) == [(OLD["name"], "keyCompromise")]
    assert pending(document(certificate=OLD)) == []


def test_nothing_is_pending_after_it_was_revoked() -> None:
    found = stored(begun(document(certificate=OLD), "keyCompromise"))
    assert pending(recording.reported(found, StepReport(phase="done", revoked=(OLD["fingerprint_sha256"],)), NOW)) == []


def test_a_reason_outlives_that_something_else_is_wanted_meanwhile() -> None:
    killed = recording.released(begun(document(certificate=OLD), "keyCompromise"))
    changed = {**killed, "definition": definition(key_type="rsa_2048")}
    assert marks(stored(begun(changed, run="converge"))) == [("keyCompromise", False)]


FIRST, SECOND, GONE = (f"https://{name}.example/directory" for name in ("first", "second", "gone"))
CAS = {
    "acme_directory": FIRST,
    "acme_ca_bundle": "/etc/first.pem",
    "acme_fallbacks": [
        {"acme_directory": SECOND, "acme_ca_bundle": "/etc/second.pem"},
        {"acme_directory": "letsencrypt"},
    ],
}


@pytest.mark.parametrize(
    ("issuer", "expected"),
    [
        pytest.param({"directory": FIRST}, "/etc/first.pem", id="first"),
        pytest.param({"directory": SECOND}, "/etc/second.pem", id="fallback"),
        pytest.param({"directory": "https://acme-v02.api.letsencrypt.org/directory"}, None, id="public fallback"),
        pytest.param({"directory": GONE}, None, id="not wanted any more"),
        pytest.param({"acme_directory": FIRST}, "/etc/first.pem", id="recorded by the first version"),
    ],
)
@pytest.mark.parametrize("replaced", [True, False])
def test_each_certificate_is_revoked_at_the_server_of_its_own_ca(
    issuer: dict[str, str], expected: str | None, replaced: bool
) -> None:
    found = begun(document(definition=definition(**CAS), certificate=certificate(number=1, **issuer)), "keyCompromise")
    found = (
        recording.reported(found, StepReport(phase="stored", certificate={**NEW, "directory": FIRST}), NOW)
        if replaced
        else found
    )
    assert [(entry["name"], entry["acme_ca_bundle"]) for entry in project_document.to_be_revoked(found)] == [
        (OLD["name"], expected)
    ]
