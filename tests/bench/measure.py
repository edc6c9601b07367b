# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command and tells what it cost, itself and all its children."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.control import Control

LIMIT_SECONDS = 900


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    succeeded: bool
    wall: float
    cpu: float
    """Seconds of the process and of all children that it waited for."""
    peak_mb: float
    """The largest of these processes."""
    acme: int
    route53: int


@dataclass(frozen=True)
class Command:
    """What to run."""

    arguments: Sequence[str]
    env: Mapping[str, str]


def run(command: Command, control: Control, log: Path) -> Cost:
    """Run it with an empty call log; its output goes to `log`."""
    control.clear_calls()
    started = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(command.arguments, env=dict(command.env), stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        # Popen.wait would not tell the resources of this child alone.
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    counts = {service: len(control.calls(service)) for service in ("acme", "route53")}
    return Cost(process.returncode == 0, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, counts["acme"], counts["route53"])


def median(costs: Sequence[Cost], value: Callable[[Cost], float]) -> float:
    """The median of one figure over runs."""
    return statistics.median(map(value, costs))
