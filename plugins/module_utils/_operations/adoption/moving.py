# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server certificates change their path, here and back: their IDs stay, so nothing that uses them notices."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from ..._clients.aws.iam import Iam
from ..._clients.aws.regional.acm import Acm
from ..._core.adoption import record, takeover
from ..._core.adoption.shapes import Move, SeenCertificate, SeenProject
from ..._core.project import places
from ..._core.values import ownership
from ..._core.values.shapes import AdoptionRecord, ProjectDefinition, ProjectDocument
from ..._errors import ConfigError, RefusedError, RemoteError
from .holding import HeldProject


@dataclass(frozen=True)
class CertificateStores:
    """Where certificates are; without ACM in China."""

    iam: Iam
    acm: Acm | None

    def mark(self, one: SeenCertificate, tags: t.Mapping[str, str]) -> None:
        """The certificate has these tags beside its own."""
        if one["store"] == places.IAM:
            self.iam.tag_server_certificate(one["name"], tags)
        else:
            self._acm().add_tags_to_certificate(one["arn"], tags)

    def unmark(self, move: Move, keys: t.Iterable[str]) -> None:
        """The certificate has none of these tags."""
        if move["before"]:
            self.iam.untag_server_certificate(move["name"], [*keys])
        else:
            self._acm().remove_tags_from_certificate(move["id"], keys)

    def move(self, move: Move, back: bool = False) -> None:
        """The certificate is at its new path, or at the former one; in ACM there is none."""
        if move["before"]:
            self.iam.update_server_certificate(move["name"], move["before"] if back else move["after"])

    def chain(self, one: SeenCertificate) -> str | None:
        """The chain that it is served with; None if it is gone."""
        if one["store"] == places.IAM:
            stored = self.iam.get_server_certificate(one["name"])
            return stored.chain if stored else None
        found = self._acm().get_certificate(one["arn"])
        return found.chain if found else None

    def is_in_acm(self, arn: str) -> bool:
        """Whether ACM has it still."""
        return self.acm is not None and self.acm.describe_certificate(arn) is not None

    def _acm(self) -> Acm:
        if self.acm is None:
            raise ConfigError(["region: CloudFront in China takes no certificates of ACM; check the region"])
        return self.acm


def moved(
    certificates: CertificateStores,
    held: HeldProject,
    project: SeenProject,
    definition: ProjectDefinition,
    moves: t.Sequence[Move],
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
                certificates.move(move)
                done.append(move)
            for one in project["certificates"]:
                if one["id"] in noted["paths"]:
                    certificates.mark(one, tags)
        except RemoteError as exc:
            _take_back(certificates, held, done, (noted, definition))
            raise RefusedError(
                f"{exc.message}; no certificate of {project['theirs']} was moved, and all are in service as before"
            ) from exc
        return noted

    return carry_out


def _take_back(
    certificates: CertificateStores,
    held: HeldProject,
    done: t.Sequence[Move],
    noted: tuple[AdoptionRecord, ProjectDefinition],
) -> None:
    adoption, definition = noted
    for move in reversed(done):
        certificates.move(move, back=True)
        if not move["before"]:
            # what may not set tags may perhaps not remove them; the next run finds it by them
            with contextlib.suppress(RemoteError):
                certificates.unmark(move, takeover.tags(held.name, definition))
    gone = {move["id"] for move in done}
    left = {key: path for key, path in adoption["paths"].items() if key not in gone}
    phase = record.STOPPED if adoption["stopped_at"] else record.COPIED
    held.note({**adoption, "paths": left, "phase": phase})


def returned(certificates: CertificateStores, held: HeldProject) -> tuple[ProjectDocument | None, list[Move]]:
    """The document afterwards (it stays as long as the old tool is to be started again), and what moved."""
    with held.held(takeover.held) as document:
        back = [*_way_back(certificates.iam, document), *_marked(certificates, document)]
        keys = [*takeover.tags(held.name, document["definition"])]
        for move in back:
            # first the tags: a certificate at our path without them is never deleted
            certificates.unmark(move, keys)
            certificates.move(move)
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


def _marked(certificates: CertificateStores, document: ProjectDocument) -> list[Move]:
    """The certificates of ACM that got our tags, and the one in service, as far as they exist."""
    adoption = t.cast("AdoptionRecord", document["adoption"])
    came = [arn for arn in adoption["paths"] if arn.startswith("arn:")]
    arns = dict.fromkeys([*came, *places.arns(document["certificate"])])
    found: list[Move] = [{"name": arn, "id": arn, "before": "", "after": ""} for arn in arns]
    return [move for move in found if certificates.is_in_acm(move["id"])]
