# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects as playbooks and inventories give them: the variables of the role, in part, for many projects at once."""

from __future__ import annotations

import re
import typing as t
from collections import defaultdict
from dataclasses import dataclass

from ..project import definition, fields, identity, variables as role_variables
from ..values import texts

PREFIX = role_variables.PREFIX
HOST = "inventory_hostname"
ACCOUNT_CHANGE = identity.OPTION.removeprefix(PREFIX)
# Beside the variables of an entry: the names of all that it had where it comes from.
NAMES = "certops_names"
# With this variable, the others come from a store.
RECORD = f"{PREFIX}record"
# And why some of them have no value.
PROBLEMS = "certops_problems"

# These mean something else to Ansible.
RESERVED_HOSTS = ("all", "localhost", "ungrouped")
# Groups of the playbooks and of the inventory plugin: a host of such a name would stand for all that are in it.
_GROUP = re.compile(r"certops_(run(_[0-9]+)?(_broken)?|failed)|certificate_projects")
_HOST_TEXT = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True)
class Given:
    """One project: its name, the host that runs it, the store that has it if not the common one, and its variables
    without the prefix.

    ``index`` is its place among the definitions that were given, ``unknown`` says what is wrong with its variables,
    whatever their values. ``is_stored`` says that these come from a store, by way of an inventory.
    """

    name: str
    host: str
    store: str | None
    index: int | None
    variables: t.Mapping[str, t.Any]
    unknown: tuple[str, ...] = ()
    is_stored: bool = False

    @property
    def is_definition(self) -> bool:
        """Whether more than the name was given."""
        return self.variables.get("domains") is not None

    @property
    def moves(self) -> bool:
        """Whether the project may change its account in this run."""
        value = self.variables.get(ACCOUNT_CHANGE)
        return value is True or (isinstance(value, str) and value.lower() in fields.TRUE)

    def definition(self, defaults: t.Mapping[str, t.Any], partition: str) -> definition.Definition:
        """The definition that the role would make of the variables; ``defaults`` are those of the role that the user's
        environment decides."""
        wanted = {key: value for key, value in self.variables.items() if key in fields.KEYS}
        return definition.parse(self.name, {**defaults, **wanted}, partition)


def read(entry: t.Mapping[str, t.Any], index: int | None = None) -> Given:
    """One entry as it was given, in the names of the role or without their prefix."""
    variables = {
        texts.plain(key).removeprefix(PREFIX): value
        for key, value in entry.items()
        if key not in (HOST, NAMES, PROBLEMS)
    }
    unknown = (*role_variables.problems(_marks(entry, NAMES), strict=True), *_marks(entry, PROBLEMS))
    name, store = variables.pop("name", None), variables.pop("store", None)
    text = "" if name is None else texts.plain(name)
    return Given(
        name=text,
        host=str(entry.get(HOST) or host_of(text)),
        store=str(store) if store else None,
        index=index,
        variables=variables,
        unknown=unknown,
        is_stored=RECORD in _marks(entry, NAMES),
    )


def _marks(entry: t.Mapping[str, t.Any], name: str) -> tuple[str, ...]:
    """What the controller wrote beside the variables."""
    found = entry.get(name)
    return tuple(map(str, found)) if isinstance(found, (list, tuple)) else ()


def host_of(name: str) -> str:
    """The host that a project of no inventory gets; a name that is going to be refused must still be one that Ansible
    takes for a host."""
    host = _HOST_TEXT.sub("_", name) or "unnamed"
    return f"project_{host}" if host in RESERVED_HOSTS or _GROUP.fullmatch(host) else host


def repeated(entries: t.Iterable[Given]) -> dict[str, str]:
    """Each name that several entries have, and why none of them is taken."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for one in entries:
        hosts[one.name].append(one.host)
    return {
        name: f"project {name} is defined {len(where)} times (hosts {', '.join(where)}); list each name once"
        for name, where in hosts.items()
        if name and len(where) > 1
    }
