# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a controller, in the order in which they can be made, each as the arguments of the module of awx.awx
or ansible.controller that makes it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ..report import webhooks
from . import notices, surveys, templates
from .notices import ControllerNotice
from .setup import ControllerSetup
from .surveys import RoleSpecs
from .templates import JobTemplate, SecretKind, Workflow

MANAGED = "Set up by certops.cloudfront."
INVENTORY_OF_GIT, INVENTORY_OF_ARCHIVE = "certops.yml", "extensions/controller/certops.yml"
# How the API calls the objects that a module makes.
ENDPOINTS = {
    "credential": "credentials",
    "credential_type": "credential_types",
    "execution_environment": "execution_environments",
    "inventory": "inventories",
    "inventory_source": "inventory_sources",
    "job_template": "job_templates",
    "notification_template": "notification_templates",
    "project": "projects",
    "schedule": "schedules",
    "workflow_job_template": "workflow_job_templates",
    "workflow_job_template_node": "workflow_job_template_nodes",
}
WORDS = {
    **{kind: kind.replace("_", " ") for kind in ENDPOINTS},
    "workflow_job_template": "workflow",
    "workflow_job_template_node": "node",
}
# Seconds for which an inventory is as good as new.
_FRESH = 300


@dataclass(frozen=True)
class ControllerObject:
    """One object: the module that makes it, its arguments, which may be secret, and how it is found.

    ``needs`` are the objects of ours without which it cannot be made. ``notice`` is what a notification template was
    made of.
    """

    kind: str
    name: str
    arguments: t.Mapping[str, t.Any] = field(repr=False)
    query: t.Mapping[str, str]
    needs: tuple[tuple[str, str], ...] = ()
    notice: ControllerNotice | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """What distinguishes it from the others."""
        return self.kind, self.name

    @property
    def label(self) -> str:
        """How it is called when something is said of it."""
        return f"{WORDS[self.kind]} {self.name}"

    @property
    def removes(self) -> bool:
        """Whether it is to be removed."""
        return self.arguments.get("state") == "absent"

    @property
    def endpoint(self) -> str:
        """Where the API lists its like."""
        return ENDPOINTS[self.kind]


def of(setup: ControllerSetup, specs: RoleSpecs | None = None) -> list[ControllerObject]:
    """All objects, in the order in which they are made or removed; surveys are made of the specs of the role."""
    return absent(setup) if setup.removes else present(setup, specs)


def present(setup: ControllerSetup, specs: RoleSpecs | None) -> list[ControllerObject]:
    """All objects to make, each after those that it refers to."""
    return [
        _environment(setup),
        *(_credential_type(setup, kind) for kind in templates.secret_kinds(webhooks.KINDS)),
        *_region(setup),
        *(_notification(setup, notice) for notice in setup.notices),
        _project(setup),
        _object("inventory", setup, setup.name(), {"description": MANAGED}),
        _source(setup),
        *(_job_template(setup, template, specs) for template in templates.JOB_TEMPLATES),
        *(one for workflow in templates.WORKFLOWS for one in _workflow(setup, workflow, specs)),
        *(_schedule(setup, key, rule) for key, rule in sorted(setup.schedules.items())),
    ]


def absent(setup: ControllerSetup) -> list[ControllerObject]:
    """All objects to remove, each before those that it refers to. Schedules, nodes and sources go with what has
    them."""
    kinds = [setup.name(kind.key) for kind in templates.secret_kinds(())]
    found = [
        *(_object("workflow_job_template", setup, setup.name(one.key), {}) for one in templates.WORKFLOWS),
        *(_object("job_template", setup, setup.name(one.key), {}) for one in templates.JOB_TEMPLATES),
        _object("inventory", setup, setup.name(), {}),
        _object("project", setup, setup.name(), {}),
        *(_object("notification_template", setup, notice.name, {}) for notice in setup.notices),
        _of_all("credential", setup.name(templates.REGION), {"credential_type": setup.name(templates.REGION)}),
        *(_of_all("credential_type", name, {}) for name in kinds),
        _of_all("execution_environment", setup.name(), {}),
    ]
    return [replace(one, arguments={**one.arguments, "state": "absent"}) for one in found]


