# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distributions, a certificate for them and edges, in memory."""

from __future__ import annotations

import typing as t

from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.modules import cloudfront_cert_bind
from unit.fakes import modules
from unit.fakes.clock import present_clock
from unit.fakes.cloudfront import FakeCloudFront, bound_to
from unit.fakes.iam import FakeIam
from unit.fakes.tls import FakeTls

DEFAULTS: dict[str, t.Any] = {name: spec.get("default") for name, spec in cloudfront_cert_bind.ARGUMENT_SPEC.items()}


UNKNOWN = "<SettingOfTomorrow><Deep>1</Deep></SettingOfTomorrow>"


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
        iam = self.iam if params.get("server_certificate_name") or params.get("server_certificate_id") else None
        speaking: t.Any = (self.cloudfront, iam, self.tls, self.partition, lambda: None)
        clients = cloudfront_cert_bind.Clients(*speaking)
        return modules.run(cloudfront_cert_bind, {**DEFAULTS, **given}, self.clock, check_mode, clients)


def statuses(outcome: Outcome) -> dict[str, str]:
    return {row["id"]: row["status"] for row in outcome.result["distributions"]}


def row(outcome: Outcome, identifier: str) -> dict[str, t.Any]:
    return next(row for row in outcome.result["distributions"] if row["id"] == identifier)


def served(world: World, *fingerprints: str) -> None:
    world.tls.served = {
        name: list(fingerprints) for name in ("www.example.com", "certops-probe.example.com", "shop.example.com")
    }
