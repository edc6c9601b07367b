# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which targets a run binds in which regions, and definitions that do not go together."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import definition, targets

LISTENER = "arn:aws:elasticloadbalancing:{}:123456789012:listener/{}/web/50dc6c495c0c9188/f2f7dc8efc522ab2"
HOME, ABROAD = LISTENER.format("us-east-1", "app"), LISTENER.format("eu-west-1", "app")
FOREIGN = HOME.replace("123456789012", "210987654321")
ACM = {"certificate_store": "acm", "acm_regions": ["eu-west-1"]}


def parsed(partition: str = "aws", **given: t.Any) -> definition.Definition:
    return definition.parse("webapp", {"domains": ["example.com"], **given}, partition)


def steps(**given: t.Any) -> dict[str, list[targets.TargetStep]]:
    found = parsed(**given)
    assert found.problems == ()
    return targets.steps(found.values)


def test_without_other_targets_there_is_nothing_to_do_before_the_distributions() -> None:
    assert steps() == {}
    assert targets.distribution_matches(parsed().values) == ["previous"]


def test_a_certificate_of_iam_is_bound_in_the_region_of_the_connection() -> None:
    found = steps(targets=["cloudfront", "elb"], bind="previous,ids", listeners=[HOME, "web:443"])
    step = {"region": "", "match": ["previous", "ids"], "ids": [HOME, "web:443"], "in_another": False}
    assert found == {"elb": [step]}


def test_one_of_acm_is_bound_in_all_of_its_regions_with_what_is_listed_there() -> None:
    given = {"bind": ["previous", "ids"], "listeners": [HOME, ABROAD], "targets": ["elb", "apigateway"], **ACM}
    found = steps(**given, api_domains="API.example.com")
    assert found["elb"] == [
        {"region": "us-east-1", "match": ["previous", "ids"], "ids": [HOME], "in_another": False},
        {"region": "eu-west-1", "match": ["previous", "ids"], "ids": [ABROAD], "in_another": False},
    ]
    assert [(one["region"], one["ids"], one["in_another"]) for one in found["apigateway"]] == [
        ("us-east-1", ["api.example.com"], True),
        ("eu-west-1", ["api.example.com"], True),
    ]
    assert targets.distribution_matches(parsed(**given).values) == []


def test_ids_of_one_kind_alone_are_enough() -> None:
    given = {"bind": ["ids"], "targets": ["cloudfront", "elb"], "listeners": [HOME]}
    assert targets.distribution_matches(parsed(**given).values) == []
    assert parsed(**given).problems == ()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"targets": "s3"}, "targets: 's3' is unknown; use any of cloudfront, elb, apigateway"),
        ({"bind": "ids"}, "distributions: empty, but bind has ids; list distributions, listeners or api_domains"),
        ({"listeners": [HOME]}, "listeners: set, but targets does not contain elb"),
        ({"api_domains": ["a.test"]}, "api_domains: set, but targets does not contain apigateway"),
        ({"targets": ["elb"], "listeners": ["x"]}, "listeners: 'x' is neither"),
        ({"targets": ["elb"], "listeners": [ABROAD], "certificate_store": "acm"}, "add eu-west-1 to acm_regions"),
        (
            {"targets": ["elb"], "listeners": [LISTENER.format("us-east-1", "net")], "key_type": "rsa_4096"},
            "does not take a key of type rsa_4096",
        ),
        ({"targets": ["elb"], "listeners": [HOME, FOREIGN]}, "of several accounts (123456789012, 210987654321)"),
        ({"targets": ["apigateway"]}, "targets: apigateway takes certificates of ACM only; set certificate_store"),
        ({"targets": ["apigateway"], "key_type": "rsa_3072", **ACM}, "key_type: API Gateway does not take rsa_3072"),
        ({"match_tags": "team"}, "match_tags: 'team' is not a mapping"),
        ({"targets": ["apigateway"], "api_domains": ["-"], **ACM}, "api_domains: "),
    ],
)
def test_what_does_not_go_together(given: dict[str, t.Any], problem: str) -> None:
    assert problem in " ".join(parsed(**given).problems)


def test_in_china_a_project_has_no_api_domains() -> None:
    assert "in the China regions" in " ".join(parsed("aws-cn", targets=["apigateway"]).problems)
