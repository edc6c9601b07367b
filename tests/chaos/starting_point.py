# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sandbox, a data directory and a runner, which go back to a starting point as often as wanted; and several of them
side by side."""

from __future__ import annotations

import os
import queue
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from playbook_runs.runs import environment, patient
from sandbox.control import Control
from sandbox.process import SandboxProcess

from chaos import invariants
from chaos.runner import RUN_LIMIT, Ended, Runner, Started
from chaos.storage import Contents, Files, InAws
from chaos.stories import STORIES
from chaos.story import Story
from chaos.world import Observer, World

# In each worker. A run waits for its own polls a third of the time, and one that fails mostly for its own retries.
LANES = int(os.environ.get("CHAOS_LANES", str((os.cpu_count() or 2) + 2)))

T = TypeVar("T")
R = TypeVar("R")
# How many were tried and how many survived.
Tried = tuple[Counter[str], Counter[str]]


@dataclass(frozen=True)
class Played:
    """One run: how it ended, the calls it made, how everything was after it, and how much was issued and revoked since
    the start."""

    ended: Ended
    calls: list[dict[str, Any]]
    world: World
    issued: int
    revoked: int


class Bench:
    """Everything for one run at a time."""

    def __init__(self) -> None:
        self.home = Path(
            tempfile.mkdtemp(prefix="certops-chaos-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        )
        self.process = SandboxProcess().start()
        self.control: Control = self.process.control
        self.data = self.home / "data/certops"
        env = patient(environment(self.process.env(), self.home), self.home)
        self.env = env
        self.runner = Runner(env, self.home)
        self.data.mkdir(mode=0o700, parents=True)
        self._files, self.in_aws = Files(self.data), InAws(self.process.env(), self.data)
        self.observer = Observer(self.process.env(), self._files)
        self.start: World = self.observer.look()
        self._saved: dict[str, Contents | None] = {}
        self._in_aws_of: str | None = None

    def stop(self) -> None:
        self.runner.stop()
        self.process.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def clear(self) -> None:
        """Nothing is there."""
        self.control.reset()
        self._in_aws_of = None
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700, parents=True)

    def come_to(self, name: str, make: Callable[[Bench], None]) -> None:
        """A place that several stories pass on the way to their start; the way to it is gone once."""
        if name not in self._saved:
            make(self)
            self._keep(name)
        self._restore(name)

    def begin(self, name: str) -> Story:
        """The start of a story; it is made once, and again if the sandbox, which does not keep tables and buckets, has
        those of another one."""
        story = STORIES[name]
        self.observer.places = self.in_aws if story.in_aws else self._files
        if name not in self._saved or (story.in_aws and self._in_aws_of != name):
            self._make(name, story)
        self._restore(name)
        self.start = self.observer.look()
        self.control.clear_calls()
        return story

    def _make(self, name: str, story: Story) -> None:
        """Come to the start, and keep all there is."""
        self.clear()
        story.prepare(self)
        self._keep(name)
        if story.in_aws:
            self._in_aws_of, self._saved[name] = name, self.in_aws.contents()

    def _keep(self, name: str) -> None:
        self.control.clear_faults()
        self.control.snapshot(name)
        saved = self.home / "saved" / name
        shutil.rmtree(saved, ignore_errors=True)
        shutil.copytree(self.data, saved)
        self._saved[name] = None

    def _restore(self, name: str) -> None:
        """As when it was kept."""
        for log in self.home.glob("run-*.log"):
            log.unlink()
        self.control.restore(name)
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(self.home / "saved" / name, self.data)
        if (contents := self._saved[name]) is not None:
            self.in_aws.put_back(contents)

    def play(self, story: Story, *arguments: str, **how: Any) -> Played:
        """One run, and the invariants after it."""
        return self.finish(self.runner.prepare(story.playbook, story.variables, arguments, **how).go())

    def finish(self, started: Started, limit: float = RUN_LIMIT) -> Played:
        """Wait for a run, and assert the invariants after it."""
        return self.look(started.wait(limit))

    def look(self, ended: Ended) -> Played:
        """What the sandbox logged, and how everything is now; the invariants hold."""
        calls, issued, revoked, world = (
            self.control.calls(),
            self.control.issued(),
            self.control.revoked(),
            self.observer.look(),
        )
        self.control.clear_calls()
        found = [*invariants.violations(self.start, world, calls, issued), *invariants.revocations(world, revoked)]
        assert not found, "\n".join(["after this run an invariant does not hold:", *found, ended.output])
        return Played(
            ended, [call for call in calls if call["error"] != "fault:kill"], world, len(issued), len(revoked)
        )


def in_lanes(
    lanes: list[Bench], items: Iterable[T], work: Callable[[Bench, T], R]
) -> Iterator[tuple[T, R | BaseException]]:
    """Do the work for each item on whichever bench is free; what was raised comes back as a result."""
    free: queue.SimpleQueue[Bench] = queue.SimpleQueue()
    for lane in lanes:
        free.put(lane)

    def one(item: T) -> R:
        lane = free.get()
        try:
            return work(lane, item)
        finally:
            free.put(lane)

    with ThreadPoolExecutor(len(lanes)) as pool:
        futures = {pool.submit(one, item): item for item in items}
        try:
            for future in as_completed(futures):
                problem = future.exception()
                yield futures[future], problem if problem is not None else future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def outlive_all(
    lanes: list[Bench],
    items: Iterable[T],
    work: Callable[[Bench, T], list[str]],
    kind: Callable[[T], str],
    tried: Tried,
) -> None:
    """Every item is done without a problem; how many are tried, and how many of them survive, is counted by kind."""
    problems = []
    for item, found in in_lanes(lanes, items, work):
        tried[0][kind(item)] += 1
        if isinstance(found, BaseException):
            problems.append(f"{item}: {found}")
        elif found:
            problems.append("\n".join((f"{item}:", *found)))
        else:
            tried[1][kind(item)] += 1
    assert not problems, f"{len(problems)} cases\n" + "\n\n".join(problems)
    assert sum(tried[1].values()) > 0


@contextmanager
def benches(count: int) -> Iterator[list[Bench]]:
    """Some benches. Made in this thread: what dies with its parent dies with the thread that started it, prctl(2)
    says."""
    made: list[Bench] = []
    try:
        made += [Bench() for _number in range(count)]
        yield made
    finally:
        for each in made:
            each.stop()
