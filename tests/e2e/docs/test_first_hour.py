# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/first-hour.md as a newcomer follows it: every command in one shell, in order, and what the page says of their
output."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playbook_runs.runs import ROOT, environment
from sandbox.process import SandboxProcess

PAGE = ROOT / "docs/first-hour.md"
# How somebody gets the checkout that this test is in, and `make sandbox`, which is started here as the Makefile does.
BEFORE = ["git clone https://github.com/certops/certops.cloudfront.git", "cd certops.cloudfront", "make sandbox"]
LIMIT_SECONDS = 1500
MARK = "=== command"


def commands() -> list[tuple[str, list[str]]]:
    """Each command of the page, with the lines that its output has."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return found


def test_make_sandbox_is_what_the_test_of_the_page_starts() -> None:
    assert [command for command, _lines in commands()[:3]] == BEFORE
    assert "-m sandbox --seed --shell\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_command_does_what_the_page_says(tmp_path: Path) -> None:
    told = commands()[len(BEFORE) :]
    assert len(told) >= 12
    script = "set -o pipefail\n" + "".join(
        f"printf '\\n%s\\n' '{MARK} {number}'\n{{ {command}\n}} || exit 1\n"
        for number, (command, _lines) in enumerate(told)
    )
    with SandboxProcess("--seed", "--shell") as sandbox:
        env = {**environment({}, tmp_path), **sandbox.env()}
        env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        for name in ("ANSIBLE_LOCALHOST_WARNING", "ANSIBLE_INVENTORY_UNPARSED_WARNING", "ANSIBLE_PYTHON_INTERPRETER"):
            del env[name]
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert sandbox.env()["XDG_DATA_HOME"] != str(tmp_path / "data")
    outputs = re.split(rf"^{MARK} \d+\n", done.stdout, flags=re.MULTILINE)[1:]
    assert done.returncode == 0, f"{told[len(outputs) - 1][0]}\n{outputs[-1]}\n{done.stderr}"
    for (command, lines), said in zip(told, outputs):
        for line in lines:
            assert line in said, f"{command}\n{said}"
    assert "no inventory was parsed" not in done.stderr.lower()
