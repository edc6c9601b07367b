# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate that is wanted, and whether a bundle of the archive satisfies it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..certificate import renewal, renewal_info
from ..certificate.bundle import Manifest
from ..certificate.renewal import RenewalDecision
from ..certificate.renewal_info import RenewalInfo
from ..values import times


@dataclass(frozen=True)
class WantedCertificate:
    """What the certificate has to be; ``domains`` are A-labels in the order given, ``directory`` is a URL."""

    project: str
    domains: tuple[str, ...]
    key_type: str
    directory: str
    profile: str | None


@dataclass(frozen=True)
class BundleVerdict:
    """Whether the bundle is kept, the sentence that says why, and when it is to be renewed if it is kept."""

    keep: bool
    reason: str
    decision: RenewalDecision | None = None
    info: RenewalInfo | None = None


@dataclass(frozen=True)
class RenewalTerms:
    """When a bundle that fits is due all the same, and which CAs (by directory and profile) fit beside the wanted one.

    ``renewal_info`` is what is known of its renewal information, or of that of another certificate.
    """

    interval_days: int
    issued_since: datetime | None = None
    accepted: tuple[tuple[str, str | None], ...] = ()
    renewal_info: t.Mapping[str, t.Any] | None = None


def judge(manifest: Manifest | None, wanted: WantedCertificate, terms: RenewalTerms, now: datetime) -> BundleVerdict:
    """Whether the newest bundle of the project is left alone."""
    if manifest is None:
        return BundleVerdict(keep=False, reason="the archive has no usable bundle of this project")
    difference = _difference(manifest, wanted, terms.accepted)
    if difference:
        return BundleVerdict(keep=False, reason=difference)
    if terms.issued_since is not None and manifest.issued_at < terms.issued_since:
        issued = times.to_text(manifest.issued_at)
        return BundleVerdict(
            keep=False,
            reason=f"the certificate was issued at {issued}, before issued_since {times.to_text(terms.issued_since)}",
        )
    info = renewal_info.known(terms.renewal_info, manifest.certificate)
    decision = renewal.decide(manifest.certificate, terms.interval_days, now, info)
    return BundleVerdict(keep=not decision.due, reason=decision.reason, decision=decision, info=info)


def replacement(manifest: Manifest | None, wanted: WantedCertificate, account_url: str | None) -> str | None:
    """The certificate that a new order of this account replaces, by its name in renewal information; None if the CA
    would not take it as a replacement.

    RFC 9773 section 5: same account, and an identifier in common.
    """
    if (
        manifest is None
        or manifest.account_url is None
        or (manifest.directory, manifest.account_url) != (wanted.directory, account_url)
    ):
        return None
    return (
        renewal_info.certificate_id(manifest.certificate)
        if set(manifest.certificate.domains) & set(wanted.domains)
        else None
    )


def is_refused_profile(code: str, message: str) -> bool:
    """Whether a refused order is about its profile: CAs differ in the type that they give it (Boulder, Pebble, accounts
    that are not on a list)."""
    return code == "invalidProfile" or (code in ("malformed", "unauthorized") and "profile" in message.lower())


def _difference(manifest: Manifest, wanted: WantedCertificate, accepted: t.Collection[tuple[str, str | None]]) -> str:
    """What of the certificate is not as wanted; empty if all is."""
    has, needs = set(manifest.certificate.domains), set(wanted.domains)
    if has != needs:
        parts = [
            f"{word} {', '.join(sorted(names))}"
            for word, names in (("added", needs - has), ("removed", has - needs))
            if names
        ]
        return f"the names changed: {'; '.join(parts)}"
    compared: list[tuple[str, str | None, str | None]] = [("key type", manifest.certificate.key_type, wanted.key_type)]
    if (manifest.directory, manifest.profile) not in accepted:
        compared += [
            ("ACME directory", manifest.directory, wanted.directory),
            ("profile", manifest.profile, wanted.profile),
        ]
    for what, old, new in compared:
        if old != new:
            return f"the {what} changed from {old} to {new}"
    return ""
