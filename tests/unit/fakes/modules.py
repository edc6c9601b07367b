# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module as its edge does: parse, connect, run."""

from __future__ import annotations

import typing as t

from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.waiting import Clock

# Enough for a session, which calls nothing.
CONNECTION = {"region": "us-east-1", "access_key": "AKIA", "secret_key": "secret"}


def run(
    module: t.Any, options: t.Mapping[str, t.Any], clock: Clock, check_mode: bool = False, clients: t.Any = None
) -> Outcome:
    """One run with these options; ``clients`` take the place of those that the module would make."""
    request = module.parse(Params(options, clock.now(), check_mode))
    made = module.connect(request) if clients is None else clients
    return t.cast("Outcome", module.run(request, made, clock, check_mode))
