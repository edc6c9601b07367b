# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users may write in a definition."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import definition, fields

# The longest name of a certificate has no room for the label of its challenge.
LONG = ".".join(["a" * 63] * 3 + ["a" * 34])
DEFAULTS = {
    "domains": ["example.com"],
    "emails": [],
    "renewal_interval_days": 30,
    "certificate_store": "iam",
    "source": "acme",
    "files": {},
    "acm_arn": "new",
    "acm_regions": [],
    "acm_validation": "route53",
    "acm_export": False,
    "publish": None,
    "bind": ["previous"],
    "distributions": [],
    "targets": ["cloudfront"],
    "listeners": [],
    "api_domains": [],
    "match_tags": {},
    "key_type": "ecdsa_p256",
    "acme_directory": "letsencrypt",
    "acme_ca_bundle": None,
    "acme_terms_agreed": True,
    "acme_profile": None,
    "acme_profile_required": True,
    "acme_preferred_chain": None,
    "acme_fallbacks": [],
    "acme_contacts": [],
    "acme_renewal_info": True,
    "dns_persist": False,
    "archive": None,
    "sns_topic": "certops-webapp",
    "deploy_wait": True,
    "verify": "config",
    "keep_previous": 0,
    "archive_keep": -1,
    "tags": {},
    "quota_headroom": 0,
}


def parse(partition: str = "aws", **given: t.Any) -> definition.Definition:
    return definition.parse("webapp", {"domains": ["example.com"], **given}, partition)


def test_defaults_are_those_of_the_variable_table() -> None:
    assert parse().values == DEFAULTS
    assert parse().problems == ()


def test_none_is_the_default_for_every_key() -> None:
    assert parse(**dict.fromkeys(DEFAULTS.keys() - {"domains"})).values == DEFAULTS


