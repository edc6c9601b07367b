# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The renewal of one certificate of a client on a host is switched off or on, in the client's own file."""

from __future__ import annotations

from pathlib import Path

from ..._clients.machine import private_files
from ..._clients.machine.foreign_files import ForeignDirectory
from ..._core.adoption import certbot
from ..._core.adoption.shapes import SeenProject
from ..._core.values.plan import Outcome
from ..._errors import ConfigError, RefusedError


def switched(project: SeenProject, on: bool, check_mode: bool) -> Outcome:
    """The renewal is off, or on as it was; what only a person can stop is said."""
    scheduler = project["scheduler"]
    if scheduler is None:
        raise ConfigError([f"project: {project['theirs']} has no scheduler"])
    if scheduler["by_hand"] is not None:
        warning = f"{project['theirs']} has no switch of its own; {scheduler['by_hand']}"
        return Outcome(changed=False, result={"former": None, "reason": warning}, warnings=(warning,))
    path = Path(scheduler["path"] or "/")
    file = ForeignDirectory(str(path.parent)).read(path.name)
    if file is None:
        raise RefusedError(f"{path} is not on this host; run adoption_source on {scheduler['host']}")
    wanted = certbot.switched(file.text, on)
    is_on = certbot.parsed(file.text).renews
    reason = f"certbot {'renews' if on else 'no longer renews'} {project['theirs']}"
    result = {"former": None, "reason": reason}
    if is_on == on:
        return Outcome(changed=False, result=result)
    if not check_mode:
        private_files.replace(path, wanted.encode(), path.stat().st_mode & 0o777)
    state = {True: "renewed by certbot", False: "not renewed by certbot"}
    return Outcome(changed=True, result=result, before={"state": state[is_on]}, after={"state": state[on]})
