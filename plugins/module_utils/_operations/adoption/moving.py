# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server certificates change their path, here and back: their IDs stay, so nothing that uses them notices."""

from __future__ import annotations

import typing as t

from ..._clients.aws.iam import Iam
from ..._core.adoption import record, takeover
from ..._core.adoption.shapes import Move, SeenProject
from ..._core.values import ownership
from ..._core.values.shapes import AdoptionRecord, ProjectDefinition, ProjectDocument
from ..._errors import RefusedError, RemoteError
from .holding import HeldProject


def moved(
    iam: Iam, held: HeldProject, project: SeenProject, definition: ProjectDefinition, moves: t.Sequence[Move]
) -> t.Callable[[AdoptionRecord], AdoptionRecord]:
    """Every certificate is at our path, with our tags; the record notes where it was before it goes. If one may not
    move, all are where they were."""

    def carry_out(adoption: AdoptionRecord) -> AdoptionRecord:
        noted = record.moving(adoption, moves)
        held.note(noted)
        done: list[Move] = []
        tags = takeover.tags(project["name"], definition)
        try:
            for move in moves:
                iam.update_server_certificate(move["name"], move["after"])
                done.append(move)
            for one in project["certificates"]:
                if one["id"] in noted["paths"]:
                    iam.tag_server_certificate(one["name"], tags)
        except RemoteError as exc:
            _take_back(iam, held, done, noted)
            raise RefusedError(
                f"{exc.message}; no certificate of {project['theirs']} was moved, and all are in service as before"
            ) from exc
        return noted

    return carry_out


def _take_back(iam: Iam, held: HeldProject, done: t.Sequence[Move], adoption: AdoptionRecord) -> None:
    for move in reversed(done):
        iam.update_server_certificate(move["name"], move["before"])
    gone = {move["id"] for move in done}
    left = {key: path for key, path in adoption["paths"].items() if key not in gone}
    phase = record.STOPPED if adoption["stopped_at"] else record.COPIED
    held.note({**adoption, "paths": left, "phase": phase})


def returned(iam: Iam, held: HeldProject) -> tuple[ProjectDocument | None, list[Move]]:
    """The document afterwards (it stays as long as the old tool is to be started again), and what moved."""
    with held.held(takeover.held) as document:
        back = _way_back(iam, document)
        keys = [*takeover.tags(held.name, document["definition"])]
        for move in back:
            # first the tags: a certificate at our path without them is never deleted
            iam.untag_server_certificate(move["name"], keys)
            iam.update_server_certificate(move["name"], move["after"])
        return held.update(takeover.returned), back


def _way_back(iam: Iam, document: ProjectDocument) -> list[Move]:
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
