# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distributions get the certificate, whatever somebody else changes at the same time."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.cloudfront import DistributionConfig
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from unit.fakes.binding_world import UNKNOWN, World, row, statuses
from unit.fakes.calls import refused_by_aws
from unit.fakes.cloudfront import FakeCloudFront, bound_to

DEFAULT_CERTIFICATE = (
    "<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate><SSLSupportMethod>vip</SSLSupportMethod>"
    "<MinimumProtocolVersion>TLSv1</MinimumProtocolVersion>"
)


NOT_VISIBLE = refused_by_aws("InvalidViewerCertificate", "The specified SSL certificate doesn't exist")


IN_PROGRESS = refused_by_aws("IllegalUpdate", "Only one viewer certificate change may be in progress at a time")


@pytest.fixture
def world() -> World:
    return World()


def test_only_the_viewer_certificate_changes_and_unknown_elements_survive(world: World) -> None:
    before = world.cloudfront.xml["E1"].decode()
    world.run()
    new = bound_to("ASCANEW").partition("<Certificate>")[0]
    assert world.cloudfront.xml["E1"].decode() == before.replace(bound_to("ASCAOLD"), new)
    assert UNKNOWN in world.cloudfront.xml["E1"].decode()
    assert world.cloudfront.bound("E3") == "ASCAFOREIGN"


def test_calls_are_a_listing_and_two_for_each_rebound_distribution(world: World) -> None:
    world.run(wait=False)
    assert (
        sorted(world.cloudfront.calls.made)
        == ["GetDistributionConfig"] * 2 + ["ListDistributions"] + ["UpdateDistribution"] * 2
    )
    world.clock.sleep(3600)
    world.cloudfront.calls.made.clear()
    world.run()
    assert world.cloudfront.calls.made == ["ListDistributions"]


def test_uncovered_aliases_skip_a_distribution_and_the_others_go_on(world: World) -> None:
    world.cloudfront.add("E4", ["www.example.com", "shop.test"], bound_to("ASCAOLD"))
    done = world.run()
    assert statuses(done) == {"E1": "rebound", "E2": "rebound", "E4": "skipped"}
    assert row(done, "E4")["uncovered"] == ["shop.test"]
    assert (done.failure, done.result["complete"], done.result["verified"]) == (None, False, True)
    assert any("shop.test" in warning for warning in done.warnings)
    assert world.cloudfront.bound("E4") == "ASCAOLD"


def test_match_by_aliases_and_by_ids(world: World) -> None:
    world.cloudfront.add("E5", [], DEFAULT_CERTIFICATE)
    done = world.run(match=["aliases", "ids"], distributions=["E5"])
    assert set(statuses(done)) == {"E1", "E2", "E3", "E5"}
    viewer = done.after["E5"]["ViewerCertificate"]
    assert (viewer["SSLSupportMethod"], viewer["MinimumProtocolVersion"]) == ("sni-only", "TLSv1.2_2021")
    assert not done.warnings


def test_an_unknown_id_is_refused_before_any_change(world: World) -> None:
    with pytest.raises(ConfigError, match="E9 does not exist"):
        world.run(match=["previous", "ids"], distributions=["E9"])
    assert world.cloudfront.calls.made == ["ListDistributions"]


def test_a_failed_search_is_an_error_and_not_no_match(world: World) -> None:
    world.cloudfront.calls.refusals["ListDistributions"] = [refused_by_aws("AccessDenied")]
    done = world.run()
    assert done.failure is not None
    assert set(done.result["records"]["Matched_CloudFront"]) == {"Error"}
    assert not done.result["complete"]


def test_no_match_is_complete(world: World) -> None:
    done = world.run(previous=["ASCANOBODY"])
    assert done.result["records"]["Matched_CloudFront"] == "No Matched CloudFront on IAM Cert ID ['ASCANOBODY']"
    assert (done.result["complete"], done.result["verified"], done.changed) == (True, True, False)


@pytest.mark.parametrize(
    ("operation", "record"), [("GetDistributionConfig", "Get_Dist_Error"), ("UpdateDistribution", "Update_Dist_Error")]
)
def test_one_that_fails_fails_alone(world: World, operation: str, record: str) -> None:
    world.cloudfront.calls.refusals[f"{operation} E1"] = [refused_by_aws("AccessDenied")] * 9
    done = world.run()
    assert statuses(done) == {"E1": "failed", "E2": "rebound"}
    assert done.failure is not None
    assert "E1" in done.failure
    assert done.result["records"]["Update_CloudFront_Status"][0]["E1"][record]["code"] == "AccessDenied"
    assert world.cloudfront.calls.made.count(operation) == 2, "a final refusal is not tried again"
    assert set(done.before) == {"E2"}


