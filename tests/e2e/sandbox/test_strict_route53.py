# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route 53: what it refuses, how it answers, and what the DNS says of it."""

from __future__ import annotations

import pytest

CHALLENGE = "_acme-challenge.example.com"


def record(name, *values, rtype="TXT", ttl=60, **members):
    return {
        "Name": name,
        "Type": rtype,
        "TTL": ttl,
        "ResourceRecords": [{"Value": value} for value in values],
        **members,
    }


class Zone:
    def __init__(self, client, name="example.com", **arguments):
        self.client = client
        created = client.create_hosted_zone(Name=name, CallerReference=f"{name}-{id(self)}", **arguments)
        self.id = created["HostedZone"]["Id"].rpartition("/")[2]
        self.name_servers = created.get("DelegationSet", {}).get("NameServers", [])

    def change(self, *changes):
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": values} for action, values in changes]}
        return self.client.change_resource_record_sets(HostedZoneId=self.id, ChangeBatch=batch)["ChangeInfo"]["Id"]

    def records(self, **arguments):
        return self.client.list_resource_record_sets(HostedZoneId=self.id, **arguments)["ResourceRecordSets"]

    def names(self):
        return [item["Name"] for item in self.records() if item["Type"] == "TXT"]


@pytest.fixture
def route53(aws):
    return aws.client("route53")


@pytest.fixture
def zone(route53):
    return Zone(route53)


def test_creating_what_exists_is_refused_with_every_problem_and_changes_nothing(aws, zone):
    zone.change(("CREATE", record(CHALLENGE, '"one"')), ("CREATE", record("*.example.com", '"two"')))
    with aws.refuses("InvalidChangeBatch") as refusal:
        zone.change(
            ("CREATE", record("new.example.com", '"x"')),
            ("CREATE", record(CHALLENGE, '"x"')),
            ("CREATE", record("*.example.com", '"x"')),
        )
    assert (
        refusal.message
        == "[Tried to create resource record set [name='_acme-challenge.example.com.', type='TXT'] but it already"
        " exists, "
        "Tried to create resource record set [name='\\052.example.com.', type='TXT'] but it already exists]"
    )
    assert zone.names() == ["\\052.example.com.", "_acme-challenge.example.com."]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        pytest.param(
            record(CHALLENGE, '"other"'), "but the values provided do not match the current values", id="other value"
        ),
        pytest.param(
            record(CHALLENGE, '"one"', ttl=61),
            "but the values provided do not match the current values",
            id="other TTL",
        ),
        pytest.param(
            record(CHALLENGE, '"one"'), "but the values provided do not match the current values", id="not all values"
        ),
        pytest.param(record("missing.example.com", '"one"'), "but it was not found", id="no such set"),
    ],
)
def test_deleting_needs_the_exact_values_and_ttl(aws, zone, values, problem):
    zone.change(("CREATE", record(CHALLENGE, '"one"', '"two"')))
    with aws.refuses("InvalidChangeBatch") as refusal:
        zone.change(("DELETE", values))
    assert refusal.message == f"[Tried to delete resource record set [name='{values['Name']}.', type='TXT'] {problem}]"
    zone.change(("DELETE", record(CHALLENGE, '"two"', '"one"')))
    assert zone.names() == []


