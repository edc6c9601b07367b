# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.cloudfront import DistributionConfig
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import cloudfront_cert_bind
from unit.fakes import modules
from unit.fakes.calls import refused_by_aws
from unit.fakes.certificates import issue
from unit.fakes.clock import present_clock
from unit.fakes.cloudfront import FakeCloudFront, bound_to
from unit.fakes.iam import FakeIam
from unit.fakes.tls import FakeTls

DEFAULTS: dict[str, t.Any] = {name: spec.get("default") for name, spec in cloudfront_cert_bind.ARGUMENT_SPEC.items()}
DEFAULT_CERTIFICATE = (
    "<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate><SSLSupportMethod>vip</SSLSupportMethod>"
    "<MinimumProtocolVersion>TLSv1</MinimumProtocolVersion>"
)
UNKNOWN = "<SettingOfTomorrow><Deep>1</Deep></SettingOfTomorrow>"
NOT_VISIBLE = refused_by_aws("InvalidViewerCertificate", "The specified SSL certificate doesn't exist")
IN_PROGRESS = refused_by_aws("IllegalUpdate", "Only one viewer certificate change may be in progress at a time")


class World:
    """E1 and E2 use the old certificate, E3 a foreign one."""

    def __init__(self) -> None:
        self.clock = present_clock()
        self.cloudfront = FakeCloudFront(self.clock)
        self.tls = FakeTls()
        self.iam = FakeIam(self.clock)
        self.partition = "aws"
        self.cloudfront.add("E1", ["www.example.com"], bound_to("ASCAOLD"), UNKNOWN)
        self.cloudfront.add("E2", ["*.example.com"], bound_to("ASCAOLD"), staging=True)
        self.cloudfront.add("E3", ["shop.example.com"], bound_to("ASCAFOREIGN"))
        self.certificate = {
            "id": "ASCANEW",
            "path": "/cloudfront/certops/webapp/",
            "domains": ["example.com", "*.example.com"],
            "key_type": "ecdsa_p256",
            "fingerprint_sha256": "f" * 64,
            "upload_date": times.to_text(self.clock.now()),
        }

    def run(self, check_mode: bool = False, **params: t.Any) -> Outcome:
        given = {"server_certificate": self.certificate, "previous": ["ASCAOLD"], **params}
        iam = self.iam if params.get("server_certificate_name") else None
        clients = cloudfront_cert_bind.Clients(self.cloudfront, iam, self.tls, self.partition)  # type: ignore[arg-type]
        return modules.run(cloudfront_cert_bind, {**DEFAULTS, **given}, self.clock, check_mode, clients)


@pytest.fixture
def world() -> World:
    return World()


def statuses(outcome: Outcome) -> dict[str, str]:
    return {row["id"]: row["status"] for row in outcome.result["distributions"]}


def row(outcome: Outcome, identifier: str) -> dict[str, t.Any]:
    return next(row for row in outcome.result["distributions"] if row["id"] == identifier)


def test_check_do_again(world: World) -> None:
    predicted = world.run(True)
    assert world.cloudfront.calls.made == ["ListDistributions"]
    done = world.run()
    again = world.run()
    assert statuses(predicted) == statuses(done) == {"E1": "rebound", "E2": "rebound"}
    assert (predicted.before, predicted.after) == (done.before, done.after)
    assert statuses(again) == {"E1": "already", "E2": "already"}
    assert (predicted.changed, done.changed, again.changed) == (True, True, False)
    assert predicted.result.keys() == done.result.keys() == again.result.keys()
    for outcome in (predicted, done, again):
        assert (outcome.result["complete"], outcome.result["verified"], outcome.failure) == (True, True, None)
    assert done.result["records"] == {
        "Matched_CloudFront": {"ID_LIST": ["E1", "E2"]},
        "Update_CloudFront_Status": [{"E1": "Success"}, {"E2": "Success"}],
    }


