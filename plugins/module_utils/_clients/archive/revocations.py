# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates of a project are revoked, noted in the archive beside their bundles: project documents may be
deleted or lost, and bundles stay."""

from __future__ import annotations

import json
from datetime import datetime

from ..._core.certificate.certificate import Certificate
from ..._core.values import times
from ..stores.base import Archive

SCHEMA = 1


def key(project: str, certificate: Certificate) -> str:
    """The archive key of the note."""
    return f"{project}/revoked/{certificate.fingerprint_sha256}.json"


def note(archive: Archive, project: str, certificate: Certificate, now: datetime) -> None:
    """From now on no run takes the bundle of this certificate for one that may be used."""
    document = {"schema": SCHEMA, "serial": certificate.serial, "revoked_at": times.to_text(now)}
    archive.put(key(project, certificate), json.dumps(document, indent=2).encode())
