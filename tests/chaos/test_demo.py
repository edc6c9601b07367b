# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first command of a newcomer, on a busy machine. It fills every processor for minutes, so make chaos runs it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from playbook_runs.runs import ROOT
from sandbox.process import killed_with_parent

LIMIT_SECONDS = 1200


@pytest.mark.chaos
def test_the_demo_goes_as_told_on_a_machine_that_is_busy() -> None:
    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"], preexec_fn=killed_with_parent)  # noqa: PLW1509
        for _core in range(2 * len(os.sched_getaffinity(0)))
    ]
    try:
        command = [sys.executable, str(ROOT / "tests/demo/run.py")]
        told = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert told.returncode == 0, told.stdout + told.stderr
    assert "OFF" not in told.stdout
