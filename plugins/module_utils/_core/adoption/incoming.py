# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects as adoption_info returned them, given back to a module: checked, since they come by a playbook."""

from __future__ import annotations

import typing as t

from ..values import texts
from .shapes import (
    SeenBundle,
    SeenCertificate,
    SeenLineage,
    SeenProject,
    SeenRule,
    SeenScheduler,
    SeenSettings,
    SeenSubscription,
)

_LISTS: t.Mapping[str, t.Any] = {
    "certificates": SeenCertificate,
    "bundles": SeenBundle,
    "subscriptions": SeenSubscription,
}
_PARTS: t.Mapping[str, t.Any] = {"scheduler": SeenScheduler, "lineage": SeenLineage, "settings": SeenSettings}


def projects(given: t.Any, option: str) -> tuple[tuple[SeenProject, ...], list[str]]:
    """The projects of an option, and why they cannot be used."""
    if not isinstance(given, (list, tuple)):
        return (), [f"{option}: it is not a list of projects; use what adoption_info returned"]
    problems = [problem for number, one in enumerate(given) for problem in _problems(one, f"{option}[{number}]")]
    return () if problems else tuple(t.cast("SeenProject", one) for one in given), problems


def project(given: t.Any, option: str) -> tuple[SeenProject | None, list[str]]:
    """The same of one project."""
    found, problems = projects([given], option)
    return found[0] if found else None, problems


def _problems(one: t.Any, where: str) -> list[str]:
    problems = _missing(one, SeenProject, where)
    if problems:
        return problems
    for key, shape in _LISTS.items():
        if not isinstance(one[key], list):
            return [f"{where}: {key} is {texts.quoted(one[key])}, which is not a list"]
        problems += [
            found for number, item in enumerate(one[key]) for found in _missing(item, shape, f"{where}.{key}[{number}]")
        ]
    for key, shape in _PARTS.items():
        problems += [] if one[key] is None else _missing(one[key], shape, f"{where}.{key}")
    if not problems and one["scheduler"]:
        rules = one["scheduler"]["rules"]
        problems += [found for rule in rules for found in _missing(rule, SeenRule, f"{where}.scheduler.rules")]
    return problems


def _missing(value: t.Any, shape: t.Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {texts.quoted(value)} is not a mapping; use what adoption_info returned"]
    lacking = [key for key in shape.__annotations__ if key not in value]
    return [f"{where}: {', '.join(lacking)} missing; use what adoption_info returned"] if lacking else []
