# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS as a host sees it that is not on the public Internet: inside of a VPC with private twins of zones, behind
white-label name servers; and record sets with a routing policy. The zone is the right one, or it is asked before an
order."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from e2e.dns.test_dns import NOBODY, Issue, written
from e2e.doctor.test_doctor import Patient
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

CHILD, NAME = "shop.example.com", "www.shop.example.com"
CHALLENGE = f"_acme-challenge.{NAME}"
VANITY = [f"ns{number}.example.com." for number in range(1, 5)]


@pytest.fixture
def issue(sandbox: SandboxProcess, tmp_path: Path) -> Issue:
    return Issue(sandbox, tmp_path / "archive")


@pytest.fixture
def inside(sandbox: SandboxProcess) -> str:
    """The resolver of a VPC."""
    return f"127.0.0.3:{sandbox.env()['CERTOPS_DNS_SERVER'].rpartition(':')[2]}"


@pytest.fixture
def patient(sandbox: SandboxProcess, issue: Issue, inside: str, tmp_path: Path) -> Patient:
    """A project whose doctor asks the resolver of the VPC."""
    found = Patient(sandbox.env(), tmp_path)
    found.given["dns_server"] = inside
    found.definition["domains"] = [NAME]
    return found


@pytest.fixture
def child(sandbox: SandboxProcess, issue: Issue, control: Control) -> str:
    """A public zone below another one, which delegates to it."""
    zone = seed.create_zone(CHILD, env=sandbox.env())
    seed.delegate(issue.zone, zone, env=sandbox.env())
    control.clear_calls()
    return zone


def zone_codes(patient: Patient) -> dict[str, list[str]]:
    return {
        code: subjects
        for severity in ("error", "warning")
        for code, subjects in patient.codes(severity).items()
        if code.startswith(("ZONE_", "DNS_"))
    }


# --- inside of a VPC ---


@pytest.mark.parametrize("twin", [CHILD, "example.com", NAME], ids=["of the child", "of the parent", "further below"])
def test_a_private_twin_hides_nothing_of_a_zone_that_its_parent_delegates_to(
    issue: Issue, child: str, control: Control, twin: str, patient: Patient
) -> None:
    seed.create_zone(twin, private=True)
    control.clear_calls()
    assert issue(domains=[NAME], dns_server=patient.given["dns_server"]).result["issued"]
    assert written(control) == [(child, CHALLENGE)]
    assert zone_codes(patient) == {}


def test_a_private_twin_leads_nobody_into_a_zone_that_nothing_delegates_to(
    issue: Issue, control: Control, inside: str, sandbox: SandboxProcess
) -> None:
    seed.create_zone(CHILD, env=sandbox.env())
    seed.create_zone(CHILD, private=True, env=sandbox.env())
    control.clear_calls()
    assert issue(domains=[NAME], dns_server=inside).result["issued"]
    assert written(control) == [(issue.zone, CHALLENGE)]


def test_a_private_twin_of_the_only_zone_is_no_error(issue: Issue, inside: str, patient: Patient) -> None:
    seed.create_zone("example.com", private=True)
    assert issue(domains=[NAME], dns_server=inside).result["issued"]
    assert zone_codes(patient) == {"DNS_FAILED": ["example.com"]}


def test_of_two_zones_with_a_private_twin_one_is_asked_for_before_an_order(
    issue: Issue, control: Control, inside: str, patient: Patient
) -> None:
    seed.create_zone("example.com")
    seed.create_zone("example.com", private=True)
    with pytest.raises(ConfigError, match=r"private hosted zone, as inside of a VPC; set dns_server .*set zone_id"):
        issue(domains=[NAME], dns_server=inside)
    assert control.counts("acme") == {}
    assert "ZONE_AMBIGUOUS" in zone_codes(patient)
    assert issue(domains=[NAME], dns_server=inside, zone_id=issue.zone).result["issued"]


