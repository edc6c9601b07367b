# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""acme_revoke: which certificate, signed by whom, and never while somebody is served with it."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import accounts, bundles as _bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.certificates import (
    AcmCertificate,
    AcmContent,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate import bundle
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.bundle import Bundle, Manifest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import acme_revoke
from unit.fakes import modules
from unit.fakes.archive import FakeArchive
from unit.fakes.ca import FakeCA
from unit.fakes.calls import refusal, refused_by_aws
from unit.fakes.certificates import Issued, issue
from unit.fakes.clock import FakeClock, present_clock
from unit.fakes.cloudfront import FakeCloudFront, bound_to
from unit.fakes.iam import FakeIam
from unit.fakes.route53 import FakeRoute53

DEFAULTS = {name: option.get("default") for name, option in acme_revoke.ARGUMENT_SPEC.items()}
DIRECTORY = "https://ca.example/directory"
NAME = "2027-01-06-0442"
ACM_ARN = "arn:aws:acm:us-east-1:1:certificate/1"


class FakeAcm:
    """One certificate of ACM: which it is, and when it was re-imported."""

    leaf: str | None = None
    imported_at: datetime | None = None

    def get_certificate(self, arn: str) -> AcmContent | None:
        assert arn == ACM_ARN
        return AcmContent(self.leaf, "") if self.leaf else None

    def describe_certificate(self, arn: str) -> AcmCertificate:
        began = self.imported_at - timedelta(days=90) if self.imported_at else None
        return AcmCertificate(arn, (), "", "ISSUED", "IMPORTED", created_at=began, imported_at=self.imported_at)


@dataclass
class World:
    clock: FakeClock = field(default_factory=present_clock)
    archive: FakeArchive = field(default_factory=FakeArchive)
    directories: list[str] = field(default_factory=list)
    issued: Issued = field(default_factory=lambda: issue("example.com", "www.example.com"))
    acm: FakeAcm = field(default_factory=FakeAcm)

    def __post_init__(self) -> None:
        self.ca = FakeCA(FakeRoute53(), present_clock())
        self.iam, self.cloudfront = FakeIam(self.clock), FakeCloudFront(self.clock)
        account = accounts.new(DIRECTORY, (), self.clock.now())
        self.account = account.at("https://ca.example/account/1")
        accounts.save(self.archive, self.account)
        self.keep(self.issued)

    def keep(self, issued: Issued, name: str = NAME) -> None:
        certificate = crypto.inspect(issued.leaf)
        fullchain = issued.leaf + issued.chain
        files = bundle.checksums(issued.leaf, issued.chain, fullchain, issued.key)
        manifest = Manifest("webapp", certificate, self.clock.now(), DIRECTORY, None, None, files)
        self.archive.put(
            f"webapp/{name}.tar.gz", _bundles.pack(Bundle(issued.leaf, issued.chain, fullchain, issued.key, manifest))
        )

    def _server(self, directory: str) -> t.Any:
        self.directories.append(directory)
        return self.ca

    def run(self, check_mode: bool = False, **given: t.Any) -> Outcome:
        clients = acme_revoke.Clients(
            self.archive,
            self._server,
            self.iam,
            self.cloudfront,
            lambda uri: self.archive.get(uri.partition("//archive/")[2]),
            lambda region: t.cast("t.Any", self.acm) if region == "us-east-1" else None,
        )
        which = {} if {"bundle", "certificate"} & given.keys() else {"bundle": NAME}
        options = {**DEFAULTS, "project": "webapp", **which, **given}
        return modules.run(acme_revoke, options, self.clock, check_mode, clients)


@pytest.fixture
def world() -> World:
    return World()


def test_a_certificate_is_revoked_once_by_its_account(world: World) -> None:
    done = world.run(reason="superseded")
    assert done.changed
    assert world.ca.revoked == {world.issued.leaf: ("https://ca.example/account/1", 4)}
    assert world.directories == [DIRECTORY]
    again = world.run(reason="superseded")
    assert (again.changed, again.result["reason"]) == (False, "it is already revoked")


@pytest.mark.parametrize("tries", [1, 2], ids=["revoked now", "revoked already"])
def test_the_archive_remembers_what_is_revoked(world: World, tries: int) -> None:
    noted = f"webapp/revoked/{crypto.inspect(world.issued.leaf).fingerprint_sha256}.json"
    for _time in range(tries):
        world.archive.objects.pop(noted, None)
        world.run()
    assert noted in world.archive.objects


def test_its_own_key_needs_no_account(world: World) -> None:
    accounts.delete(world.archive, world.account)
    with pytest.raises(ConfigError, match="acme_contacts"):
        world.run()
    world.run(signed_by="certificate", reason="keyCompromise")
    assert world.ca.revoked == {world.issued.leaf: (hashlib.sha256(world.issued.key.encode()).hexdigest()[:8], 1)}


def test_check_mode_revokes_nothing(world: World) -> None:
    assert world.run(check_mode=True).changed
    assert world.ca.revoked == {}
    assert world.run(check_mode=True).result.keys() == world.run().result.keys()


