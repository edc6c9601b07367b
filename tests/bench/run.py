# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: measures issuing against certbot on one sandbox, and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import importlib.metadata
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sandbox import pebble, seed
from sandbox.process import SandboxProcess

from bench import tools
from bench.measure import Cost, median, run

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
ZONE = "bench.example.com"
SIZES = (1, 10, 100)
PROPAGATION_SECONDS = 2
# A public CA validates in the background and lets clients poll.
VALIDATION_SECONDS = 0.5
ISSUING: dict[str, tools.Tool] = {
    "`acme_route53_issue` by `ansible`": tools.module,
    "`certops.cloudfront.create`": tools.role,
    "certbot with certbot-dns-route53": tools.certbot,
}
PACKAGES = ("ansible-core", "acme", "boto3", "certbot", "certbot-dns-route53", "acme2certifier", "moto")


@dataclass(frozen=True)
class Row:
    """One line of the table: a tool, a number of names, and its runs."""

    tool: str
    names: int
    costs: Sequence[Cost]

    def cells(self) -> list[str]:
        good = [cost for cost in self.costs if cost.succeeded]
        shown = good or list(self.costs)
        figures = [
            f"{median(shown, lambda cost: cost.wall):.1f}",
            f"{median(shown, lambda cost: cost.cpu):.1f}",
            f"{median(shown, lambda cost: cost.peak_mb):.0f}",
            f"{median(shown, lambda cost: cost.acme):.0f}",
            f"{median(shown, lambda cost: cost.route53):.0f}",
        ]
        return [str(self.names), self.tool, *figures, f"{len(good)} of {len(self.costs)}"]


class Bench:
    """The measurements, one after another, so that nothing but the sandbox runs beside them."""

    def __init__(self, repeat: int, home: Path) -> None:
        self.repeat = repeat
        self.home = home
        self._count = 0

    def _names(self, count: int) -> tuple[str, list[str]]:
        """A project's name and names that were never asked for before: no tool profits from another's authorizations."""
        self._count += 1
        return f"bench-{self._count}", [f"n{number}.p{self._count}.{ZONE}" for number in range(count)]

    def _measure(self, place: tools.Place, tool: tools.Tool, count: int) -> Cost:
        project, names = self._names(count)
        cost = run(tool(place, project, names), place.sandbox.control, self.home / "output.log")
        say(f"  {tool.__name__}, {count} names: {cost.wall:.1f} s{'' if cost.succeeded else ', FAILED'}")
        return cost

    def issuing(self, place: tools.Place) -> list[Row]:
        """Every tool and size; the first run of each tool also registers its account and is not counted."""
        for tool in ISSUING.values():
            self._measure(place, tool, 1)
        rows = []
        for size in SIZES:
            # In turns, so that what else happens on the machine hits all of them.
            rounds = [[self._measure(place, tool, size) for tool in ISSUING.values()] for dummy in range(self.repeat)]
            rows += [Row(name, size, costs) for name, costs in zip(ISSUING, zip(*rounds))]
        return rows

    def nothing_due(self, place: tools.Place) -> list[Row]:
        """The second run of a project: what a module costs that finds nothing to do."""
        rows = []
        for label, tool in (("module process", tools.module_process), ("`ansible localhost -m`", tools.module)):
            project, names = self._names(1)
            costs = [run(tool(place, project, names), place.sandbox.control, self.home / "output.log") for dummy in range(self.repeat + 1)]
            rows.append(Row(f"{label}, nothing due", 1, costs[1:]))
        return rows

    def nonces(self, place: tools.Place, tries: int) -> dict[str, tuple[int, float]]:
        """How often each client gets 100 names from Pebble, which refuses one nonce of twenty; and the median of the wall time."""
        found = {}
        for name, tool in ISSUING.items():
            if tool is not tools.role:
                costs = [self._measure(place, tool, 100) for dummy in range(tries)]
                found[name] = (sum(cost.succeeded for cost in costs), median(costs, lambda cost: cost.wall))
        return found


def say(text: str) -> None:
    print(text, flush=True)


