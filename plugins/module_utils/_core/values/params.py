# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module was called with. Only ``parse`` sees it: from then on there is the request that it made of it."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Params(Mapping[str, t.Any]):
    """The options by their names, some of them secret, the time of the call, and whether it is in check mode."""

    options: t.Mapping[str, t.Any] = field(repr=False)
    now: datetime
    check_mode: bool

    def __getitem__(self, name: str) -> t.Any:
        return self.options[name]

    def __iter__(self) -> t.Iterator[str]:
        return iter(self.options)

    def __len__(self) -> int:
        return len(self.options)
