# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundle of a finished order in the archive."""

from __future__ import annotations

import io
import tarfile
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from unit.fakes.clock import START
from unit.fakes.issuing_world import (
    World,
)


@pytest.fixture
def world() -> World:
    return World()


def test_an_issued_bundle_is_in_the_archive_with_its_key(world: World) -> None:
    outcome = world.run()
    assert outcome.changed
    assert outcome.result["issued"]
    key = "webapp/2027-01-06-0442.tar.gz"
    assert outcome.result["bundle"]["uri"] == f"file:///archive/{key}"
    bundle = bundles.unpack(world.archive.objects[key], "x")
    assert crypto.key_matches(bundle.privkey, bundle.cert)
    assert bundle.manifest is not None
    assert bundle.manifest.order_url == outcome.result["order_url"] == "https://ca.example/order/1"
    with tarfile.open(fileobj=io.BytesIO(world.archive.objects[key])) as tar:
        assert {member.name: oct(member.mode) for member in tar} == {
            "cert.pem": "0o644",
            "chain.pem": "0o644",
            "fullchain.pem": "0o644",
            "privkey.pem": "0o600",
            "manifest.json": "0o644",
        }


def test_two_bundles_of_one_minute_do_not_overwrite_each_other(world: World) -> None:
    world.run()
    world.clock.time = START + timedelta(seconds=30)
    outcome = world.run(key_type="rsa_2048")
    assert outcome.result["bundle"]["uri"].endswith("webapp/2027-01-06-0442-2.tar.gz")
    assert not world.run(key_type="rsa_2048").changed
