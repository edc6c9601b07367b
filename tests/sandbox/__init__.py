# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS, a CA, DNS and a TLS edge on one machine, on loopback only."""
