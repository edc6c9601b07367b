# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin in the sandbox, and the modules of an adoption run in this process with a store and an archive of their
own."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.modules import (
    adoption_info,
    adoption_source,
    project_adopt,
    project_plan,
)
from e2e.in_process import run
from sandbox import seed
from sandbox.ca.authority import Pair
from sandbox.client_files import CertbotHome
from sandbox.process import SandboxProcess
from sandbox.ssl_plugin import SslPlugin

Found = t.Mapping[str, t.Any] | None
# What a second reading lists, each once, however many projects there are, and the first.
LISTINGS_AGAIN = (
    "DescribeStacks",
    "GetCallerIdentity",
    "ListRules",
    "ListServerCertificates",
    "ListDistributions",
    "Scan",
    "ListObjectsV2",
)
LISTINGS = (*LISTINGS_AGAIN, "GetResources", "ListSubscriptions")
# Those of application and network load balancers, and of classic ones.
BALANCERS = {"DescribeLoadBalancers": 2}
# What a reading asks of each project that it does not know.
OF_EACH = ("GetFunction", "ListRuleNamesByTarget", "GetServerCertificate")


@dataclass(frozen=True)
class Adoption:
    """The modules, with the places that a user gave them."""

    store: str
    archive: str

    def info(self, **params: t.Any) -> Outcome:
        return run(adoption_info, store=self.store, **params)

    def source(self, project: Found = None, check_mode: bool = False, **params: t.Any) -> Outcome:
        return run(adoption_source, check_mode, store=self.store, project=project, **params)

    def adopt(self, project: Found = None, check_mode: bool = False, **params: t.Any) -> Outcome:
        return run(project_adopt, check_mode, store=self.store, archive=self.archive, project=project, **params)

    def whole(self, theirs: str, names: t.Mapping[str, str] | None = None, **params: t.Any) -> Outcome:
        """All steps for one project, in their order."""
        first = self.found(theirs, names=names)
        self.adopt(first, state="copied", **params)
        self.source(first)
        return self.adopt(self.found(theirs, names=names, known=[first]), **params)

    def document(self, name: str) -> dict[str, t.Any] | None:
        file = Path(self.store.removeprefix("file://")) / f"{name}.json"
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None

    def plan(self) -> dict[str, t.Any]:
        """What each project in the store needs, by its name."""
        planned = run(project_plan, store=self.store, run="renew", renewal_info=False).result
        return {one["name"]: one for one in planned["projects"]}

    def found(self, theirs: str, **params: t.Any) -> dict[str, t.Any]:
        """One project of a reading, by its old name."""
        return dict(next(one for one in self.info(**params).result["projects"] if one["theirs"] == theirs))


def uploaded(pair: Pair, chain: str, name: str = "by-a-hook") -> str:
    """What a deploy hook or a person did: the certificate is in IAM, for CloudFront; its ID."""
    found = seed.client("iam").upload_server_certificate(
        ServerCertificateName=name,
        Path="/cloudfront/",
        CertificateBody=pair.certificate_pem,
        PrivateKey=pair.key_pem,
        CertificateChain=chain,
    )
    return str(found["ServerCertificateMetadata"]["ServerCertificateId"])


@pytest.fixture
def plugin(sandbox: SandboxProcess) -> SslPlugin:
    return SslPlugin(sandbox.env(), sandbox.control)


@pytest.fixture
def adoption(sandbox: SandboxProcess, tmp_path: Path) -> Adoption:
    return Adoption(f"file://{tmp_path}/store", f"file://{tmp_path}/archive")


@pytest.fixture
def certbot(tmp_path: Path) -> CertbotHome:
    return CertbotHome(tmp_path / "letsencrypt")
