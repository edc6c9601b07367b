# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of a project has to do."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import run_plan
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from unit.fakes.projects import NOW, certificate, definition, document, failing, unfinished

EARLIER = times.to_text(NOW - timedelta(hours=2))


HOUR = timedelta(hours=1)


class Case(t.NamedTuple):
    """A document and a run, and what is expected of the plan."""

    given: dict[str, t.Any]
    action: str
    issue: bool
    issued_since: str | None = None
    resumed: bool = False
    run: str = "converge"


def with_definition(**changes: t.Any) -> dict[str, t.Any]:
    return {"definition": definition(**changes)}


CURRENT = {"certificate": certificate()}


DUE = {"certificate": certificate(age_days=31)}


NOT_DEPLOYED = {"certificate": certificate(deployed=None)}


RECORDED = {"fingerprint_sha256": "1" * 64}


OTHER_NAMES = definition(domains=["example.org"])


CASES = [
    pytest.param(Case({}, "issue", True), id="no certificate"),
    pytest.param(Case({}, "issue", True, run="renew"), id="no certificate, scheduled"),
    pytest.param(Case(CURRENT, "none", False), id="valid and deployed"),
    pytest.param(Case(CURRENT, "none", False, run="renew"), id="valid and deployed, scheduled"),
    pytest.param(Case(DUE, "renew", True), id="interval has passed"),
    pytest.param(
        Case({"certificate": certificate(age_days=29.99)}, "none", False), id="just before the interval has passed"
    ),
    pytest.param(Case({"certificate": certificate(age_days=30)}, "renew", True), id="interval has passed this second"),
    pytest.param(
        Case({"certificate": certificate(age_days=31), **with_definition(renewal_interval_days=40)}, "none", False),
        id="longer interval set",
    ),
    pytest.param(
        Case({**CURRENT, **with_definition(renewal_interval_days=1)}, "renew", True),
        id="shorter interval set makes it due",
    ),
    pytest.param(
        Case({"certificate": certificate(age_days=5, lifetime_days=6.7)}, "renew", True),
        id="short-lived certificate past half its life",
    ),
    pytest.param(Case({"certificate": certificate(age_days=70)}, "renew", True), id="expired"),
    pytest.param(
        Case({**CURRENT, **with_definition(renewal_interval_days=20)}, "none", False), id="interval-only change"
    ),
    pytest.param(Case({**CURRENT, **with_definition(emails=["a@example.com"])}, "none", False), id="email-only change"),
    pytest.param(
        Case({**CURRENT, **with_definition(verify="tls", keep_previous=2, tags={"a": "b"})}, "none", False),
        id="other choices changed",
    ),
    pytest.param(
        Case({**CURRENT, **with_definition(domains=["*.example.com", "example.com"])}, "none", False),
        id="same names in another order",
    ),
    pytest.param(
        Case({**CURRENT, **with_definition(domains=["example.com"])}, "reissue", True, times.to_text(NOW)),
        id="a name was taken out",
    ),
    pytest.param(
        Case({**CURRENT, **with_definition(key_type="rsa_2048")}, "reissue", True, times.to_text(NOW)),
        id="key type changed",
    ),
    pytest.param(
        Case({**CURRENT, **with_definition(acme_profile="shortlived")}, "reissue", True, times.to_text(NOW)),
        id="profile changed",
    ),
    pytest.param(
        Case({**CURRENT, **with_definition(acme_directory="zerossl")}, "reissue", True, times.to_text(NOW)),
        id="directory changed",
    ),
    pytest.param(
        Case(
            {**CURRENT, **with_definition(acme_directory="https://acme-v02.api.letsencrypt.org/directory")},
            "none",
            False,
        ),
        id="same directory by its URL",
    ),
    pytest.param(Case(CURRENT, "reissue", True, times.to_text(NOW), run="reissue"), id="reissue asked for"),
    pytest.param(Case({}, "issue", True, run="reissue"), id="reissue asked for without a certificate"),
    pytest.param(Case(NOT_DEPLOYED, "resume", False), id="issued but never deployed"),
    pytest.param(Case(NOT_DEPLOYED, "resume", False, run="renew"), id="issued but never deployed, scheduled"),
    pytest.param(
        Case({"certificate": certificate(age_days=31, deployed=None)}, "renew", True), id="never deployed and due"
    ),
    pytest.param(
        Case({**CURRENT, **with_definition(bind=["aliases"])}, "rebind", False), id="other distributions chosen"
    ),
    pytest.param(
        Case({**CURRENT, **with_definition(bind=["previous", "ids"], distributions=["E1234567"])}, "rebind", False),
        id="a distribution was listed in addition",
    ),
    # unfinished runs
    pytest.param(Case({"journal": unfinished("issue")}, "resume", True, None, True), id="first issue was killed"),
    pytest.param(
        Case({"journal": unfinished("issue", "ordering")}, "resume", True, None, True, "renew"),
        id="first issue was killed, scheduled",
    ),
    pytest.param(
        Case({**DUE, "journal": unfinished("renew", "ordering")}, "resume", True, None, True), id="renewal was killed"
    ),
    pytest.param(
        Case({**CURRENT, "journal": unfinished("renew", "ordering")}, "none", False),
        id="renewal was killed, and the interval was raised meanwhile",
    ),
    pytest.param(
        Case({**CURRENT, "journal": unfinished("reissue", run="reissue")}, "resume", True, EARLIER, True),
        id="reissue was killed",
    ),
    pytest.param(
        Case({**CURRENT, "journal": unfinished("reissue", run="reissue")}, "resume", True, EARLIER, True, "renew"),
        id="reissue was killed, scheduled",
    ),
    pytest.param(
        Case({**CURRENT, "journal": unfinished("reissue", run="reissue")}, "resume", True, EARLIER, True, "reissue"),
        id="killed reissue is asked for again",
    ),
    pytest.param(
        Case(
            {**NOT_DEPLOYED, "journal": unfinished("reissue", "stored", "reissue", **RECORDED)},
            "resume",
            False,
            EARLIER,
            True,
            "reissue",
        ),
        id="reissue killed after issuing does not issue again",
    ),
    pytest.param(
        Case({"journal": unfinished("issue")}, "issue", True, run="reissue"),
        id="reissue asked for over a killed first issue",
    ),
    pytest.param(
        Case({**DUE, "journal": unfinished("renew", "ordering")}, "reissue", True, times.to_text(NOW), run="reissue"),
        id="reissue asked for over a killed renewal",
    ),
    *[
        pytest.param(
            Case({**NOT_DEPLOYED, "journal": unfinished("issue", phase, **RECORDED)}, "resume", False, None, True),
            id=f"killed after {phase}",
        )
        for phase in ("issued", "stored", "bound")
    ],
    *[
        pytest.param(
            Case({**CURRENT, "journal": unfinished("issue", phase, **RECORDED)}, "resume", False, None, True),
            id=f"killed after {phase}",
        )
        for phase in ("verified", "cleaned")
    ],
    pytest.param(
        Case(
            {
                "certificate": certificate(age_days=31, deployed=None),
                "journal": unfinished("issue", "stored", **RECORDED),
            },
            "renew",
            True,
        ),
        id="deploy failed until the certificate was due",
    ),
    pytest.param(Case({**CURRENT, "journal": unfinished("issue", "done", **RECORDED)}, "none", False), id="finished"),
    pytest.param(
        Case(
            {**CURRENT, "journal": unfinished("reissue", defined=OTHER_NAMES), "definition": OTHER_NAMES},
            "resume",
            True,
            EARLIER,
            True,
        ),
        id="change of names was killed",
    ),
    pytest.param(
        Case({**CURRENT, "journal": unfinished("reissue", defined=OTHER_NAMES)}, "none", False),
        id="change of names was killed and taken back",
    ),
    pytest.param(
        Case({**NOT_DEPLOYED, "journal": unfinished("reissue", defined=OTHER_NAMES)}, "resume", False),
        id="change of names was killed and taken back, but the old certificate was never deployed",
    ),
    pytest.param(
        Case({"journal": unfinished("issue", defined=OTHER_NAMES)}, "issue", True),
        id="first issue was killed, and the names were changed meanwhile",
    ),
    pytest.param(
        Case(
            {
                **NOT_DEPLOYED,
                "journal": unfinished("issue", "stored", **RECORDED),
                **with_definition(domains=["example.org"]),
            },
            "reissue",
            True,
            times.to_text(NOW),
        ),
        id="names changed while the deploy was unfinished",
    ),
    pytest.param(
        Case(
            {**CURRENT, "journal": unfinished("rebind"), **with_definition(bind=["aliases"])},
            "resume",
            False,
            None,
            True,
        ),
        id="rebinding was killed",
    ),
    # waiting after failures
    pytest.param(Case({"renewal": failing(1, HOUR)}, "none", False, run="renew"), id="failed, scheduled run waits"),
    pytest.param(Case({"renewal": failing(1, -HOUR)}, "issue", True, run="renew"), id="failed, waiting is over"),
    pytest.param(
        Case({"renewal": failing(1, timedelta(0))}, "issue", True, run="renew"),
        id="failed, waiting is over this second",
    ),
    pytest.param(Case({"renewal": failing(3, HOUR)}, "issue", True), id="failed, somebody asks"),
    pytest.param(
        Case({**CURRENT, "renewal": failing(3, HOUR)}, "reissue", True, times.to_text(NOW), run="reissue"),
        id="failed, somebody asks for a reissue",
    ),
    pytest.param(
        Case({**DUE, "journal": unfinished("renew"), "renewal": failing(2, HOUR)}, "none", False, run="renew"),
        id="unfinished order waits, too",
    ),
    pytest.param(
        Case(
            {**NOT_DEPLOYED, "journal": unfinished("issue", "stored", **RECORDED), "renewal": failing(5, HOUR)},
            "resume",
            False,
            None,
            True,
            "renew",
        ),
        id="a failed deploy is retried on every run",
    ),
    # runs that neither issue nor bind
    pytest.param(Case({}, "none", False, run="cleanup"), id="cleanup without a certificate"),
    pytest.param(
        Case({**DUE, "journal": unfinished("renew")}, "none", False, run="cleanup"),
        id="cleanup leaves an unfinished renewal alone",
    ),
    pytest.param(Case(DUE, "none", False, run="delete"), id="delete"),
]


