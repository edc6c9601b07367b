# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
version_added: 0.1.0
type: aggregate
short_description: Show the progress of the certificate projects of a run
author:
  - certops.cloudfront contributors (@certops)
description:
  - On a terminal, keeps one bar for each phase (issue, store, bind, clean up, record) at the bottom of the screen,
    above which the other output scrolls.
  - Elsewhere, prints a line when a project begins a phase and when it ends. In a run over more than 20 projects these
    are only the failures, and from time
    to time a line about all projects.
  - After a recap of more than five hosts, shows the last lines of the run once more, which say what needs a person.
  - Stands beside the callback that prints results, whichever that is, and shows nothing but names of projects, phases,
    counts, and durations.
requirements:
  - to be enabled, with C(callbacks_enabled=certops.cloudfront.progress) in the section C([defaults]) of C(ansible.cfg),
    or in E(ANSIBLE_CALLBACKS_ENABLED)
options:
  style:
    description:
      - V(bars) on a terminal, V(lines) anywhere.
      - V(auto) means V(bars) if the output goes to a terminal that is large enough and E(TERM) is not V(dumb), except
        under C(ansible-runner) and so in AWX and C(ansible-navigator), which do not show this terminal.
      - With bars, a project that fails has a line, too.
    type: str
    choices: [auto, bars, lines]
    default: auto
    env:
      - name: CERTOPS_PROGRESS_STYLE
    ini:
      - section: callback_progress
        key: style
  interval:
    description: Seconds between two lines about all projects, in a run over more than 20 of them.
    type: float
    default: 10
    env:
      - name: CERTOPS_PROGRESS_INTERVAL
    ini:
      - section: callback_progress
        key: interval
notes:
  - Lines about failures have the colour of errors, unless E(NO_COLOR) or E(ANSIBLE_NOCOLOR) is set.
seealso:
  - module: certops.cloudfront.project_info