def test_delete_and_create_of_one_set_replace_it_and_upsert_overwrites(zone):
    zone.change(("CREATE", record(CHALLENGE, '"one"')))
    zone.change(("DELETE", record(CHALLENGE, '"one"')), ("CREATE", record(CHALLENGE, '"one"', '"two"')))
    assert zone.records(StartRecordName=CHALLENGE)[0]["ResourceRecords"] == [{"Value": '"one"'}, {"Value": '"two"'}]
    zone.change(("UPSERT", record(CHALLENGE, '"three"')))
    assert zone.records(StartRecordName=CHALLENGE)[0]["ResourceRecords"] == [{"Value": '"three"'}]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param(
            [("CREATE", record("a.example.org", '"x"'))],
            "RRSet with DNS name a.example.org. is not permitted in zone example.com.",
            id="outside of the zone",
        ),
        pytest.param(
            [("CREATE", record("a.example.com", "x"))],
            "Invalid Resource Record: FATAL problem: InvalidCharacterString (Value should be enclosed in quotation"
            " marks) encountered with 'x'",
            id="TXT without quotation marks",
        ),
        pytest.param(
            [("CREATE", record("a.example.com", f'"{"x" * 256}"'))],
            "Invalid Resource Record: FATAL problem: CharacterStringTooLong (Value is too long) encountered with"
            f" '\"{'x' * 256}\"'",
            id="TXT string too long",
        ),
        pytest.param(
            [("CREATE", record("a.example.com", '"x"', '"x"'))],
            "Duplicate Resource Record: '\"x\"'",
            id="the same value twice",
        ),
        pytest.param(
            [("CREATE", record("a.example.com", '"x"')), ("CREATE", record("A.example.com.", '"y"'))],
            "The request contains an invalid set of changes for a resource record set 'CREATE TXT a.example.com.'",
            id="the same set twice",
        ),
        pytest.param(
            [("CREATE", record("example.com", "a.example.org", rtype="CNAME"))],
            "RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.",
            id="CNAME at the apex",
        ),
        pytest.param(
            [("CREATE", record("t.example.com", "a.example.org", rtype="CNAME"))],
            "RRSet of type CNAME with DNS name t.example.com. is not permitted as it conflicts with other records with"
            " the same DNS name in zone example.com.",
            id="CNAME beside TXT",
        ),
        pytest.param(
            [("CREATE", record("c.example.com", '"x"'))],
            "RRSet of type TXT with DNS name c.example.com. is not permitted because a conflicting RRSet of type CNAME"
            " with the same DNS name already exists in zone example.com.",
            id="TXT beside CNAME",
        ),
        pytest.param(
            [("UPSERT", record(f"n{number}.example.com", '"x"')) for number in range(501)],
            "Number of records limit of 1000 exceeded.",
            id="an UPSERT counts twice",
        ),
        pytest.param(
            [("CREATE", record(f"n{number}.example.com", f'"{"x" * 250}"')) for number in range(128)],
            "RDATA character limit of 32000 exceeded.",
            id="too many characters",
        ),
        pytest.param(
            [("UPSERT", record(f"n{number}.example.com", f'"{"x" * 250}"')) for number in range(64)],
            "RDATA character limit of 32000 exceeded.",
            id="an UPSERT counts its characters twice",
        ),
        pytest.param(
            [("CREATE", record("a.example.com", "1.2.3", rtype="A"))],
            "Invalid Resource Record: FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"
            " encountered with '1.2.3'",
            id="no address",
        ),
    ],
)
def test_change_batches_that_route53_refuses(aws, zone, changes, problem):
    zone.change(
        ("CREATE", record("t.example.com", '"x"')), ("CREATE", record("c.example.com", "a.example.org", rtype="CNAME"))
    )
    with aws.refuses("InvalidChangeBatch") as refusal:
        zone.change(*changes)
    assert refusal.message == f"[{problem}]"


def test_a_set_needs_ttl_and_records(aws, zone):
    with aws.refuses("InvalidInput"):
        zone.change(("CREATE", {"Name": "a.example.com", "Type": "TXT"}))


def test_a_change_is_pending_and_unseen_until_it_has_propagated(aws, route53, zone):
    aws.control("POST", "settings", {"route53_propagation_seconds": 30})
    change = zone.change(("CREATE", record(CHALLENGE, '"one"')))
    assert route53.get_change(Id=change)["ChangeInfo"]["Status"] == "PENDING"
    assert not aws.state.dns_lookup(CHALLENGE, "TXT").exists
    aws.control("POST", "clock", {"advance_seconds": 31})
    assert route53.get_change(Id=change)["ChangeInfo"]["Status"] == "INSYNC"
    assert [item.value for item in aws.state.dns_lookup(CHALLENGE, "TXT").records] == ['"one"']


def test_unknown_zones_and_changes(aws, route53):
    with aws.refuses("NoSuchHostedZone", 404):
        route53.list_resource_record_sets(HostedZoneId="Z0")
    with aws.refuses("NoSuchChange", 404):
        route53.get_change(Id="C0")


def test_lists_are_ordered_by_reversed_labels_and_have_pages(zone):
    names = ["b.example.com", "a.b.example.com", "a.example.com", "example.com"]
    zone.change(*(("CREATE", record(name, '"x"')) for name in names))
    assert zone.names() == ["example.com.", "a.example.com.", "b.example.com.", "a.b.example.com."]
    page = zone.client.list_resource_record_sets(
        HostedZoneId=zone.id, StartRecordName="a.example.com", StartRecordType="TXT", MaxItems="2"
    )
    assert [item["Name"] for item in page["ResourceRecordSets"]] == ["a.example.com.", "b.example.com."]
    assert (page["IsTruncated"], page["NextRecordName"], page["NextRecordType"]) == (True, "a.b.example.com.", "TXT")


