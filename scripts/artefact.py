# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the collection's artefact into ``build/`` from a clean copy of the checkout, looks at what is in it, and
imports it as Galaxy would."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import typing as t
from pathlib import Path

import checkout

BUILD = checkout.ROOT / "build"
MAX_BYTES = 20 * 1024 * 1024  # Galaxy refuses more

# What a user gets; a new top-level entry is either added here or to build_ignore in galaxy.yml.
CONTENTS = frozenset(
    {
        "CHANGELOG.md",
        "CODE_OF_CONDUCT.md",
        "CONTRIBUTING.md",
        "COPYING",
        "FILES.json",
        "LICENSES",
        "MANIFEST.json",
        "README.md",
        "REUSE.toml",
        "SECURITY.md",
        "bindep.txt",
        "changelogs",
        "decision-environment.yml",
        "docs",
        "execution-environment.yml",
        "extensions",
        "meta",
        "playbooks",
        "plugins",
        "requirements.txt",
        "roles",
        "tests",
    }
)
# The kinds of plugins that have a page on Galaxy.
DOCUMENTED = ("module", "inventory", "callback", "lookup")
NEEDED = CONTENTS - {"extensions", "tests"}


def run(env: dict[str, str], log: t.TextIO | None) -> int:
    """Build, check, and return an exit status; what happens is written to ``log``, or to the terminal."""
    tree = checkout.copy("build")
    command = ("ansible-galaxy", "collection", "build", "--force", "--output-path", str(BUILD), str(tree))
    if status := checkout.execute(command, checkout.ROOT, env, log):
        return status
    artefact = max(BUILD.glob("certops-cloudfront-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    problems = [*find_problems(artefact), *import_problems(artefact, env)]
    for problem in problems:
        print(f"build: {problem}", file=log or sys.stdout)
    return 1 if problems else 0


def import_problems(artefact: Path, env: dict[str, str]) -> list[str]:
    """What Galaxy's importer complains of, and what it would show no page of."""
    # It shall see the artefact alone, as on Galaxy, and not the collections of this virtual environment.
    alone = {
        "GALAXY_IMPORTER_CONFIG": str(checkout.ROOT / "scripts" / "galaxy-importer.cfg"),
        "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
    }
    command = ("python", "-m", "galaxy_importer.main", str(artefact))
    # It leaves its result in the working directory.
    result = BUILD / "importer_result.json"
    result.unlink(missing_ok=True)
    run = subprocess.run(
        command, cwd=BUILD, env=env | alone, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    lines = [line for line in (run.stdout + run.stderr).splitlines() if line.startswith(("WARNING", "ERROR"))]
    if run.returncode or not result.exists():
        return lines or [f"the importer ended with status {run.returncode}: {run.stderr.strip()[-500:]}"]
    return lines + undocumented(json.loads(result.read_text(encoding="utf-8")))


def undocumented(result: dict[str, t.Any]) -> list[str]:
    """The plugins that the importer extracted no documentation of."""
    return [
        f"{entry['content_type']} {entry['content_name']}: Galaxy would show no documentation"
        for entry in result["docs_blob"]["contents"]
        if entry["content_type"] in DOCUMENTED and not (entry.get("doc_strings") or {}).get("doc")
    ]


def find_problems(artefact: Path) -> list[str]:
    """Everything about the artefact that Galaxy or a user would mind."""
    with tarfile.open(artefact) as archive:
        names = archive.getnames()
    tops = {name.split("/", 1)[0] for name in names}
    problems = [
        f"{top} is in the artefact: add it to build_ignore in galaxy.yml, or to CONTENTS in scripts/artefact.py"
        for top in sorted(tops - CONTENTS)
    ]
    problems += [f"{top} is missing from the artefact" for top in sorted(NEEDED - tops)]
    problems += [
        f"{name} must not be in the artefact"
        for name in names
        if name.endswith((".pyc", ".key", ".pem")) or "/tests/output" in name
    ]
    if artefact.stat().st_size > MAX_BYTES:
        problems.append(f"the artefact has {artefact.stat().st_size} bytes; Galaxy accepts at most {MAX_BYTES}")
    return problems
