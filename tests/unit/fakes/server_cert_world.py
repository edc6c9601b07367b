# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM, CloudFront and an archive for iam_server_cert, in memory."""

from __future__ import annotations

import typing as t

from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.modules import iam_server_cert
from unit.fakes import modules
from unit.fakes.certificates import Issued, issue
from unit.fakes.clock import present_clock
from unit.fakes.cloudfront import FakeCloudFront
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
        clients = iam_server_cert.Clients(self.iam, lambda: self.cloudfront, self.archive.get)  # type: ignore[arg-type]
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
