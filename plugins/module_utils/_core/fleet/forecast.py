# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the selected projects are going to cost: calls of each service, orders at each CA, places in IAM."""

from __future__ import annotations

import math
import typing as t
from collections import Counter

from ..ca import directories
from ..project import last_run, places, sources
from ..values.shapes import ProjectDocument
from .drift import Index
from .needs import Need

# Counted in the sandbox, to which a test holds them; polls take one call each, and there are as many as the waits are
# long.
BASE = {"iam": 3, "cloudfront": 2}
ORDER = {"route53": 3, "acme": 9, "cloudfront": 1}
PER_NAME = {"acme": 2}
PER_DISTRIBUTION = {"cloudfront": 2}
# Where there is a topic, however many addresses it has.
TOPIC = {"sns": 2}
# The first order of a run lists the hosted zones, for all of them.
FIRST_ORDER = {"route53": 1}
# In the place of those of IAM.
ACM_BASE = {"acm": 2}
ACM_ORDER = {"acm": 7}
# Under its ARN nothing is bound and nothing deleted; the distributions are listed once.
SAME_ARN_ORDER = {"acm": 5, "cloudfront": 1}
PAGE = 100


def calls(need: Need, index: Index | None) -> dict[str, int]:
    """About how many calls of each service a run of this project alone makes, if nothing fails and nothing has to be
    waited for long."""
    return _once(_calls(need, index))


def _once(found: Counter[str]) -> dict[str, int]:
    """These calls with those that are made once, however many projects there are."""
    return dict(sorted((found + Counter(FIRST_ORDER if "route53" in found else {})).items()))


def _calls(need: Need, index: Index | None) -> Counter[str]:
    """What a further project of a run adds."""
    if need.action in ("wait", "none"):
        return Counter()
    document, definition = need.candidate.document, need.candidate.document["definition"]
    keeps_arn = need.issue and _is_in_acm(need) and definition["acm_arn"] == places.ARN_CHOICES[1]
    found = _apart_from_distributions(need, keeps_arn)
    if index is not None:
        found["cloudfront"] *= max(1, math.ceil(len(index.distributions) / PAGE))
    bound = 0 if keeps_arn else _bound(document, index)
    counted = [(PER_NAME, len(definition["domains"]) if _orders(need) else 0), (PER_DISTRIBUTION, bound)]
    if definition["sns_topic"]:
        counted += [(TOPIC, 1)]
    for kind, number in counted:
        found.update({service: count * number for service, count in kind.items()})
    return +found


def _apart_from_distributions(need: Need, keeps_arn: bool) -> Counter[str]:
    order = ORDER if _orders(need) else {}
    if keeps_arn:
        return Counter({**order, **SAME_ARN_ORDER})
    found = Counter(BASE)
    found.update(order)
    if _is_in_acm(need):
        del found["iam"]
        found.update(ACM_ORDER if need.issue else ACM_BASE)
    return found


def _bound(document: ProjectDocument, index: Index | None) -> int:
    """How many distributions use a certificate of the project: those that are listed, or else those that its last run
    found."""
    if index is None:
        return len(last_run.distributions(document["last_run"]))
    entries = [entry for entry in (document["certificate"], *document["superseded"]) if entry]
    keys = dict.fromkeys(key for entry in entries for key in places.keys(entry))
    return sum(len(index.users.get(key, ())) for key in keys)


def limits(selected: t.Sequence[Need], index: Index | None, quota: tuple[int, int] | None) -> dict[str, t.Any]:
    """What the selection takes of what is limited, and what of it does not fit."""
    total: Counter[str] = Counter()
    for need in selected:
        total.update(_calls(need, index))
    orders = Counter(
        directories.url(str(need.candidate.document["definition"]["acme_directory"]))
        for need in selected
        if _orders(need)
    )
    uploads = sum(need.issue and not _is_in_acm(need) for need in selected)
    kept = sum(need.issue and need.stays for need in selected)
    iam = {"used": None, "allowed": None, "room": None, "uploads": uploads, "kept": kept}
    if quota is not None:
        iam.update(used=quota[0], allowed=quota[1], room=quota[1] - quota[0])
    return {"calls": _once(total), "orders": dict(sorted(orders.items())), "iam": iam}


def warnings(found: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """What of the limits a person should know before the run."""
    iam = found["iam"]
    if iam["room"] is None or not iam["uploads"] or iam["room"] >= max(1, iam["kept"]):
        return ()
    text = (
        f"IAM holds {iam['used']} of {iam['allowed']} server certificates, and this run adds {iam['kept']} for"
        " good, so there is no room for some of them; delete what is no longer used (playbook"
        " certops.cloudfront.cleanup), or raise the quota"
        ' "Server certificates per account" of IAM'
    )
    return (text,)


def _orders(need: Need) -> bool:
    """Whether the run of a project orders from a CA by ACME."""
    return need.issue and sources.of(need.candidate.document["definition"]) == sources.ACME


def _is_in_acm(need: Need) -> bool:
    """Whether the run of a project stores its certificate in ACM."""
    return need.candidate.document["definition"]["certificate_store"] == places.ACM
