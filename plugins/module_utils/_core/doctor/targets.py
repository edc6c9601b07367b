# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on what a project binds beside distributions, and on whatever has another owner, whose templates set a
certificate, too."""

from __future__ import annotations

import typing as t

from ..bind.report import BindStatus
from ..targets import judging, owners
from ..targets.report import UseReport
from ..targets.uses import NewCertificate, Use, UseSelection
from .findings import Finding, finding


def bindings(uses: t.Sequence[Use], selection: UseSelection, new: NewCertificate) -> list[Finding]:
    """What the next bind of the project would meet, and what the last one left."""
    return [entry for report in judging.plan(uses, selection, new) for entry in _of(report, selection)]


def missing(listed: t.Iterable[str], known: t.Container[str]) -> list[Finding]:
    """What is listed and stands in no region of the project."""
    words = "it does not exist in this account and the regions of the project"
    return [finding("TARGET_UNKNOWN", one, words) for one in listed if one not in known]


def _of(report: UseReport, selection: UseSelection) -> list[Finding]:
    if report.status is BindStatus.SKIPPED:
        return [finding("TARGET_REFUSED", report.id, report.reason)]
    former = sorted({slot.certificate for slot in report.replaced if slot.certificate})
    own = [one for one in former if one in selection.previous]
    foreign = [one for one in former if one not in selection.previous]
    found = []
    if own:
        found.append(finding("TARGET_ASTRAY", report.id, f"it still uses an older certificate, {', '.join(own)}"))
    if foreign:
        words = f"it uses the certificate {', '.join(foreign)}, which the project would replace"
        found.append(finding("BINDING_TAKES_OVER", report.id, words))
    return found


def owned(tags: t.Mapping[str, t.Mapping[str, str]]) -> list[Finding]:
    """What has another owner, by the ``tags`` of everything that is meant by its ID."""
    found = []
    for one, own in sorted(tags.items()):
        who = owners.owner(own)
        if who:
            words = f"its tags say that it belongs to {who}, which sets the certificate of its template again"
            found.append(finding("OWNED_ELSEWHERE", one, words))
    return found
