# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many projects: a pass that finds nothing to do, beside certbot's; some that are due; and all of them at once."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from playbook_runs.runs import environment
from sandbox import seed
from sandbox.fleet import Fleet
from sandbox.process import SandboxProcess

from . import certbot_home, window_ca
from .measure import Command, Cost, run
from .tools import BIN

ZONE = "example.com"
SIZES = (100, 1_000, 10_000)
DUE, FORKS = 50, (1, 5, 20)
MASS, MASS_FORKS = (200, 1_000), 20
ASKED = (1_000, 10_000)
# A pass is over in seconds, and what else the machine does in one of them would count as much.
PASSES = 3


@dataclass(frozen=True)
class Pass:
    """One run over a fleet: what did it, over how many projects, with how many forks, and what it cost."""

    tool: str
    projects: int
    cost: Cost
    forks: int = 5

    def each(self, service: str) -> float:
        """Calls of one service for each project."""
        return self.cost.calls.get(service, 0) / self.projects


@dataclass(frozen=True)
class World:
    """A sandbox of its own, and the home of who runs playbooks in it."""

    sandbox: SandboxProcess
    home: Path

    @property
    def env(self) -> dict[str, str]:
        return environment(self.sandbox.env(), self.home)

    def play(self, playbook: str, *arguments: str) -> Cost:
        return self.command("ansible-playbook", f"certops.cloudfront.{playbook}", *arguments)

    def command(self, program: str, *arguments: str) -> Cost:
        command = Command([str(BIN / program), *arguments], self.env)
        return run(command, self.sandbox.control, self.home / "output.log")

    def certbot_renew(self, names: Sequence[str], due: bool = False) -> Cost:
        """`certbot renew` over as many certificates; those that are due are of the sandbox's CA."""
        config, exports = self.home / "certbot" / "config", self.sandbox.env()
        server = exports["CERTOPS_ACME_DIRECTORY"]
        if due:
            self._certbot("register", "--server", server, "--agree-tos", "--register-unsafely-without-email")
            certbot_home.make(config, names, server, certbot_home.account_of(config), due=True)
        else:
            certbot_home.make(config, names)
        # --no-random-sleep-on-renew: without a terminal it would wait for up to eight minutes
        return self._certbot("renew", "--no-random-sleep-on-renew")

    def _certbot(self, *arguments: str) -> Cost:
        root = self.home / "certbot"
        places = [part for kind in ("config", "work", "logs") for part in (f"--{kind}-dir", str(root / kind))]
        # certbot has no option for a private CA; requests, which it uses, reads this.
        env = {**self.env, "REQUESTS_CA_BUNDLE": self.sandbox.env()["CERTOPS_ACME_CA_BUNDLE"]}
        command = Command([str(BIN / "certbot"), *arguments, "--non-interactive", *places], env)
        return run(command, self.sandbox.control, self.home / "output.log")


@contextmanager
def world() -> Iterator[tuple[World, Fleet]]:
    """A new sandbox with a zone, and an empty fleet in it."""
    with tempfile.TemporaryDirectory(prefix="certops-bench-") as directory, SandboxProcess() as sandbox:
        made = World(sandbox, Path(directory))
        seed.create_zone(ZONE, env=sandbox.env())
        yield made, Fleet.of(sandbox.control, made.env)


def nothing_due(size: int) -> list[Pass]:
    """`renew` over a fleet that rests, the middle one of three passes, and certbot over as many certificates."""
    with world() as (place, fleet):
        names = fleet.make(size)
        ours = _middle([place.play("renew") for _number in range(PASSES)])
        theirs = place.certbot_renew([f"{name}.{ZONE}" for name in names])
    return [Pass("`certops.cloudfront.renew`", size, ours), Pass("`certbot renew`", size, theirs)]


def _middle(passes: Sequence[Cost]) -> Cost:
    return sorted(passes, key=lambda cost: cost.wall)[len(passes) // 2]


def mixed(size: int) -> Pass:
    """`renew` over a fleet that rests, half of which has its certificates in ACM."""
    with world() as (place, fleet):
        fleet.make(size, in_acm=size // 2)
        ours = _middle([place.play("renew") for _number in range(PASSES)])
    return Pass("`certops.cloudfront.renew`, half in ACM", size, ours)


def asked(size: int) -> list[Pass]:
    """`renew` over a fleet that rests, with a question to the CA about each certificate, and again with none."""
    with world() as (place, fleet):
        home = place.home
        with window_ca.running(home) as ca:
            replace(fleet, directory=ca.directory, ca_bundle=ca.bundle, authority_key_id="ab" * 20).make(size)
            runs = [place.play("renew"), place.play("renew")]
    labels = ("`certops.cloudfront.renew`, each asked for", "`certops.cloudfront.renew`, asked for before")
    return [Pass(label, size, cost) for label, cost in zip(labels, runs)]


def due(forks: int) -> Pass:
    """`renew` over projects that are all due."""
    with world() as (place, fleet):
        fleet.make(DUE, due=DUE)
        return Pass("`certops.cloudfront.renew`", DUE, place.play("renew", "--forks", str(forks)), forks)


def due_beside_certbot(propagation_seconds: float) -> list[Pass]:
    """`renew` and `certbot renew` over as many names that are all due, where Route 53 takes its time."""
    with world() as (place, fleet):
        place.sandbox.control.set(route53_propagation_seconds=propagation_seconds)
        names = fleet.make(DUE, due=DUE)
        ours = place.play("renew", "--forks", str(MASS_FORKS))
        theirs = place.certbot_renew([f"{name}.{ZONE}" for name in names], due=True)
    return [Pass("`certops.cloudfront.renew`", DUE, ours, MASS_FORKS), Pass("`certbot renew`", DUE, theirs, 1)]


def one_due(size: int) -> Pass:
    """`renew` over a fleet of which one project is due."""
    with world() as (place, fleet):
        fleet.make(size, due=1)
        return Pass("`certops.cloudfront.renew`, 1 due", size, place.play("renew"))


def mass_reissue(size: int) -> Pass:
    """A new key and certificate for every project, as after an incident of the CA."""
    with world() as (place, fleet):
        names = fleet.make(size)
        variables = place.home / "projects.json"
        variables.write_text(json.dumps({"projects": names}), encoding="utf-8")
        cost = place.play("reissue", "--forks", str(MASS_FORKS), "-e", f"@{variables}")
    return Pass("`certops.cloudfront.reissue`", size, cost, MASS_FORKS)
