# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import iam_server_cert_cleanup
from unit.fakes import modules
from unit.fakes.calls import refused_by_aws
from unit.fakes.certificates import issue
from unit.fakes.clock import present_clock
from unit.fakes.cloudfront import FakeCloudFront, bound_to
from unit.fakes.iam import FakeIam

PATH = "/cloudfront/certops/webapp/"
OURS = {"managed-by": "certops.cloudfront"}
DEFAULTS: dict[str, t.Any] = {name: spec.get("default") for name, spec in iam_server_cert_cleanup.ARGUMENT_SPEC.items()}
LEAF = issue("example.com").leaf


class World:
    """Certificates a (oldest), b, c (newest) of ours; E1 uses c."""

    def __init__(self) -> None:
        self.clock = present_clock()
        self.iam = FakeIam(self.clock)
        self.cloudfront = FakeCloudFront(self.clock)
        for name in "abc":
            self.iam.add(name, LEAF, path=PATH, tags=OURS)
        self.cloudfront.add("E1", ["example.com"], bound_to("ASCAC"))

    def run(self, check_mode: bool = False, **params: t.Any) -> Outcome:
        clients = iam_server_cert_cleanup.Clients(self.iam, self.cloudfront)  # type: ignore[arg-type]
        return modules.run(
            iam_server_cert_cleanup, {**DEFAULTS, "path": PATH, **params}, self.clock, check_mode, clients
        )


@pytest.fixture
def world() -> World:
    return World()


def test_check_do_again(world: World) -> None:
    predicted = world.run(True, keep=["c"])
    assert sorted(world.iam.contents) == ["a", "b", "c"]
    done = world.run(keep=["c"])
    again = world.run(keep=["c"])
    assert predicted == done
    assert done.result["deleted"] == ["b", "a"]
    assert done.result["records"] == {
        "Delete_Previous_IAM_SSL_Cert": dict.fromkeys(["b", "a"], "Successfully deleted IAM SSL Cert.")
    }
    assert [(kept["name"], kept["used_by"]) for kept in done.result["kept"]] == [("c", ["E1"])]
    assert (again.changed, again.result["deleted"], again.failure) == (False, [], None)


def test_calls_are_two_listings_and_two_for_each_deletion(world: World) -> None:
    world.run()
    assert world.cloudfront.calls.made == ["ListDistributions"]
    assert sorted(world.iam.calls.made) == ["DeleteServerCertificate"] * 2 + ["ListServerCertificateTags"] * 2 + [
        "ListServerCertificates"
    ]


def test_a_failed_search_deletes_nothing_and_fails(world: World) -> None:
    world.cloudfront.calls.refusals["ListDistributions"] = [refused_by_aws("AccessDenied")]
    done = world.run()
    assert done.failure is not None
    assert "AccessDenied" in done.failure
    assert (done.changed, done.result["deleted"], len(done.result["kept"])) == (False, [], 3)
    assert len(world.iam.contents) == 3


def test_require_unused_deletes_all_or_nothing(world: World) -> None:
    done = world.run(require_unused=True)
    assert done.failure is not None
    assert "c by E1" in done.failure
    assert len(world.iam.contents) == 3
    world.cloudfront.distributions.clear()
    assert world.run(require_unused=True).failure is None
    assert not world.iam.contents


def test_what_iam_calls_in_use_is_kept_without_failing_the_run(world: World) -> None:
    world.iam.calls.refusals["DeleteServerCertificate a"] = [refused_by_aws("DeleteConflict", "in use")] * 99
    done = world.run()
    assert (done.failure, done.result["deleted"]) == (None, ["b"])
    assert done.result["records"]["Delete_Previous_IAM_SSL_Cert"]["a"].startswith("Delete_IAM_Cert_Error: ")
    assert any("DeleteConflict" in warning for warning in done.warnings)


def test_one_that_cannot_be_deleted_does_not_stop_the_others(world: World) -> None:
    world.iam.calls.refusals["DeleteServerCertificate b"] = [refused_by_aws("AccessDenied")]
    done = world.run()
    assert done.failure is not None
    assert done.result["deleted"] == ["a"]


def test_nothing_is_deleted_while_a_rebind_is_deploying(world: World) -> None:
    config = world.cloudfront.get_distribution_config("E1")
    world.cloudfront.update_distribution("E1", config)
    assert world.run().result["deleted"] == []
    world.clock.sleep(60)
    assert world.run().result["deleted"] == ["b", "a"]


class Replaced(World):
    """A certificate of ours that another one replaced, both with IDs as IAM makes them; E1 uses the new one."""

    OLD, NEW = "webapp2026replaced", "webapp2027current"

    def __init__(self) -> None:
        super().__init__()
        self.iam.contents.clear()
        self.iam.add(self.OLD, LEAF, path=PATH, tags=OURS)
        self.new_id = self.iam.add(self.NEW, LEAF, path=PATH, tags=OURS).id
        self.cloudfront.distributions.clear()
        self.cloudfront.add("E1", ["example.com"], bound_to(str(self.new_id)))

    def clean(self, **params: t.Any) -> Outcome:
        return self.run(candidates=[self.OLD], keep=[self.NEW, self.new_id], **params)


def test_one_that_is_named_is_read_instead_of_all_that_are_listed() -> None:
    world = Replaced()
    assert world.clean().result["deleted"] == [world.OLD]
    assert world.iam.calls.made == ["GetServerCertificate", "DeleteServerCertificate"]
    assert world.cloudfront.calls.made == ["ListDistributions"]
    assert world.clean().result == {**world.clean(check_mode=True).result, "deleted": []}


def test_one_that_is_named_stays_while_its_successor_is_deploying() -> None:
    world = Replaced()
    world.cloudfront.update_distribution("E1", world.cloudfront.get_distribution_config("E1"))
    done = world.clean()
    assert done.result["deleted"] == []
    assert "not yet deployed" in done.result["kept"][0]["reason"]


@pytest.mark.parametrize("place", [{"path": "/cloudfront/certops/other/"}, {"tags": {"managed-by": "terraform"}}])
def test_one_that_is_named_stays_if_it_is_elsewhere_or_not_ours(place: dict[str, t.Any]) -> None:
    world = Replaced()
    del world.iam.contents[world.OLD]
    world.iam.add(world.OLD, LEAF, **{"path": PATH, "tags": OURS, **place})
    assert world.clean().result["deleted"] == []
    assert world.OLD in world.iam.contents


def test_one_that_is_named_stays_while_a_distribution_uses_it() -> None:
    world = Replaced()
    world.cloudfront.add("E2", ["www.example.com"], bound_to(f"ASCA{world.OLD.upper()}"))
    assert [kept["used_by"] for kept in world.clean().result["kept"]] == [["E2"]]


def test_bad_input_is_refused_before_any_call(world: World) -> None:
    with pytest.raises(ConfigError, match=r"too wide.*keep_previous"):
        world.run(path="/cloudfront/", keep_previous=-1)
    assert not world.iam.calls.made
