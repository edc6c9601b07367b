# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way back of an adoption: the certificates go where they were, the document goes, the archive stays."""

from __future__ import annotations

import typing as t

from ..._clients.aws.iam import Iam
from ..._core.adoption import takeover
from ..._core.adoption.shapes import Move
from ..._core.values import ownership
from ..._core.values.shapes import AdoptionRecord, ProjectDocument
from .holding import HeldProject


def returned(iam: Iam, held: HeldProject) -> tuple[ProjectDocument | None, list[Move]]:
    """The document afterwards (it stays as long as the old tool is to be started again), and what moved."""
    with held.held(takeover.held) as document:
        back = _moves(iam, document)
        keys = [*takeover.tags(held.name, document["definition"])]
        for move in back:
            # first the tags: a certificate at our path without them is never deleted
            iam.untag_server_certificate(move["name"], keys)
            iam.update_server_certificate(move["name"], move["after"])
        return held.update(takeover.returned), back


def _moves(iam: Iam, document: ProjectDocument) -> list[Move]:
    """What is at our path and came from elsewhere; after a renewal of ours, the certificate in service."""
    adoption = t.cast("AdoptionRecord", document["adoption"])
    certificate = document["certificate"]
    theirs = next((former["path"] for former in adoption["paths"].values()), None)
    found: list[Move] = []
    for one in iam.list_server_certificates(ownership.path_of(document["name"])):
        former = adoption["paths"].get(one.id or "")
        serves = certificate is not None and certificate.get("id") == one.id
        path = former["path"] if former else theirs if serves else None
        if path is not None:
            found.append({"name": one.name, "id": one.id or "", "before": one.path, "after": path})
    return found
