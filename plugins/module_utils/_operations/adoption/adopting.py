# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One project is taken over, or given back: from the options of project_adopt to its outcome."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.archive import bundles
from ..._clients.aws.session import Connection
from ..._clients.stores import open as stores
from ..._clients.stores.base import Store
from ..._core.adoption import incoming, mapping, record, takeover
from ..._core.adoption.found import moves
from ..._core.adoption.shapes import ADOPTED, REFUSED, Move, SeenProject
from ..._core.project import definition as project_definition
from ..._core.project.document import is_being_adopted
from ..._core.run import shown
from ..._core.values import partitions, texts
from ..._core.values.params import Params
from ..._core.values.partitions import AwsAccount
from ..._core.values.plan import Outcome
from ..._core.values.shapes import AdoptionRecord, ProjectDefinition, ProjectDocument
from ..._core.values.waiting import Clock
from ..._errors import ConfigError, RefusedError
from . import carrying, moving
from .archiving import GIVEN, HOST, BundlePlaces, Copying
from .carrying import Carrying, Server
from .holding import HeldProject
from .moving import CertificateStores

COPIED, PRESENT, ABSENT = "copied", "present", "absent"


@dataclass(frozen=True)
class AdoptRequest:
    """What is to become of one project; ``keys`` are bundles of hosts, by the fingerprint of their certificate,
    ``accounts`` the keys of their accounts, by their URLs."""

    name: str
    state: str
    project: SeenProject | None
    definition: ProjectDefinition | None
    store: str | None
    archive: str | None
    only_current: bool
    require_key: bool
    require_stopped: bool
    force: bool
    bundle: str | None
    connection: Connection
    keys: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict, repr=False)
    accounts: t.Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class AdoptClients:
    """Where documents, bundles and certificates are."""

    store: Store
    places: BundlePlaces
    certificates: CertificateStores
    read: t.Callable[[str], bytes | None]
    server: Server
    account: t.Callable[[], AwsAccount]


def parse(params: Params) -> AdoptRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    problems = [problem for place in ("store", "archive") for problem in stores.uri_problems(params[place], place)]
    project, definition = None, None
    if params["project"] is not None:
        project, found = incoming.project(params["project"], "project")
        problems += found
    name = params["name"] or (project["name"] if project else "")
    problems += _name_problems(name, project)
    if project is not None and project["status"] == REFUSED:
        problems += project["problems"]
    if project is not None and params["state"] != ABSENT and not problems and project["definition"]:
        given = {**project["definition"], **({"archive": params["archive"]} if params["archive"] else {})}
        checked = project_definition.parse(name, given, partitions.of_region(connection.region))
        problems, definition = [*problems, *checked.problems], checked.values
    problems += _key_problems(params["keys"], params["accounts"])
    if problems:
        raise ConfigError(problems)
    return AdoptRequest(
        name=name,
        state=params["state"],
        project=project,
        definition=definition,
        store=params["store"],
        archive=params["archive"] or (definition["archive"] if definition else None),
        only_current=params["archive_bundles"] == "current",
        require_key=params["require_key"],
        require_stopped=params["require_stopped"],
        force=params["force"],
        bundle=params["bundle"],
        connection=connection,
        keys=params["keys"] or {},
        accounts=carrying.chosen(project, params["account"], params["accounts"] or {}),
    )


def _name_problems(name: str, project: SeenProject | None) -> list[str]:
    problems = project_definition.name_problems(name)
    if project is not None and project["name"] != name:
        problems = [
            *problems,
            f"name: {texts.quoted(name)} is not that of the project, {texts.quoted(project['name'])}",
        ]
    return problems


def _key_problems(keys: t.Any, accounts: t.Any) -> list[str]:
    """What is wrong with the secrets, without quoting them."""
    wrong = [texts for texts in (keys or {}).values() if not isinstance(texts, dict)]
    problems = [f"keys: {len(wrong)} of them are not bundles; use what adoption_info returned"] if wrong else []
    if any(not isinstance(key, str) for key in (accounts or {}).values()):
        problems.append("accounts: it has something that is not a key; use what adoption_info returned")
    return problems


