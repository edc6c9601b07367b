# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state in which a run ends, without what differs from run to run: to compare one that was disturbed with one that
was not."""

from __future__ import annotations

import json
import re
from typing import Any

from chaos.starting_point import Played

from .world import World


def outcome(played: Played) -> dict[str, Any]:
    """What counts of the end of a run."""
    world = played.world
    return {
        "exit status": played.ended.status,
        "record": _record(world),
        "our certificates": len(world.ours),
        "bound to": sorted(
            (" ".join(each.rest["Aliases"].get("Items", [])), _bound(world, each.certificate))
            for each in world.distributions.values()
        ),
        "served by listeners": sorted(
            tuple(_served(world, name) for name in names) for names in world.listeners.values()
        ),
        "published": _bound(world, world.published),
        "challenge records": world.challenges,
        "validation records": world.validations,
        "topics": world.topics,
        "bundles": len(world.bundles),
        "bundle of the record": _bundle(world),
        "unfinished orders": world.pending,
        "issued": played.issued,
        "revoked": played.revoked,
    }


def _record(world: World) -> dict[str, Any] | None:
    document = world.document
    if document is None:
        return None
    certificate, journal = document["certificate"] or {}, document["journal"] or {}
    return {
        "definition": _anywhere(document["definition"]),
        "deployed": bool(certificate.get("deployed")),
        "superseded": len(document["superseded"]),
        "to be revoked": [entry["name"] for entry in document["superseded"] if entry.get("revoke")],
        "subscribed": document["subscribed"],
        "phase": journal.get("phase"),
        "lock": document["lock"],
        "failures": document["renewal"]["failures"],
        "status": (document["last_run"] or {}).get("Status"),
    }


def _anywhere(definition: dict[str, Any]) -> Any:
    """As on any bench: directories and ports are of one."""
    return json.loads(re.sub(r"certops-(?:chaos|sandbox)-[\w-]+|(?<=localhost:)\d+", "", json.dumps(definition)))


def _bundle(world: World) -> int | None:
    """Which of the bundles, in the order of time, is that of the recorded certificate."""
    certificate = (world.document or {}).get("certificate") or {}
    leaves = [world.bundles[path] for path in sorted(world.bundles, key=lambda path: path.removesuffix(".tar.gz"))]
    return leaves.index(certificate["fingerprint_sha256"]) if certificate.get("archive_uri") else None


def _served(world: World, name: str) -> str:
    """The certificate of a listener, likewise."""
    certificate = (world.document or {}).get("certificate") or {}
    return "the recorded one" if name in (certificate.get("name"), certificate.get("arn")) else name


def _bound(world: World, certificate: str | None) -> str:
    """The certificate by what it is to the project."""
    if certificate is None:
        return "none"
    recorded = (world.document or {}).get("certificate") or {}
    if certificate in (recorded.get("id"), recorded.get("arn")):
        return "the recorded one"
    return world.certificates[certificate].name
