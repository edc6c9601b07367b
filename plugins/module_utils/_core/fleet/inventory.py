# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a project is shown as a host of an inventory: its groups and its variables."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..project.fields import KEYS
from ..report import expiry
from ..run import overview
from ..values import times
from ..values.shapes import CertificateRecord
from . import given

ALL = "certificate_projects"
STATES = (*overview.STATES, "expiring", "broken")
# There even when they are empty, so that a --limit or a play may name them.
GROUPS = (ALL, *(f"state_{state}" for state in STATES))
# A host of such a name would be taken for something else.
RESERVED_NAMES = (*given.RESERVED_HOSTS, *GROUPS)


@dataclass(frozen=True)
class Host:
    """A host that stands for a project; the names of its groups are not yet such as Ansible takes."""

    name: str
    groups: tuple[str, ...]
    variables: t.Mapping[str, t.Any]


def host(shown: t.Mapping[str, t.Any], store_uri: str, expiring_days: int, now: datetime) -> Host:
    """The host of a project, from its overview. Its definition is what the playbooks take, so they can run on it."""
    definition = {key: value for key, value in shown["definition"].items() if key in KEYS}
    variables = overview.role_vars(shown["name"], definition, store_uri)
    record = {key: value for key, value in shown.items() if key != "definition"}
    states = (f"state_{state}" for state in _states(shown, expiring_days, now))
    groups = (ALL, *states, *_tag_groups(definition["tags"] or {}))
    return Host(name=shown["name"], groups=groups, variables={**variables, "project_record": record})


def broken_host(name: str, error: str, store_uri: str) -> Host:
    """The host of a document that cannot be used: a run on it fails, and says why."""
    record = {"name": name, "state": "broken", "due": False, "reason": error}
    variables = {"project_name": name, "project_store": store_uri, "project_record": record, "certops_problem": error}
    return Host(name=name, groups=(ALL, "state_broken"), variables=variables)


def _states(shown: t.Mapping[str, t.Any], expiring_days: int, now: datetime) -> tuple[str, ...]:
    """Its state, and of the others those that matter beside it: what is expired or failing may be due, too."""
    found = [shown["state"]]
    found += ["due"] if shown["due"] else []
    found += ["expiring"] if shown["certificate"] and _expires_soon(shown["certificate"], expiring_days, now) else []
    return tuple(dict.fromkeys(found))


def _expires_soon(certificate: CertificateRecord, expiring_days: int, now: datetime) -> bool:
    end = times.from_text(certificate["not_after"])
    lifetime = end - times.from_text(certificate["not_before"])
    return bool(expiry.level(end - now, lifetime, [expiring_days]))


def _tag_groups(tags: t.Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"tag_{key}_{value}" if value else f"tag_{key}" for key, value in sorted(tags.items()))
