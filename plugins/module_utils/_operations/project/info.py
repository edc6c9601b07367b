# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects as they stand: from the options of project_info to its outcome."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..._clients.aws.session import Connection
from ..._clients.machine import processes
from ..._clients.stores import documents, open as stores
from ..._clients.stores.base import Scan, Store
from ..._core.project import definition
from ..._core.run import overview
from ..._core.values import texts
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._core.values.shapes import ProjectDocument
from ..._errors import CertError, ConfigError
from .. import project_updates
from ..renewal_notes import RenewalNotes


@dataclass(frozen=True)
class InfoRequest:
    """The projects to read; all of the store if ``names`` is None."""

    names: tuple[str, ...] | None
    store: str | None
    connection: Connection


def parse(params: Params) -> InfoRequest:
    """The request; ConfigError if the store is none."""
    problems = stores.uri_problems(params["store"], "store")
    if problems:
        raise ConfigError(problems)
    names = None if params["names"] is None else tuple(params["names"])
    return InfoRequest(names, params["store"], Connection.of(params))


def run(request: InfoRequest, store: Store, now: datetime) -> Outcome:
    """Read the documents and say what follows from them."""
    notes, uri = RenewalNotes(store), request.store or store.uri
    projects: list[dict[str, t.Any]] = []
    broken: list[dict[str, str]] = []
    for name, stored in _stored(request.names, store):
        try:
            projects.append(_overview(notes.view(project_updates.checked(store, name, stored), now), now, uri))
        except CertError as exc:
            broken.append({"name": name, "error": exc.message})
        except Exception as exc:  # noqa: BLE001 - nobody foresees all that a damaged document breaks
            broken.append({"name": name, "error": project_updates.damaged(name, exc)})
    return Outcome(changed=False, result={"projects": projects, "broken": broken})


def _stored(wanted: t.Sequence[str] | None, store: Store) -> Scan:
    """What the store has of these names, or of all; one that was deleted while we read the others is left out."""
    if wanted is None:
        return store.scan()
    unknown = sorted(set(wanted) - set(store.names()))
    if unknown:
        shown = [name if not definition.name_problems(name) else texts.quoted(name) for name in unknown]
        raise ConfigError([f"project {name} is not in {store.uri}; create it, or correct the name" for name in shown])
    return documents.scan(set(wanted), store.read, store.uri)


def _overview(document: ProjectDocument, now: datetime, uri: str) -> dict[str, t.Any]:
    """The project as it stands."""
    role_vars = overview.role_vars(document["name"], document["definition"], uri)
    return {**overview.of(document, now, processes.is_dead), "role_vars": role_vars}
