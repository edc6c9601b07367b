# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The renewal of one certificate of a client on a host is switched off or on, in the client's own way."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ...._clients.machine import private_files
from ...._clients.machine.foreign_files import ForeignDirectory
from ...._core.adoption.clients import acme_sh, certbot
from ...._core.adoption.shapes import SeenProject
from ...._core.values.plan import Outcome
from ...._errors import ConfigError, RefusedError


def switched(project: SeenProject, on: bool, check_mode: bool) -> Outcome:
    """The renewal is off, or on as it was; what only a person can stop is said."""
    scheduler = project["scheduler"]
    if scheduler is None:
        raise ConfigError([f"project: {project['theirs']} has no scheduler"])
    if scheduler["by_hand"] is not None:
        warning = f"{project['theirs']} has no switch of its own: {scheduler['by_hand']}"
        return Outcome(changed=False, result={"former": None, "reason": warning}, warnings=(warning,))
    path = Path(scheduler["path"] or "/")
    is_on, switch = _SWITCHES[scheduler["kind"]](path)
    if is_on is None:
        raise RefusedError(f"{path} is not on this host; run adoption_source on {scheduler['host']}")
    reason = f"{scheduler['kind']} {'renews' if on else 'no longer renews'} {project['theirs']}"
    result = {"former": None, "reason": reason}
    if is_on == on:
        return Outcome(changed=False, result=result)
    if not check_mode:
        switch(on)
    return Outcome(changed=True, result=result, before={"renews": is_on}, after={"renews": on})


def _by_line(path: Path) -> tuple[bool | None, t.Callable[[bool], None]]:
    """certbot looks into the renewal configuration of the lineage."""
    file = ForeignDirectory(str(path.parent)).read(path.name)
    text = file.text if file else ""

    def switch(on: bool) -> None:
        private_files.replace(path, certbot.switched(text, on).encode(), path.stat().st_mode & 0o777)

    return (certbot.parsed(text).renews if file else None), switch


def _by_name(path: Path) -> tuple[bool | None, t.Callable[[bool], None]]:
    """acme.sh renews what has a configuration; its own --remove renames that."""
    names = ForeignDirectory(str(path.parent)).names("")
    removed = path.with_name(path.name + acme_sh.REMOVED)

    def switch(on: bool) -> None:
        with private_files.doing("rename", path):
            (removed if on else path).rename(path if on else removed)

    known = True if path.name in names else False if removed.name in names else None
    return known, switch


_SWITCHES = {"certbot": _by_line, "acme_sh": _by_name}
