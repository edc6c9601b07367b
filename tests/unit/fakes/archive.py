# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive in memory, with a log of the calls that write."""

from __future__ import annotations

from dataclasses import dataclass, field

from unit.fakes.calls import Calls


@dataclass
class FakeArchive:
    calls: Calls = field(default_factory=Calls)
    objects: dict[str, bytes] = field(default_factory=dict)
    uri: str = "file:///archive"

    def uri_of(self, key: str) -> str:
        return f"{self.uri}/{key}"

    def put(self, key: str, content: bytes) -> str:
        self.calls.begin(f"put {_kind(key)}")
        self.objects[key] = content
        self.calls.end()
        return self.uri_of(key)

    def get(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def delete(self, key: str) -> None:
        self.calls.begin(f"delete {_kind(key)}")
        self.objects.pop(key, None)
        self.calls.end()

    def list(self, prefix: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))

    def keys(self, part: str) -> list[str]:
        return sorted(key for key in self.objects if part in key)


def _kind(key: str) -> str:
    return "account" if key.startswith("accounts/") else "pending" if "/pending/" in key else "bundle"
