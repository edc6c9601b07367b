# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run over many projects is told: from the options of run_summary to its outcome."""

from __future__ import annotations

import json
import pathlib
import typing as t
from dataclasses import dataclass

from ..._clients.machine import private_files, processes
from ..._core.report import artifacts, digest, run_summary
from ..._core.report.run_summary import Story
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import ConfigError

MODE = 0o644


@dataclass(frozen=True)
class SummaryRequest:
    """What is known at the end of a run, for whom a digest is made, and the file that gets the summary."""

    story: Story
    attention: tuple[t.Mapping[str, t.Any], ...]
    thresholds: tuple[int, ...]
    file: str | None
    records: t.Mapping[str, t.Any]


def parse(params: Params) -> SummaryRequest:
    """The request; ConfigError that lists every problem."""
    if params["hosts"]:
        raise ConfigError(
            ["hosts: these are read where the playbook runs, and were not; call this module as a task of a playbook"]
        )
    plan = params["plan"] or {}
    problems = [
        *run_summary.problems(params["results"], plan, params["attention"]),
        *digest.threshold_problems(params["digest_thresholds"]),
    ]
    if problems:
        raise ConfigError(problems)
    story = Story(
        playbook=params["playbook"],
        results=params["results"],
        selected=plan.get("selected") or (),
        broken=plan.get("broken") or (),
        planned=plan.get("summary"),
        rehearsal=params.check_mode,
    )
    thresholds = tuple(params["digest_thresholds"])
    return SummaryRequest(story, tuple(params["attention"]), thresholds, params["file"], params["records"])


def run(request: SummaryRequest, clock: Clock, check_mode: bool) -> Outcome:
    """Compose the summary, and write it if it has a file."""
    found = run_summary.compose(request.story, clock.now())
    notice = digest.compose(found["data"], request.attention, request.thresholds, clock.now())
    if request.file and not check_mode:
        text = json.dumps(found["data"], indent=2, ensure_ascii=False) + "\n"
        private_files.replace(pathlib.Path(request.file).absolute(), text.encode(), MODE)
    told = {
        "digest": notice.as_dict() if notice else None,
        "artifacts": artifacts.of_run(found["data"], request.records, processes.job_number()),
    }
    return Outcome(changed=bool(request.file), result={**found, **told})
