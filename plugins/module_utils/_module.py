# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge to Ansible: the only file that knows AnsibleModule. A module declares its arguments, ``parse``,
``connect`` and ``run``; the rest is here."""

from __future__ import annotations

import importlib.util
import time
import typing as t
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule, aws_argument_spec

from ._core.values import texts
from ._core.values.params import Params
from ._core.values.plan import Outcome
from ._core.values.waiting import Clock
from ._errors import CertError, missing_library, taken_notes


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        return datetime.now(timezone.utc)

    def sleep(self, seconds: float) -> None:
        """Return after ``seconds``."""
        time.sleep(seconds)


class RunStep(t.Protocol):
    """What a module does beside its own work if it is a step of a run."""

    def outcome(self, params: Params, clock: Clock, act: t.Callable[[], Outcome]) -> Outcome:
        """What ``act`` did, on record."""


Request = t.TypeVar("Request")
Clients = t.TypeVar("Clients")


@dataclass(frozen=True)
class Body:
    """What a module declares: its arguments with AnsibleModule's rules for them (``required_if``, …), and its run."""

    argument_spec: dict[str, t.Any]
    run: t.Callable[[Params, Clock], Outcome]
    rules: t.Mapping[str, t.Any]

    def outcome(self, options: t.Mapping[str, t.Any], check_mode: bool) -> Outcome:
        """Parse, connect, run; CertError if one of them says so."""
        clock = SystemClock()
        taken_notes()  # those of a module before this one in the same process, which failed
        outcome = self.run(Params(options, clock.now(), check_mode), clock)
        return replace(outcome, warnings=(*outcome.warnings, *taken_notes()))


def execute(
    argument_spec: dict[str, t.Any],
    parse: t.Callable[[Params], Request],
    connect: t.Callable[[Request], Clients],
    run: t.Callable[[Request, Clients, Clock, bool], Outcome],
    step: RunStep | None = None,
    **rules: t.Any,
) -> None:
    """Run one module, and leave with the result or with an error that says what to do.

    ``parse`` makes a value of the options or names every problem with them, ``connect`` makes the clients; neither
    calls anything. ``run`` observes, plans, applies unless in check mode, and reports; it sees no AnsibleModule, so
    nothing exits in the middle. A ``step`` keeps its own record if it is part of a run. The AWS connection options are
    added to ``argument_spec``.
    """

    def whole(params: Params, clock: Clock) -> Outcome:
        request = parse(params)

        def act() -> Outcome:
            return run(request, connect(request), clock, params.check_mode)

        return act() if step is None else step.outcome(params, clock, act)

    EDGE.get()(Body(argument_spec={**aws_argument_spec(), **argument_spec}, run=whole, rules=rules))


def result_of(outcome: Outcome, diff_mode: bool) -> dict[str, t.Any]:
    """The result as Ansible shows it; a failure has a ``msg``. Whatever it is about, its texts are harmless."""
    result: dict[str, t.Any] = dict(texts.harmless(outcome.result), changed=outcome.changed)
    if diff_mode and (outcome.before or outcome.after):
        result["diff"] = {"before": texts.harmless(outcome.before), "after": texts.harmless(outcome.after)}
    if outcome.failure is not None:
        result.update(failed=True, msg=texts.harmless(outcome.failure))
    return result


def result_of_error(error: CertError) -> dict[str, t.Any]:
    """The result of a run that ended with an expected error."""
    return {
        "failed": True,
        "msg": texts.harmless(error.message),
        "error": {"kind": error.kind, **texts.harmless(error.details)},
    }


def warnings_of(outcome: Outcome) -> list[str]:
    """The warnings, each in one line, since Ansible shows them as they are."""
    return [texts.cleaned(warning, texts.LONGEST_MESSAGE) for warning in outcome.warnings]


def _ansible_module_edge(body: Body) -> None:
    module = AnsibleAWSModule(
        argument_spec=body.argument_spec,
        default_args=False,
        check_boto3=False,  # amazon.aws names the library, and neither the Python nor what to do
        supports_check_mode=True,
        **body.rules,
    )
    try:
        if importlib.util.find_spec("boto3") is None:
            raise missing_library("boto3")
        outcome = body.outcome(module.params, module.check_mode)
    except CertError as exc:
        module.fail_json(**result_of_error(exc))
    for warning in warnings_of(outcome):
        module.warn(warning)
    result = result_of(outcome, module._diff)
    if outcome.failure is not None:
        module.fail_json(**result)
    module.exit_json(**result)


# Who calls a module: AnsibleModule in a process of its own, unless the action plugin runs it inside the controller's
# worker.
EDGE: ContextVar[t.Callable[[Body], None]] = ContextVar("EDGE", default=_ansible_module_edge)
