# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to adopt, read from an account as the SSL Plugin and people left it."""

from __future__ import annotations

import json
import os

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RemoteError
from e2e.adoption.conftest import BALANCERS, LISTINGS, LISTINGS_AGAIN, OF_EACH, Adoption
from sandbox import seed
from sandbox.control import Control
from sandbox.ssl_plugin import SslPlugin

PENDING, EMPTY = "pending@example.com", "EMPTY"


def test_a_project_of_v2_becomes_a_definition_of_ours(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com", "www.example.com"], emails=["ops@example.com"], interval=45)
    seed.client("sns").subscribe(TopicArn=made.topic, Protocol="email", Endpoint=PENDING)
    found = adoption.found("WebApp", definition={"acme_directory": "letsencrypt"})
    assert (found["status"], found["version"], found["problems"]) == ("ready", "v2", [])
    definition = found["definition"]
    assert definition["domains"] == ["example.com", "www.example.com"]
    assert definition["emails"] == ["ops@example.com"]
    assert (definition["renewal_interval_days"], definition["bind"]) == (45, ["previous"])
    assert definition["key_type"] == "ecdsa_p256"
    assert any(PENDING in warning for warning in found["warnings"])
    certificate = found["certificates"][0]
    assert (certificate["role"], certificate["users"]) == ("current", made.distributions)
    assert found["moves"][0]["after"] == "/cloudfront/certops/WebApp/"
    assert [one["uri"] for one in found["bundles"]] == [
        f"s3://{made.bucket}/WebApp/{found['bundles'][0]['uri'].rpartition('/')[2]}"
    ]
    assert found["last_run"]["Status"] == "Succeeded"


def test_its_scheduler_is_known_with_the_time_of_its_next_run(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com"])
    scheduler = adoption.found("WebApp")["scheduler"]
    assert {rule["name"] for rule in scheduler["rules"]} == set(made.rules.values())
    assert (scheduler["function"], scheduler["stopped"], scheduler["busy"]) == (made.function, False, False)
    assert scheduler["next_run_at"] is not None
    for rule in made.rules.values():
        seed.client("events").disable_rule(Name=rule)
    seed.client("lambda").put_function_concurrency(FunctionName=made.function, ReservedConcurrentExecutions=0)
    assert adoption.found("WebApp")["scheduler"]["stopped"]


def test_a_timer_that_somebody_added_is_found_by_its_target(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com"])
    events = seed.client("events")
    events.put_rule(Name="by-hand", ScheduleExpression="rate(7 days)")
    function = seed.client("lambda").get_function_configuration(FunctionName=made.function)["FunctionArn"]
    events.put_targets(Rule="by-hand", Targets=[{"Id": "1", "Arn": function}])
    rules = adoption.found("WebApp")["scheduler"]["rules"]
    assert "by-hand" in {rule["name"] for rule in rules}


@pytest.mark.parametrize("version", ["v1", "v1_file"])
def test_both_generations_of_v1_are_told_apart(plugin: SslPlugin, adoption: Adoption, version: str) -> None:
    plugin.project("old", ["example.org"], version=version, interval=80)
    found = adoption.found("old")
    assert (found["version"], found["status"]) == (version, "ready")
    assert found["definition"]["renewal_interval_days"] == 80
    assert len(found["bundles"]) == 1


def test_a_file_of_v1_that_names_an_older_certificate_is_left_over(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("old", ["example.org"], version="v1_file")
    made.keeps_file = False
    plugin.issue(made)
    assert adoption.found("old")["version"] == "v1"


def test_the_access_key_of_the_controller_is_never_read(
    plugin: SslPlugin, adoption: Adoption, control: Control
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    control.clear_calls()
    assert "in the clear" not in str(adoption.info().result)
    read = control.calls("lambda", "GetFunction")
    assert {call["params"]["FunctionName"] for call in read} == {made.function}


def test_what_tags_and_targets_do_not_tell_is_asked_of_the_stack(
    plugin: SslPlugin, adoption: Adoption, control: Control
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    environment = {"DOMAINS_LIST": "example.com", "CERTBOT_BUCKET": made.bucket, "TOPIC_ARN": made.topic}
    # put again by hand, so without the tags of CloudFormation
    control.function(plugin.region, made.function, environment=environment)
    for name in made.rules.values():
        targets = [
            {"Id": "Target0", "Arn": f"arn:aws:lambda:{plugin.region}:123456789012:function:{made.function}:live"}
        ]
        seed.client("events").put_targets(Rule=name, Targets=targets)
    control.clear_calls()
    scheduler = adoption.found("WebApp")["scheduler"]
    assert control.counts()["ListStackResources"] == 1
    assert (scheduler["function"], {rule["name"] for rule in scheduler["rules"]}) == (
        made.function,
        set(made.rules.values()),
    )


def test_the_names_of_the_certificate_count_and_the_list_is_named(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com", "old.example.com"])
    environment = {
        "DOMAINS_LIST": "example.com, new.example.com",
        "CERTBOT_BUCKET": made.bucket,
        "PROJECT_NAME": "WebApp",
    }
    plugin.control.function(plugin.region, made.function, environment=environment)
    found = adoption.found("WebApp")
    assert found["definition"]["domains"] == ["example.com", "old.example.com"]
    assert any("new.example.com" in one and "old.example.com" in one for one in found["warnings"])


def test_bundles_are_opened_only_if_that_is_wanted(plugin: SslPlugin, adoption: Adoption, control: Control) -> None:
    made = plugin.project("WebApp", ["example.com"])
    key = adoption.found("WebApp")["bundles"][0]["uri"].partition(f"{made.bucket}/")[2]
    seed.client("s3").put_object(Bucket=made.bucket, Key=key, Body=b"damaged")
    control.clear_calls()
    assert not any(key in warning for warning in adoption.found("WebApp")["warnings"])
    assert control.counts()["GetObject"] == 0
    assert any(key in warning for warning in adoption.found("WebApp", check_bundles=True)["warnings"])


def test_what_people_uploaded_is_one_project_for_each_set_of_names(adoption: Adoption, control: Control) -> None:
    old = seed.upload_certificate("le-example-1", ["example.com", "www.example.com"])
    seed.upload_certificate("never-used", ["unused.example.com"])
    users = [seed.create_distribution([name], old) for name in ("example.com", "www.example.com")]
    found = adoption.info(sources=["iam"]).result["projects"]
    assert [(one["theirs"], one["status"]) for one in found] == [("example-com", "ready")]
    assert found[0]["certificates"][0]["users"] == sorted(users)
    assert any("key" in one for one in found[0]["warnings"])


def test_what_the_plugin_keeps_is_not_taken_for_an_upload_by_people(plugin: SslPlugin, adoption: Adoption) -> None:
    plugin.project("WebApp", ["example.com"])
    assert adoption.info(sources=["iam"]).result["projects"] == []
    both = adoption.info(sources=["ssl_plugin", "iam"]).result["projects"]
    assert [one["source"] for one in both] == ["ssl_plugin"]


def test_a_stack_that_is_gone_leaves_certificates_and_bundles_to_adopt(
    plugin: SslPlugin, adoption: Adoption, control: Control
) -> None:
    plugin.project("WebApp", ["example.com"])
    plugin.project("other", ["example.org"])
    control.remove_stack(plugin.region, "WebApp-CertBot")
    found = adoption.found("WebApp")
    assert (found["status"], found["scheduler"], len(found["bundles"])) == ("ready", None, 1)
    assert any("is gone" in note for note in found["notes"])


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_that_does_not_rest_is_refused(plugin: SslPlugin, adoption: Adoption, status: str) -> None:
    plugin.project("WebApp", ["example.com"], status=status)
    found = adoption.found("WebApp")
    assert found["status"] == "refused"
    assert status in found["problems"][0]


def test_names_that_ours_cannot_have_and_names_that_meet_ask_for_others(plugin: SslPlugin, adoption: Adoption) -> None:
    plugin.project("accounts", ["a.example.com"])
    plugin.project("twin", ["b.example.com"])
    plugin.project("twin", ["c.example.com"], version="v1")
    found = adoption.info().result["projects"]
    assert {one["status"] for one in found} == {"refused"}
    assert all("adopt_names" in "".join(one["problems"]) for one in found)
    names = {"accounts": "web", "twin-CertBot": "twin-2"}
    assert {one["name"]: one["status"] for one in adoption.info(names=names).result["projects"]} == {
        "web": "ready",
        "twin": "ready",
        "twin-2": "ready",
    }


def test_a_listing_that_fails_ends_the_reading(plugin: SslPlugin, adoption: Adoption, control: Control) -> None:
    plugin.project("WebApp", ["example.com"])
    for service, operation in (("cloudfront", "ListDistributions"), ("events", "ListRules"), ("s3", "ListObjectsV2")):
        control.fault(service, operation, "access_denied", count=1)
        with pytest.raises(RemoteError, match=operation):
            adoption.info()
        control.clear_faults()


def test_options_are_rejected_with_all_their_problems_before_any_call(adoption: Adoption, control: Control) -> None:
    control.clear_calls()
    with pytest.raises(ConfigError) as caught:
        adoption.info(sources=["certbot"], names={"a": "-b"}, emails=["x"], definition={"colour": "red"}, known=[{}])
    assert len(caught.value.problems) == 5
    assert control.calls() == []


def test_more_than_a_page_of_each_listing_is_read(plugin: SslPlugin, adoption: Adoption, control: Control) -> None:
    control.set(iam_server_certificate_quota=200)
    made = plugin.project("WebApp", ["example.com"], emails=[])
    for number in range(101):
        seed.client("sns").subscribe(TopicArn=made.topic, Protocol="email", Endpoint=f"n{number}@example.com")
        control.stack(plugin.region, f"other{number}", description="something else")
    found = adoption.found("WebApp", emails=["all"])
    assert len(found["definition"]["emails"]) == 101


def test_the_listings_do_not_grow_with_the_projects(plugin: SslPlugin, adoption: Adoption, control: Control) -> None:
    for number in range(4):
        plugin.project(f"p{number}", [f"p{number}.example.com"])
    control.clear_calls()
    found = adoption.info().result["projects"]
    assert control.counts() == {**dict.fromkeys(LISTINGS, 1), **BALANCERS, **dict.fromkeys(OF_EACH, 4)}
    control.clear_calls()
    assert len(adoption.info(known=found).result["projects"]) == 4
    assert control.counts() == dict.fromkeys(LISTINGS_AGAIN, 1)


def test_a_bucket_that_another_account_took_is_not_read_although_it_lets_everybody_in(
    plugin: SslPlugin, adoption: Adoption, control: Control
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    _taken_by_another_account(made.bucket, control)
    read = {"Bucket": made.bucket, "Key": "WebApp/a.tar.gz"}
    assert seed.client("s3").get_object(**read)["Body"].read() == b"theirs"
    with pytest.raises(RemoteError, match=f"{made.bucket}.* another account than 123456789012, nothing is read"):
        adoption.info()


def _taken_by_another_account(bucket: str, control: Control) -> None:
    """The bucket is deleted, and somebody else has one of its name, which everybody may read."""
    ours = seed.client("s3")
    for one in ours.list_objects_v2(Bucket=bucket)["Contents"]:
        ours.delete_object(Bucket=bucket, Key=one["Key"])
    ours.delete_bucket(Bucket=bucket)
    key = "AKIA" + "O" * 16
    control.account(key, "222222222222")
    theirs = seed.client("s3", {**os.environ, "AWS_ACCESS_KEY_ID": key})
    theirs.create_bucket(Bucket=bucket)
    theirs.put_object(Bucket=bucket, Key="WebApp/a.tar.gz", Body=b"theirs")
    everybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    theirs.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]}))
