# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests on the versions of ansible-core and Python that the collection supports: ``matrix.py``, or the names
of some rows, such as ``2.18/3.11``.

Each row has a virtual environment of its own under .cache/matrix, which stays. On every row the story of the demo and a
sample of the end-to-end tests; on the oldest and the newest all unit and end-to-end tests. A row whose Python is not on
this machine is skipped, and says so.
"""

from __future__ import annotations

import dataclasses
import hashlib
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
    "tests/e2e/security/test_secrets.py",
)
DEMO = ("tests/demo/run.py",)
UNIT = ("-m", "pytest", "-q", "tests/unit", "-n", "2")
E2E = ("-m", "pytest", "-q", *check.IN_PARALLEL)
_SUMMARY = re.compile(r"(\d+) (passed|failed|skipped|error)")


@dataclasses.dataclass(frozen=True)
class Row:
    """An ansible-core on a Python, and what is run there: a name and the arguments of Python for each step."""

    core: str
    python: str
    steps: tuple[tuple[str, tuple[str, ...]], ...]

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
    """What the steps of all rows came to."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0


def rows() -> list[Row]:
    """All of them, the oldest first and the newest that this machine has a Python for last."""
    pairs = [(core, python) for core, pythons in CONTROLLERS.items() for python in pythons]
    here = [pair for pair in pairs if python_of(pair[1])]
    whole = {pairs[0], *here[-1:]}
    story = ("story", DEMO)
    full = (story, ("unit", UNIT), ("e2e", (*E2E, "tests/e2e")))
    sample = (story, ("sample", E2E + SAMPLE))
    modules = (("modules", (*UNIT[:-3], "tests/unit/module_utils", "tests/unit/modules", *UNIT[-2:])),)
    return [Row(*MODULES, modules), *(Row(*pair, full if pair in whole else sample) for pair in pairs)]


def python_of(version: str) -> str | None:
    """A Python of this version: one of pyenv's, or on the path; one that starts and can make environments."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = sorted(pyenv.glob(f"{version}.*/bin/python{version}"), reverse=True)
    for candidate in (*map(str, found), f"python{version}"):
        path = shutil.which(candidate)
        probe = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
        answer = path and subprocess.run([path, "-c", probe], capture_output=True, text=True, check=False)
        if answer and answer.returncode == 0 and answer.stdout.strip() == version:
            return path
    return None


def prepare(row: Row, python: str) -> None:
    """Make the environment of the row, unless it is there already."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in REQUIREMENTS]
    stamp = hashlib.sha256("\n".join([__file__, python, row.core, *texts]).encode()).hexdigest()
    written = row.directory / "matrix-stamp"
    if written.exists() and written.read_text(encoding="utf-8") == stamp:
        return
    shutil.rmtree(row.directory, ignore_errors=True)
    major, minor = row.core.split(".")
    core = f"ansible-core>={row.core},<{major}.{int(minor) + 1}"
    listed = [f"--requirement={name}" for name in REQUIREMENTS]
    install = ("-m", "pip", "install", "-qq", "--disable-pip-version-check", core, *listed)
    for command in ((python, "-m", "venv", row.directory), (row.interpreter, *install)):
        done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stderr}")
    lib = row.directory / "lib" / f"python{row.python}" / "site-packages" / "ansible_collections"
    (lib / "certops").mkdir(parents=True)
    (lib / "certops" / "cloudfront").symlink_to(ROOT)
    (lib / "amazon").symlink_to(Path(sysconfig.get_path("purelib")) / "ansible_collections" / "amazon")
    written.write_text(stamp, encoding="utf-8")


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


def execute(row: Row, env: t.Mapping[str, str], counts: Counts) -> bool:
    """Every step of the row, each into a log; whether all went well."""
    well = True
    for name, arguments in row.steps:
        log = check.LOGS / f"matrix-{row.core}-{row.python}-{name}.log"
        started = time.monotonic()
        with log.open("w", encoding="utf-8") as stream:
            status = checkout.execute((str(row.interpreter), *arguments), ROOT, env, stream)
        text = log.read_text(encoding="utf-8", errors="replace")
        found = {what: int(number) for number, what in _SUMMARY.findall(text.strip().rpartition("\n")[2])}
        failed = found.get("failed", 0) + found.get("error", 0)
        counts.passed += found.get("passed", 0) if found else int(status == 0)
        counts.failed += failed or int(status != 0)
        counts.skipped += found.get("skipped", 0)
        well = well and status == 0
        said = ", ".join(f"{number} {what}" for what, number in found.items()) or f"status {status}"
        end, seconds = "ok    " if status == 0 else "FAILED", time.monotonic() - started
        print(f"{end} {row.name:<10}{name:<9}{seconds:7.1f} s  {said}", flush=True)
        if status != 0:
            print(
                "    " + "\n    ".join([*text.splitlines()[-check.LINES_OF_A_FAILURE :], f"whole log: {log}"]),
                flush=True,
            )
    return well


def main(names: t.Sequence[str]) -> int:
    """Run the rows of these names, or all."""
    known = rows()
    unknown = set(names) - {row.name for row in known}
    if unknown:
        sys.exit(f"matrix: unknown: {' '.join(sorted(unknown))}; there are: {' '.join(row.name for row in known)}")
    check.LOGS.mkdir(parents=True, exist_ok=True)
    counts, well = Counts(), True
    others = [row.interpreter for row in known[:1]]
    # The environment of the modules comes first: the other rows run modules there, too.
    for row in [known[0], *(row for row in known[1:] if not names or row.name in names)]:
        python = python_of(row.python)
        if python is None:
            print(
                f"skip   {row.name:<10}there is no Python {row.python} with the venv module on this machine", flush=True
            )
            counts.skipped += 1
            continue
        try:
            prepare(row, python)
        except RuntimeError as exc:
            print(f"FAILED {row.name:<10}{exc}", flush=True)
            counts.failed, well = counts.failed + 1, False
            continue
        if not names or row.name in names:
            well = execute(row, environment(row, others), counts) and well
    print(f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped", flush=True)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