def _object(kind: str, setup: ControllerSetup, name: str, arguments: t.Mapping[str, t.Any]) -> ControllerObject:
    """An object of the organization."""
    return ControllerObject(
        kind=kind,
        name=name,
        arguments={"name": name, "organization": setup.organization, **arguments},
        query={"name": name, "organization__name": setup.organization},
    )


def _of_all(kind: str, name: str, arguments: t.Mapping[str, t.Any]) -> ControllerObject:
    """An object whose name exists once in the controller."""
    return ControllerObject(kind=kind, name=name, arguments={"name": name, **arguments}, query={"name": name})


def _environment(setup: ControllerSetup) -> ControllerObject:
    arguments = {
        "image": setup.image,
        "pull": setup.pull,
        "organization": setup.organization,
        "description": MANAGED,
        "credential": setup.image_credential,
    }
    return _of_all("execution_environment", setup.name(), _given(arguments))


def _given(arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {key: value for key, value in arguments.items() if value is not None}


def _credential_type(setup: ControllerSetup, kind: SecretKind) -> ControllerObject:
    fields = [_field(kind, name, label) for name, label in kind.fields.items()]
    injectors = {"extra_vars": dict(kind.variables), "env": dict(kind.environment)}
    arguments = {
        "kind": "cloud",
        "description": f"{kind.description} {MANAGED}",
        "inputs": {"fields": fields, "required": [name for name in kind.fields if name != "secret"]},
        "injectors": {name: values for name, values in injectors.items() if values},
    }
    return _of_all("credential_type", setup.name(kind.key), arguments)


def _field(kind: SecretKind, name: str, label: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {"id": name, "type": "string", "label": label}
    if name in kind.secret:
        found["secret"] = True
    if name in kind.choices:
        found["choices"] = list(kind.choices[name])
    return found


def _region(setup: ControllerSetup) -> list[ControllerObject]:
    """The credential that gives jobs their region, which nothing else of a controller does."""
    if not setup.job_region:
        return []
    name = setup.name(templates.REGION)
    arguments = {
        "credential_type": name,
        "description": MANAGED,
        "inputs": {"region": setup.job_region},
        "update_secrets": False,
    }
    return [replace(_object("credential", setup, name, arguments), needs=(("credential_type", name),))]


def _notification(setup: ControllerSetup, notice: ControllerNotice) -> ControllerObject:
    arguments = {
        "description": MANAGED,
        "notification_type": notice.type,
        "notification_configuration": dict(notice.configuration),
        "messages": notice.messages,
    }
    return replace(_object("notification_template", setup, notice.name, arguments), notice=notice)


def _project(setup: ControllerSetup) -> ControllerObject:
    arguments = {
        "description": MANAGED,
        "scm_type": "archive" if setup.is_archive else "git",
        "scm_url": setup.project_url,
        "scm_branch": setup.project_branch,
        "credential": setup.project_credential,
        # The address of an archive names its version; a branch moves.
        "scm_update_on_launch": not setup.is_archive,
        "default_environment": setup.name(),
        "wait": True,
    }
    needs = (("execution_environment", setup.name()),)
    return replace(_object("project", setup, setup.name(), _given(arguments)), needs=needs)


def _source(setup: ControllerSetup) -> ControllerObject:
    name = setup.name("store")
    # For a source in a project, these become the environment.
    environment = {"CERTOPS_STORE": setup.variables.get("project_store"), "AWS_REGION": setup.job_region}
    arguments = {
        "inventory": setup.name(),
        "description": MANAGED,
        "source": "scm",
        "source_project": setup.name(),
        "source_path": INVENTORY_OF_ARCHIVE if setup.is_archive else INVENTORY_OF_GIT,
        "source_vars": _given(environment),
        "execution_environment": setup.name(),
        "credential": setup.aws_credential,
        "overwrite": True,
        "overwrite_vars": True,
        "update_on_launch": True,
        "update_cache_timeout": _FRESH,
    }
    return ControllerObject(
        kind="inventory_source",
        name=name,
        arguments={"name": name, "organization": setup.organization, **_given(arguments)},
        query={"name": name, "inventory__name": setup.name()},
        needs=(("inventory", setup.name()), ("project", setup.name())),
    )


def _job_template(setup: ControllerSetup, template: JobTemplate, specs: RoleSpecs | None) -> ControllerObject:
    credentials = [setup.aws_credential, *setup.credentials, setup.name(templates.REGION) if setup.job_region else None]
    arguments = {
        "description": f"{template.description} {MANAGED}",
        "job_type": "run",
        "inventory": setup.name(),
        "project": setup.name(),
        "playbook": f"playbooks/{template.playbook}.yml" if setup.is_archive else f"{template.playbook}.yml",
        "execution_environment": setup.name(),
        "credentials": [name for name in credentials if name],
        "extra_vars": _variables(setup, template),
        "job_slice_count": setup.slices if template.is_sliced else 1,
        "ask_variables_on_launch": template.asks_variables,
        "ask_limit_on_launch": template.asks_limit,
        "survey_enabled": bool(template.survey),
        **_linked(setup, notices.STARTED, notices.SUCCESS, notices.ERROR),
    }
    if template.survey and specs:
        arguments["survey_spec"] = surveys.survey(template.survey, specs)
    needs = [("inventory", setup.name()), ("project", setup.name())]
    needs += [("notification_template", notice.name) for notice in setup.notices]
    needs += [("credential", setup.name(templates.REGION))] if setup.job_region else []
    made = _object("job_template", setup, setup.name(template.key), arguments)
    return replace(made, needs=tuple(needs))


def _variables(setup: ControllerSetup, template: JobTemplate) -> dict[str, t.Any]:
    """The variables of its jobs; a schedule says how often it runs, so that it is missed when it stops."""
    hours = templates.scheduled(setup.schedules).get(template.key)
    found = {**({templates.INTERVAL: hours} if hours else {}), **setup.variables}
    return {key: found[key] for key in sorted(found)}


def _linked(setup: ControllerSetup, *events: str) -> dict[str, list[str]]:
    """Which notices are sent at these events."""
    names = {notices.APPROVAL: "approvals"}
    return {
        f"notification_templates_{names.get(event, event)}": [
            notice.name for notice in setup.notices if event in notice.events
        ]
        for event in events
    }


def _workflow(setup: ControllerSetup, workflow: Workflow, specs: RoleSpecs | None) -> t.Iterator[ControllerObject]:
    name = setup.name(workflow.key)
    arguments = {
        "description": f"{workflow.description} {MANAGED}",
        "survey_enabled": bool(workflow.survey),
        **_linked(setup, notices.APPROVAL),
    }
    if workflow.survey and specs:
        arguments["survey_spec"] = surveys.survey(workflow.survey, specs)
    made = _object("workflow_job_template", setup, name, arguments)
    yield replace(made, needs=tuple(("notification_template", notice.name) for notice in setup.notices))
    for node in workflow.nodes:
        common = {"identifier": node.identifier, "workflow_job_template": name, "organization": setup.organization}
        runs = {"unified_job_template": setup.name(node.template), "lookup_organization": setup.organization}
        approves = {"approval_node": {"name": f"{name}: approve", "timeout": setup.approval_seconds}}
        follows = {"success_nodes": list(node.on_success), "always_nodes": list(node.always)}
        # In two steps: the module looks for what follows an approval at the wrong place if it makes both at once.
        for part in (runs if node.template else approves, {key: value for key, value in follows.items() if value}):
            if part:
                yield _node(name, node.identifier, {**common, **part})


def _node(workflow: str, identifier: str, arguments: dict[str, t.Any]) -> ControllerObject:
    needs = [("workflow_job_template", workflow)]
    needs += [("job_template", arguments[key]) for key in ("unified_job_template",) if key in arguments]
    followers = [*arguments.get("success_nodes", ()), *arguments.get("always_nodes", ())]
    needs += [("workflow_job_template_node", f"{workflow}: {one}") for one in followers]
    return ControllerObject(
        kind="workflow_job_template_node",
        name=f"{workflow}: {identifier}",
        arguments=arguments,
        query={"identifier": identifier, "workflow_job_template__name": workflow},
        needs=tuple(needs),
    )


def _schedule(setup: ControllerSetup, key: str, rule: str) -> ControllerObject:
    name = setup.name(key)
    arguments = {"name": name, "organization": setup.organization, "unified_job_template": name}
    made = {"description": MANAGED, "rrule": rule, "enabled": True} if rule else {"state": "absent"}
    workflows = [one.key for one in templates.WORKFLOWS]
    return ControllerObject(
        kind="schedule",
        name=name,
        arguments={**arguments, **made},
        query={"name": name, "unified_job_template__name": name},
        needs=(("workflow_job_template" if key in workflows else "job_template", name),),
    )
