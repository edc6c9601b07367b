# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server certificate is deleted when nothing uses it."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    RefusedError,
    RemoteError,
)
from unit.fakes.calls import refused_by_aws
from unit.fakes.cloudfront import bound_to
from unit.fakes.server_cert_world import World

OURS = {"managed-by": "certops.cloudfront", "certops:project": "webapp"}


@pytest.fixture
def world() -> World:
    return World()


def test_absent_check_do_again(world: World) -> None:
    world.store(tags=OURS)
    predicted = world.run(True, state="absent", name="webapp")
    assert "webapp" in world.iam.contents
    done = world.run(state="absent", name="webapp")
    again = world.run(state="absent", name="webapp")
    assert (predicted.changed, done.changed, again.changed) == (True, True, False)
    assert predicted.result == done.result
    assert predicted.before == done.before
    assert again.result["server_certificate"] is None
    assert again.result.keys() == done.result.keys()


def test_one_in_use_is_never_deleted_and_its_users_are_named(world: World) -> None:
    world.store(tags=OURS)
    world.cloudfront.add("E1", ["example.com"], bound_to("ASCAWEBAPP"))
    world.cloudfront.add("E2", [], bound_to("ASCAWEBAPP"), staging=True)
    for check_mode in (True, False):
        with pytest.raises(RefusedError, match="E1, E2") as caught:
            world.run(check_mode, state="absent", name="webapp")
        assert caught.value.details["used_by"] == ["E1", "E2"]
    assert "DeleteServerCertificate" not in world.iam.calls.made


def test_a_failed_search_deletes_nothing(world: World) -> None:
    world.store(tags=OURS)
    world.cloudfront.calls.refusals["ListDistributions"] = [refused_by_aws("AccessDenied")]
    with pytest.raises(RemoteError, match="AccessDenied"):
        world.run(state="absent", name="webapp")
    assert "webapp" in world.iam.contents


def test_iam_may_know_it_as_in_use_a_little_longer(world: World) -> None:
    world.store(tags=OURS)
    world.iam.calls.refusals["DeleteServerCertificate"] = [refused_by_aws("DeleteConflict")] * 2
    assert world.run(state="absent", name="webapp").changed
    assert "webapp" not in world.iam.contents


def test_what_iam_keeps_calling_in_use_is_kept_and_said(world: World) -> None:
    world.store(tags=OURS)
    world.iam.calls.refusals["DeleteServerCertificate"] = [
        refused_by_aws("DeleteConflict", "used by a load balancer")
    ] * 99
    with pytest.raises(RefusedError, match=r"is kept: .*used by a load balancer"):
        world.run(state="absent", name="webapp")
    assert sum(world.clock.naps) <= 60


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        pytest.param({}, "the tag managed-by=certops.cloudfront is missing", id="untagged"),
        pytest.param({"managed-by": "us"}, "the tag managed-by=certops.cloudfront is missing", id="of another tool"),
        pytest.param(
            {"managed-by": "certops.cloudfront", "certops:project": "shop"},
            "its tag certops:project is 'shop'",
            id="moved",
        ),
    ],
)
def test_one_that_is_not_ours_is_deleted_only_by_force(world: World, tags: dict[str, str], said: str) -> None:
    world.store(tags=tags)
    for check_mode in (True, False):
        with pytest.raises(RefusedError, match=said):
            world.run(check_mode, state="absent", name="webapp")
    assert "DeleteServerCertificate" not in world.iam.calls.made
    assert world.run(state="absent", name="webapp", force=True).changed
    assert "webapp" not in world.iam.contents
