# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often and how long CloudFront is asked whether a change is deployed."""

from __future__ import annotations

# Each stale ETag means that somebody else changed the distribution in between.
STALE_READS = 5

# Deployments take minutes; a poll costs one call for 100 distributions.
POLL_BASE_SECONDS, POLL_FACTOR, POLL_CAP_SECONDS = 1.0, 1.5, 20.0