def test_a_start_type_needs_a_start_name(aws, zone):
    with aws.refuses("InvalidInput"):
        zone.records(StartRecordType="TXT")


def test_zones_may_share_a_name_and_have_pages(aws, route53):
    public = [Zone(route53), Zone(route53)]
    vpc = {"VPCRegion": "us-east-1", "VPCId": "vpc-1"}
    private = Zone(route53, HostedZoneConfig={"PrivateZone": True, "Comment": ""}, VPC=vpc)
    pages = list(route53.get_paginator("list_hosted_zones").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["HostedZones"]) for page in pages] == [2, 1]
    found = route53.list_hosted_zones_by_name(DNSName="example.com")["HostedZones"]
    assert {item["Id"].rpartition("/")[2]: item["Config"]["PrivateZone"] for item in found} == {
        public[0].id: False,
        public[1].id: False,
        private.id: True,
    }


def test_the_caller_reference_of_a_zone_is_used_once(aws, route53):
    route53.create_hosted_zone(Name="example.com", CallerReference="one")
    with aws.refuses("HostedZoneAlreadyExists", 409):
        route53.create_hosted_zone(Name="example.org", CallerReference="one")


def test_a_zone_with_records_stays(aws, route53, zone):
    zone.change(("CREATE", record("a.example.com", '"x"')))
    with aws.refuses("HostedZoneNotEmpty"):
        route53.delete_hosted_zone(Id=zone.id)


def test_a_zone_takes_one_batch_at_a_time(aws, zone):
    aws.control("POST", "settings", {"route53_zone_lock_seconds": 10})
    zone.change(("CREATE", record("a.example.com", '"x"')))
    with aws.refuses("PriorRequestNotComplete"):
        zone.change(("CREATE", record("b.example.com", '"x"')))
    aws.control("POST", "clock", {"advance_seconds": 11})
    zone.change(("CREATE", record("b.example.com", '"x"')))


def test_requests_beyond_the_rate_are_throttled(aws, route53):
    aws.control("POST", "settings", {"route53_rate": 0.001, "route53_burst": 2})
    route53.get_hosted_zone_count()
    route53.get_hosted_zone_count()
    with aws.refuses("Throttling") as refusal:
        route53.get_hosted_zone_count()
    assert refusal.message == "Rate exceeded"


def values(aws, name, rtype="TXT"):
    return [item.value for item in aws.state.dns_lookup(name, rtype).records]


def test_private_zones_never_answer(aws, route53):
    private = Zone(
        route53, HostedZoneConfig={"PrivateZone": True, "Comment": ""}, VPC={"VPCRegion": "us-east-1", "VPCId": "vpc-1"}
    )
    private.change(("CREATE", record("a.example.com", '"private"')))
    assert aws.state.dns_lookup("a.example.com", "TXT").zone is None


def test_a_zone_below_another_answers_only_when_delegated(aws, route53, zone):
    child = Zone(route53, "sub.example.com")
    child.change(("CREATE", record("a.sub.example.com", '"child"')))
    assert not aws.state.dns_lookup("a.sub.example.com", "TXT").exists
    zone.change(("CREATE", record("sub.example.com", *(f"{server}." for server in child.name_servers), rtype="NS")))
    assert values(aws, "a.sub.example.com") == ['"child"']


def test_of_two_zones_with_one_name_the_registrars_choice_answers(aws, route53):
    first, second = Zone(route53), Zone(route53)
    for number, each in enumerate((first, second)):
        each.change(("CREATE", record("a.example.com", f'"{number}"')))
    assert values(aws, "a.example.com") == ['"0"']
    aws.control("POST", "dns/delegate", {"zone_id": second.id})
    assert values(aws, "a.example.com") == ['"1"']


def test_cnames_are_given_and_wildcards_stand_in_for_missing_names(aws, zone):
    zone.change(
        ("CREATE", record("alias.example.com", "target.example.org", rtype="CNAME")),
        ("CREATE", record("*.w.example.com", '"wild"')),
        ("CREATE", record("there.w.example.com", "1.2.3.4", rtype="A")),
    )
    assert values(aws, "alias.example.com") == ["target.example.org"]
    assert values(aws, "x.y.w.example.com") == ['"wild"']
    assert values(aws, "there.w.example.com") == []
    assert aws.state.dns_lookup("w.example.com", "TXT").exists
