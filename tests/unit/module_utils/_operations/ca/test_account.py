# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""acme_account against a CA and an archive in memory: each state, twice, in check mode, and killed at every call."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, ConfigError, RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.ca.registrar import Registrar
from ansible_collections.certops.cloudfront.plugins.modules import acme_account
from unit.fakes import modules
from unit.fakes.archive import FakeArchive
from unit.fakes.ca import FakeCA
from unit.fakes.calls import Calls, KilledError, refusal
from unit.fakes.clock import START, FakeClock
from unit.fakes.route53 import FakeRoute53

DEFAULTS = {name: option.get("default") for name, option in acme_account.ARGUMENT_SPEC.items()}
NOW = times.to_text(START)


@dataclass
class World:
    calls: Calls = field(default_factory=Calls)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.archive = FakeArchive(self.calls)
        self.ca = FakeCA(FakeRoute53(self.calls), self.clock, self.calls)

    def run(self, check_mode: bool = False, **given: t.Any) -> Outcome:
        clients = acme_account.Clients(self.archive, self.ca)
        return modules.run(
            acme_account, {**DEFAULTS, "acme_terms_agreed": True, **given}, self.clock, check_mode, clients
        )

    def twice(self, **given: t.Any) -> Outcome:
        """Predicted, done, and then nothing is left to do."""
        predicted = self.run(check_mode=True, **given)
        done = self.run(**given)
        assert (predicted.changed, predicted.result.keys()) == (done.changed, done.result.keys())
        assert not self.run(**given).changed
        assert not self.run(check_mode=True, **given).changed
        return done

    def use(self, calls: Calls) -> None:
        self.calls = self.archive.calls = self.ca.calls = calls

    def documents(self) -> list[dict[str, t.Any]]:
        return [json.loads(content) for content in self.archive.objects.values()]


@pytest.fixture
def world() -> World:
    return World()


def test_an_account_is_registered_once(world: World) -> None:
    done = world.twice(acme_contacts=["ops@example.com"])
    assert done.changed
    assert done.result["account"]["url"] in world.ca.accounts.values()
    assert (done.result["account"]["contacts"], done.result["account"]["key_since"]) == (["ops@example.com"], NOW)
    assert len(world.ca.registrations) == 1


def test_check_mode_registers_nothing(world: World) -> None:
    assert world.run(check_mode=True).changed
    assert world.calls.made == ["directory"]


@pytest.mark.parametrize("given", [{"acme_terms_agreed": False}, {"acme_directory": "zerossl"}])
@pytest.mark.parametrize("check_mode", [True, False])
def test_what_registering_needs_is_asked_for(world: World, given: dict[str, t.Any], check_mode: bool) -> None:
    with pytest.raises(ConfigError, match="acme_"):
        world.run(check_mode=check_mode, **given)
    assert world.ca.accounts == {}


def test_an_account_that_the_ca_lost_is_registered_again(world: World) -> None:
    world.run()
    world.ca.accounts.clear()
    assert "no longer knows the account" in world.twice().result["reason"]
    assert len(world.ca.accounts) == 1


def test_the_key_is_changed_once(world: World) -> None:
    url = world.run().result["account"]["url"]
    world.clock.sleep(86400)
    since = times.to_text(world.clock.now())
    done = world.twice(key_since=since)
    assert done.result["account"] == {**done.result["account"], "url": url, "key_since": since}
    assert world.calls.made.count("keyChange") == 1
    assert list(world.ca.accounts.values()) == [url]


def test_a_time_in_the_future_would_change_the_key_for_ever(world: World) -> None:
    with pytest.raises(ConfigError, match="is in the future"):
        world.run(key_since="2099-01-01T00:00:00Z")


def test_a_key_that_the_ca_refuses_is_dropped(world: World) -> None:
    world.run()
    world.clock.sleep(10)
    world.calls.refusals["keyChange"] = [refusal("badPublicKey", status=400)]
    with pytest.raises(RemoteError, match="badPublicKey"):
        world.run(key_since=times.to_text(world.clock.now()))
    assert [document["next_key"] for document in world.documents()] == [None]
    assert not world.run().changed


