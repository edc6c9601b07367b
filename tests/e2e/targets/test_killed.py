# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A binding that is killed at any of its calls, before the call takes effect or after, is finished by the next one."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from contextlib import contextmanager

import botocore.client
import pytest
from ansible_collections.certops.cloudfront.plugins.modules import (
    apigateway_cert_bind,
    cloudfront_cert_bind,
    elb_cert_bind,
)
from e2e import acm_certs, in_process
from sandbox import seed, seed_targets
from sandbox.control import Control
from unit.fakes.calls import KilledError

READS = ("Describe", "Get", "List")


class World:
    """Places that serve a certificate, and a newer one for them."""

    def __init__(self) -> None:
        made = [acm_certs.make() for _number in range(2)]
        self.old, self.new = (one.imported() for one in made)
        self.shared = seed_targets.create_multi_tenant_distribution(self.old)
        seed_targets.create_tenant(self.shared, ["a.example.com"])
        self.tenant = seed_targets.create_tenant(self.shared, ["b.example.com"], self.old)
        self.listener = seed_targets.create_listener("web", [self.old, self.old])
        seed_targets.create_classic_listener("classic", self.old)
        seed_targets.create_api_domain("api.example.com", self.old)

    def bind(self) -> list[bool]:
        """All of them in turn; whether each changed something."""
        given = {"certificate_arn": self.new, "previous": [self.old]}
        to_cloudfront = {"acm_certificate_arn": self.new, "certificate_domains": list(acm_certs.NAMES)}
        outcomes = [
            in_process.run(elb_cert_bind, **given),
            in_process.run(apigateway_cert_bind, **given),
            in_process.run(cloudfront_cert_bind, previous=[self.old], **to_cloudfront),
        ]
        assert [outcome.failure for outcome in outcomes] == [None, None, None]
        assert all(outcome.result["complete"] and outcome.result["verified"] for outcome in outcomes)
        return [outcome.changed for outcome in outcomes]

    def certificates(self) -> set[str]:
        """What is in any of the places."""
        cloudfront = seed.client("cloudfront")
        config = cloudfront.get_distribution_config(Id=self.shared)["DistributionConfig"]
        tenant = cloudfront.get_distribution_tenant(Identifier=self.tenant)["DistributionTenant"]
        listed = seed.client("elbv2").describe_listener_certificates(ListenerArn=self.listener)["Certificates"]
        (classic,) = seed.client("elb").describe_load_balancers()["LoadBalancerDescriptions"]
        return {
            config["ViewerCertificate"]["ACMCertificateArn"],
            tenant["Customizations"]["Certificate"]["Arn"],
            classic["ListenerDescriptions"][0]["Listener"]["SSLCertificateId"],
            seed.client("apigateway").get_domain_name(domainName="api.example.com")["regionalCertificateArn"],
            *(one["CertificateArn"] for one in listed),
        }


@contextmanager
def calls(monkeypatch: pytest.MonkeyPatch, dies_at: int | None = None, after: bool = False) -> Iterator[list[str]]:
    """The operations that are called inside; one of them kills."""
    made: list[str] = []
    call = botocore.client.BaseClient._make_api_call

    def counted(client: t.Any, operation: str, params: t.Any) -> t.Any:
        made.append(operation)
        is_last = len(made) - 1 == dies_at
        if is_last and not after:
            raise KilledError
        answer = call(client, operation, params)
        if is_last:
            raise KilledError
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", counted)
        yield made


def test_a_binding_killed_at_any_call_is_finished_by_the_next_one(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    control.snapshot("before")
    with calls(monkeypatch) as made:
        world.bind()
    points = [(number, False) for number in range(len(made))]
    points += [(number, True) for number, name in enumerate(made) if not name.startswith(READS)]
    assert len([1 for _number, after in points if after]) == 7, made
    for number, after in points:
        control.restore("before")
        control.advance(60)
        with pytest.raises(KilledError), calls(monkeypatch, number, after):
            world.bind()
        world.bind()
        assert world.certificates() == {world.new}, f"killed {'after' if after else 'before'} {made[number]}"
        assert world.bind() == [False, False, False]
