# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reading of the SSL Plugin brings, at a fixed time."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.found import (
    AdoptionFinding,
    Reading,
    assembled,
    seen,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.mapping import Wishes
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.shapes import (
    SeenCertificate,
    SeenProject,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
    StoredCertificate,
)

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=timezone.utc)
LETSENCRYPT = "CN=E5,O=Let's Encrypt,C=US"
ACCOUNT = "123456789012"


def certificate(
    number: int = 1,
    users: t.Sequence[str] = (),
    *,
    days: float = 60,
    aliases: tuple[str, ...] = ("example.com",),
    key_type: str = "ecdsa_p256",
    issuer: str = LETSENCRYPT,
    done: bool = True,
) -> SeenCertificate:
    """The certificate with this number: the higher, the younger."""
    leaf = Certificate(
        serial=f"{number}",
        fingerprint_sha256=f"{number:064x}",
        issuer=issuer,
        domains=("example.com", "www.example.com"),
        key_type=key_type,
        not_before=NOW - timedelta(days=30),
        not_after=NOW + timedelta(days=days),
    )
    path = "/cloudfront/cn-north-1/WebApp-CertBot/"
    stored = StoredCertificate(
        name=f"c{number}",
        path=path,
        id=f"ASCA{number}",
        arn=f"arn:aws-cn:iam::{ACCOUNT}:server-certificate{path}c{number}",
        upload_date=NOW - timedelta(days=30 - number),
    )
    return seen(stored, leaf, [(user, done, aliases) for user in users])


def project(
    *certificates: SeenCertificate, wishes: Wishes | None = None, rebind: bool = False, **facts: t.Any
) -> SeenProject:
    """A project of v2 with these certificates."""
    finding = AdoptionFinding("ssl_plugin", "WebApp", "v2", "cn-north-1", "WebApp-CertBot", **facts)
    return assembled(finding, "WebApp", certificates, None, Reading(NOW, wishes or Wishes(), rebind))


def scheduler(**given: t.Any) -> t.Any:
    """What makes the plugin run."""
    return {
        "kind": "eventbridge",
        "region": "cn-north-1",
        "stack": "WebApp-CertBot",
        "function": "certbot",
        "concurrency": 2,
        "rules": [{"name": "timer", "state": "ENABLED", "schedule": "rate(30 days)"}],
        "table": "table",
        "bucket": "bucket",
        "path": None,
        "host": None,
        "stopped": False,
        "busy": False,
        "next_run_at": "2026-12-01T00:00:00Z",
        "by_hand": None,
        **given,
    }
