# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""See plugin_utils/_in_process.py. Before the module runs, what a playbook was asked to take and the variables of
inventory hosts become definitions, which only the controller knows. It runs once, if at all: the worker imports it."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.vars import load_extra_vars
from ansible_collections.certops.cloudfront.plugins.module_utils import _module
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import choice, given
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import fields
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import texts, times
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError

from ..plugin_utils import _in_process

_KEYS = frozenset({"name", "store", given.ACCOUNT_CHANGE, *fields.KEYS})

# Options that choose among projects, as the playbooks call them.
_CHOICES = {
    "states": "select_states",
    "tags": "select_tags",
    "certificate": "select_certificate",
    "issued_by": "select_issued_by",
    "max_per_run": "max_per_run",
}


class ActionModule(_in_process.ActionModule):
    """The action of the module project_plan."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The module's result, and for a selection the hosts that run the projects."""
        selection = self._task.args.pop("selection", None)
        if selection is None:
            self._read_definitions(task_vars or {})
            return super().run(tmp, task_vars)
        projects = (
            self._templar.template((task_vars or {})["projects"]) if boolean(selection.get("projects", False)) else None
        )
        asked = _asked(selection, self._task.args, projects)
        try:
            chosen = choice.choose(asked)
        except CertError as exc:
            return dict(_module.result_of_error(exc))
        named = choice.to_complete(
            chosen,
            asked.purpose,
            boolean(selection.get("defined", False)),
            boolean(selection.get("change_only", False)),
        )
        stored = self._stored(named, task_vars or {})
        began = {"planned_at": times.to_text(datetime.now(timezone.utc))} if choice.is_noted(chosen, asked) else {}
        found = {**began, **self._selected(choice.completed(chosen, stored), asked.purpose, tmp, task_vars or {})}
        if "hosts" in found:
            found["hosts"] = choice.with_stored(found["hosts"], stored)
        return {**found, "group": choice.group_after((task_vars or {})["groups"])}

    def _stored(
        self, named: t.Mapping[int, t.Mapping[str, t.Any]], task_vars: dict[str, t.Any]
    ) -> dict[int, dict[str, t.Any]]:
        """What the store knows of projects that are named to change something of them, by the place of their
        definition."""
        found = {}
        for index, wanted in named.items():
            store = wanted.get("store") or self._task.args.get("store")
            args = {"names": [str(wanted["name"])], **({"store": store} if store else {})}
            for known in self.result_of("project_info", args, task_vars).get("projects", ()):
                found[index] = choice.others(known, wanted)
        return found

    def _selected(
        self, chosen: choice.ProjectChoice, purpose: str, tmp: str | None, task_vars: dict[str, t.Any]
    ) -> dict[str, t.Any]:
        if chosen.is_everything and purpose == choice.EXAMINE:
            found = self._in_store(task_vars)
            stored = [choice.stored(one) for one in found.get("projects", ())]
            return (
                found if found.get("failed") else {"changed": False, "hosts": stored + choice.broken(found["broken"])}
            )
        if not chosen.is_planned:
            return {"changed": False, "hosts": choice.named(chosen), **self._beyond(chosen, purpose, task_vars)}
        self._task.args.update(run=purpose, inventory_hosts=list(chosen.hosts), complete=chosen.is_whole_inventory)
        if chosen.definitions is not None:
            self._task.args["definitions"] = list(chosen.definitions)
        self._read_definitions(task_vars)
        found = super().run(tmp, task_vars)
        return {**found, "hosts": choice.planned(chosen, purpose, found.get("selected", ()))}

    def _in_store(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        store = {key: value for key, value in self._task.args.items() if key == "store"}
        return self.result_of("project_info", store, task_vars)

    def _beyond(self, chosen: choice.ProjectChoice, purpose: str, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """What the store has beside a whole inventory that is examined."""
        if purpose != choice.EXAMINE or not chosen.is_whole_inventory:
            return {}
        stored = [one["name"] for one in self._in_store(task_vars).get("projects", ())]
        defined = {entry.get(f"{given.PREFIX}name") for entry in self._of_hosts(chosen.hosts, task_vars)}
        return {"without_definition": [name for name in stored if name not in defined]}

    def _read_definitions(self, task_vars: dict[str, t.Any]) -> None:
        args = self._task.args
        hosts = args.pop("inventory_hosts", None)
        if hosts or args.get("definitions"):
            extra = self._templar.template(_chosen(load_extra_vars(self._loader), only_prefixed=True))
            entries = [*(args.get("definitions") or ()), *self._of_hosts(hosts or (), task_vars)]
            # An extra variable comes before everything else, in the run of a project, too.
            args["definitions"] = [{**_with_names(entry), **extra} for entry in entries]

    def _of_hosts(self, hosts: t.Iterable[str], task_vars: t.Mapping[str, t.Any]) -> t.Iterator[dict[str, t.Any]]:
        for host in hosts:
            known = task_vars["hostvars"].raw_get(host)
            templar = self._templar.copy_with_new_env(available_variables=known)
            definition, problems = _templated(templar, _chosen(known, only_prefixed=True))
            names = [name for name in known if str(name).startswith(given.PREFIX)]
            yield {**definition, given.HOST: host, given.NAMES: names, given.PROBLEMS: problems}


def _templated(templar: t.Any, definition: t.Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """The values of a definition, without those that have none, and why they have none: one host does not stop the
    others."""
    try:
        return templar.template(definition), []
    except AnsibleError:
        pass
    found, problems = {}, []
    for name, value in definition.items():
        try:
            found[name] = templar.template(value)
        except AnsibleError as exc:
            problems.append(f"{name}: it has no value: {texts.cleaned(str(exc), texts.LONGEST_QUOTE)}")
    return found, problems


def _with_names(entry: t.Any) -> dict[str, t.Any]:
    """What makes a definition of an entry, and the names of all that it has, so that a misspelt one is refused."""
    if not isinstance(entry, t.Mapping):
        return {"project_name": entry}
    names = entry.get(given.NAMES, [str(name) for name in entry if name != given.HOST])
    return {**_chosen(entry), given.NAMES: names}


def _chosen(entry: t.Mapping[str, t.Any], only_prefixed: bool = False) -> dict[str, t.Any]:
    """What of these variables makes a definition; the others may be secrets."""
    marks = (given.HOST, given.PROBLEMS)
    found = {key: value for key, value in entry.items() if key in marks or key.removeprefix(given.PREFIX) in _KEYS}
    return {key: value for key, value in found.items() if not only_prefixed or key.startswith(given.PREFIX)}


def _asked(selection: t.Mapping[str, t.Any], args: t.Mapping[str, t.Any], projects: t.Any) -> choice.AskedProjects:
    """What the playbook was asked, by the option ``selection``, the options beside it, and its list of projects."""
    hosts = selection.get("hosts")
    return choice.AskedProjects(
        purpose=selection["purpose"],
        projects=projects,
        project_name=selection.get("project_name"),
        hosts=None if hosts is None else tuple(hosts),
        limited=bool(selection.get("limited")),
        choosing=tuple(name for option, name in _CHOICES.items() if option in args),
        skip_unchanged=boolean(selection.get("skip_unchanged", True)),
        issued_before="issued_before" in args,
        interval_hours=args.get("schedule_interval_hours"),
    )
