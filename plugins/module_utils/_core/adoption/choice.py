# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the certificates of a project is the one in service, and what becomes of the others."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..values.partitions import AwsAccount
from .shapes import SeenCertificate

CURRENT, SUPERSEDED = "current", "superseded"


@dataclass(frozen=True)
class ServiceChoice:
    """The certificate in service, and the others from the oldest on."""

    current: SeenCertificate | None
    superseded: tuple[SeenCertificate, ...] = ()
    warnings: tuple[str, ...] = ()


def choose(certificates: t.Iterable[SeenCertificate], rebind: bool = False) -> ServiceChoice:
    """The choice; with ``rebind`` the newest is to be put in service, whatever is there now."""
    found = sorted(certificates, key=_age)
    if not found:
        return ServiceChoice(None)
    used = [one for one in found if one["users"]]
    newest = found[-1]
    current = max(used, key=lambda one: one["not_after"]) if used and not rebind else newest
    others = tuple(one for one in found if one is not current)
    astray = [one for one in others if one["users"]]
    warnings = [*_warnings(current, newest, astray), *_uncovered(used)]
    return ServiceChoice(current, others, tuple(warnings))


def account_of(certificates: t.Iterable[SeenCertificate]) -> AwsAccount | None:
    """The account that the certificates are in."""
    found = (AwsAccount.of_arn(one["arn"]) for one in certificates)
    return next((one for one in found if one is not None), None)


def is_deployed(certificates: t.Sequence[SeenCertificate]) -> bool:
    """Whether the certificate with the role is in service everywhere, or nothing uses any of them."""
    current = next((one for one in certificates if one["role"] == CURRENT), None)
    astray = [one for one in certificates if one is not current and one["users"]]
    return current is not None and not astray and current["deployed"]


def _age(one: SeenCertificate) -> tuple[str, str]:
    return one["upload_date"] or "", one["name"]


def _warnings(
    current: SeenCertificate, newest: SeenCertificate, astray: t.Sequence[SeenCertificate]
) -> t.Iterator[str]:
    if current is not newest and not newest["users"]:
        yield (
            f"{newest['name']} is newer than {current['name']}, and no distribution uses it: it counts as superseded,"
            " and the next renewal deletes it"
        )
    if astray:
        users = ", ".join(user for one in astray for user in one["users"])
        yield f"{users} use an older certificate than {current['name']}: the next run rebinds them"


def _uncovered(used: t.Iterable[SeenCertificate]) -> t.Iterator[str]:
    for one in used:
        if one["uncovered"]:
            yield (
                f"{one['name']} does not cover {', '.join(one['uncovered'])}, an alias of a distribution that uses it"
            )


def assigned(
    certificates: t.Sequence[SeenCertificate], rebind: bool = False
) -> tuple[ServiceChoice, list[SeenCertificate]]:
    """The choice, and the certificates, oldest first, each with what it is for the project."""
    choice = choose(certificates, rebind)
    current = choice.current["id"] if choice.current else None
    ordered = sorted(certificates, key=_age)
    return choice, [{**one, "role": CURRENT if one["id"] == current else SUPERSEDED} for one in ordered]
