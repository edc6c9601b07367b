# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption import plugin_items

AT = "2026-11-27T18:15:00Z"


def item(status: str, message: t.Any) -> dict[str, t.Any]:
    return {"SuccessfullyIssued": {"M": {"Status": {"S": status}, "ReplaceMsg": message}}}


def texts(*values: str) -> dict[str, t.Any]:
    return {"L": [{"S": value} for value in values]}


def test_their_record_is_ours_field_by_field() -> None:
    message = {
        "M": {
            "Previous_IAM_SSL_Info": {"M": {"IAM_SSL_ID": texts("ASCA1"), "IAM_SSL_NAME": texts("c1")}},
            "Matched_CloudFront": {"M": {"ID_LIST": texts("E1", "E2")}},
            "Update_CloudFront_Status": {"L": [{"M": {"E1": {"S": "Success"}}}, {"M": {"E2": {"S": "Success"}}}]},
            "Delete_Previous_IAM_SSL_Cert": {"M": {"c1": {"S": "Successfully deleted IAM SSL Cert."}}},
        }
    }
    found = plugin_items.record(item("Succeeded", message), AT)
    assert found == {
        "Status": "Succeeded",
        "started_at": AT,
        "finished_at": AT,
        "Previous_IAM_SSL_Info": {"IAM_SSL_ID": ["ASCA1"], "IAM_SSL_NAME": ["c1"]},
        "Matched_CloudFront": {"ID_LIST": ["E1", "E2"]},
        "Update_CloudFront_Status": [{"E1": "Success"}, {"E2": "Success"}],
        "Delete_Previous_IAM_SSL_Cert": {"c1": "Successfully deleted IAM SSL Cert."},
    }


def test_the_names_of_v1_from_before_july_2024_are_read() -> None:
    message = {"M": {"Delete_Last_IAM_SSL_Cert": {"S": "Successfully deleted IAM SSL Cert."}}}
    found = plugin_items.record(item("Succeeded", message), AT)
    assert found is not None
    assert found["Delete_Previous_IAM_SSL_Cert"] == "Successfully deleted IAM SSL Cert."


@pytest.mark.parametrize("told", [None, {}, {"SuccessfullyIssued": {"S": "x"}}, {"SuccessfullyIssued": {"M": "x"}}])
def test_without_a_record_there_is_none(told: dict[str, t.Any] | None) -> None:
    assert plugin_items.record(told, AT) is None
    assert plugin_items.status(told) == ""


def test_what_is_told_is_cleaned_and_bounded() -> None:
    deep: dict[str, t.Any] = {"S": "end"}
    for _level in range(100):
        deep = {"M": {"a": deep}}
    found = plugin_items.record(item("Traceback\x1b[31m\n" + "x" * 5000, deep), AT)
    assert found is not None
    assert len(found["Status"]) <= 500
    assert "\x1b" not in found["Status"]