def machine() -> list[str]:
    """What it was measured on."""
    info = Path("/proc/cpuinfo")
    models = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    versions = []
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions.append(f"{package} {importlib.metadata.version(package)}")
    return [
        f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}",
        f"- {os.cpu_count()} cores ({models[0] if models else platform.machine()}), {platform.system()}, Python {platform.python_version()}",
        f"- load average when the run began: {os.getloadavg()[0]:.1f} (the figures want an idle machine: below 0.5)",
        f"- {', '.join(versions)}",
    ]


def table(rows: Sequence[Row]) -> list[str]:
    head = ["names", "client", "wall s", "CPU s", "peak MB", "ACME requests", "Route 53 calls", "succeeded"]
    return ["| " + " | ".join(cells) + " |" for cells in (head, ["---:", "---", *["---:"] * 6], *(row.cells() for row in rows))]


def page(facts: list[str], rows: Sequence[Row], idle: Sequence[Row], nonces: dict[str, tuple[int, float]], tries: int) -> str:
    lines = [
        "<!-- Written by `make bench`; edit tests/bench/run.py instead. -->",
        "# Benchmarks",
        "",
        "Measured, not promised: `make bench` writes this page. All clients run on the same sandbox in the same run, one after another.",
        f"Route 53 needs {PROPAGATION_SECONDS} s until a change is INSYNC, the CA {VALIDATION_SECONDS} s to validate a name (all at once), and nothing else",
        "has latency. Figures are medians of the runs that succeeded; CPU is that of the client and its child processes, without the sandbox; peak",
        "is the largest of these processes. Each client has its account already.",
        "",
        *facts,
        "",
        "## Issuing",
        "",
        *table(rows),
        "",
        "`certops.cloudfront.create` does the whole life up to the record: archive, IAM, distributions, topic. The others stop with files on disk.",
        "",
        "## A run that finds nothing to do",
        "",
        *table(idle),
    ]
    if nonces:
        lines += ["", "## 100 names from Pebble, which refuses 5 % of all nonces", "", "| client | succeeded | wall s |", "| --- | ---: | ---: |"]
        lines += [f"| {name} | {good} of {tries} | {wall:.1f} |" for name, (good, wall) in nonces.items()]
        lines += ["", "RFC 8555 section 6.5 lets a server refuse any nonce; the `acme` library, as certbot uses it, tries a refused request once more."]
    return "\n".join([*lines, ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each measurement (default: %(default)s)")
    parser.add_argument("--nonce-runs", type=int, default=20, help="runs of each client against Pebble, 0 for none (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=PAGE, help="the page to write (default: docs/benchmarks.md)")
    arguments = parser.parse_args()
    facts, nonces = machine(), {}
    with tempfile.TemporaryDirectory(prefix="certops-bench-") as directory:
        bench = Bench(arguments.repeat, Path(directory))
        with SandboxProcess() as sandbox:
            seed.create_zone(ZONE, env=sandbox.env())
            # Room in IAM for the certificates of all runs of the role.
            sandbox.control.set(route53_propagation_seconds=PROPAGATION_SECONDS, acme_validation_seconds=VALIDATION_SECONDS, iam_server_certificate_quota=1000)
            place = tools.Place(sandbox, Path(directory))
            say("issuing")
            rows = bench.issuing(place)
            say("nothing due")
            idle = bench.nothing_due(place)
        if arguments.nonce_runs and pebble.available():
            with SandboxProcess("--pebble") as sandbox:
                seed.create_zone(ZONE, env=sandbox.env())
                say("100 names from Pebble")
                nonces = bench.nonces(tools.Place(sandbox, Path(directory)), arguments.nonce_runs)
        failed = [row for row in [*rows, *idle] if not all(cost.succeeded for cost in row.costs)]
        if failed:
            say((Path(directory) / "output.log").read_text(encoding="utf-8", errors="replace")[-4000:])
    arguments.output.write_text(page(facts, rows, idle, nonces, arguments.nonce_runs), encoding="utf-8")
    say(f"wrote {arguments.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
