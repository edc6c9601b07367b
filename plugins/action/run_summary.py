# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""See plugin_utils/_in_process.py. Before the module runs, the results and the records of the projects are taken from
their hosts, which only the controller knows."""

from __future__ import annotations

import typing as t

from ..plugin_utils import _in_process

# What the role returns.
_RESULT, _RECORD = "project_result", "project_last_run"
# What a playbook or the inventory says of a project that cannot be run.
_PROBLEM = "certops_problem"

_in_process.serving(__name__)


class ActionModule(_in_process.ActionModule):
    """The action of the module run_summary."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The module's result."""
        args = self._task.args
        hosts = args.pop("hosts", None)
        if hosts:
            known = (task_vars or {})["hostvars"]
            found = {host: known.raw_get(host) for host in hosts}
            args["results"] = {
                **(args.get("results") or {}),
                **{host: _result(host, variables) for host, variables in found.items()},
            }
            args["records"] = {**(args.get("records") or {}), **_records(args["results"], found)}
        return super().run(tmp, task_vars)


def _result(host: str, variables: t.Mapping[str, t.Any]) -> t.Any:
    found = variables.get(_RESULT)
    if found is None and _PROBLEM in variables:
        return {"name": variables.get("project_name", host), "status": "failed", "reason": variables[_PROBLEM]}
    return found


def _records(results: t.Mapping[str, t.Any], hosts: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """The records of the runs that were recorded, by the names of their projects."""
    return {
        results[host]["name"]: variables[_RECORD]
        for host, variables in hosts.items()
        if variables.get(_RECORD) and isinstance(results[host], t.Mapping)
    }
