# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role by name: a name that is not one of them would be ignored without a word, so it is refused
with the nearest one that is."""

from __future__ import annotations

import difflib
import typing as t

from ..values import texts
from . import fields

PREFIX = "project_"
# Beside the fields of a definition: what a run takes. A test compares them with roles/project/meta/argument_specs.yml.
OF_A_RUN = (
    "name",
    "store",
    "account_change",
    "acm_records_file",
    "acme_eab_alg",
    "acme_eab_hmac_key",
    "acme_eab_kid",
    "acme_fallback_eab",
    "deploy_timeout",
    "dns_aws",
    "dns_check",
    "dns_delegations",
    "dns_server",
    "dns_zone_id",
    "doctor_fails_on",
    "edge_address",
    "ignore_failed_validations",
    "issued_before",
    "order_timeout",
    "propagation_timeout",
    "restore_bundle",
    "revoke_reason",
    "route53_calls_per_second",
)
# What the role and the inventory plugin set.
_SET = ("result", "last_run", "findings", "published", "record")
KNOWN = frozenset((*fields.KEYS, *OF_A_RUN))
# How alike two names are before one is taken for the other: "emials" and "emails" are 0.83.
_ALIKE = 0.75


def problems(names: t.Iterable[t.Any], strict: bool) -> list[str]:
    """Why these names of variables, with or without their prefix, cannot be meant: one sentence for each that is not
    known. Unless ``strict``, a name that is like none of ours belongs to the playbook around the role."""
    found = []
    for name in sorted({str(name).removeprefix(PREFIX) for name in names} - KNOWN - {*_SET}):
        nearest = difflib.get_close_matches(name, KNOWN, 1, _ALIKE)
        shown = texts.cleaned(f"{PREFIX}{name}", texts.LONGEST_QUOTE)
        if nearest:
            found.append(f"{shown} is not a variable of this collection; did you mean {PREFIX}{nearest[0]}?")
        elif strict:
            found.append(f"{shown} is not a variable of this collection; remove it, or rename it if it is your own")
    return found
