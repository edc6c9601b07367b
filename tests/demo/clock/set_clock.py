# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback plugin that lets the modules of a run see a later time: a story that waits for a certificate to come due
sets the clock, so that it goes the same way on a machine of any speed."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

from ansible.plugins.callback import CallbackBase
from ansible_collections.certops.cloudfront.plugins.module_utils import _module

AHEAD = "CERTOPS_DEMO_SECONDS_AHEAD"


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Loaded before the first task, in the process whose forks run the modules."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "set_clock"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        ahead = timedelta(seconds=float(os.environ[AHEAD]))
        _module.SystemClock.now = lambda _self: datetime.now(timezone.utc) + ahead  # type: ignore[method-assign]