class BusyCloudFront(FakeCloudFront):
    """Somebody else changes E1 right before each of our first updates."""

    interruptions: t.ClassVar[list[bytes]] = []

    def update_distribution(self, identifier: str, config: DistributionConfig) -> str:
        if identifier == "E1" and self.interruptions:
            self.change("E1", self.interruptions.pop(0))
        return super().update_distribution(identifier, config)


@pytest.fixture
def busy(world: World) -> World:
    calm = world.cloudfront
    world.cloudfront = BusyCloudFront(world.clock, distributions=calm.distributions, xml=calm.xml)
    return world


def test_a_concurrent_change_is_kept(busy: World) -> None:
    theirs = busy.cloudfront.xml["E1"].replace(b"<Deep>1</Deep>", b"<Deep>2</Deep>")
    BusyCloudFront.interruptions = [theirs]
    assert statuses(busy.run())["E1"] == "rebound"
    assert b"<Deep>2</Deep>" in busy.cloudfront.xml["E1"]
    assert busy.cloudfront.bound("E1") == "ASCANEW"


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        pytest.param("www.example.com", "www.other.test", "skipped", id="an alias was added that is not covered"),
        pytest.param("ASCAOLD", "ASCAFOREIGN", "skipped", id="it was bound to something else"),
        pytest.param("ASCAOLD", "ASCANEW", "rebound", id="the update before had been taken, only its answer was lost"),
    ],
)
def test_after_a_concurrent_change_it_is_decided_again(busy: World, before: str, after: str, status: str) -> None:
    BusyCloudFront.interruptions = [busy.cloudfront.xml["E1"].replace(before.encode(), after.encode())]
    assert statuses(busy.run())["E1"] == status


def test_endless_concurrent_changes_are_given_up(busy: World) -> None:
    BusyCloudFront.interruptions = [busy.cloudfront.xml["E1"] + b"\n" * number for number in range(1, 30)]
    done = busy.run()
    assert statuses(done) == {"E1": "failed", "E2": "rebound"}
    assert row(done, "E1")["error"]["code"] == "PreconditionFailed"
    assert busy.cloudfront.calls.made.count("UpdateDistribution") == 6
    BusyCloudFront.interruptions = []


def test_a_new_certificate_becomes_visible_within_two_minutes(world: World) -> None:
    world.cloudfront.calls.refusals["UpdateDistribution"] = [NOT_VISIBLE] * 6
    done = world.run()
    assert statuses(done) == {"E1": "rebound", "E2": "rebound"}
    assert row(done, "E1")["error"] is None


def test_a_certificate_that_stays_unknown_is_given_up_after_two_minutes(world: World) -> None:
    world.cloudfront.calls.refusals["UpdateDistribution"] = [NOT_VISIBLE] * 999
    done = world.run()
    assert statuses(done) == {"E1": "failed", "E2": "failed"}
    assert 100 <= sum(world.clock.naps) <= 130
    assert (
        done.result["records"]["Update_CloudFront_Status"][0]["E1"]["Update_Dist_Error"]["code"]
        == "InvalidViewerCertificate"
    )


def test_an_old_certificate_that_is_refused_is_not_tried_again(world: World) -> None:
    world.certificate["upload_date"] = "2026-01-01T00:00:00Z"
    world.cloudfront.calls.refusals["UpdateDistribution"] = [NOT_VISIBLE] * 999
    assert statuses(world.run()) == {"E1": "failed", "E2": "failed"}
    assert not world.clock.naps


def test_a_change_in_progress_is_awaited_by_listing_and_the_others_go_on(world: World) -> None:
    world.cloudfront.update_distribution("E1", world.cloudfront.get_distribution_config("E1"))
    world.cloudfront.calls.refusals["UpdateDistribution E1"] = [IN_PROGRESS]
    done = world.run()
    assert statuses(done) == {"E1": "rebound", "E2": "rebound"}
    assert world.cloudfront.calls.made.count("UpdateDistribution") == 4


def test_a_change_in_progress_that_does_not_end_is_bounded(world: World) -> None:
    world.cloudfront.calls.refusals["UpdateDistribution E1"] = [IN_PROGRESS] * 999
    done = world.run(wait_timeout=120)
    assert statuses(done) == {"E1": "failed", "E2": "rebound"}
    assert sum(world.clock.naps) <= 121


def test_a_dedicated_ip_is_kept_with_a_warning(world: World) -> None:
    world.cloudfront.add("E4", [], bound_to("ASCAOLD").replace("sni-only", "vip"))
    done = world.run()
    assert done.after["E4"]["ViewerCertificate"]["SSLSupportMethod"] == "vip"
    assert any("E4 has SSLSupportMethod vip" in warning for warning in done.warnings)
