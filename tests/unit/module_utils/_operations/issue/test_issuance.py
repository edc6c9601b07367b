# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a certificate is issued again, and what a run reports."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import (
    RenewalInfo,
    Window,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    ConfigError,
    RefusedError,
    RemoteError,
)
from unit.fakes.issuing_world import (
    DOMAINS,
    World,
)
from unit.fakes.route53 import FakeRoute53


@pytest.fixture
def world() -> World:
    return World()


def test_a_second_run_changes_nothing_and_calls_nobody(world: World) -> None:
    first = world.run()
    world.forget_calls()
    second = world.run()
    assert not second.changed
    assert not second.result["issued"]
    assert second.result["bundle"] == first.result["bundle"]
    assert second.result["renewal"]["renew_at"] == "2027-02-05T04:42:01Z"
    assert "not due" in second.result["reason"]
    assert world.calls.made == []


def test_a_bundle_whose_certificate_is_revoked_counts_as_absent(world: World) -> None:
    first = world.run().result["bundle"]
    world.archive.objects[f"webapp/revoked/{first['fingerprint_sha256']}.json"] = b"{}"
    again = world.run()
    assert again.result["bundle"]["fingerprint_sha256"] != first["fingerprint_sha256"]
    assert [warning for warning in again.warnings if "is revoked; it is treated as missing" in warning]
    assert not world.run().changed


def test_check_mode_has_the_same_shape_and_writes_nothing(world: World) -> None:
    predicted = world.run(check_mode=True)
    assert world.calls.made == ["ListHostedZones", "directory"]
    assert world.archive.objects == {}
    assert predicted.changed
    assert predicted.result["bundle"]["domains"] == ["*.example.com", "example.com"]
    assert predicted.result["bundle"]["uri"] is None
    real = world.run()
    assert real.result.keys() == predicted.result.keys()
    assert real.result["bundle"].keys() == predicted.result["bundle"].keys()
    assert real.result["renewal"].keys() == predicted.result["renewal"].keys()
    assert real.after.keys() == predicted.after.keys()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        pytest.param({"domains": ["example.com"]}, "removed *.example.com", id="a name less"),
        pytest.param({"domains": [*DOMAINS, "a.b.example.com"]}, "added a.b.example.com", id="a name more"),
        pytest.param({"key_type": "rsa_2048"}, "key type", id="key type"),
        pytest.param({"acme_profile": "shortlived"}, "profile", id="profile"),
        pytest.param({"acme_directory": "https://other.example/dir"}, "directory", id="directory"),
        pytest.param({"issued_since": "2027-01-06T04:43:00Z"}, "issued_since", id="issued_since"),
    ],
)
def test_a_changed_definition_issues_once(world: World, changes: dict[str, t.Any], word: str) -> None:
    world.run()
    world.clock.time += timedelta(minutes=5)
    assert word in world.run(**changes).result["reason"]
    assert not world.run(**changes).changed
    assert world.ca.issued == 2


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"renewal_interval_days": 29}, id="interval"),
        pytest.param({"domains": list(reversed(DOMAINS))}, id="order of the names"),
        pytest.param({"domains": ["EXAMPLE.com, *.example.com"]}, id="way of writing the names"),
        pytest.param({"acme_contacts": ["ops@example.com"]}, id="contacts"),
        pytest.param({"issued_since": "2027-01-06T04:42:00Z"}, id="issued_since before the issue"),
    ],
)
def test_a_change_that_does_not_touch_the_certificate_does_not_reissue(world: World, changes: dict[str, t.Any]) -> None:
    world.run()
    world.clock.time += timedelta(minutes=5)
    assert not world.run(**changes).changed
    assert world.ca.issued == 1


def test_a_due_certificate_is_renewed_with_a_new_key(world: World) -> None:
    first = world.run().result["bundle"]
    world.clock.time += timedelta(days=30, minutes=1)
    second = world.run()
    assert "due since" in second.result["reason"]
    keys = [bundles.unpack(world.archive.objects[key], key).privkey for key in world.archive.keys(".tar.gz")]
    assert len(set(keys)) == 2
    assert second.result["bundle"]["serial"] != first["serial"]
    assert len(world.ca.accounts) == 1


def test_a_sixth_failed_validation_within_an_hour_is_not_risked(world: World) -> None:
    world.ca.zones = FakeRoute53()
    for _number in range(5):
        with pytest.raises(RemoteError, match="no such TXT value"):
            world.run()
        world.clock.sleep(60)
    made = len(world.ca.orders)
    for check_mode in (True, False):
        with pytest.raises(RefusedError, match=r"example\.com failed 5 times within the last hour") as caught:
            world.run(check_mode=check_mode)
    assert len(world.ca.orders) == made
    assert caught.value.details["retry_at"] == "2027-01-06T05:42:01Z"
    with pytest.raises(RemoteError, match="no such TXT value"):
        world.run(ignore_failed_validations=True)
    world.clock.sleep(3600)
    world.ca.zones = world.zones
    assert world.run().result["issued"]
    assert world.archive.keys("failures") == []


