# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes the old tool run is stopped, or put back to what it was: from the options of adoption_source to its
outcome."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.session import Connection
from ..._clients.aws.stacks.events import Events
from ..._clients.aws.stacks.functions import Functions
from ..._clients.aws.stacks.plugin_table import PluginTable
from ..._clients.stores import open as stores
from ..._clients.stores.base import Store
from ..._core.adoption import incoming, plugin_items, record, takeover
from ..._core.adoption.shapes import FILE_SOURCES, SeenProject, SeenScheduler
from ..._core.project import definition as project_definition
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._core.values.shapes import AdoptionRecord, FormerScheduler, ProjectDocument
from ..._core.values.waiting import Clock
from ..._errors import ConfigError, RefusedError, RemoteError
from . import old_runs
from .clients import client_switch
from .holding import HeldProject

STOPPED, RUNNING = "stopped", "running"
ENABLED = "ENABLED"


@dataclass(frozen=True)
class SourceRequest:
    """What is to be stopped or started."""

    name: str
    state: str
    project: SeenProject | None
    wait_seconds: int
    wait_for_old_run: bool
    store: str | None
    connection: Connection

    @property
    def kind(self) -> str | None:
        """What makes the old tool run, as far as it was given."""
        scheduler = self.project["scheduler"] if self.project else None
        return scheduler["kind"] if scheduler else None


@dataclass(frozen=True)
class SourceClients:
    """What stops runs in AWS, and the store; neither is needed for files of a client."""

    events: Events | None
    functions: Functions | None
    table: PluginTable | None
    store: Store | None


def parse(params: Params) -> SourceRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    problems = stores.uri_problems(params["store"], "store")
    project = None
    if params["project"] is not None:
        project, found = incoming.project(params["project"], "project")
        problems += found
    name = params["name"] or (project["name"] if project else "")
    problems += project_definition.name_problems(name)
    if params["state"] == STOPPED and params["project"] is None:
        problems.append("project: missing; use what adoption_info returned")
    if params["wait_seconds"] < 0:
        problems.append(f"wait_seconds: {params['wait_seconds']} is negative; use 0 or more")
    if problems:
        raise ConfigError(problems)
    return SourceRequest(
        name=name,
        state=params["state"],
        project=project,
        wait_seconds=params["wait_seconds"],
        wait_for_old_run=params["wait_for_old_run"],
        store=params["store"],
        connection=Connection.of(params),
    )


def run(request: SourceRequest, clients: SourceClients, clock: Clock, check_mode: bool) -> Outcome:
    """Stop or start, and say what that was before."""
    if request.kind in FILE_SOURCES:
        return client_switch.switched(t.cast("SeenProject", request.project), request.state == RUNNING, check_mode)
    if clients.store is None:
        raise ConfigError(["store: it is needed to remember what is stopped"])
    held = HeldProject.of(clients.store, request.name, clock, check_mode)
    return _Scheduler(request, clients, clock, held).run()


class _Scheduler:
    """The rules and the function of one project of the SSL Plugin."""

    def __init__(self, request: SourceRequest, clients: SourceClients, clock: Clock, held: HeldProject) -> None:
        self._request = request
        self._clients = clients
        self._clock = clock
        self._held = held
        self._warnings: list[str] = []

    def run(self) -> Outcome:
        document = self._held.load()
        return self._started(document) if self._request.state == RUNNING else self._stopped(document)

    def _stopped(self, document: ProjectDocument | None) -> Outcome:
        project = t.cast("SeenProject", self._request.project)
        scheduler = project["scheduler"]
        if scheduler is None:
            return _outcome(False, None, "nothing makes it run")
        adoption = document["adoption"] if document else None
        if scheduler["stopped"] and adoption is not None and adoption["stopped_at"] is not None:
            return _outcome(False, adoption["former"], "it is stopped already")
        if self._held.check_mode:
            return _outcome(not scheduler["stopped"], None, "it would be stopped")
        with self._held.held(lambda found, claim: takeover.stopping(found, claim, scheduler)) as held:
            noted: AdoptionRecord = t.cast("AdoptionRecord", held["adoption"])
            self._switch_off(scheduler)
            self._wait(project, scheduler)
            self._held.note(record.stopped(noted, self._clock.now()), is_last=True)
        return _outcome(True, noted["former"], "it is stopped", self._warnings)

    def _switch_off(self, scheduler: SeenScheduler) -> None:
        """Nothing of it can start: first the rules, then what else invokes the function."""
        events, functions = t.cast("Events", self._clients.events), t.cast("Functions", self._clients.functions)
        for rule in scheduler["rules"]:
            if rule["state"] == ENABLED:
                events.disable_rule(rule["name"])
        if scheduler["function"] is None or scheduler["concurrency"] == 0:
            return
        try:
            functions.put_function_concurrency(scheduler["function"], 0)
        except RemoteError as exc:
            self._warnings.append(
                f"{exc.message}; the rules are off, but Reissue on the page of the plugin would still start a run"
            )

    def _wait(self, project: SeenProject, scheduler: SeenScheduler) -> None:
        """Until a run that began before has ended: their table says so, v1 has none."""
        table, seconds = scheduler["table"], self._request.wait_seconds
        if not table and self._request.wait_for_old_run:
            self._clock.sleep(seconds)
        if not table or not seconds:
            return
        items, theirs = t.cast("PluginTable", self._clients.table), project["theirs"]

        def at_work() -> list[str]:
            is_busy = plugin_items.status(items.get_item(str(table), theirs)) == plugin_items.PROCESSING
            return [theirs] if is_busy else []

        self._warnings += old_runs.until_ended(at_work, seconds, self._clock)

    def _started(self, document: ProjectDocument | None) -> Outcome:
        former = document["adoption"]["former"] if document and document["adoption"] else None
        if former is None:
            return _outcome(False, None, "nothing of it was stopped by an adoption")
        if former["kind"] in FILE_SOURCES:
            raise RefusedError(f"it is stopped on host {former['host']}, in {former['path']}; start it there")
        if self._held.check_mode:
            return _outcome(True, former, "it would be started")
        with self._held.held(takeover.held):
            self._switch_on(former)
            self._held.update(takeover.running)
        return _outcome(True, former, "it runs as before, perhaps at once")

    def _switch_on(self, former: FormerScheduler) -> None:
        events, functions = t.cast("Events", self._clients.events), t.cast("Functions", self._clients.functions)
        if former["function"] is not None and former["concurrency"] is None:
            functions.delete_function_concurrency(former["function"])
        elif former["function"] is not None and former["concurrency"] is not None:
            functions.put_function_concurrency(former["function"], former["concurrency"])
        for rule in former["rules"]:
            if rule["state"] == ENABLED:
                events.enable_rule(rule["name"])


def _outcome(changed: bool, former: FormerScheduler | None, reason: str, warnings: t.Iterable[str] = ()) -> Outcome:
    result = {"former": former, "reason": reason}
    return Outcome(changed=changed, result=result, warnings=tuple(warnings))
