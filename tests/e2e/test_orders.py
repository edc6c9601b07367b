# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders that a CA refuses, delays or answers in its own way: limits, slow issuance, authorizations that are valid already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RefusedError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import acme_route53_issue
from e2e.in_process import run
from e2e.life import Life
from sandbox import pebble, seed
from sandbox.ansible_runs import Ansible
from sandbox.control import Control
from sandbox.process import SandboxProcess


class Issue:
    """Issues in this process, for names of one zone, with one archive."""

    def __init__(self, sandbox: SandboxProcess, archive: Path) -> None:
        self.env = sandbox.env()
        self.zone = seed.create_zone("example.com", env=self.env)
        self.archive = archive

    def __call__(self, check_mode: bool = False, **changes: Any) -> Outcome:
        given = {
            "project": "webapp",
            "domains": ["example.com", "*.example.com"],
            "archive": f"file://{self.archive}",
            "acme_directory": self.env["CERTOPS_ACME_DIRECTORY"],
            "acme_ca_bundle": self.env["CERTOPS_ACME_CA_BUNDLE"],
            "acme_terms_agreed": True,
            **changes,
        }
        return run(acme_route53_issue, check_mode, **given)


@pytest.fixture
def issue(sandbox: SandboxProcess, tmp_path: Path) -> Issue:
    return Issue(sandbox, tmp_path / "archive")


def test_a_rate_limit_says_which_until_when_and_what_to_do(issue: Issue, control: Control) -> None:
    control.set(acme_rate_limited_seconds=7200)
    with pytest.raises(RemoteError) as caught:
        issue()
    assert "same exact set of names" in caught.value.message
    assert "reuse the certificate in the archive" in caught.value.message
    until = times.from_text(caught.value.details["retry_at"])
    assert abs(until - datetime.now(timezone.utc) - timedelta(hours=2)) < timedelta(minutes=1)
    assert times.to_text(until)[:16] in caught.value.message


def test_a_scheduled_run_waits_until_the_limit_is_over(ansible: Ansible, control: Control, sandbox: SandboxProcess) -> None:
    life = Life(ansible, control, sandbox.env(), sandbox.env())
    control.set(acme_rate_limited_seconds=5 * 3600)
    life.play("create").failed()
    renewal = life.document()["renewal"]
    assert abs(times.from_text(renewal["next_attempt_at"]) - datetime.now(timezone.utc) - timedelta(hours=5)) < timedelta(minutes=2)
    control.clear_calls()
    waiting = life.play("renew").succeeded()
    assert renewal["next_attempt_at"] in waiting.output
    assert control.counts("acme") == {}
    control.set(acme_rate_limited_seconds=0)
    life.play("create").succeeded()
    assert life.document()["renewal"]["next_attempt_at"] is None


def test_after_five_failed_validations_no_sixth_is_risked(issue: Issue, sandbox: SandboxProcess, control: Control) -> None:
    seed.create_zone("broken.example.com", env=sandbox.env())
    domains = ["example.com", "www.broken.example.com"]
    for _number in range(5):
        with pytest.raises(RemoteError):
            issue(domains=domains)
    control.clear_calls()
    with pytest.raises(RefusedError, match=r"www\.broken\.example\.com failed 5 times"):
        issue(domains=domains)
    assert control.counts("acme") == {}
    assert issue(domains=["example.com"]).result["issued"]


def test_an_order_that_is_processing_for_a_while_is_waited_for(issue: Issue, control: Control) -> None:
    control.set(acme_processing_seconds=2)
    assert issue().result["issued"]
    assert control.counts("acme")["finalize"] == 1


@pytest.fixture(scope="module", params=["0", "50", "100"])
def pebble_that_reuses(request: pytest.FixtureRequest) -> Iterator[tuple[int, SandboxProcess]]:
    """A Pebble that reuses so many percent of the valid authorizations."""
    if not pebble.available():
        pytest.skip("pebble is not installed (Debian: apt install pebble)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEBBLE_AUTHZREUSE", request.param)
        with SandboxProcess("--pebble") as process:
            yield int(request.param), process


@pytest.mark.pebble
def test_only_names_that_are_not_valid_already_get_records(
    pebble_that_reuses: tuple[int, SandboxProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    percent, process = pebble_that_reuses
    process.apply(monkeypatch)
    process.control.reset()
    issue = Issue(process, tmp_path / "archive")
    domains = [f"h{number}.example.com" for number in range(12)]
    assert issue(domains=domains).result["issued"]
    for key_type in ("rsa_2048", "ecdsa_p256"):
        process.control.clear_calls()
        assert issue(domains=domains, key_type=key_type).result["issued"]
        writes = process.control.counts("route53")["ChangeResourceRecordSets"]
        assert writes in {0: (2,), 50: (0, 2), 100: (0,)}[percent]
