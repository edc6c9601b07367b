# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""None"""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import (
    binding,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.binding import Reaction
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution, Selection
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.report import BindStatus
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.target import Target

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
        pytest.param(
            Selection(frozenset({"previous"}), ids=("E1",)), "match does not contain ids", id="IDs without ids"
        ),
    ],
)
def test_selection_problems(selection: Selection, found: str) -> None:
    assert found in " ".join(binding.selection_problems(selection))


def test_unknown_ids_are_problems_each() -> None:
    selection = Selection(frozenset({"ids"}), ids=("E1", "E8", "E9"))
    assert [problem.split()[1] for problem in binding.unknown_ids({"E1"}, selection)] == ["E8", "E9"]
