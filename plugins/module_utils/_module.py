# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge to Ansible: the only file that knows AnsibleModule. A module declares its arguments and a ``run``; the rest is here."""

from __future__ import annotations

import time
import typing as t
from datetime import datetime, timezone

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ._core.plan import Outcome
from ._core.waiting import Clock
from ._errors import CertError


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        return datetime.now(timezone.utc)

    def sleep(self, seconds: float) -> None:
        """Return after ``seconds``."""
        time.sleep(seconds)


class Run(t.Protocol):
    """The body of a module: no AnsibleModule in sight, so nothing can exit in mid-flow."""

    def __call__(self, params: t.Mapping[str, t.Any], clients: t.Any, clock: Clock, check_mode: bool) -> Outcome:
        """Observe, plan, apply unless ``check_mode``, report."""


Connect = t.Callable[[t.Mapping[str, t.Any]], t.Any]


def execute(argument_spec: dict[str, t.Any], connect: Connect, run: Run, **rules: t.Any) -> t.NoReturn:
    """Run one module: parse arguments, connect, run, and exit with the result or with an error that says what to do.

    ``connect`` makes the clients from the params without calling anything; ``rules`` are AnsibleModule's own
    (``required_if``, ``mutually_exclusive``, …). The AWS connection options are added to ``argument_spec``.
    """
    module = AnsibleAWSModule(argument_spec=argument_spec, supports_check_mode=True, **rules)
    try:
        clients = connect(module.params)
        outcome = run(params=module.params, clients=clients, clock=SystemClock(), check_mode=module.check_mode)
    except CertError as exc:
        module.fail_json(msg=exc.message, error={"kind": exc.kind, **exc.details})
    for warning in outcome.warnings:
        module.warn(warning)
    result = dict(outcome.result, changed=outcome.changed)
    if module._diff and (outcome.before or outcome.after):
        result["diff"] = {"before": dict(outcome.before), "after": dict(outcome.after)}
    if outcome.failure is not None:
        module.fail_json(msg=outcome.failure, **result)
    module.exit_json(**result)
