# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import iam_server_cert_info
from unit.fakes import modules
from unit.fakes.calls import refused_by_aws
from unit.fakes.certificates import issue
from unit.fakes.clock import present_clock
from unit.fakes.cloudfront import FakeCloudFront, bound_to
from unit.fakes.iam import FakeIam

ISSUED = issue("example.com")


class World:
    def __init__(self) -> None:
        self.clock = present_clock()
        self.iam = FakeIam(self.clock)
        self.cloudfront = FakeCloudFront(self.clock)
        self.iam.add("b", ISSUED.leaf, ISSUED.chain, "/cloudfront/x/", {"managed-by": "us"})
        self.iam.add("a", ISSUED.leaf, ISSUED.chain, "/cloudfront/y/")
        self.cloudfront.add("E1", [], bound_to("ASCAB"))

    def found(
        self, name: str | None = None, path: str | None = None, usage: bool = False, content: bool = True
    ) -> list[dict[str, t.Any]]:
        clients = iam_server_cert_info.Clients(self.iam, self.cloudfront)  # type: ignore[arg-type]
        outcome = modules.run(
            iam_server_cert_info,
            {"name": name, "path": path, "usage": usage, "content": content},
            self.clock,
            clients=clients,
        )
        assert not outcome.changed
        return t.cast("list[dict[str, t.Any]]", outcome.result["server_certificates"])


@pytest.fixture
def world() -> World:
    return World()


def test_all_are_found_by_name(world: World) -> None:
    assert [one["name"] for one in world.found()] == ["a", "b"]


def test_a_path_is_a_prefix(world: World) -> None:
    assert [one["name"] for one in world.found(path="/cloudfront/x/")] == ["b"]


def test_a_name_that_is_not_there_gives_an_empty_list(world: World) -> None:
    assert world.found(name="none") == []


def test_what_is_returned(world: World) -> None:
    (one,) = world.found(name="b", usage=True)
    assert (one["id"], one["domains"], one["tags"], one["used_by"]) == (
        "ASCAB",
        ["example.com"],
        {"managed-by": "us"},
        ["E1"],
    )
    assert "used_by" not in world.found(name="b")[0]


def test_without_content_a_listing_is_all_that_is_read(world: World) -> None:
    found = world.found(usage=True, content=False)
    assert [(one["name"], one["id"], one["used_by"]) for one in found] == [("a", "ASCAA", []), ("b", "ASCAB", ["E1"])]
    assert "GetServerCertificate" not in world.iam.calls.made


def test_one_name_is_never_looked_for_without_content(world: World) -> None:
    with pytest.raises(ConfigError, match="content"):
        world.found(name="b", content=False)


def test_a_denied_call_is_never_an_empty_list(world: World) -> None:
    world.iam.calls.refusals["ListServerCertificates"] = [refused_by_aws("AccessDenied")]
    with pytest.raises(RemoteError):
        world.found()
