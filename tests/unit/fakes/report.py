# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small fleet as the report shows it, and one whose every text is hostile."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet.rows import (
    FleetPicture,
    FleetRow,
    ForeignCertificate,
    PastRun,
    RenewalWindow,
    ShownAddress,
    ShownCertificate,
    ShownTarget,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from unit.fakes.projects import NOW

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</script><script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    "javascript:alert(1)",
    '=HYPERLINK("https://example.net")',
    "&lt;b&gt; &amp;",
    "café 例え",
    "x" * 600,
)


def shown(days_left: float = 40, lifetime: float = 90, **given: t.Any) -> ShownCertificate:
    end = NOW + timedelta(days=days_left)
    facts = {
        "current": True,
        "name": "webapp-2027-01-06-0442",
        "id": "ASCA1",
        "serial": "01",
        "fingerprint_sha256": "ab" * 32,
        "issuer": "CN=R11",
        "key_type": "ecdsa_p256",
        "issued_at": times.to_text(end - timedelta(days=lifetime)),
        "not_before": times.to_text(end - timedelta(days=lifetime)),
        "not_after": times.to_text(end),
        "archive_uri": "file:///archive/webapp/1.tar.gz",
    }
    return ShownCertificate(**{**facts, **given})


def row(name: str = "webapp", state: str = "ok", **given: t.Any) -> FleetRow:
    facts = {
        "reason": "the certificate is valid",
        "domains": ("example.com", "*.example.com"),
        "ca": "letsencrypt",
        "key_type": "ecdsa_p256",
        "store": "iam",
        "certificates": (shown(),),
        "addresses": (ShownAddress("ops@example.com", True), ShownAddress("web@example.com", False)),
        "targets": (ShownTarget("E1", ("www.example.com",)),),
        "renew_at": times.to_text(NOW + timedelta(days=10)),
        "status": "Succeeded",
        "last_success_at": times.to_text(NOW - timedelta(days=50)),
    }
    return FleetRow(**{"name": name, "state": state, **facts, **given})


def hostile(text: str) -> FleetRow:
    """A row of which every text is this one."""
    return row(
        text,
        "failing",
        reason=text,
        attention=("failing",),
        domains=(text, text),
        tags={text: text},
        ca=text,
        key_type=text,
        store=text,
        certificates=(shown(name=text, id=text, issuer=text, archive_uri=text), shown(current=False, name=text)),
        addresses=(ShownAddress(text, False),),
        targets=(ShownTarget(text, (text,)),),
        status=text,
        last_run={text: text, "nested": {text: [text]}, "Error": text},
        window=RenewalWindow(times.to_text(NOW), times.to_text(NOW), text, text),
        journal=text,
        lock=text,
        history=(PastRun(text, times.to_text(NOW), text, (text,), text),),
    )


def picture(*rows: FleetRow, **given: t.Any) -> FleetPicture:
    facts = {"title": "Certificates", "made_at": NOW, "store": "file:///store", "version": "1.2.3"}
    return FleetPicture(rows=rows, **{**facts, **given})


def foreign(text: str = "old") -> ForeignCertificate:
    return ForeignCertificate(text, text, times.to_text(NOW), (text,))