@pytest.mark.parametrize("case", CASES)
def test_the_plan_of_a_run(case: Case) -> None:
    plan = run_plan.plan(document(**case.given), case.run, NOW)
    assert (plan.action, plan.issue, plan.issued_since, plan.resumed) == (
        case.action,
        case.issue,
        case.issued_since,
        case.resumed,
    )
    assert plan.reason


@pytest.mark.parametrize("case", CASES)
def test_a_plan_never_both_does_nothing_and_issues(case: Case) -> None:
    plan = run_plan.plan(document(**case.given), case.run, NOW)
    assert not (plan.action == "none" and (plan.issue or plan.resumed))


def test_the_certificates_to_replace_are_the_recorded_and_the_superseded_ones_once_each() -> None:
    superseded = [certificate(number=2), certificate(number=1), certificate(number=3, id=None)]
    plan = run_plan.plan(document(certificate=certificate(), superseded=superseded), "converge", NOW)
    assert plan.previous == ("ASCA1", "ASCA2", superseded[2]["arn"])


def test_changed_names_are_said_in_the_plan() -> None:
    assert not run_plan.plan(document(**CURRENT), "converge", NOW).domains_changed
    plan = run_plan.plan(
        document(**CURRENT, **with_definition(domains=["example.org"], key_type="rsa_2048")), "converge", NOW
    )
    assert plan.domains_changed
    assert plan.reason == "domain names and key type changed since the certificate was issued"


def test_the_plan_says_when_renewal_is_due() -> None:
    assert run_plan.plan(document(**CURRENT), "converge", NOW).renew_at == times.to_text(NOW + timedelta(days=29))
    assert run_plan.plan(document(), "converge", NOW).renew_at is None


def test_a_plan_is_plain_json_values() -> None:
    assert run_plan.plan(document(), "converge", NOW).as_dict() == {
        "action": "issue",
        "reason": "the project has no certificate yet",
        "issue": True,
        "issued_since": None,
        "renew_at": None,
        "previous": [],
        "resumed": False,
        "domains_changed": False,
        "wait_until": None,
        "certificate": None,
    }