def test_check_mode_looks_past_what_the_same_run_would_rebind(world: World) -> None:
    stored = world.iam.add("webapp-1", world.issued.leaf)
    world.cloudfront.add("E1", ["www.example.com"], bound_to(str(stored.id)))
    with pytest.raises(RefusedError, match="distributions use it"):
        world.run(check_mode=True)
    assert world.run(check_mode=True, rebound=["E1"]).changed
    with pytest.raises(RefusedError, match="distributions use it"):
        world.run(rebound=["E1"])


@pytest.mark.parametrize("how", ["fingerprint", "fingerprint with colons", "serial", "serial with a zero"])
def test_the_archive_is_searched_for_a_certificate(world: World, how: str) -> None:
    certificate = crypto.inspect(world.issued.leaf)
    world.keep(issue("other.example.com"), "2027-02-06-0442")
    fingerprint = certificate.fingerprint_sha256.upper()
    colons = ":".join(fingerprint[at : at + 2] for at in range(0, 64, 2))
    named = {
        "fingerprint": fingerprint,
        "fingerprint with colons": colons,
        "serial": certificate.serial,
        "serial with a zero": "0" + certificate.serial,
    }
    assert world.run(certificate=named[how]).result["certificate"]["serial"] == certificate.serial
    assert list(world.ca.revoked) == [world.issued.leaf]


def test_a_certificate_that_the_archive_does_not_have_is_refused(world: World) -> None:
    with pytest.raises(ConfigError, match="no bundle of project webapp"):
        world.run(certificate="abc")


def test_an_expired_certificate_is_left_alone(world: World) -> None:
    world.clock.sleep(100 * 86400)
    assert "expired" in world.run().result["reason"]
    assert world.ca.revoked == {}


def use(world: World, **more: t.Any) -> None:
    stored = world.iam.add("webapp", world.issued.leaf)
    world.cloudfront.add("E1", ["www.example.com"], bound_to(str(stored.id)), **more)


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_certificate_in_use_is_not_revoked_unless_forced(world: World, check_mode: bool) -> None:
    use(world)
    with pytest.raises(RefusedError, match=r"distributions use it: E1; .* force"):
        world.run(check_mode=check_mode)
    assert world.run(check_mode=check_mode, force=True).changed


def test_a_search_that_fails_is_never_nobody(world: World) -> None:
    for calls, call in ((world.cloudfront.calls, "ListDistributions"), (world.iam.calls, "ListServerCertificates")):
        calls.refusals[call] = [refused_by_aws("AccessDenied")]
        with pytest.raises(RefusedError, match="not certain that nothing uses it: the search for users failed"):
            world.run()
    use(world)
    world.iam.calls.refusals["GetServerCertificate"] = [refused_by_aws("AccessDenied")]
    with pytest.raises(RefusedError, match="the search for users failed"):
        world.run()
    assert world.ca.revoked == {}


def test_other_certificates_of_the_names_do_not_matter_once_they_are_deployed(world: World) -> None:
    other = world.iam.add("new", issue("www.example.com", lifetime=timedelta(days=45)).leaf)
    world.cloudfront.add("E1", ["www.example.com"], bound_to(str(other.id)))
    world.cloudfront.deployed_at["E1"] = world.clock.now() + timedelta(minutes=5)
    with pytest.raises(RefusedError, match="E1 is not yet deployed"):
        world.run()
    world.clock.sleep(300)
    assert world.run().changed


@pytest.mark.parametrize(
    ("same", "hours", "refusal"),
    [
        pytest.param(True, None, "distributions use it: E1", id="it is this one"),
        pytest.param(False, 3, "E1 may serve it until", id="it was this one three hours ago"),
        pytest.param(False, 30, None, id="it was this one, long ago"),
        pytest.param(False, None, None, id="it is another one"),
    ],
)
def test_in_acm_a_user_is_told_by_the_content(world: World, same: bool, hours: int | None, refusal: str | None) -> None:
    viewer = f"<ACMCertificateArn>{ACM_ARN}</ACMCertificateArn><SSLSupportMethod>sni-only</SSLSupportMethod>"
    world.cloudfront.add("E2", ["elsewhere.example.org"], viewer)
    world.cloudfront.add("E1", ["www.example.com"], viewer)
    world.acm.leaf = world.issued.leaf if same else None
    world.acm.imported_at = world.clock.now() - timedelta(hours=hours) if hours else None
    if refusal is None:
        assert world.run().changed
    else:
        with pytest.raises(RefusedError, match=refusal):
            world.run()


def test_another_refusal_of_the_ca_is_told(world: World) -> None:
    world.ca.calls.refusals["revoke"] = [refusal("badRevocationReason", status=400)]
    with pytest.raises(RemoteError, match="badRevocationReason"):
        world.run()


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"bundle": None, "certificate": None}, id="nothing named"),
        pytest.param({"bundle": NAME, "certificate": "ab"}, id="two named"),
        pytest.param({"bundle": None, "certificate": "ab", "project": None}, id="no project"),
        pytest.param({"bundle": NAME, "project": "../accounts"}, id="not a valid project name"),
        pytest.param({"bundle": NAME, "acme_directory": "nobody"}, id="no directory"),
    ],
)
def test_bad_input_is_refused(world: World, given: dict[str, t.Any]) -> None:
    with pytest.raises(ConfigError):
        world.run(**given)
    assert world.ca.revoked == {}