@pytest.mark.parametrize(
    ("key", "given", "stored"),
    [
        pytest.param(
            "domains",
            "Example.com, *.example.com",
            ["example.com", "*.example.com"],
            id="comma text, in order, lower case",
        ),
        pytest.param(
            "domains",
            ["bücher.example", "*.例え.jp"],
            ["xn--bcher-kva.example", "*.xn--r8jz45g.jp"],
            id="international names",
        ),
        pytest.param(
            "domains",
            [f"n{i}.example.com" for i in range(100)],
            [f"n{i}.example.com" for i in range(100)],
            id="100 names",
        ),
        pytest.param(
            "emails",
            "a@example.com,b@example.photography",
            ["a@example.com", "b@example.photography"],
            id="long top-level domain",
        ),
        pytest.param(
            "emails",
            ["Ops@Example.com", "Ops@example.COM", "ops@example.com"],
            ["Ops@example.com", "ops@example.com"],
            id="same mailbox once",
        ),
        pytest.param("renewal_interval_days", 1, 1, id="least interval"),
        pytest.param("renewal_interval_days", 89, 89, id="greatest interval"),
        pytest.param("renewal_interval_days", "45", 45, id="digits of an extra variable"),
        pytest.param("bind", "aliases, previous", ["aliases", "previous"], id="bind as text"),
        pytest.param("bind", [], [], id="bind nothing"),
        pytest.param("key_type", "rsa_4096", "rsa_4096", id="key type"),
        pytest.param("acme_directory", "https://ca.example.com/dir", "https://ca.example.com/dir", id="directory URL"),
        pytest.param("acme_profile", "shortlived", "shortlived", id="profile"),
        pytest.param("acme_profile", "", None, id="empty profile"),
        pytest.param("acme_ca_bundle", "", None, id="empty CA bundle"),
        pytest.param("acme_profile_required", "false", False, id="a preferred profile"),
        pytest.param(
            "acme_fallbacks",
            [
                {"acme_directory": "zerossl"},
                {"acme_directory": "google", "acme_profile": "x", "acme_ca_bundle": "/ca.pem"},
            ],
            [
                {"acme_directory": "zerossl", "acme_ca_bundle": None, "acme_profile": None},
                {"acme_directory": "google", "acme_ca_bundle": "/ca.pem", "acme_profile": "x"},
            ],
            id="further CAs",
        ),
        pytest.param("sns_topic", "", "", id="no notification"),
        pytest.param(
            "sns_topic",
            "arn:aws-cn:sns:cn-north-1:123456789012:x",
            "arn:aws-cn:sns:cn-north-1:123456789012:x",
            id="topic by ARN",
        ),
        pytest.param("deploy_wait", "no", False, id="text of a truth value"),
        pytest.param(
            "tags", {"cost-centre": 12, "团队": "web"}, {"cost-centre": "12", "团队": "web"}, id="tags become text"
        ),
    ],
)
def test_a_value_is_stored_in_one_form(key: str, given: t.Any, stored: t.Any) -> None:
    parsed = parse(**{key: given})
    assert parsed.problems == ()
    assert parsed.values[key] == stored


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"domains": []}, "domains: empty", id="no domains"),
        pytest.param({"domains": None}, "domains: empty", id="domains not given"),
        pytest.param({"domains": " , "}, "domains: empty", id="blank domains"),
        pytest.param({"domains": 7}, "domains: 7 is neither a list", id="domains as number"),
        pytest.param({"domains": ["a_b.example.com"]}, "a_b.example.com", id="invalid name"),
        pytest.param({"domains": ["example.com", "EXAMPLE.com"]}, "duplicate", id="duplicate name"),
        pytest.param({"domains": [f"n{i}.example.com" for i in range(101)]}, "101 names", id="101 names"),
        pytest.param({"domains": ["192.0.2.1"]}, "IP address", id="address"),
        pytest.param({"emails": ["ops"]}, "'ops' is not a valid e-mail address", id="bad email"),
        pytest.param({"emails": ["a@b@example.com"]}, "not a valid e-mail address", id="two at signs"),
        pytest.param(
            {"emails": ["ops@example.com\nBcc: x@example.com"]}, "not a valid e-mail address", id="line break in email"
        ),
        *[
            pytest.param({"renewal_interval_days": value}, "renewal_interval_days", id=f"interval {value!r}")
            for value in (0, 90, -1, 30.0, 30.5, True, "thirty", "30 days", "0", "90", "1e1", "٣٠", [30])
        ],
        pytest.param({"certificate_store": "s3"}, "certificate_store: 's3' is unknown", id="unknown certificate store"),
        pytest.param({"publish": "/certops/webapp"}, "not the path of a parameter", id="a parameter without ssm:"),
        pytest.param({"publish": "ssm:/aws/webapp"}, "belong to AWS", id="a parameter of AWS"),
        pytest.param({"publish": "ssm:/a" * 20}, "not the path", id="a path with a colon"),
        pytest.param({"publish": "ssm:" + "/a" * 20}, "more than 15 levels", id="a deep parameter"),
        pytest.param({"acm_arn": "same"}, "same is about certificates in ACM", id="an ARN without ACM"),
        pytest.param({"acm_regions": "eu-west-1"}, "ACM has nothing to keep there", id="a region without ACM"),
        pytest.param(
            {"certificate_store": "acm", "acm_regions": "cn-north-1"}, "another partition", id="a region of others"
        ),
        pytest.param({"certificate_store": "acm", "acm_regions": "europe"}, "not the name of a region", id="no region"),
        pytest.param(
            {"certificate_store": "acm", "partition": "aws-cn"},
            "acm cannot serve CloudFront in the China regions",
            id="acm in China",
        ),
        pytest.param({"bind": ["all"]}, "bind: 'all' is unknown", id="unknown bind"),
        pytest.param({"bind": ["ids"]}, "distributions: empty", id="ids without distributions"),
        pytest.param(
            {"bind": ["ids"], "distributions": ["e123456a"]},
            "not a valid distribution ID",
            id="distribution in small letters",
        ),
        pytest.param(
            {"bind": ["ids"], "distributions": ["E12345"]}, "not a valid distribution ID", id="short distribution ID"
        ),
        pytest.param({"key_type": "ed25519"}, "key_type: 'ed25519' is unknown", id="unknown key type"),
        pytest.param({"key_type": ["rsa_2048"]}, "key_type", id="key type as list"),
        pytest.param({"acme_directory": "letsencript"}, "not a known name", id="unknown directory"),
        pytest.param({"acme_fallbacks": "zerossl"}, "not a list of CAs", id="fallbacks as text"),
        pytest.param(
            {"acme_fallbacks": [{"acme_directory": "letsencript"}]}, "not a known name", id="unknown fallback"
        ),
        pytest.param(
            {"acme_fallbacks": [{"acme_profile": "x"}]}, "a CA has no acme_directory", id="fallback without directory"
        ),
        pytest.param(
            {"acme_fallbacks": [{"acme_directory": "zerossl", "hmac_key": "s"}]},
            "acme_fallback_eab",
            id="a secret among the fallbacks",
        ),
        pytest.param({"acme_directory": "http://ca.example.com/dir"}, "https", id="plain HTTP directory"),
        pytest.param({"acme_profile": "a b"}, "not a valid profile name", id="bad profile"),
        pytest.param({"sns_topic": "a topic"}, "sns_topic", id="bad topic"),
        pytest.param({"deploy_wait": "perhaps"}, "neither true nor false", id="bad truth value"),
        pytest.param({"verify": "http"}, "verify: 'http' is unknown", id="unknown verify"),
        pytest.param({"keep_previous": -1}, "keep_previous", id="negative count"),
        pytest.param({"quota_headroom": 1.5}, "quota_headroom", id="fraction"),
        pytest.param({"tags": ["x"]}, "not a mapping", id="tags as list"),
        pytest.param({"tags": {"managed-by": "me"}}, "set by this collection", id="our tag"),
        pytest.param({"tags": {"Managed-By": "me"}}, "set by this collection", id="our tag in other letters"),
        pytest.param({"tags": {"aws:x": "y"}}, "the key 'aws:x' is not allowed", id="reserved tag"),
        pytest.param({"tags": {"x": "y" * 257}}, "257 characters", id="long tag"),
        pytest.param({"tags": {"x": "a\tb"}}, "has '\\t'", id="a tab in a tag"),
        pytest.param({"tags": {"x": "50%"}}, "has '%'", id="a character that AWS does not take in tags"),
        pytest.param({"tags": {"Team": "a", "team": "b"}}, "'Team' and 'team' are one key to AWS", id="tags by case"),
        pytest.param({"tags": {"team": None}}, "'team' has no value", id="a tag without a value"),
        pytest.param({"tags": {f"t{i}": "" for i in range(49)}}, "49 tags", id="too many tags"),
        pytest.param({"domains": [f"{LONG}.example.com"]}, "leaves no room for _acme-challenge.", id="no room"),
        pytest.param(
            {"domains": [f"*.{LONG[4:]}.example.com"], "dns_persist": True},
            "leaves no room for _validation-persist.",
            id="no room for a persistent record",
        ),
        pytest.param({"archive": 7}, "archive: 7 is not a string", id="archive as number"),
        pytest.param({"project_domains": "example.com"}, "project_domains: unknown", id="unknown key"),
    ],
)
def test_what_cannot_be_used_is_a_problem(given: dict[str, t.Any], said: str) -> None:
    problems = parse(**given).problems
    assert len(problems) == 1
    assert said in problems[0]


