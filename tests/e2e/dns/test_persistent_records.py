# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""dns-persist-01 as acme2certifier validates it: the record stays, and with it nothing is written any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.persistent_records import Grant
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from e2e.dns.test_dns import NOBODY
from e2e.issue.test_issue import FOREIGN, Issue
from e2e.life import Life
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

NAME = "_validation-persist.example.com"
WILDCARD = "; policy=wildcard"
PAST, FUTURE = 1767225600, 4102444800


@pytest.fixture
def issue(sandbox: SandboxProcess, control: Control, tmp_path: Path) -> Issue:
    control.set(acme_dns_persist=True)
    return Issue(sandbox, tmp_path / "archive")


def value(account_url: str, more: str = "") -> str:
    return f'"sandbox.invalid; accounturi={account_url}{more}"'


def account_of(issue: Issue) -> str:
    """The URL of the account, which another project of the archive has, too."""
    return str(issue(project="other", domains=["other.example.com"]).result["bundle"]["account_url"])


@pytest.mark.parametrize("resolver", ["", NOBODY], ids=["as DNS shows", "as Route 53 says"])
def test_the_record_stays_and_the_next_order_writes_nothing(issue: Issue, control: Control, resolver: str) -> None:
    first = issue(dns_persist=True, dns_server=resolver)
    assert issue.txt(NAME) == [value(first.result["bundle"]["account_url"], WILDCARD)]
    assert issue.challenge_records() == [f"{NAME}."]
    assert control.counts("route53")["ChangeResourceRecordSets"] == 1
    assert not issue(dns_persist=True).changed
    control.clear_calls()
    # of the same account, which has to prove its control anew for each order
    assert issue(project="second", dns_persist=True, dns_server=resolver).result["issued"]
    assert control.counts("acme")["challenge"] == 2
    # where DNS cannot be asked, CNAMEs and values are read from the zone
    assert control.counts("route53") == {"ListHostedZones": 1, **({"ListResourceRecordSets": 2} if resolver else {})}


def test_a_hundred_names_are_written_in_one_batch_and_read_from_dns(issue: Issue, control: Control) -> None:
    names = [f"h{number}.example.com" for number in range(100)]
    control.clear_calls()
    assert issue(dns_persist=True, domains=names).result["issued"]
    assert control.counts("route53").total() <= 4, control.counts("route53")
    control.clear_calls()
    assert issue(project="second", dns_persist=True, domains=names).result["issued"]
    assert control.counts("route53") == {"ListHostedZones": 1}


def test_a_wildcard_that_comes_later_widens_the_record(issue: Issue) -> None:
    account = issue(dns_persist=True, domains=["example.com"]).result["bundle"]["account_url"]
    assert issue.txt(NAME) == [value(account)]
    assert issue(dns_persist=True).result["issued"]
    assert issue.txt(NAME) == [value(account, WILDCARD)]
    assert issue(project="second", dns_persist=True, domains=["example.com"]).result["issued"]
    assert issue.txt(NAME) == [value(account, WILDCARD)]


def test_foreign_values_under_the_name_survive(issue: Issue) -> None:
    seed.create_record(issue.zone, NAME, "TXT", [FOREIGN])
    account = issue(dns_persist=True).result["bundle"]["account_url"]
    assert sorted(issue.txt(NAME)) == sorted([f'"{FOREIGN}"', value(account, WILDCARD)])


@pytest.mark.parametrize(
    ("until", "is_kept"), [pytest.param(FUTURE, True, id="to come"), pytest.param(PAST, False, id="passed")]
)
def test_a_time_in_a_value_of_the_user_counts(issue: Issue, until: int, is_kept: bool) -> None:
    given = value(account_of(issue), f"{WILDCARD}; persistUntil={until}")
    seed.create_record(issue.zone, NAME, "TXT", [given.strip('"')])
    assert issue(dns_persist=True).result["issued"]
    assert (issue.txt(NAME) == [given]) is is_kept
    assert len(issue.txt(NAME)) == 1


def test_a_ca_that_does_not_offer_it_gets_what_it_got_before(issue: Issue, control: Control) -> None:
    control.set(acme_dns_persist=False)
    assert issue(dns_persist=True).result["issued"]
    assert issue.challenge_records() == []
    assert control.counts("route53")["ChangeResourceRecordSets"] == 2


