# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of targets, and what all of it adds up to."""

from __future__ import annotations

import typing as t

from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import report as binding_report
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.report import BindStatus
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets import report
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets.report import UseReport
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets.uses import NewCertificate, Slot, Use

DONE = UseReport("listener", "l1", BindStatus.REBOUND, "it uses an older certificate", verified=True)
FAILED = DONE.failed("update", "AccessDenied", "no")
SKIPPED = UseReport("listener", "l2", BindStatus.SKIPPED, "it takes other keys")
DISTRIBUTIONS = binding_report.result((), ["ASCA1"])


def test_what_all_of_it_adds_up_to() -> None:
    found = report.result([DONE, SKIPPED])
    assert (found["complete"], found["verified"]) == (False, True)
    assert found["records"] == {"Update_Targets_Status": [{"l1": "Success"}, {"l2": "Failed"}]}
    assert found["reason"] == "1 rebound, 0 already, 1 skipped, 0 failed, 0 rolled_back of 2 matched targets"
    assert report.warnings([DONE, SKIPPED]) == ("listener l2 was skipped: it takes other keys",)
    assert report.failure([DONE, SKIPPED]) is None
    assert report.failure([DONE, FAILED]) == "1 of 2 matched targets failed: l1: no"
    assert report.update_record([FAILED]) == [
        {"l1": {"Update_Target_Error": {"code": "AccessDenied", "message": "no"}}}
    ]


def test_the_places_before_and_after() -> None:
    slots = (Slot("default", "old"), Slot("sni", "old"), Slot("sni", "other"))
    rebound = UseReport("listener", "l1", BindStatus.REBOUND, "", replaced=slots[:2])
    before, after = report.changed([Use("listener", "l1", slots)], [rebound], {"l1"}, NewCertificate("new", ()))
    assert before == {"l1": {"default": ["old"], "sni": ["old", "other"]}}
    assert after == {"l1": {"default": ["new"], "sni": ["new", "other"]}}
    assert rebound.as_dict()["slots"] == ["default", "sni"]
    assert rebound.as_dict()["former"] == ["old"]


def test_tenants_count_beside_distributions() -> None:
    found = report.beside(DISTRIBUTIONS, [DONE])
    assert found["records"] == {
        "Matched_CloudFront": {"ID_LIST": ["l1"]},
        "Update_CloudFront_Status": [{"l1": "Success"}],
    }
    assert (found["complete"], found["verified"], found["tenants"]) == (True, True, [DONE.as_dict()])
    assert report.beside(DISTRIBUTIONS, [FAILED])["complete"] is False
    assert report.beside(DISTRIBUTIONS, ())["records"] == DISTRIBUTIONS["records"]


def test_other_bindings_of_a_run_count_as_well() -> None:
    done: dict[str, t.Any] = {**report.result([DONE]), "changed": True}
    refused = {"failed": False, "msg": "the region does not exist", "changed": False}
    found = report.with_others(DISTRIBUTIONS, [done])
    assert (found["complete"], found["verified"]) == (True, True)
    assert found["records"]["Update_Targets_Status"] == [{"l1": "Success"}]
    assert report.failures_of([done]) == []
    found = report.with_others(DISTRIBUTIONS, [done, refused])
    assert (found["complete"], found["verified"], len(found["targets"])) == (False, False, 1)
    assert found["records"]["Update_Targets_Status"] == [{"l1": "Success"}, {"Error": "the region does not exist"}]
    assert report.failures_of([done, refused]) == ["the region does not exist"]
    assert "Update_Targets_Status" not in report.with_others(DISTRIBUTIONS, [])["records"]


def test_a_search_that_failed_is_never_no_match() -> None:
    found = report.search_failed("denied")
    assert (found["complete"], found["verified"]) == (False, False)
    assert found["records"] == {"Update_Targets_Status": [{"Error": "denied"}]}


def test_a_domain_that_is_in_none_of_the_regions_is_a_failure() -> None:
    here = {**report.result([DONE]), "unknown": ["api.example.com", "gone.example.com"]}
    there = {**report.result([DONE]), "unknown": ["gone.example.com"]}
    listeners = report.result([DONE])
    (problem,) = report.failures_of([listeners, here, there])
    assert problem.startswith("api_domains: gone.example.com does not exist in a region of the project")
    assert report.with_others(DISTRIBUTIONS, [here, there])["complete"] is False
    found = {**there, "unknown": []}
    assert report.failures_of([here, found]) == []
    assert report.with_others(DISTRIBUTIONS, [here, found])["complete"] is True
    # what could not be looked at may be where it is
    assert report.failures_of([here, {"failed": True, "msg": "denied"}]) == ["denied"]
