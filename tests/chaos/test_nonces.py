# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CA that refuses three of twenty nonces (RFC 8555 section 6.5): every order is issued, at the first attempt of its
run."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError
from ansible_collections.certops.cloudfront.plugins.module_utils._module import SystemClock
from ansible_collections.certops.cloudfront.plugins.modules import acme_route53_issue
from sandbox import seed
from sandbox.ca import pebble
from sandbox.process import SandboxProcess
from unit.fakes import modules

from .report import Report

ORDERS, NAMES = 50, 100
REFUSED_PERCENT = 15


def _issue(env: dict[str, str], archive: Path, project: str) -> int:
    """One run of the module, which waits in real time as Pebble does; how many names the certificate has."""
    options = {name: option.get("default") for name, option in acme_route53_issue.ARGUMENT_SPEC.items()}
    options |= {
        "region": env["AWS_REGION"],
        "route53_calls_per_second": 0,
        "project": project,
        "domains": [f"h{number}.{project}.example.com" for number in range(NAMES)],
        "archive": f"file://{archive}",
        "acme_directory": env["CERTOPS_ACME_DIRECTORY"],
        "acme_ca_bundle": env["CERTOPS_ACME_CA_BUNDLE"],
        "acme_terms_agreed": True,
    }
    outcome = modules.run(acme_route53_issue, options, SystemClock())
    return len(outcome.result["bundle"]["domains"])


@pytest.mark.chaos
@pytest.mark.pebble
def test_every_order_succeeds_though_many_nonces_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    if not pebble.available():
        pytest.skip("pebble is not installed (Debian: apt install pebble)")
    monkeypatch.setenv("PEBBLE_WFE_NONCEREJECT", str(REFUSED_PERCENT))
    monkeypatch.setenv("PEBBLE_AUTHZREUSE", "0")
    failures = []
    with SandboxProcess("--pebble") as sandbox:
        sandbox.apply(monkeypatch)
        seed.create_zone("example.com")
        for number in range(ORDERS):
            report.orders += 1
            try:
                assert _issue(sandbox.env(), tmp_path / "archive", f"p{number}") == NAMES
            except CertError as exc:
                failures.append(exc.message)
            else:
                report.orders_issued += 1
    assert not failures, "\n".join(failures)
