# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a strict service is: a table of operations, each a function of one call."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from .endpoint import Endpoint
    from .state import State


@dataclass(frozen=True)
class Response:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Call:
    """One signed API call; ``params`` are named as in the service's botocore model."""

    service: str
    operation: str
    region: str
    partition: str
    account: str
    access_key: str
    params: t.Mapping[str, t.Any] = field(default_factory=dict)
    body: bytes = b""
    query: t.Mapping[str, str] = field(default_factory=dict)
    headers: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def scope(self) -> tuple[str, str]:
        """What separates resources: account and partition."""
        return (self.account, self.partition)


# What an operation returns when moto may answer after all.
MOTO = Response(0, b"")

# An operation returns the output members of its botocore model, a whole answer, or MOTO.
Operation = t.Callable[[Call], t.Mapping[str, t.Any] | Response | None]


class Service:
    """A service that the sandbox answers itself. Operations without a function go to moto if ``moto_knows_more``, else
    are refused."""

    name: t.ClassVar[str]
    moto_knows_more: t.ClassVar[bool] = False
    # operations whose body is not parsed by the botocore model, because it must survive as it was sent
    raw: t.ClassVar[frozenset[str]] = frozenset()

    def __init__(self, state: State) -> None:
        self.state = state
        self.operations: dict[str, Operation] = {}

    def admit(self, call: Call) -> None:
        """Refuses a call before it is looked at: rate limits."""

    def refusal(self, call: Call, path: str, needs: t.Sequence[str]) -> Response | None:
        """Refuses a call that moto is going to answer, by raising or with an answer; ``needs`` are its actions."""
        return None

    def resource(self, call: Call) -> str:
        """The ARN that a policy is checked against; "*" where the operation has none."""
        return "*"

    def context(self, call: Call) -> t.Mapping[str, t.Sequence[str]]:
        """What conditions may ask of the call beside what every call tells: the service's own keys, and the tags of the
        resource."""
        return {}

    def tagged(self, account: str, region: str) -> t.Mapping[str, dict[str, str]]:
        """The tags of each resource of an account and region, by ARN, for the tagging API."""
        return {}

    def endpoints(self) -> list[Endpoint]:
        """Where clients connect to and get a certificate."""
        return []

    def needs(self, call: Call) -> t.Sequence[tuple[str, str]]:
        """Actions, each with its resource, that the call needs beside its own."""
        return ()