def test_only_the_viewer_certificate_changes_and_unknown_elements_survive(world: World) -> None:
    before = world.cloudfront.xml["E1"].decode()
    world.run()
    new = bound_to("ASCANEW").partition("<Certificate>")[0]
    assert world.cloudfront.xml["E1"].decode() == before.replace(bound_to("ASCAOLD"), new)
    assert UNKNOWN in world.cloudfront.xml["E1"].decode()
    assert world.cloudfront.bound("E3") == "ASCAFOREIGN"


def test_calls_are_a_listing_and_two_for_each_rebound_distribution(world: World) -> None:
    world.run(wait=False)
    assert (
        sorted(world.cloudfront.calls.made)
        == ["GetDistributionConfig"] * 2 + ["ListDistributions"] + ["UpdateDistribution"] * 2
    )
    world.clock.sleep(3600)
    world.cloudfront.calls.made.clear()
    world.run()
    assert world.cloudfront.calls.made == ["ListDistributions"]


def test_all_are_awaited_together_and_verified_without_reading_again(world: World) -> None:
    world.run()
    made = world.cloudfront.calls.made
    assert made.count("GetDistributionConfig") == 2
    assert made.count("ListDistributions") < 12
    assert sum(world.clock.naps) < 90


def test_without_etags_in_the_listing_the_configuration_is_read_back(world: World) -> None:
    world.cloudfront.lists_etags = False
    assert world.run().result["verified"]
    assert world.cloudfront.calls.made.count("GetDistributionConfig") == 4


def test_what_another_run_bound_is_awaited(world: World) -> None:
    assert not world.run(wait=False).result["verified"]
    resumed = world.run()
    assert statuses(resumed) == {"E1": "already", "E2": "already"}
    assert (resumed.changed, resumed.result["verified"]) == (False, True)
    assert world.clock.naps


def test_a_deployment_that_takes_too_long_fails_but_everything_is_returned(world: World) -> None:
    world.cloudfront.deploy_seconds = 4000
    done = world.run(wait_timeout=60)
    assert done.changed
    assert done.failure is not None
    assert "run again" in done.failure
    assert row(done, "E1")["error"]["code"] == "DeadlineExceeded"
    assert not done.result["complete"]
    assert sum(world.clock.naps) <= 60
    world.clock.sleep(4000)
    assert world.run().result["verified"]


def test_uncovered_aliases_skip_a_distribution_and_the_others_go_on(world: World) -> None:
    world.cloudfront.add("E4", ["www.example.com", "shop.test"], bound_to("ASCAOLD"))
    done = world.run()
    assert statuses(done) == {"E1": "rebound", "E2": "rebound", "E4": "skipped"}
    assert row(done, "E4")["uncovered"] == ["shop.test"]
    assert (done.failure, done.result["complete"], done.result["verified"]) == (None, False, True)
    assert any("shop.test" in warning for warning in done.warnings)
    assert world.cloudfront.bound("E4") == "ASCAOLD"


def test_match_by_aliases_and_by_ids(world: World) -> None:
    world.cloudfront.add("E5", [], DEFAULT_CERTIFICATE)
    done = world.run(match=["aliases", "ids"], distributions=["E5"])
    assert set(statuses(done)) == {"E1", "E2", "E3", "E5"}
    viewer = done.after["E5"]["ViewerCertificate"]
    assert (viewer["SSLSupportMethod"], viewer["MinimumProtocolVersion"]) == ("sni-only", "TLSv1.2_2021")
    assert not done.warnings


def test_an_unknown_id_is_refused_before_any_change(world: World) -> None:
    with pytest.raises(ConfigError, match="E9 does not exist"):
        world.run(match=["previous", "ids"], distributions=["E9"])
    assert world.cloudfront.calls.made == ["ListDistributions"]


