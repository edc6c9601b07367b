# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose run it is: the user's directories, and the defaults that the environment decides. Worked out here only, so that
the role, the playbooks and the modules never give two answers."""

from __future__ import annotations

import os
import pwd
import re
import typing as t
from pathlib import Path

from ..._core.ca import directories

_DATA_HOME = "XDG_DATA_HOME"
_START = re.compile(rf"(~|\$HOME|\$\{{HOME\}}|\${_DATA_HOME}|\$\{{{_DATA_HOME}\}})(?=/|$)")
NO_HOME = "this user has no home directory: set HOME"


def home() -> Path | None:
    """The home directory: HOME, or where cron, systemd or a container leave that unset or empty, what the passwd
    database says; None if neither names a directory."""
    path = Path(os.environ.get("HOME", ""))
    if not path.is_absolute():
        try:
            path = Path(pwd.getpwuid(os.geteuid()).pw_dir)
        except KeyError:
            return None
    return path if path.is_absolute() else None


def expanded(path: str) -> Path:
    """The path with the user's directory in the place of ``~``, ``$HOME`` or ``$XDG_DATA_HOME`` at its start, where
    there is one. Nothing else of the environment gets into a path: it may be a secret, and paths are shown."""
    found = _START.match(path)
    base = None if found is None else data_home() if _DATA_HOME in found[0] else home()
    return Path(path if found is None or base is None else f"{base}{path[found.end() :]}")


def needs_home(path: str) -> bool:
    """Whether the path lies below the home directory, and there is none."""
    found = _START.match(path)
    return found is not None and not (data_home() if _DATA_HOME in found[0] else home() or Path()).is_absolute()


def data_home() -> Path:
    """Where the user's data is; below ``~`` if there is no home directory."""
    return _base(_DATA_HOME, "~/.local/share")


def cache_home() -> Path:
    """Where the user's caches are; below ``~`` if there is no home directory."""
    return _base("XDG_CACHE_HOME", "~/.cache")


def _base(variable: str, otherwise: str) -> Path:
    # The specification says to ignore a relative path. https://specifications.freedesktop.org/basedir/latest/
    configured = Path(os.environ.get(variable, ""))
    return configured if configured.is_absolute() else expanded(otherwise)


def _place(kind: str) -> str:
    return f"file://{data_home()}/certops/{kind}"


_DEFAULTS: dict[str, t.Callable[[], str]] = {
    "acme_ca_bundle": lambda: os.environ.get("CERTOPS_ACME_CA_BUNDLE", ""),
    "acme_directory": lambda: os.environ.get("CERTOPS_ACME_DIRECTORY") or directories.DEFAULT,
    "archive": lambda: _place("archive"),
    "store": lambda: _place("store"),
}
DEFAULTS = tuple(_DEFAULTS)


def default(name: str) -> str:
    """The default of the role's variable ``project_<name>``, one of DEFAULTS."""
    return _DEFAULTS[name]()
