# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import (
    binding,
    report as binding_report,
    target as binding_target,
    viewer as viewer_,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.binding import Reaction
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution, Selection
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.report import BindReport, BindStatus
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.target import Target

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
TARGET = Target(element="IAMCertificateId", id="ASCANEW", domains=("example.com", "*.example.com"))
PREVIOUS = Selection(match=frozenset({"previous"}), previous=("ASCAOLD", "ASCAOLDER"))
ALIASES = Selection(match=frozenset({"aliases"}))
IDS = Selection(match=frozenset({"ids"}), ids=("E1",))


def iam(certificate: str) -> dict[str, str]:
    return {"IAMCertificateId": certificate, "Certificate": certificate, "CertificateSource": "iam"}


@pytest.mark.parametrize(
    ("distribution", "selection", "status"),
    [
        pytest.param(
            Distribution("E1", viewer=iam("ASCAOLD")), PREVIOUS, BindStatus.REBOUND, id="uses a previous certificate"
        ),
        pytest.param(
            Distribution("E1", viewer={"Certificate": "ASCAOLDER"}),
            PREVIOUS,
            BindStatus.REBOUND,
            id="uses one by the deprecated element",
        ),
        pytest.param(
            Distribution("E1", viewer={"ACMCertificateArn": "arn:x"}),
            Selection(frozenset({"previous"}), ("arn:x",)),
            BindStatus.REBOUND,
            id="uses one of ACM",
        ),
        pytest.param(
            Distribution("E1", viewer=iam("ASCAOTHER"), aliases=("example.com",)),
            PREVIOUS,
            None,
            id="uses a foreign one: not meant",
        ),
        pytest.param(
            Distribution("E1", viewer=iam("ASCANEW")), PREVIOUS, BindStatus.ALREADY, id="uses the target: always meant"
        ),
        pytest.param(
            Distribution("E1", viewer=iam("ASCAOLD"), staging=True),
            PREVIOUS,
            BindStatus.REBOUND,
            id="staging is as any other",
        ),
        pytest.param(
            Distribution("E1", viewer=iam("ASCAOLD"), aliases=("example.com", "other.test")),
            PREVIOUS,
            BindStatus.SKIPPED,
            id="one alias not covered",
        ),
        pytest.param(
            Distribution("E1", aliases=("www.example.com",)), ALIASES, BindStatus.REBOUND, id="all aliases covered"
        ),
        pytest.param(
            Distribution("E1", aliases=("www.example.com", "other.test")),
            ALIASES,
            BindStatus.SKIPPED,
            id="some aliases covered",
        ),
        pytest.param(Distribution("E1", aliases=("other.test",)), ALIASES, None, id="no alias covered: not meant"),
        pytest.param(Distribution("E1"), ALIASES, None, id="no aliases: not meant by aliases"),
        pytest.param(Distribution("E1", aliases=("a.b.example.com",)), ALIASES, None, id="a wildcard covers one level"),
        pytest.param(
            Distribution("E1", aliases=("*.example.com",)),
            ALIASES,
            BindStatus.REBOUND,
            id="a wildcard alias needs that wildcard",
        ),
        pytest.param(Distribution("E1"), IDS, BindStatus.REBOUND, id="its ID was given, no aliases"),
        pytest.param(Distribution("E2", viewer=iam("ASCAOLD")), IDS, None, id="another ID was given"),
        pytest.param(
            Distribution("E1", aliases=("other.test",)), IDS, BindStatus.SKIPPED, id="an ID does not excuse coverage"
        ),
        pytest.param(
            Distribution("E1", tenant_only=True), IDS, BindStatus.SKIPPED, id="multi-tenant is reported, not touched"
        ),
    ],
)
def test_what_becomes_of_a_distribution(
    distribution: Distribution, selection: Selection, status: BindStatus | None
) -> None:
    reports = binding.plan([distribution], selection, TARGET)
    assert [report.status for report in reports] == ([] if status is None else [status])


def test_uncovered_aliases_are_named() -> None:
    (report,) = binding.plan(
        [Distribution("E1", viewer=iam("ASCAOLD"), aliases=("example.com", "b.test", "a.test"))], PREVIOUS, TARGET
    )
    assert report.uncovered == ("b.test", "a.test")
    assert "b.test, a.test" in report.reason


def test_a_distribution_that_somebody_took_over_in_between_is_left_alone() -> None:
    assert binding.judge(Distribution("E1", viewer=iam("ASCAFOREIGN")), PREVIOUS, TARGET).status is BindStatus.SKIPPED


