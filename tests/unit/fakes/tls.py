# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What edges serve."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


@dataclass
class FakeTls:
    """Serves these fingerprints by server name, one after another; the last one for good."""

    served: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, int, str]] = field(default_factory=list)
    on_first_probe: t.Callable[[], None] | None = None

    def served_fingerprint(self, host: str, port: int, server_name: str) -> str:
        if self.on_first_probe is not None:
            intruder, self.on_first_probe = self.on_first_probe, None
            intruder()
        self.asked.append((host, port, server_name))
        queue = self.served[server_name]
        return queue.pop(0) if len(queue) > 1 else queue[0]
