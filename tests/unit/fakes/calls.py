# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of calls that fakes share: it says what is refused, and when the process is killed."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError


class KilledError(BaseException):
    """The process is gone: no code of ours that catches errors sees it."""


@dataclass
class Calls:
    """Every call in order, and what some are refused with, in turn; from number ``dies_at`` on, all of them kill,
    so that nothing is cleaned up.

    A call is killed before it takes effect, or after if ``after_effect``.
    """

    made: list[str] = field(default_factory=list)
    dies_at: int | None = None
    after_effect: bool = False
    refusals: dict[str, list[RemoteError | None]] = field(default_factory=dict)

    def begin(self, name: str, target: str = "") -> None:
        self.made.append(name)
        if self.dies_at is not None and len(self.made) > self.dies_at + self.after_effect:
            raise KilledError
        for key in (f"{name} {target}", name):
            queue = self.refusals.get(key)
            refused = queue.pop(0) if queue else None
            if refused is not None:
                raise refused

    def end(self) -> None:
        if self.after_effect and self.dies_at is not None and len(self.made) > self.dies_at:
            raise KilledError


def refusal(code: str, service: str = "acme", status: int = 403, message: str = "no") -> RemoteError:
    return RemoteError(f"{service}: {code}: {message}", service=service, operation="any", code=code, http_status=status)


def refused_by_aws(code: str, message: str = "no") -> RemoteError:
    return refusal(code, "aws", message=message)
