# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Issuing for real: an ACME server that validates through DNS what Route 53 answers, with faults, and killed
processes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError, RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._module import SystemClock
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.issue import conversation
from ansible_collections.certops.cloudfront.plugins.modules import (
    acme_route53_cleanup,
    acme_route53_issue,
    project_record,
)
from e2e.in_process import run
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.ca import pebble
from sandbox.control import Control
from sandbox.process import SandboxProcess
from unit.fakes import modules

DOMAINS = ["example.com", "*.example.com"]
HUNDRED = [f"h{number}.example.com" for number in range(100)]
CHALLENGE = "_acme-challenge.example.com"
FOREIGN = "put here by somebody else"
ISSUED = "cert"

# A run in a process of its own group, for `kill`: what it works on comes as JSON.
PROCESS = """
import json, sys
from ansible_collections.certops.cloudfront.plugins.module_utils._module import SystemClock
from ansible_collections.certops.cloudfront.plugins.modules import acme_route53_issue as module
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
clock = SystemClock()
request = module.parse(Params(json.load(sys.stdin), clock.now(), check_mode=False))
module.run(request, module.connect(request), clock, False)
"""


def params(env: t.Mapping[str, str], archive: Path, **changes: t.Any) -> dict[str, t.Any]:
    defaults = {name: option.get("default") for name, option in acme_route53_issue.ARGUMENT_SPEC.items()}
    return {
        **defaults,
        "region": env["AWS_REGION"],
        "project": "webapp",
        "domains": DOMAINS,
        "archive": f"file://{archive}",
        "acme_directory": env["CERTOPS_ACME_DIRECTORY"],
        "acme_ca_bundle": env["CERTOPS_ACME_CA_BUNDLE"],
        "acme_terms_agreed": True,
        **changes,
    }


class Issue:
    """Runs the module in this process against one sandbox, with one archive."""

    def __init__(self, sandbox: SandboxProcess, archive: Path) -> None:
        self.sandbox = sandbox
        self.archive = archive
        self.zone = seed.create_zone("example.com", env=sandbox.env())

    def params(self, **changes: t.Any) -> dict[str, t.Any]:
        return params(self.sandbox.env(), self.archive, **changes)

    def __call__(self, check_mode: bool = False, **changes: t.Any) -> Outcome:
        given = self.params(**changes)
        return modules.run(acme_route53_issue, given, SystemClock(), check_mode)

    def clean(self, **changes: t.Any) -> Outcome:
        defaults = {name: option.get("default") for name, option in acme_route53_cleanup.ARGUMENT_SPEC.items()}
        given = {
            **defaults,
            "project": "webapp",
            "archive": f"file://{self.archive}",
            "region": self.sandbox.env()["AWS_REGION"],
            **changes,
        }
        return modules.run(acme_route53_cleanup, given, SystemClock())

    def killed(
        self, control: Control, service: str, operation: str, given: t.Mapping[str, t.Any] | None = None, **where: t.Any
    ) -> None:
        """A run that gets SIGKILL at this call."""
        command = [sys.executable, "-c", PROCESS]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        control.fault(service, operation, "kill", pid=process.pid, **where)
        _out, errors = process.communicate(json.dumps(self.params(**(given or {}))), timeout=60)
        assert process.returncode == -9, errors

    def txt(self, name: str = CHALLENGE) -> list[str]:
        return [
            record["Value"]
            for each in self._txt_sets()
            if each["Name"] == f"{name}."
            for record in each["ResourceRecords"]
        ]

    def challenge_records(self) -> list[str]:
        return [each["Name"] for each in self._txt_sets()]

    def _txt_sets(self) -> list[dict[str, t.Any]]:
        answer = seed.client("route53", self.sandbox.env()).list_resource_record_sets(HostedZoneId=self.zone)
        return [each for each in answer["ResourceRecordSets"] if each["Type"] == "TXT"]

    def pending(self) -> list[Path]:
        return list(self.archive.glob("webapp/pending/*.json"))


