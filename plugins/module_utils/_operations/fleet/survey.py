# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a whole fleet, in one pass over the store and one over the listings of AWS; nothing is asked per
project."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.machine import user
from ..._clients.stores import documents, open as stores
from ..._clients.stores.base import Scan, Store
from ..._core.fleet import mass_change, room
from ..._core.fleet.drift import Listing
from ..._core.fleet.given import Given, host_of
from ..._core.fleet.needs import Candidate, FleetQuestion, Need, judge
from ..._core.project import changes, definition, document as project_document
from ..._core.values.partitions import AwsAccount
from ..._core.values.shapes import ProjectDefinition, ProjectDocument
from ..._errors import CertError, RemoteError
from .. import project_updates
from .listings import Aws, KeptWhere

# Up to so many documents are read one by one; a table scan costs the size of the table.
FEW = 20
MISSING = "missing required arguments: project_{}"


V = t.TypeVar("V")


@dataclass
class Fleet:
    """The projects in question; ``broken`` are those that cannot be planned, each with its host and why."""

    candidates: list[Candidate] = field(default_factory=list)
    broken: list[dict[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, one: Given, document: ProjectDocument, changed: t.Iterable[str] = ()) -> None:
        """A project that can be planned."""
        self.candidates.append(
            Candidate(
                name=one.name,
                host=one.host,
                document=document,
                changed=tuple(changed),
                index=one.index,
                store=one.store,
                moves=one.moves,
            )
        )

    def fail(self, name: str, host: str, error: str) -> None:
        """A project that cannot; the others continue."""
        self.broken.append({"name": name, "host": host, "error": error})

    def join(self, more: Fleet) -> None:
        """The projects of another fleet, too."""
        self.candidates += more.candidates
        self.broken += more.broken
        self.warnings += more.warnings

    def keep_to(self, archive: str | None) -> Fleet:
        """Without the projects that keep their keys in another archive than this one, if one was given."""
        for candidate in tuple(self.candidates):
            named = candidate.document["definition"]["archive"]
            problem = project_updates.archive_problem(candidate.name, named, archive)
            if problem:
                self.candidates.remove(candidate)
                self.fail(candidate.name, candidate.host, problem)
        return self

    def cannot(self, candidate: Candidate, exc: Exception) -> None:
        """A project whose document breaks what works with it."""
        self.fail(candidate.name, candidate.host, project_updates.damaged(candidate.name, exc))

    def each(self, make: t.Callable[[Candidate], V]) -> list[V]:
        """What is made of each project; one of which it cannot be made fails alone, whatever the exception."""
        made, able = [], []
        for candidate in self.candidates:
            try:
                made.append(make(candidate))
            except Exception as exc:  # noqa: BLE001 - nobody foresees all that a damaged document breaks
                self.cannot(candidate, exc)
            else:
                able.append(candidate)
        self.candidates = able
        return made


@dataclass(frozen=True)
class KnownDocuments:
    """The documents of the stores: as they were read, or why they cannot be used."""

    documents: dict[str, ProjectDocument]
    errors: dict[str, str]

    @classmethod
    def read(cls, store: Store, names: t.Collection[str] | None) -> KnownDocuments:
        """The documents of these names as far as they exist, or all."""
        found, errors = {}, {}
        wanted = None if names is None else set(names)
        for name, stored in _scan(store, wanted):
            if wanted is not None and name not in wanted:
                continue
            try:
                found[name] = project_updates.checked(store, name, stored)
            except CertError as exc:
                errors[name] = exc.message
            except Exception as exc:  # noqa: BLE001 - nobody foresees all that a damaged document breaks
                errors[name] = project_updates.damaged(name, exc)
        return cls(found, errors)


def _scan(store: Store, names: t.Collection[str] | None) -> Scan:
    if names is not None and len(names) <= FEW:
        return documents.scan(names, store.read, store.uri)
    return store.scan()


def environment_defaults() -> dict[str, t.Any]:
    """The defaults of the role that come from the environment; see roles/project/defaults/main.yml."""
    return {name: user.default(name) for name in ("acme_directory", "acme_ca_bundle", "archive")}


def usable_stores(given: t.Iterable[Given]) -> set[str | None]:
    """The common store (None), and those that projects name of their own."""
    return {None, *(one.store for one in given if not _store_problems(one))}


def whole(store: Store) -> Fleet:
    """Every project of the store."""
    fleet = Fleet()
    known = KnownDocuments.read(store, None)
    for name, document in known.documents.items():
        fleet.candidates.append(Candidate(name=name, host=host_of(name), document=document))
    for name, error in known.errors.items():
        fleet.fail(name, host_of(name), error)
    if not known.documents and not known.errors:
        fleet.warnings.append(
            f"{store.uri} contains no project; if it should contain some, correct the store (project_store)"
        )
    return fleet


def named(given: t.Sequence[Given], places: t.Mapping[str | None, Store]) -> Fleet:
    """These projects as their stores have them; one that its store does not have fails alone."""
    fleet = Fleet()
    for uri, entries in _by_store(given).items():
        usable = []
        for one in entries:
            wrong = _obstacles(one)
            if wrong:
                fleet.fail(one.name, one.host, "; ".join(wrong))
            else:
                usable.append(one)
        known = _known(places, uri, [one.name for one in usable])
        for one in usable:
            if one.name in known.documents:
                fleet.add(one, known.documents[one.name])
            else:
                unknown = f"project {one.name} is not in {places[uri].uri}; create it, or correct the name"
                fleet.fail(one.name, one.host, known.errors.get(one.name, unknown))
    return fleet


def _known(places: t.Mapping[str | None, Store], uri: str | None, names: t.Collection[str]) -> KnownDocuments:
    """What the store has of these names. Where it is one that projects name of their own, and it does not answer, that
    is the trouble of these projects alone."""
    if not names:
        return KnownDocuments({}, {})
    try:
        return KnownDocuments.read(places[uri], names)
    except CertError as exc:
        if uri is None:
            raise
        return KnownDocuments({}, dict.fromkeys(names, exc.message))


def _obstacles(one: Given) -> list[str]:
    """Why a project that was given by name cannot be looked for."""
    if not one.name:
        return [*one.unknown, MISSING.format("name")]
    return [*definition.name_problems(one.name), *one.unknown, *_store_problems(one)]


def defined(given: t.Sequence[Given], places: t.Mapping[str | None, Store], partition: str) -> Fleet:
    """These projects as they are defined, with what the stores know of them; a definition that cannot be used fails
    alone, with every problem of it."""
    fleet, defaults = Fleet(), environment_defaults()
    for uri, entries in _by_store(given).items():
        usable = {}
        for one in entries:
            try:
                found = one.definition(defaults, partition)
                wrong = _problems(one, found)
            except Exception as exc:  # noqa: BLE001 - whatever is wrong with one definition, the others are planned
                wrong = [f"the definition cannot be read ({type(exc).__name__}); correct it"]
            if wrong:
                fleet.fail(one.name, one.host, "; ".join(wrong))
            else:
                usable[one.name] = (one, found)
        known = _known(places, uri, list(usable))
        for name, (one, found) in usable.items():
            _add_defined(fleet, one, {**found.values, "archive": stores.settled(found.values["archive"])}, known)
            fleet.warnings += [f"project {name}: {text}" for text in found.warnings]
    return fleet


def _problems(one: Given, found: definition.Definition) -> list[str]:
    if one.unknown and not (one.name and one.is_definition):
        return list(one.unknown)
    if not one.name or not one.is_definition:
        return [MISSING.format("domains" if one.name else "name")]
    return [*one.unknown, *_store_problems(one), *found.problems, *_archive_problems(found.values["archive"])]


def _add_defined(fleet: Fleet, one: Given, values: ProjectDefinition, known: KnownDocuments) -> None:
    if one.name in known.errors:
        fleet.fail(one.name, one.host, known.errors[one.name])
    elif one.name not in known.documents:
        fleet.add(one, project_document.new_document(one.name, values))
    else:
        document = known.documents[one.name]
        fleet.add(one, {**document, "definition": values}, changes.outstanding(document, values))


def _store_problems(one: Given) -> list[str]:
    problem = stores.uri_problem(one.store, "store") if one.store else None
    return [problem] if problem else []


def _archive_problems(uri: t.Any) -> list[str]:
    problem = stores.uri_problem(uri, "archive") if isinstance(uri, str) and uri else None
    return [problem] if problem else []


def _by_store(given: t.Sequence[Given]) -> dict[str | None, list[Given]]:
    found: dict[str | None, list[Given]] = {}
    for one in given:
        found.setdefault(one.store, []).append(one)
    return found


def caller(aws: Aws | None, fleet: Fleet) -> tuple[AwsAccount | None, tuple[str, ...]]:
    """The account that the plan is for; or why it is not known. Then each run finds out by itself, or fails."""
    if aws is None or not fleet.candidates:
        return None, ()
    try:
        return aws.sts.get_caller_identity(), ()
    except RemoteError as exc:
        return None, (f"the AWS account of the credentials is not known, so nothing was listed: {exc.message}",)


def observed(aws: Aws | None, fleet: Fleet, question: FleetQuestion) -> tuple[Listing | None, tuple[str, ...]]:
    """The listing if it may show something: of a project that rests, since one that is worked on finds out by itself,
    or of a loss that many have in common; or why there is none.

    A listing that failed is not an empty one, so the plan then says what the documents say.
    """
    if aws is None or question.caller is None:
        return None, ()
    recorded = sum(candidate.document["certificate"] is not None for candidate in fleet.candidates)
    if recorded < mass_change.LEAST and not any(_rests(candidate, question) for candidate in fleet.candidates):
        return None, ()
    try:
        return aws.listing(question.caller, KeptWhere.of(fleet.candidates)), ()
    except RemoteError as exc:
        return None, (f"AWS resources could not be listed, so the plan relies on the records alone: {exc.message}",)


def quota(aws: Aws | None, listing: Listing | None, needs: t.Iterable[Need]) -> tuple[int, int] | None:
    """The places for certificates, used and allowed, if that is known or one of the projects is due to
    order; the step that uploads reports an error."""
    if listing is not None:
        return listing.quota
    if aws is None or not any(need.due and _uploads(need) and need.action != "resume" for need in needs):
        return None
    try:
        return aws.iam.get_server_certificate_quota()
    except RemoteError:
        return None


def _uploads(need: Need) -> bool:
    """Whether the run of a project brings one certificate more into IAM."""
    return need.issue and room.uploads(need.candidate.document)


def _rests(candidate: Candidate, question: FleetQuestion) -> bool:
    try:
        need = judge(candidate, question)
    except Exception:  # noqa: BLE001 - it fails alone when it is judged
        return False
    return not need.due and need.state != "locked"
