# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on notifications: which addresses have confirmed, and which have not."""

from __future__ import annotations

import typing as t

from ..report import subscriptions
from ..report.subscriptions import PENDING_HOURS, Subscription, SubscriptionStatus
from ..values import emails
from .findings import Finding, finding


def silent(project: str, topic: str, addresses: t.Sequence[str]) -> list[Finding]:
    """Whether the project is meant to tell nobody."""
    if topic and addresses:
        return []
    return [
        finding(
            "NO_NOTICES",
            project,
            "it has no topic, so nobody is notified" if not topic else "it has no addresses in emails",
        )
    ]


def topic(arn: str, addresses: t.Sequence[str], found: tuple[Subscription, ...] | None, has_run: bool) -> list[Finding]:
    """Who of the project's addresses gets notices; before its first run there is nothing to expect."""
    if found is None:
        return [finding("TOPIC_MISSING", arn, "the topic no longer exists")] if has_run else []
    findings = [entry for address in addresses if has_run for entry in _address(address, found)]
    if (has_run or found) and not any(entry.status is SubscriptionStatus.CONFIRMED for entry in found):
        findings.append(finding("NO_SUBSCRIBERS", arn, "nobody has confirmed a subscription, so nobody is notified"))
    return findings


def _address(address: str, found: tuple[Subscription, ...]) -> list[Finding]:
    known = subscriptions.find(found, "email", emails.mailbox(address))
    if known is None:
        return [finding("SUBSCRIPTION_MISSING", address, "it is not, or no longer, subscribed")]
    if known.status is SubscriptionStatus.PENDING:
        return [
            finding(
                "SUBSCRIPTION_PENDING",
                address,
                f"it is not confirmed; it lapses {PENDING_HOURS} hours after the last confirmation request",
            )
        ]
    return []
