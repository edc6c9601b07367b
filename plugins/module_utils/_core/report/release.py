# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which release this is."""

from __future__ import annotations

VERSION = "0.1.0"
