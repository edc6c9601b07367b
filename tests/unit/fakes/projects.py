# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Project documents for tests, at a fixed time."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import (
    definition as definitions,
    document as project_document,
    journal,
    lease,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=timezone.utc)
RUN_ID, OTHER_RUN_ID = "run-a", "run-b"
OWNER = {"host": "node1", "boot_id": "b", "pid_namespace": "pid:[1]", "pid": 4711, "started": "1"}


def definition(**given: t.Any) -> dict[str, t.Any]:
    parsed = definitions.parse("webapp", {"domains": ["example.com", "*.example.com"], **given})
    assert not parsed.problems
    return dict(parsed.values)


def certificate(age_days: float = 1, lifetime_days: float = 64, number: int = 1, **given: t.Any) -> dict[str, t.Any]:
    not_before = NOW - timedelta(days=age_days)
    deployed = {"at": times.to_text(not_before), "bind": ["previous"], "distributions": []}
    return {
        "name": f"webapp-{number}",
        "id": f"ASCA{number}",
        "arn": f"arn:aws:iam::123456789012:server-certificate/cloudfront/certops/webapp/webapp-{number}",
        "path": "/cloudfront/certops/webapp/",
        "serial": f"0{number}",
        "fingerprint_sha256": f"{number}" * 64,
        "issuer": "CN=Test",
        "domains": ["*.example.com", "example.com"],
        "key_type": "ecdsa_p256",
        "not_before": times.to_text(not_before),
        "not_after": times.to_text(not_before + timedelta(days=lifetime_days)),
        "archive_uri": f"file:///archive/webapp/{number}.tar.gz",
        "acme_directory": "letsencrypt",
        "acme_profile": None,
        "deployed": deployed,
        **given,
    }


def reported_certificate(number: int, **given: t.Any) -> dict[str, t.Any]:
    """As iam_server_cert returns it, with the archive's URI."""
    ours = ("acme_directory", "acme_profile", "deployed")
    return {key: value for key, value in certificate(age_days=0, number=number, **given).items() if key not in ours}


def unfinished(
    action: str,
    phase: str = "planned",
    run: str = "converge",
    defined: t.Mapping[str, t.Any] | None = None,
    **given: t.Any,
) -> dict[str, t.Any]:
    begun = journal.begin(run, action, defined or definition(), NOW - timedelta(hours=2))
    return {**begun, "run_id": RUN_ID, "fence": 1, "phase": phase, **given}


def document(**given: t.Any) -> dict[str, t.Any]:
    return {**project_document.new_document("webapp", definition()), **given}


def failing(failures: int, next_attempt: timedelta) -> dict[str, t.Any]:
    return {**document()["renewal"], "failures": failures, "next_attempt_at": times.to_text(NOW + next_attempt)}


def claim(
    run: str = "converge", run_id: str = RUN_ID, now: datetime = NOW, dead: bool = False, ttl: int = 3600
) -> lease.Claim:
    return lease.Claim(run=run, run_id=run_id, owner=OWNER, ttl=ttl, now=now, is_dead=lambda _owner: dead)


def lock(
    run_id: str = RUN_ID, run: str = "converge", expires: timedelta = timedelta(hours=1), fence: int = 1
) -> dict[str, t.Any]:
    return {
        "owner": OWNER,
        "run": run,
        "run_id": run_id,
        "acquired_at": times.to_text(NOW - timedelta(minutes=5)),
        "ttl": 3600,
        "fence": fence,
        "expires_at": times.to_text(NOW + expires),
        "changed": False,
    }


def adoption(phase: str) -> dict[str, t.Any]:
    """The record of an adoption that came so far."""
    return {
        "source": "ssl_plugin",
        "version": "v2",
        "theirs": "WebApp",
        "region": "cn-north-1",
        "phase": phase,
        "started_at": "2026-11-22T05:30:00Z",
        "finished_at": None,
        "bundles": {},
        "topic": None,
        "stopped_at": None,
        "former": None,
        "paths": {},
    }