def test_a_failed_search_is_an_error_and_not_no_match(world: World) -> None:
    world.cloudfront.calls.refusals["ListDistributions"] = [refused_by_aws("AccessDenied")]
    done = world.run()
    assert done.failure is not None
    assert set(done.result["records"]["Matched_CloudFront"]) == {"Error"}
    assert not done.result["complete"]


def test_no_match_is_complete(world: World) -> None:
    done = world.run(previous=["ASCANOBODY"])
    assert done.result["records"]["Matched_CloudFront"] == "No Matched CloudFront on IAM Cert ID ['ASCANOBODY']"
    assert (done.result["complete"], done.result["verified"], done.changed) == (True, True, False)


@pytest.mark.parametrize(
    ("operation", "record"), [("GetDistributionConfig", "Get_Dist_Error"), ("UpdateDistribution", "Update_Dist_Error")]
)
def test_one_that_fails_fails_alone(world: World, operation: str, record: str) -> None:
    world.cloudfront.calls.refusals[f"{operation} E1"] = [refused_by_aws("AccessDenied")] * 9
    done = world.run()
    assert statuses(done) == {"E1": "failed", "E2": "rebound"}
    assert done.failure is not None
    assert "E1" in done.failure
    assert done.result["records"]["Update_CloudFront_Status"][0]["E1"][record]["code"] == "AccessDenied"
    assert world.cloudfront.calls.made.count(operation) == 2, "a final refusal is not tried again"
    assert set(done.before) == {"E2"}


class BusyCloudFront(FakeCloudFront):
    """Somebody else changes E1 right before each of our first updates."""

    interruptions: t.ClassVar[list[bytes]] = []

    def update_distribution(self, identifier: str, config: DistributionConfig) -> str:
        if identifier == "E1" and self.interruptions:
            self.change("E1", self.interruptions.pop(0))
        return super().update_distribution(identifier, config)


@pytest.fixture
def busy(world: World) -> World:
    calm = world.cloudfront
    world.cloudfront = BusyCloudFront(world.clock, distributions=calm.distributions, xml=calm.xml)
    return world


def test_a_concurrent_change_is_kept(busy: World) -> None:
    theirs = busy.cloudfront.xml["E1"].replace(b"<Deep>1</Deep>", b"<Deep>2</Deep>")
    BusyCloudFront.interruptions = [theirs]
    assert statuses(busy.run())["E1"] == "rebound"
    assert b"<Deep>2</Deep>" in busy.cloudfront.xml["E1"]
    assert busy.cloudfront.bound("E1") == "ASCANEW"


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        pytest.param("www.example.com", "www.other.test", "skipped", id="an alias was added that is not covered"),
        pytest.param("ASCAOLD", "ASCAFOREIGN", "skipped", id="it was bound to something else"),
        pytest.param("ASCAOLD", "ASCANEW", "rebound", id="the update before had been taken, only its answer was lost"),
    ],
)
def test_after_a_concurrent_change_it_is_decided_again(busy: World, before: str, after: str, status: str) -> None:
    BusyCloudFront.interruptions = [busy.cloudfront.xml["E1"].replace(before.encode(), after.encode())]
    assert statuses(busy.run())["E1"] == status


def test_endless_concurrent_changes_are_given_up(busy: World) -> None:
    BusyCloudFront.interruptions = [busy.cloudfront.xml["E1"] + b"\n" * number for number in range(1, 30)]
    done = busy.run()
    assert statuses(done) == {"E1": "failed", "E2": "rebound"}
    assert row(done, "E1")["error"]["code"] == "PreconditionFailed"
    assert busy.cloudfront.calls.made.count("UpdateDistribution") == 6
    BusyCloudFront.interruptions = []


def test_a_new_certificate_becomes_visible_within_two_minutes(world: World) -> None:
    world.cloudfront.calls.refusals["UpdateDistribution"] = [NOT_VISIBLE] * 6
    done = world.run()
    assert statuses(done) == {"E1": "rebound", "E2": "rebound"}
    assert row(done, "E1")["error"] is None


