# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of an HTTP answer."""

from __future__ import annotations

import io


class Body(io.BytesIO):
    """The body of an HTTP answer, as urllib3 gives it."""

    def stream(self, **_more: object) -> list[bytes]:
        return [self.read()]
