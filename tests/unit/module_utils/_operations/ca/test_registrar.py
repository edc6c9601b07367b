# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts are registered once, on the terms that a CA asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    ConfigError,
    RefusedError,
    RemoteError,
)
from unit.fakes.calls import refusal
from unit.fakes.issuing_world import (
    World,
)


@pytest.fixture
def world() -> World:
    return World()


def test_an_archive_that_cannot_be_written_costs_no_account(world: World) -> None:
    world.calls.refusals["put account"] = [refusal("AccessDenied", "s3")]
    with pytest.raises(RemoteError, match="AccessDenied"):
        world.run()
    assert "newAccount" not in world.calls.made


def test_no_account_is_registered_without_agreement(world: World) -> None:
    with pytest.raises(ConfigError, match="acme_terms_agreed"):
        world.run(acme_terms_agreed=False)
    assert world.calls.made == []
    world.run()
    world.clock.time += timedelta(days=40)
    assert world.run(acme_terms_agreed=False).result["issued"]


@pytest.mark.parametrize("directory", ["zerossl", "https://ca.example/directory"])
def test_a_ca_that_wants_a_binding_gets_one_or_no_order(world: World, directory: str) -> None:
    world.ca.needs_eab = True
    with pytest.raises(ConfigError, match="acme_eab_kid"):
        world.run(acme_directory=directory)
    assert "newAccount" not in world.calls.made
    assert world.run(acme_directory=directory, acme_eab_kid="kid-1", acme_eab_hmac_key="c2VjcmV0").result["issued"]
    binding = world.ca.registrations[0].external_account
    assert binding is not None
    assert binding.kid == "kid-1"
    assert "c2VjcmV0" not in repr(world.ca.registrations)


def test_each_set_of_contacts_has_its_own_account(world: World) -> None:
    world.run(acme_contacts=["ops@example.com"])
    world.run(project="other", acme_contacts=["mailto:ops@example.com"])
    world.run(project="third", acme_contacts=[])
    assert len(world.ca.accounts) == 2


class TestBeforeAnOrder:
    """What check mode, and so the check of a definition, finds."""

    def renewal(self, world: World) -> None:
        world.run()
        world.clock.time += timedelta(days=40)
        world.forget_calls()

    def test_an_account_that_the_ca_accepts_is_looked_at_once(self, world: World) -> None:
        self.renewal(world)
        assert world.run(check_mode=True).changed
        assert world.calls.made.count("account") == 1
        assert "newOrder" not in world.calls.made

    def test_a_deactivated_account_is_told_with_the_way_out(self, world: World) -> None:
        self.renewal(world)
        world.ca.deactivated = set(world.ca.accounts.values())
        with pytest.raises(RemoteError) as caught:
            world.run(check_mode=True)
        assert caught.value.code == "unauthorized"

    def test_a_status_that_the_ca_tells_is_told_with_the_way_out(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.renewal(world)
        monkeypatch.setattr("unit.fakes.ca.FakeClient.account_status", lambda _self, _url: "revoked")
        with pytest.raises(RefusedError, match="says that it is revoked; run acme_account with state=deactivated"):
            world.run(check_mode=True)

    @pytest.mark.parametrize(
        ("code", "status"), [("accountDoesNotExist", 400), ("malformed", 400), ("unknown", 404), ("unknown", 405)]
    )
    def test_a_ca_that_does_not_show_accounts_is_asked_for_the_order(
        self, world: World, code: str, status: int
    ) -> None:
        self.renewal(world)
        world.calls.refusals["account"] = [refusal(code, status=status)]
        assert world.run(check_mode=True).changed

    @pytest.mark.parametrize("code", ["serverInternal", "rateLimited", "unauthorized"])
    def test_a_ca_that_answers_nothing_or_no_is_not_asked_for_an_order(self, world: World, code: str) -> None:
        self.renewal(world)
        world.calls.refusals["account"] = [refusal(code)]
        with pytest.raises(RemoteError, match=code):
            world.run(check_mode=True)

    def test_a_first_order_has_no_account_to_look_at(self, world: World) -> None:
        assert world.run(check_mode=True).changed
        assert "account" not in world.calls.made

    def test_a_binding_that_only_the_directory_asks_for_is_missed(self, world: World) -> None:
        world.ca.needs_eab = True
        with pytest.raises(ConfigError, match="acme_eab_kid"):
            world.run(check_mode=True)


@pytest.mark.parametrize("key", ["c2VjcmV0a", "c2Vjc===", "c2Vj cmV0", "c2Vj+mV0", "-----"])
def test_a_binding_key_that_cannot_be_decoded_is_named_before_any_call(world: World, key: str) -> None:
    with pytest.raises(ConfigError, match="acme_eab_hmac_key: is not base64url") as caught:
        world.run(acme_eab_kid="kid-1", acme_eab_hmac_key=key)
    assert (world.calls.made, key in caught.value.message) == ([], False)