def test_a_damaged_bundle_is_replaced_with_a_warning(world: World) -> None:
    world.run()
    key = world.archive.keys(".tar.gz")[0]
    world.archive.objects[key] = world.archive.objects[key][:50]
    outcome = world.run()
    assert outcome.result["issued"]
    assert key in outcome.warnings[0]


def test_a_damaged_unfinished_order_is_told_and_left_alone(world: World) -> None:
    world.archive.objects["webapp/pending/x.json"] = b'{"private_key": "PRIVATE KEY of nobody'
    outcome = world.run()
    assert outcome.result["issued"]
    assert "webapp/pending/x.json" in outcome.warnings[0]
    assert "PRIVATE KEY" not in "".join(outcome.warnings)


def test_dest_keeps_the_same_files_and_is_put_right(world: World, tmp_path: Path) -> None:
    dest = tmp_path / "site"
    world.run(dest=str(dest))
    assert sorted(path.name for path in dest.iterdir()) == [
        "cert.pem",
        "chain.pem",
        "fullchain.pem",
        "manifest.json",
        "privkey.pem",
    ]
    assert (dest / "privkey.pem").stat().st_mode & 0o777 == 0o600
    assert not world.run(dest=str(dest)).changed
    (dest / "chain.pem").unlink()
    assert world.run(check_mode=True, dest=str(dest)).changed
    assert not (dest / "chain.pem").exists()
    assert world.run(dest=str(dest)).changed
    (dest / "privkey.pem").chmod(0o644)
    assert world.run(dest=str(dest)).changed
    assert (dest / "privkey.pem").stat().st_mode & 0o777 == 0o600
    assert not world.run(dest=str(dest)).changed
    assert bundles.read(str(dest)).manifest is not None


def test_a_long_interval_is_clamped_with_one_warning(world: World) -> None:
    outcome = world.run(renewal_interval_days=89)
    assert len(outcome.warnings) == 1
    assert outcome.result["renewal"]["renew_at"].startswith("2027-02-05")


def test_an_issued_since_in_the_future_is_refused(world: World) -> None:
    with pytest.raises(ConfigError, match="future"):
        world.run(issued_since="2027-01-06T04:42:01Z")


DAY = timedelta(days=1)


URL = "https://ca.example/incident"


def known(outcome: Outcome, after: timedelta) -> dict[str, t.Any]:
    """Renewal information of this certificate with a window that begins ``after`` its start."""
    info = RenewalInfo.from_dict(outcome.result["renewal"]["ari"])
    start = times.from_text(outcome.result["bundle"]["not_before"]) + after
    return replace(
        info, window=Window(start, start + DAY), selected_at=start, next_check_at=start, explanation_url=URL
    ).as_dict()


def cert_id(outcome: Outcome) -> str:
    return str(outcome.result["renewal"]["ari"]["cert_id"])


def test_a_new_certificate_has_a_name_and_nothing_else_is_known_of_it(world: World) -> None:
    ari = world.run().result["renewal"]["ari"]
    key_id, _dot, serial = ari.pop("cert_id").partition(".")
    assert key_id
    assert serial
    assert set(ari.values()) == {None}


def test_a_window_in_the_past_renews_at_once_and_says_why(world: World) -> None:
    first = world.run()
    world.clock.time += 2 * DAY
    assert not world.run().changed
    again = world.run(renewal_info=known(first, DAY))
    assert again.result["issued"]
    assert "renewal information" in again.result["reason"]
    assert URL in again.result["reason"]


def test_a_window_in_the_future_is_when_it_is_due(world: World) -> None:
    given = known(world.run(), 10 * DAY)
    kept = world.run(renewal_info=given)
    assert not kept.changed
    assert kept.result["renewal"]["renew_at"] == given["selected_at"]
    assert kept.result["renewal"]["ari"] == given


def test_what_was_known_of_the_certificate_before_does_not_renew_the_new_one(world: World) -> None:
    given = known(world.run(), timedelta(0))
    second = world.run(renewal_info=given)
    assert second.result["issued"]
    third = world.run(renewal_info=given)
    assert not third.changed
    assert cert_id(third) == cert_id(second)


def test_check_mode_predicts_it(world: World) -> None:
    given = known(world.run(), timedelta(0))
    predicted = world.run(check_mode=True, renewal_info=given)
    assert predicted.changed
    assert (predicted.result["replaces"], predicted.result["renewal"]["ari"]) == (None, given)


@pytest.mark.parametrize("given", [{"cert_id": "x"}, {"cert_id": "x", "window_start": "soon"}])
def test_renewal_info_that_is_none_is_refused_with_all_other_problems(world: World, given: dict[str, t.Any]) -> None:
    with pytest.raises(ConfigError, match="renewal_info") as caught:
        world.run(renewal_info=given, renewal_interval_days=0)
    assert len(caught.value.problems) == 2
    assert world.calls.made == []
