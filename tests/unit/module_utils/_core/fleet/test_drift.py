# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What listings say that records do not."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import needs as needs_of, selection
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.drift import Index, Listing
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.needs import Candidate, FleetQuestion, Need
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import StoredCertificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from unit.fakes.projects import NOW, certificate, definition, document, failing, unfinished

ACCOUNT = AwsAccount("123456789012", "aws")


def stored(number: int, project: str = "webapp") -> StoredCertificate:
    return StoredCertificate(name=f"{project}-{number}", path=f"/cloudfront/certops/{project}/", id=f"ASCA{number}")


def uses(distribution: str, number: int, *aliases: str) -> Distribution:
    return Distribution(id=distribution, aliases=aliases, viewer={"IAMCertificateId": f"ASCA{number}"})


def listing(*entries: StoredCertificate | Distribution, account: AwsAccount = ACCOUNT) -> Index:
    certificates = tuple(one for one in entries if isinstance(one, StoredCertificate))
    return Index.of(Listing(account, certificates, tuple(one for one in entries if isinstance(one, Distribution))))


def judged(
    stored_document: dict[str, t.Any],
    run: str = "renew",
    index: Index | None = None,
    *,
    dead: bool = False,
    changed: tuple[str, ...] = (),
) -> Need:
    candidate = Candidate(
        name=stored_document["name"], host=stored_document["name"], document=stored_document, changed=changed
    )
    return needs_of.judge(candidate, FleetQuestion(run=run, now=NOW, is_dead=lambda _owner: dead, index=index))


