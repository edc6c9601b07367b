# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All processes of a user together stay below the rate, and nothing that happens to the file or to its holder stops
anybody."""

from __future__ import annotations

import fcntl
import itertools
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws import pace
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.pace import CallPace, Rate
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import run_files

RATE = Rate(per_second=50, burst=1)


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 1000.0, 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


def paced(path: Path, rate: Rate = RATE) -> tuple[CallPace, Time]:
    moments = Time()
    return CallPace(path, rate, moments.clock, moments.sleep), moments


def calls(path: str, count: int, found: multiprocessing.Queue[list[float]]) -> None:
    mine = CallPace(Path(path), RATE)
    moments = []
    for _call in range(count):
        mine.wait()
        moments.append(time.time())
    found.put(moments)


def test_twenty_processes_together_keep_the_pace_of_one(tmp_path: Path) -> None:
    found: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
    workers = [
        multiprocessing.Process(target=calls, args=(str(tmp_path / "x.pace"), 5, found)) for _worker in range(20)
    ]
    for worker in workers:
        worker.start()
    moments = sorted(moment for _worker in workers for moment in found.get(timeout=60))
    for worker in workers:
        worker.join()
    assert len(moments) == 100
    # 99 intervals of 20 ms; a busy machine makes it longer, never shorter
    assert moments[-1] - moments[0] >= 99 / RATE.per_second - 0.05


def test_one_caller_that_is_slower_than_the_pace_waits_for_nothing(tmp_path: Path) -> None:
    mine, moments = paced(tmp_path / "x.pace")
    for _call in range(10):
        mine.wait()
        moments.now += 0.5
    assert moments.slept == 0


def test_a_burst_goes_at_once_and_then_the_rate_holds(tmp_path: Path) -> None:
    mine, moments = paced(tmp_path / "x.pace", Rate(per_second=2, burst=3))
    for _call in range(3):
        mine.wait()
    assert moments.slept == 0
    mine.wait()
    assert moments.slept == pytest.approx(0.5)


def test_when_the_service_refuses_a_call_everybody_waits_a_turn(tmp_path: Path) -> None:
    mine, moments = paced(tmp_path / "x.pace", Rate(per_second=2, burst=3))
    other, _others = paced(tmp_path / "x.pace", Rate(per_second=2, burst=3))
    mine.wait()
    other.throttled()
    mine.wait()
    assert moments.slept == pytest.approx(0.5)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"nonsense", id="no number"),
        pytest.param(b"", id="empty"),
        pytest.param(b"99999999", id="from before the clock was set back"),
        pytest.param(b"nan", id="not a number"),
        pytest.param(b"\xff\xfe", id="no text"),
    ],
)
def test_a_file_that_says_nonsense_holds_up_nobody(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.pace"
    path.write_bytes(content)
    mine, moments = paced(path)
    mine.wait()
    mine.wait()
    assert moments.slept == pytest.approx(1 / RATE.per_second)


def test_a_holder_that_is_killed_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "x.pace"
    path.touch()
    holding = (
        "import fcntl,sys,time; f=open(sys.argv[1],'r+'); fcntl.flock(f,fcntl.LOCK_EX); print('held',flush=True);"
        " time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holding, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        os.kill(holder.pid, signal.SIGKILL)
    mine, moments = paced(path)
    mine.wait()
    assert (moments.slept, float(path.read_text())) == (0, pytest.approx(1000 + 1 / RATE.per_second))


def test_a_holder_that_stands_still_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "LOCK_TRIES", 3)
    path = tmp_path / "x.pace"
    with path.open("w") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        mine, moments = paced(path)
        mine.wait()
    assert moments.slept == 0


def test_a_directory_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    mine, moments = paced(tmp_path / "gone" / "x.pace")
    mine.wait()
    assert moments.slept == 0


def test_the_file_is_for_its_owner_and_a_link_is_not_followed(tmp_path: Path) -> None:
    path, other = tmp_path / "x.pace", tmp_path / "other"
    paced(path)[0].wait()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    other.write_text("mine")
    (tmp_path / "link.pace").symlink_to(other)
    paced(tmp_path / "link.pace")[0].wait()
    assert other.read_text() == "mine"


def test_the_runtime_directory_comes_before_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert run_files.directory() == tmp_path / "run" / "certops"
    assert stat.S_IMODE((tmp_path / "run" / "certops").stat().st_mode) == 0o700
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert run_files.directory() == tmp_path / "cache" / "certops"


def test_a_directory_that_others_may_write_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "certops").mkdir(mode=0o700)
    (tmp_path / "certops").chmod(0o777)
    assert run_files.directory() is None


def test_each_service_and_each_identity_has_a_file_of_its_own() -> None:
    names = [
        run_files.file_name(service, who) for service in ("route53", "cloudfront") for who in (("a", "b"), ("a", "c"))
    ]
    assert len(set(names)) == 4
    assert not [name for name, who in itertools.product(names, ("AKIAEXAMPLE",)) if who in name]
