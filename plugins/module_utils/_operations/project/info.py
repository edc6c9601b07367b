# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects as they stand: from the options of project_info to its outcome."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..._clients.aws.session import Connection
from ..._clients.machine import processes
from ..._clients.stores import open as stores
from ..._clients.stores.base import Store
from ..._core.run import overview
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._errors import CertError, ConfigError, RemoteError
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
    notes = RenewalNotes(store)
    projects: list[dict[str, t.Any]] = []
    broken: list[dict[str, str]] = []
    for name in _names(request.names, store):
        try:
            found = _read(store, name, notes, now, request.store or store.uri)
        except CertError as exc:
            # A file that cannot be read is one project's trouble, a service that does not answer is everyone's.
            if isinstance(exc, RemoteError) and exc.service != "file":
                raise
            broken.append({"name": name, "error": exc.message})
            continue
        projects += [found] if found else []
    return Outcome(changed=False, result={"projects": projects, "broken": broken})


def _names(wanted: t.Sequence[str] | None, store: Store) -> list[str]:
    known = store.names()
    unknown = sorted(set(wanted or ()) - set(known))
    if unknown:
        raise ConfigError([f"project {name} is not in {store.uri}; create it, or correct the name" for name in unknown])
    return known if wanted is None else sorted(set(wanted))


def _read(store: Store, name: str, notes: RenewalNotes, now: datetime, uri: str) -> dict[str, t.Any] | None:
    """The project as it stands, or None if it was deleted while we read the others."""
    document, _version = project_updates.load(store, name)
    if document is None:
        return None
    document = notes.view(document, now)
    role_vars = overview.role_vars(name, document["definition"], uri)
    return {**overview.of(document, now, processes.is_dead), "role_vars": role_vars}
