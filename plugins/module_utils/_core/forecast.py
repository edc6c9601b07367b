# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the selected projects are going to cost: calls of each service, orders at each CA, places in IAM."""

from __future__ import annotations

import math
import typing as t
from collections import Counter

from . import acme_directories
from .drift import Index
from .fleet import Need

# Counted in the sandbox; polls take one call each, and there are as many as the waits are long.
BASE = {"route53": 0, "acme": 0, "iam": 3, "cloudfront": 2, "sns": 3}
ORDER = {"route53": 5, "acme": 9, "iam": 4, "cloudfront": 1, "sns": 1}
PER_NAME = {"acme": 3}
PER_DISTRIBUTION = {"cloudfront": 4}
PAGE = 100


def calls(need: Need, index: Index | None) -> dict[str, int]:
    """About how many calls of each service a run of this project makes, if nothing fails and nothing has to be waited for long."""
    if need.action in ("wait", "none"):
        return {}
    document = need.candidate.document
    found = Counter(BASE)
    if need.issue:
        found.update(ORDER)
        found.update({service: count * len(document["definition"]["domains"]) for service, count in PER_NAME.items()})
    if index is not None:
        ids = [entry.get("id") for entry in (document["certificate"] or {}, *document["superseded"])]
        bound = sum(len(index.users.get(one, ())) for one in ids if one)
        found.update({service: count * bound for service, count in PER_DISTRIBUTION.items()})
        found["cloudfront"] += BASE["cloudfront"] * (max(1, math.ceil(len(index.distributions) / PAGE)) - 1)
    return {service: count for service, count in sorted(found.items()) if count}


def limits(selected: t.Sequence[Need], index: Index | None, quota: tuple[int, int] | None) -> dict[str, t.Any]:
    """What the selection takes of what is limited, and what of it does not fit."""
    total: Counter[str] = Counter()
    for need in selected:
        total.update(calls(need, index))
    orders = Counter(acme_directories.url(str(need.candidate.document["definition"]["acme_directory"])) for need in selected if need.issue)
    uploads = sum(need.issue for need in selected)
    iam = {"used": None, "allowed": None, "room": None, "uploads": uploads, "kept": sum(map(_stays, selected))}
    if quota is not None:
        iam.update(used=quota[0], allowed=quota[1], room=quota[1] - quota[0])
    return {"calls": dict(sorted(total.items())), "orders": dict(sorted(orders.items())), "iam": iam}


def warnings(found: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """What of the limits a person should know before the run."""
    iam = found["iam"]
    if iam["room"] is None or not iam["uploads"] or iam["room"] >= max(1, iam["kept"]):
        return ()
    text = (
        f"IAM holds {iam['used']} of {iam['allowed']} server certificates, and this run adds {iam['kept']} for good, so some find no place; delete what"
        ' is no longer used (playbook certops.cloudfront.cleanup), or raise the quota "Server certificates per account" of IAM'
    )
    return (text,)


def _stays(need: Need) -> bool:
    """Whether the run leaves one certificate more in IAM than there was: a first one, or one more to go back to."""
    document = need.candidate.document
    return need.issue and (document["certificate"] is None or len(document["superseded"]) < document["definition"]["keep_previous"])
