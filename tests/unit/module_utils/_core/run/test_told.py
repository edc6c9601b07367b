# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run tells of itself: what it did or would do, and what needs a person, with a command that can be copied."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import told
from unit.fakes.projects import certificate, definition, document

TAKEN = {
    "plan": {"action": "reissue", "reason": "domain names changed"},
    "definition_changes": ["domains: t.example.com added"],
}
ISSUED = {
    "bundle": {"domains": ["example.com"], "directory": "https://ca.example/directory"},
    "issued": True,
    "changed": True,
}
STORED = {"server_certificate": {"name": "webapp-2"}, "uploaded": True, "changed": True}
DELETED = {"deleted": ["webapp-1"], "kept": [], "changed": True}


def bound(*rows: dict[str, t.Any], could_use: t.Sequence[dict[str, t.Any]] = ()) -> dict[str, t.Any]:
    return {"matched": [row["id"] for row in rows], "distributions": list(rows), "could_use": list(could_use)}


def row(status: str, number: int = 1, **given: t.Any) -> dict[str, t.Any]:
    aliases = [f"www{number}.example.com", f"{number}.example.com"]
    return {"id": f"E{number}", "status": status, "reason": "because", "aliases": aliases, **given}


def subscription(endpoint: str, status: str, changed: bool = False) -> dict[str, t.Any]:
    return {"endpoint": endpoint, "status": status, "changed": changed}


def story(*results: dict[str, t.Any], **given: t.Any) -> told.RunStory:
    found = {"document": document(certificate=certificate()), "results": results, **given}
    return told.RunStory(**found)


def test_what_was_done_stands_in_the_order_of_a_run() -> None:
    found = told.did(
        story(
            TAKEN,
            ISSUED,
            STORED,
            bound(row("rebound"), row("already", 2)),
            DELETED,
            subscriptions=(subscription("a@example.com", "pending", changed=True),),
        )
    )
    assert found == [
        "why: domain names changed",
        "definition: domains: t.example.com added",
        "issued a certificate for example.com by ca.example",
        "stored webapp-2 in IAM",
        "bound E1 (www1.example.com +1)",
        "deleted webapp-1 from IAM",
        "subscribed a@example.com",
    ]


def test_check_mode_says_what_would_be_done() -> None:
    predicted = {**STORED, "server_certificate": {"name": None}}
    found = told.did(story(TAKEN, ISSUED, predicted, bound(row("rebound")), DELETED, rehearsal=True))
    assert found[1:] == [
        "would issue a certificate for example.com by ca.example",
        "would store it in IAM",
        "would bind E1 (www1.example.com +1)",
        "would delete webapp-1 from IAM",
    ]


@pytest.mark.parametrize(
    ("result", "told_of_it"),
    [
        pytest.param({**ISSUED, "issued": False}, [], id="nothing issued"),
        pytest.param({**STORED, "uploaded": False}, [], id="only the tags were missing"),
        pytest.param(bound(row("already")), [], id="bound before"),
        pytest.param({"deleted": [], "kept": []}, [], id="nothing deleted"),
        pytest.param(
            {"deleted": ["file:///a/1.tar.gz", "file:///a/2.tar.gz"], "kept": []},
            ["deleted 2 bundles from the archive"],
            id="bundles",
        ),
        pytest.param(
            {"removed_records": [{"name": "_acme-challenge.example.com"}]},
            ["deleted 1 challenge record of unfinished orders"],
            id="challenge records",
        ),
        pytest.param(
            {"certificate": {"serial": "0a"}, "reason": "revoked", "changed": True},
            ["revoked the certificate with the serial 0a"],
            id="a revocation",
        ),
        pytest.param(
            {"certificate_arn": "arn:x", "steps": ["request"], "certificate": {"domains": ["a.example"]}},
            ["requested a certificate for a.example from ACM"],
            id="a request to ACM",
        ),
        pytest.param(
            {"certificate_arn": "arn:x", "copies": [{"region": "us-east-1", "steps": ["import"]}], "changed": True},
            ["stored it in ACM (us-east-1)"],
            id="an import into ACM",
        ),
        pytest.param(
            {"deleted": ["arn:aws:acm:us-east-1:1:certificate/12"], "kept": []},
            ["deleted 12 from ACM"],
            id="a certificate of ACM",
        ),
        pytest.param({"plan": {"action": "none", "reason": "valid"}, "definition_changes": []}, [], id="at rest"),
    ],
)
def test_only_what_happened_is_told(result: dict[str, t.Any], told_of_it: list[str]) -> None:
    assert told.did(story(result)) == told_of_it


class TestTodo:
    def test_a_site_that_was_left_behind_comes_with_its_day_and_the_command(self) -> None:
        old = certificate(number=2, age_days=60)
        left = row("skipped", aliases=["www.example.org"], uncovered=["www.example.org"], former=["ASCA2"])
        (one,) = told.todo(story(bound(left), document=document(certificate=certificate(), superseded=[old])))
        assert one["what"] == (
            f"distribution E1 (www.example.org) stays on webapp-2 until {old['not_after']}, when it goes dark: because"
        )
        assert one["do"] == (
            "ansible-playbook certops.cloudfront.create -e project_name=webapp -e change_only=true"
            " -e 'project_domains=example.com,*.example.com,www.example.org'"
        )

    def test_a_certificate_that_nothing_uses_names_what_could(self) -> None:
        (one,) = told.todo(story(bound(could_use=[{"id": "E7", "aliases": ["example.com"]}])))
        assert one["what"] == "no distribution uses the certificate; these could: E7 (example.com)"
        assert one["do"].endswith("-e project_name=webapp -e project_bind=previous,aliases")

    @pytest.mark.parametrize(
        ("result", "bind"),
        [
            pytest.param(bound(), ["previous"], id="nothing could use it"),
            pytest.param(bound(could_use=[{"id": "E7", "aliases": ["a"]}]), [], id="none is wanted"),
            pytest.param(
                bound(row("already"), could_use=[{"id": "E7", "aliases": ["a"]}]), ["previous"], id="one does"
            ),
        ],
    )
    def test_nobody_is_asked_to_bind_where_nothing_is_amiss(self, result: dict[str, t.Any], bind: list[str]) -> None:
        found = document(certificate=certificate(), definition={**definition(), "bind": bind})
        assert told.todo(story(result, document=found)) == []

    def test_addresses_that_hear_nothing_are_named(self) -> None:
        found = document(definition=definition(emails=["a@example.com", "b@example.com"]))
        told_of = (
            subscription("a@example.com", "pending"),
            subscription("b@example.com", "confirmed"),
            subscription("left@example.com", "pending"),
        )
        (one,) = told.todo(story(document=found, subscriptions=told_of))
        assert one["what"].startswith("a@example.com has not confirmed the subscription")
        assert "endpoint=a@example.com resend=true" in one["do"]


def test_a_result_carries_what_the_next_task_needs() -> None:
    recorded = certificate()
    found = told.details(story(bound(row("rebound", deployed=True)), renew_at="2026-12-07T05:30:00Z"))
    assert found["certificate"]["arn"] == recorded["arn"]
    assert found["certificate"]["renew_at"] == "2026-12-07T05:30:00Z"
    assert found["archive_uri"] == recorded["archive_uri"]
    assert [one["id"] for one in found["distributions"]] == ["E1"]
    assert told.details(story(document=None))["certificate"] is None
