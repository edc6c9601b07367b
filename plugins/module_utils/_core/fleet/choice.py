# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which projects a playbook was asked to take, before it is known what they need; or why it cannot tell."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from ..._errors import ConfigError
from ..certificate import renewal
from . import given

GROUP = "certificate_projects"
# What a playbook is for. NAMED takes whatever is named, and knows no other choice; EXAMINE, too, or all of the store.
RENEW, CONVERGE, REISSUE, NAMED, EXAMINE = "renew", "converge", "reissue", "named", "examine"
PURPOSES = (RENEW, CONVERGE, REISSUE, NAMED, EXAMINE)
# Variables of the role, without their prefix, that have a part with no_log in roles/project/meta/argument_specs.yml.
SECRETS = frozenset({"acme_eab_hmac_key", "acme_fallback_eab", "dns_aws", "dns_delegations"})
_OUR_GROUP = re.compile(r"certops_run(_[0-9]+)?")

_NOTHING = (
    "Set project_name (and project_domains) or a list projects, or use inventory hosts in the group"
    " certificate_projects; reissue runs on the whole store only if project_issued_before is set."
)
_NO_LIST = "projects: it is not a list; use a list of names or definitions, or project_name for one project"
_LOCALHOST = (
    "certificate_projects: localhost is in this group of the inventory, but its variables are those of the whole run,"
    " so one project would be taken for all; name the host after its project"
)
_TWO_CHOICES = "projects: a list and --limit both select projects; use only one of them"
_UNHEARD = (
    ": not supported by this playbook, which runs on every project that you name; use --limit, or name the projects"
)


@dataclass(frozen=True)
class AskedProjects:
    """What a playbook got: its variables as they are (None: not given), and the hosts of the group in the inventory.

    ``limited`` says that --limit chose among ``hosts``; ``choosing`` names the variables that choose among projects,
    and ``interval_hours`` is how far apart scheduled runs are.
    """

    purpose: str
    projects: t.Any = None
    project_name: t.Any = None
    hosts: tuple[str, ...] | None = None
    limited: bool = False
    choosing: tuple[str, ...] = ()
    skip_unchanged: bool = True
    issued_before: bool = False
    interval_hours: t.Any = None

    @property
    def is_named(self) -> bool:
        """Whether anything was named. An inventory without projects names none, which leaves nothing to renew; examined
        is the store then."""
        by_host = self.hosts is not None and (bool(self.hosts) or self.purpose != EXAMINE)
        return by_host or self.projects is not None or self.project_name is not None

    @property
    def is_by_inventory(self) -> bool:
        """Whether the hosts of the inventory are what is meant."""
        return self.hosts is not None and (self.limited or (self.projects is None and self.project_name is None))


@dataclass(frozen=True)
class ProjectChoice:
    """The projects to take: definitions (None: all of the store) and hosts, and whether to find out first which of them
    need anything. ``is_whole_inventory`` says that the hosts are all that there should be."""

    definitions: tuple[t.Any, ...] | None
    hosts: tuple[str, ...]
    is_planned: bool
    is_whole_inventory: bool = False

    @property
    def is_everything(self) -> bool:
        """Whether it is all that the store has."""
        return self.definitions is None

    @property
    def is_one(self) -> bool:
        """Whether it is one project that was named."""
        return len(self.definitions or ()) + len(self.hosts) == 1 and not self.is_everything


def choose(asked: AskedProjects) -> ProjectChoice:
    """The choice; ConfigError with every reason why there is none."""
    problems = _problems(asked)
    if problems:
        raise ConfigError(problems)
    if not asked.is_named:
        return ProjectChoice(None, (), is_planned=True)
    hosts = tuple(asked.hosts or ()) if asked.is_by_inventory else ()
    if asked.is_by_inventory:
        definitions: tuple[t.Any, ...] = ()
    else:
        definitions = ({"project_name": asked.project_name},) if asked.projects is None else tuple(asked.projects)
    chosen = ProjectChoice(
        definitions, hosts, is_planned=asked.purpose == RENEW, is_whole_inventory=bool(hosts) and not asked.limited
    )
    # One project that is named runs in any case, and finds out by itself what there is to do.
    looks_first = asked.purpose in (CONVERGE, REISSUE) and asked.skip_unchanged and not chosen.is_one
    return replace(chosen, is_planned=chosen.is_planned or looks_first)


def is_noted(chosen: ProjectChoice, asked: AskedProjects) -> bool:
    """Whether the run is noted in the store: it may be one of a schedule. One project that is named is run by hand,
    unless it is said how often."""
    return not chosen.is_one or asked.interval_hours is not None


def _problems(asked: AskedProjects) -> list[str]:
    # A reissue of everything has to have an end.
    takes_everything = asked.purpose in (RENEW, EXAMINE) or (asked.purpose == REISSUE and asked.issued_before)
    is_list = asked.projects is None or isinstance(asked.projects, (list, tuple))
    is_unheard = asked.choosing and (asked.purpose == NAMED or (asked.purpose == EXAMINE and asked.is_named))
    return [
        *([] if asked.is_named or takes_everything else [_NOTHING]),
        *([] if is_list else [_NO_LIST]),
        *([_LOCALHOST] if "localhost" in (asked.hosts or ()) else []),
        *([_TWO_CHOICES] if asked.limited and asked.projects is not None else []),
        *([", ".join(asked.choosing) + _UNHEARD] if is_unheard else []),
        *renewal.schedule_problems(asked.interval_hours),
    ]


