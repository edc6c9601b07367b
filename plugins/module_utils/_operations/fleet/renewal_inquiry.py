# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the CAs of a fleet when they want its certificates to be renewed: quickly, and never in the way of
anything."""

from __future__ import annotations

import functools
import threading
import typing as t
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus

from ..._core.certificate import renewal_info
from ..._core.certificate.certificate import Certificate
from ..._core.certificate.renewal_info import LONGEST_TEXT, Answer, RenewalInfo
from ..._core.fleet.needs import Candidate
from ..._core.project import document as project_document, journal, lease
from ..._core.values import texts, times
from ..._core.values.shapes import Owner, ProjectDocument
from ..._core.values.waiting import Clock, Deadline
from ..._errors import CertError
from ..renewal_notes import RenewalNotes

# As many as a session of the requests library keeps connections.
WORKERS = 10
# A CA that failed so often is not asked again in this run: its time-outs would add up to hours.
FAILURES_OF_A_CA = 3
# A fleet waits for the answers, and what was not asked now is asked in the next run.
LONGEST_ROUND_SECONDS = 600.0


class RenewalInfos(t.Protocol):
    """What is asked of a CA, as by ``HttpRenewalInfos``."""

    def resource(self) -> str | None:
        """Where the CA has renewal information; None if it has none."""

    def get(self, resource: str, cert_id: str) -> Answer:
        """What the CA says of this certificate."""


Connect = t.Callable[[str, "str | None"], RenewalInfos]
IsDead = t.Callable[[Owner], bool]


@dataclass(frozen=True)
class RenewalQuestion:
    """What is known of the certificate of one project, and whom to ask."""

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
                except BaseException:
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
        """What is known then of each, None where nothing changed."""
        for question in questions:
            place = (question.directory, question.ca_bundle)
            if place not in self._cas:
                self._cas[place] = _Ca(functools.partial(self.connect, *place))
        latest = Deadline.after(self.clock.now(), LONGEST_ROUND_SECONDS)
        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(functools.partial(self._answer, latest=latest), questions))

    def kept(self, notes: RenewalNotes, found: t.Mapping[str, RenewalInfo], directories: t.Collection[str]) -> None:
        """The answers about certificates of one store are in its notes; a CA without renewal information stands there
        once."""
        if not self.keep:
            return
        asked = {url: ca.where for (url, _bundle), ca in self._cas.items() if url in directories and ca.client}
        next_look = times.to_text(self.clock.now() + renewal_info.WAIT_WITHOUT)
        without = {url: None if where else next_look for url, where in asked.items()}
        try:
            self.counts["conflicts"] += notes.keep(found, without, self.clock.now())
        except CertError as exc:
            self._unkept.append(exc.message)

    @property
    def summary(self) -> dict[str, int]:
        """How many certificates came to what."""
        return {what: self.counts[what] for what in ("answered", "failed", "unavailable", "skipped", "conflicts")}

    @property
    def warnings(self) -> list[str]:
        """What went wrong, once for each CA; nothing waits for it."""
        found = [
            f"renewal information of {directory} could not be read ({len(errors)} times); what was read earlier"
            f" still applies: {errors[0]}"
            for directory, errors in sorted(self._errors.items())
        ]
        return found + [
            f"what the CAs said of renewal could not be kept, so they are asked again next time: {problem}"
            for problem in dict.fromkeys(self._unkept)
        ]

    def _answer(self, question: RenewalQuestion, latest: Deadline) -> RenewalInfo | None:
        ca = self._cas[question.directory, question.ca_bundle]
        try:
            client, resource = (None, None) if latest.has_passed(self.clock.now()) else ca.find()
            if client is None:
                return self._counted("skipped", None)
            if resource is None:
                return self._counted("unavailable", renewal_info.unavailable(question.info, self.clock.now()))
            answer = client.get(resource, question.info.cert_id)
            info = renewal_info.answered(question.info, answer, self.clock.now(), self.dice())
        except CertError as exc:
            ca.failures += _is_about_the_ca(exc)
            return self._failed(question, exc.message, exc.details.get("retry_after"))
        except Exception as exc:  # noqa: BLE001 - whatever one CA answers, the certificates of the others are renewed
            ca.failures += 1
            return self._failed(
                question, texts.cleaned(f"its answer ended in {type(exc).__name__} ({exc}); ask the CA", LONGEST_TEXT)
            )
        return self._counted("answered", info)

    def _failed(self, question: RenewalQuestion, error: str, retry_after: float | None = None) -> RenewalInfo:
        text = texts.cleaned(" ".join(error.split()), LONGEST_TEXT)
        with self._lock:
            self.counts["failed"] += 1
            self._errors.setdefault(question.directory, []).append(text)
        return renewal_info.unanswered(question.info, text, self.clock.now(), retry_after)

    def _counted(self, what: str, info: RenewalInfo | None) -> RenewalInfo | None:
        with self._lock:
            self.counts[what] += 1
        return info


def refreshed(
    candidates: t.Sequence[Candidate],
    notes: t.Mapping[str | None, RenewalNotes],
    inquiry: Inquiry,
    is_dead: IsDead,
) -> list[Candidate]:
    """The same projects, with what their CAs say now where it was time to ask."""
    now = inquiry.clock.now()
    questions = [_question(each.document, now, is_dead) for each in candidates]
    answers = iter(inquiry.ask([question for question in questions if question]))
    found: list[Candidate] = []
    to_keep: dict[str | None, dict[str, RenewalInfo]] = defaultdict(dict)
    asked: dict[str | None, set[str]] = defaultdict(set)
    for each, question in zip(candidates, questions):
        info = next(answers) if question else None
        if question:
            asked[each.store].add(question.directory)
        if info is not None and (info.window or info.error):
            to_keep[each.store][info.cert_id] = info
        found.append(_with(each, info, now))
    for store, directories in asked.items():
        inquiry.kept(notes[store], to_keep[store], directories)
    return found


def _with(candidate: Candidate, info: RenewalInfo | None, now: datetime) -> Candidate:
    return (
        candidate
        if info is None
        else replace(candidate, document=project_document.with_renewal_info(candidate.document, info, now))
    )


def _question(document: ProjectDocument, now: datetime, is_dead: IsDead) -> RenewalQuestion | None:
    """What is to be asked of this project's CA; None if nothing, if a run is at work on the project, or is to be
    finished first."""
    try:
        info = project_document.renewal_info(document)
        if (
            info is None
            or journal.is_unfinished(document["journal"])
            or lease.is_live(document["lock"], now, is_dead)
            or not renewal_info.is_to_be_asked(info, Certificate.from_dict(project_document.recorded(document)), now)
        ):
            return None
        directory, ca_bundle = project_document.authority(document)
    except Exception:  # noqa: BLE001 - the plan says what is wrong with the document, and asks for the others
        return None
    return RenewalQuestion(info=info, directory=directory, ca_bundle=ca_bundle)


def _is_about_the_ca(error: CertError) -> bool:
    """Whether the CA does not answer, or not now; what it says of one certificate (for example 404) tells nothing about
    the others."""
    status = error.details.get("http_status")
    return status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