PROTOCOLS = (
    "TLSv1",
    "TLSv1_2016",
    "TLSv1.1_2016",
    "TLSv1.2_2018",
    "TLSv1.2_2019",
    "TLSv1.2_2021",
    "TLSv1.2_2025",
    "TLSv1.3_2025",
    "TLSv1.9_2099",
)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_minimum_protocol_is_kept(protocol: str) -> None:
    viewer = viewer_.viewer_for(
        {**iam("ASCAOLD"), "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": protocol}, TARGET, "aws"
    )
    assert viewer == {"IAMCertificateId": "ASCANEW", "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": protocol}


@pytest.mark.parametrize(
    ("current", "partition", "support", "protocol"),
    [
        pytest.param({}, "aws", "sni-only", "TLSv1.2_2021", id="nothing before"),
        pytest.param(
            {"CloudFrontDefaultCertificate": "true", "MinimumProtocolVersion": "TLSv1", "SSLSupportMethod": "vip"},
            "aws",
            "sni-only",
            "TLSv1.2_2021",
            id="vip and TLSv1 of the default certificate were not chosen",
        ),
        pytest.param(
            {"SSLSupportMethod": "vip", "MinimumProtocolVersion": "SSLv3"},
            "aws",
            "vip",
            "SSLv3",
            id="a dedicated IP stays",
        ),
        pytest.param(
            {"SSLSupportMethod": "static-ip", "MinimumProtocolVersion": "TLSv1"},
            "aws",
            "static-ip",
            "TLSv1",
            id="static IPs stay",
        ),
        pytest.param(
            {"SSLSupportMethod": "vip", "MinimumProtocolVersion": "SSLv3"},
            "aws-cn",
            "sni-only",
            "TLSv1",
            id="China has SNI only, which has no SSLv3",
        ),
        pytest.param({"SSLSupportMethod": "sni-only"}, "aws", "sni-only", "TLSv1.2_2021", id="no protocol before"),
    ],
)
def test_support_method_and_protocol_of_the_new_viewer_certificate(
    current: dict[str, str], partition: str, support: str, protocol: str
) -> None:
    viewer = viewer_.viewer_for(current, TARGET, partition)
    assert (viewer["SSLSupportMethod"], viewer["MinimumProtocolVersion"]) == (support, protocol)


def test_the_viewer_certificate_has_one_source_only() -> None:
    target = binding_target.from_acm("arn:x", ["a.test"])
    assert set(viewer_.viewer_for(iam("ASCAOLD"), target, "aws")) == {
        "ACMCertificateArn",
        "SSLSupportMethod",
        "MinimumProtocolVersion",
    }


def test_a_certificate_that_is_only_planned_is_shown_as_such() -> None:
    assert (
        viewer_.viewer_for({}, Target("IAMCertificateId", None, ()), "aws")["IAMCertificateId"]
        == "(known after upload)"
    )


@pytest.mark.parametrize(
    ("code", "message", "reaction"),
    [
        pytest.param("PreconditionFailed", "", Reaction.READ_AGAIN, id="stale ETag"),
        pytest.param("InvalidIfMatchVersion", "", Reaction.READ_AGAIN, id="unknown ETag"),
        pytest.param(
            "InvalidViewerCertificate",
            "The specified SSL certificate doesn't exist, isn't in us-east-1",
            Reaction.WAIT_VISIBLE,
            id="not visible yet",
        ),
        pytest.param(
            "InvalidViewerCertificate",
            "The certificate doesn't cover the alternate domain name",
            Reaction.FINAL,
            id="does not fit",
        ),
        pytest.param(
            "IllegalUpdate",
            "Only one viewer certificate change may be in progress at a time",
            Reaction.WAIT_DEPLOYED,
            id="change in progress",
        ),
        pytest.param(
            "IllegalUpdate",
            "You cannot update the value of CallerReference.",
            Reaction.FINAL,
            id="another illegal update",
        ),
        pytest.param("CNAMEAlreadyExists", "", Reaction.FINAL, id="alias conflict"),
        pytest.param("AccessDenied", "", Reaction.FINAL, id="denied"),
    ],
)
def test_reaction_to_a_refused_update(code: str, message: str, reaction: Reaction) -> None:
    assert binding.reaction_to(code, message) is reaction


