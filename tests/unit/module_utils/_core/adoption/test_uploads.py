# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which server certificates are those of a client on a host: another site's are never taken over with them."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption import uploads
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
    StoredCertificate,
)

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=timezone.utc)
DOMAINS = ("example.com", "www.example.com")
SAME, OTHER = "aa" * 32, "bb" * 32
HOST: dict[str, t.Any] = {
    "source": "certbot",
    "theirs": "example.com",
    "settings": {},
    "scheduler": None,
    "lineage": {"fingerprint_sha256": SAME, "domains": list(reversed(DOMAINS))},
    "problems": [],
    "warnings": [],
    "notes": ["the certificate is in IAM", "kept"],
}
LEAF = Certificate(
    serial="1",
    fingerprint_sha256=SAME,
    issuer="CN=CA",
    domains=DOMAINS,
    key_type="ecdsa_p256",
    not_before=NOW,
    not_after=NOW + timedelta(days=90),
)
STORED = StoredCertificate(name="one", path="/cloudfront/", id="ASCA1")
ANOTHER = "the host has another certificate than IAM or ACM, so the key of the one in service cannot be copied"


@pytest.mark.parametrize(
    ("leaf", "used", "ids", "in_iam"),
    [
        pytest.param(LEAF, False, {"ASCA1"}, True, id="the same certificate"),
        pytest.param(
            replace(LEAF, domains=("example.org",)), False, {"ASCA1"}, True, id="the same, whatever its names"
        ),
        pytest.param(replace(LEAF, fingerprint_sha256=OTHER), True, {"ASCA1"}, False, id="another that serves"),
        pytest.param(replace(LEAF, fingerprint_sha256=OTHER), False, set(), False, id="another that serves nothing"),
        pytest.param(
            replace(LEAF, fingerprint_sha256=OTHER, domains=DOMAINS[:1]), True, set(), False, id="of fewer names"
        ),
    ],
)
def test_a_host_has_its_certificate_and_those_for_its_names_that_serve(
    leaf: Certificate, used: bool, ids: set[str], in_iam: bool
) -> None:
    users = {"ASCA1"} if used else set()
    found = uploads.matched(t.cast("t.Any", HOST), [(STORED, leaf)], users, {})
    assert (set(found.ids), found.in_iam) == (ids, in_iam)
    assert found.paths == (("/cloudfront/",) if ids else ())
    assert found.warnings == ([ANOTHER] if ids and not in_iam else [])
    assert found.notes == ["kept"]


def test_a_host_without_a_certificate_has_none_in_iam() -> None:
    found = uploads.matched(t.cast("t.Any", {**HOST, "lineage": None}), [(STORED, LEAF)], {"ASCA1"}, {})
    assert (set(found.ids), found.in_iam, found.warnings) == (set(), False, [])
