# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What visitors of a project's sites get that nobody wants: why a person is needed, of what only the listings show."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ..project import identity, places
from ..values import domain_names
from ..values.shapes import CertificateRecord, ProjectDocument
from . import drift
from .drift import Index

LEFT_BEHIND, UNCOVERED_ALIAS, UNBOUND = "left_behind", "uncovered_alias", "unbound"


def reasons(document: ProjectDocument, index: Index | None) -> tuple[str, ...]:
    """Which of the three hold; without a listing that has the certificate, the last run tells what it left behind."""
    recorded = document["certificate"]
    if recorded is None or index is None or not is_listed(recorded, index):
        return (LEFT_BEHIND,) if recorded and _was_left(document) else ()
    here = replace(index, account=identity.account_of(document) or index.account)
    aliases = [alias for key in places.keys(recorded) for user in index.users.get(key, ()) for alias in user.aliases]
    facts = {
        LEFT_BEHIND: bool(drift.find(document, here, converging=False).left),
        UNCOVERED_ALIAS: bool(domain_names.uncovered(recorded["domains"], aliases)),
        UNBOUND: _is_meant(document) and not _is_used(document, index) and _could_be_used(recorded, index),
    }
    return tuple(reason for reason, holds in facts.items() if holds)


def is_listed(recorded: CertificateRecord, index: Index) -> bool:
    """Whether the listings, which are of one account, have the certificate, or anything that uses it."""
    return any(key in index.ids or key in index.users for key in places.keys(recorded))


def _was_left(document: ProjectDocument) -> bool:
    last_run: t.Mapping[str, t.Any] = document["last_run"] or {}
    entries = last_run.get("Update_CloudFront_Status") or ()
    return any(isinstance(value, dict) for entry in entries for value in entry.values())


def _is_meant(document: ProjectDocument) -> bool:
    definition = document["definition"]
    return bool(definition["bind"]) and "cloudfront" in definition["targets"]


def _is_used(document: ProjectDocument, index: Index) -> bool:
    entries = [entry for entry in (document["certificate"], *document["superseded"]) if entry]
    return any(key in index.users for entry in entries for key in places.keys(entry))


def _could_be_used(recorded: CertificateRecord, index: Index) -> bool:
    """Whether a distribution has a name of the certificate; one that serves its tenants alone has none."""
    found = index.with_alias_of(recorded["domains"])
    return any(
        not one.tenant_only and any(not domain_names.uncovered(recorded["domains"], [alias]) for alias in one.aliases)
        for one in found
    )
