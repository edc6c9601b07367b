# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of playbooks that can be killed as a whole at any moment."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playbook_runs.warm import Wanted, Warm, has_ended
from sandbox.process import kill_group

RUN_LIMIT = 240.0


@dataclass(frozen=True)
class Limits:
    """What a run is not allowed."""

    file_size: int | None = None
    respect_permissions: bool = False


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit status (negative: the signal that killed it), what it said, and how long it took."""

    status: int
    output: str
    seconds: float

    @property
    def errors(self) -> str:
        """The output as one line with no ANSI, for looking for words across line breaks, also those of the last
        screen, whose lines are strings of a list."""
        return re.sub(r'(",\s+"|\s)\s*', " ", self.output)


@dataclass
class Started:
    """A run of ansible-playbook, in a session of its own."""

    warm: Warm
    pid: int
    output: Path
    began: float = field(default_factory=time.monotonic)

    def go(self) -> Started:
        """Let it begin."""
        self.warm.go(self.pid)
        self.began = time.monotonic()
        return self

    def kill(self) -> None:
        """SIGKILL to the process and its children."""
        kill_group(self.pid)

    @property
    def is_over(self) -> bool:
        return has_ended(self.pid)

    def wait(self, limit: float = RUN_LIMIT) -> Ended:
        """Wait until it ends; TimeoutError, after killing it, when it does not."""
        try:
            status = self.warm.wait(self.pid, limit)
        except TimeoutError as exc:
            raise TimeoutError(f"{exc}:\n{self._text()}") from None
        return Ended(status, self._text(), time.monotonic() - self.began)

    def _text(self) -> str:
        return self.output.read_text(errors="replace") if self.output.exists() else ""


class Runner:
    """One warm process, and the environment and directory of its runs."""

    def __init__(self, env: Mapping[str, str], directory: Path) -> None:
        self._env = env
        self._directory = directory
        self._numbers = itertools.count(1)
        self._warm = Warm(env)

    def prepare(
        self,
        playbook: str,
        variables: Mapping[str, Any],
        arguments: Sequence[str] = (),
        limits: Limits | None = None,
        *,
        workers: bool = False,
    ) -> Started:
        """A run that waits for `go`; a bare word is a playbook of the collection. With `workers` each task is done in a
        process of its own."""
        output = self._directory / f"run-{next(self._numbers)}.log"
        full = playbook if "/" in playbook else f"certops.cloudfront.{playbook}"
        given = [full, "-e", json.dumps(dict(variables)), *arguments]
        wanted = Wanted(
            given, self._env, stdout=str(output), stderr=str(output), workers=workers, **vars(limits or Limits())
        )
        return Started(self._warm, self._warm.start(wanted), output)

    def run(
        self,
        playbook: str,
        variables: Mapping[str, Any],
        *arguments: str,
        limits: Limits | None = None,
        limit: float = RUN_LIMIT,
    ) -> Ended:
        """A run from beginning to end."""
        return self.prepare(playbook, variables, arguments, limits).go().wait(limit)

    def stop(self) -> None:
        self._warm.stop()
