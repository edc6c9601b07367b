# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""See plugin_utils/_in_process.py."""

from __future__ import annotations

from ansible_collections.certops.cloudfront.plugins.plugin_utils import _in_process

ActionModule = _in_process.serving(__name__)
