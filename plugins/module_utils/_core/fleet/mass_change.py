# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether so many projects have lost their certificates at once that something else is wrong than the certificates."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..project import identity, journal
from ..values.shapes import ProjectDocument
from .drift import Index

OPTION = "accept_mass_change"
# One project that lost its certificate is put right; of this many they are more than half.
LEAST = 2
NAMED = 3


@dataclass(frozen=True)
class MassLoss:
    """The projects whose recorded certificates a listing does not have, of so many that have one in its account."""

    account: str
    lost: tuple[str, ...]
    recorded: int

    def refusal(self) -> str:
        """What a person has to decide."""
        more = f" and {len(self.lost) - NAMED} more" if len(self.lost) > NAMED else ""
        return (
            f"{len(self.lost)} of {self.recorded} projects have lost their server certificates in AWS account"
            f" {self.account} at once ({', '.join(self.lost[:NAMED])}{more}): probably the account, the endpoint or the"
            " permissions are the wrong ones, or the listing is not complete, so nothing was planned, issued or"
            " changed; compare with the playbook certops.cloudfront.certificates, and if the certificates really were"
            f" deleted, run again with {OPTION}=true, which restores or replaces them"
        )


@dataclass(frozen=True)
class Standing:
    """Whether one project's recorded certificate is where it should be."""

    name: str
    is_lost: bool


def standing(document: ProjectDocument, index: Index) -> Standing | None:
    """How a project stands in the listing; None if that shows nothing of it, or if its certificates are being
    deleted."""
    certificate = document["certificate"]
    if certificate is None or not certificate.get("id") or journal.is_deletion(document["journal"]):
        return None
    if identity.account_of(document) != index.account:
        return None
    return Standing(document["name"], certificate["id"] not in index.ids)


def loss(standings: t.Iterable[Standing | None], index: Index) -> MassLoss | None:
    """The loss, if it is one; None if most certificates are where they should be."""
    recorded = [one for one in standings if one is not None]
    lost = sorted(one.name for one in recorded if one.is_lost)
    if len(lost) < LEAST or 2 * len(lost) <= len(recorded):
        return None
    return MassLoss(str(index.account), tuple(lost), len(recorded))
