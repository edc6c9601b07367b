# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rate limits that CAs publish, as data. They change often, so each CA has a date, and an operator's file replaces
what differs.

A CA that publishes no numbers is not here, and so has no limits but those that it tells in its refusals.
"""

from __future__ import annotations

import typing as t

PUBLISHED: dict[str, dict[str, t.Any]] = {
    "letsencrypt": {
        "as_of": "2026-08-05",
        "source": "https://letsencrypt.org/docs/rate-limits/",
        "orders": {"count": 300, "seconds": 3 * 3600, "exempt": ["ari", "renewal"]},
        "registered_domain": {"count": 50, "seconds": 7 * 86400, "exempt": ["ari", "renewal"]},
        "exact_set": {"count": 5, "seconds": 7 * 86400, "exempt": ["ari"]},
        "failed_validations": {"count": 5, "seconds": 3600, "exempt": []},
    },
    "letsencrypt_staging": {
        "as_of": "2026-08-05",
        "source": "https://letsencrypt.org/docs/staging-environment/",
        "orders": {"count": 1500, "seconds": 3 * 3600, "exempt": ["ari", "renewal"]},
        "exact_set": {"count": 30000, "seconds": 7 * 86400, "exempt": ["ari"]},
        "failed_validations": {"count": 200, "seconds": 3600, "exempt": []},
    },
}
