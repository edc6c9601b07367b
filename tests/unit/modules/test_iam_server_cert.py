# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.bundle import Bundle
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
    Content,
    StoredCertificate,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    CertError,
    ConfigError,
    RefusedError,
    RemoteError,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.server_cert import upload as _storing
from ansible_collections.certops.cloudfront.plugins.modules import iam_server_cert
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from unit.fakes import modules
from unit.fakes.calls import refused_by_aws
from unit.fakes.certificates import Issued, issue
from unit.fakes.clock import present_clock
from unit.fakes.cloudfront import FakeCloudFront, bound_to
from unit.fakes.iam import FakeIam

PATH = "/cloudfront/certops/webapp/"
DEFAULTS: dict[str, t.Any] = {name: spec.get("default") for name, spec in iam_server_cert.ARGUMENT_SPEC.items()}
ISSUED = issue("example.com", "*.example.com")


class World:
    def __init__(self) -> None:
        self.clock = present_clock()
        self.iam = FakeIam(self.clock)
        self.cloudfront = FakeCloudFront(self.clock)
        self.archive: dict[str, bytes] = {}

    def run(self, check_mode: bool = False, **params: t.Any) -> Outcome:
        clients = iam_server_cert.Clients(self.iam, self.cloudfront, self.archive.get)  # type: ignore[arg-type]
        return modules.run(iam_server_cert, {**DEFAULTS, **params}, self.clock, check_mode, clients)

    def store(self, issued: Issued = ISSUED, check_mode: bool = False, **params: t.Any) -> Outcome:
        given = {
            "name": "webapp",
            "path": PATH,
            "certificate": issued.leaf,
            "chain": issued.chain,
            "private_key": issued.key,
            "tags": {"managed-by": "us"},
        }
        return self.run(check_mode, **{**given, **params})


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


@pytest.mark.parametrize(
    "rewrite",
    [
        pytest.param(lambda pem: pem.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda pem: pem.rstrip("\n"), id="no last line end"),
        pytest.param(lambda pem: "\n\n" + pem + "\n\n", id="blank lines around"),
    ],
)
def test_line_ends_do_not_matter(world: World, rewrite: t.Callable[[str], str]) -> None:
    world.iam.add("webapp", rewrite(ISSUED.leaf), rewrite(ISSUED.chain), PATH, {"managed-by": "us"})
    assert not world.store().changed
    assert not world.store(
        certificate=rewrite(ISSUED.leaf), chain=rewrite(ISSUED.chain), private_key=rewrite(ISSUED.key)
    ).changed


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


def test_a_chain_given_twice_and_differently_is_refused(world: World) -> None:
    assert "differs" in " ".join(_problems(world, certificate=ISSUED.leaf + issue("x.test").chain))


def test_an_unreadable_bundle_is_refused(world: World, tmp_path: Path) -> None:
    nothing = {"certificate": None, "private_key": None, "chain": None}
    assert "cert.pem" in " ".join(_problems(world, **nothing, bundle=str(tmp_path)))
    assert "only planned" in " ".join(
        _problems(world, **nothing, bundle={"uri": None, "domains": ["example.com"], "key_type": "ecdsa_p256"})
    )
    assert "bundle:" in " ".join(_problems(world, **nothing, bundle=7))


def test_a_bundle_directory_is_read(world: World, tmp_path: Path) -> None:
    for name, text in {"cert.pem": ISSUED.leaf, "chain.pem": ISSUED.chain, "privkey.pem": ISSUED.key}.items():
        (tmp_path / name).write_text(text, encoding="ascii")
    done = world.run(name="webapp", path=PATH, bundle={"uri": None, "dest": str(tmp_path)})
    assert done.result["server_certificate"]["domains"] == ["*.example.com", "example.com"]


def test_a_bundle_in_s3_is_read_through_the_archive(world: World) -> None:
    uri = "s3://bucket/prefix/webapp/2026-11-22-0530.tar.gz"
    world.archive[uri] = bundles.pack(Bundle(ISSUED.leaf, ISSUED.chain, ISSUED.leaf + ISSUED.chain, ISSUED.key, None))
    assert world.run(name="webapp", path=PATH, bundle=uri).changed
    assert not world.store(tags={}).changed


def test_a_bundle_that_is_gone_from_s3_is_named(world: World) -> None:
    uri = "s3://bucket/prefix/webapp/2026-11-22-0530.tar.gz"
    assert f"bundle {uri}: there is no such object; name one that is in the archive" in _problems(
        world, bundle=uri, certificate=None, private_key=None, chain=None
    )


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


def secret_lines(key: str) -> list[str]:
    """The lines with the secret number; the last line of an EC key is the public key, which stands in the certificate
    too."""
    return [line for line in key.splitlines() if not line.startswith("-----")][:2]


@pytest.mark.parametrize(
    "encoding", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL]
)
def test_no_error_and_no_result_shows_the_key(world: World, encoding: serialization.PrivateFormat) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    foreign_key = other.private_bytes(serialization.Encoding.PEM, encoding, serialization.NoEncryption()).decode()
    shown = [json.dumps([world.store().result, dict(world.store().after)]), repr(world.iam.uploads)]
    for key in (
        foreign_key,
        foreign_key[:-60],
        foreign_key.replace("BEGIN", "BEGUN"),
        "\n".join(secret_lines(foreign_key)),
    ):
        with pytest.raises(CertError) as caught:
            world.store(private_key=key)
        shown.append(f"{caught.value} {caught.value.details}")
    for line in secret_lines(foreign_key) + secret_lines(ISSUED.key):
        assert line not in " ".join(shown)


def test_absent_check_do_again(world: World) -> None:
    world.store()
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
    world.store()
    world.cloudfront.add("E1", ["example.com"], bound_to("ASCAWEBAPP"))
    world.cloudfront.add("E2", [], bound_to("ASCAWEBAPP"), staging=True)
    for check_mode in (True, False):
        with pytest.raises(RefusedError, match="E1, E2") as caught:
            world.run(check_mode, state="absent", name="webapp")
        assert caught.value.details["used_by"] == ["E1", "E2"]
    assert "DeleteServerCertificate" not in world.iam.calls.made


def test_a_failed_search_deletes_nothing(world: World) -> None:
    world.store()
    world.cloudfront.calls.refusals["ListDistributions"] = [refused_by_aws("AccessDenied")]
    with pytest.raises(RemoteError, match="AccessDenied"):
        world.run(state="absent", name="webapp")
    assert "webapp" in world.iam.contents


def test_iam_may_know_it_as_in_use_a_little_longer(world: World) -> None:
    world.store()
    world.iam.calls.refusals["DeleteServerCertificate"] = [refused_by_aws("DeleteConflict")] * 2
    assert world.run(state="absent", name="webapp").changed
    assert "webapp" not in world.iam.contents


def test_what_iam_keeps_calling_in_use_is_kept_and_said(world: World) -> None:
    world.store()
    world.iam.calls.refusals["DeleteServerCertificate"] = [
        refused_by_aws("DeleteConflict", "used by a load balancer")
    ] * 99
    with pytest.raises(RefusedError, match=r"is kept: .*used by a load balancer"):
        world.run(state="absent", name="webapp")
    assert sum(world.clock.naps) <= 60