def test_without_the_option_nothing_stays(issue: Issue) -> None:
    assert issue().result["issued"]
    assert issue.challenge_records() == []


def test_check_mode_reads_only(issue: Issue, control: Control) -> None:
    control.clear_calls()
    predicted = issue(check_mode=True, dns_persist=True)
    assert predicted.changed
    assert control.counts("route53") == {"ListHostedZones": 1}
    assert control.counts("acme") == {"directory": 1}
    assert issue.challenge_records() == []
    assert issue(dns_persist=True).result.keys() == predicted.result.keys()


def test_the_record_is_written_where_its_cname_leads(issue: Issue, sandbox: SandboxProcess) -> None:
    zone = seed.create_zone("acme.example.net", env=sandbox.env())
    target = "_validation-persist.example.com.acme.example.net"
    seed.create_record(issue.zone, NAME, "CNAME", [target])
    assert issue(dns_persist=True).result["issued"]
    sets = seed.client("route53", sandbox.env()).list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert [each["Name"] for each in sets if each["Type"] == "TXT"] == [f"{target}."]
    assert issue.challenge_records() == []


def test_a_killed_run_is_finished(issue: Issue, control: Control) -> None:
    issue.killed(control, "acme", "challenge", given={"dns_persist": True})
    control.clear_faults()
    control.clear_calls()
    assert issue(dns_persist=True).result["issued"]
    assert control.counts("acme")["newOrder"] == 0
    assert control.counts("route53")["ChangeResourceRecordSets"] == 0
    assert issue.pending() == []


@pytest.mark.parametrize(
    ("domains", "written"),
    [
        pytest.param(
            ["example.com"], "sandbox.invalid; accounturi=https://localhost/acme/acct/nobody", id="another account"
        ),
        pytest.param(["example.com"], "ca.example; accounturi={account}", id="another CA"),
        pytest.param(
            ["example.com"],
            "sandbox.invalid; accounturi={account}; persistUntil=1767225600",
            id="until a time that has passed",
        ),
        pytest.param(["*.example.com"], "sandbox.invalid; accounturi={account}", id="a wildcard without its policy"),
        pytest.param(
            ["example.com"], "sandbox.invalid; accounturi={account}; accounturi={account}", id="a parameter twice"
        ),
        pytest.param(["example.com"], "sandbox.invalid", id="no account"),
    ],
)
def test_the_ca_of_the_sandbox_is_strict(
    issue: Issue, monkeypatch: pytest.MonkeyPatch, domains: list[str], written: str
) -> None:
    monkeypatch.setattr(Grant, "value", property(lambda grant: written.format(account=grant.account_url)))
    with pytest.raises(RemoteError) as caught:
        issue(dns_persist=True, domains=domains)
    assert caught.value.details["failed_validations"] == ["example.com"]
    assert issue.pending() == []


def test_a_life_by_playbooks_leaves_the_record_to_its_owner(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    control.set(acme_dns_persist=True)
    life = Life(ansible, control, sandbox.env(), sandbox.env())
    life.play("create", project_dns_persist=True).succeeded()
    assert life.play("create", project_dns_persist=True).succeeded().changed == 0
    control.clear_calls()
    life.play("reissue", project_dns_persist=True).succeeded()
    life.give_up()
    life.play("delete").succeeded()
    assert control.counts("route53")["ChangeResourceRecordSets"] == 0
    assert control.counts("acme")["finalize"] == 1
    records = seed.client("route53", sandbox.env()).list_resource_record_sets(HostedZoneId=life.zone)[
        "ResourceRecordSets"
    ]
    assert f"{NAME}." in [each["Name"] for each in records]


def test_the_record_goes_when_the_names_are_given_up(issue: Issue) -> None:
    seed.create_record(issue.zone, NAME, "TXT", [FOREIGN])
    issue(dns_persist=True)
    removed = issue.clean(drop_dns_persist=True)
    assert [record["name"] for record in removed.result["removed_records"]] == [NAME]
    assert issue.txt(NAME) == [f'"{FOREIGN}"']
    assert not issue.clean(drop_dns_persist=True).changed
