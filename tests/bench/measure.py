# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command and tells what it cost, itself and all its children."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.control import Control

SAMPLE_SECONDS = 0.2


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    succeeded: bool
    wall: float
    cpu: float
    """Seconds of the process and of all children that it waited for."""
    peak_mb: float
    """The largest of these processes."""
    tree_mb: float
    """All of them together at the worst moment that a sample met; what they share counts once."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """By service."""

    @property
    def aws(self) -> int:
        """Calls to AWS, all services together."""
        return sum(count for service, count in self.calls.items() if service != "acme")


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
        process = subprocess.Popen(
            command.arguments, env=dict(command.env), stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        with _watched(process.pid) as peaks:
            # Popen.wait would not tell the resources of this child alone.
            _pid, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    calls = Counter(str(call["service"]) for call in control.calls())
    return Cost(
        process.returncode == 0, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, max(peaks), calls
    )


def median(costs: Sequence[Cost], value: Callable[[Cost], float]) -> float:
    """The median of one figure over runs."""
    return statistics.median(map(value, costs))


@contextlib.contextmanager
def _watched(pid: int) -> Iterator[list[float]]:
    """The memory of a process and its descendants in MB, sampled from another thread until the block ends."""
    samples, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            samples.append(sum(map(_proportional_mb, _tree(pid))))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()


def _tree(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                waiting += map(int, children.read_text().split())
    return found


def _proportional_mb(pid: int) -> float:
    """PSS of proc_pid_smaps(5): pages that n processes share count for a n-th in each."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
