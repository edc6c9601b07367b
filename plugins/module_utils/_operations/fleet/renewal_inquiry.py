# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the CAs of a fleet when they want its certificates to be renewed: quickly, and never in the way of
anything."""

from __future__ import annotations

import functools
import threading
import typing as t
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus

from ..._clients.acme.renewal_info import RenewalInfos
from ..._clients.stores.base import Store
from ..._core.certificate import renewal_info
from ..._core.certificate.certificate import Certificate
from ..._core.certificate.renewal_info import RenewalInfo
from ..._core.fleet.needs import Candidate
from ..._core.project import document as project_document, journal, lease
from ..._core.run import recording
from ..._core.values.waiting import Clock
from ..._errors import CertError, ConflictError
from .. import project_updates

# As many as a session of the requests library keeps connections.
WORKERS = 10
# A CA that failed so often is not asked again in this run: its time-outs would add up to hours.
FAILURES_OF_A_CA = 3
Connect = t.Callable[[str, "str | None"], RenewalInfos]
IsDead = t.Callable[[t.Mapping[str, t.Any]], bool]


@dataclass(frozen=True)
class RenewalQuestion:
    """The certificate of one project, what is known of it, and whom to ask."""

    project: str
    store: Store
    info: RenewalInfo
    directory: str
    ca_bundle: str | None


@dataclass
class _Ca:
    """One CA in this run; its directory is read once, by the first thread that needs it."""

    connect: t.Callable[[], RenewalInfos]
    lock: threading.Lock = field(default_factory=threading.Lock)
    client: RenewalInfos | None = None
    where: str | None = None
    failures: int = 0

    @property
    def is_away(self) -> bool:
        return self.failures >= FAILURES_OF_A_CA

    def find(self) -> tuple[RenewalInfos | None, str | None]:
        """The client, None if the CA is away; and where it has renewal information, None if it has none."""
        with self.lock:
            if self.client is None and not self.is_away:
                try:
                    client = self.connect()
                    self.where = client.resource()
                    self.client = client
                except CertError:
                    self.failures = FAILURES_OF_A_CA
                    raise
            return None if self.is_away else self.client, self.where


@dataclass
class Inquiry:
    """One round of questions; ``dice`` selects in the windows. Counts certificates by what came of them."""

    clock: Clock
    dice: t.Callable[[], float]
    connect: Connect
    keep: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    _cas: dict[tuple[str, str | None], _Ca] = field(default_factory=dict)
    _errors: dict[str, list[str]] = field(default_factory=dict)
    _unkept: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, questions: t.Sequence[RenewalQuestion]) -> list[RenewalInfo | None]:
        """What is known then of each, None where nothing changed; it is in the documents of the projects, too, unless
        somebody is at work there."""
        for question in questions:
            place = (question.directory, question.ca_bundle)
            if place not in self._cas:
                self._cas[place] = _Ca(functools.partial(self.connect, *place))
        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(self._one, questions))

    @property
    def summary(self) -> dict[str, int]:
        """How many certificates came to what."""
        return {what: self.counts[what] for what in ("answered", "failed", "unavailable", "skipped", "conflicts")}

    @property
    def warnings(self) -> list[str]:
        """What went wrong, once for each CA; nothing waits for it."""
        found = [
            f"renewal information of {directory} could not be read ({len(errors)} times); what is known from before"
            f" holds: {errors[0]}"
            for directory, errors in sorted(self._errors.items())
        ]
        return found + (
            [f"renewal information of {len(self._unkept)} projects could not be kept: {self._unkept[0]}"]
            if self._unkept
            else []
        )

    def _one(self, question: RenewalQuestion) -> RenewalInfo | None:
        info = self._answer(question)
        if info is not None and self.keep:
            self._persist(question, info)
        return info

    def _answer(self, question: RenewalQuestion) -> RenewalInfo | None:
        ca = self._cas[question.directory, question.ca_bundle]
        try:
            client, resource = ca.find()
            if client is None:
                return self._counted("skipped", None)
            if resource is None:
                return self._counted("unavailable", renewal_info.unavailable(question.info, self.clock.now()))
            answer = client.get(resource, question.info.cert_id)
        except CertError as exc:
            ca.failures += _is_about_the_ca(exc)
            self._errors.setdefault(question.directory, []).append(exc.message)
            return self._counted(
                "failed",
                renewal_info.unanswered(question.info, exc.message, self.clock.now(), exc.details.get("retry_after")),
            )
        return self._counted("answered", renewal_info.answered(question.info, answer, self.clock.now(), self.dice()))

    def _counted(self, what: str, info: RenewalInfo | None) -> RenewalInfo | None:
        with self._lock:
            self.counts[what] += 1
        return info

    def _persist(self, question: RenewalQuestion, info: RenewalInfo) -> None:
        """Written once: if somebody else writes at the same time, the next round asks again."""
        try:
            document, version = project_updates.load(question.store, question.project)
            known = project_document.renewal_info(document) if document else None
            if document is None or known is None or known.cert_id != info.cert_id:
                return
            question.store.write(
                question.project, recording.with_renewal_info(document, info, self.clock.now()), version
            )
        except ConflictError:
            self._counted("conflicts", None)
        except CertError as exc:
            self._unkept.append(exc.message)


def refreshed(
    candidates: t.Sequence[Candidate], places: t.Mapping[str | None, Store], inquiry: Inquiry, is_dead: IsDead
) -> list[Candidate]:
    """The same projects, with what their CAs say now where it was time to ask."""
    now = inquiry.clock.now()
    questions = [_question(places[each.store], each.document, now, is_dead) for each in candidates]
    answers = iter(inquiry.ask([question for question in questions if question]))
    return [_with(each, next(answers) if question else None, now) for each, question in zip(candidates, questions)]


def _with(candidate: Candidate, info: RenewalInfo | None, now: datetime) -> Candidate:
    return (
        candidate
        if info is None
        else replace(candidate, document=recording.with_renewal_info(dict(candidate.document), info, now))
    )


def _question(store: Store, document: t.Mapping[str, t.Any], now: datetime, is_dead: IsDead) -> RenewalQuestion | None:
    """What is to be asked of this project's CA; None if nothing, if a run is at work on the project, or is to be
    finished first."""
    info = project_document.renewal_info(document)
    if (
        info is None
        or journal.is_unfinished(document["journal"])
        or lease.is_live(document["lock"], now, is_dead)
        or not renewal_info.is_to_be_asked(info, Certificate.from_dict(document["certificate"]), now)
    ):
        return None
    try:
        directory, ca_bundle = project_document.authority(document)
    except ValueError:  # the plan says what is wrong with the definition
        return None
    return RenewalQuestion(project=document["name"], store=store, info=info, directory=directory, ca_bundle=ca_bundle)


def _is_about_the_ca(error: CertError) -> bool:
    """Whether the CA does not answer, or not now; what it says of one certificate (for example 404) tells nothing about
    the others."""
    status = error.details.get("http_status")
    return status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
