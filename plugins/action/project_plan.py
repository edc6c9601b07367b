# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""See plugin_utils/_in_process.py. Before the module runs, the variables of inventory hosts become definitions, which
only the controller knows."""

from __future__ import annotations

import typing as t

from ansible.utils.vars import load_extra_vars
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import given
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import fields

from ..plugin_utils import _in_process

_KEYS = frozenset({"name", "store", *fields.KEYS})

_in_process.serving(__name__)


class ActionModule(_in_process.ActionModule):
    """The action of the module project_plan."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The module's result."""
        args = self._task.args
        hosts = args.pop("inventory_hosts", None)
        if hosts or args.get("definitions"):
            extra = self._templar.template(_chosen(load_extra_vars(self._loader), only_prefixed=True))
            entries = [*(args.get("definitions") or ()), *self._of_hosts(hosts or (), task_vars or {})]
            # An extra variable comes before everything else, in the run of a project, too.
            args["definitions"] = [
                {**_chosen(entry if isinstance(entry, t.Mapping) else {"project_name": entry}), **extra}
                for entry in entries
            ]
        return super().run(tmp, task_vars)

    def _of_hosts(self, hosts: t.Iterable[str], task_vars: t.Mapping[str, t.Any]) -> t.Iterator[dict[str, t.Any]]:
        for host in hosts:
            known = task_vars["hostvars"].raw_get(host)
            templar = self._templar.copy_with_new_env(available_variables=known)
            yield {**templar.template(_chosen(known, only_prefixed=True)), given.HOST: host}


def _chosen(entry: t.Mapping[str, t.Any], only_prefixed: bool = False) -> dict[str, t.Any]:
    """What of these variables makes a definition; the others may be secrets."""
    found = {key: value for key, value in entry.items() if key == given.HOST or key.removeprefix(given.PREFIX) in _KEYS}
    return {key: value for key, value in found.items() if not only_prefixed or key.startswith(given.PREFIX)}