def test_a_cname_that_a_private_twin_hides_is_followed(
    issue: Issue, control: Control, inside: str, sandbox: SandboxProcess
) -> None:
    target = "_acme-challenge.acme.example.net"
    other = seed.create_zone("acme.example.net", env=sandbox.env())
    seed.create_record(issue.zone, CHALLENGE, "CNAME", [target], env=sandbox.env())
    seed.create_zone("example.com", private=True)
    control.clear_calls()
    assert issue(domains=[NAME], dns_server=inside).result["issued"]
    assert written(control) == [(other, target)]


# --- white-label name servers ---


@pytest.fixture
def vanity(issue: Issue, sandbox: SandboxProcess) -> t.Callable[[str], str]:
    """A child zone whose name servers have names of the user's own, at these addresses."""

    def made(address: str) -> str:
        zone = seed.create_zone(CHILD, env=sandbox.env())
        seed.create_record(issue.zone, CHILD, "NS", VANITY, env=sandbox.env())
        for server in VANITY:
            seed.create_record(issue.zone, server, "A", [address], env=sandbox.env())
        return zone

    return made


def test_white_label_name_servers_are_told_by_their_addresses(
    issue: Issue, vanity: t.Callable[[str], str], control: Control, patient: Patient
) -> None:
    zone = vanity("127.0.0.1")
    control.clear_calls()
    assert issue(domains=[NAME]).result["issued"]
    assert written(control) == [(zone, CHALLENGE)]
    patient.given["dns_server"] = patient.env["CERTOPS_DNS_SERVER"]
    assert zone_codes(patient) == {}


@pytest.mark.parametrize("is_silent", [False, True], ids=["at other addresses", "and nobody to ask"])
def test_name_servers_of_others_are_none_of_ours(
    issue: Issue, vanity: t.Callable[[str], str], control: Control, is_silent: bool
) -> None:
    vanity("192.0.2.1")
    control.clear_calls()
    with pytest.raises(ConfigError, match=r"delegates shop\.example\.com to ns1\.example\.com.*set zone_id"):
        issue(domains=[NAME], dns_server=NOBODY if is_silent else None)
    assert control.counts("acme") == {}


# --- routing policies ---


def routed(issue: Issue, sandbox: SandboxProcess, name: str) -> None:
    """What another tool left: two weighted TXT record sets."""
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": name,
                "Type": "TXT",
                "TTL": 60,
                "SetIdentifier": identifier,
                "Weight": 1,
                "ResourceRecords": [{"Value": f'"{identifier}"'}],
            },
        }
        for identifier in ("blue", "green")
    ]
    seed.client("route53", sandbox.env()).change_resource_record_sets(
        HostedZoneId=issue.zone, ChangeBatch={"Changes": changes}
    )


def test_records_with_a_routing_policy_are_reported_before_an_order(
    issue: Issue, sandbox: SandboxProcess, control: Control, patient: Patient
) -> None:
    routed(issue, sandbox, CHALLENGE)
    control.clear_calls()
    with pytest.raises(ConfigError, match=r"have a routing policy \(TXT 'blue', TXT 'green'\).*create them as simple"):
        issue(domains=[NAME])
    assert control.counts("acme") == {}
    patient.given["dns_server"] = patient.env["CERTOPS_DNS_SERVER"]
    assert zone_codes(patient) == {"ZONE_UNUSABLE": [NAME]}


def test_where_dns_shows_nothing_route_53_says_it_as_clearly(issue: Issue, sandbox: SandboxProcess) -> None:
    routed(issue, sandbox, CHALLENGE)
    with pytest.raises(ConfigError, match=r"have a routing policy \(TXT 'blue'\)"):
        issue(domains=[NAME], dns_server=NOBODY)


def test_other_values_at_a_challenge_name_stay(issue: Issue, sandbox: SandboxProcess) -> None:
    seed.create_record(issue.zone, CHALLENGE, "TXT", ["of another tool"], env=sandbox.env())
    assert issue(domains=[NAME]).result["issued"]
