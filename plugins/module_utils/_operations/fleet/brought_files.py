# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks into the files of projects whose certificates the user brings, so that a schedule takes up new ones."""

from __future__ import annotations

from dataclasses import replace

from ..._clients.machine import crypto
from ..._core.fleet.needs import Candidate
from ..._core.project import sources
from ..._errors import CertError
from ..issue import brought
from .survey import Fleet


def look(fleet: Fleet) -> None:
    """Note the certificate that the files of each project hold; what cannot be read is a warning."""
    fleet.candidates = fleet.each(lambda candidate: _looked_at(candidate, fleet))


def _looked_at(candidate: Candidate, fleet: Fleet) -> Candidate:
    definition = candidate.document["definition"]
    path = definition["files"].get("certificate") if definition["source"] == sources.FILES else None
    if not path:
        return candidate
    try:
        leaf, _chain = crypto.split(brought.text_of(path))
        return replace(candidate, brought=crypto.inspect(leaf).fingerprint_sha256)
    except CertError as exc:
        fleet.warnings.append(f"project {candidate.name}: its certificate is not looked for: {exc.message}")
        return candidate
