# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: measures issuing and fleets against certbot on one sandbox, and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import importlib.metadata
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sandbox import seed
from sandbox.ca import pebble
from sandbox.process import SandboxProcess

from bench import fleets, reports, single, tools
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
            f"{median(shown, lambda cost: cost.calls.get('acme', 0)):.0f}",
            f"{median(shown, lambda cost: cost.calls.get('route53', 0)):.0f}",
        ]
        return [self.tool, str(self.names), *figures, f"{len(good)} of {len(self.costs)}"]


class Bench:
    """The measurements, one after another, so that nothing but the sandbox runs beside them."""

    def __init__(self, repeat: int, home: Path) -> None:
        self.repeat = repeat
        self.home = home
        self._count = 0

    def _names(self, count: int) -> tuple[str, list[str]]:
        """A project's name and names that were never asked for before: no tool profits from another's
        authorizations."""
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
            costs = [
                run(tool(place, project, names), place.sandbox.control, self.home / "output.log")
                for dummy in range(self.repeat + 1)
            ]
            rows.append(Row(f"{label}, nothing due", 1, costs[1:]))
        return rows

    def nonces(self, place: tools.Place, tries: int) -> dict[str, tuple[int, float]]:
        """How often each client gets 100 names from Pebble, which refuses one nonce of twenty; and the median of the
        wall time."""
        found = {}
        for name, tool in ISSUING.items():
            if tool is not tools.role:
                costs = [self._measure(place, tool, 100) for dummy in range(tries)]
                found[name] = (sum(cost.succeeded for cost in costs), median(costs, lambda cost: cost.wall))
        return found


def say(text: str) -> None:
    print(text, flush=True)


def measured_on() -> str:
    """What it is measured on, and when."""
    info = Path("/proc/cpuinfo")
    models = (
        [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        if info.exists()
        else []
    )
    versions = []
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions.append(f"{package} {importlib.metadata.version(package)}")
    return (
        f"Measured {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d} on {os.cpu_count()} cores"
        f" ({models[0] if models else platform.machine()}), {platform.system()}, Python {platform.python_version()},"
        f" {', '.join(versions)}; load average at the start {os.getloadavg()[0]:.1f} (an idle machine: below 0.5)."
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]], texts: int) -> list[str]:
    """A table whose first `texts` columns are text, the others numbers."""
    rule = [*["---"] * texts, *["---:"] * (len(head) - texts)]
    return ["| " + " | ".join(cells) + " |" for cells in (head, rule, *rows)]


ISSUING_HEAD = ("client", "names", "wall s", "CPU s", "peak MB", "ACME requests", "Route 53 calls", "succeeded")


def issuing(arguments: argparse.Namespace, home: Path) -> list[str]:
    """Sizes and tools on one sandbox, and the second run, which finds nothing to do."""
    bench = Bench(arguments.repeat, home)
    with SandboxProcess() as sandbox:
        seed.create_zone(ZONE, env=sandbox.env())
        # Room in IAM for the certificates of all runs of the role.
        sandbox.control.set(
            route53_propagation_seconds=PROPAGATION_SECONDS,
            acme_validation_seconds=VALIDATION_SECONDS,
            iam_server_certificate_quota=1000,
        )
        place = tools.Place(sandbox, home)
        rows = [*bench.issuing(place), *bench.nothing_due(place)]
    return [
        (
            f"All clients run on the same sandbox, one after another. Route 53 needs {PROPAGATION_SECONDS} s until a"
            " change is INSYNC, the CA"
        ),
        (
            f"{VALIDATION_SECONDS} s to validate a name (all at once), and nothing else has latency. Figures are"
            " medians of the runs that"
        ),
        (
            "succeeded; CPU is that of the client and its child processes, without the sandbox; peak is the largest of"
            " these processes."
        ),
        "Each client has its account already.",
        "",
        *table(ISSUING_HEAD, [row.cells() for row in rows], texts=1),
        "",
        (
            "`certops.cloudfront.create` does the whole life up to the record: archive, IAM, distributions, topic. The"
            " others stop with files on disk."
        ),
    ]


def nonces(arguments: argparse.Namespace, home: Path) -> list[str]:
    """100 names from Pebble."""
    if not pebble.available():
        return ["Pebble is not installed here."]
    with SandboxProcess("--pebble") as sandbox:
        seed.create_zone(ZONE, env=sandbox.env())
        found = Bench(1, home).nonces(tools.Place(sandbox, home), arguments.nonce_runs)
    rows = [(name, f"{good} of {arguments.nonce_runs}", f"{wall:.1f}") for name, (good, wall) in found.items()]
    return [
        (
            "RFC 8555 section 6.5 lets a server refuse any nonce; Pebble refuses 5 % of them. The `acme` library, as"
            " certbot uses it, tries a refused"
        ),
        "request once more.",
        "",
        *table(("client", "succeeded", "wall s"), rows, texts=1),
    ]


