# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the steps of a run are given by its plan and the document."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import step_options, steps
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run.run_plan import RunPlan
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run.step_options import StepOptions
from unit.fakes.projects import certificate, definition, document

PATH = "/cloudfront/certops/webapp/"
URI = "file:///archive/webapp/2026-10-08-0443.tar.gz"
ISSUE = RunPlan(action="issue", reason="", issue=True)
NOTHING = RunPlan(action="none", reason="", previous=("ASCA1",))
PLANNED = {"uri": None, "domains": ["example.com", "*.example.com"], "key_type": "ecdsa_p256"}
OURS = {"managed-by": "certops.cloudfront", "certops:project": "webapp"}
KNOWN: t.Any = {**certificate(), "archive_uri": URI}


def options(
    plan: RunPlan, run: str = "converge", known: t.Any = None, bundle: str | None = None, **wanted: t.Any
) -> StepOptions:
    found = document(definition={**definition(), **wanted}, certificate=known, lock=t.cast("t.Any", {"run": run}))
    return step_options.of(plan, found, steps.first(plan, found, is_checked=False), bundle)


def test_a_new_certificate_is_brought_and_stored_below_the_path_of_the_project() -> None:
    found = options(ISSUE, known=KNOWN)
    assert (found["brings"], found["path"]) == (True, PATH)
    assert found["upload"] == {"path": PATH, "expected_name": None, "other_names": [KNOWN["name"]]}


def test_the_step_that_brings_it_is_given_what_the_definition_sets() -> None:
    wanted = {"acme_profile": "shortlived", "acme_ca_bundle": None, "archive": "file:///archive"}
    ordered = options(replace(ISSUE, issued_since="2026-11-22T04:30:07Z"), **wanted)["bring"]
    assert ordered["domains"] == definition()["domains"]
    assert (ordered["acme_profile"], ordered["issued_since"]) == ("shortlived", "2026-11-22T04:30:07Z")
    assert not {"acme_ca_bundle", "acme_preferred_chain"} & set(ordered)


def test_acm_is_asked_with_the_consent_to_its_price_only_for_what_is_exported() -> None:
    asked = options(ISSUE, source="acm", certificate_store="iam", acm_export=True, acm_validation="export")["bring"]
    assert (asked["exportable"], asked["cost_accepted"], asked["cloudfront"]) == (True, True, False)
    assert (asked["validation"], asked["tags"]) == ("export", OURS)
    assert "certificate_arn" not in asked
    own = options(ISSUE, source="acm", certificate_store="acm", acm_export=False, acm_validation="route53")["bring"]
    assert (own["exportable"], own["cost_accepted"], own["cloudfront"]) == (False, False, True)


def test_files_are_taken_for_the_names_of_the_project() -> None:
    found = options(ISSUE, source="files", archive="file:///archive")["bring"]
    assert found == {"domains": definition()["domains"], "archive": "file:///archive"}


def test_a_known_one_is_looked_for_by_its_name_where_it_was_adopted() -> None:
    found = options(NOTHING, known={**KNOWN, "path": "/cloudfront/theirs/"})
    assert (found["brings"], found["bundle"]) == (False, URI)
    assert found["upload"]["path"] == "/cloudfront/theirs/"
    assert found["upload"]["expected_name"] == KNOWN["name"]


def test_a_rollback_stores_what_it_goes_back_to_and_only_takes_back_what_it_replaces() -> None:
    back: t.Any = {**certificate(number=1), "archive_uri": "file:///old"}
    plan = RunPlan(action="rollback", reason="", certificate=back)
    found = options(plan, "rollback", KNOWN, bind=["previous", "ids"], distributions=["E1"], targets=["elb"])
    assert (found["brings"], found["bundle"]) == (False, "file:///old")
    assert (found["distribution_matches"], found["distributions"]) == ([], [])
    assert found["targets"] == {"elb": [{"region": "", "match": ["previous"], "ids": [], "in_another": False}]}


@pytest.mark.parametrize(
    ("bundle", "uri"),
    [
        (None, URI),
        ("s3://bucket/webapp/2026-01-01-0000.tar.gz", "s3://bucket/webapp/2026-01-01-0000.tar.gz"),
        ("2026-01-01-0000", "s3://bucket/archive/webapp/2026-01-01-0000.tar.gz"),
    ],
)
def test_a_bundle_to_bring_back_is_a_uri_or_an_issue_time_or_that_of_the_record(bundle: str | None, uri: str) -> None:
    found = options(NOTHING, "restore", KNOWN, bundle, archive="s3://bucket/archive?kms_key_id=alias/a")
    assert found["bundle"] == uri


