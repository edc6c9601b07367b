# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run over many projects is told: from the options of run_summary to its outcome."""

from __future__ import annotations

import json
import pathlib
import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..._clients.aws.session import Connection
from ..._clients.machine import private_files, processes
from ..._clients.stores import open as stores
from ..._clients.stores.base import Store
from ..._core.certificate import renewal
from ..._core.report import artifacts, digest, run_summary
from ..._core.report.fleet.rows import PlaybookEnd
from ..._core.report.run_summary import FAILED, Story
from ..._core.values import texts, times
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import ConfigError
from . import run_notes

MODE = 0o644


@dataclass(frozen=True)
class SummaryRequest:
    """What is known at the end of a run, for whom a digest is made, and the file that gets the summary. ``planned_at``
    is when it began, None where its end is not noted in the store; ``every_hours`` is how far apart its schedule runs
    it, and ``workflow_job`` the workflow of AWX that it is a job of."""

    story: Story
    attention: tuple[t.Mapping[str, t.Any], ...]
    thresholds: tuple[int, ...]
    file: str | None
    records: t.Mapping[str, t.Any]
    planned_at: datetime | None
    every_hours: float | None
    workflow_job: str
    store: str | None
    connection: Connection


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
        *stores.uri_problems(params["store"], "store"),
        *renewal.schedule_problems(params["schedule_interval_hours"]),
    ]
    began = _began(params["planned_at"], problems)
    if problems:
        raise ConfigError(problems)
    return SummaryRequest(
        story=_story(params, plan),
        attention=tuple(params["attention"]),
        thresholds=tuple(params["digest_thresholds"]),
        file=params["file"],
        records=params["records"],
        planned_at=began if params["playbook"] and not params.check_mode else None,
        every_hours=params["schedule_interval_hours"],
        workflow_job=texts.cleaned(params["workflow_job"], 40),
        store=params["store"],
        connection=Connection.of(params),
    )


def _story(params: Params, plan: t.Mapping[str, t.Any]) -> Story:
    return Story(
        playbook=params["playbook"],
        results=params["results"],
        selected=plan.get("selected") or (),
        broken=plan.get("broken") or (),
        planned=plan.get("summary"),
        undefined=tuple(params["without_definition"]),
        rehearsal=params.check_mode,
    )


def _began(text: str | None, problems: list[str]) -> datetime | None:
    try:
        return times.from_text(text) if text else None
    except ValueError as exc:
        problems.append(f"planned_at: {exc}")
        return None


def run(request: SummaryRequest, store: Store | None, clock: Clock, check_mode: bool) -> Outcome:
    """Compose the summary, write it if it has a file, and note the end of the run in the store."""
    found = run_summary.compose(request.story, clock.now())
    notice = digest.compose(found["data"], request.attention, request.thresholds, clock.now())
    if request.file and not check_mode:
        text = json.dumps(found["data"], indent=2, ensure_ascii=False) + "\n"
        private_files.replace(pathlib.Path(request.file).absolute(), text.encode(), MODE)
    told = {
        "digest": notice.as_dict() if notice else None,
        "artifacts": artifacts.of_run(found["data"], request.records, processes.job_number()),
    }
    warnings = _noted(request, found["data"], store, clock.now()) if store else ()
    return Outcome(changed=bool(request.file), result={**found, **told}, warnings=warnings)


def _noted(request: SummaryRequest, data: t.Mapping[str, t.Any], store: Store, now: datetime) -> tuple[str, ...]:
    began = request.planned_at or now
    counts = data["counts"]
    if not (_is_scheduled(request) or any(count for status, count in counts.items() if status != FAILED)):
        # each project was refused, and where nobody waits for the run nothing at all is written then
        return ()
    seconds = max(0.0, (now - began).total_seconds())
    ended = PlaybookEnd(now, seconds, not counts[FAILED], counts, request.workflow_job)
    problem = run_notes.note_end(store, request.story.playbook, began, ended, request.every_hours)
    return (problem,) if problem else ()


def _is_scheduled(request: SummaryRequest) -> bool:
    return request.every_hours is not None or request.story.playbook == run_notes.SCHEDULED
