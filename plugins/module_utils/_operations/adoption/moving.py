# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server certificates change their path, here and back: their IDs stay, so nothing that uses them notices."""

from __future__ import annotations

import typing as t

from ..._clients.aws.iam import Iam
from ..._core.adoption import record, takeover
from ..._core.adoption.shapes import Move, SeenProject
from ..._core.values.shapes import AdoptionRecord, ProjectDefinition
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
