# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the projects that need something this run takes, and in what order."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..ca.ledger import Held
from ..project import places
from ..report import words
from ..run import reissue
from ..values import texts, times
from ..values.shapes import ProjectDocument
from .needs import Candidate, Need
from .room import Room

# How many of those that rest are named.
NEXT = 5
# The options that choose.
CHOICES = ("states", "tags", "issued_by", "priority_tags", "certificate")
# How many lines at most tell what needs a person.
ATTENDED = 20
# Computed at import, where ansible-test's pylint does not take "|" for types.
Admit = t.Callable[[ProjectDocument], t.Optional[Held]]  # noqa: UP045


@dataclass(frozen=True)
class Choice:
    """Which projects are planned, those in one of these ``states`` that have all of these ``tags``, a certificate of
    this CA and this very ``certificate`` (what is not given excludes none); and whose turn comes first."""

    states: t.Collection[str] = ()
    tags: t.Mapping[str, str] = field(default_factory=dict)
    issued_by: str | None = None
    priority_tags: t.Mapping[str, str] = field(default_factory=dict)
    certificate: str | None = None

    def takes(self, need: Need) -> bool:
        """Whether this project is planned."""
        if (self.states and need.state not in self.states) or not _has_tags(need, self.tags):
            return False
        document = need.candidate.document
        if self.certificate is not None and self.certificate not in places.names(document):
            return False
        return self.issued_by is None or reissue.is_issued_by(document, self.issued_by)

    def turn(self, need: Need, now: datetime) -> tuple[bool, bool, bool, datetime, str]:
        """Its place: what is due, then what rests, by the time to look again.

        Of what is due first the projects that have all of ``priority_tags``, each part by its deadlines. Those that
        failed and would wait in a scheduled run come last: however often they fail, they do not keep the others from
        their turn.
        """
        moment = times.from_text(need.deadline if need.due or need.wait_until is None else need.wait_until)
        retry_at = need.candidate.document["renewal"]["next_attempt_at"]
        is_late = need.due and retry_at is not None and times.from_text(retry_at) > now
        is_first = need.due and bool(self.priority_tags) and _has_tags(need, self.priority_tags)
        return not need.due, is_late, not is_first, moment, need.name


def problems(certificate: str | None) -> list[str]:
    """Why there cannot be a certificate that is called so."""
    if certificate is None or places.is_name(certificate):
        return []
    return [f"certificate: {texts.quoted(certificate)} is not valid; use the ARN, the ID or the name of a certificate"]


def _has_tags(need: Need, tags: t.Mapping[str, str]) -> bool:
    of_project = need.candidate.document["definition"]["tags"]
    return all(of_project.get(str(tag)) == str(text) for tag, text in tags.items())


def cut(
    needs: t.Sequence[Need],
    max_per_run: int | None,
    admit: Admit,
    room: Room,
    cannot: t.Callable[[Candidate, Exception], None],
) -> list[Need]:
    """The needs in their order, with those selected that are due, at most so many; the others that are due say why they
    are put off or held back.

    ``admit`` says of the document of a project that is going to order a certificate which limit forbids that now, if
    any, and ``room`` whether IAM has a place; a project of which it cannot be told is left out and goes to ``cannot``.
    """
    found, taken = [], 0
    for need in needs:
        try:
            judged = _cut(need, max_per_run, taken, admit, room)
        except Exception as exc:  # noqa: BLE001 - whatever is wrong with one project, the others have their turn
            cannot(need.candidate, exc)
            continue
        taken += judged.selected
        found.append(judged)
    return found


def _cut(need: Need, max_per_run: int | None, taken: int, admit: Admit, room: Room) -> Need:
    if not need.due:
        return need
    if max_per_run is not None and taken >= max_per_run:
        reason = f"{need.reason}; deferred: max_per_run ({max_per_run}) is used up by more urgent projects"
        return replace(need, reason=reason)
    if not room.suffices(need):
        return replace(need, has_room=False, reason=f"{need.reason}; held back: {room.refusal()}")
    held = admit(need.candidate.document) if need.issue else None
    if held is None:
        room.take(need)
        return replace(need, selected=True)
    reason = f"{need.reason}; held back: {held.as_text()}"
    return replace(need, held=held, wait_until=times.to_text(held.until), reason=reason)


def summary(needs: t.Sequence[Need], broken: int) -> dict[str, t.Any]:
    """How many projects need what, and of those that no run takes now the first ones that wait, that rest, and that
    have leftovers."""
    due = [need for need in needs if need.due]
    held = [need for need in due if need.held is not None]
    roomless = [need for need in due if not need.has_room]
    put_off = [need for need in due if not need.selected and need.held is None and need.has_room]
    by_action = {
        action: [need for need in needs if not need.due and need.action == action]
        for action in ("wait", "none", "cleanup")
    }
    return {
        "total": len(needs) + broken,
        "due": len(due),
        "selected": len(due) - len(put_off) - len(held) - len(roomless),
        "put_off": len(put_off),
        "held": len(held),
        "without_room": len(roomless),
        "broken": broken,
        "actions": dict(sorted(Counter(need.action for need in needs).items())),
        "states": dict(sorted(Counter(need.state for need in needs).items())),
        "first_put_off": [_named(need, "deadline", need.deadline) for need in put_off[:NEXT]],
        "first_held": [_named(need, "until", need.wait_until) for need in held[:NEXT]],
        "first_without_room": [_named(need, "deadline", need.deadline) for need in roomless[:NEXT]],
        "first_waiting": [_named(need, "until", need.wait_until) for need in by_action["wait"][:NEXT]],
        "first_resting": [_named(need, "until", need.wait_until) for need in by_action["none"][:NEXT]],
        "first_to_clean": [_named(need, "deadline", need.deadline) for need in by_action["cleanup"][:NEXT]],
        "attention": [one for need in needs if not need.selected for one in _attention(need)][:ATTENDED],
    }


def _attention(need: Need) -> t.Iterator[dict[str, str]]:
    """What needs a person of a project that does not run now."""
    command = f"ansible-playbook certops.cloudfront.{{}} -e project_name={need.name}"
    if need.action == "wait" and need.state == "failing":
        reason = f"waits until {need.wait_until}: {need.reason}"
        yield {"name": need.name, "reason": reason, "do": command.format("doctor")}
    for one in need.drift.left:
        names = [*need.candidate.document["definition"]["domains"], *one.uncovered]
        until = f" until {one.until}, when it goes dark" if one.until else ""
        yield {
            "name": need.name,
            "reason": f"distribution {one.id} ({one.uncovered[0]}) stays on an older certificate{until}: the present"
            f" one does not cover {', '.join(one.uncovered)}",
            "do": f"{command.format('create')} -e change_only=true -e '{words.variable('project_domains', names)}'",
        }


def _named(need: Need, word: str, moment: str | None) -> dict[str, t.Any]:
    return {"name": need.name, word: moment, "reason": need.reason}
