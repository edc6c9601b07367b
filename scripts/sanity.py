# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ansible-test sanity`` on a copy of the checkout, in the virtual environments that ansible-test makes for itself."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import typing as t
from pathlib import Path

import checkout

HOME = checkout.ROOT / ".cache" / "ansible-test"
VERSIONS = "ansible_test/_internal/python_requirements.py"

# ansible-test downloads get-pip from a server of its own. Python carries a pip, which does for installing from PyPI.
GET_PIP = """\
import ensurepip

ensurepip.bootstrap()
"""


def run(env: dict[str, str], log: t.TextIO | None) -> int:
    """The exit status of ansible-test; what it says goes to ``log``, or to the terminal."""
    seed_get_pip()
    tree = checkout.copy("sanity")
    # ansible-test asks git for the files, and without a repository of its own the copy is one of the ignored files of
    # this one.
    subprocess.run(["git", "init", "--quiet"], cwd=tree, check=True)
    version = ".".join(map(str, sys.version_info[:2]))
    command = ("ansible-test", "sanity", "--color", "no", "--python", version)
    # ansible-test keeps its virtual environments under HOME.
    env = {key: value for key, value in env.items() if key != "ANSIBLE_HOME"} | {"HOME": str(HOME)}
    return checkout.execute(command, tree, env, log)


def seed_get_pip() -> None:
    """Put GET_PIP where ansible-test would cache its download."""
    packages = Path(sysconfig.get_path("purelib"))
    source = (packages / VERSIONS).read_text(encoding="utf-8")
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for pip_version in set(re.findall(r"pip='([0-9.]+)'", source)):
        (cache / f"get_pip_{pip_version.replace('.', '_')}.py").write_text(GET_PIP, encoding="utf-8")
