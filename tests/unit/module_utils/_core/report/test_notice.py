# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mail about a run: the certificate by name and ID, links of the partition, and the record as it is on file."""

from __future__ import annotations

import json

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import last_run
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import notice
from unit.fakes.projects import NOW, certificate, document

LATER = "2026-12-07T05:30:00Z"
CHINA = "arn:aws-cn:iam::123456789012:server-certificate/cloudfront/certops/webapp/webapp-1"


def message(**changes: object) -> str:
    record = last_run.succeeded(last_run.begin((), NOW), NOW)
    return notice.of_success(document(certificate=certificate(**changes), last_run=record), LATER).message  # type: ignore[arg-type]


def test_a_notice_names_the_certificate_as_the_console_shows_it() -> None:
    assert "webapp-1 (ASCA1)" in message()


@pytest.mark.parametrize(
    ("changes", "links"),
    [
        pytest.param({}, ["https://console.aws.amazon.com/cloudfront/v4/home"], id="a file has no page"),
        pytest.param(
            {"archive_uri": "s3://certops/archive/webapp/2026-11-22-0530.tar.gz"},
            [
                "https://console.aws.amazon.com/s3/object/certops?prefix=archive/webapp/2026-11-22-0530.tar.gz",
                "https://console.aws.amazon.com/cloudfront/v4/home",
            ],
            id="global partition",
        ),
        pytest.param(
            {"arn": CHINA, "archive_uri": "s3://certops/webapp/2026-11-22-0530.tar.gz"},
            [
                "https://console.amazonaws.cn/s3/object/certops?prefix=webapp/2026-11-22-0530.tar.gz",
                "https://console.amazonaws.cn/cloudfront/v3/home",
            ],
            id="China",
        ),
    ],
)
def test_links_are_those_of_the_partition(changes: dict[str, str], links: list[str]) -> None:
    assert [word for word in message(**changes).split() if word.startswith("https://")] == links


def test_where_the_bundle_is_archived_stands_in_the_notice() -> None:
    assert "file:///archive/webapp/1.tar.gz" in message()


def test_the_record_in_the_notice_is_the_one_on_file() -> None:
    record = last_run.succeeded(last_run.begin((), NOW), NOW)
    told = message().partition("CloudFront SSL Certificate Renew Records:\n")[2]
    assert json.loads(told) == {field: record[field] for field in notice.RECORD_FIELDS}


def test_a_failure_says_why_and_that_the_certificate_in_use_may_have_to_be_replaced_by_hand() -> None:
    told = notice.of_failure(document(certificate=certificate()), "the zone is gone", LATER)  # type: ignore[arg-type]
    assert "failed: the zone is gone" in told.message
    assert "replace it by hand in time" in told.message
    assert len(told.subject) <= 100


@pytest.mark.parametrize(("age_days", "severity"), [(20, "warning"), (55, "critical")])
def test_a_failure_is_urgent_once_the_certificate_expires_soon(age_days: int, severity: str) -> None:
    record = last_run.failed(last_run.begin((), NOW), "the zone is gone", NOW)
    found = document(certificate=certificate(age_days=age_days), last_run=record)
    told = notice.of_failure(found, "the zone is gone", LATER)  # type: ignore[arg-type]
    assert (told.event, told.severity) == ("run_failed", severity)


def test_the_next_renewal_is_the_one_that_the_definition_asks_for_now() -> None:
    assert f"Next renewal / 下次续期: {LATER}" in message()


def test_a_site_on_an_old_certificate_is_in_the_subject_with_the_reason_and_the_day_it_goes_dark() -> None:
    old = certificate(number=2, age_days=60)
    left = {"E1": {"Update_Dist_Error": {"code": "Skipped", "message": "www.example.org is not covered"}}}
    record = {**last_run.begin((), NOW), "Update_CloudFront_Status": [{"E2": "Success"}, left]}
    told = notice.of_success(document(certificate=certificate(), superseded=[old], last_run=record), LATER)  # type: ignore[arg-type]
    assert told.subject == "certops: ACTION NEEDED for webapp"
    assert (told.event, told.severity) == ("sites_left_behind", "warning")
    assert "E1 kept an older one until 2026-11-26T05:30:00Z" in told.message
    assert "- E1: www.example.org is not covered" in told.message
    assert "E2" not in told.message.partition("Certificate /")[0]


@pytest.mark.parametrize(
    ("recorded", "changed", "status", "reason"),
    [
        (None, False, "unchanged", "no certificate"),
        ({}, True, "changed", f"webapp-1 valid until {certificate()['not_after']}, renewal at {LATER}"),
        (
            {"rolled_back": {"at": "2026-11-21T00:00:00Z"}},
            False,
            "unchanged",
            (
                f"webapp-1 valid until {certificate()['not_after']}, renewal at {LATER}; the project went back to it at"
                " 2026-11-21T00:00:00Z"
            ),
        ),
    ],
)
def test_the_summary_of_a_project(recorded: dict[str, object] | None, changed: bool, status: str, reason: str) -> None:
    stored = document(certificate=None if recorded is None else certificate(**recorded))
    assert notice.summary(stored, changed, LATER) == {  # type: ignore[arg-type]
        "name": "webapp", "status": status, "changed": changed, "failed": False, "reason": reason,
    }  # fmt: skip
