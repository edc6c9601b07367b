# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a project stands, for people and for the selection of work: its state, its certificates, and its definition as
role variables."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..ca import issuances
from ..project import document as project_document, journal, lease
from ..values import times
from ..values.shapes import CertificateRecord, Owner, ProjectDocument
from . import run_plan

STATES = ("locked", "expired", "failing", "unfinished", "pending", "due", "ok")


def role_vars(name: str, definition: t.Mapping[str, t.Any], store_uri: str) -> dict[str, t.Any]:
    """A definition, or a part of one, as variables of the role; what is unset is empty text, so that no default of the
    role takes its place."""
    values = {f"project_{key}": "" if value is None else value for key, value in definition.items()}
    return {"project_name": name, **values, "project_store": store_uri}


def of(document: ProjectDocument, now: datetime, is_dead: t.Callable[[Owner], bool]) -> dict[str, t.Any]:
    """The document with what follows from it: ``due`` says whether a scheduled run has something to do now."""
    plan = run_plan.plan(document, "renew", now)
    is_locked = lease.is_live(document["lock"], now, is_dead)
    certificates = [_row(entry) for entry in [document["certificate"], *document["superseded"]] if entry]
    reason = (
        plan.reason
        if not is_locked
        else run_plan.locked_out(document, lease.owner_text(lease.of(document)), now).reason
    )
    last_run, recorded = document["last_run"], document["certificate"]
    return {
        **document,
        "state": state(document, plan.action, now, is_locked),
        "due": plan.action != "none" and not is_locked,
        "reason": reason,
        "plan": plan.as_dict(),
        "renew_at": plan.renew_at,
        "domains": document["definition"]["domains"],
        "emails": document["definition"]["emails"],
        "certificates": certificates,
        "status": last_run.get("Status") if last_run else None,
        "update_time": max((row["update_time"] for row in certificates if row["update_time"]), default=None),
        "expiration_time": max((row["expiration_time"] for row in certificates), default=None),
        "expires_in_days": days_left(document, now),
        "archive_uri": recorded.get("archive_uri") if recorded else None,
    }


def state(document: ProjectDocument, action: str, now: datetime, is_locked: bool) -> str:
    """How the project stands, given what its plan asks for: the first of ``STATES`` that holds."""
    left = days_left(document, now)
    facts = {
        "locked": is_locked,
        "expired": left is not None and times.from_text(project_document.recorded(document)["not_after"]) <= now,
        "failing": document["renewal"]["failures"] > 0,
        "unfinished": action in ("resume", "rebind") or journal.is_deletion(document["journal"]),
        "pending": left is None,
        "due": action != "none",
    }
    return next((name for name, holds in facts.items() if holds), "ok")


def _row(certificate: CertificateRecord) -> dict[str, t.Any]:
    return {
        "name": certificate.get("name"),
        "id": certificate.get("id") or certificate.get("arn"),
        "update_time": times.to_text(issuances.issued_at(certificate)),
        "expiration_time": certificate["not_after"],
        "fingerprint_sha256": certificate["fingerprint_sha256"],
    }


def days_left(document: ProjectDocument, now: datetime) -> int | None:
    """Whole days until the recorded certificate expires, negative once it has; None without one."""
    if not document["certificate"]:
        return None
    return (times.from_text(document["certificate"]["not_after"]) - now).days
