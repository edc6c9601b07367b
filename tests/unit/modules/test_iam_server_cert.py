# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""iam_server_cert: its arguments and its check mode."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    ConfigError,
    RefusedError,
)
from unit.fakes.certificates import issue
from unit.fakes.server_cert_world import ISSUED, PATH, World


@pytest.fixture
def world() -> World:
    return World()


def shape(value: t.Any) -> t.Any:
    return {key: shape(inner) for key, inner in value.items()} if isinstance(value, dict) else ...


def test_check_do_again(world: World) -> None:
    predicted = world.store(check_mode=True)
    assert not world.iam.contents
    done = world.store()
    again = world.store()
    assert (predicted.changed, done.changed, again.changed) == (True, True, False)
    assert shape(predicted.result) == shape(done.result) == shape(again.result)
    assert (predicted.before, predicted.after) == (done.before, done.after)
    assert predicted.result["server_certificate"] == {
        **done.result["server_certificate"],
        "id": None,
        "arn": None,
        "upload_date": None,
    }
    assert done.result["server_certificate_id"] == done.result["server_certificate"]["id"] == "ASCAWEBAPP"
    assert again.result["server_certificate"] == done.result["server_certificate"]


def test_one_that_is_new_is_uploaded_without_a_look_at_what_there_is(world: World) -> None:
    assert world.store(is_new=True).changed
    assert "ListServerCertificates" not in world.iam.calls.made


def test_a_new_one_does_not_ask_for_a_name_that_is_known_to_be_taken(world: World) -> None:
    taken = world.store(check_mode=True).result["server_certificate"]["name"]
    world.iam.add(taken, issue("other.example").leaf, path=PATH)
    world.iam.calls.made.clear()
    assert world.store(is_new=True, other_names=[taken]).result["server_certificate"]["name"] == f"{taken}-2"
    assert world.iam.calls.made == ["UploadServerCertificate"]


def test_one_that_is_called_new_and_is_there_is_adopted(world: World) -> None:
    first = world.store()
    again = world.store(is_new=True)
    assert again.result["server_certificate"] == first.result["server_certificate"]
    assert len(world.iam.contents) == 1


def test_a_name_that_another_certificate_has_gets_a_number_also_if_it_is_new(world: World) -> None:
    taken = world.store(check_mode=True).result["server_certificate"]["name"]
    world.iam.add(taken, issue("other.example").leaf, path=PATH)
    assert world.store(is_new=True).result["server_certificate"]["name"] == f"{taken}-2"


def _problems(world: World, **params: t.Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        world.store(**params)
    assert not world.iam.calls.made, "bad input is refused before any call"
    return list(caught.value.problems)


def test_bad_input_is_refused_with_all_problems_at_once(world: World) -> None:
    old = issue("example.com", lifetime=timedelta(days=-1))
    problems = " ".join(
        _problems(
            world,
            issued=old,
            private_key=ISSUED.key,
            name="a b",
            expected_name="a/b",
            path="cloudfront",
            quota_headroom=-1,
            chain=ISSUED.chain,
        )
    )
    for expected in (
        "name: 'a b'",
        "expected_name:",
        "path:",
        "quota_headroom:",
        "does not belong",
        "expired",
        "contradicts itself",
    ):
        assert expected in problems


def test_a_planned_bundle_is_predicted_in_check_mode(world: World) -> None:
    done = world.run(
        True,
        name_prefix="webapp",
        path=PATH,
        bundle={"uri": None, "domains": ["example.com"], "key_type": "ecdsa_p256", "serial": None},
    )
    assert done.changed
    assert shape(done.result) == shape(World().store().result)
    certificate = done.result["server_certificate"]
    assert (certificate["domains"], certificate["key_type"], certificate["id"]) == (["example.com"], "ecdsa_p256", None)
    assert world.iam.calls.made == ["GetAccountSummary"]


def test_a_planned_bundle_without_room_for_it_is_refused(world: World) -> None:
    world.iam.quota = 0
    with pytest.raises(RefusedError, match="quota"):
        world.run(
            True,
            name_prefix="webapp",
            path=PATH,
            bundle={"uri": None, "domains": ["example.com"], "key_type": "ecdsa_p256"},
        )


def test_a_key_type_that_cloudfront_refuses_is_refused_below_its_path_only(world: World) -> None:
    planned = {"uri": None, "domains": ["example.com"], "key_type": "ecdsa_secp384r1"}
    with pytest.raises(ConfigError, match="does not accept a key of type ecdsa_secp384r1"):
        world.run(True, name="webapp", bundle=planned)
    assert world.run(True, name="webapp", bundle=planned, path="/elb/").changed