def test_a_certificate_that_stays_unknown_is_given_up_after_two_minutes(world: World) -> None:
    world.cloudfront.calls.refusals["UpdateDistribution"] = [NOT_VISIBLE] * 999
    done = world.run()
    assert statuses(done) == {"E1": "failed", "E2": "failed"}
    assert 100 <= sum(world.clock.naps) <= 130
    assert (
        done.result["records"]["Update_CloudFront_Status"][0]["E1"]["Update_Dist_Error"]["code"]
        == "InvalidViewerCertificate"
    )


def test_an_old_certificate_that_is_refused_is_not_tried_again(world: World) -> None:
    world.certificate["upload_date"] = "2026-01-01T00:00:00Z"
    world.cloudfront.calls.refusals["UpdateDistribution"] = [NOT_VISIBLE] * 999
    assert statuses(world.run()) == {"E1": "failed", "E2": "failed"}
    assert not world.clock.naps


def test_a_change_in_progress_is_awaited_by_listing_and_the_others_go_on(world: World) -> None:
    world.cloudfront.update_distribution("E1", world.cloudfront.get_distribution_config("E1"))
    world.cloudfront.calls.refusals["UpdateDistribution E1"] = [IN_PROGRESS]
    done = world.run()
    assert statuses(done) == {"E1": "rebound", "E2": "rebound"}
    assert world.cloudfront.calls.made.count("UpdateDistribution") == 4


def test_a_change_in_progress_that_does_not_end_is_bounded(world: World) -> None:
    world.cloudfront.calls.refusals["UpdateDistribution E1"] = [IN_PROGRESS] * 999
    done = world.run(wait_timeout=120)
    assert statuses(done) == {"E1": "failed", "E2": "rebound"}
    assert sum(world.clock.naps) <= 121


def test_polls_that_fail_are_followed_by_others(world: World) -> None:
    world.cloudfront.calls.refusals["ListDistributions"] = [
        None,
        refused_by_aws("Throttling"),
        refused_by_aws("Throttling"),
    ]
    assert world.run().result["verified"]


def served(world: World, *fingerprints: str) -> None:
    world.tls.served = {
        name: list(fingerprints) for name in ("www.example.com", "certops-probe.example.com", "shop.example.com")
    }


def test_tls_verification_probes_every_alias_of_what_serves_them(world: World) -> None:
    served(world, "f" * 64)
    assert world.run(verify="tls").result["verified"]
    assert world.tls.asked == [("e1.cloudfront.net", 443, "www.example.com")]


def test_tls_verification_can_be_pointed_at_one_edge(world: World) -> None:
    served(world, "f" * 64)
    world.run(verify="tls", match=["aliases"], edge_address="[::1]:8443")
    assert {(host, port) for host, port, _name in world.tls.asked} == {("::1", 8443)}


def test_edges_may_switch_a_little_later(world: World) -> None:
    served(world, "0" * 64, "0" * 64, "f" * 64)
    assert world.run(verify="tls").result["verified"]


def test_an_edge_that_serves_another_certificate_fails_the_verification(world: World) -> None:
    served(world, "0" * 64)
    done = world.run(verify="tls", rollback=False)
    assert statuses(done) == {"E1": "failed", "E2": "rebound"}
    assert row(done, "E1")["error"]["code"] == "ServedCertificateDiffers"
    assert (done.changed, done.result["verified"], done.result["complete"]) == (True, False, False)


