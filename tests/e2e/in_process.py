# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules run in this process against the sandbox: clients made as the module makes them, and waits that move the
sandbox's clock instead of taking time."""

from __future__ import annotations

import os
import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from sandbox.control import Control
from sandbox.environment import CHINA_ACCESS_KEY, SECRET_KEY
from unit.fakes import modules


class SandboxClock:
    """The sandbox's time, as far as it was moved by sleeping here."""

    def __init__(self) -> None:
        self._control = Control(os.environ["CERTOPS_SANDBOX_URL"])
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + self._ahead

    def sleep(self, seconds: float) -> None:
        self._control.advance(seconds)
        self._ahead += timedelta(seconds=seconds)


def run(module: t.Any, check_mode: bool = False, **params: t.Any) -> Outcome:
    """One run of a module with these options, the others at their defaults."""
    defaults = {name: spec.get("default") for name, spec in module.ARGUMENT_SPEC.items()}
    # Waits move the clock here, so calls that the pace would spread over minutes follow at once.
    given = {"region": "us-east-1", **defaults, "route53_calls_per_second": 0, **params}
    if str(given["region"]).startswith("cn-") and not os.environ.get("AWS_REGION", "").startswith("cn-"):
        given = {"access_key": CHINA_ACCESS_KEY, "secret_key": SECRET_KEY, **given}
    return modules.run(module, given, SandboxClock(), check_mode)
