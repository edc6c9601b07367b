# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until CloudFront has deployed what distributions were given: one listing a poll, for all of them together."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..._clients.aws.cloudfront import CloudFront
from ..._core.bind.distributions import DEPLOYED, Distribution
from ..._core.values.waiting import Clock, Deadline, backoff
from ..._errors import RemoteError

# Deployments take minutes; a poll costs one call for 100 distributions.
POLL_BASE_SECONDS, POLL_FACTOR, POLL_CAP_SECONDS = 1.0, 1.5, 20.0
# Whether a distribution as it is listed has what is waited for.
HasIt = t.Callable[[Distribution], bool]


def await_deployed(
    cloudfront: CloudFront, clock: Clock, waiting: t.Collection[str], has_it: HasIt, deadline: Deadline
) -> dict[str, Distribution]:
    """Those of the waiting distributions that have it, and are deployed, before the time is over, as they were then."""
    deployed: dict[str, Distribution] = {}
    rounds, since = 0, clock.now()
    while deployed.keys() != set(waiting):
        pause(clock, deadline, rounds)
        listed = listing(cloudfront, since)
        deployed |= {one.id: one for one in listed if one.id in waiting and is_deployed(one, has_it)}
        since = clock.now()
        if deadline.has_passed(clock.now()):
            break
        rounds += 1
    return deployed


def is_deployed(distribution: Distribution, has_it: HasIt) -> bool:
    """Whether it is deployed with it: right after an update a listing may still show the state before."""
    return distribution.status == DEPLOYED and has_it(distribution)


def listing(cloudfront: CloudFront, since: datetime) -> tuple[Distribution, ...]:
    """All distributions as they were listed after ``since``; nothing if they cannot be listed now, since that is a poll
    among many, which a deadline bounds."""
    try:
        return cloudfront.known_distributions(since)
    except RemoteError:
        return ()


def pause(clock: Clock, deadline: Deadline, rounds: int) -> None:
    """Sleep before the next poll: longer after each round, and not beyond the deadline."""
    clock.sleep(deadline.clamp(clock.now(), backoff(rounds, POLL_BASE_SECONDS, POLL_FACTOR, POLL_CAP_SECONDS)))
