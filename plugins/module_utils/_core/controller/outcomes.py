# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to each object of a set-up, and what is said of it."""

from __future__ import annotations

import json
import typing as t

from ..._errors import CertError
from ..values import redaction, texts
from .objects import ControllerObject

# The collections that have the modules; the first that is installed is used.
COLLECTIONS = ("ansible.controller", "awx.awx")
CREATED, CHANGED, UNCHANGED, REMOVED, ABSENT, KEPT = "created", "changed", "unchanged", "removed", "absent", "kept"
_CHANGES = (CREATED, CHANGED, REMOVED)


def decided(one: ControllerObject, found: t.Any, missing: set[tuple[str, str]] | None) -> str | None:
    """What happens to an object without asking its module; None if that has to decide.

    ``missing`` is None outside of check mode. In it, the module would look for objects that only a real run makes.
    """
    if one.removes:
        return None if found else ABSENT
    if missing is None:
        return None
    if not found:
        missing.add(one.identity)
        return CREATED
    return CHANGED if missing.intersection(one.needs) else None


def outcome(one: ControllerObject, was_there: bool, is_changed: bool) -> str:
    """What its module did with an object."""
    if not is_changed:
        return UNCHANGED
    return REMOVED if one.removes else CHANGED if was_there else CREATED


def worst(before: str | None, now: str) -> str:
    """What was done with an object that is made in two steps."""
    return before if before in _CHANGES else now


def is_changed(done: t.Mapping[tuple[str, str], str]) -> bool:
    """Whether anything was changed."""
    return any(status in _CHANGES for status in done.values())


def told(every: t.Iterable[ControllerObject], done: t.Mapping[tuple[str, str], str]) -> dict[str, t.Any]:
    """The result of a set-up, as data and for people."""
    labels = {one.identity: one.label for one in every}
    lines = [f"{labels[identity]}: {status}" for identity, status in done.items() if status in _CHANGES]
    lines += [
        f"{labels[identity]}: kept, since credentials have this type; remove them first"
        for identity, status in done.items()
        if status == KEPT
    ]
    same = sum(status in (UNCHANGED, ABSENT) for status in done.values())
    return {
        "changed": is_changed(done),
        "objects": [{"kind": kind, "name": name, "status": status} for (kind, name), status in done.items()],
        "lines": lines + ([f"{same} unchanged"] if same else []),
    }


def reason(result: t.Mapping[str, t.Any]) -> str:
    """What a module says of its failure, with what the controller answered."""
    answer = result.get("response")
    said = answer.get("json") if isinstance(answer, dict) else None
    return f"{result.get('msg') or 'it failed without a reason'}{f': {json.dumps(said)}' if said else ''}"


def failure(one: ControllerObject, why: str, hidden: t.Iterable[str]) -> CertError:
    """The error for an object that could not be made."""
    for text in sorted(hidden, key=len, reverse=True):
        why = why.replace(text, redaction.HIDDEN)
    return CertError(f"{one.label}: {texts.cleaned(why)}; what stands before it is set up, and the next run continues")


def not_installed(wanted: str | None) -> CertError:
    """The error where no collection of a controller is installed."""
    what = f"{wanted} is not" if wanted else f"neither {' nor '.join(COLLECTIONS)} is"
    return CertError(
        f"{what} installed where this playbook runs; install awx.awx for AWX (ansible-galaxy collection install"
        " awx.awx), or ansible.controller for automation controller (from Automation Hub)"
    )
