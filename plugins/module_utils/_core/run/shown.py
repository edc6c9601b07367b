# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project document as a result and a diff show it."""

from __future__ import annotations

import typing as t

from ..project import document as project_document
from ..values.shapes import ProjectDocument
from .step_report import StepReport


def visible(document: ProjectDocument | None) -> dict[str, t.Any]:
    """What counts as a change and is shown in a diff: no locks, no journal, no counters."""
    if document is None:
        return {}
    certificate = document["certificate"]
    return {
        "definition": document["definition"],
        "certificate": certificate and {key: value for key, value in certificate.items() if key != "deployed"},
        "superseded": [entry.get("name") for entry in document["superseded"]],
        "subscribed": document["subscribed"],
        "renew_at": document["renewal"]["renew_at"],
    }


def rehearsed(
    before: ProjectDocument | None, after: ProjectDocument, report: StepReport
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """What a step shows in check mode, in which no step before it wrote: a project may not be there yet, and a new
    certificate is only predicted."""
    was, now = (
        _without_definition(document or project_document.new_document(after["name"], after["definition"]))
        for document in (before, after)
    )
    predicted, former = report.predicted, was["certificate"]
    deleted = (report.cleanup_result or {}).get("deleted") or []
    if predicted is not None:
        now["certificate"] = {key: predicted.get(key) for key in (former or predicted)}
        now["superseded"] = [*now["superseded"], former["name"]] if former else now["superseded"]
    if former and former["name"] in deleted:
        was["superseded"] = [*was["superseded"], former["name"]]
    return was, now


def _without_definition(document: ProjectDocument) -> dict[str, t.Any]:
    return {key: value for key, value in visible(document).items() if key != "definition"}