@pytest.mark.parametrize(
    ("distribution", "names"),
    [
        pytest.param(
            Distribution("E1", aliases=("example.com", "*.example.com")),
            ("example.com", "certops-probe.example.com"),
            id="a wildcard is sampled",
        ),
        pytest.param(Distribution("E1", aliases=("example.com",), enabled=False), (), id="disabled serves nothing"),
        pytest.param(
            Distribution("E1", aliases=("example.com",), staging=True), (), id="staging is not reached by its aliases"
        ),
    ],
)
def test_names_to_probe(distribution: Distribution, names: tuple[str, ...]) -> None:
    assert binding.probe_names(distribution) == names


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        pytest.param(Selection(frozenset({"ids"})), "distributions: empty", id="ids without IDs"),
        pytest.param(Selection(frozenset({"previous"}), ids=("E1",)), "match has no ids", id="IDs without ids"),
    ],
)
def test_selection_problems(selection: Selection, found: str) -> None:
    assert found in " ".join(binding.selection_problems(selection))


def test_unknown_ids_are_problems_each() -> None:
    selection = Selection(frozenset({"ids"}), ids=("E1", "E8", "E9"))
    assert [problem.split()[1] for problem in binding.unknown_ids([Distribution("E1")], selection)] == ["E8", "E9"]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        pytest.param({"domains": ["a.test"], "path": "/other/"}, "only those under /cloudfront/", id="path"),
        pytest.param(
            {"domains": ["a.test"], "key_type": "ecdsa_secp384r1"},
            "does not accept a key of type ecdsa_secp384r1",
            id="key type",
        ),
        pytest.param({"domains": []}, "no domains", id="no domains"),
        pytest.param({"domains": ["a.test"], "not_after": "2026-11-21T00:00:00Z"}, "expired", id="expired"),
        pytest.param({"domains": ["a.test"], "not_after": "soon"}, "soon", id="time that is none"),
    ],
)
def test_server_certificate_problems(fields: dict[str, object], found: str) -> None:
    assert found in " ".join(binding_target.server_certificate_problems(fields, NOW))


@pytest.mark.parametrize(
    ("arn", "partition", "found"),
    [
        pytest.param("arn:aws:acm:us-east-1:123456789012:certificate/x", "aws", "", id="fine"),
        pytest.param("arn:aws:acm:eu-west-1:123456789012:certificate/x", "aws", "eu-west-1", id="wrong region"),
        pytest.param("ASCA1", "aws", "is not the ARN", id="no ARN"),
        pytest.param("arn:aws-cn:acm:cn-north-1:123456789012:certificate/x", "aws-cn", "China takes IAM", id="China"),
    ],
)
def test_acm_problems(arn: str, partition: str, found: str) -> None:
    problems = " ".join(binding_target.acm_problems(binding_target.from_acm(arn, ["a.test"]), partition, "config"))
    assert found in problems
    assert bool(found) == bool(problems)


def test_age_of_a_certificate() -> None:
    assert Target("IAMCertificateId", "A", ()).is_fresh(NOW)
    assert Target("IAMCertificateId", "A", (), uploaded_at=NOW - timedelta(minutes=1)).is_fresh(NOW)
    assert not Target("IAMCertificateId", "A", (), uploaded_at=NOW - timedelta(days=1)).is_fresh(NOW)


def test_records_have_the_plugins_vocabulary() -> None:
    reports = [
        BindReport("E1", BindStatus.REBOUND, ""),
        BindReport("E2", BindStatus.ALREADY, ""),
        BindReport("E3", BindStatus.SKIPPED, ""),
        BindReport("E4", BindStatus.FAILED, "", error={"stage": "get", "code": "AccessDenied", "message": "no"}),
        BindReport(
            "E5", BindStatus.FAILED, "", error={"stage": "deploy", "code": "DeadlineExceeded", "message": "late"}
        ),
    ]
    records = binding_report.result(reports, ["ASCAOLD"])["records"]
    assert records == {
        "Matched_CloudFront": {"ID_LIST": ["E1", "E2", "E3", "E4", "E5"]},
        "Update_CloudFront_Status": [
            {"E1": "Success"},
            {"E2": "Success"},
            {"E3": "Failed"},
            {"E4": {"Get_Dist_Error": {"code": "AccessDenied", "message": "no"}}},
            {"E5": {"Update_Dist_Error": {"code": "DeadlineExceeded", "message": "late"}}},
        ],
    }


def test_no_match_and_a_failed_search_differ() -> None:
    nothing, failed = binding_report.result([], ["ASCAOLD"]), binding_report.search_failed("denied")
    assert nothing["records"]["Matched_CloudFront"] == "No Matched CloudFront on IAM Cert ID ['ASCAOLD']"
    assert failed["records"]["Matched_CloudFront"] == {"Error": ["denied"]}
    assert (nothing["complete"], nothing["verified"]) == (True, True)
    assert (failed["complete"], failed["verified"]) == (False, False)
    assert nothing.keys() == failed.keys()
