# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which server certificates may be deleted: ours, superseded, and used by nobody in a complete listing."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

from ..bind.distributions import DEPLOYED, Distribution, used_certificates, users
from ..server_cert.server_certs import StoredCertificate
from ..values import texts
from ..values.ownership import CLOUDFRONT_PATH, MANAGED_BY, MANAGED_BY_TAG, PROJECT_TAG, PROJECTS_PATH, path_of

READ_ONE_BY_ONE = 2
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
_ID = re.compile(r"ASCA[A-Z0-9]{12,124}")
_EXAMPLE = path_of("webapp")
_EARLIEST = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Search:
    """What a search for users found: a failed search (``distributions`` is None) is never "no user"."""

    distributions: tuple[Distribution, ...] | None
    error: str = ""
    deploying: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """What may be deleted: below ``path``, of the ``candidates`` (None: all), but none of ``keep`` nor the newest
    ``keep_previous``; of one project, unless ``all_projects`` are meant."""

    path: str
    keep: frozenset[str] = frozenset()
    candidates: frozenset[str] | None = None
    keep_previous: int = 0
    all_projects: bool = False


@dataclass(frozen=True)
class DeletionVerdict:
    """Whether one certificate is to be deleted, and why (not)."""

    certificate: StoredCertificate
    delete: bool
    reason: str
    used_by: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, t.Any]:
        """The certificate as it stands among those kept."""
        return {
            "name": self.certificate.name,
            "id": self.certificate.id,
            "reason": self.reason,
            "used_by": list(self.used_by),
        }


def names_to_read(rules: Rules) -> tuple[str, ...] | None:
    """The names of the certificates that the rules speak of, if they are so few that one call for each is less than a
    listing and the tags; None otherwise. Candidates named by ID, or nothing kept by ID, need the listing."""
    candidates = rules.candidates
    if candidates is None or not 0 < len(candidates) <= READ_ONE_BY_ONE or rules.keep_previous:
        return None
    if any(map(_is_id, candidates)) or not any(map(_is_id, rules.keep)):
        return None
    return tuple(sorted(candidates))


def _is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def search_of(
    distributions: tuple[Distribution, ...], certificates: t.Iterable[StoredCertificate], keep: t.Collection[str] = ()
) -> Search:
    """A complete search; ``certificates`` and the IDs in ``keep`` are those between which a distribution may be
    changing, which is noticed.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-rotate-certificates.html
    """
    ids = {one.id for one in certificates} | set(keep)
    changing = (one for one in distributions if one.status != DEPLOYED and used_certificates(one.viewer) & ids)
    return Search(distributions, deploying=tuple(sorted(one.id for one in changing)))


def path_problems(path: str, all_projects: bool = False) -> list[str]:
    """Why nothing may be deleted below this path: it must be that of one project, unless all are meant."""
    is_below = path.startswith(CLOUDFRONT_PATH) and path != CLOUDFRONT_PATH and path.endswith("/")
    if path == PROJECTS_PATH and not all_projects:
        return [f"path: {path} is that of every project; use that of one, such as {_EXAMPLE}, or set all_projects"]
    if not is_below:
        where = f"use a path below {CLOUDFRONT_PATH} that ends with /, such as {_EXAMPLE}"
        return [f"path: {texts.quoted(path)} is too wide; {where}"]
    return []


def reason_not_ours(path: str, tags: t.Mapping[str, str]) -> str | None:
    """Why a server certificate is not one of ours, by its tags and by where it is; None if it is."""
    if tags.get(MANAGED_BY_TAG) != MANAGED_BY:
        return f"it is not ours: the tag {MANAGED_BY_TAG}={MANAGED_BY} is missing"
    project = tags.get(PROJECT_TAG)
    if project is not None and path.startswith(PROJECTS_PATH) and path != path_of(project):
        return f"its tag {PROJECT_TAG} is {texts.quoted(project)}, but its path is {path}"
    return None


def meant(certificates: t.Iterable[StoredCertificate], rules: Rules) -> tuple[StoredCertificate, ...]:
    """The certificates that the rules speak of, newest first."""
    found = [
        one
        for one in certificates
        if one.path.startswith(rules.path) and (rules.candidates is None or rules.candidates & _names(one))
    ]
    return tuple(sorted(found, key=lambda one: (one.upload_date or _EARLIEST, one.name), reverse=True))


def tags_needed(certificates: t.Iterable[StoredCertificate], search: Search, rules: Rules) -> tuple[str, ...]:
    """The names of those whose tags decide; the others are kept anyway."""
    return tuple(one.name for one in meant(certificates, rules) if _reason_to_keep(one, search, rules) is None)


def decide(
    certificates: t.Iterable[StoredCertificate], search: Search, rules: Rules, tags: t.Mapping[str, t.Mapping[str, str]]
) -> tuple[DeletionVerdict, ...]:
    """A verdict on every certificate that is meant, newest first; ``tags`` by name, for those of ``tags_needed``."""
    verdicts = []
    spared = 0
    found = meant(certificates, rules)
    mixed = None if rules.all_projects else _several_projects(found, tags)
    for one in found:
        reason = _reason_to_keep(one, search, rules)
        if reason is None:
            reason = reason_not_ours(one.path, tags.get(one.name, {})) or mixed
        if reason is None and spared < rules.keep_previous:
            spared += 1
            reason = f"it is number {spared} of {rules.keep_previous} superseded certificates to keep"
        used_by = users(search.distributions or (), one.id)
        verdicts.append(
            DeletionVerdict(
                one, reason is None, reason or "it is ours, superseded, and no distribution uses it", used_by
            )
        )
    return tuple(verdicts)


def _reason_to_keep(one: StoredCertificate, search: Search, rules: Rules) -> str | None:
    if search.distributions is None:
        return f"its users are unknown, because the search failed: {search.error}"
    used_by = users(search.distributions, one.id)
    if used_by:
        return f"it is used by {', '.join(used_by)}"
    if rules.keep & _names(one):
        return "it is in the keep list"
    if search.deploying:
        return (
            f"{', '.join(search.deploying)} took another of these certificates and is not yet deployed: edges may still"
            " serve this one"
        )
    return None


def _several_projects(
    certificates: t.Iterable[StoredCertificate], tags: t.Mapping[str, t.Mapping[str, str]]
) -> str | None:
    """Why nothing is deleted where several projects have certificates, which a path of one's own may hold."""
    known = ((one.path, tags.get(one.name, {})) for one in certificates)
    ours = [each for path, each in known if not reason_not_ours(path, each)]
    found = sorted({texts.quoted(each[PROJECT_TAG]) for each in ours if each.get(PROJECT_TAG)})
    if len(found) <= 1:
        return None
    return f"the path has certificates of several projects, {', '.join(found)}: clean up each, or set all_projects"


def _names(one: StoredCertificate) -> frozenset[str]:
    return frozenset(name for name in (one.name, one.id) if name)


def deleted_record(outcomes: t.Mapping[str, str | None]) -> dict[str, str]:
    """``Delete_Previous_IAM_SSL_Cert`` in the SSL Plugin's vocabulary; ``outcomes`` maps names to an error, or None for
    success."""
    return {
        name: "Successfully deleted IAM SSL Cert." if error is None else f"Delete_IAM_Cert_Error: {error}"
        for name, error in outcomes.items()
    }
