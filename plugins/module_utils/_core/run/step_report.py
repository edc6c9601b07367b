# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of project_record that tell of a step, as a report."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..values import texts, times
from ..values.params import Params
from ..values.shapes import CertificateRecord, RenewalInfoRecord
from . import ending, reissue


def problems(params: Params) -> list[str]:
    """Why the options tell of no step."""
    missing = [] if params.check_mode else _missing(params["certificate"])
    found = (
        [f"certificate: {', '.join(missing)} missing; use server_certificate as iam_server_cert returned it"]
        if missing
        else []
    )
    try:
        _time(params["retry_at"])
    except ValueError:
        found.append(f"retry_at: {texts.quoted(params['retry_at'])} is not a time such as 2027-01-06T04:42:00Z")
    return found


def of(params: Params) -> StepReport:
    """The report of options without ``problems``; a certificate that check mode only predicts is not recorded."""
    certificate = None if _missing(params["certificate"]) else params["certificate"]
    return StepReport(
        phase=params["phase"],
        certificate=certificate,
        predicted=params["certificate"] if certificate is None else None,
        renewal=params["renewal"],
        bind_result=_step_result(params, "bind_result"),
        cleanup_result=_step_result(params, "cleanup_result"),
        subscribed=None if params["subscribed"] is None else tuple(params["subscribed"]),
        unsubscribed=None if params["subscriptions"] is None else ending.unsubscribed(params["subscriptions"]),
        failure=params["failure"],
        retry_at=_time(params["retry_at"]),
        revoke_reason=params["revoke_reason"],
        issued_before=reissue.moment(params["issued_before"]),
        revoked=tuple(params["revoked"] or ()),
        withdrawn=tuple(params["withdrawn"] or ()),
    )


def _step_result(params: Params, option: str) -> t.Mapping[str, t.Any] | None:
    """What the step returned; with a failure only if it is what failed, since the others are on record."""
    result: t.Mapping[str, t.Any] | None = params[option]
    return ending.failed(result, params["run_id"]) if result and params["failure"] is not None else result


def known_certificate(given: CertificateRecord) -> CertificateRecord | None:
    """The certificate, or None if check mode only predicts it."""
    return None if _missing(given) else given


def _missing(certificate: CertificateRecord | None) -> list[str]:
    """What a certificate lacks to be recorded."""
    return [key for key in CERTIFICATE_KEYS if certificate is not None and certificate.get(key) is None]


def _time(given: str | None) -> str | None:
    return times.to_text(times.from_text(given)) if given else None


# A certificate in the record has these, whatever else the store of certificates tells.
CERTIFICATE_KEYS = ("serial", "fingerprint_sha256", "issuer", "domains", "key_type", "not_before", "not_after")


class RenewalReport(t.TypedDict, total=False):
    """When a certificate is to be renewed, as acme_route53_issue returns it; a key may be missing."""

    renew_at: str | None
    reason: str | None
    ari: RenewalInfoRecord | None


@dataclass(frozen=True)
class StepReport:
    """What one step of a run has to say; None means nothing on that point. ``predicted`` is a certificate that check
    mode does not know in full. ``subscribed`` are all addresses, or with ``unsubscribed`` those beside what stays."""

    phase: str | None = None
    certificate: CertificateRecord | None = None
    renewal: RenewalReport | None = None
    bind_result: t.Mapping[str, t.Any] | None = None
    cleanup_result: t.Mapping[str, t.Any] | None = None
    subscribed: tuple[str, ...] | None = None
    unsubscribed: tuple[str, ...] | None = None
    order_url: str | None = None
    failure: str | None = None
    retry_at: str | None = None
    revoke_reason: str | None = None
    issued_before: datetime | None = None
    revoked: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    predicted: t.Mapping[str, t.Any] | None = None

    @property
    def is_about_work(self) -> bool:
        """Whether a certificate was ordered, stored or bound, which has to be brought to its end."""
        return any(value is not None for value in (self.certificate, self.bind_result, self.order_url))
