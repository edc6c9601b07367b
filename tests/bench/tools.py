# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to a certificate that are compared: each a command for a set of names."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbook_runs.runs import environment
from sandbox.process import SandboxProcess

from .measure import Command

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Place:
    """One sandbox, and a home directory with what the tools keep there."""

    sandbox: SandboxProcess
    home: Path

    @property
    def env(self) -> dict[str, str]:
        exports = self.sandbox.env()
        # certbot has no option for a private CA; requests, which it uses, reads this.
        return {**environment(exports, self.home), "REQUESTS_CA_BUNDLE": exports["CERTOPS_ACME_CA_BUNDLE"]}


def _module_arguments(place: Place, project: str, names: Sequence[str]) -> dict[str, Any]:
    exports = place.sandbox.env()
    return {
        "project": project,
        "domains": list(names),
        "acme_directory": exports["CERTOPS_ACME_DIRECTORY"],
        "acme_ca_bundle": exports["CERTOPS_ACME_CA_BUNDLE"],
        "acme_terms_agreed": True,
    }


def module(place: Place, project: str, names: Sequence[str]) -> Command:
    """The module, as `ansible` runs it."""
    arguments = json.dumps(_module_arguments(place, project, names))
    return Command(
        [str(BIN / "ansible"), "localhost", "-m", "certops.cloudfront.acme_route53_issue", "-a", arguments], place.env
    )


def module_process(place: Place, project: str, names: Sequence[str]) -> Command:
    """The module's own process, without the controller."""
    file = place.home / f"{project}.json"
    file.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": _module_arguments(place, project, names)}), encoding="utf-8")
    return Command(
        [sys.executable, "-m", "ansible_collections.certops.cloudfront.plugins.modules.acme_route53_issue", str(file)],
        place.env,
    )


def role(place: Place, project: str, names: Sequence[str]) -> Command:
    """The whole of `create`: issue, archive, IAM, distributions, topic, record."""
    variables = {"project_name": project, "project_domains": list(names)}
    return Command([str(BIN / "ansible-playbook"), "certops.cloudfront.create", "-e", json.dumps(variables)], place.env)


def certbot(place: Place, project: str, names: Sequence[str]) -> Command:
    """certbot with certbot-dns-route53."""
    directory = place.home / "certbot"
    places = [part for kind in ("config", "work", "logs") for part in (f"--{kind}-dir", str(directory / kind))]
    options = [
        "--server",
        place.sandbox.env()["CERTOPS_ACME_DIRECTORY"],
        "--agree-tos",
        "--register-unsafely-without-email",
        "--non-interactive",
    ]
    domains = [part for name in names for part in ("-d", name)]
    return Command(
        [str(BIN / "certbot"), "certonly", "--dns-route53", "--cert-name", project, *options, *places, *domains],
        place.env,
    )


Tool = Callable[[Place, str, Sequence[str]], Command]