def undelegated_zone(sandbox: SandboxProcess) -> None:
    """A zone example.net that the registrar does not point to, but to that of another account."""
    seed.create_zone("example.net", env=sandbox.account("222222222222"))
    seed.create_zone("example.net", env=sandbox.env())


@pytest.fixture
def issue(sandbox: SandboxProcess, tmp_path: Path) -> Issue:
    return Issue(sandbox, tmp_path / "archive")


def test_apex_and_wildcard_share_a_record_and_give_one_certificate(issue: Issue, control: Control) -> None:
    outcome = issue()
    bundle = bundles.read(outcome.result["bundle"]["uri"])
    assert crypto.inspect(bundle.cert).domains == ("*.example.com", "example.com")
    assert crypto.key_matches(bundle.privkey, bundle.cert)
    assert bundle.chain
    assert issue.challenge_records() == []
    assert control.counts("route53")["ChangeResourceRecordSets"] == 2
    assert not issue().changed


def test_a_hundred_names_cost_few_calls(issue: Issue, control: Control) -> None:
    control.set(
        route53_propagation_seconds=2, acme_nonce_reject_percent=5, acme_validation_seconds=1, acme_processing_seconds=2
    )
    control.clear_calls()
    started = time.monotonic()
    outcome = issue(domains=HUNDRED)
    assert time.monotonic() - started < 30
    assert len(outcome.result["bundle"]["domains"]) == 100
    assert control.counts("route53").total() <= 6, control.counts("route53")
    assert control.counts("acme").total() <= 330, control.counts("acme")
    # one for each connection, and then each answer has the next
    assert control.counts("acme")["newNonce"] <= conversation.MOST_CONNECTIONS
    assert issue.challenge_records() == []


def test_names_of_a_delegated_subzone_and_of_another_zone_are_in_one_certificate(
    issue: Issue, sandbox: SandboxProcess
) -> None:
    seed.delegate(issue.zone, seed.create_zone("sub.example.com", env=sandbox.env()), env=sandbox.env())
    seed.create_zone("example.org", env=sandbox.env())
    seed.create_zone("deep.sub.example.com", private=True, env=sandbox.env())
    domains = ["www.example.com", "a.sub.example.com", "x.deep.sub.example.com", "*.example.org"]
    assert issue(domains=domains).result["bundle"]["domains"] == sorted(domains)


def test_foreign_values_survive(issue: Issue) -> None:
    seed.create_record(issue.zone, CHALLENGE, "TXT", [FOREIGN])
    assert issue().result["issued"]
    assert issue.txt() == [f'"{FOREIGN}"']


def test_check_mode_reads_only(issue: Issue, control: Control) -> None:
    control.clear_calls()
    predicted = issue(check_mode=True)
    assert control.counts("route53") == {"ListHostedZones": 1}
    assert control.counts("acme") == {"directory": 1}
    assert not issue.archive.exists()
    real = issue()
    assert predicted.result.keys() == real.result.keys()
    assert predicted.result["bundle"].keys() == real.result["bundle"].keys()


@pytest.mark.parametrize("key_type", ["ecdsa_p256", "rsa_2048"])
def test_each_kind_of_key_is_issued(issue: Issue, key_type: str) -> None:
    assert issue(key_type=key_type).result["bundle"]["key_type"] == key_type


def test_a_profile_is_asked_for(issue: Issue) -> None:
    outcome = issue(acme_profile="shortlived")
    assert outcome.result["bundle"]["profile"] == "shortlived"
    assert outcome.result["renewal"]["reason"].endswith("half of its lifetime of 160 hours")
    assert not issue(acme_profile="shortlived").changed


def test_a_profile_that_is_not_offered_is_refused(issue: Issue) -> None:
    with pytest.raises(ConfigError, match="shortlived"):
        issue(acme_profile="gold")


