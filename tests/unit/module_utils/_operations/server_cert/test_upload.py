# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate is in IAM once, under a name that says when it expires."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
    Content,
    StoredCertificate,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    RefusedError,
    RemoteError,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.server_cert import upload as _storing
from unit.fakes.calls import refused_by_aws
from unit.fakes.certificates import Issued, issue
from unit.fakes.iam import FakeIam
from unit.fakes.server_cert_world import ISSUED, PATH, World


@pytest.fixture
def world() -> World:
    return World()


def test_an_upload_takes_three_calls_and_a_repetition_two(world: World) -> None:
    world.store()
    assert world.iam.calls.made == ["ListServerCertificates", "GetAccountSummary", "UploadServerCertificate"]
    world.iam.calls.made.clear()
    world.store()
    assert world.iam.calls.made == ["ListServerCertificates", "GetServerCertificate"]


def test_one_call_tells_that_it_is_where_it_is_expected(world: World) -> None:
    stored = world.store().result
    world.iam.calls.made.clear()
    again = world.store(name=None, name_prefix="webapp", expected_name="webapp")
    assert (again.changed, again.result["server_certificate"]) == (False, stored["server_certificate"])
    tagged = world.store(expected_name="webapp", tags={"managed-by": "us", "more": "1"})
    assert (tagged.changed, world.iam.contents["webapp"].tags["more"]) == (True, "1")
    assert world.iam.calls.made == ["GetServerCertificate", "GetServerCertificate", "TagServerCertificate"]


@pytest.mark.parametrize(
    ("issued", "path"),
    [
        pytest.param(None, PATH, id="nothing"),
        pytest.param(issue("example.com"), PATH, id="other content"),
        pytest.param(ISSUED, "/cloudfront/", id="the content under another path"),
    ],
)
@pytest.mark.parametrize("elsewhere", [True, False])
def test_what_is_not_where_it_is_expected_is_searched_for_and_uploaded(
    world: World, issued: Issued | None, path: str, elsewhere: bool
) -> None:
    if issued is not None:
        world.iam.add("webapp", issued.leaf, issued.chain, path, {"managed-by": "us"})
    if elsewhere:
        world.iam.add("other", ISSUED.leaf, ISSUED.chain, PATH, {"managed-by": "us"})
    done = world.store(expected_name="webapp")
    assert (done.changed, done.result["name"]) == (
        (False, "other") if elsewhere else (True, "webapp-2" if issued else "webapp")
    )
    assert not world.store(expected_name=done.result["name"]).changed


def test_a_search_for_the_expected_one_that_fails_uploads_nothing(world: World) -> None:
    world.iam.calls.refusals["GetServerCertificate"] = [refused_by_aws("AccessDenied")]
    with pytest.raises(RemoteError, match="AccessDenied"):
        world.store(expected_name="webapp")
    assert not world.iam.contents


def test_the_body_is_the_leaf_alone_even_from_a_full_chain(world: World) -> None:
    world.store(certificate=ISSUED.leaf + ISSUED.chain, chain=None)
    (upload,) = world.iam.uploads
    assert upload.body.count("BEGIN CERTIFICATE") == upload.chain.count("BEGIN CERTIFICATE") == 1
    assert not world.store().changed


def test_name_prefix_is_completed_by_the_expiry(world: World) -> None:
    expiry = world.store(name=None, name_prefix="webapp").result["server_certificate"]["not_after"]
    assert list(world.iam.contents) == [f"webapp-{expiry[:10]}-{expiry[11:13]}{expiry[14:16]}"]


def test_a_name_with_other_content_gets_a_number_and_is_found_again(world: World) -> None:
    other = issue("example.com")
    world.iam.add("webapp", other.leaf, other.chain, "/elsewhere/")
    assert world.store().result["name"] == "webapp-2"
    again = world.store()
    assert (again.changed, again.result["name"]) == (False, "webapp-2")


def test_the_same_content_under_another_path_is_not_adopted(world: World) -> None:
    world.iam.add("webapp", ISSUED.leaf, ISSUED.chain, "/cloudfront/other/")
    assert world.store().result["name"] == "webapp-2"


def test_another_chain_is_other_content(world: World) -> None:
    world.iam.add("webapp", ISSUED.leaf, "", PATH)
    assert world.store().result["name"] == "webapp-2"


def test_missing_tags_are_added_later_and_foreign_ones_stay(world: World) -> None:
    world.iam.add("webapp", ISSUED.leaf, ISSUED.chain, PATH, {"theirs": "x"})
    predicted = world.store(check_mode=True)
    done = world.store()
    assert (predicted.changed, predicted.before, predicted.after) == (True, done.before, done.after)
    assert world.iam.contents["webapp"].tags == {"theirs": "x", "managed-by": "us"}
    assert not world.store().changed
    assert not world.iam.uploads


def test_a_full_quota_is_refused_before_the_upload(world: World) -> None:
    world.iam.quota = 0
    for check_mode in (True, False):
        with pytest.raises(RefusedError, match=r"0 of 0 server certificates.*Service Quotas"):
            world.store(check_mode=check_mode)
    assert "UploadServerCertificate" not in world.iam.calls.made


def test_where_iam_has_no_room_for_a_new_one_the_count_is_told(world: World) -> None:
    world.iam.quota = 0
    with pytest.raises(RefusedError, match=r"0 of 0 server certificates.*Service Quotas"):
        world.store(is_new=True)
    assert world.iam.calls.made == ["UploadServerCertificate", "GetAccountSummary"]


def test_a_new_one_leaves_the_places_free_that_are_to_stay_free(world: World) -> None:
    world.iam.quota = 3
    with pytest.raises(RefusedError, match=r"3 places must stay free"):
        world.store(is_new=True, quota_headroom=3)
    assert world.iam.calls.made == ["GetAccountSummary"]


def test_an_adoption_needs_no_quota(world: World) -> None:
    world.store()
    world.iam.quota = 1
    assert not world.store(quota_headroom=5).changed


class RacingIam(FakeIam):
    """Another run uploads right before ours, and the listing lags behind it."""

    winner: Content | None = None

    def upload_server_certificate(self, upload: t.Any) -> StoredCertificate:
        if self.winner is not None:
            self.contents[self.winner.stored.name], self.winner = self.winner, None
        return super().upload_server_certificate(upload)

    def list_server_certificates(self, path: str = "/") -> tuple[StoredCertificate, ...]:
        super().list_server_certificates(path)
        return ()


@pytest.mark.parametrize(
    ("same", "name"),
    [
        pytest.param(True, "webapp", id="the same content is adopted"),
        pytest.param(False, "webapp-2", id="other content"),
    ],
)
def test_a_lost_race_is_decided_again(world: World, same: bool, name: str) -> None:
    racing = RacingIam(world.clock)
    other = ISSUED if same else issue("example.com")
    racing.add("webapp", other.leaf, other.chain, PATH, {"managed-by": "us"})
    racing.winner = racing.contents.pop("webapp")
    world.iam = racing
    assert world.store().result["name"] == name
    assert len(racing.contents) == (1 if same else 2)


def test_races_that_do_not_end_are_an_error(world: World) -> None:
    world.iam.calls.refusals["UploadServerCertificate"] = [refused_by_aws("ConcurrentModification")] * 9
    with pytest.raises(RemoteError, match="ConcurrentModification"):
        world.store()
    assert world.iam.calls.made.count("UploadServerCertificate") == _storing.ATTEMPTS
