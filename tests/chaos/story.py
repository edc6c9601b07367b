# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a story is, and where most of them begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.seed import client, create_distribution, create_record, create_zone, upload_certificate

from .world import PATH, PROJECT

if TYPE_CHECKING:
    from chaos.starting_point import Bench

DAY = 86400
# A resumed run may look again at what it cannot know: the figure of docs/safety.md. One of these calls lists the
# distributions, which an undisturbed run does once for its check and its binding.
EXTRA_CALLS = 7
VARIABLES: Mapping[str, Any] = {
    "project_name": PROJECT,
    "project_domains": ["shop.example", "*.shop.example"],
    "project_emails": ["ops@shop.example"],
    "project_bind": ["previous", "aliases"],
    "project_renewal_interval_days": 30,
}


@dataclass(frozen=True)
class Story:
    """A playbook, what it is given, and how to come to where it starts."""

    playbook: str
    prepare: Callable[[Bench], None] = field(repr=False)
    variables: Mapping[str, Any] = field(default_factory=dict)
    issues: int = 0
    """How many certificates an undisturbed run has issued."""
    revokes: int = 0
    """And revoked."""
    begins_as: str | None = None
    """The story that makes the same calls at first, so that this one is killed only after those."""
    in_aws: bool = False
    """The document is in DynamoDB and the archive in S3: it is killed at calls to these only, where it differs from its
    twin."""
    extra_calls: int = EXTRA_CALLS
    """How many calls a resumed run may make beyond those that are missing."""
    is_killed: bool = True
    """Otherwise it is there for the calls that no other story makes, to fail."""


def empty(bench: Bench) -> None:
    """A zone and two distributions to take over, amid things that are not ours."""
    env = bench.process.env()
    zone = create_zone("shop.example", env=env)
    create_record(zone, "_acme-challenge.shop.example", "TXT", ["foreign-value-of-somebody-else"], env=env)
    old = upload_certificate("old-one", ["shop.example", "www.shop.example"], env)
    foreign = upload_certificate("foreign", ["foreign.example"], env)
    upload_certificate("hand-made", ["hand.example"], env, path=PATH)
    create_distribution(["shop.example"], certificate=old, env=env)
    create_distribution(["www.shop.example"], certificate=old, env=env)
    create_distribution(["foreign.example"], certificate=foreign, env=env)
    sns = client("sns", env)
    topic = sns.create_topic(Name="somebody-elses")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="else@foreign.example")


def must_end(bench: Bench, playbook: str, status: int, **more: Any) -> None:
    ended = bench.runner.run(playbook, {**VARIABLES, **more})
    assert ended.status == status, ended.output
