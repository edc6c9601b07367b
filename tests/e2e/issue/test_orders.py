# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders that a CA refuses, delays or answers in its own way: limits, slow issuance, authorizations that are valid
already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RefusedError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import acme_route53_issue
from e2e.in_process import run
from e2e.life import Life
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.ca import pebble
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


def test_a_scheduled_run_waits_until_the_limit_is_over(
    ansible: Ansible, control: Control, sandbox: SandboxProcess
) -> None:
    life = Life(ansible, control, sandbox.env(), sandbox.env())
    control.set(acme_rate_limited_seconds=5 * 3600)
    life.play("create").failed()
    renewal = life.document()["renewal"]
    assert abs(
        times.from_text(renewal["next_attempt_at"]) - datetime.now(timezone.utc) - timedelta(hours=5)
    ) < timedelta(minutes=2)
    control.clear_calls()
    waiting = life.play("renew").succeeded()
    assert any(f"waits until {renewal['next_attempt_at'][:16]}Z" in line for line in waiting.told)
    assert control.counts("acme") == {}
    control.set(acme_rate_limited_seconds=0)
    life.play("create").succeeded()
    assert life.document()["renewal"]["next_attempt_at"] is None


def undelegated(name: str, sandbox: SandboxProcess) -> dict[str, str]:
    """A zone of this name that the CA never sees, and which is chosen by the user nevertheless: the validation of its
    names fails."""
    return {name: seed.create_zone(name, env=sandbox.env())}


def test_after_five_failed_validations_no_sixth_is_risked(
    issue: Issue, sandbox: SandboxProcess, control: Control
) -> None:
    given = {
        "domains": ["example.com", "www.broken.example.com"],
        "zone_id": undelegated("broken.example.com", sandbox),
    }
    for _number in range(5):
        with pytest.raises(RemoteError):
            issue(**given)
    control.clear_calls()
    with pytest.raises(RefusedError, match=r"www\.broken\.example\.com failed 5 times"):
        issue(**given)
    assert control.counts("acme") == {}
    assert issue(domains=["example.com"]).result["issued"]


def test_an_order_that_is_processing_for_a_while_is_waited_for(issue: Issue, control: Control) -> None:
    control.set(acme_processing_seconds=2)
    assert issue().result["issued"]
    assert control.counts("acme")["finalize"] == 1


ALTERNATE = "Certops Sandbox Alternate Root"


def test_the_preferred_chain_is_taken_with_a_warning(issue: Issue, control: Control) -> None:
    outcome = issue(acme_preferred_chain=ALTERNATE)
    assert crypto.top_issuer(bundles.read(outcome.result["bundle"]["uri"]).fullchain) == ALTERNATE
    assert any("InvalidViewerCertificate" in warning for warning in outcome.warnings)
    assert control.counts("acme")["cert"] == 2


@pytest.mark.parametrize(
    ("preferred", "warned"), [(None, False), ("Certops Sandbox Root", False), ("Nobody's Root", True)]
)
def test_the_default_chain_comes_first(issue: Issue, control: Control, preferred: str | None, warned: bool) -> None:
    outcome = issue(acme_preferred_chain=preferred)
    assert crypto.top_issuer(bundles.read(outcome.result["bundle"]["uri"]).fullchain) == "Certops Sandbox Root"
    assert any("offers no chain" in warning for warning in outcome.warnings) is warned
    assert control.counts("acme")["cert"] == (2 if warned else 1)


def test_a_preferred_profile_that_is_not_offered_is_left_out(issue: Issue) -> None:
    outcome = issue(acme_profile="gold", acme_profile_required=False)
    assert outcome.result["bundle"]["profile"] is None
    assert any("gold" in warning for warning in outcome.warnings)
    assert not issue(acme_profile="gold", acme_profile_required=False).changed


AWAY = "https://localhost:1/directory"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[SandboxProcess]:
    """Another CA, which is a sandbox of its own and sees other DNS."""
    with SandboxProcess() as process:
        yield process


def test_the_next_ca_issues_while_the_first_is_away(issue: Issue, control: Control) -> None:
    here = {
        "acme_directory": issue.env["CERTOPS_ACME_DIRECTORY"],
        "acme_ca_bundle": issue.env["CERTOPS_ACME_CA_BUNDLE"],
        "acme_profile": "tlsserver",
    }
    given: dict[str, Any] = {"acme_directory": AWAY, "acme_fallbacks": [here]}
    assert issue(check_mode=True, **given).changed
    outcome = issue(**given)
    assert (outcome.result["bundle"]["directory"], outcome.result["bundle"]["profile"]) == (
        here["acme_directory"],
        "tlsserver",
    )
    assert any("was skipped" in warning for warning in outcome.warnings)
    control.clear_calls()
    assert not issue(**given).changed
    assert control.counts("acme") == {}


def test_a_limit_of_the_first_ca_makes_the_second_issue_and_nothing_is_left(
    issue: Issue, control: Control, elsewhere: SandboxProcess
) -> None:
    control.set(acme_rate_limited_seconds=3600)
    there = elsewhere.env()
    fallback = {"acme_directory": there["CERTOPS_ACME_DIRECTORY"], "acme_ca_bundle": there["CERTOPS_ACME_CA_BUNDLE"]}
    with pytest.raises(RemoteError) as caught:
        issue(acme_fallbacks=[fallback])
    assert f"{issue.env['CERTOPS_ACME_DIRECTORY']} was skipped" in caught.value.message
    # the other CA looks at its own DNS, where the names are not
    assert caught.value.details["failed_validations"] == ["example.com"]
    control.set(acme_rate_limited_seconds=0)
    assert issue(acme_fallbacks=[fallback]).result["bundle"]["directory"] == issue.env["CERTOPS_ACME_DIRECTORY"]
    assert list(issue.archive.glob("webapp/pending/*.json")) == []


def test_what_is_wrong_with_the_names_is_not_tried_elsewhere(issue: Issue, sandbox: SandboxProcess) -> None:
    chosen = undelegated("broken.example.com", sandbox)
    with pytest.raises(RemoteError) as caught:
        issue(domains=["www.broken.example.com"], zone_id=chosen, acme_fallbacks=[{"acme_directory": AWAY}])
    assert AWAY not in caught.value.message


def test_a_project_whose_fallback_issued_is_left_alone_until_it_is_due(
    ansible: Ansible, sandbox: SandboxProcess, control: Control
) -> None:
    life = Life(ansible, control, sandbox.env(), sandbox.env())
    env = sandbox.env()
    fallback = {"acme_directory": env["CERTOPS_ACME_DIRECTORY"], "acme_ca_bundle": env["CERTOPS_ACME_CA_BUNDLE"]}
    binding = {"acme_directory": env["CERTOPS_ACME_DIRECTORY"], "kid": "kid", "hmac_key": "aG1hYy1zZWNyZXQ"}
    life.variables |= {
        "project_acme_directory": AWAY,
        "project_acme_fallbacks": [fallback],
        "project_acme_fallback_eab": [binding],
    }
    life.play("create").succeeded()
    document = life.document()
    assert document["certificate"]["directory"] == env["CERTOPS_ACME_DIRECTORY"]
    assert document["definition"]["acme_fallbacks"] == [{**fallback, "acme_profile": None}]
    assert "aG1hYy1zZWNyZXQ" not in str(document)
    assert life.play("create").succeeded().changed == 0
    assert life.play("renew").succeeded().changed == 0


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