def test_a_bundle_is_given_with_the_account_of_its_bucket() -> None:
    where = "s3://bucket/archive?kms_key_id=alias/a&owner=210987654321"
    recorded = "s3://bucket/archive/webapp/a.tar.gz"
    known: t.Any = {**KNOWN, "archive_uri": recorded}
    assert options(NOTHING, known=known, archive=where)["bundle"] == f"{recorded}?owner=210987654321"
    by_time = options(NOTHING, "restore", KNOWN, "2026-11-22-0530", archive=where)["bundle"]
    assert by_time == "s3://bucket/archive/webapp/2026-11-22-0530.tar.gz?owner=210987654321"
    for uri in (f"{recorded}?owner=111111111111", "s3://bucket/archive2/webapp/a.tar.gz", "file:///archive/a"):
        known = {**KNOWN, "archive_uri": uri}
        assert options(NOTHING, known=known, archive=where)["bundle"] == uri


def test_a_restore_without_a_record_knows_no_bundle() -> None:
    assert options(NOTHING, "restore")["bundle"] is None


def test_tags_of_the_user_stand_beside_ours() -> None:
    assert options(NOTHING)["tags"] == OURS
    assert options(NOTHING, tags={"team": "web"})["tags"] == {**OURS, "team": "web"}


@pytest.mark.parametrize(
    ("source", "plan", "brings"),
    [
        ("acme", ISSUE, "order"),
        ("acme", NOTHING, None),
        ("files", NOTHING, "files"),
        ("acm", NOTHING, "request"),
    ],
)
def test_the_preflight_checks_what_brings_the_certificate(source: str, plan: RunPlan, brings: str | None) -> None:
    assert options(plan, source=source)["preflight"]["brings"] == brings


def test_the_preflight_checks_what_is_going_to_be_issued() -> None:
    found = options(ISSUE, quota_headroom=2)["preflight"]
    assert found["upload"] == {
        "name_prefix": "webapp",
        "path": PATH,
        "bundle": PLANNED,
        "tags": OURS,
        "quota_headroom": 2,
    }
    assert found["import"] is None
    assert found["bind"]["server_certificate"] == {**PLANNED, "store": "iam"}


def test_the_preflight_checks_the_import_of_what_goes_into_acm() -> None:
    found = options(ISSUE, certificate_store="acm", acm_regions=["eu-west-1"])["preflight"]
    assert found["upload"] is None
    assert found["import"] == {
        "import_as": "new",
        "certificate_arns": [],
        "regions": ["eu-west-1"],
        "bundle": PLANNED,
        "tags": OURS,
    }


def test_the_preflight_of_a_certificate_that_stays_checks_only_where_it_is_bound() -> None:
    found = options(NOTHING, known=KNOWN, bind=["ids"], distributions=["E1"])["preflight"]
    assert (found["upload"], found["import"]) == (None, None)
    assert found["bind"] == {
        "server_certificate": KNOWN,
        "match": ["ids"],
        "previous": ["ASCA1"],
        "distributions": ["E1"],
        "verify": "none",
    }


def test_the_preflight_looks_at_what_is_listed_beside_distributions_in_each_region() -> None:
    wanted = {"certificate_store": "acm", "acm_regions": ["eu-west-1"], "targets": ["elb", "apigateway"]}
    found = options(ISSUE, **wanted, listeners=["web:443"], api_domains=["api.example.com"], bind=["ids"])["preflight"]
    shared = {"certificate": {**PLANNED, "store": "acm"}, "match": ["ids"], "verify": "none"}
    assert found["elb"] == [{**shared, "region": "us-east-1", "listeners": ["web:443"]}]
    domains = {**shared, "api_domains": ["api.example.com"], "in_another_region": True}
    assert found["apigateway"] == [{**domains, "region": "us-east-1"}, {**domains, "region": "eu-west-1"}]
    found = options(ISSUE, **wanted, listeners=["web:443"], bind=["previous"])["preflight"]
    assert (found["elb"], found["apigateway"]) == ([], [])


@pytest.mark.parametrize(
    ("run", "topic", "subscribes"),
    [
        ("converge", "certops-webapp", True),
        ("reissue", "certops-webapp", True),
        ("converge", "", False),
        ("rollback", "certops-webapp", False),
        ("cleanup", "certops-webapp", False),
    ],
)
def test_what_brings_a_certificate_into_service_manages_the_topic(run: str, topic: str, subscribes: bool) -> None:
    assert options(NOTHING, run, KNOWN, sns_topic=topic)["subscribes"] is subscribes
