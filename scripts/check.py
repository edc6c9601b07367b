# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the project's checks: ``check.py all``, or the names of some. Several run two at a time, each into a log of its
own.

The last line counts the tests of pytest and every other check as one; the exit status is 0 only if nothing failed.
Never touches an AWS account: the checks see no credentials of whoever runs them.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import sys
import time
import typing as t
import xml.etree.ElementTree as ET
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import artefact
import checkout
import docsite
import sanity

ROOT = checkout.ROOT
LOGS = ROOT / ".cache" / "logs"
LANES = int(os.environ.get("CHECK_LANES", "2"))
LINES_OF_A_FAILURE = 80


@dataclasses.dataclass(frozen=True)
class Check:
    """One check: a command in the checkout, or a function that returns an exit status and writes to the stream it is
    given."""

    name: str
    run: tuple[str, ...] | t.Callable[[dict[str, str], t.TextIO | None], int]

    @property
    def is_pytest(self) -> bool:
        """Whether the tests are counted by what pytest reports."""
        return isinstance(self.run, tuple) and "pytest" in self.run


@dataclasses.dataclass(frozen=True)
class Result:
    """How a check ended."""

    check: Check
    status: int
    seconds: float


# The end-to-end tests wait more than they compute: for propagation, deployment, confirmations. Each worker has a
# sandbox of its own.
IN_PARALLEL = ("-n", "4", "--dist", "loadgroup")


def tests(name: str, *options: str) -> Check:
    """The pytest run of the folder ``tests/<name>``."""
    return Check(name, ("python", "-m", "pytest", f"tests/{name}", *options, f"--junitxml={LOGS / name}.xml"))


def reuse(env: dict[str, str], log: t.TextIO | None) -> int:
    """``reuse lint`` on a copy: in the checkout it would see the files that the other checks are writing."""
    return checkout.execute(("reuse", "--root", str(checkout.copy("reuse")), "lint", "--lines"), ROOT, env, log)


# In this order they are started: the long ones first.
LINT = (
    Check("ansible-lint", ("ansible-lint", "--offline", "--nocolor", "-q")),
    Check("docs", docsite.lint),
    Check("mypy", ("mypy",)),
    Check("yamllint", ("yamllint", "--strict", ".")),
    Check("reuse", reuse),
    Check("ruff", ("ruff", "check")),
    Check("format", ("ruff", "format", "--check")),
    Check("changelog", ("antsibull-changelog", "lint")),
)
# All of tests/chaos takes twenty minutes on two cores, this sample of it a minute.
SURVIVAL = Check(
    "survival", ("python", "-m", "pytest", "tests/chaos", "-m", "not chaos", f"--junitxml={LOGS / 'survival'}.xml")
)
# The demo on the oldest ansible-core: it differs most from the one of .venv, and nothing else here runs on it.
OLDEST = Check("oldest", ("python", "scripts/matrix.py", "oldest", "story"))
CHECKS = (
    # Two CAs are enough each time; the third is tried by `make matrix`.
    tests("e2e", *IN_PARALLEL, "-m", "not caddy"),
    Check("sanity", sanity.run),
    Check("molecule", ("molecule", "test")),
    SURVIVAL,
    OLDEST,
    tests("unit"),
    *LINT,
    Check("build", artefact.run),
)
# Some of it computes, some of it waits for clients to give up.
CHAOS = tests("chaos", "-n", "4", "--dist", "loadgroup", "--no-loadscope-reorder", "--durations=15")
GROUPS = {"all": CHECKS, "lint": LINT, "chaos": (CHAOS,)}


def chosen(names: t.Sequence[str]) -> tuple[Check, ...]:
    """The checks of these names and group names; exits with a list of them if one is unknown."""
    by_name: dict[str, tuple[Check, ...]] = {check.name: (check,) for check in CHECKS} | GROUPS
    unknown = [name for name in names if name not in by_name]
    if unknown or not names:
        sys.exit(f"check: unknown: {' '.join(unknown) or 'nothing named'}; there are: {' '.join(by_name)}")
    return tuple(dict.fromkeys(check for name in names for check in by_name[name]))


def environment() -> dict[str, str]:
    """What the checks see: the virtual environment first on the path, no AWS or Ansible settings of the caller."""
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("AWS_", "ANSIBLE_", "BOTO_", "PYTHON", "XDG_"))
    }
    nowhere = str(ROOT / ".cache" / "no-such-file")
    return env | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)]),
        "VIRTUAL_ENV": sys.prefix,
        "LC_ALL": "C.UTF-8",
        "XDG_CACHE_HOME": str(ROOT / ".cache" / "xdg"),
        "ANSIBLE_HOME": str(ROOT / ".cache" / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def execute(check: Check, log: t.TextIO | None) -> Result:
    """Run one check, into ``log`` or, if None, onto the terminal."""
    started = time.monotonic()
    env = environment() | ({"NO_COLOR": "1"} if log else {})
    if callable(check.run):
        status = check.run(env, log)
    else:
        cwd = ROOT / "extensions" if check.name == "molecule" else ROOT
        status = checkout.execute(check.run, cwd, env, log)
    return Result(check, status, time.monotonic() - started)


def execute_logged(check: Check) -> Result:
    """Run one check into its log, and say how it ended; of a failure, the end of its log too."""
    path = LOGS / f"{check.name}.log"
    with path.open("w", encoding="utf-8") as log:
        result = execute(check, log)
    text = f"{'ok    ' if result.status == 0 else 'FAILED'} {check.name:<14}{result.seconds:7.1f} s"
    if result.status != 0:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES_OF_A_FAILURE:]
        text = "\n    ".join([text, *lines, f"exit status {result.status}; whole log: {path.relative_to(ROOT)}"])
    print(text, flush=True)
    return result


def counts(result: Result) -> tuple[int, int, int]:
    """Passed, failed and skipped; a check that is no test run counts as one, and so does a test run that could not
    report."""
    report = LOGS / f"{result.check.name}.xml"
    if not result.check.is_pytest or not report.exists():
        return (1, 0, 0) if result.status == 0 else (0, 1, 0)
    suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314 - pytest wrote it a moment ago
    total, failures, errors, skipped = (
        sum(int(suite.get(key, "0")) for suite in suites) for key in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    if result.status != 0 and failed == 0:
        failed = 1
    return total - failures - errors - skipped, failed, skipped


def main(names: t.Sequence[str]) -> int:
    """Run what is named; a single check writes to the terminal."""
    checks = chosen(names)
    LOGS.mkdir(parents=True, exist_ok=True)
    for report in LOGS.glob("*.xml"):
        report.unlink()
    if len(checks) == 1:
        return execute(checks[0], None).status
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(LANES) as lanes:
        results = list(lanes.map(execute_logged, checks))
    failed_checks = [result.check.name for result in results if result.status != 0]
    passed, failed, skipped = (sum(column) for column in zip(*map(counts, results)))
    print(
        f"{len(results)} checks in {time.monotonic() - started:.0f}"
        f" s{'; FAILED: ' + ', '.join(failed_checks) if failed_checks else ''}"
    )
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return 1 if failed_checks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