FLEET_HEAD = (
    "run",
    "projects",
    "wall s",
    "CPU s",
    "largest process MB",
    "all processes MB",
    "AWS calls",
    "ACME requests",
    "succeeded",
)


def _cells(found: fleets.Pass) -> list[str]:
    cost = found.cost
    figures = [
        f"{cost.wall:.1f}",
        f"{cost.cpu:.1f}",
        f"{cost.peak_mb:.0f}",
        f"{cost.tree_mb:.0f}",
        str(cost.aws),
        str(cost.calls.get("acme", 0)),
    ]
    return [found.tool, f"{found.projects:,}", *figures, "yes" if cost.succeeded else "NO"]


def resting(arguments: argparse.Namespace, _home: Path) -> list[str]:
    """Fleets of which nothing, or one project, is due."""
    passes = []
    for size in arguments.sizes:
        say(f"  {size} projects")
        passes += fleets.nothing_due(size)
    ours = [found.cost.wall for found in passes[::2]]
    passes += [fleets.one_due(min(arguments.sizes)), *map(fleets.mixed, arguments.sizes)]
    growth = [
        f"{later / earlier:.1f} times from {a:,} to {b:,}"
        for a, b, earlier, later in zip(arguments.sizes, arguments.sizes[1:], ours, ours[1:])
    ]
    return [
        (
            "Each project has a certificate in IAM and a distribution. certbot's certificates name a server that does"
            " not answer: it finds out once, and then"
        ),
        (
            "makes no request for renewal information, which would be one for each certificate. Ours were asked for"
            " theirs within the last hours. Of a fleet that is half in ACM, the other half is in IAM. Where nothing is"
            " due, ours is the middle one of three passes."
        ),
        "",
        *table(FLEET_HEAD, [_cells(found) for found in passes], texts=1),
        "",
        f"Wall time of `certops.cloudfront.renew` grows {', '.join(growth)}." if growth else "",
    ]


def asking(arguments: argparse.Namespace, _home: Path) -> list[str]:
    """Fleets of which nothing is due, with a question to the CA about each certificate."""
    passes = []
    for size in arguments.asked:
        say(f"  {size} projects, each asked for")
        passes += fleets.asked(size)
    return [
        "A CA that answers at once is asked about each certificate; the second run of each pair asks nobody.",
        "",
        *table(FLEET_HEAD, [_cells(found) for found in passes], texts=1),
    ]


WORKING_HEAD = ("forks", *FLEET_HEAD, "CPU s each", "AWS calls each", "Route 53 calls each", "ACME requests each")


def _working_cells(found: fleets.Pass) -> list[str]:
    each = (found.cost.cpu / found.projects, found.cost.aws / found.projects, found.each("route53"), found.each("acme"))
    return [str(found.forks), *_cells(found), *(f"{figure:.1f}" for figure in each)]


def working(arguments: argparse.Namespace, _home: Path) -> list[str]:
    """Fleets that are due as a whole."""
    passes = []
    for forks in fleets.FORKS:
        say(f"  {fleets.DUE} due, forks {forks}")
        passes.append(fleets.due(forks))
    for size in arguments.mass:
        say(f"  {size} reissued")
        passes.append(fleets.mass_reissue(size))
    return [
        "The sandbox has no latency here, and shares the cores with what is measured.",
        "",
        *table(WORKING_HEAD, [_working_cells(found) for found in passes], texts=2),
    ]


def renewing(_arguments: argparse.Namespace, _home: Path) -> list[str]:
    """As many due names for ours and for certbot."""
    say(f"  {fleets.DUE} due")
    passes = fleets.due_beside_certbot(PROPAGATION_SECONDS)
    return [
        f"Route 53 needs {PROPAGATION_SECONDS} s until a change is INSYNC, and nothing else has latency.",
        "certbot renews one certificate after another, and stops with files on disk; ours is the whole life of each.",
        "",
        *table(WORKING_HEAD, [_working_cells(found) for found in passes], texts=2),
    ]


LIFE_HEAD = (
    "run",
    "CPU s beyond an empty playbook",
    "wall s",
    "AWS calls",
    "task banners",
    "before: CPU s; calls; banners",
)