class TestDrift:
    def test_a_certificate_that_is_gone_is_brought_back(self) -> None:
        need = judged(document(certificate=certificate()), index=listing())
        assert (need.action, need.due, need.state) == ("rebind", True, "unfinished")
        assert "webapp-1 is no longer in IAM" in need.reason

    def test_an_account_that_was_not_listed_says_nothing(self) -> None:
        assert (
            judged(document(certificate=certificate()), index=listing(account=AwsAccount("999999999999", "aws"))).action
            == "none"
        )

    @pytest.mark.parametrize(
        ("distribution", "action"),
        [
            pytest.param(uses("E1", 2, "example.com"), "rebind", id="on a superseded certificate"),
            pytest.param(uses("E1", 1, "example.com"), "cleanup", id="on the certificate of the project"),
            pytest.param(uses("E1", 2, "example.net"), "none", id="with an alias that is not covered"),
            pytest.param(uses("E1", 9, "example.com"), "cleanup", id="on somebody else's certificate"),
        ],
    )
    def test_a_distribution_that_went_back_is_bound_again(self, distribution: Distribution, action: str) -> None:
        known = document(certificate=certificate(), superseded=[certificate(30, number=2)])
        assert judged(known, index=listing(stored(1), stored(2), distribution)).action == action

    def test_with_tags_only_what_the_last_run_found_went_back(self) -> None:
        last_run = {"Matched_CloudFront": {"ID_LIST": ["E1"]}}
        known = document(
            certificate=certificate(),
            superseded=[certificate(30, number=2)],
            definition=definition(match_tags={"team": "web"}),
            last_run=last_run,
        )
        for distribution, action in (("E1", "rebind"), ("E2", "none")):
            index = listing(stored(1), stored(2), uses(distribution, 2, "example.com"))
            assert judged(known, index=index).action == action

    def test_what_depends_on_tenants_is_left_to_runs(self) -> None:
        known = document(certificate=certificate(), superseded=[certificate(30, number=2)])
        index = listing(stored(1), stored(2), replace(uses("E1", 2), tenant_only=True))
        assert judged(known, index=index).action == "none"

    def test_what_breaks_first_is_the_deadline(self) -> None:
        old = certificate(60, number=2)
        need = judged(
            document(certificate=certificate(), superseded=[old]),
            index=listing(stored(1), stored(2), uses("E1", 2, "example.com")),
        )
        assert need.deadline == old["not_after"]

    @pytest.mark.parametrize(
        ("run", "action"),
        [
            pytest.param("renew", "none", id="not by a schedule"),
            pytest.param("converge", "rebind", id="when it is converged"),
        ],
    )
    def test_a_distribution_that_the_definition_means_is_taken_over(self, run: str, action: str) -> None:
        bind = ["previous", "aliases"]
        deployed = {"at": times.to_text(NOW), "bind": bind, "distributions": []}
        known = document(certificate=certificate(deployed=deployed), definition=definition(bind=bind))
        for aliases in (("example.com",), ("www.example.com",), ("*.example.com",)):
            assert judged(known, run=run, index=listing(stored(1), uses("E1", 9, *aliases))).action == action
        assert judged(known, run=run, index=listing(stored(1), uses("E1", 9, "www.a.example.com"))).action == "none"

    def test_a_distribution_that_is_named_is_taken_over(self) -> None:
        deployed = {"at": times.to_text(NOW), "bind": ["ids"], "distributions": ["E1AAAAAAAAAAAA"]}
        known = document(
            certificate=certificate(deployed=deployed),
            definition=definition(bind=["ids"], distributions=["E1AAAAAAAAAAAA"]),
        )
        assert (
            judged(known, run="converge", index=listing(stored(1), uses("E1AAAAAAAAAAAA", 9, "example.com"))).action
            == "rebind"
        )

    @pytest.mark.parametrize(
        ("run", "due"),
        [
            pytest.param("renew", False, id="left to the playbook cleanup"),
            pytest.param("converge", True, id="converged"),
        ],
    )
    def test_a_superseded_certificate_that_nobody_uses_is_to_be_cleaned(self, run: str, due: bool) -> None:
        need = judged(
            document(certificate=certificate(), superseded=[certificate(30, number=2)]),
            run=run,
            index=listing(stored(1), stored(2)),
        )
        assert (need.action, need.due, need.drift.unused) == ("cleanup", due, ("webapp-2",))

    def test_as_many_as_are_to_be_kept_are_no_leftovers(self) -> None:
        older = [certificate(50, number=3), certificate(30, number=2)]
        known = document(certificate=certificate(), superseded=older, definition=definition(keep_previous=1))
        assert judged(known, index=listing(stored(1), stored(2), stored(3))).drift.unused == ("webapp-3",)

    def test_fewer_than_are_to_be_kept_are_no_leftovers(self) -> None:
        older = [certificate(50, number=3), certificate(30, number=2)]
        known = document(certificate=certificate(), superseded=older, definition=definition(keep_previous=3))
        assert judged(known, index=listing(stored(1), stored(2), stored(3))).drift.unused == ()

    def test_what_no_record_knows_is_an_orphan_unless_a_run_is_under_way(self) -> None:
        index = listing(stored(1), stored(7), stored(8, "shop"))
        assert judged(document(certificate=certificate()), index=index).drift.orphans == ("webapp-7",)
        assert (
            judged(
                document(certificate=certificate(), journal=unfinished("renew", "issued")), index=index
            ).drift.orphans
            == ()
        )
        need = judged(document(certificate=certificate()), run="converge", index=index)
        assert (need.action, need.due) == ("cleanup", False)


class TestLeftBehind:
    OLD = certificate(number=2, age_days=30)

    def need(self, *aliases: str) -> Need:
        found = document(certificate=certificate(), superseded=[self.OLD])
        return judged(found, index=listing(stored(1), stored(2), uses("E1", 2, *aliases)))

    def test_a_site_that_the_new_certificate_does_not_cover_is_told_with_its_day_by_every_run(self) -> None:
        need = self.need("www.example.org")
        (left,) = need.as_dict()["left"]
        assert left == {"id": "E1", "uncovered": ["www.example.org"], "until": self.OLD["not_after"]}
        (told,) = selection.summary([need], 0)["attention"]
        assert f"until {self.OLD['not_after']}, when it goes dark" in told["reason"]
        assert told["do"].endswith("-e 'project_domains=example.com,*.example.com,www.example.org'")

    def test_one_that_it_covers_is_not_left_but_bound(self) -> None:
        need = self.need("example.com")
        assert (need.action, need.as_dict()["left"]) == ("rebind", [])


def test_a_project_that_waits_after_failures_says_why_the_last_one_failed() -> None:
    failed = document(
        certificate=certificate(age_days=40),
        renewal=failing(2, timedelta(hours=3)),
        last_run={"Status": "no zone", "Error": "no zone"},
    )
    (told,) = selection.summary([judged(failed)], 0)["attention"]
    assert "the last one failed: no zone" in told["reason"]
    assert told["do"] == "ansible-playbook certops.cloudfront.doctor -e project_name=webapp"
