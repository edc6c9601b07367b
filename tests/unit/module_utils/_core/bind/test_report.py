# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a binding comes to."""

from __future__ import annotations

from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import (
    report as binding_report,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.report import BindReport, BindStatus


def test_records_have_the_plugins_vocabulary() -> None:
    reports = [
        BindReport("E1", BindStatus.REBOUND, ""),
        BindReport("E2", BindStatus.ALREADY, ""),
        BindReport("E3", BindStatus.SKIPPED, "not covered"),
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
            {"E3": {"Update_Dist_Error": {"code": "Skipped", "message": "not covered"}}},
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
