# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API of AWX and of automation controller, as far as a set-up by their collections uses it; nothing runs in it."""
