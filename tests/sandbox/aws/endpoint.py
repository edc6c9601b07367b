# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place where clients connect to and get a certificate: a listener of a load balancer, or a domain of API Gateway."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import load_balancing
from .cloudfront_certificate import Served

if t.TYPE_CHECKING:
    from .state import State


@dataclass(frozen=True)
class Endpoint:
    """``served`` tells the certificates at a time, the default first; with a ``name``, only a client that asks for it
    gets one."""

    service: str
    arn: str
    host: str
    port: int
    served: t.Callable[[float], tuple[Served, ...]]
    name: str = ""

    def certificate(self, state: State, name: str) -> tuple[str, str] | None:
        """Full chain and private key for a client that asks for a name, or for none."""
        if (
            self.name
            and name != self.name
            and not (self.name.startswith("*.") and name.partition(".")[2] == self.name[2:])
        ):
            return None
        return load_balancing.choose(state, self.served(state.timestamp()), name)
