# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the edge serves the certificate that a distribution was given."""

from __future__ import annotations

# Edge locations switch within seconds of "Deployed"; the rest is for caches of DNS and connections.
PROBE_SECONDS = 120
HTTPS_PORT = 443
NOT_SERVED = "ServedCertificateDiffers"
