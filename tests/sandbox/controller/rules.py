# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API refuses of an object, beyond what its fields say. Each rule gets the object as it would become, what of
it was sent, and a way to read others, and answers with messages by field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from dateutil.rrule import rrulestr

from .notices import notification, rendering_problem

Problems = dict[str, Any]
Read = Callable[[str, Any], dict[str, Any]]

_SCHEMES = {"git": ("ssh", "git", "http", "https", "ftp", "ftps", "file"), "archive": ("http", "https")}
_INPUT_KEYS = {
    "type", "format", "choices", "id", "label", "help_text", "multiline", "secret", "ask_at_runtime", "default",
}  # fmt: skip
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BLOCKED = {"VIRTUAL_ENV", "PATH", "PYTHONPATH", "JOB_ID", "INVENTORY_ID", "REST_API_URL", "REST_API_TOKEN", "CACHE"}


def credential_type(wanted: Mapping[str, Any], sent: Mapping[str, Any], read: Read) -> Problems:
    """Kind, inputs and injectors."""
    found: Problems = {}
    if wanted["kind"] not in ("cloud", "net"):
        found["kind"] = [f"Must be 'cloud' or 'net', not {wanted['kind']}"]
    found_inputs = _input_problems(wanted["inputs"])
    if found_inputs:
        return {**found, "inputs": found_inputs}
    injectors = wanted["injectors"]
    found_injectors = [f"unknown key {key}" for key in injectors if key not in ("env", "extra_vars", "file")]
    found_injectors += [
        f"Environment variable {name} is not allowed to be used in credentials."
        for name in injectors.get("env", {})
        if name in _BLOCKED or name.startswith("ANSIBLE_")
    ]
    values = {field["id"]: "EXAMPLE" for field in wanted["inputs"].get("fields", [])}
    found_injectors += [one for text in _texts(injectors) if (one := rendering_problem(text, values))]
    return {**found, "injectors": found_injectors} if found_injectors else found


def _input_problems(inputs: Mapping[str, Any]) -> list[str]:
    fields = inputs.get("fields", [])
    found_inputs = [f"unknown key {key}" for key in inputs if key not in ("fields", "required")]
    for field in fields:
        found_inputs += [f"unknown key {key}" for key in field if key not in _INPUT_KEYS]
        found_inputs += [f"{key} is a required property" for key in ("id", "label") if key not in field]
        if field.get("type", "string") not in ("string", "boolean"):
            found_inputs.append(f"{field['type']} is not one of string, boolean")
        if not _VARIABLE.fullmatch(field.get("id", "x")) or field.get("id") == "tower":
            found_inputs.append(f"{field['id']} is an invalid variable name")
    ids = [field.get("id") for field in fields]
    if len(set(ids)) != len(ids):
        found_inputs.append("field IDs must be unique")
    return found_inputs


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value]


def execution_environment(wanted: Mapping[str, Any], sent: Mapping[str, Any], read: Read) -> Problems:
    """The credential, and an image without the white space that no registry has."""
    if wanted["credential"] and kind_of(wanted["credential"], read) != "registry":
        return {"credential": ["Only Container Registry credentials can be associated with an Execution Environment"]}
    return {"image": ["Invalid image name"]} if re.search(r"\s", wanted["image"]) else {}


def kind_of(credential: Any, read: Read) -> str:
    """The kind of a credential's type."""
    return str(read("credential_types", read("credentials", credential)["credential_type"])["kind"])


def project(wanted: Mapping[str, Any], sent: Mapping[str, Any], read: Read) -> Problems:
    """Source and what fits it."""
    kind, found = wanted["scm_type"], {}
    if kind not in ("", "git", "svn", "insights", "archive"):
        return {"scm_type": [f'"{kind}" is not a valid choice.']}
    if kind in _SCHEMES and urlsplit(wanted["scm_url"]).scheme not in _SCHEMES[kind] and "@" not in wanted["scm_url"]:
        found["scm_url"] = [f'Unsupported URL scheme "{urlsplit(wanted["scm_url"]).scheme}"']
    if wanted["scm_branch"] and kind == "archive":
        found["scm_branch"] = ["SCM branch cannot be used with archive projects."]
    if wanted["credential"] and kind_of(wanted["credential"], read) != "scm":
        found["credential"] = ["Credential kind must be 'scm'."]
    return found