def test_a_name_without_a_zone_costs_no_order(issue: Issue, control: Control) -> None:
    with pytest.raises(ConfigError, match=r"www\.example\.net"):
        issue(domains=["example.com", "www.example.net"])
    assert control.counts("acme") == {}


def test_a_directory_that_is_away_is_told_within_a_minute(issue: Issue) -> None:
    started = time.monotonic()
    with pytest.raises(RemoteError, match=r"acme:directory on https://localhost:1/dir"):
        issue(acme_directory="https://localhost:1/dir")
    assert time.monotonic() - started < 20
    assert not issue.archive.exists()


def test_a_failed_validation_is_told_and_cleaned_up(issue: Issue, sandbox: SandboxProcess) -> None:
    seed.create_record(issue.zone, CHALLENGE, "TXT", [FOREIGN])
    undelegated_zone(sandbox)
    with pytest.raises(RemoteError) as caught:
        issue(domains=["example.com", "www.example.net"], dns_check=False)
    assert "www.example.net" in caught.value.message
    assert "check that the zone is delegated" in caught.value.message
    assert issue.challenge_records() == [f"{CHALLENGE}."]
    assert issue.pending() == []


# The unit tests kill at every call; these are the ones with an effect that outlives the process.
KILLS = [
    ("acme", "newAccount", "after"),
    ("acme", "newOrder", "after"),
    ("route53", "ChangeResourceRecordSets", "after"),
    ("acme", "challenge", "after"),
    ("acme", "finalize", "before"),
    ("acme", "finalize", "after"),
    ("acme", "cert", "after"),
]


@pytest.mark.parametrize(("service", "operation", "when"), [pytest.param(*kill, id=" ".join(kill)) for kill in KILLS])
def test_a_killed_run_is_finished_and_nothing_is_issued_twice(
    issue: Issue, control: Control, service: str, operation: str, when: str
) -> None:
    issue.killed(control, service, operation, when=when)
    control.clear_faults()
    outcome = issue()
    assert outcome.result["issued"]
    finalized = [call for call in control.calls("acme", "finalize") if call["status"] == 200]
    assert len(finalized) <= 1
    assert len({_serial(path) for path in issue.archive.glob("webapp/*.tar.gz")}) == 1
    assert issue.pending() == []
    assert issue.challenge_records() == []
    assert not issue().changed


