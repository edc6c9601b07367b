# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a run in the words of the SSL Plugin."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import last_run
from unit.fakes.projects import NOW, certificate

BEGUN = last_run.begin([certificate()], NOW)
UPDATED = {"Matched_CloudFront": {"ID_LIST": ["E1"]}, "Update_CloudFront_Status": [{"E1": "Success"}]}
NOT_UPDATED = {**UPDATED, "Update_CloudFront_Status": [{"E1": {"Update_Dist_Error": "AccessDenied"}}]}
NOT_FOUND = {"Matched_CloudFront": {"Error": ["AccessDenied"]}}
NOT_DELETED = {"Delete_Previous_IAM_SSL_Cert": {"webapp-1": "Delete_IAM_Cert_Error: DeleteConflict"}}


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        pytest.param([], "Succeeded", id="nothing to report"),
        pytest.param([UPDATED], "Succeeded", id="all went well"),
        pytest.param([NOT_UPDATED], "Replace failed", id="a distribution"),
        pytest.param([NOT_FOUND], "Replace failed", id="the search"),
        pytest.param([UPDATED, NOT_DELETED], "Delete IAM failed", id="a deletion"),
        pytest.param([NOT_UPDATED, NOT_DELETED], "Replace failed", id="a distribution weighs more than a deletion"),
    ],
)
def test_the_status_is_the_worst_of_the_parts(reports: list[dict[str, t.Any]], status: str) -> None:
    record = last_run.merged(BEGUN, [{"records": report} for report in reports])
    assert last_run.succeeded(record, NOW)["Status"] == status
    assert last_run.judged({**record, "Status": "Succeeded"})["Status"] == status


def test_a_run_that_broke_off_says_why_and_that_nothing_was_deleted() -> None:
    found = last_run.failed({**BEGUN, **NOT_UPDATED}, "one of 2 failed", NOW)
    assert (found["Status"], found["Error"]) == ("Replace failed", "one of 2 failed")
    assert found["Delete_Previous_IAM_SSL_Cert"] == last_run.KEPT_AFTER_FAILURE
    assert last_run.failed(BEGUN, "no zone", NOW)["Status"] == "no zone"


def test_what_may_be_replaced_is_named() -> None:
    assert BEGUN["Previous_IAM_SSL_Info"] == {"IAM_SSL_ID": ["ASCA1"], "IAM_SSL_NAME": ["webapp-1"]}
    assert last_run.begin([], NOW)["Previous_IAM_SSL_Info"] == "No Previous IAM SSL Information"


@pytest.mark.parametrize(
    ("record", "ids"),
    [(None, ()), (BEGUN, ()), ({**BEGUN, **UPDATED}, ("E1",)), ({"Matched_CloudFront": "No Matched CloudFront"}, ())],
)
def test_the_distributions_that_a_run_found(record: dict[str, t.Any] | None, ids: tuple[str, ...]) -> None:
    assert last_run.distributions(record) == ids
