# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources shall use a certificate, in which of their places, and whether each may."""

from __future__ import annotations

import typing as t

from ..bind.binding import Reaction
from ..bind.report import BindStatus
from ..values import domain_names
from .report import UseReport
from .uses import API_DOMAIN, NewCertificate, Slot, Use, UseSelection

_STALE = frozenset({"PreconditionFailed", "InvalidIfMatchVersion", "ConnectionClosedError", "ReadTimeoutError"})
# elbv2 and elb name it so; the others say it in words.
_INVISIBLE = frozenset({"CertificateNotFound", "CertificateNotFoundException"})
BUSY = frozenset({"TooManyRequestsException", "Throttling", "ThrottlingException", "ConflictException"})
_ADVICE = {
    "TooManyCertificates": (
        "the list of certificates is full, and the old one is not taken out before the new one is in: raise the quota"
        " of certificates in the Service Quotas console, or remove certificates that the listener no longer needs"
    )
}


def plan(uses: t.Iterable[Use], selection: UseSelection, new: NewCertificate) -> tuple[UseReport, ...]:
    """What would become of every resource that is meant, in the order of their IDs."""
    meant = (use for use in uses if use.has(new.taken_by(use).arn) or why_matched(use, selection, new))
    return tuple(judge(use, selection, new) for use in sorted(meant, key=lambda one: one.id))


def why_matched(use: Use, selection: UseSelection, new: NewCertificate) -> str:
    """Why the resource is meant, as words for a sentence; empty if it is not."""
    if "ids" in selection.match and use.id in selection.ids:
        return "its ID is listed"
    if not all(use.tags.get(key) == value for key, value in selection.tags.items()):
        return ""
    if "previous" in selection.match and any(slot.certificate in selection.previous for slot in use.slots):
        return "it uses an older certificate"
    if "aliases" in selection.match and any(_is_shared(slot, new) for slot in use.slots):
        return "the certificate covers names that it serves"
    return ""


def judge(use: Use, selection: UseSelection, new: NewCertificate) -> UseReport:
    """What to do with one resource; one that is not, or no longer, meant is skipped."""
    new = new.taken_by(use)
    replaced = _replaced(use, selection, new)
    uncovered = _uncovered(use, replaced, selection, new)
    if not replaced and use.has(new.arn):
        status, reason, uncovered = BindStatus.ALREADY, "it already uses this certificate", ()
    else:
        reason = _why_not(use, replaced, uncovered, selection, new)
        status = BindStatus.SKIPPED if reason else BindStatus.REBOUND
    return UseReport(
        kind=use.kind,
        id=use.id,
        status=status,
        reason=reason or why_matched(use, selection, new),
        replaced=replaced if status is BindStatus.REBOUND else (),
        names=use.names,
        uncovered=uncovered,
    )


def reaction_to(code: str, message: str) -> Reaction:
    """What to do after a change was refused."""
    if code in _STALE:
        return Reaction.READ_AGAIN
    if code in BUSY:
        return Reaction.WAIT_DEPLOYED
    says_unknown = "certificate" in message.lower() and "exist" in message.lower() and "cover" not in message.lower()
    if code in _INVISIBLE or (code in ("InvalidArgument", "BadRequestException") and says_unknown):
        return Reaction.WAIT_VISIBLE
    return Reaction.FINAL


def advised(code: str, message: str) -> str:
    """The refusal with what to do about it, where that is known."""
    return f"{message}; {_ADVICE[code]}" if code in _ADVICE else message


def unknown(uses: t.Iterable[Use], selection: UseSelection) -> list[str]:
    """The listed resources that do not exist here, or serve no TLS."""
    known = {use.id for use in uses}
    return [one for one in selection.ids if "ids" in selection.match and one not in known]


def unknown_ids(option: str, uses: t.Iterable[Use], selection: UseSelection) -> list[str]:
    """One problem for each of these, unless it may be somewhere else."""
    return [
        f"{option}: {one} does not exist here, or does not serve TLS; check it, the region and the credentials"
        for one in unknown(uses, selection)
        if not selection.in_another
    ]


def _replaced(use: Use, selection: UseSelection, new: NewCertificate) -> tuple[Slot, ...]:
    """The places that get the certificate: those with an older one or, of a listed resource without one, the first."""
    why = why_matched(use, selection, new)
    if not why:
        return ()
    older = tuple(
        slot
        for slot in use.slots
        if slot.certificate != new.arn
        and (
            ("previous" in selection.match and slot.certificate in selection.previous)
            or ("aliases" in selection.match and _is_shared(slot, new))
        )
    )
    is_listed = "ids" in selection.match and use.id in selection.ids
    first = use.slots[:1] if is_listed and use.slots[0].certificate != new.arn and use.slots[0] not in older else ()
    return (*first, *older)


def _uncovered(use: Use, replaced: t.Iterable[Slot], selection: UseSelection, new: NewCertificate) -> tuple[str, ...]:
    """What the resource serves and the certificate does not cover; who lists a resource answers for the names of its
    former certificate."""
    is_listed = "ids" in selection.match and use.id in selection.ids
    served = () if is_listed else [name for slot in replaced for name in slot.names]
    return domain_names.uncovered(new.domains, tuple(dict.fromkeys([*use.names, *served])))


def _why_not(
    use: Use, replaced: t.Sequence[Slot], uncovered: t.Sequence[str], selection: UseSelection, new: NewCertificate
) -> str:
    if not replaced:
        return "it no longer uses an older certificate: it was changed outside this run"
    if use.why_not and not selection.forced:
        return use.why_not
    if new.key_type and use.key_types and new.key_type not in use.key_types:
        return (
            f"it does not take a key of type {new.key_type}; it takes {', '.join(sorted(use.key_types))}: change the"
            " key type of the certificate"
        )
    if uncovered:
        names = ", ".join(uncovered)
        other = "leave it out" if use.kind == API_DOMAIN else "list it by its ID if they are no longer needed"
        return f"the certificate does not cover {names}; issue it with these names as well, or {other}"
    return ""


def _is_shared(slot: Slot, new: NewCertificate) -> bool:
    """Whether the certificate there has a name that the new one covers."""
    return len(domain_names.uncovered(new.domains, slot.names)) < len(slot.names)
