# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of objects that the API has: their fields with defaults, what these refer to, and what must be unique."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

NOTICES = ("notification_templates_started", "notification_templates_success", "notification_templates_error")
_NOTICES = dict.fromkeys(NOTICES, "notification_templates")
_ASKS = (
    "credential", "diff_mode", "execution_environment", "forks", "instance_groups", "inventory", "job_slice_count",
    "job_type", "labels", "limit", "scm_branch", "skip_tags", "tags", "timeout", "variables", "verbosity",
)  # fmt: skip
_ASKS_OF_WORKFLOWS = ("variables", "inventory", "limit", "scm_branch", "labels", "tags", "skip_tags")
_PROMPTS: dict[str, Any] = {
    "extra_data": {}, "inventory": None, "scm_branch": None, "job_type": None, "job_tags": None, "skip_tags": None,
    "limit": None, "diff_mode": None, "verbosity": None, "execution_environment": None, "forks": None,
    "job_slice_count": None, "timeout": None,
}  # fmt: skip
_PROMPT_REFERENCES = {"inventory": "inventories", "execution_environment": "execution_environments"}


@dataclass(frozen=True)
class Kind:
    """One kind of object."""

    path: str
    type: str
    fields: dict[str, Any]
    """Every field that may be sent, with its default."""
    references: dict[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ("name",)
    unique: tuple[str, ...] = ("name", "organization")
    ignored: tuple[str, ...] = ()
    """What the API takes and does not use, since it is read-only."""
    associations: dict[str, str] = field(default_factory=dict)
    has_survey: bool = False
    is_template: bool = False
    """Whether it can be run, by a schedule and by a node of a workflow."""

    def defaults(self) -> dict[str, Any]:
        """The fields of an object that was given none."""
        return copy.deepcopy(self.fields)


_ORGANIZATION = {"organization": "organizations"}
_NAMED: dict[str, Any] = {"name": "", "description": ""}

KINDS = {
    kind.path: kind
    for kind in (
        Kind("organizations", "organization", {**_NAMED}, unique=("name",)),
        Kind(
            "credential_types",
            "credential_type",
            {**_NAMED, "kind": None, "inputs": {}, "injectors": {}},
            required=("name", "kind"),
            unique=("name", "kind"),
            ignored=("managed",),
        ),
        Kind(
            "credentials",
            "credential",
            {**_NAMED, "organization": None, "credential_type": None, "inputs": {}},
            {**_ORGANIZATION, "credential_type": "credential_types"},
            required=("name", "credential_type"),
            unique=("name", "organization", "credential_type"),
        ),
        Kind(
            "execution_environments",
            "execution_environment",
            {**_NAMED, "organization": None, "image": None, "credential": None, "pull": ""},
            {**_ORGANIZATION, "credential": "credentials"},
            required=("name", "image"),
            unique=("name",),
        ),
        Kind(
            "projects",
            "project",
            {
                **_NAMED, "organization": None, "scm_type": "", "scm_url": "", "scm_branch": "", "scm_refspec": "",
                "scm_clean": False, "scm_track_submodules": False, "scm_delete_on_update": False, "credential": None,
                "timeout": 0, "scm_update_on_launch": False, "scm_update_cache_timeout": 0, "allow_override": False,
                "default_environment": None, "local_path": "",
            },
            {**_ORGANIZATION, "credential": "credentials", "default_environment": "execution_environments"},
            associations=_NOTICES,
            is_template=True,
        ),
        Kind(
            "inventories",
            "inventory",
            {**_NAMED, "organization": None, "kind": "", "variables": "", "host_filter": None},
            _ORGANIZATION,
            required=("name", "organization"),
        ),
        Kind(
            "inventory_sources",
            "inventory_source",
            {
                **_NAMED, "inventory": None, "source": None, "source_path": "", "source_vars": "",
                "source_project": None, "scm_branch": "", "credential": None, "execution_environment": None,
                "overwrite": False, "overwrite_vars": False, "update_on_launch": False, "update_cache_timeout": 0,
                "timeout": 0, "verbosity": 1, "limit": "", "enabled_var": "", "enabled_value": "", "host_filter": "",
            },
            {"inventory": "inventories", "source_project": "projects", "credential": "credentials",
             "execution_environment": "execution_environments"},
            required=("name", "inventory", "source"),
            unique=("name", "inventory"),
            associations={**_NOTICES, "credentials": "credentials"},
            is_template=True,
        ),
        Kind(
            "notification_templates",
            "notification_template",
            {
                **_NAMED, "organization": None, "notification_type": None, "notification_configuration": {},
                "messages": dict.fromkeys(("started", "success", "error", "workflow_approval")),
            },
            _ORGANIZATION,
            required=("name", "organization", "notification_type"),
        ),
        Kind(
            "job_templates",
            "job_template",
            {
                **_NAMED, "job_type": "run", "inventory": None, "project": None, "playbook": "", "scm_branch": "",
                "forks": 0, "limit": "", "verbosity": 0, "extra_vars": "", "job_tags": "", "force_handlers": False,
                "skip_tags": "", "start_at_task": "", "timeout": 0, "use_fact_cache": False, "organization": None,
                "execution_environment": None, "host_config_key": "", "survey_enabled": False, "become_enabled": False,
                "diff_mode": False, "allow_simultaneous": False, "job_slice_count": 1, "webhook_service": "",
                "prevent_instance_group_fallback": False, **{f"ask_{name}_on_launch": False for name in _ASKS},
            },
            {"inventory": "inventories", "project": "projects", "execution_environment": "execution_environments",
             **_ORGANIZATION},
            required=("name", "project"),
            associations={**_NOTICES, "credentials": "credentials"},
            has_survey=True,
            is_template=True,
        ),
        Kind(
            "workflow_job_templates",
            "workflow_job_template",
            {
                **_NAMED, "organization": None, "extra_vars": "", "inventory": None, "limit": None, "scm_branch": None,
                "skip_tags": None, "job_tags": None, "survey_enabled": False, "allow_simultaneous": False,
                "webhook_service": "",
                **{f"ask_{name}_on_launch": False for name in _ASKS_OF_WORKFLOWS},
            },
            {**_ORGANIZATION, "inventory": "inventories"},
            associations={**_NOTICES, "notification_templates_approvals": "notification_templates"},
            has_survey=True,
            is_template=True,
        ),
        Kind(
            "workflow_job_template_nodes",
            "workflow_job_template_node",
            {**_PROMPTS, "workflow_job_template": None, "unified_job_template": None, "identifier": "",
             "all_parents_must_converge": False},
            {**_PROMPT_REFERENCES, "workflow_job_template": "workflow_job_templates",
             "unified_job_template": "unified_job_templates"},
            required=("workflow_job_template",),
            unique=("identifier", "workflow_job_template"),
            ignored=("type",),
            associations=dict.fromkeys(
                ("success_nodes", "failure_nodes", "always_nodes"), "workflow_job_template_nodes"
            ),
        ),
        Kind(
            "workflow_approval_templates",
            "workflow_approval_template",
            {**_NAMED, "timeout": 0},
            unique=(),
            is_template=True,
        ),
        Kind(
            "schedules",
            "schedule",
            {**_NAMED, **_PROMPTS, "unified_job_template": None, "rrule": None, "enabled": True},
            {**_PROMPT_REFERENCES, "unified_job_template": "unified_job_templates"},
            required=("name", "unified_job_template", "rrule"),
            unique=("name", "unified_job_template"),
        ),
    )
}  # fmt: skip
TEMPLATES = tuple(kind.path for kind in KINDS.values() if kind.is_template)
