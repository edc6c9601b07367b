# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reading in words: what each project would become, what moves, what stops, and what a person has to know."""

from __future__ import annotations

import json
import typing as t

from ..values import texts
from .shapes import ADOPTED, READY, REFUSED, Move, SeenProject, SeenScheduler

INDENT = "  "


def result(projects: t.Sequence[SeenProject]) -> dict[str, t.Any]:
    """What adoption_info returns."""
    return {
        "projects": list(projects),
        "ready": [one["name"] for one in projects if one["status"] == READY],
        "refused": {one["theirs"]: "; ".join(one["problems"]) for one in projects if one["status"] == REFUSED},
        "inventory": inventory(projects),
        "lines": [line for one in projects for line in lines(one)],
    }


def lost(before: t.Iterable[SeenProject], after: t.Iterable[SeenProject]) -> dict[str, list[str]]:
    """The distributions that used a certificate of an earlier reading and use none of the project now, by its name."""
    now: dict[str, set[str]] = {}
    for one in after:
        now.setdefault(one["name"], set()).update(user for each in one["certificates"] for user in each["users"])
    found = {
        one["name"]: sorted({user for each in one["certificates"] for user in each["users"]} - now[one["name"]])
        for one in before
        if one["name"] in now
    }
    return {name: users for name, users in found.items() if users}


def of_lost(found: t.Mapping[str, t.Sequence[str]]) -> str | None:
    """Why a verification fails; None if every distribution has a certificate of its project."""
    if not found:
        return None
    named = "; ".join(f"{', '.join(users)} of {name}" for name, users in found.items())
    return f"no longer on a certificate of their project: {named}; look at them in the console, and run create to bind"


def lines(project: SeenProject) -> list[str]:
    """One project: a headline, and below it what a person reads before saying yes."""
    named = project["theirs"] if project["theirs"] == project["name"] else f"{project['theirs']} as {project['name']}"
    version = f" {project['version']}" if project["version"] else ""
    found = [f"{named} ({project['source']}{version}): {project['status']}"]
    found += [f"refused: {one}" for one in project["problems"]]
    if project["status"] in (READY, REFUSED):
        found += [_certificate(one) for one in project["certificates"]]
    if project["status"] == READY:
        found += [_move(one) for one in project["moves"]]
        found += [f"copies: {one['uri']} ({one['size']} bytes)" for one in project["bundles"]]
        found += _scheduler(project["scheduler"])
        found += _later(project)
    if project["status"] == ADOPTED:
        waiting = project["unconfirmed"]
        told = f"unconfirmed: {', '.join(waiting)}; no notice comes before the link in the mail of AWS was followed"
        found += [told] if waiting else []
        found += _later(project)
    found += [f"warning: {one}" for one in project["warnings"]]
    found += [f"note: {one}" for one in project["notes"]]
    if project["status"] == ADOPTED and project["scheduler"] and not project["scheduler"]["stopped"]:
        found.append("warning: the old tool runs, although the project was adopted; stop it with adopt")
    return [texts.cleaned(found[0]), *(INDENT + texts.cleaned(line) for line in found[1:])]


def _certificate(one: t.Any) -> str:
    users = ", ".join(one["users"]) or "no distribution"
    return f"{one['role']}: {one['name']} ({one['id']}), valid until {one['not_after']}, used by {users}"


def _move(one: Move) -> str:
    if not one["before"]:
        return f"marks: {one['id']} as ours, by tags; it keeps its ARN"
    return f"moves: {one['name']} from {one['before']} to {one['after']}"


def _scheduler(scheduler: SeenScheduler | None) -> list[str]:
    if scheduler is None:
        return []
    when = scheduler["next_run_at"]
    found = [f"stops: rule {rule['name']} ({rule['schedule'] or 'at a stack update'})" for rule in scheduler["rules"]]
    found += (
        [f"stops: function {scheduler['function']}, by a reserved concurrency of 0"] if scheduler["function"] else []
    )
    found += [f"stops: renewal in {scheduler['path']}"] if scheduler["path"] and not scheduler["by_hand"] else []
    found += [f"stop by hand: {scheduler['by_hand']}"] if scheduler["by_hand"] else []
    if scheduler["stopped"]:
        return ["stopped already"]
    return [*found, f"the old tool would run next at {when}"] if when else found


def _later(project: SeenProject) -> list[str]:
    found = []
    superseded = [one["name"] for one in project["certificates"] if one["role"] == "superseded"]
    if superseded:
        found.append(f"deleted later: {', '.join(superseded)}, once a renewal of ours is verified")
    scheduler = project["scheduler"]
    if scheduler and scheduler["stack"] and scheduler["kind"] == "eventbridge":
        found.append(
            "delete after the first renewal and after all addresses are confirmed: aws cloudformation delete-stack"
            f" --stack-name {scheduler['stack']} --region {scheduler['region']}"
        )
    return found


def inventory(projects: t.Iterable[SeenProject]) -> str:
    """The definitions as YAML, fit for the group of an inventory."""
    chosen = [one for one in projects if one["definition"] and one["status"] in (READY, ADOPTED)]
    if not chosen:
        return ""
    found = ["certificate_projects:", f"{INDENT}hosts:"]
    for one in chosen:
        found.append(f"{INDENT * 2}{one['name']}:")
        values = {"name": one["name"], **one["definition"]}
        found += [f"{INDENT * 3}project_{key}: {_yaml(value)}" for key, value in values.items()]
    return "\n".join(found) + "\n"


def _yaml(value: t.Any) -> str:
    """A value in one line of YAML, with single quotes, which stay as they are where Ansible shows the line as JSON."""
    if isinstance(value, str) and value.isprintable():
        quoted = value.replace("'", "''")
        return f"'{quoted}'"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_yaml(one) for one in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_yaml(key)}: {_yaml(one)}' for key, one in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)
