# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits of CAs, those of the operator's file before the published ones, and the registered domain of a name."""

from __future__ import annotations

import functools
import pathlib
import typing as t

from ..._clients.machine import private_files
from ..._core.ca import limits as known_limits
from ..._core.ca.limits import REGISTERED_DOMAIN, Limits
from ..._core.values import json_text
from ..._errors import ConfigError, RemoteError

try:
    import yaml
except ImportError:
    HAS_YAML = False
else:
    HAS_YAML = True

try:
    from publicsuffixlist import PublicSuffixList
except ImportError:
    HAS_SUFFIXES = False
else:
    HAS_SUFFIXES = True

SUFFIXES_MISSING = (
    "the Python library publicsuffixlist is missing, so the limit of CAs on certificates for one registered"
    " domain is not checked; install it (requirements.txt of the collection)"
)


def load(path: str | None, problems: list[str]) -> Limits:
    """The limits by URL of the ACME directory; whatever is wrong with the file is added to ``problems``."""
    own: t.Any = {}
    try:
        own = _read(path) if path else {}
        found = known_limits.problems(own)
    except ConfigError as exc:
        found = list(exc.problems)
    if found:
        problems += [f"acme_limits: {path}: {problem}" for problem in found]
        return {}
    limits = known_limits.published(own)
    if HAS_SUFFIXES:
        return limits
    return {
        directory: {kind: limit for kind, limit in known.items() if kind != REGISTERED_DOMAIN}
        for directory, known in limits.items()
    }


def warnings(used: t.Collection[t.Any]) -> tuple[str, ...]:
    """What to say where limits are used: whether one of them could not be looked at."""
    return () if HAS_SUFFIXES or not used else (SUFFIXES_MISSING,)


def registered_domain(name: str) -> str | None:
    """The domain below a public suffix that has the name; None for a suffix itself."""
    found = _suffixes().privatesuffix(name)
    return None if found is None else str(found)


@functools.lru_cache(maxsize=1)
def _suffixes() -> t.Any:
    """The list as the library brings it along; nothing is downloaded."""
    return PublicSuffixList()


def _read(path: str) -> t.Any:
    """The content of a JSON or YAML file."""
    try:
        content = private_files.read(pathlib.Path(path), follow=True)
        if content is None:
            raise ConfigError(["it cannot be read (there is no such file); correct the path"])
        return _parsed(content.decode("utf-8"))
    except RemoteError as exc:
        raise ConfigError([f"it cannot be read ({exc.message}); correct the path"]) from exc
    except ValueError as exc:
        raise ConfigError([f"it is neither JSON nor YAML ({exc})"]) from exc


def _parsed(text: str) -> t.Any:
    if not HAS_YAML:
        return json_text.parsed(text)
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, OverflowError) as exc:
        raise ValueError(" ".join(str(exc).split())) from exc
