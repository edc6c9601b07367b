# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet serves beside distributions: where an older certificate may still be, and what runs change.

Load balancers are listed only where something hints at them: an older certificate that exists and, in ACM, is in use.
"""

from __future__ import annotations

import typing as t

from ..bind.report import BindStatus
from ..project import document as project_document, last_run, places, targets
from ..targets import judging, listeners
from ..targets.uses import Use, UseSelection
from ..values.shapes import ProjectDocument

# A kind of target in a region.
Where = tuple[str, str]


def where(document: ProjectDocument, existing: t.Mapping[str, bool]) -> set[Where]:
    """Where to look for an older certificate of the project; ``existing`` tells whether a listed one may be in use."""
    current = document["certificate"]
    older = [one for one in document["superseded"] if not places.is_overwritten(one, current)]
    if current is None or not any(existing.get(key) for one in older for key in places.keys(one)):
        return set()
    steps = targets.steps(document["definition"])
    return {(kind, step["region"]) for kind, found in steps.items() for step in found}


def astray(document: ProjectDocument, found: t.Mapping[Where, t.Sequence[Use]]) -> tuple[str, ...]:
    """What still uses an older certificate of the project, and a run would give the recorded one."""
    current = project_document.recorded(document)
    older = {arn: one for one in document["superseded"] for arn in targets.arns(one)}
    ids: dict[str, None] = {}
    for kind, steps in targets.steps(document["definition"]).items() if found else ():
        for step in steps:
            selection = UseSelection(
                match=frozenset(step["match"]),
                previous=tuple(older),
                ids=tuple(step["ids"]),
                tags=document["definition"]["match_tags"],
            )
            new = targets.in_region(current, step["region"])
            uses = [use for use in found.get((kind, step["region"]), ()) if any(use.has(arn) for arn in older)]
            reports = judging.plan(uses, selection, new)
            ids.update(dict.fromkeys(one.id for one in reports if one.status is BindStatus.REBOUND))
    return tuple(ids)


def used(found: t.Mapping[Where, t.Sequence[Use]]) -> frozenset[str]:
    """The certificates that anything beside distributions serves."""
    return frozenset(slot.certificate for uses in found.values() for use in uses for slot in use.slots)


def changed(document: ProjectDocument) -> tuple[str, ...]:
    """What the last run of the project bound: IDs of distributions, and ARNs of load balancers; nothing where a
    template stays true by itself."""
    record = document["last_run"]
    if record is None or targets.is_announced(document["definition"]):
        return ()
    beside = [one for entry in record.get("Update_Targets_Status") or () for one in entry if one.startswith("arn:")]
    return (*last_run.distributions(record), *dict.fromkeys(listeners.owner_of(one) for one in beside))
