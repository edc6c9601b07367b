# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where challenge values are published: the zone that DNS delegates to, behind CNAMEs, in other accounts; and whether
all name servers show them."""

from __future__ import annotations

import copy
import json
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import acme_route53_issue
from e2e import in_process
from e2e.issue.test_issue import HUNDRED, Issue
from e2e.life import Life
from playbook_runs.runs import Ansible
from sandbox import permissions, seed
from sandbox.control import Control
from sandbox.process import SandboxProcess
from unit.fakes import modules

CHALLENGE = "_acme-challenge.example.com"
TARGET = "_acme-challenge.example.com.acme.example.net"
OTHER = "222222222222"
OWN = "123456789012"
NOBODY = "127.0.0.1:1"


@pytest.fixture
def issue(sandbox: SandboxProcess, tmp_path: Path) -> Issue:
    return Issue(sandbox, tmp_path / "archive")


def written(control: Control) -> list[tuple[str, str]]:
    """Zone and name of each record that was created, in order."""
    calls = [call for call in control.calls("route53", "ChangeResourceRecordSets") if call["status"] == 200]
    changes = [
        (call["params"]["HostedZoneId"], change)
        for call in calls
        for change in call["params"]["ChangeBatch"]["Changes"]
    ]
    return [(zone, change["ResourceRecordSet"]["Name"]) for zone, change in changes if change["Action"] == "CREATE"]


class Elsewhere:
    """A zone acme.example.net in another account, its role, and a CNAME into it."""

    def __init__(self, sandbox: SandboxProcess, issue: Issue, external_id: str | None = "ours") -> None:
        self.env = sandbox.account(OTHER)
        self.zone = seed.create_zone("acme.example.net", env=self.env)
        self.role = seed.create_role("certops-dns", OWN, external_id, env=self.env)
        seed.create_record(issue.zone, CHALLENGE, "CNAME", [TARGET], env=sandbox.env())

    def by_role(self, external_id: str | None = "ours", zone: str = "acme.example.net") -> list[dict[str, t.Any]]:
        return [{"zone": zone, "dns_aws": {"role_arn": self.role, "external_id": external_id}}]

    def values(self) -> list[str]:
        sets = seed.client("route53", self.env).list_resource_record_sets(HostedZoneId=self.zone)["ResourceRecordSets"]
        return [record["Value"] for each in sets if each["Type"] == "TXT" for record in each["ResourceRecords"]]


@pytest.fixture
def elsewhere(sandbox: SandboxProcess, issue: Issue, control: Control) -> Elsewhere:
    made = Elsewhere(sandbox, issue)
    control.clear_calls()
    return made


# --- the zone ---


@pytest.mark.parametrize("resolver", ["", NOBODY], ids=["as DNS says", "as the records say"])
def test_a_zone_that_nothing_delegates_to_is_not_chosen(
    issue: Issue, sandbox: SandboxProcess, control: Control, resolver: str
) -> None:
    seed.create_zone("sub.example.com", env=sandbox.env())
    control.clear_calls()
    assert issue(domains=["www.sub.example.com"], dns_server=resolver).result["issued"]
    assert written(control) == [(issue.zone, "_acme-challenge.www.sub.example.com")]
    assert control.counts("route53")["GetHostedZone"] == 0


@pytest.mark.parametrize("resolver", ["", NOBODY], ids=["as DNS says", "as the records say"])
def test_a_zone_that_its_parent_delegates_to_is_chosen(
    issue: Issue, sandbox: SandboxProcess, control: Control, resolver: str
) -> None:
    zone = seed.create_zone("sub.example.com", env=sandbox.env())
    seed.delegate(issue.zone, zone, env=sandbox.env())
    control.clear_calls()
    assert issue(domains=["www.sub.example.com"], dns_server=resolver).result["issued"]
    assert written(control) == [(zone, "_acme-challenge.www.sub.example.com")]


def test_a_subzone_that_is_delegated_to_somebody_else_is_told(
    issue: Issue, sandbox: SandboxProcess, control: Control
) -> None:
    seed.create_zone("sub.example.com", env=sandbox.env())
    seed.create_record(issue.zone, "sub.example.com", "NS", ["ns1.example.org."], env=sandbox.env())
    with pytest.raises(
        ConfigError,
        match=r"DNS delegates sub\.example\.com to ns1\.example\.org, but none of its hosted zones here",
    ):
        issue(domains=["www.sub.example.com"])
    assert control.counts("acme") == {}


def test_zones_of_one_name_are_told_apart_by_their_name_servers(
    issue: Issue, sandbox: SandboxProcess, control: Control
) -> None:
    second = seed.create_zone("example.com", env=sandbox.env())
    for zone in (issue.zone, second):
        control.delegate(zone)
        control.clear_calls()
        assert issue(project=f"p{zone}").result["issued"]
        assert written(control) == [(zone, CHALLENGE)]


def test_without_dns_zones_of_one_name_are_refused_and_the_user_may_name_one(
    issue: Issue, sandbox: SandboxProcess, control: Control
) -> None:
    second = seed.create_zone("example.com", env=sandbox.env())
    control.delegate(second)
    with pytest.raises(ConfigError, match=f"{issue.zone}, {second}.*zone_id"):
        issue(dns_server=NOBODY)
    control.clear_calls()
    assert issue(dns_server=NOBODY, zone_id=second).result["issued"]
    assert written(control) == [(second, CHALLENGE)]


def test_a_zone_is_named_for_some_names_only(issue: Issue, sandbox: SandboxProcess, control: Control) -> None:
    seed.create_zone("sub.example.com", env=sandbox.env())
    control.clear_calls()
    assert issue(domains=["example.com", "www.sub.example.com"], zone_id={"sub.example.com": issue.zone}).result[
        "issued"
    ]
    assert {zone for zone, _name in written(control)} == {issue.zone}


def test_a_zone_that_cannot_have_the_name_is_refused_before_any_order(
    issue: Issue, sandbox: SandboxProcess, control: Control
) -> None:
    private = seed.create_zone("example.com", private=True, env=sandbox.env())
    other = seed.create_zone("example.org", env=sandbox.env())
    foreign = seed.create_zone("example.com", env=sandbox.account(OTHER))
    for zone, why in (
        (private, "is private"),
        (other, r"\(example.org\) does not contain"),
        (foreign, "the account has no hosted zone"),
    ):
        with pytest.raises(ConfigError, match=f"zone_id: .*{why}"):
            issue(zone_id=zone)
    with pytest.raises(ConfigError) as caught:
        issue(zone_id={"exa mple": "nonsense"})
    assert len(caught.value.problems) == 2
    assert control.counts("acme") == {}


def test_international_names_are_found_by_their_labels(issue: Issue, sandbox: SandboxProcess) -> None:
    zone = seed.create_zone("xn--bcher-kva.example", env=sandbox.env())
    outcome = issue(domains=["bücher.example", "*.Bücher.example"], zone_id={"bücher.example": zone})
    assert outcome.result["bundle"]["domains"] == ["*.xn--bcher-kva.example", "xn--bcher-kva.example"]


# --- CNAMEs ---


@pytest.mark.parametrize("resolver", ["", NOBODY], ids=["found by DNS", "found in the records"])
def test_a_cname_into_another_zone_of_the_account_is_followed(
    issue: Issue, sandbox: SandboxProcess, control: Control, resolver: str
) -> None:
    zone = seed.create_zone("acme.example.net", env=sandbox.env())
    seed.create_record(issue.zone, CHALLENGE, "CNAME", ["step.example.com"], env=sandbox.env())
    seed.create_record(issue.zone, "step.example.com", "CNAME", [TARGET], env=sandbox.env())
    control.clear_calls()
    assert issue(dns_server=resolver).result["issued"]
    assert written(control) == [(zone, TARGET)]
    assert issue.pending() == []


def test_names_may_share_what_their_cnames_lead_to(issue: Issue, sandbox: SandboxProcess, control: Control) -> None:
    seed.create_zone("acme.example.net", env=sandbox.env())
    for name in (CHALLENGE, "_acme-challenge.www.example.com"):
        seed.create_record(issue.zone, name, "CNAME", [TARGET], env=sandbox.env())
    assert issue(domains=["example.com", "www.example.com"]).result["issued"]
    assert [name for _zone, name in written(control) if name == TARGET] == [TARGET]


def test_a_wildcard_that_is_a_cname_is_no_delegation(issue: Issue, sandbox: SandboxProcess, control: Control) -> None:
    seed.create_record(issue.zone, "*.example.com", "CNAME", ["d111111abcdef8.cloudfront.net"], env=sandbox.env())
    control.clear_calls()
    assert issue().result["issued"]
    assert written(control) == [(issue.zone, CHALLENGE)]


def test_cnames_that_lead_nowhere_are_told_before_any_order(
    issue: Issue, sandbox: SandboxProcess, control: Control
) -> None:
    for name, target in (
        ("a", "_acme-challenge.b"),
        ("b", "_acme-challenge.a"),
        ("c", "acme.example.net"),
        ("d", "s0"),
    ):
        seed.create_record(
            issue.zone,
            f"_acme-challenge.{name}.example.com",
            "CNAME",
            [target + ("" if name == "c" else ".example.com")],
            env=sandbox.env(),
        )
    for number in range(9):
        seed.create_record(
            issue.zone, f"s{number}.example.com", "CNAME", [f"s{number + 1}.example.com"], env=sandbox.env()
        )
    with pytest.raises(ConfigError) as caught:
        issue(domains=[f"{name}.example.com" for name in "abcd"])
    loops = [problem for problem in caught.value.problems if "chain that does not end" in problem]
    assert [problem.split(":")[0] for problem in loops] == ["a.example.com", "b.example.com", "d.example.com"]
    assert any(
        "is a CNAME to acme.example.net, and" in problem and "dns_delegations" in problem
        for problem in caught.value.problems
    )
    assert control.counts("acme") == {}


# --- other accounts ---


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_cname_into_another_account_is_followed_with_its_role(
    issue: Issue, elsewhere: Elsewhere, control: Control, by: str
) -> None:
    delegations = elsewhere.by_role(zone=elsewhere.zone if by == "id" else "acme.example.net")
    assert issue(dns_delegations=delegations).result["issued"]
    assert written(control) == [(elsewhere.zone, TARGET)]
    assert control.counts("sts") == {"AssumeRole": 1}
    assert elsewhere.values() == []


def test_or_with_credentials_of_its_own(issue: Issue, elsewhere: Elsewhere, control: Control) -> None:
    keys = {"access_key": elsewhere.env["AWS_ACCESS_KEY_ID"], "secret_key": elsewhere.env["AWS_SECRET_ACCESS_KEY"]}
    assert issue(dns_delegations=[{"zone": "example.net", "dns_aws": keys}]).result["issued"]
    assert written(control) == [(elsewhere.zone, TARGET)]


def test_or_in_another_partition(issue: Issue, sandbox: SandboxProcess, control: Control) -> None:
    china = sandbox.account(OTHER, "cn-northwest-1")
    zone = seed.create_zone("acme.example.cn", env=china)
    seed.create_record(issue.zone, CHALLENGE, "CNAME", ["_acme-challenge.acme.example.cn"], env=sandbox.env())
    keys = {
        "access_key": china["AWS_ACCESS_KEY_ID"],
        "secret_key": china["AWS_SECRET_ACCESS_KEY"],
        "region": "cn-northwest-1",
    }
    control.clear_calls()
    assert issue(dns_delegations=[{"zone": "acme.example.cn", "dns_aws": keys}]).result["issued"]
    assert written(control) == [(zone, "_acme-challenge.acme.example.cn")]


def test_names_in_a_zone_of_another_account_need_no_cname(issue: Issue, elsewhere: Elsewhere, control: Control) -> None:
    assert issue(domains=["www.acme.example.net"], dns_delegations=elsewhere.by_role()).result["issued"]
    assert written(control) == [(elsewhere.zone, "_acme-challenge.www.acme.example.net")]


@pytest.mark.parametrize("external_id", ["theirs", None])
def test_a_wrong_external_id_is_told_before_any_order_or_write(
    issue: Issue, elsewhere: Elsewhere, control: Control, external_id: str | None
) -> None:
    for check_mode in (True, False):
        with pytest.raises(RemoteError) as caught:
            issue(check_mode, dns_delegations=elsewhere.by_role(external_id))
        assert f"sts:AssumeRole on {elsewhere.role} was answered with AccessDenied" in caught.value.message
        assert "external_id is the one that it asks for" in caught.value.message
    assert control.counts("acme") == {}
    assert written(control) == []


def test_a_role_for_all_zones(sandbox: SandboxProcess, issue: Issue, control: Control) -> None:
    other = sandbox.account(OTHER)
    zone = seed.create_zone("example.org", env=other)
    role = seed.create_role("certops-dns", OWN, env=other)
    control.clear_calls()
    assert issue(domains=["www.example.org"], dns_aws={"role_arn": role}).result["issued"]
    assert written(control) == [(zone, "_acme-challenge.www.example.org")]


def test_what_a_killed_run_left_in_another_account_is_swept_there(
    issue: Issue, elsewhere: Elsewhere, control: Control
) -> None:
    delegations = elsewhere.by_role()
    issue.killed(control, "acme", "finalize", given={"dns_delegations": delegations})
    control.clear_faults()
    assert len(elsewhere.values()) == 2
    left = issue.clean()
    assert any(
        "dns_delegations: the entry for zone 'acme.example.net' is missing" in warning for warning in left.warnings
    )
    assert len(elsewhere.values()) == 2
    swept = issue.clean(dns_delegations=delegations)
    assert [record["delegation"] for record in swept.result["removed_records"]] == ["acme.example.net"]
    assert elsewhere.values() == []
    assert issue(dns_delegations=delegations).result["issued"]
    assert len([call for call in control.calls("acme", "finalize") if call["status"] == 200]) == 1


def test_a_killed_run_is_finished_in_another_account(issue: Issue, elsewhere: Elsewhere, control: Control) -> None:
    issue.killed(control, "acme", "challenge", given={"dns_delegations": elsewhere.by_role()})
    control.clear_faults()
    assert issue(dns_delegations=elsewhere.by_role()).result["issued"]
    assert control.counts("acme")["newOrder"] == 1
    assert elsewhere.values() == []


# --- after INSYNC ---


def checked(issue: Issue, **changes: t.Any) -> tuple[Outcome, in_process.SandboxClock]:
    clock = in_process.SandboxClock()
    given = issue.params(**changes)
    return modules.run(acme_route53_issue, given, clock), clock


@pytest.mark.parametrize(
    ("late", "waits"), [pytest.param(0, False, id="none is late"), pytest.param(20, True, id="one is late")]
)
def test_the_slowest_name_server_is_waited_for(issue: Issue, control: Control, late: float, waits: bool) -> None:
    control.set(dns_late_seconds=late)
    start = control.now()
    outcome, _clock = checked(issue)
    assert outcome.warnings == ()
    assert (control.now() - start >= 20) is waits


def test_values_that_a_name_server_never_shows_only_warn(issue: Issue, control: Control) -> None:
    control.set(dns_late_seconds=10**6)
    outcome, _clock = checked(issue)
    assert outcome.result["issued"]
    assert [
        warning
        for warning in outcome.warnings
        if "127.0.0.2 does not show the challenge value of _acme-challenge.example.com" in warning
    ]


def test_name_servers_that_cannot_be_asked_only_warn(issue: Issue, control: Control) -> None:
    control.clear_calls()
    started = time.monotonic()
    outcome, _clock = checked(issue, dns_server=NOBODY)
    assert outcome.result["issued"]
    assert [warning for warning in outcome.warnings if "name servers of example.com could not be asked" in warning]
    assert time.monotonic() - started < 10
    assert control.counts("route53")["ListResourceRecordSets"] == 1


def test_the_check_can_be_left_out(issue: Issue, control: Control) -> None:
    control.set(dns_late_seconds=10**6)
    outcome, _clock = checked(issue, dns_check=False)
    assert outcome.warnings == ()


# --- at once ---


def test_projects_with_the_same_names_at_once_do_not_disturb_each_other(
    issue: Issue, control: Control, tmp_path: Path
) -> None:
    seed.create_record(issue.zone, CHALLENGE, "TXT", ["somebody else's"])
    control.set(route53_zone_lock_seconds=0.2, route53_propagation_seconds=0.5)
    failures: list[BaseException] = []

    def one(number: int) -> None:
        try:
            own = copy.copy(issue)
            own.archive = tmp_path / f"archive{number}"
            own(project=f"p{number}")
        except BaseException as exc:  # noqa: BLE001 - it is told below
            failures.append(exc)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert issue.txt() == ['"somebody else\'s"']


def test_throttling_and_a_busy_zone_are_waited_out(issue: Issue, control: Control) -> None:
    control.fault("route53", "ListHostedZones", "throttled", count=2)
    control.fault("route53", "GetChange", "throttled", count=2)
    control.set(route53_zone_lock_seconds=1.5)
    assert issue().result["issued"]
    assert issue.challenge_records() == []


# --- the limits of a change batch ---


def all_sets(zone: str) -> dict[str, list[str]]:
    """The TXT values of the zone by name."""
    pages = seed.client("route53").get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone)
    found = [each for page in pages for each in page["ResourceRecordSets"] if each["Type"] == "TXT"]
    return {each["Name"]: sorted(record["Value"] for record in each["ResourceRecords"]) for each in found}


def fill(zone: str, foreign: t.Sequence[str]) -> None:
    """Give each of the hundred challenge names these values of somebody else."""
    records = [{"Value": f'"{value}"'} for value in foreign]
    sets = [
        {"Name": f"_acme-challenge.{name}", "Type": "TXT", "TTL": 300, "ResourceRecords": records} for name in HUNDRED
    ]
    for part in (sets[:50], sets[50:]):
        batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": each} for each in part]}
        seed.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


@pytest.mark.parametrize(
    ("foreign", "batches"),
    [
        # a swap deletes these and creates them beside ours: 2 * 2 * 242 + 45 characters for a name, so that 31 names
        # fit into 32000
        pytest.param([letter * 240 for letter in "ab"], 4, id="32000 characters"),
        # 2 * 12 + 1 records for a name, so that 40 names fit into 1000
        pytest.param([f"value-{number}" for number in range(12)], 3, id="1000 records"),
    ],
)
def test_what_does_not_fit_into_one_batch_is_split_and_all_of_it_is_awaited_and_withdrawn(
    issue: Issue, control: Control, foreign: list[str], batches: int
) -> None:
    fill(issue.zone, foreign)
    before = all_sets(issue.zone)
    control.set(route53_propagation_seconds=20)
    control.advance(20)
    control.clear_calls()
    outcome, _clock = checked(issue, domains=HUNDRED, dns_check=False, route53_calls_per_second=0)
    assert len(outcome.result["bundle"]["domains"]) == 100
    calls = control.calls("route53", "ChangeResourceRecordSets")
    # without reading nobody knows of foreign values: one refusal before they are read, for the write and for the
    # withdrawal
    assert [call["error"] for call in calls] == 2 * ["InvalidChangeBatch", *[None] * batches]
    assert len({call["params"]["Id"] for call in control.calls("route53", "GetChange")}) == batches
    assert (len(before), all_sets(issue.zone)) == (100, before)


# --- by playbook, with no more permissions than the page on permissions grants ---


def test_a_whole_life_with_challenges_in_another_account(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    owner, other = permissions.administrator(sandbox.env()), sandbox.account(OTHER)
    zone = seed.create_zone("acme.example.net", env=other)
    role = seed.create_role("certops-dns", OWN, "ours", permissions.rendered("issue", "aws"), env=other)
    life = Life(
        ansible,
        control,
        permissions.user(sandbox.env(), "issue", "assume", "store", "bind", "cleanup", "notify"),
        owner,
    )
    change = {"Name": CHALLENGE, "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"somebody else\'s"'}]}
    batch = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": change}]}
    seed.client("route53", owner).change_resource_record_sets(HostedZoneId=life.zone, ChangeBatch=batch)
    seed.create_record(life.zone, CHALLENGE, "CNAME", [TARGET], env=owner)
    control.clear_calls()
    control.set(enforce_iam=True)
    delegations = [{"zone": "acme.example.net", "dns_aws": {"role_arn": role, "external_id": "ours"}}]
    life.play("create", project_dns_delegations=delegations).succeeded()
    assert {zone_id for zone_id, _name in written(control)} == {zone}
    assert "certops-dns" not in json.dumps(life.document())
    assert life.play("create", project_dns_delegations=delegations).succeeded().changed == 0
    life.play("reissue", project_dns_delegations=delegations).succeeded()
    life.play("cleanup", project_dns_delegations=delegations).succeeded()
    assert life.server_certificates() == [life.bound()]
