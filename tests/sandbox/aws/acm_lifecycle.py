# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a certificate by itself: validation, issue, time-out, renewal. Worked out whenever somebody looks.

https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
"""

from __future__ import annotations

import typing as t
from datetime import timedelta

from . import acm_dns, acm_issuer
from .acm_answers import eligibility
from .acm_certificate import Certificate, Renewal

if t.TYPE_CHECKING:
    from .state import State

VALIDATION_SECONDS = 72 * 3600.0
RENEWAL_BEFORE = timedelta(days=45)


def settle(state: State, item: Certificate, is_used: bool) -> None:
    """Bring the certificate to where it is by now."""
    if item.status == "PENDING_VALIDATION":
        _validate(state, item)
    elif item.status == "ISSUED" and item.type == "AMAZON_ISSUED":
        _renew(state, item, is_used)


def _validate(state: State, item: Certificate) -> None:
    now, settings = state.timestamp(), state.settings
    if item.method == "DNS" and now >= item.created + settings.acm_record_seconds:
        for name in item.names:
            if name not in item.validated and acm_dns.is_validated(state, item.account, name):
                item.validated[name] = now
    if len(item.validated) < len(item.names):
        if now >= item.created + VALIDATION_SECONDS:
            item.status = "VALIDATION_TIMED_OUT"
        return
    if now < max(item.validated.values()) + settings.acm_issue_seconds:
        return
    if not all(acm_dns.may_issue(state, name) for name in item.names):
        item.status, item.failure = "FAILED", "CAA_ERROR"
        return
    item.versions.append(acm_issuer.issue(state, item))
    item.status, item.issued = "ISSUED", now


def _renew(state: State, item: Certificate, is_used: bool) -> None:
    now, known = state.now(), item.facts
    assert known is not None
    is_due = item.is_renewal_wanted or now >= known.not_after - RENEWAL_BEFORE
    is_over = now >= known.not_after
    if is_over and item.renewal and item.renewal.status in ("PENDING_AUTO_RENEWAL", "PENDING_VALIDATION"):
        item.renewal.status, item.renewal.updated = "FAILED", now.timestamp()
    if not is_due or is_over or eligibility(item, is_used, now) == "INELIGIBLE":
        return
    if item.renewal is None or item.renewal.status == "SUCCESS":
        item.renewal = Renewal("PENDING_AUTO_RENEWAL", now.timestamp(), now.timestamp())
    _try(state, item, item.renewal)


def _try(state: State, item: Certificate, renewal: Renewal) -> None:
    """One attempt: each name's record is looked up again, and so are CAA records."""
    before = (renewal.status, renewal.reason, renewal.validated)
    renewal.validated = frozenset(
        name for name in item.names if item.method != "DNS" or acm_dns.is_validated(state, item.account, name)
    )
    renewal.reason = "" if all(acm_dns.may_issue(state, name) for name in item.names) else "CAA_ERROR"
    if len(renewal.validated) < len(item.names):
        renewal.status = "PENDING_VALIDATION"
    elif renewal.reason:
        renewal.status = "FAILED"
    elif state.timestamp() < renewal.started + state.settings.acm_renewal_seconds:
        renewal.status = "PENDING_AUTO_RENEWAL"
    else:
        item.versions.append(acm_issuer.issue(state, item))
        renewal.status, item.is_renewal_wanted = "SUCCESS", False
    if before != (renewal.status, renewal.reason, renewal.validated):
        renewal.updated = state.timestamp()