@pytest.mark.parametrize(
    "name",
    ["", "-webapp", "_webapp", "web app", "web.app", "a" * 64, "webapp\n", "../x", "über", "accounts", "Accounts"],
)
def test_a_bad_project_name_is_a_problem(name: str) -> None:
    assert len(definition.name_problems(name)) == 1


@pytest.mark.parametrize("name", ["w", "9", "web-app_2", "a" * 63])
def test_a_good_project_name_is_none(name: str) -> None:
    assert definition.name_problems(name) == []


def test_all_problems_come_at_once() -> None:
    parsed = definition.parse(
        "no name", {"domains": "", "renewal_interval_days": 90, "emails": "x", "bind": "ids", "colour": "red"}
    )
    assert len(parsed.problems) == 6


FROM_ACM = {"source": "acm", "certificate_store": "acm"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({**FROM_ACM, "acm_arn": "same"}, "acm_arn: same is about imported certificates", id="same"),
        pytest.param({**FROM_ACM, "key_type": "rsa_4096"}, "ACM issues no rsa_4096", id="key type"),
        pytest.param({**FROM_ACM, "acm_regions": "eu-west-1"}, "ACM issues for one region", id="further regions"),
        pytest.param({**FROM_ACM, "files": {"chain": "/chain"}}, "files: set, but source is acm", id="files"),
        pytest.param({"source": "acm"}, "set certificate_store to acm, or set acm_export to true", id="IAM"),
        pytest.param({"acm_export": True}, "ACM issues nothing to export", id="export of another source"),
        pytest.param({"source": "files"}, "files: set certificate and private_key", id="no files"),
        pytest.param(
            {"source": "files", "files": {"certificate": "/c"}}, "set certificate and private_key", id="no key"
        ),
        pytest.param({"files": {"certificate": "/c", "private_key": "/k"}}, "source is not files", id="unused files"),
    ],
)
def test_what_a_source_does_not_go_together_with(given: dict[str, t.Any], said: str) -> None:
    (problem,) = parse(**given).problems
    assert said in problem


def test_more_names_than_acm_issues_by_default_are_said_in_advance() -> None:
    names = [f"n{number}.example.com" for number in range(11)]
    assert "ACM refuses more than 10 unless the quota" in parse(**FROM_ACM, domains=names).warnings[0]
    assert parse(**FROM_ACM, domains=names[:10]).warnings == ()
    assert "101 names" in parse(**FROM_ACM, domains=[f"n{number}.example.com" for number in range(101)]).problems[0]


def test_listed_distributions_that_are_not_bound_are_a_warning() -> None:
    assert "add ids to bind" in parse(distributions=["E1234567"]).warnings[0]
    assert parse(distributions=["E1234567"], bind="ids").warnings == ()


def test_names_that_go_away_are_a_warning() -> None:
    assert (
        "no longer covers b.example.com:"
        in definition.shrinking(["a.example.com", "b.example.com"], ["a.example.com", "c.example.com"])[0]
    )
    assert definition.shrinking(["a.example.com"], ["b.example.com", "a.example.com"]) == ()


def test_what_is_quoted_of_a_definition_is_short_and_clean() -> None:
    evil = "\x1b[2J" + "x" * 100_000
    found = definition.parse(evil, dict.fromkeys(fields.KEYS, evil) | {evil: 1})
    assert found.problems
    assert all(problem.isprintable() and len(problem) <= 2000 for problem in found.problems)