"""

import sys
import time
import typing as t

from ansible import constants, context
from ansible.plugins.callback import CallbackBase
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import progress

from ..plugin_utils._screen import Screen

COLLECTION = "certops.cloudfront."
ROLE = f"{COLLECTION}project : "
RECORD = "project_record"
PREFLIGHT = "project_preflight"
SUMMARY = "run_summary"
# A recap of more hosts than this takes the last lines of a run off the screen.
LONG_RECAP = 5
PHASE_OF = {
    "acme_route53_issue": "issue",
    "iam_server_cert": "store",
    "cloudfront_cert_bind": "bind",
    "acme_route53_cleanup": "clean up",
    "archive_cleanup": "clean up",
    "iam_server_cert_cleanup": "clean up",
}
# Said when it was done, because most runs skip it, which is not known when the task starts; it waits for nothing.
QUICK = ("clean up",)
# Where the role gives up without one of our modules.
REFUSALS = ("ansible.builtin.assert", "ansible.builtin.fail", "ansible.builtin.validate_argument_spec")
# ansible-runner and ansible-navigator give every playbook a terminal, draw their own pictures from what it says, and
# put their callback in place of the one that prints. https://ansible.readthedocs.io/projects/runner/
RUNNER = "awx_display"


class CallbackModule(CallbackBase):
    """Bars on a terminal, lines elsewhere."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "certops.cloudfront.progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._clock = time.monotonic
        self._stream = sys.stdout
        self._play: t.Any = None
        self._progress: progress.Progress | None = None
        self._screen: Screen | None = None
        self._shown_at = float("-inf")
        # By host: the name of its project and the plan of its run, once the module that takes the project has told
        # them.
        self._names: dict[str, str] = {}
        self._plans: dict[str, t.Any] = {}
        self._last_lines: list[str] = []

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Projects are counted anew in each play."""
        self._finish()
        self._play = play

    def v2_runner_on_start(self, host: t.Any, task: t.Any) -> None:
        """A project may begin a phase."""
        phase = _phase(task)
        if phase not in (None, *QUICK) and progress.needs_phase(self._plans.get(host.get_name()), phase):
            self._enter(host, phase)

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """A project may have begun, or ended."""
        host, task = result._host, result._task
        self._enter(host, _phase(task))
        if _module(task) == SUMMARY:
            self._last_lines = [str(line) for line in result._result.get("screen") or ()]
        if _module(task) != RECORD or _is_rehearsal(task):
            return
        is_taking = task.args.get("state") == "locked"
        if is_taking and result._result.get("to_be_checked"):
            return
        if is_taking:
            self._took(host.get_name(), result._result)
        if _is_last(task) or (is_taking and not result._result.get("locked")):
            self._end(self._name(host), progress.FAILED if "failure" in task.args else progress.DONE)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """A project may have failed."""
        if not ignore_errors and _can_fail_a_project(result._task):
            self._enter(result._host, _phase(result._task))
            self._end(self._name(result._host), progress.FAILED)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """The playbook has ended; a long recap pushed its last lines off the screen, so they come again."""
        self._finish()
        if len(stats.processed) > LONG_RECAP:
            for line in ["", *self._last_lines]:
                self._display.display(line)

    def _took(self, host: str, result: t.Mapping[str, t.Any]) -> None:
        """A run has its project, or another run has."""
        self._names[host] = str((result.get("summary") or {}).get("name") or host)
        self._plans[host] = result.get("plan")
        self._running().begin(self._names[host], self._clock())
        self._draw()

    def _name(self, host: t.Any) -> str:
        return self._names.get(host.get_name(), str(host.get_name()))

    def _running(self) -> progress.Progress:
        if self._progress is None:
            variables = self._play.get_variable_manager().get_vars(play=self._play, include_hostvars=False)
            self._progress = progress.Progress(len(variables["ansible_play_hosts_all"]), self._clock())
            self._screen = Screen(self._stream, progress.HEIGHT) if self._wants_bars() else None
        return self._progress

    def _wants_bars(self) -> bool:
        style = self.get_option("style")
        return bool(
            Screen.fits(self._stream, progress.HEIGHT)
            and (style == "bars" or (style == "auto" and RUNNER not in str(constants.DEFAULT_STDOUT_CALLBACK)))
        )

    def _enter(self, host: t.Any, phase: str | None) -> None:
        if phase:
            self._show(self._running().enter(self._name(host), phase, self._clock()))

    def _end(self, name: str, end: str) -> None:
        self._show(self._running().end(name, end, self._clock()), is_failure=end == progress.FAILED)

    def _show(self, line: str | None, is_failure: bool = False) -> None:
        now, running = self._clock(), self._running()
        if line is None:
            return
        if self._screen:
            self._draw()
        # Bars count failures; only a line has the name that is looked for afterwards.
        if is_failure:
            self._print(line, constants.COLOR_ERROR)
        elif self._screen:
            return
        elif running.total <= progress.FEW:
            self._print(line)
        elif now - self._shown_at >= self.get_option("interval"):
            self._shown_at = now
            self._print(running.line(now))

    def _draw(self) -> None:
        if self._screen:
            self._screen.draw(lambda columns: self._running().bars(columns, self._clock()))

    def _print(self, line: str, color: str | None = None) -> None:
        self._display.display(f"progress: {line}", color=color)

    def _finish(self) -> None:
        """The play is over: what holds a project and did not say that it is done has failed."""
        if self._progress is None:
            return
        for name in self._progress.open():
            self._end(name, progress.FAILED if name in self._names.values() else progress.DONE)
        if self._screen:
            self._screen.close()
        self._print(self._progress.line(self._clock()))
        self._progress = self._screen = None
        self._names, self._plans, self._shown_at = {}, {}, float("-inf")


def _module(task: t.Any) -> str:
    """The name of the module of this collection that the task runs, or nothing."""
    action = str(task.resolved_action or task.action)
    return action.removeprefix(COLLECTION) if action.startswith(COLLECTION) else ""


def _phase(task: t.Any) -> str | None:
    if _is_rehearsal(task):
        return None
    module = _module(task)
    return "record" if module == RECORD and _is_last(task) else PHASE_OF.get(module)


def _is_rehearsal(task: t.Any) -> bool:
    """Whether the task only looks ahead in a run that is meant; in check mode everything does."""
    return bool(task.check_mode) and not context.CLIARGS.get("check")


def _is_last(task: t.Any) -> bool:
    return bool(task.args.get("release")) or task.args.get("state") == "absent"


def _can_fail_a_project(task: t.Any) -> bool:
    """Whether a project has failed if this task has: what notifies, for example, does not stop a run."""
    gives_up = task.resolved_action in REFUSALS and task.get_name().startswith(ROLE)
    is_ours = _module(task) in (RECORD, PREFLIGHT) and not _is_rehearsal(task)
    return gives_up or _phase(task) is not None or is_ours