class Project:
    """The document of the project in a store, and a run that holds it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.run_id = str(self.record(state="locked", definition={"domains": DOMAINS}).result["run_id"])

    def record(self, **params: t.Any) -> Outcome:
        return run(project_record, store=self.uri, name="webapp", **params)

    @property
    def uri(self) -> str:
        return f"file://{self.root}"

    @property
    def run_of(self) -> dict[str, str]:
        return {"store": self.uri, "run_id": self.run_id}

    def journal(self) -> dict[str, t.Any]:
        return dict(json.loads((self.root / "webapp.json").read_text(encoding="utf-8"))["journal"])


@pytest.fixture
def project(issue: Issue, tmp_path: Path) -> Project:
    return Project(tmp_path / "store")


def test_the_order_is_in_the_journal_before_it_is_finalized(issue: Issue, control: Control, project: Project) -> None:
    issue.killed(control, "acme", "finalize", given=project.run_of)
    (order,) = [json.loads(path.read_text(encoding="utf-8"))["order_url"] for path in issue.pending()]
    assert (project.journal()["phase"], project.journal()["order_url"]) == ("ordering", order)
    control.clear_faults()
    assert issue(**project.run_of).result["order_url"] == order


def test_a_run_that_lost_its_project_does_not_finalize(issue: Issue, control: Control, project: Project) -> None:
    project.record(state="recorded", run_id=project.run_id, release=True)
    project.record(state="locked", run_id="other")
    with pytest.raises(RefusedError, match="no longer holds project webapp"):
        issue(**project.run_of)
    assert control.counts("acme")["finalize"] == 0
    assert project.journal()["order_url"] is None
    project.run_id = "other"
    assert issue(**project.run_of).result["issued"]
    assert control.counts("acme")["newOrder"] == 1
    assert issue.challenge_records() == []


def test_an_archive_that_cannot_be_written_costs_no_call(issue: Issue, control: Control) -> None:
    issue.archive.write_text("a file where the archive should be", encoding="utf-8")
    control.clear_calls()
    with pytest.raises(ConfigError, match="archive"):
        issue()
    assert control.calls() == []


def test_a_run_killed_while_it_cleans_up_is_cleaned_up_by_the_next(issue: Issue, control: Control) -> None:
    issue.killed(control, "route53", "ChangeResourceRecordSets", skip=1)
    assert len(issue.pending()) == 1
    assert issue.challenge_records() == [f"{CHALLENGE}."]
    outcome = issue()
    assert outcome.changed
    assert not outcome.result["issued"]
    assert issue.pending() == []
    assert issue.challenge_records() == []


def test_the_cleanup_module_removes_our_values_only(issue: Issue, control: Control) -> None:
    seed.create_record(issue.zone, CHALLENGE, "TXT", [FOREIGN])
    issue.killed(control, "acme", "finalize")
    assert len(issue.txt()) == 3
    assert issue.clean().changed
    assert issue.txt() == [f'"{FOREIGN}"']
    assert not issue.clean().changed
    assert issue().result["issued"]


# A lost answer of what has an effect, and something of everything else.
FAILURES = [
    ("directory", "reset", "before"),
    ("newNonce", "error_500", "before"),
    ("newAccount", "reset", "after"),
    ("newOrder", "error_500", "before"),
    ("newOrder", "reset", "after"),
    ("authz", "throttled", "before"),
    ("challenge", "reset", "after"),
    ("finalize", "reset", "after"),
    ("finalize", "error_500", "after"),
    ("order", "throttled", "before"),
    ("cert", "error_500", "before"),
]


@pytest.mark.parametrize(
    ("operation", "kind", "when"), [pytest.param(*failure, id=" ".join(failure)) for failure in FAILURES]
)
def test_a_single_failure_of_the_ca_is_survived(
    issue: Issue, control: Control, operation: str, kind: str, when: str
) -> None:
    control.fault("acme", operation, kind, when=when)
    assert issue().result["issued"]
    assert issue.challenge_records() == []
    assert len(list(issue.archive.glob("webapp/*.tar.gz"))) == 1


@pytest.mark.parametrize("operation", ["ListHostedZones", "ChangeResourceRecordSets", "GetChange"])
def test_a_missing_permission_names_the_call(issue: Issue, control: Control, operation: str) -> None:
    control.fault("route53", operation, "access_denied", count=100)
    with pytest.raises(RemoteError) as caught:
        issue()
    assert f"route53:{operation}" in caught.value.message
    assert "AccessDenied" in caught.value.message
    control.clear_faults()
    assert issue().result["issued"]
    assert issue.challenge_records() == []


def _serial(path: Path) -> str:
    manifest = bundles.read(str(path)).manifest
    assert manifest is not None
    return manifest.certificate.serial


def test_as_a_task_it_changes_once_and_shows_no_key(ansible: Ansible, sandbox: SandboxProcess, tmp_path: Path) -> None:
    seed.create_zone("example.com", env=sandbox.env())
    arguments = params(
        sandbox.env(),
        tmp_path / "archive",
        dest=str(tmp_path / "dest"),
        acme_eab_kid="kid",
        acme_eab_hmac_key="aG1hYy1zZWNyZXQ",
    )
    given = {name: value for name, value in arguments.items() if value is not None}
    predicted_run, predicted = ansible.module("acme_route53_issue", given, check=True)
    predicted_run.succeeded()
    assert predicted["changed"]
    assert not (tmp_path / "archive").exists()
    run, result = ansible.module("acme_route53_issue", given, env={"ANSIBLE_VERBOSITY": "4"})
    run.succeeded()
    assert result["issued"]
    again, second = ansible.module("acme_route53_issue", given)
    again.succeeded()
    assert not second["changed"]
    secrets = [path.read_text() for path in (tmp_path / "dest").glob("privkey.pem")]
    secrets += [json.loads(path.read_text())["private_key"] for path in (tmp_path / "archive").glob("accounts/*.json")]
    lines = {line for secret in secrets for line in secret.splitlines() if len(line) > 40}
    assert len(secrets) == 2
    for shown in (run.output, again.output, predicted_run.output):
        assert not any(line in shown for line in lines)
        assert "aG1hYy1zZWNyZXQ" not in shown
        assert "PRIVATE KEY" not in shown


def test_bad_input_is_told_at_once_and_calls_nobody(ansible: Ansible, control: Control) -> None:
    arguments = {
        "project": "a b",
        "domains": ["localhost", "10.0.0.1"],
        "renewal_interval_days": 90,
        "acme_directory": "nobody",
    }
    run, result = ansible.module("acme_route53_issue", arguments)
    run.failed()
    assert len(result["error"]["problems"]) == 5
    assert control.calls() == []


@pytest.fixture(scope="module")
def strict_pebble() -> Iterator[SandboxProcess]:
    """A sandbox whose CA is a Pebble that refuses 15 % of the nonces, and never reuses authorizations."""
    if not pebble.available():
        pytest.skip("pebble is not installed (Debian: apt install pebble)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEBBLE_WFE_NONCEREJECT", "15")
        patch.setenv("PEBBLE_AUTHZREUSE", "0")
        with SandboxProcess("--pebble") as process:
            yield process


@pytest.fixture(scope="module")
def reusing_pebble() -> Iterator[SandboxProcess]:
    """A sandbox whose CA is a Pebble that always reuses valid authorizations."""
    if not pebble.available():
        pytest.skip("pebble is not installed (Debian: apt install pebble)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEBBLE_AUTHZREUSE", "100")
        with SandboxProcess("--pebble") as process:
            yield process


@pytest.mark.pebble
def test_pebble_issues_a_hundred_names_though_it_refuses_nonces(
    strict_pebble: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict_pebble.apply(monkeypatch)
    strict_pebble.control.reset()
    issue = Issue(strict_pebble, tmp_path / "archive")
    strict_pebble.control.clear_calls()
    for number in range(3):
        outcome = issue(domains=HUNDRED, project=f"p{number}")
        assert len(outcome.result["bundle"]["domains"]) == 100
    assert strict_pebble.control.counts("route53").total() <= 18
    assert issue.challenge_records() == []


@pytest.mark.pebble
def test_pebble_reuses_authorizations_without_dns(
    reusing_pebble: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reusing_pebble.apply(monkeypatch)
    reusing_pebble.control.reset()
    issue = Issue(reusing_pebble, tmp_path / "archive")
    assert issue().result["issued"]
    reusing_pebble.control.clear_calls()
    assert issue(key_type="rsa_2048").result["issued"]
    assert reusing_pebble.control.counts("route53") == {"ListHostedZones": 1}


@pytest.mark.pebble
def test_pebble_tells_which_name_failed(
    strict_pebble: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict_pebble.apply(monkeypatch)
    strict_pebble.control.reset()
    issue = Issue(strict_pebble, tmp_path / "archive")
    undelegated_zone(strict_pebble)
    with pytest.raises(RemoteError) as caught:
        issue(domains=["example.com", "www.example.net"], dns_check=False)
    assert re.search(r"www\.example\.net: (unauthorized|dns)", caught.value.message)
    assert "check that the zone is delegated" in caught.value.message
    assert issue.challenge_records() == []