def inventory_source(wanted: Mapping[str, Any], sent: Mapping[str, Any], read: Read) -> Problems:
    """A source in a project needs that project, and a cloud credential only."""
    if wanted["source"] not in ("scm", "ec2"):
        return {"source": [f'"{wanted["source"]}" is not a valid choice.']}
    if wanted["source"] == "scm" and wanted["source_project"] is None:
        return {"source_project": ["Project required for scm type sources."]}
    if wanted["source_project"] and not read("projects", wanted["source_project"])["scm_type"]:
        return {"source_project": ["Cannot use manual project for SCM-based inventory."]}
    if wanted["credential"] and kind_of(wanted["credential"], read) != "cloud":
        return {"credential": ["Credentials of type machine, source control, insights and vault are disallowed."]}
    return {}


def job_template(wanted: Mapping[str, Any], sent: Mapping[str, Any], read: Read) -> Problems:
    """A playbook of the project, an inventory or the question for one, variables that are a mapping."""
    source = read("projects", wanted["project"])
    found = _variable_problems(wanted)
    if not wanted["playbook"]:
        found["playbook"] = ["Must select playbook for project."]
    elif not source["allow_override"] and wanted["playbook"] not in source["playbook_files"]:
        found["playbook"] = ["Playbook not found for project."]
    if wanted["inventory"] is None and not wanted["ask_inventory_on_launch"]:
        found["inventory"] = ["You must either set a default value or ask to prompt on launch."]
    if wanted["scm_branch"] and not source["allow_override"]:
        found["scm_branch"] = ["Project does not allow overriding branch."]
    if wanted["job_slice_count"] < 1:
        found["job_slice_count"] = ["Ensure this value is greater than or equal to 1."]
    return found


def _variable_problems(wanted: Mapping[str, Any]) -> Problems:
    try:
        is_mapping = isinstance(json.loads(wanted["extra_vars"] or "{}"), dict)
    except ValueError:
        is_mapping = False
    return {} if is_mapping else {"extra_vars": ["Cannot parse as JSON or YAML."]}


def workflow(wanted: Mapping[str, Any], sent: Mapping[str, Any], read: Read) -> Problems:
    """Variables that are a mapping."""
    return _variable_problems(wanted)


def schedule(wanted: Mapping[str, Any], sent: Mapping[str, Any], read: Read) -> Problems:
    """The rule by which it repeats."""
    text = wanted["rrule"]
    found = _rule_problems(text)
    template = read("unified_job_templates", wanted["unified_job_template"])
    if wanted["extra_data"] and not (template.get("ask_variables_on_launch") or template.get("survey_enabled")):
        return {"extra_data": ["Variables are not allowed on launch. Check the Prompt on Launch setting."]}
    return {"rrule": found} if found else {}


def _rule_problems(text: str) -> list[str]:
    starts, found = re.findall(r"DTSTART(?:;[^:]+)?:[0-9]+T[0-9]+Z?", text), []
    if not starts:
        found.append("Valid DTSTART required in rrule. Value should start with: DTSTART:YYYYMMDDTHHMMSSZ")
    if len(starts) > 1:
        found.append("Multiple DTSTART is not supported.")
    if re.search(r"DTSTART:[0-9]+T[0-9]+ ", text):
        found.append("DTSTART cannot be a naive datetime.  Specify ;TZINFO= or YYYYMMDDTHHMMSSZZ.")
    rules = re.findall(r"RULE:[^\s]*", text)
    if not rules:
        found.append("One or more rule required in rrule.")
    found += [f"INTERVAL required in rrule: {rule}" for rule in rules if "interval" not in rule.lower()]
    found += [f"SECONDLY is not supported: {rule}" for rule in rules if "secondly" in rule.lower()]
    found += [
        f"RRULE may not contain both COUNT and UNTIL: {rule}" for rule in rules if "COUNT" in rule and "UNTIL" in rule
    ]
    try:
        if rules:
            rrulestr(text)
    except ValueError as exc:
        found.append(f"rrule parsing failed validation: {exc}")
    return found


RULES: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], Read], Problems]] = {
    "credential_types": credential_type,
    "execution_environments": execution_environment,
    "projects": project,
    "inventory_sources": inventory_source,
    "job_templates": job_template,
    "workflow_job_templates": workflow,
    "notification_templates": notification,
    "schedules": schedule,
}
