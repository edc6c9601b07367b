# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""See plugin_utils/_in_process.py. The module says what there is to set up; the modules of the controller's own
collection, which only the controller of the run can find, set it up one by one."""

from __future__ import annotations

import importlib
import importlib.util
import json
import typing as t
from datetime import datetime, timezone
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.certops.cloudfront.plugins.module_utils import _module
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller import (
    notices,
    objects,
    outcomes,
    setup,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller.objects import ControllerObject
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller.surveys import RoleSpecs
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError

from ..plugin_utils import _in_process

_MODULE = "ansible_collections.certops.cloudfront.plugins.modules.controller_setup"
_SPECS = Path(__file__).resolve().parents[2] / "roles" / "project" / "meta" / "argument_specs.yml"
# Ours, the modules' and the lookup's name of each.
_CONNECTION = (
    ("host", "controller_host", "host"),
    ("username", "controller_username", "username"),
    ("password", "controller_password", "password"),
    ("oauth_token", "controller_oauthtoken", "oauth_token"),
    ("verify_ssl", "validate_certs", "verify_ssl"),
)


class ActionModule(_in_process.ActionModule):
    """The action of the module controller_setup."""

    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """What was done with each object; a failure says with which, and how far the set-up got."""
        checked = super().run(tmp, task_vars)
        if checked.get("failed"):
            return checked
        args = json.loads(json.dumps(dict(self._task.args), default=str))
        spec = importlib.import_module(_MODULE).ARGUMENT_SPEC
        options = ArgumentSpecValidator(spec).validate(args).validated_parameters
        wanted = setup.parse(Params(options, datetime.now(timezone.utc), self._task.check_mode))
        self._hidden = [*wanted.secrets, *(options[key] for key in ("password", "oauth_token") if options[key])]
        self._options, self._vars = options, task_vars or {}
        self._missing: set[tuple[str, str]] = set()
        done: dict[tuple[str, str], str] = {}
        specs = self._specs()
        every = objects.of(wanted, specs)
        try:
            self._collection = _installed(options["collection"])
            for one in every:
                done[one.identity] = outcomes.worst(done.get(one.identity), self._step(one))
        except CertError as exc:
            return dict(_module.result_of_error(exc), changed=outcomes.is_changed(done))
        return {**outcomes.told(every, done), "collection": self._collection}

    def _specs(self) -> RoleSpecs:
        read = self._loader.load_from_file(str(_SPECS))["argument_specs"]
        return {entry: spec["options"] for entry, spec in read.items()}

    def _step(self, one: ControllerObject) -> str:
        """What was done with this object."""
        found = self._found(one.endpoint, one.query, one)
        status = outcomes.decided(one, found, self._missing if self._task.check_mode else None)
        if status is None and one.removes and one.kind == "credential_type" and found:
            in_use = self._found("credentials", {"credential_type": str(found["id"])}, one)
            status = outcomes.KEPT if in_use else None
        if status is None and one.notice and found and not self._options["force"]:
            status = outcomes.UNCHANGED if notices.is_same(one.notice, one.arguments, found) else None
        return self._made(one, found) if status is None else str(status)

    def _made(self, one: ControllerObject, found: t.Mapping[str, t.Any] | None) -> str:
        given = {theirs: self._options[ours] for ours, theirs, _lookup in _CONNECTION}
        result = self._execute_module(
            module_name=f"{self._collection}.{one.kind}",
            module_args={**one.arguments, **{key: value for key, value in given.items() if value is not None}},
            task_vars=self._vars,
        )
        if result.get("failed"):
            raise self._error(one, outcomes.reason(result))
        return str(outcomes.outcome(one, found is not None, bool(result.get("changed"))))

    def _found(self, endpoint: str, query: t.Mapping[str, str], one: ControllerObject) -> dict[str, t.Any] | None:
        """The object as the controller shows it; None if it has none such."""
        given = {lookup: self._options[ours] for ours, _theirs, lookup in _CONNECTION}
        plugin = self._shared_loader_obj.lookup_loader.get(
            f"{self._collection}.controller_api", loader=self._loader, templar=self._templar
        )
        given = {key: value for key, value in given.items() if value is not None}
        try:
            listed = plugin.run([endpoint], variables=self._vars, query_params=dict(query), **given)
        except AnsibleError as exc:
            raise self._error(one, str(exc)) from exc
        return listed[0] if listed else None

    def _error(self, one: ControllerObject, reason: str) -> CertError:
        return outcomes.failure(one, reason, self._hidden)


def _installed(wanted: str | None) -> str:
    names: tuple[str, ...] = (wanted,) if wanted else outcomes.COLLECTIONS
    for name in names:
        try:
            found = importlib.util.find_spec(f"ansible_collections.{name}")
        except ModuleNotFoundError:
            continue
        if found:
            return name
    raise outcomes.not_installed(wanted)