def group_after(groups: t.Iterable[str]) -> str:
    """The group for a selection of its own, since a playbook may hold several."""
    number = sum(1 for name in groups if _OUR_GROUP.fullmatch(name))
    return f"certops_run_{number}" if number else "certops_run"


def named(choice: ProjectChoice) -> list[dict[str, t.Any]]:
    """The hosts to add for all that is chosen, whatever it needs."""
    found = []
    for index, entry in enumerate(choice.definitions or ()):
        name = str(fields_of(entry).get("name") or "")
        host = _host(given.host_of(name), name or "a project without a name", "named")
        found.append({**host, **_given(index, entry)})
    return found + [_host(name, name, "named") for name in choice.hosts]


def planned(choice: ProjectChoice, purpose: str, selected: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The hosts to add for the projects that a plan selected: with what the store says of them, or with what was
    given."""
    takes_stored = choice.is_everything or purpose == RENEW
    found = []
    for one in selected:
        host, index, definitions = _host(one["host"], one["name"], one["reason"]), one["definition"], choice.definitions
        if takes_stored:
            found.append({**host, "variables": one["role_vars"]})
        elif definitions and index is not None and index < len(definitions):
            found.append({**host, **_given(index, definitions[index])})
        else:
            found.append(host)
    return found


def stored(project: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The host to add for a project of the store."""
    return {**_host(given.host_of(project["name"]), project["name"], "stored"), "variables": project["role_vars"]}


def broken(found: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The hosts to add for documents that cannot be read, which are to be reported."""
    return [
        {
            **_host(given.host_of(one["name"]), one["name"], "broken"),
            "group_suffix": "_broken",
            "variables": {"certops_problem": one["error"]},
        }
        for one in found
    ]


def to_complete(
    choice: ProjectChoice, purpose: str, is_defined: bool, change_only: bool
) -> dict[int, dict[str, t.Any]]:
    """The definitions that are not whole, since they lack the names of domains or are meant so, by their place."""
    if purpose != CONVERGE or (is_defined and not change_only):
        return {}
    found = {index: fields_of(entry) for index, entry in enumerate(choice.definitions or ())}
    return {
        index: fields
        for index, fields in found.items()
        if fields.get("name") and (change_only or "domains" not in fields)
    }


def others(stored: t.Mapping[str, t.Any], fields: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The variables of a project in the store, as project_info shows it, but those that were given; marked as stored if
    the place of its keys is."""
    found = {key: value for key, value in stored["role_vars"].items() if key.removeprefix(given.PREFIX) not in fields}
    mark = {} if "archive" in fields else {given.RECORD: {"name": stored["name"], "state": stored["state"]}}
    return {**found, **mark}


def completed(choice: ProjectChoice, stored: t.Mapping[int, t.Mapping[str, t.Any]]) -> ProjectChoice:
    """The choice with what the store knows of those that were named to change something."""
    if not stored or choice.definitions is None:
        return choice
    whole = tuple(
        {**{f"{given.PREFIX}{key}": value for key, value in fields_of(entry).items()}, **stored.get(index, {})}
        for index, entry in enumerate(choice.definitions)
    )
    return replace(choice, definitions=whole)


def with_stored(
    hosts: t.Iterable[t.Mapping[str, t.Any]], stored: t.Mapping[int, t.Mapping[str, t.Any]]
) -> list[dict[str, t.Any]]:
    """The hosts to add, those that were named to change something with what the store knows of them."""
    return [
        {**host, "variables": {**stored.get(host["definition"], {}), **host["variables"]}} if stored else dict(host)
        for host in hosts
    ]


def fields_of(entry: t.Any) -> dict[str, t.Any]:
    """A definition as it was given, without the prefix of its variables."""
    fields = entry if isinstance(entry, t.Mapping) else {"name": entry}
    return {str(key).removeprefix(given.PREFIX): value for key, value in fields.items()}


def _given(index: int, entry: t.Any) -> dict[str, t.Any]:
    return {"definition": index, "has_secrets": _has_secrets(fields_of(entry))}


def _has_secrets(fields: t.Mapping[str, t.Any]) -> bool:
    """Whether something of a definition must not be shown: credentials, or a private key as text."""
    files = fields.get("files")
    texts = files.values() if isinstance(files, t.Mapping) else ()
    return not SECRETS.isdisjoint(fields) or any("-----BEGIN" in str(text) for text in texts)


def _host(host: str, name: str, reason: str) -> dict[str, t.Any]:
    return {
        "host": host,
        "name": name,
        "reason": reason,
        "group_suffix": "",
        "definition": None,
        "variables": {},
        "has_secrets": False,
    }
