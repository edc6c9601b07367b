# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the checkout where Ansible's tools want a collection: ``ansible_collections/certops/cloudfront`` under
.cache, beside amazon.aws."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def copy(name: str = "sanity") -> Path:
    """Copy every file that git tracks or would track into the tree called ``name``, and return the collection's
    folder."""
    collections = ROOT / ".cache" / name / "ansible_collections"
    target = collections / "certops" / "cloudfront"
    shutil.rmtree(target, ignore_errors=True)
    for path in files():
        destination = target / path
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, destination, follow_symlinks=False)
    amazon = collections / "amazon"
    amazon.unlink(missing_ok=True)
    amazon.symlink_to(Path(sysconfig.get_path("purelib")) / "ansible_collections" / "amazon")
    return target


def files() -> list[str]:
    """The paths of the checkout that git tracks or would track, and that exist."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted({path for path in listed.split("\0") if path and (ROOT / path).is_file()})


def execute(command: t.Sequence[str], cwd: Path, env: t.Mapping[str, str], log: t.TextIO | None) -> int:
    """The exit status of a command; what it says goes to ``log``, or to the terminal."""
    stderr = None if log is None else subprocess.STDOUT
    return subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=stderr, check=False
    ).returncode
