# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say whose Route 53 has the zones; plugins/doc_fragments/dns.py describes them."""

from __future__ import annotations

import typing as t

from ..._clients.aws.session import ROUTE53_CALLS_PER_SECOND

ROUTE53_RATE: dict[str, t.Any] = {"type": "float", "default": ROUTE53_CALLS_PER_SECOND}
# Of modules that speak to something else in AWS besides.
DNS_AWS: dict[str, t.Any] = {
    "type": "dict",
    "options": {
        "region": {"type": "str"},
        "profile": {"type": "str"},
        "access_key": {"type": "str", "no_log": False},
        "secret_key": {"type": "str", "no_log": True},
        "session_token": {"type": "str", "no_log": True},
        "role_arn": {"type": "str"},
        "external_id": {"type": "str"},
    },
    "mutually_exclusive": [("profile", "access_key")],
    "required_together": [("access_key", "secret_key")],
    "required_by": {"session_token": ("access_key",), "external_id": ("role_arn",)},
}
# Which of them reach zones that the others do not.
DNS_DELEGATIONS: dict[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": {"zone": {"type": "str", "required": True}, "dns_aws": {**DNS_AWS, "required": True}},
}
ACCOUNTS: dict[str, t.Any] = {
    "dns_aws": DNS_AWS,
    "dns_delegations": DNS_DELEGATIONS,
    "route53_calls_per_second": ROUTE53_RATE,
}