def test_what_is_not_served_goes_back_to_exactly_what_it_had(world: World) -> None:
    served(world, "0" * 64)
    before = world.cloudfront.xml["E1"]
    done = world.run(verify="tls")
    assert world.cloudfront.xml["E1"] == before
    assert world.cloudfront.bound("E2") == "ASCANEW"
    assert statuses(done) == {"E1": "rolled_back", "E2": "rebound"}
    assert done.failure is not None
    assert "its former certificate ASCAOLD was put back" in done.failure
    assert "not yet deployed" not in done.failure
    assert (done.result["complete"], done.result["verified"], row(done, "E1")["verified"]) == (False, False, False)
    assert row(done, "E1")["etag_after"] == row(done, "E1")["etag_before"]
    assert "Update_Dist_Error" in done.result["records"]["Update_CloudFront_Status"][0]["E1"]
    assert list(done.after) == ["E2"]


def test_the_next_run_tries_again_what_was_rolled_back(world: World) -> None:
    served(world, "0" * 64)
    world.run(verify="tls")
    served(world, "f" * 64)
    assert statuses(world.run(verify="tls")) == {"E1": "rebound", "E2": "already"}
    assert world.cloudfront.bound("E1") == "ASCANEW"


def test_a_rollback_that_is_not_deployed_in_time_is_told(world: World) -> None:
    served(world, "0" * 64)
    done = world.run(verify="tls", wait_timeout=70)
    assert statuses(done)["E1"] == "rolled_back"
    assert "was put back, but is not yet deployed" in (done.failure or "")


@pytest.mark.parametrize(
    "setting", [pytest.param(UNKNOWN.replace("1", "2"), id="other settings"), pytest.param("", id="nothing")]
)
def test_other_settings_that_somebody_changes_meanwhile_survive_the_rollback(world: World, setting: str) -> None:
    served(world, "0" * 64)
    before = world.cloudfront.xml["E1"]

    def intrude() -> None:
        world.cloudfront.change("E1", world.cloudfront.xml["E1"].replace(UNKNOWN.encode(), setting.encode()))

    world.tls.on_first_probe = intrude
    assert statuses(world.run(verify="tls"))["E1"] == "rolled_back"
    assert world.cloudfront.xml["E1"] == before.replace(UNKNOWN.encode(), setting.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("ASCANEW", "ASCATHEIRS", id="certificate"),
        pytest.param("TLSv1.2_2019", "TLSv1.3_2025", id="minimum protocol"),
    ],
)
def test_a_viewer_certificate_that_somebody_changes_meanwhile_is_left_alone(world: World, old: str, new: str) -> None:
    served(world, "0" * 64)

    def intrude() -> None:
        world.cloudfront.change("E1", world.cloudfront.xml["E1"].replace(old.encode(), new.encode()))

    world.tls.on_first_probe = intrude
    done = world.run(verify="tls")
    assert statuses(done)["E1"] == "failed"
    assert "somebody else changed it" in (done.failure or "")
    assert new.encode() in world.cloudfront.xml["E1"]


def test_a_distribution_without_a_certificate_of_its_own_before_is_left_bound(world: World) -> None:
    world.cloudfront.add("E1", ["www.example.com"], DEFAULT_CERTIFICATE)
    served(world, "0" * 64)
    done = world.run(verify="tls", match=["previous", "aliases"], previous=[])
    assert statuses(done)["E1"] == "failed"
    assert "had no certificate of its own before" in (done.failure or "")
    assert world.cloudfront.bound("E1") == "ASCANEW"


def test_a_distribution_that_was_not_rebound_by_this_run_is_left_alone(world: World) -> None:
    served(world, "f" * 64)
    world.run(verify="tls")
    served(world, "0" * 64)
    assert statuses(world.run(verify="tls")) == {"E1": "failed", "E2": "already"}
    assert world.cloudfront.bound("E1") == "ASCANEW"


def test_a_rollback_that_cloudfront_refuses_is_told_with_the_reason(world: World) -> None:
    served(world, "0" * 64)
    world.cloudfront.calls.refusals["UpdateDistribution E1"] = [
        None,
        refused_by_aws("InvalidViewerCertificate", "The certificate has expired"),
    ]
    done = world.run(verify="tls")
    assert statuses(done)["E1"] == "failed"
    assert "could not be put back" in (done.failure or "")
    assert "has expired" in (done.failure or "")
    assert world.cloudfront.bound("E1") == "ASCANEW"


