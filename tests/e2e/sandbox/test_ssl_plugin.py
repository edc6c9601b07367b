# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin as it is deployed, and a run of it, seen through AWS's own calls."""

from __future__ import annotations

import io
import tarfile
from datetime import timedelta

import pytest
from sandbox import seed
from sandbox.process import SandboxProcess
from sandbox.ssl_plugin import CONTROLLER, SslPlugin


@pytest.fixture
def plugin(sandbox: SandboxProcess) -> SslPlugin:
    return SslPlugin(sandbox.env(), sandbox.control)


def test_the_stacks_are_told_by_their_parameters(plugin: SslPlugin) -> None:
    plugin.project("WebApp", ["example.com"])
    plugin.project("old", ["example.org"], version="v1", interval=80)
    stacks = {one["StackName"]: one for one in seed.client("cloudformation").describe_stacks()["Stacks"]}
    assert set(stacks) == {CONTROLLER, "WebApp-CertBot", "old"}
    keys = {name: {one["ParameterKey"] for one in stack["Parameters"]} for name, stack in stacks.items()}
    assert keys[CONTROLLER] == {"accessKey"}
    assert {"projectName", "dynamoDBTable"} <= keys["WebApp-CertBot"]
    assert keys["old"] == {"domainName", "emailAddress", "renewIntervalDays"}
    assert len({stacks[name]["Description"] for name in ("WebApp-CertBot", "old")}) == 1
    functions = [
        one["PhysicalResourceId"]
        for one in seed.client("cloudformation").list_stack_resources(StackName="old")["StackResourceSummaries"]
        if one["ResourceType"] == "AWS::Lambda::Function"
    ]
    assert len(functions) == 2


def test_the_names_of_certificate_and_bundle_agree_to_the_minute(plugin: SslPlugin) -> None:
    project = plugin.project("WebApp", ["example.com", "www.example.com"])
    keys = [one["Key"] for one in seed.client("s3").list_objects_v2(Bucket=project.bucket)["Contents"]]
    assert len(keys) == 2
    assert keys[0] == "WebApp/"
    content = seed.client("s3").get_object(Bucket=project.bucket, Key=keys[1])["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert "tmp/certbot/config/archive/ssl/privkey1.pem" in tar.getnames()
        assert tar.getmember("tmp/certbot/config/live/ssl/cert.pem").issym()
    certificate = plugin.certificates(project)[0]
    assert certificate["Path"] == "/cloudfront/us-east-1/WebApp-CertBot/"
    assert certificate["Expiration"] - certificate["UploadDate"] <= timedelta(days=90)


def test_a_run_of_theirs_rebinds_and_deletes_what_lies_below_its_path(plugin: SslPlugin) -> None:
    project = plugin.project("WebApp", ["example.com"])
    before = plugin.certificates(project)[0]
    assert plugin.timer(project)
    after = plugin.certificates(project)
    assert [one["ServerCertificateId"] for one in after] != [before["ServerCertificateId"]]
    config = seed.client("cloudfront").get_distribution_config(Id=project.distributions[0])["DistributionConfig"]
    assert config["ViewerCertificate"]["IAMCertificateId"] == after[0]["ServerCertificateId"]
    item = seed.client("dynamodb").get_item(TableName=project.table, Key={"ProjectName": {"S": "WebApp"}})["Item"]
    told = item["SuccessfullyIssued"]["M"]
    assert told["Status"] == {"S": "Succeeded"}
    assert told["ReplaceMsg"]["M"]["Matched_CloudFront"]["M"]["ID_LIST"]["L"] == [{"S": project.distributions[0]}]


def test_rules_and_a_concurrency_of_zero_stop_it(plugin: SslPlugin) -> None:
    project = plugin.project("WebApp", ["example.com"])
    events, functions = seed.client("events"), seed.client("lambda")
    for rule in project.rules.values():
        events.disable_rule(Name=rule)
    assert (plugin.timer(project), plugin.stack_update(project), plugin.reissue(project)) == (False, False, True)
    functions.put_function_concurrency(FunctionName=project.function, ReservedConcurrentExecutions=0)
    assert not plugin.reissue(project)
    functions.delete_function_concurrency(FunctionName=project.function)
    assert plugin.reissue(project)


def test_after_its_path_was_emptied_a_stray_run_touches_no_distribution(plugin: SslPlugin) -> None:
    project = plugin.project("WebApp", ["example.com"])
    certificate = plugin.certificates(project)[0]
    seed.client("iam").update_server_certificate(
        ServerCertificateName=certificate["ServerCertificateName"], NewPath="/cloudfront/certops/webapp/"
    )
    plugin.timer(project)
    config = seed.client("cloudfront").get_distribution_config(Id=project.distributions[0])["DistributionConfig"]
    assert config["ViewerCertificate"]["IAMCertificateId"] == certificate["ServerCertificateId"]
