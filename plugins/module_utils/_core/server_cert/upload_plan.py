# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a certificate has to be uploaded to IAM, and under which name."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..certificate.certificate import Certificate
from ..values import times
from ..values.plan import Plan, Step
from .limits import MAX_NAME_LENGTH
from .server_certs import StoredCertificate


@dataclass(frozen=True)
class WantedUpload:
    """The server certificate that shall exist: ``name`` is used as it is or, when taken by other content, with a
    number."""

    name: str
    path: str
    tags: t.Mapping[str, str]
    certificate: Certificate


@dataclass(frozen=True)
class ObservedIam:
    """What IAM holds: every certificate of the account, and the tags of those under the wanted path with the wanted
    content."""

    stored: tuple[StoredCertificate, ...]
    same: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)


def name_for(prefix: str, not_after: datetime) -> str:
    """The name of a certificate that expires at ``not_after``: ``webapp-2027-01-06-0442``."""
    return f"{prefix}-{times.to_name(not_after)}"


def may_be_same(stored: StoredCertificate, wanted: WantedUpload) -> bool:
    """Whether it is worth reading this one's content: right path and expiry, as far as the listing says."""
    return stored.path == wanted.path and stored.expiration in (None, wanted.certificate.not_after)


def free_name(name: str, taken: t.Iterable[str]) -> str:
    """The name, with ``-2``, ``-3``, … when it is taken; IAM does not tell names apart by case."""
    lowered = {other.lower() for other in taken}
    candidate, number = name, 1
    while candidate.lower() in lowered:
        number += 1
        suffix = f"-{number}"
        candidate = name[: MAX_NAME_LENGTH - len(suffix)] + suffix
    return candidate


def plan_present(observed: ObservedIam, wanted: WantedUpload) -> Plan:
    """Adopt the certificate that has the content already, with the missing tags added, or upload a new one."""
    names = [stored.name for stored in observed.stored]
    if observed.same:
        name = (
            wanted.name if wanted.name in observed.same else min(observed.same, key=lambda other: (len(other), other))
        )
        return _plan_adoption(name, observed.same[name], wanted)
    name = free_name(wanted.name, names)
    collision = f"; the name {wanted.name} belongs to another certificate" if name != wanted.name else ""
    step = Step("upload", name, {"path": wanted.path, "tags": dict(wanted.tags)})
    reason = f"no server certificate with this content exists under {wanted.path}{collision}"
    return Plan(steps=(step,), after=_state(name, wanted, wanted.tags), reason=reason)


def _plan_adoption(name: str, tags: t.Mapping[str, str], wanted: WantedUpload) -> Plan:
    missing = {key: value for key, value in wanted.tags.items() if tags.get(key) != value}
    before, after = _state(name, wanted, tags), _state(name, wanted, {**tags, **missing})
    if not missing:
        return Plan(before=before, after=after, reason=f"server certificate {name} already has this content")
    reason = f"server certificate {name} already has this content, but not the tags {', '.join(sorted(missing))}"
    return Plan(steps=(Step("tag", name, {"tags": missing}),), before=before, after=after, reason=reason)


def _state(name: str, wanted: WantedUpload, tags: t.Mapping[str, str]) -> dict[str, t.Any]:
    certificate = wanted.certificate
    fields = {
        "name": name,
        "path": wanted.path,
        "serial": certificate.serial,
        "not_after": times.to_text(certificate.not_after),
        "tags": dict(tags),
    }
    return {"server_certificate": fields}
