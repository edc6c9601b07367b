# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses a certificate: told by every service that serves one, seen by ACM some time later.

InUseBy is behind in both directions: a new user is not there yet, one that is gone still is.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


@dataclass
class _Use:
    """Since when, and until when; ``slow`` is how much longer ACM believes in a user that has left; hidden ones InUseBy
    never names."""

    since: float
    until: float | None = None
    slow: float = 0.0
    is_hidden: bool = False


class Usage:
    """Users by certificate ARN, of ACM and of IAM."""

    def __init__(self) -> None:
        self._uses: dict[str, dict[str, _Use]] = {}
        self._of_user: dict[str, set[str]] = {}

    def replace(
        self, user: str, certificates: t.Iterable[str], now: float, *, slow: float = 0.0, is_hidden: bool = False
    ) -> None:
        """From now on ``user`` (an ARN) uses these certificates and no others."""
        wanted = {arn for arn in certificates if arn}
        before = self._of_user.get(user, set())
        for arn in before - wanted:
            use = self._uses[arn][user]
            use.until, use.slow = now, slow
        for arn in wanted - before:
            self._uses.setdefault(arn, {})[user] = _Use(now, is_hidden=is_hidden)
        self._of_user[user] = wanted

    def users(self, arn: str) -> list[str]:
        """Who uses it in truth."""
        return sorted(user for user, use in self._uses.get(arn, {}).items() if use.until is None)

    def is_used(self, arn: str, now: float, lag: float) -> bool:
        """Whether somebody uses it in truth, or ACM still believes so."""
        return any(use.until is None or now < use.until + lag + use.slow for use in self._uses.get(arn, {}).values())

    def is_known(self, arn: str, now: float, lag: float) -> bool:
        """Whether ACM knows of a user: what decides on renewals."""
        return any(_is_seen(use, now, lag) for use in self._uses.get(arn, {}).values())

    def seen(self, arn: str, now: float, lag: float) -> list[str]:
        """Who uses it as InUseBy tells, with a lag."""
        return sorted(
            user for user, use in self._uses.get(arn, {}).items() if not use.is_hidden and _is_seen(use, now, lag)
        )


def _is_seen(use: _Use, now: float, lag: float) -> bool:
    return use.since + lag <= now and (use.until is None or now < use.until + lag + use.slow)
