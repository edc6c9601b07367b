# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudfront_cert_bind: its arguments, its check mode, and a certificate that is looked up."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from unit.fakes.binding_world import World, statuses
from unit.fakes.certificates import issue


@pytest.fixture
def world() -> World:
    return World()


def test_check_do_again(world: World) -> None:
    predicted = world.run(True)
    # there is a staging distribution, so that the other one may have a policy
    assert world.cloudfront.calls.made == ["ListDistributions", "GetDistributionConfig"]
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
    with pytest.raises(ConfigError, match="the server certificate none does not exist"):
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


def test_a_certificate_is_looked_up_by_the_id_that_the_console_shows(world: World) -> None:
    issued = issue("example.com", "*.example.com")
    world.iam.add("new", issued.leaf, issued.chain)
    world.run(server_certificate=None, server_certificate_id="ASCANEW")
    assert world.cloudfront.bound("E1") == "ASCANEW"
    with pytest.raises(ConfigError, match="server_certificate_id: ASCANONE does not exist in IAM"):
        world.run(server_certificate=None, server_certificate_id="ASCANONE")
