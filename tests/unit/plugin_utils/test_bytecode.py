# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each process that imports this collection finds what an earlier one compiled."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COLLECTION = "ansible_collections.certops.cloudfront.plugins"
# As ansible-playbook does before it runs anything.
CONTROLLER = f"""
import importlib
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
importlib.import_module("{COLLECTION}.plugin_utils._in_process")
module = importlib.import_module("{COLLECTION}.modules.project_info")
print(module.__cached__)
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """The environment of a process that keeps its bytecode here."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(tmp_path)}


def imported(env: dict[str, str]) -> Path:
    """Where the bytecode of a module of this collection is, after a process that imported it."""
    done = subprocess.run([sys.executable, "-c", CONTROLLER], env=env, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


def test_the_bytecode_of_a_module_is_kept_and_used_again(env: dict[str, str], tmp_path: Path) -> None:
    kept = imported(env)
    compiled = kept.stat().st_mtime_ns
    again = imported(env)
    assert tmp_path in kept.parents
    assert list(tmp_path.glob("**/module_utils/_core/**/*.pyc"))
    assert (again, kept.stat().st_mtime_ns) == (kept, compiled)


def test_where_bytecode_cannot_be_written_the_import_works_as_well(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not imported({**env, "PYTHONPYCACHEPREFIX": str(tmp_path / "file" / "folder")}).exists()
