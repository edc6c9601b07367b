# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts are registered once, on the terms that a CA asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    ConfigError,
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
