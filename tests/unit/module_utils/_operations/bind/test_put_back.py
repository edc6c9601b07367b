# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the edge was found not to serve goes back to what it had."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.cloudfront import DistributionConfig
from unit.fakes.binding_world import UNKNOWN, World, row, served, statuses
from unit.fakes.calls import refused_by_aws

DEFAULT_CERTIFICATE = (
    "<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate><SSLSupportMethod>vip</SSLSupportMethod>"
    "<MinimumProtocolVersion>TLSv1</MinimumProtocolVersion>"
)


@pytest.fixture
def world() -> World:
    return World()


def test_what_is_not_served_goes_back_to_exactly_what_it_had(world: World) -> None:
    served(world, "0" * 64)
    before = world.cloudfront.xml["E1"]
    done = world.run(verify="tls")
    assert world.cloudfront.xml["E1"] == before
    assert world.cloudfront.bound("E2") == "ASCANEW"
    assert statuses(done) == {"E1": "rolled_back", "E2": "rebound"}
    assert done.failure is not None
    assert "its former certificate ASCAOLD was put back" in done.failure
    assert "not yet deployed" not in done.failure
    assert (done.result["complete"], done.result["verified"], row(done, "E1")["verified"]) == (False, False, False)
    assert row(done, "E1")["etag_after"] == row(done, "E1")["etag_before"]
    assert "Update_Dist_Error" in done.result["records"]["Update_CloudFront_Status"][0]["E1"]
    assert list(done.after) == ["E2"]


def test_the_next_run_tries_again_what_was_rolled_back(world: World) -> None:
    served(world, "0" * 64)
    world.run(verify="tls")
    served(world, "f" * 64)
    assert statuses(world.run(verify="tls")) == {"E1": "rebound", "E2": "already"}
    assert world.cloudfront.bound("E1") == "ASCANEW"


def test_a_rollback_that_is_not_deployed_in_time_is_told(world: World) -> None:
    served(world, "0" * 64)
    done = world.run(verify="tls", wait_timeout=70)
    assert statuses(done)["E1"] == "rolled_back"
    assert "was put back, but is not yet deployed" in (done.failure or "")


@pytest.mark.parametrize(
    "setting", [pytest.param(UNKNOWN.replace("1", "2"), id="other settings"), pytest.param("", id="nothing")]
)
def test_other_settings_that_somebody_changes_meanwhile_survive_the_rollback(world: World, setting: str) -> None:
    served(world, "0" * 64)
    before = world.cloudfront.xml["E1"]

    def intrude() -> None:
        world.cloudfront.change("E1", world.cloudfront.xml["E1"].replace(UNKNOWN.encode(), setting.encode()))

    world.tls.on_first_probe = intrude
    assert statuses(world.run(verify="tls"))["E1"] == "rolled_back"
    assert world.cloudfront.xml["E1"] == before.replace(UNKNOWN.encode(), setting.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("ASCANEW", "ASCATHEIRS", id="certificate"),
        pytest.param("TLSv1.2_2019", "TLSv1.3_2025", id="minimum protocol"),
    ],
)
def test_a_viewer_certificate_that_somebody_changes_meanwhile_is_left_alone(world: World, old: str, new: str) -> None:
    served(world, "0" * 64)

    def intrude() -> None:
        world.cloudfront.change("E1", world.cloudfront.xml["E1"].replace(old.encode(), new.encode()))

    world.tls.on_first_probe = intrude
    done = world.run(verify="tls")
    assert statuses(done)["E1"] == "failed"
    assert "it was changed outside this run" in (done.failure or "")
    assert new.encode() in world.cloudfront.xml["E1"]


def test_a_distribution_without_a_certificate_of_its_own_before_is_left_bound(world: World) -> None:
    world.cloudfront.add("E1", ["www.example.com"], DEFAULT_CERTIFICATE)
    served(world, "0" * 64)
    done = world.run(verify="tls", match=["previous", "aliases"], previous=[])
    assert statuses(done)["E1"] == "failed"
    assert "had no certificate of its own before" in (done.failure or "")
    assert world.cloudfront.bound("E1") == "ASCANEW"


def test_a_distribution_that_was_not_rebound_by_this_run_is_left_alone(world: World) -> None:
    served(world, "f" * 64)
    world.run(verify="tls")
    served(world, "0" * 64)
    assert statuses(world.run(verify="tls")) == {"E1": "failed", "E2": "already"}
    assert world.cloudfront.bound("E1") == "ASCANEW"


def test_a_rollback_that_cloudfront_refuses_is_told_with_the_reason(world: World) -> None:
    served(world, "0" * 64)
    world.cloudfront.calls.refusals["UpdateDistribution E1"] = [
        None,
        refused_by_aws("InvalidViewerCertificate", "The certificate has expired"),
    ]
    done = world.run(verify="tls")
    assert statuses(done)["E1"] == "failed"
    assert "could not be put back" in (done.failure or "")
    assert "has expired" in (done.failure or "")
    assert world.cloudfront.bound("E1") == "ASCANEW"


@pytest.mark.parametrize("lost", ["PreconditionFailed", "answer"])
def test_a_rollback_goes_on_after_a_stale_version_or_a_lost_answer(world: World, lost: str) -> None:
    served(world, "0" * 64)
    original = world.cloudfront.update_distribution

    def update(identifier: str, config: DistributionConfig) -> str:
        etag = original(identifier, config)
        if lost == "answer" and identifier == "E1" and world.cloudfront.bound("E1") == "ASCAOLD":
            world.cloudfront.update_distribution = original  # type: ignore[method-assign]
            raise refused_by_aws("PreconditionFailed")
        return etag

    world.cloudfront.update_distribution = update  # type: ignore[method-assign]
    if lost != "answer":
        world.cloudfront.calls.refusals["UpdateDistribution E1"] = [None, refused_by_aws("PreconditionFailed")]
    assert statuses(world.run(verify="tls"))["E1"] == "rolled_back"
    assert world.cloudfront.bound("E1") == "ASCAOLD"