def living(arguments: argparse.Namespace, _home: Path) -> list[str]:
    """One project, run by run."""
    rows, empty = [], []
    for story, paid in single.measured(arguments.repeat):
        empty += [one.empty.cpu for one in paid]
        cpu, wall = (statistics.median(figures) for figures in zip(*((one.cpu, one.cost.wall) for one in paid)))
        calls, banners = (max(figures) for figures in zip(*((one.cost.aws, one.banners) for one in paid)))
        rows.append([story.label, f"{cpu:.2f}", f"{wall:.1f}", str(calls), str(banners), story.former])
    return [
        "A project with two names, one distribution and one address, on a store in files. An empty playbook runs right",
        (
            f"before each run, and takes {statistics.median(empty):.2f} CPU s here. Medians of {arguments.repeat}; the"
            " figures before are of 2026-11-22, where it took 0.7."
        ),
        "",
        *table(LIFE_HEAD, rows, texts=1),
    ]


REPORT_HEAD = (
    "projects",
    "wall s",
    "CPU s",
    "CPU s beyond an empty playbook",
    "AWS calls",
    "bytes of the page each",
    "load ms",
    "filter ms",
    "sort ms",
)


def _report_cells(found: reports.Reported) -> list[str]:
    cost, page = found.made.cost, found.answers
    browser = [f"{value:.0f}" for value in (page.load, page.filter, page.sort)] if page else ["-"] * 3
    figures = [f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{found.cpu:.1f}", str(cost.aws)]
    return [f"{found.made.projects:,}", *figures, f"{found.page_bytes / found.made.projects:.0f}", *browser]


def reporting(arguments: argparse.Namespace, _home: Path) -> list[str]:
    """Reports of fleets that rest, with their pages in a browser."""
    rows = []
    for size in arguments.reports:
        say(f"  {size} projects reported")
        rows.append(_report_cells(reports.reported(size)))
    return [
        "`certops.cloudfront.report` writes its four files. Chromium loads the page from disk in a window of 1280x900;",
        "of filters and sorts, the slowest is shown, with the layout that follows.",
        "",
        *table(REPORT_HEAD, rows, texts=0),
    ]


SECTIONS: dict[str, tuple[str, Callable[[argparse.Namespace, Path], list[str]]]] = {
    "issuing": ("Issuing", issuing),
    "living": ("One project, run by run", living),
    "nonces": ("100 names from a CA that refuses nonces", nonces),
    "resting": ("A pass over many projects that finds nothing to do", resting),
    "asking": ("A pass in which each certificate is asked for", asking),
    "working": ("Many projects that are due", working),
    "reporting": ("A report of many projects", reporting),
    "renewing": ("Many projects that are due, beside certbot", renewing),
}
INTRODUCTION = """<!-- Written by `make bench`; edit tests/bench/run.py instead. -->
# Benchmarks

Measured, not promised: `make bench` writes this page.
"""


def page(before: str, found: Mapping[str, Sequence[str]]) -> str:
    """The page with these sections new, and the others as they were."""
    kept = {title: body for title, _newline, body in (part.partition("\n") for part in before.split("\n## ")[1:])}
    parts = [INTRODUCTION]
    for name, (title, _measure) in SECTIONS.items():
        body = "\n" + "\n".join(found[name]) + "\n" if name in found else kept.get(title)
        if body is not None:
            parts.append(f"## {title}\n{body.rstrip()}\n")
    return "\n".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "sections",
        nargs="*",
        choices=[*SECTIONS, []],
        help="what to measure (default: all); the page keeps the rest as it is",
    )
    parser.add_argument(
        "--repeat", type=int, default=3, help="runs of each measurement of issuing (default: %(default)s)"
    )
    parser.add_argument(
        "--nonce-runs", type=int, default=20, help="runs of each client against Pebble (default: %(default)s)"
    )
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=fleets.SIZES,
        help="sizes of the fleets that rest (default: %(default)s)",
    )
    parser.add_argument(
        "--asked", type=int, nargs="+", default=fleets.ASKED, help="sizes of the fleets that ask (default: %(default)s)"
    )
    parser.add_argument(
        "--mass", type=int, nargs="+", default=fleets.MASS, help="sizes of the fleets reissued (default: %(default)s)"
    )
    parser.add_argument(
        "--reports",
        type=int,
        nargs="+",
        default=reports.SIZES,
        help="sizes of the fleets reported (default: %(default)s)",
    )
    parser.add_argument("--output", type=Path, default=PAGE, help="the page to write (default: docs/benchmarks.md)")
    arguments = parser.parse_args()
    for name in arguments.sections or SECTIONS:
        title, measure = SECTIONS[name]
        say(title)
        facts = measured_on()
        with tempfile.TemporaryDirectory(prefix="certops-bench-") as directory:
            body = measure(arguments, Path(directory))
        before = arguments.output.read_text(encoding="utf-8") if arguments.output.exists() else ""
        arguments.output.write_text(page(before, {name: [facts, "", *body]}), encoding="utf-8")
    say(f"wrote {arguments.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
