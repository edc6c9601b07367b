# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests on the versions of ansible-core and Python that the collection supports: ``matrix.py``, or the names
of some rows, such as ``2.18/3.11`` or ``oldest``, and of some steps, such as ``story``.

On every row the story of the demo and a sample of the end-to-end tests; on the oldest and the newest also a third CA
and, when all rows have had that, the unit tests and the other end-to-end tests. A row whose Python is not on this
machine is skipped, and says so. A step that has passed is not repeated until a file of the checkout changes, so a
matrix that was interrupted resumes.

The environments are made once, under .cache/matrix: one for each Python with what the tests need, and for each row one
that adds its ansible-core.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import typing as t
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import check
import checkout

ROOT = checkout.ROOT
HOME = ROOT / ".cache" / "matrix"
# Another value has all environments made anew.
LAYOUT = "2"
# Which Pythons a controller of each ansible-core runs on:
# https://docs.ansible.com/ansible/latest/reference_appendices/release_and_maintenance.html
CONTROLLERS = {
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.12", "3.13", "3.14"),
}
# Modules run on a Python that is older than any controller's. The last ansible-core for it, of which only the library
# is used, imports them there.
MODULES = ("2.17", "3.10")
REQUIREMENTS = ("requirements.txt", "tests/requirements.txt")
# A life of a project from end to end, what depends on templates and types, and modules in processes of their own.
SAMPLE = (
    "tests/e2e/doctor",
    "tests/e2e/fleet/test_inventory.py",
    "tests/e2e/fleet/test_selection.py",
    "tests/e2e/run/test_bad_input.py",
    "tests/e2e/run/test_going_back.py",
    "tests/e2e/run/test_interpreters.py",
    "tests/e2e/security/test_hostile_stores.py",
    "tests/e2e/security/test_secrets.py",
)
# Debian's caddy as the CA: what it has to say does not depend on the version of ansible-core.
THIRD_CA = "tests/e2e/issue/test_caddy.py"
E2E = ("-m", "pytest", "-q", *check.IN_PARALLEL)
UNIT = ("-m", "pytest", "-q", "-n", "2")
STEPS = {
    "modules": (*UNIT, "tests/unit/module_utils", "tests/unit/modules"),
    "story": ("tests/demo/run.py",),
    "sample": (*E2E, *SAMPLE),
    "ca": ("-m", "pytest", "-q", THIRD_CA),
    "unit": (*UNIT, "tests/unit"),
    "e2e": (*E2E, "tests/e2e", *(f"--ignore={path}" for path in (*SAMPLE, THIRD_CA))),
}
# What only the oldest and the newest row have comes when all rows have had the rest.
LATE = ("unit", "e2e")
_SUMMARY = re.compile(r"(\d+) (passed|failed|skipped|error)")
_SKIPPED = re.compile(r"^SKIPPED \[(\d+)\] [^ ]+ (.+)$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Row:
    """An ansible-core on a Python, and the names of the steps that are run there."""

    core: str
    python: str
    steps: tuple[str, ...]

    @property
    def name(self) -> str:
        """How the command line calls it."""
        return f"{self.core}/{self.python}"

    @property
    def directory(self) -> Path:
        """Its virtual environment."""
        return HOME / f"core-{self.core}-python-{self.python}"

    @property
    def interpreter(self) -> Path:
        """Its Python."""
        return self.directory / "bin" / "python"


@dataclasses.dataclass
class Counts:
    """What the steps of all rows came to, and why something was skipped, with how often."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)

    def add(self, other: Counts) -> None:
        """Another step or row."""
        self.passed, self.failed = self.passed + other.passed, self.failed + other.failed
        self.skipped += other.skipped
        self.reasons.update(other.reasons)


def rows() -> list[Row]:
    """All of them, the oldest first and the newest that this machine has a Python for last."""
    pairs = [(core, python) for core, pythons in CONTROLLERS.items() for python in pythons]
    here = [pair for pair in pairs if python_of(pair[1])]
    whole = {pairs[0], *here[-1:]}
    sample, full = ("story", "sample"), ("story", "sample", "ca", "unit", "e2e")
    return [Row(*MODULES, ("modules",)), *(Row(*pair, full if pair in whole else sample) for pair in pairs)]


@functools.cache
def python_of(version: str) -> str | None:
    """A Python of this version: one of pyenv's, or on the path; one that starts and can make environments."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = sorted(pyenv.glob(f"{version}.*/bin/python{version}"), reverse=True)
    for candidate in (*map(str, found), f"python{version}"):
        path = shutil.which(candidate)
        probe = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
        answer = path and subprocess.run([path, "-c", probe], capture_output=True, text=True, check=False)
        if answer and answer.returncode == 0 and answer.stdout.strip() == version:
            # that of a virtual environment on the path is the one it was made from
            return os.path.realpath(path)
    return None


def make(directory: Path, python: str, stamp: str, fill: t.Callable[[Path], None]) -> None:
    """A virtual environment that ``fill`` completes, unless there is one of this stamp already."""
    written = directory / "matrix-stamp"
    stamp = hashlib.sha256("\n".join([LAYOUT, str(ROOT), python, stamp]).encode()).hexdigest()
    if written.exists() and written.read_text(encoding="utf-8") == stamp:
        return
    shutil.rmtree(directory, ignore_errors=True)
    call(python, "-m", "venv", str(directory))
    fill(directory)
    written.write_text(stamp, encoding="utf-8")


def call(*command: str) -> None:
    """Run a command; RuntimeError with what it said if it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")


def install(directory: Path, *what: str) -> None:
    """Install with the pip of a virtual environment. Of the thousands of files a run needs a few dozen: nothing is
    compiled ahead."""
    python = str(directory / "bin" / "python")
    call(python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile", *what)


def prepare(row: Row, python: str) -> None:
    """Make the environment of the row, and that of its Python, unless they are there already."""
    texts = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in REQUIREMENTS)
    shared = HOME / f"python-{row.python}"
    make(shared, python, texts, lambda made: install(made, *(f"--requirement={name}" for name in REQUIREMENTS)))

    def add_ansible(made: Path) -> None:
        packages = Path("lib", f"python{row.python}", "site-packages")
        (made / packages / "matrix.pth").write_text(f"{shared / packages}\n", encoding="utf-8")
        major, minor = row.core.split(".")
        install(made, f"ansible-core>={row.core},<{major}.{int(minor) + 1}")
        here = made / packages / "ansible_collections"
        (here / "certops").mkdir(parents=True)
        (here / "certops" / "cloudfront").symlink_to(ROOT)
        for namespace in ("amazon", "ansible", "community"):
            (here / namespace).symlink_to(Path(sysconfig.get_path("purelib")) / "ansible_collections" / namespace)

    make(row.directory, python, f"{row.core}\n{texts}", add_ansible)


def environment(row: Row, others: t.Sequence[Path]) -> dict[str, str]:
    """What the steps see: as in the other checks, with the row's own programs first, and the Pythons of other rows for
    modules on hosts."""
    env = check.environment()
    return env | {
        "PATH": os.pathsep.join([str(row.directory / "bin"), env["PATH"]]),
        "VIRTUAL_ENV": str(row.directory),
        "ANSIBLE_HOME": str(row.directory / "ansible"),
        "CERTOPS_OTHER_PYTHONS": os.pathsep.join(str(path) for path in others if path.exists()),
    }


def tree() -> str:
    """What the files of the checkout are: another value when one of them is changed, added or removed."""
    content = hashlib.sha256()
    for name in checkout.files():
        content.update(f"{name}\0{hashlib.sha256((ROOT / name).read_bytes()).hexdigest()}\n".encode())
    return content.hexdigest()


def counted(status: int, text: str) -> Counts:
    """What a step that ended so came to; a story counts as one test."""
    found = {what: int(number) for number, what in _SUMMARY.findall(text.strip().rpartition("\n")[2])}
    failed = found.get("failed", 0) + found.get("error", 0)
    reasons: collections.Counter[str] = collections.Counter()
    for number, reason in _SKIPPED.findall(text):
        reasons[reason] += int(number)
    return Counts(
        found.get("passed", 0) if found else int(status == 0),
        failed or int(status != 0),
        found.get("skipped", 0),
        reasons,
    )


def execute(row: Row, step: str, env: t.Mapping[str, str], state: str) -> Counts:
    """One step of a row, into a log, unless it has passed in this state of the checkout."""
    passed = row.directory / f"matrix-passed-{step}.json"
    if passed.exists():
        known = json.loads(passed.read_text(encoding="utf-8"))
        if known.pop("state") == state:
            known["reasons"] = collections.Counter(known["reasons"])
            return said(row, step, "kept", "passed before, nothing has changed since", Counts(**known))
    log = check.LOGS / f"matrix-{row.core}-{row.python}-{step}.log"
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as stream:
        status = checkout.execute((str(row.interpreter), *STEPS[step]), ROOT, env, stream)
    text = log.read_text(encoding="utf-8", errors="replace")
    counts = counted(status, text)
    took = f"{time.monotonic() - started:.0f} s"
    if status == 0:
        passed.write_text(json.dumps({**dataclasses.asdict(counts), "state": state}), encoding="utf-8")
        return said(row, step, "ok", took, counts)
    end = "\n    ".join([*text.splitlines()[-check.LINES_OF_A_FAILURE :], f"whole log: {log}"])
    return said(row, step, "FAILED", f"{took}, status {status}\n    {end}", counts)


def said(row: Row, step: str, how: str, more: str, counts: Counts) -> Counts:
    """Tell the line of a step; the counts, for the caller to return."""
    numbers = f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped"
    print(f"{how:<7}{row.name:<10}{step:<9}{numbers}; {more}", flush=True)
    return counts


def ready(chosen: t.Sequence[Row], total: Counts) -> list[Row]:
    """Those of the rows that can run, with their environments made."""
    here = []
    for row in chosen:
        python = python_of(row.python)
        if python is None:
            reason = f"there is no Python {row.python} with the venv module on this machine"
            print(f"skip   {row.name:<10}{reason}", flush=True)
            total.add(Counts(skipped=1, reasons=collections.Counter({f"row {row.name}: {reason}": 1})))
            continue
        try:
            prepare(row, python)
        except RuntimeError as exc:
            print(f"FAILED {row.name:<10}{exc}", flush=True)
            total.add(Counts(failed=1))
            continue
        here.append(row)
    return here


def main(names: t.Sequence[str]) -> int:
    """Run the rows and the steps of these names; without any row all rows, without any step all steps."""
    known = rows()
    names = [known[1].name if name == "oldest" else name for name in names]
    unknown = set(names) - {row.name for row in known} - set(STEPS)
    if unknown:
        there = f"{' '.join(row.name for row in known)} and {' '.join(STEPS)}"
        sys.exit(f"matrix: unknown: {' '.join(sorted(unknown))}; there are: {there}")
    steps = [step for step in STEPS if step in names] or list(STEPS)
    chosen = [row for row in known if row.name in names] or known
    check.LOGS.mkdir(parents=True, exist_ok=True)
    total, state = Counts(), tree()
    # The environment of the modules is made first: the other rows run modules there, too.
    helpers = known[:1] if {"modules", "sample", "e2e"} & set(steps) else []
    here = ready(list(dict.fromkeys([*helpers, *chosen])), total)
    for late in (False, True):
        for row in here:
            for step in row.steps:
                if row in chosen and step in steps and (step in LATE) == late:
                    total.add(execute(row, step, environment(row, [known[0].interpreter]), state))
    for reason, number in sorted(total.reasons.items()):
        print(f"skipped {number}: {reason}")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