@pytest.mark.parametrize("lost", ["PreconditionFailed", "answer"])
def test_a_rollback_goes_on_after_a_stale_version_or_a_lost_answer(world: World, lost: str) -> None:
    served(world, "0" * 64)
    original = world.cloudfront.update_distribution

    def update(identifier: str, config: DistributionConfig) -> str:
        etag = original(identifier, config)
        if lost == "answer" and identifier == "E1" and world.cloudfront.bound("E1") == "ASCAOLD":
            world.cloudfront.update_distribution = original  # type: ignore[method-assign]
            raise refused_by_aws("PreconditionFailed")
        return etag

    world.cloudfront.update_distribution = update  # type: ignore[method-assign]
    if lost != "answer":
        world.cloudfront.calls.refusals["UpdateDistribution E1"] = [None, refused_by_aws("PreconditionFailed")]
    assert statuses(world.run(verify="tls"))["E1"] == "rolled_back"
    assert world.cloudfront.bound("E1") == "ASCAOLD"


def test_verify_none_verifies_nothing(world: World) -> None:
    done = world.run(verify="none")
    assert (done.result["complete"], done.result["verified"]) == (True, False)
    assert world.run(True, verify="none").result["verified"] is False


def test_a_dedicated_ip_is_kept_with_a_warning(world: World) -> None:
    world.cloudfront.add("E4", [], bound_to("ASCAOLD").replace("sni-only", "vip"))
    done = world.run()
    assert done.after["E4"]["ViewerCertificate"]["SSLSupportMethod"] == "vip"
    assert any("E4 has SSLSupportMethod vip" in warning for warning in done.warnings)


def test_check_mode_takes_a_certificate_that_is_only_planned(world: World) -> None:
    world.certificate.update(id=None, upload_date=None, fingerprint_sha256=None)
    predicted = world.run(True, verify="tls")
    assert statuses(predicted) == {"E1": "rebound", "E2": "rebound"}
    assert predicted.after["E1"]["ViewerCertificate"]["IAMCertificateId"] == "(known after upload)"
    with pytest.raises(ConfigError, match="only planned"):
        world.run()


def test_a_certificate_is_looked_up_by_name(world: World) -> None:
    issued = issue("example.com", "*.example.com")
    world.iam.add("new", issued.leaf, issued.chain)
    world.run(server_certificate=None, server_certificate_name="new")
    assert world.cloudfront.bound("E1") == "ASCANEW"
    with pytest.raises(ConfigError, match="no server certificate none"):
        world.run(server_certificate=None, server_certificate_name="none")


def test_an_acm_certificate_replaces_an_iam_one(world: World) -> None:
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/x"
    done = world.run(server_certificate=None, acm_certificate_arn=arn, certificate_domains=["*.example.com"])
    assert statuses(done) == {"E1": "rebound", "E2": "rebound"}
    assert b"IAMCertificateId" not in world.cloudfront.xml["E1"]


def test_bad_input_is_refused_with_all_problems_before_any_call(world: World, tmp_path: Path) -> None:
    world.certificate.update(
        path="/other/", key_type="ecdsa_secp384r1", domains=[], not_after="2020-01-01T00:00:00Z", id=""
    )
    with pytest.raises(ConfigError) as caught:
        world.run(match=["ids"], wait_timeout=-1, edge_address="nowhere", edge_ca_bundle=str(tmp_path / "none.pem"))
    found = " ".join(caught.value.problems)
    for expected in (
        "distributions:",
        "wait_timeout:",
        "edge_address:",
        "edge_ca_bundle:",
        "/other/",
        "ecdsa_secp384r1",
        "no domains",
        "expired",
        "no id",
    ):
        assert expected in found
    assert not world.cloudfront.calls.made
