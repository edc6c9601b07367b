# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of one controller, and the calls that read and change them."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from typing import Any

from . import surveys
from .kinds import KINDS, TEMPLATES, Kind
from .notices import NOTICES
from .rules import RULES, kind_of

ENCRYPTED = "$encrypted$"
# Beside the fields of an object, and the names of what these refer to.
_FILTERS = {"name__startswith", "id", "or__id", "or__name", "type"}
_PAGES = {"page", "page_size", "order_by"}


class RefusedCallError(Exception):
    """An answer that is no success: its status and its body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status, body)
        self.status, self.body = status, body


class Objects:
    """What the API keeps. ``contents`` has the playbooks of each source that a project can be updated from."""

    def __init__(self, contents: Mapping[str, list[str]]) -> None:
        self.contents = contents
        self.managed: set[str] = set()
        self._numbers = itertools.count(1)
        self._all: dict[str, dict[int, dict[str, Any]]] = {path: {} for path in KINDS}
        self._surveys: dict[int, dict[str, Any]] = {}
        self._associated: dict[tuple[int, str], list[int]] = {}
        self.updates: dict[int, dict[str, Any]] = {}
        self.launched: list[dict[str, Any]] = []

    def named(self, path: str, name: str) -> dict[str, Any]:
        """The one object with this name, as it is kept, secrets included."""
        key = "identifier" if path == "workflow_job_template_nodes" else "name"
        (found,) = [one for one in self._all[path].values() if one[key] == name]
        return found

    def names(self, path: str) -> list[str]:
        """The names of all objects of a kind."""
        key = "identifier" if path == "workflow_job_template_nodes" else "name"
        return sorted(str(one[key]) for one in self._all[path].values())

    def survey(self, path: str, name: str) -> dict[str, Any]:
        """The survey of the template with this name."""
        return self._surveys.get(self.named(path, name)["id"], {})

    def linked(self, path: str, name: str, association: str) -> list[str]:
        """The names of what is associated with an object."""
        kind = KINDS[path].associations[association]
        key = "identifier" if kind == "workflow_job_template_nodes" else "name"
        identifiers = self._associated.get((self.named(path, name)["id"], association), [])
        return sorted(str(self._all[kind][one][key]) for one in identifiers)

    def read(self, path: str, identifier: Any) -> dict[str, Any]:
        """The object as it is kept."""
        for one in TEMPLATES if path == "unified_job_templates" else (path,):
            if identifier in self._all[one]:
                return self._all[one][identifier]
        raise RefusedCallError(404, {"detail": "Not found."})

    def listed(self, path: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """The objects that these filters leave, as the API shows them."""
        if path == "unified_job_templates":
            known = {"name", "organization", "organization__name"}
        else:
            known = {*KINDS[path].fields, *(f"{name}__name" for name in KINDS[path].references)}
        unknown = set(query) - _FILTERS - _PAGES - known
        if unknown:
            raise RefusedCallError(400, {"detail": f"No field named {', '.join(sorted(unknown))}."})
        paths = TEMPLATES if path == "unified_job_templates" else (path,)
        everything = [(one, kept) for one in paths for kept in self._all[one].values()]
        filters = {name: value for name, value in query.items() if name not in _PAGES}
        return [self.shown(one, kept) for one, kept in everything if self._matches(KINDS[one], kept, filters)]

    def _matches(self, kind: Kind, kept: Mapping[str, Any], filters: Mapping[str, str]) -> bool:
        plain = {name: value for name, value in filters.items() if "__" not in name}
        values = {**kept, "type": kind.type}
        if any(str(values.get(name)) != value for name, value in plain.items()):
            return False
        if not str(kept.get("name", "")).startswith(filters.get("name__startswith", "")):
            return False
        for name, value in filters.items():
            owner = kept.get(name.removesuffix("__name"))
            if (
                name.endswith("__name")
                and name != "or__name"
                and (owner is None or self._name(kind, name, owner) != value)
            ):
                return False
        either = {name.removeprefix("or__"): value for name, value in filters.items() if name.startswith("or__")}
        return not either or any(str(kept.get(name)) == value for name, value in either.items())

    def _name(self, kind: Kind, name: str, identifier: int) -> str:
        return str(self.read(kind.references[name.removesuffix("__name")], identifier)["name"])

    def shown(self, path: str, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The object as the API shows it: with its address and related ones, without secrets."""
        kind, url = KINDS[path], f"/api/v2/{path}/{kept['id']}/"
        found = {**copy.deepcopy(dict(kept)), "type": kind.type, "url": url, "summary_fields": {}}
        found["related"] = {name: f"{url}{name}/" for name in kind.associations}
        if kind.has_survey:
            found["related"].update(survey_spec=f"{url}survey_spec/", launch=f"{url}launch/")
        if path == "projects":
            found["related"]["update"] = f"{url}update/"
            found.pop("playbook_files", None)
        if path == "workflow_job_template_nodes":
            found["related"]["create_approval_template"] = f"{url}create_approval_template/"
            if kept["unified_job_template"]:
                one = self.shown(*self._template(kept["unified_job_template"]))
                found["related"]["unified_job_template"] = one["url"]
        if path == "credential_types":
            found["managed"] = kept["name"] in self.managed
        if path == "notification_templates":
            _mask(found["notification_configuration"], kept["notification_type"])
        if path == "credentials":
            fields = self.read("credential_types", kept["credential_type"])["inputs"].get("fields", [])
            secret = {field["id"] for field in fields if field.get("secret")}
            found["inputs"] = {key: ENCRYPTED if key in secret else value for key, value in kept["inputs"].items()}
        return found

    def _template(self, identifier: int) -> tuple[str, dict[str, Any]]:
        return next((path, self._all[path][identifier]) for path in TEMPLATES if identifier in self._all[path])

    def create(self, path: str, sent: dict[str, Any]) -> dict[str, Any]:
        """A new object."""
        kind = KINDS[path]
        kept = {**kind.defaults(), **self._taken(kind, sent)}
        missing = [name for name in kind.required if kept.get(name) in (None, "")]
        if missing:
            raise RefusedCallError(400, {name: ["This field is required."] for name in missing})
        kept["id"] = 0
        self._check(kind, kept, sent)
        kept["id"] = next(self._numbers)
        if path == "workflow_job_template_nodes":
            kept["identifier"] = kept["identifier"] or f"node-{kept['id']}"
        self._all[path][kept["id"]] = kept
        return self._changed(path, kept, starts=bool(kept.get("scm_type")))

    def update(self, path: str, identifier: int, sent: dict[str, Any]) -> dict[str, Any]:
        """The object with other fields."""
        kind, before = KINDS[path], self.read(path, identifier)
        taken = self._taken(kind, sent)
        configuration = taken.get("notification_configuration", {})
        for name, value in configuration.items():
            if value == ENCRYPTED:
                configuration[name] = before["notification_configuration"].get(name, "")
        if (
            path == "credential_types"
            and "inputs" in taken
            and taken["inputs"] != before["inputs"]
            and self._in_use(identifier)
        ):
            raise RefusedCallError(
                403, {"detail": "Modifications to inputs are not allowed for credential types that are in use"}
            )
        kept = {**before, **taken}
        self._check(kind, kept, sent)
        starts = bool(kept.get("scm_type")) and any(
            kept[name] != before[name] for name in kept if name.startswith("scm_") and "update" not in name
        )
        before.update(kept)
        return self._changed(path, before, starts=starts)

    def _in_use(self, credential_type: int) -> bool:
        return any(one["credential_type"] == credential_type for one in self._all["credentials"].values())

    def _taken(self, kind: Kind, sent: Mapping[str, Any]) -> dict[str, Any]:
        unknown = [name for name in sent if name not in kind.fields and name not in kind.ignored]
        if unknown:
            raise RefusedCallError(400, {name: ["Unknown field."] for name in unknown})
        taken = {name: copy.deepcopy(value) for name, value in sent.items() if name in kind.fields}
        wrong = {
            name: [f"Not a valid {type(kind.fields[name]).__name__}."]
            for name, value in taken.items()
            if kind.fields[name] is not None and value is not None and not isinstance(value, type(kind.fields[name]))
        }
        for name, path in kind.references.items():
            if taken.get(name) is None:
                continue
            try:
                self.read(path, taken[name])
            except RefusedCallError:
                wrong[name] = [f'Invalid pk "{taken[name]}" - object does not exist.']
        if wrong:
            raise RefusedCallError(400, wrong)
        return taken

    def _check(self, kind: Kind, kept: dict[str, Any], sent: Mapping[str, Any]) -> None:
        if kind.path == "job_templates":
            # It belongs to the organization of its project.
            kept["organization"] = self.read("projects", kept["project"])["organization"]
        others = [one for one in self._all[kind.path].values() if one["id"] != kept["id"]]
        if kind.unique and any(all(one[name] == kept[name] for name in kind.unique) for one in others):
            message = f"{kind.type} with this ({', '.join(kind.unique)}) combination already exists."
            raise RefusedCallError(400, {"__all__": [message]})
        rule = RULES.get(kind.path)
        problems = rule(kept, sent, self.read) if rule else {}
        if problems:
            raise RefusedCallError(400, problems)

    def _changed(self, path: str, kept: dict[str, Any], starts: bool) -> dict[str, Any]:
        if path == "projects":
            kept.setdefault("playbook_files", [])
            kept.setdefault("scm_revision", "")
        if not starts:
            return self.shown(path, kept)
        number, found = next(self._numbers), self.contents.get(kept["scm_url"])
        status = "failed" if found is None else "successful"
        self.updates[number] = {"id": number, "status": status, "finished": True, "failed": found is None}
        kept["playbook_files"] = found or []
        kept["scm_revision"] = f"revision of {kept['scm_url']}"
        shown = self.shown(path, kept)
        shown["summary_fields"]["current_update"] = {"id": number, "status": "pending", "failed": False}
        return shown

    def delete(self, path: str, identifier: int) -> None:
        """Delete the object and what cannot be without it."""
        before = self.read(path, identifier)
        if path == "credential_types" and (self._in_use(identifier) or before["name"] in self.managed):
            raise RefusedCallError(403, {"detail": "Credential types that are in use cannot be deleted"})
        del self._all[path][identifier]
        for one, kind in KINDS.items():
            for other in list(self._all[one].values()):
                for name, target in kind.references.items():
                    if other.get(name) == identifier and target in (path, "unified_job_templates"):
                        self._without(one, other, name)

    def _without(self, path: str, other: dict[str, Any], name: str) -> None:
        belongs = (path, name) in {
            ("schedules", "unified_job_template"),
            ("inventory_sources", "inventory"),
            ("workflow_job_template_nodes", "workflow_job_template"),
        }
        if not belongs:
            other[name] = None
            return
        approval = other.get("unified_job_template")
        if other["id"] in self._all[path]:
            self.delete(path, other["id"])
        if path == "workflow_job_template_nodes" and approval in self._all["workflow_approval_templates"]:
            self.delete("workflow_approval_templates", approval)

    def associated(self, path: str, identifier: int, name: str) -> list[dict[str, Any]]:
        """What is associated with an object."""
        kind, owner = KINDS[path], self.read(path, identifier)
        if name not in kind.associations:
            raise RefusedCallError(404, {"detail": "Not found."})
        target = kind.associations[name]
        found = [one for one in self._associated.get((owner["id"], name), []) if one in self._all[target]]
        return [self.shown(target, self._all[target][one]) for one in found]

    def associate(self, path: str, identifier: int, name: str, sent: Mapping[str, Any]) -> None:
        """Associate another object with this one, or end that."""
        present = [one["id"] for one in self.associated(path, identifier, name)]
        other = self.read(KINDS[path].associations[name], sent.get("id"))
        if sent.get("disassociate"):
            present.remove(other["id"])
        elif other["id"] not in present:
            if name == "credentials":
                self._check_credential(other, present)
            if (
                name.endswith("_nodes")
                and other["workflow_job_template"] != self.read(path, identifier)["workflow_job_template"]
            ):
                raise RefusedCallError(400, {"Error": "Cannot associate nodes of different workflows."})
            present.append(other["id"])
        self._associated[identifier, name] = present

    def _check_credential(self, credential: Mapping[str, Any], present: list[int]) -> None:
        kind = kind_of(credential["id"], self.read)
        if kind not in ("ssh", "vault", "cloud", "net", "kubernetes"):
            raise RefusedCallError(400, {"error": f"Cannot assign a Credential of kind `{kind}`."})
        if any(self.read("credentials", one)["credential_type"] == credential["credential_type"] for one in present):
            raise RefusedCallError(400, {"error": f"Cannot assign multiple {kind} credentials."})

    def show_survey(self, path: str, identifier: int) -> dict[str, Any]:
        """The survey of a template; empty if it has none."""
        return copy.deepcopy(self._surveys.get(self.read(path, identifier)["id"], {}))

    def set_survey(self, path: str, identifier: int, sent: dict[str, Any]) -> None:
        """Another survey."""
        problem = surveys.problem(sent)
        if problem:
            raise RefusedCallError(400, {"error": problem})
        self._surveys[self.read(path, identifier)["id"]] = sent

    def approval(self, node: int, sent: dict[str, Any]) -> dict[str, Any]:
        """A node becomes one that waits for an approval."""
        kept = self.read("workflow_job_template_nodes", node)
        if kept["unified_job_template"]:
            raise RefusedCallError(400, {"detail": "Unified job template is not None."})
        created = self.create("workflow_approval_templates", sent)
        kept["unified_job_template"] = created["id"]
        return created

    def launch(self, path: str, identifier: int, sent: Mapping[str, Any]) -> dict[str, Any]:
        """A job with the variables that these answers make."""
        template = self.read(path, identifier)
        answers = sent.get("extra_vars", {})
        variables, problems = surveys.launched(template, self._surveys.get(identifier, {}), answers)
        if problems:
            raise RefusedCallError(400, problems)
        job = {"id": next(self._numbers), "status": "pending", "template": template["name"], "extra_vars": variables}
        self.launched.append(job)
        return job


def _mask(configuration: dict[str, Any], notification_type: str) -> None:
    for name, (_type, label, *_default) in NOTICES[notification_type].items():
        if label == "password" and configuration.get(name):
            configuration[name] = ENCRYPTED
