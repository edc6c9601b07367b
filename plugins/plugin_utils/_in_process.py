# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module of this collection inside the controller's worker when that is where it would run anyway.

One module execution in a process of its own costs about one CPU second (Python start, imports, packaging); here the
imports happen once, in the process that forks the workers. Where the module would run elsewhere (another host, another
user, another interpreter, an environment of the task's own, async), it is executed as any module.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import json
import multiprocessing
import os
import signal
import sys
import typing as t
from datetime import date

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase

from . import _bytecode

_bytecode.keep()

try:
    # Imported here so that workers, which are forks, find them loaded.
    import boto3  # pylint: disable=unused-import
    import botocore.client  # pylint: disable=unused-import
    from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws import session

    from ..module_utils import _module
    from ..module_utils._errors import CertError
except ImportError:
    CAN_IMPORT = False
else:
    # Imported by the modules that need them, which are not those of a run that has nothing to do.
    CAN_IMPORT = all(importlib.util.find_spec(library) for library in ("acme", "dns"))
    session.preload()
    # A fifth of a short run would be looking for garbage among what was imported, and copying it into each worker.
    gc.freeze()


_MODULES = "ansible_collections.certops.cloudfront.plugins.modules."
_PR_SET_PDEATHSIG = 1


def _die_with_controller() -> None:
    """A worker is killed when its controller ends: the lock of a project is free then (_clients/machine/processes.py),
    so nobody may be at work. prctl(2)"""
    controller = multiprocessing.parent_process()
    if controller is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != controller.pid:
        os.kill(os.getpid(), signal.SIGKILL)


class ActionModule(ActionBase):
    """The action of every module of this collection; the module is the one with the action's name."""

    _supports_async = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The module's result."""
        result = super().run(tmp, task_vars)
        name = self._task.action.rpartition(".")[2]
        return {**result, **self.result_of(name, self._task.args, task_vars)}

    def result_of(
        self, name: str, args: t.Mapping[str, t.Any], task_vars: dict[str, t.Any] | None = None
    ) -> dict[str, t.Any]:
        """The result of a module of this collection with these arguments, in check mode and with a diff if the task
        is."""
        _die_with_controller()
        if not self._belongs_here(task_vars or {}):
            found = self._execute_module(
                module_name=f"certops.cloudfront.{name}",
                module_args=dict(args),
                task_vars=task_vars,
                wrap_async=bool(self._task.async_val),
            )
            return t.cast("dict[str, t.Any]", found)
        module = importlib.import_module(_MODULES + name)
        # Through JSON, so that the module gets plain values and not Ansible's tagged ones.
        edge = _Edge(
            json.loads(json.dumps(dict(args), default=_as_any_module_gets_it)), self._task.check_mode, self._task.diff
        )
        token = _module.EDGE.set(edge)
        try:
            module.main()
        finally:
            _module.EDGE.reset(token)
        return edge.result

    def _belongs_here(self, task_vars: dict[str, t.Any]) -> bool:
        interpreter = self._templar.template(task_vars.get("ansible_python_interpreter", sys.executable))
        return (
            CAN_IMPORT
            and self._connection.transport == "local"
            and not self._connection.become
            and not self._task.async_val
            and not any(self._task.environment or [])
            and interpreter == sys.executable
        )


def serving(plugin: str) -> type[ActionModule]:
    """The action for the module of this plugin's name; the controller imports the module with it, so that its workers
    need not."""
    if CAN_IMPORT:
        importlib.import_module(_MODULES + plugin.rpartition(".")[2])
        gc.freeze()
    return ActionModule


def _as_any_module_gets_it(value: t.Any) -> str:
    """What JSON does not know: a time that stands in YAML without quotes, and with ansible-core 2.18 a text from a
    vault."""
    if isinstance(value, date):
        return value.isoformat()
    if getattr(value, "__ENCRYPTED__", False):
        return str(value)
    raise TypeError(
        f"an argument is of the type {type(value).__name__}, which modules do not accept; use text, a number, a"
        " list or a mapping"
    )


class _Edge:
    """Stands where AnsibleModule stands: checks the arguments, keeps the result, and masks no_log values in it."""

    def __init__(self, args: dict[str, t.Any], check_mode: bool, diff_mode: bool) -> None:
        self._args = args
        self._check_mode = check_mode
        self._diff_mode = diff_mode
        self.result: dict[str, t.Any] = {}

    def __call__(self, body: _module.Body) -> None:
        validator = ArgumentSpecValidator(body.argument_spec, **body.rules)
        checked = validator.validate(self._args)
        if checked.error_messages:
            self.result = {"failed": True, "msg": "; ".join(checked.error_messages)}
        else:
            self.result = self._outcome(body, checked.validated_parameters)
        self.result = remove_values(self.result, checked._no_log_values)

    def _outcome(self, body: _module.Body, params: dict[str, t.Any]) -> dict[str, t.Any]:
        try:
            outcome = body.outcome(params, self._check_mode)
        except CertError as exc:
            return _module.result_of_error(exc)
        return {**_module.result_of(outcome, self._diff_mode), "warnings": _module.warnings_of(outcome)}