class Adopting:
    """One project on its way to us or back."""

    def __init__(self, request: AdoptRequest, clients: AdoptClients, clock: Clock, check_mode: bool) -> None:
        self._request = request
        self._clients = clients
        self._clock = clock
        self._check_mode = check_mode
        self._held = HeldProject.of(clients.store, request.name, clock, check_mode)
        self._warnings: list[str] = []

    def run(self) -> Outcome:
        """Bring the project to the state that is asked for, and say what was done."""
        before = self._held.load()
        if self._request.state == ABSENT:
            return self._returned(before)
        project, definition = self._asked()
        if project["status"] == ADOPTED and (before is None or not is_being_adopted(before)):
            return self._kept(before, project)
        with self._held.held(lambda document, claim: takeover.taken(document, project, definition, claim)) as document:
            adoption = t.cast("AdoptionRecord", document["adoption"])
            adoption = self._copied(project, definition, adoption)
            definition = definition if self._check_mode else takeover.sparing(project, definition, adoption)
            moved: list[Move] = []
            after: ProjectDocument | None = {**document, "adoption": adoption}
            if self._request.state == PRESENT:
                takeover.refuse_move(project, adoption, self._request.require_stopped and not self._check_mode)
                moved = moves(project["certificates"], project["name"]) if self._moves(project, adoption) else []
                if moved or adoption["paths"]:
                    adoption = self._carry_out(project, definition, moved)(adoption)
                after = self._finished(project, adoption, definition)
        return self._outcome(before, after, moved, adoption)

    def _asked(self) -> tuple[SeenProject, ProjectDefinition]:
        project, definition = self._request.project, self._request.definition
        if project is None:
            raise ConfigError(["project: missing; use what adoption_info returned"])
        if definition is None:
            raise RefusedError(f"{project['theirs']} has no certificate in service, so there is nothing to adopt")
        return project, definition

    def _kept(self, before: ProjectDocument | None, project: SeenProject) -> Outcome:
        """An adopted project stays as it is; bundles that came since are copied."""
        if before is None or before["adoption"] is None:
            raise RefusedError(f"{project['theirs']} was adopted, but its project is not in this store; check store")
        copying = self._copying(project, before["definition"], before["adoption"])
        if not copying.open(self._request.only_current):
            return self._outcome(before, before, [], before["adoption"])
        with self._held.held(takeover.held) as document:
            adoption = self._copied(project, document["definition"], t.cast("AdoptionRecord", document["adoption"]))
        return self._outcome(before, {**before, "adoption": adoption}, [], adoption)

    def _copied(self, project: SeenProject, definition: ProjectDefinition, adoption: AdoptionRecord) -> AdoptionRecord:
        """Every key that can be had is in our archive, and the record says where."""
        copying = self._copying(project, definition, adoption)
        if self._check_mode:
            return adoption
        now = self._clock.now()
        carried = Carrying(self._clients.places.archive, self._clients.server, self._clock)
        copying.account_url = carried.carry(project, definition, self._request.accounts).url
        self._warnings += [carried.warning] if carried.warning else []
        changed = copying.copy_all(self._request.only_current, now)
        lineage = project["lineage"]
        texts = self._request.keys.get(lineage["fingerprint_sha256"]) if lineage else None
        if lineage and texts:
            changed = copying.copy_texts(f"{HOST}{lineage['fingerprint_sha256']}", texts, now) or changed
        if self._request.bundle:
            given = bundles.read(self._request.bundle, self._clients.read)
            changed = copying.copy_texts(f"{GIVEN}{self._request.bundle}", given.texts(), now) or changed
        self._warnings += copying.warnings
        self._require_key(project, {**adoption, "bundles": copying.copies})
        if changed or adoption["phase"] == record.COPYING:
            phase = record.COPIED if adoption["phase"] == record.COPYING else adoption["phase"]
            adoption = {**adoption, "bundles": copying.copies, "phase": phase}
            self._held.note(adoption, is_last=self._request.state == COPIED)
        return adoption

    def _copying(self, project: SeenProject, definition: ProjectDefinition, adoption: AdoptionRecord) -> Copying:
        return Copying(self._clients.places, project, definition, {**adoption["bundles"]})

    def _require_key(self, project: SeenProject, adoption: AdoptionRecord) -> None:
        current = takeover.lacks_key(project, adoption)
        if current is None:
            return
        found = f"the key of {current['name']} was not found in any bundle"
        if self._request.require_key:
            raise RefusedError(f"{found}; find it and set adopt_bundle, or adopt without it: adopt_require_key=false")
        self._warnings.append(
            f"{found}: until the first renewal the certificate can be neither restored nor downloaded"
        )
        self._warnings += [mapping.KEPT] if mapping.keeps_what_has_no_key(project["definition"]) else []

    def _moves(self, project: SeenProject, adoption: AdoptionRecord) -> bool:
        """Whether certificates change their path: not as long as the old tool may run."""
        scheduler = project["scheduler"]
        stopped = scheduler is None or scheduler["stopped"] or bool(adoption["stopped_at"] or scheduler["by_hand"])
        if not stopped and not self._check_mode:
            when = (scheduler["next_run_at"] if scheduler else None) or "an unknown time"
            self._warnings.append(
                f"{project['theirs']} still runs, next at {when}: no certificate was moved, and both renew it"
            )
        return bool(stopped or self._check_mode) and bool(project["moves"] or adoption["paths"])

    def _carry_out(
        self, project: SeenProject, definition: ProjectDefinition, moved: t.Sequence[Move]
    ) -> t.Callable[[AdoptionRecord], AdoptionRecord]:
        if self._check_mode:
            return lambda adoption: record.moving(adoption, moved)
        return moving.moved(self._clients.certificates, self._held, project, definition, moved)

    def _finished(
        self, project: SeenProject, adoption: AdoptionRecord, definition: ProjectDefinition
    ) -> ProjectDocument | None:
        decide = takeover.rehearsed if self._check_mode else takeover.finished
        return self._held.update(lambda document, claim: decide(document, claim, project, adoption, definition))

    def _returned(self, before: ProjectDocument | None) -> Outcome:
        if before is None:
            return self._outcome(None, None, [], None)
        takeover.refuse_other_account(before, self._clients.account())
        takeover.refuse_return(before, self._request.force)
        if self._check_mode:
            return self._outcome(before, None, [], before["adoption"])
        after, back = moving.returned(self._clients.certificates, self._held)
        return self._outcome(before, after, back, before["adoption"])

    def _outcome(
        self,
        before: ProjectDocument | None,
        after: ProjectDocument | None,
        moved: t.Sequence[Move],
        adoption: AdoptionRecord | None,
    ) -> Outcome:
        views = _view(before), _view(after)
        return Outcome(
            changed=views[0] != views[1],
            result={
                "name": self._request.name,
                "document": after,
                "phase": adoption and after and after["adoption"] and after["adoption"]["phase"],
                "moved": list(moved),
                "bundles": {key: copy and copy["uri"] for key, copy in adoption["bundles"].items()} if adoption else {},
            },
            before=views[0],
            after=views[1],
            warnings=tuple(dict.fromkeys(self._warnings)),
        )


def _view(document: ProjectDocument | None) -> dict[str, t.Any]:
    """What a diff shows: without the lock, with how far the adoption is."""
    if document is None:
        return {}
    return {**shown.visible(document), "adoption": document["adoption"]}
