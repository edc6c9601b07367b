# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places for server certificates in IAM, as far as they suffice for the projects of a run."""

from __future__ import annotations

import typing as t

from ..project import places
from ..values.shapes import ProjectDocument

if t.TYPE_CHECKING:
    from .needs import Need


def stays(document: ProjectDocument) -> bool:
    """Whether an issuance leaves one certificate more in IAM than there was: a first one, or one more to go back to."""
    is_more = document["certificate"] is None or len(document["superseded"]) < document["definition"]["keep_previous"]
    return is_more and uploads(document)


def uploads(document: ProjectDocument) -> bool:
    """Whether a new certificate of the project takes a place in IAM."""
    return document["definition"]["certificate_store"] == places.IAM


class Room:
    """The free places, which new certificates take one after another. Those that replace another one give their place
    back, so that they share one; a project that is renewed is never held back, since its own run says and records that
    it found no place."""

    def __init__(self, quota: tuple[int, int] | None, needs: t.Iterable[Need]) -> None:
        self._quota = quota
        is_shared = any(
            need.due and need.issue and not need.stays and uploads(need.candidate.document) for need in needs
        )
        self._free = 0 if quota is None else quota[1] - quota[0] - is_shared

    def suffices(self, need: Need) -> bool:
        """Whether the project finds a place, as far as that is known; one that wants more places free than there can
        be is not held back for ever, but told so by its own run."""
        document = need.candidate.document
        if self._quota is None or not need.issue or document["certificate"] is not None or not uploads(document):
            return True
        wanted = 1 + document["definition"]["quota_headroom"]
        return self._free >= wanted or wanted > max(1, self._quota[1])

    def take(self, need: Need) -> None:
        """The project runs."""
        self._free -= need.issue and need.stays

    def refusal(self) -> str:
        """Why a project does not find a place."""
        used, allowed = self._quota or (0, 0)
        return f"IAM holds {used} of {allowed} server certificates, which leaves no room for this one"
