# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption import mapping, record, report
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.found import (
    AdoptionFinding,
    Reading,
    assembled,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.mapping import Wishes
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.shapes import (
    SeenBundle,
    SeenCertificate,
    SeenProject,
    SeenSubscription,
)
from unit.fakes.adoption import LETSENCRYPT, NOW, certificate, project, scheduler
from unit.fakes.projects import document

OPS: SeenSubscription = {"protocol": "email", "endpoint": "ops@example.com", "status": "confirmed"}
PENDING: SeenSubscription = {"protocol": "email", "endpoint": "new@example.com", "status": "pending"}
QUEUE: SeenSubscription = {"protocol": "sqs", "endpoint": "arn:aws:sqs:us-east-1:1:q", "status": "confirmed"}
BUNDLE: SeenBundle = {"uri": "s3://bucket/WebApp/2026-10-08-1244.tar.gz", "size": 9000, "issued_at": None}


def roles(found: SeenProject) -> dict[str, str]:
    return {one["name"]: one["role"] for one in found["certificates"]}


def test_the_newest_one_that_is_used_is_current() -> None:
    found = project(certificate(1), certificate(2, ["E2"]))
    assert roles(found) == {"c1": "superseded", "c2": "current"}
    assert [move["name"] for move in found["moves"]] == ["c1", "c2"]


def test_an_older_one_in_service_stays_current_and_the_newest_is_superseded_with_a_warning() -> None:
    found = project(certificate(1, ["E1"]), certificate(2))
    assert roles(found) == {"c1": "current", "c2": "superseded"}
    assert any("c2 is newer" in warning for warning in found["warnings"])


def test_of_several_in_service_the_one_that_lives_longest_is_current() -> None:
    found = project(certificate(1, ["E1"], days=10), certificate(2, ["E2"], days=50))
    assert roles(found) == {"c1": "superseded", "c2": "current"}
    assert any("E1 use an older certificate" in warning for warning in found["warnings"])


def test_of_none_in_service_the_newest_is_current() -> None:
    assert roles(project(certificate(1), certificate(2))) == {"c1": "superseded", "c2": "current"}


def test_without_a_certificate_there_is_nothing_to_adopt() -> None:
    found = project(bundles=[{"uri": "s3://b/WebApp/2026.tar.gz", "size": 1, "issued_at": None}])
    assert (found["status"], found["definition"]) == ("left alone", {})
    assert any("s3://b/WebApp" in note for note in found["notes"])


@pytest.mark.parametrize("days", [2.9, -1])
def test_a_certificate_at_its_end_is_adopted_with_the_advice_to_renew(days: float) -> None:
    found = project(certificate(1, ["E1"], days=days))
    assert found["status"] == "ready"
    assert any("run renew" in warning for warning in found["warnings"])


@pytest.mark.parametrize("key_type", ["ecdsa_secp384r1", "rsa_8192", "ed25519"])
def test_a_key_that_cloudfront_does_not_take_is_refused(key_type: str) -> None:
    found = project(certificate(1, ["E1"], key_type=key_type))
    assert found["status"] == "refused"
    assert key_type in found["problems"][0]


def test_an_alias_that_is_not_covered_is_a_warning() -> None:
    found = project(certificate(1, ["E1"], aliases=("shop.example.com",)))
    assert found["status"] == "ready"
    assert any("does not cover shop.example.com" in warning for warning in found["warnings"])


def test_only_those_who_confirmed_are_notified_unless_others_are_wanted() -> None:
    facts: dict[str, t.Any] = {"subscriptions": [OPS, PENDING, QUEUE]}
    found = project(certificate(1), **facts)
    assert found["definition"]["emails"] == ["ops@example.com"]
    assert any("new@example.com did not confirm" in warning for warning in found["warnings"])
    assert any("sqs" in warning for warning in found["warnings"])
    assert project(certificate(1), wishes=Wishes("all"), **facts)["definition"]["emails"] == [
        "ops@example.com",
        "new@example.com",
    ]
    own = project(certificate(1), wishes=Wishes(("me@example.com",)), **facts)
    assert own["definition"]["emails"] == ["me@example.com"]


def test_the_address_of_the_project_that_is_gone_from_the_topic_is_named() -> None:
    facts: dict[str, t.Any] = {"subscriptions": [OPS], "settings": mapping.settings(email="gone@example.com")}
    assert any("gone@example.com" in warning for warning in project(certificate(1), **facts)["warnings"])


@pytest.mark.parametrize(
    ("timer", "entered", "days"), [(45, 30, 45), (None, 80, 80), (None, None, None), (365, 365, 89)]
)
def test_the_interval_of_the_timer_counts(timer: int | None, entered: int | None, days: int | None) -> None:
    found = project(certificate(1), settings=mapping.settings(interval=timer, interval_set=entered))
    assert found["definition"].get("renewal_interval_days") == days


@pytest.mark.parametrize(
    ("issuer", "directory"),
    [
        (LETSENCRYPT, "letsencrypt"),
        ("CN=ZeroSSL ECC Domain Secure Site CA,O=ZeroSSL,C=AT", "zerossl"),
        ("CN=WR1,O=Google Trust Services,C=US", "google"),
        ("CN=GeoTrust,O=DigiCert\\, Inc.,C=US", "letsencrypt"),
    ],
)
def test_the_ca_is_that_of_the_issuer_as_far_as_it_is_known(issuer: str, directory: str) -> None:
    found = project(certificate(1, issuer=issuer))
    assert found["definition"]["acme_directory"] == directory
    assert any("issued by" in warning for warning in found["warnings"]) == ("DigiCert" in issuer)


def test_what_the_user_wants_of_every_project_applies_but_never_the_names() -> None:
    wishes = Wishes(definition={"keep_previous": 1, "domains": ["x.example.com"], "acme_directory": "zerossl"})
    found = project(certificate(1), wishes=wishes)
    assert found["definition"]["keep_previous"] == 1
    assert found["definition"]["domains"] == ["example.com", "www.example.com"]
    assert any("renewals come from zerossl" in warning for warning in found["warnings"])


def test_the_report_is_safe_to_show_and_fit_for_an_inventory() -> None:
    found = project(certificate(1, ["E1"]), warnings=["a\x1b[31m colour\nand a line"])
    told = report.result([found])
    assert all("\x1b" not in line and "\n" not in line for line in told["lines"])
    assert "project_domains: ['example.com', 'www.example.com']" in told["inventory"]
    assert told["ready"] == ["WebApp"]


def test_the_inventory_is_yaml_whatever_stands_in_a_definition() -> None:
    tags = {"team": 'it\'s \\ "ours"', "line": "a\nb", "网站": "是"}
    found = project(certificate(1, ["E1"]))
    found["definition"] = {"tags": tags, "archive_keep": 3}
    told = yaml.safe_load(report.inventory([found]))["certificate_projects"]["hosts"]["WebApp"]
    assert (told["project_tags"], told["project_archive_keep"]) == (tags, 3)


def test_a_distribution_that_left_its_project_is_noticed() -> None:
    before, after = project(certificate(1, ["E1", "E2"])), project(certificate(1, ["E1"]))
    lost = report.lost([before], [after])
    assert lost == {"WebApp": ["E2"]}
    assert "E2 of WebApp" in str(report.of_lost(lost))
    assert report.of_lost(report.lost([before], [before])) is None


def test_a_certificate_without_names_such_as_one_for_addresses_is_refused() -> None:
    only_addresses: SeenCertificate = {**certificate(1, ["E1"]), "domains": []}
    found = project(only_addresses)
    assert found["status"] == "refused"
    assert any("no DNS names" in problem for problem in found["problems"])


@pytest.mark.parametrize(
    ("reread", "stopped_at", "rules", "stopped"),
    [
        pytest.param(True, "2026-11-22T05:00:00Z", "DISABLED", True, id="stopped by us, and read again"),
        pytest.param(True, "2026-11-22T05:00:00Z", "ENABLED", False, id="somebody started it again"),
        pytest.param(False, "2026-11-22T05:00:00Z", "DISABLED", False, id="what is reserved is not known"),
        pytest.param(True, None, "DISABLED", False, id="we did not stop it"),
    ],
)
def test_what_an_adoption_stopped_is_stopped_as_far_as_its_rules_are(
    reread: bool, stopped_at: str | None, rules: str, stopped: bool
) -> None:
    rule = {"name": "timer", "state": rules, "schedule": "rate(30 days)"}
    found = AdoptionFinding(
        "ssl_plugin", "WebApp", "v2", "cn-north-1", scheduler=scheduler(rules=[rule]), reread=reread
    )
    adoption = {**record.begun(project(certificate(1)), NOW), "stopped_at": stopped_at}
    stored: t.Any = {**document(), "adoption": adoption}
    seen = assembled(found, "WebApp", [certificate(1)], stored, Reading(NOW, Wishes()))
    assert seen["scheduler"] is not None
    assert seen["scheduler"]["stopped"] is stopped
    assert assembled(found, "WebApp", [certificate(1)], None, Reading(NOW, Wishes()))["scheduler"] == found.scheduler


@pytest.mark.parametrize(
    ("days", "advice"),
    [(-1.0, "c1 expired at"), (0.0, "c1 expired at"), (2.999, "c1 expires at"), (3.0, "c1 expires at"), (3.001, None)],
)
def test_the_advice_to_renew_now_ends_three_days_before_the_end(days: float, advice: str | None) -> None:
    warnings = project(certificate(1, ["E1"], days=days), bundles=[BUNDLE])["warnings"]
    assert [warning.partition(" at")[0] + " at" for warning in warnings] == ([advice] if advice else [])


def test_the_one_in_service_moves_last_and_what_is_there_already_stays() -> None:
    found = project(certificate(1, ["E1"]), certificate(2), certificate(3))
    assert [move["name"] for move in found["moves"]] == ["c2", "c3", "c1"]
    there: SeenCertificate = {**certificate(1, ["E1"]), "path": "/cloudfront/certops/WebApp/"}
    assert project(there)["moves"] == []
    in_acm: SeenCertificate = {**certificate(1, ["E1"]), "store": "acm", "path": ""}
    assert [(move["before"], move["after"]) for move in project(in_acm)["moves"]] == [("", "")]


def test_the_topic_stays_only_where_that_is_wanted() -> None:
    topic = "arn:aws-cn:sns:cn-north-1:123456789012:theirs"
    assert project(certificate(1), topic=topic)["definition"].get("sns_topic") is None
    kept = project(certificate(1), topic=topic, wishes=Wishes(topic="keep"))
    assert (kept["definition"]["sns_topic"], kept["also_notified"]) == (topic, None)
    assert "sns_topic" not in project(certificate(1), wishes=Wishes(topic="keep"))["definition"]
    both = project(certificate(1), topic=topic, wishes=Wishes(topic="both"))
    assert ("sns_topic" in both["definition"], both["also_notified"]) == (False, topic)


@pytest.mark.parametrize(
    ("facts", "given", "kept"),
    [
        ({}, {}, 1),
        ({}, {"keep_previous": ""}, 1),
        ({}, {"keep_previous": 0}, 0),
        ({"bundles": [BUNDLE]}, {}, None),
        ({"settings": mapping.settings(source="acm", exportable=False)}, {}, None),
    ],
)
def test_a_certificate_whose_key_nobody_has_outlives_its_first_renewal(
    facts: dict[str, t.Any], given: dict[str, t.Any], kept: int | None
) -> None:
    found = project(certificate(1), wishes=Wishes(definition=given), **facts)
    assert found["definition"].get("keep_previous") == kept
    assert (mapping.KEPT in found["warnings"]) == (kept == 1)


def test_what_a_load_balancer_uses_keeps_its_path_and_becomes_a_target() -> None:
    shared: SeenCertificate = {**certificate(1, ["E1"]), "listeners": ["web:443"]}
    found = project(shared, certificate(2))
    assert ([move["name"] for move in found["moves"]], found["definition"]["targets"]) == (
        ["c2"],
        ["cloudfront", "elb"],
    )
    assert any("web:443 of load balancers use c1" in warning for warning in found["warnings"])
    chosen = project(shared, wishes=Wishes(definition={"targets": ["cloudfront"]}))
    assert chosen["definition"]["targets"] == ["cloudfront"]
