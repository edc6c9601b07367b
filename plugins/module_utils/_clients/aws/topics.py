# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a topic's name to its ARN without listing topics: partition and region of the connection, account of the
credentials."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._core.report import subscriptions
from .listing_cache import SharedSts
from .sns import Sns
from .sts import Sts

if t.TYPE_CHECKING:
    from .session import Session


@dataclass(frozen=True)
class Topics:
    """SNS in the region and partition of one connection."""

    sns: Sns
    sts: Sts
    partition: str
    region: str

    @classmethod
    def of(cls, session: Session) -> Topics:
        """The clients for this connection; calls nothing."""
        return cls(
            sns=Sns(session.client("sns")),
            sts=SharedSts.of(session),
            partition=session.partition,
            region=session.region,
        )

    def arn(self, topic: str) -> str:
        """The ARN of a topic given by name or ARN; asks STS for the account of a name. ``topic_problems`` must be
        empty."""
        if subscriptions.is_arn(topic):
            return topic
        return f"arn:{self.partition}:sns:{self.region}:{self.sts.get_caller_identity().id}:{topic}"
