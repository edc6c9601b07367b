# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates an incident concerns, so that a reissue of many projects can be repeated until nothing is left to
do."""

from __future__ import annotations

from datetime import datetime

from ..ca import directories, issuances
from ..project import document as project_document
from ..values import texts, times
from ..values.shapes import ProjectDocument

RUN, OTHERWISE = "reissue", "converge"


def problems(issued_before: str | None, now: datetime, issued_by: str | None = None, run: str = RUN) -> list[str]:
    """What is wrong with these options."""
    found = (
        [text.replace("acme_directory", "issued_by") for text in directories.problems(issued_by)] if issued_by else []
    )
    try:
        since = moment(issued_before)
    except ValueError:
        found.append(f"issued_before: {texts.quoted(issued_before)} is not a time such as 2027-01-06T04:42:00Z")
    else:
        found += _future_problems(since, now)
    if issued_before and run != RUN:
        found.append(f"issued_before: works only with run={RUN}, not with run={run}; leave it out")
    return found


def _future_problems(since: datetime | None, now: datetime) -> list[str]:
    if since is None or since <= now:
        return []
    future = f"issued_before: {times.to_text(since)} is in the future, so every run would reissue"
    return [f"{future}; use a time in the past"]


def moment(issued_before: str | None) -> datetime | None:
    """The option as a time; ValueError if it is none."""
    return times.from_text(issued_before) if issued_before else None


def run_for(document: ProjectDocument, run: str, issued_before: datetime | None) -> str:
    """What the run is for this project: a reissue whose certificate was issued since only does whatever is missing."""
    certificate = document["certificate"]
    if run != RUN or issued_before is None or certificate is None:
        return run
    return RUN if issuances.issued_at(certificate) < issued_before else OTHERWISE


def is_issued_by(document: ProjectDocument, directory: str) -> bool:
    """Whether this CA, a known name or a URL, issued the recorded certificate; a fallback is told from the CA that was
    wanted."""
    return (
        document["certificate"] is not None
        and project_document.authority(document)[0] == directories.resolve(directory).url
    )