ROLL_OVER_CALLS = 8


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("number", range(ROLL_OVER_CALLS))
def test_a_change_of_key_that_was_killed_anywhere_leaves_one_account_with_a_valid_key(
    world: World, number: int, after_effect: bool
) -> None:
    url = world.run().result["account"]["url"]
    world.clock.sleep(86400)
    given = {"key_since": times.to_text(world.clock.now())}
    world.use(Calls(dies_at=number, after_effect=after_effect))
    try:
        world.run(**given)
    except KilledError:
        pass
    world.use(Calls())
    predicted = world.run(check_mode=True, **given)
    assert world.run(**given).changed is predicted.changed
    assert list(world.ca.accounts.values()) == [url]
    (document,) = world.documents()
    assert document["next_key"] is None
    assert Registrar(world.archive, world.ca, world.clock).is_registered(_account(world))
    assert not world.run(**given).changed


def _account(world: World) -> t.Any:
    found = Registrar(world.archive, world.ca, world.clock).known("https://acme-v02.api.letsencrypt.org/directory", ())
    assert found is not None
    return found


def test_a_run_that_issues_finds_the_valid_key(world: World) -> None:
    world.run()
    world.clock.sleep(10)
    world.use(Calls(dies_at=world_calls_until("keyChange"), after_effect=True))
    with pytest.raises(KilledError):
        world.run(key_since=times.to_text(world.clock.now()))
    world.use(Calls())
    assert [bool(document["next_key"]) for document in world.documents()] == [True]
    assert _account(world).next_key is None
    assert Registrar(world.archive, world.ca, world.clock).is_registered(_account(world))


def world_calls_until(name: str) -> int:
    world = World()
    world.run()
    world.clock.sleep(10)
    world.use(Calls())
    world.run(key_since=times.to_text(world.clock.now()))
    return world.calls.made.index(name)


def test_other_contacts_are_another_account_unless_the_former_ones_are_named(world: World) -> None:
    first = world.run(acme_contacts=["a@example.com"]).result["account"]["url"]
    second = world.run(acme_contacts=["b@example.com"]).result["account"]["url"]
    assert first != second
    moved = world.twice(acme_contacts=["c@example.com"], former_contacts=["a@example.com"])
    assert moved.result["account"]["url"] == first
    assert world.ca.contacts == {first: ("c@example.com",)}
    assert sorted(document["contacts"] for document in world.documents()) == [["b@example.com"], ["c@example.com"]]
    with pytest.raises(ConfigError, match="former_contacts"):
        world.run(acme_contacts=["c@example.com"], former_contacts=["b@example.com"])


def test_contacts_in_other_letters_keep_the_account(world: World) -> None:
    first = world.run(acme_contacts=["Ops@example.com"]).result["account"]["url"]
    assert world.twice(acme_contacts=["ops@example.com"]).result["account"]["url"] == first
    assert [document["contacts"] for document in world.documents()] == [["ops@example.com"]]


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("number", range(6))
def test_a_change_of_contacts_that_was_killed_is_finished(world: World, number: int, after_effect: bool) -> None:
    url = world.run(acme_contacts=["a@example.com"]).result["account"]["url"]
    given = {"acme_contacts": ["b@example.com"], "former_contacts": ["a@example.com"]}
    world.use(Calls(dies_at=number, after_effect=after_effect))
    try:
        world.run(**given)
    except KilledError:
        pass
    world.use(Calls())
    assert world.run(**given).result["account"]["url"] == url
    assert [document["contacts"] for document in world.documents()] == [["b@example.com"]]


def test_an_account_is_deactivated_once(world: World) -> None:
    world.run()
    done = world.twice(state="deactivated")
    assert (done.changed, done.result["account"]) == (True, None)
    assert (world.ca.accounts, world.archive.objects) == ({}, {})


@pytest.mark.parametrize("code", ["accountDoesNotExist", "unauthorized"])
def test_an_account_that_is_no_more_is_just_not_kept(world: World, code: str) -> None:
    world.run()
    world.calls.refusals["findAccount"] = [refusal(code)]
    assert world.run(state="deactivated").changed
    assert world.archive.objects == {}


def test_a_ca_that_is_away_deactivates_nothing(world: World) -> None:
    world.run()
    world.calls.refusals["findAccount"] = [refusal("serverInternal", status=500)]
    with pytest.raises(CertError):
        world.run(state="deactivated")
    assert len(world.documents()) == 1


def test_every_problem_is_told_before_anything_is_called() -> None:
    bad = {"acme_directory": "nobody", "acme_contacts": ["x"], "acme_eab_kid": "k", "key_since": "soon"}
    with pytest.raises(ConfigError) as caught:
        acme_account.parse(Params({**DEFAULTS, **bad}, FakeClock().now(), check_mode=False))
    assert len(caught.value.problems) == 4


def test_no_key_is_shown(world: World) -> None:
    outcome = world.run()
    (document,) = world.documents()
    assert document["private_key"][40:80] not in repr(outcome)
