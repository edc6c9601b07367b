# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters, and the API that lists resources by their tags."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from sandbox import seed

NAME = "/certops/www/certificate"


@pytest.fixture
def ssm(aws):
    return aws.client("ssm")


@pytest.fixture
def tagging(aws):
    return aws.client("resourcegroupstaggingapi")


def found(tagging, **filters):
    pages = tagging.get_paginator("get_resources").paginate(**filters)
    return [item["ResourceARN"] for page in pages for item in page["ResourceTagMappingList"]]


def test_a_parameter_is_written_over_only_when_asked_for(aws, ssm):
    assert ssm.put_parameter(Name=NAME, Value="one", Type="String")["Version"] == 1
    with aws.refuses("ParameterAlreadyExists"):
        ssm.put_parameter(Name=NAME, Value="two", Type="String")
    assert ssm.put_parameter(Name=NAME, Value="two", Overwrite=True)["Version"] == 2
    parameter = ssm.get_parameter(Name=NAME)["Parameter"]
    assert (parameter["Value"], parameter["Version"], parameter["Type"]) == ("two", 2, "String")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Type": None}, "ValidationException"),
        ({"Name": "aws/mine"}, "ValidationException"),
        ({"Name": "certops/www"}, "ValidationException"),
        ({"Name": "/certops//www"}, "ValidationException"),
        ({"Value": "x" * 4097}, "ValidationException"),
        ({"Overwrite": True, "Tags": [{"Key": "a", "Value": "b"}]}, "ValidationException"),
        ({"Name": "/a" * 16}, "HierarchyLevelLimitExceededException"),
    ],
)
def test_parameters_that_are_refused(aws, ssm, values, code):
    given = {"Name": NAME, "Value": "one", "Type": "String", **values}
    with aws.refuses(code):
        ssm.put_parameter(**{name: value for name, value in given.items() if value is not None})


def test_what_is_not_there_is_not_found(aws, ssm):
    with aws.refuses("ParameterNotFound"):
        ssm.get_parameter(Name=NAME)
    with aws.refuses("ParameterNotFound"):
        ssm.delete_parameter(Name=NAME)
    assert ssm.get_parameters(Names=[NAME])["InvalidParameters"] == [NAME]


def test_only_resources_with_tags_are_found_and_only_of_the_region(aws, tagging, store):
    mine, _theirs, _untagged, _elsewhere = (
        store(**given)
        for given in (
            {"tags": {"project": "www"}},
            {"tags": {"project": "api"}},
            {},
            {"region": "eu-west-1", "tags": {"project": "www"}},
        )
    )
    assert found(
        tagging, ResourceTypeFilters=["acm:certificate"], TagFilters=[{"Key": "project", "Values": ["www"]}]
    ) == [mine]
    assert len(found(tagging, TagFilters=[{"Key": "project"}])) == 2
    assert found(tagging, TagFilters=[{"Key": "project", "Values": ["www"]}, {"Key": "other"}]) == []


def test_what_a_stack_made_has_the_tags_that_nobody_else_may_set(aws, tagging):
    made = aws.client("cloudfront").create_distribution(DistributionConfig=seed.distribution_config((), None))
    arn, resource = made["Distribution"]["ARN"], ["Site", "AWS::CloudFront::Distribution", made["Distribution"]["Id"]]
    stack = aws.control("POST", "stacks", {"region": "us-east-1", "name": "web", "resources": [resource]})["id"]
    (item,) = tagging.get_resources(ResourceTypeFilters=["cloudfront"])["ResourceTagMappingList"]
    tags = {tag["Key"]: tag["Value"] for tag in item["Tags"]}
    assert (item["ResourceARN"], tags["aws:cloudformation:stack-name"]) == (arn, "web")
    assert tags["aws:cloudformation:stack-id"] == stack
    with aws.refuses("InvalidTagging"):
        aws.client("cloudfront").tag_resource(
            Resource=arn, Tags={"Items": [{"Key": "aws:cloudformation:stack-name", "Value": "mine"}]}
        )


def test_pages_and_types(aws, tagging, store, ssm):
    certificates = [store(tags={"number": str(number)}) for number in range(5)]
    ssm.put_parameter(Name=NAME, Value="one", Type="String", Tags=[{"Key": "number", "Value": "5"}])
    elb = aws.client("elbv2")
    balancer = elb.create_load_balancer(Name="a", Subnets=["subnet-1"], Tags=[{"Key": "number", "Value": "6"}])[
        "LoadBalancers"
    ][0]["LoadBalancerArn"]
    page = tagging.get_resources(ResourcesPerPage=2)
    assert (len(page["ResourceTagMappingList"]), bool(page["PaginationToken"])) == (2, True)
    assert found(tagging, ResourceTypeFilters=["acm:certificate"], ResourcesPerPage=2) == certificates
    assert found(tagging, ResourceTypeFilters=["elasticloadbalancing:loadbalancer"]) == [balancer]
    assert found(tagging, ResourceTypeFilters=["elasticloadbalancing:loadbalancer/app", "ssm"])[-1].endswith(
        f"parameter{NAME}"
    )
    assert found(tagging, ResourceARNList=[balancer]) == [balancer]


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"ResourcesPerPage": 101}, "InvalidParameterException"),
        (
            {"ResourceARNList": ["arn:aws:acm:us-east-1:123456789012:certificate/a"], "ResourcesPerPage": 10},
            "InvalidParameterException",
        ),
        ({"TagFilters": [{"Values": ["a"]}]}, "InvalidParameterException"),
        ({"PaginationToken": "elsewhere"}, "PaginationTokenExpiredException"),
    ],
)
def test_questions_that_are_refused(aws, tagging, filters, code):
    with aws.refuses(code):
        tagging.get_resources(**filters)


def test_calls_are_logged_by_the_name_of_the_client(aws, tagging, ssm):
    tagging.get_resources()
    aws.client("elb").describe_load_balancers()
    aws.client("elbv2").describe_load_balancers()
    aws.client("apigatewayv2").get_domain_names()
    aws.client("apigateway").get_domain_names()
    assert [(call["service"], call["operation"]) for call in aws.control("GET", "calls")] == [
        ("resourcegroupstaggingapi", "GetResources"),
        ("elb", "DescribeLoadBalancers"),
        ("elbv2", "DescribeLoadBalancers"),
        ("apigatewayv2", "GetDomainNames"),
        ("apigateway", "GetDomainNames"),
    ]


def test_an_older_client_speaks_json(aws, store):
    """botocore spoke JSON to this service until it learned CBOR."""
    arn = store(tags={"project": "www"})
    keys = {"aws_access_key_id": "AKIA" + "S" * 16, "aws_secret_access_key": "secret"}
    client = boto3.client(
        "resourcegroupstaggingapi", region_name="us-east-1", endpoint_url=aws.url, config=Config(), **keys
    )
    assert client.meta.service_model.metadata["protocol"] == "smithy-rpc-v2-cbor"
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    from botocore.httpsession import URLLib3Session

    headers = {
        "X-Amz-Target": "ResourceGroupsTaggingAPI_20170126.GetResources",
        "Content-Type": "application/x-amz-json-1.1",
    }
    request = AWSRequest("POST", aws.url, headers=headers, data=b"{}")
    SigV4Auth(Credentials(keys["aws_access_key_id"], "secret"), "tagging", "us-east-1").add_auth(request)
    answer = URLLib3Session().send(request.prepare())
    assert arn in answer.text


@pytest.mark.parametrize(
    ("service", "operation", "code", "status"),
    [
        ("acm", "list_certificates", "ThrottlingException", 400),
        ("apigateway", "get_domain_names", "TooManyRequestsException", 429),
        ("apigatewayv2", "get_domain_names", "TooManyRequestsException", 429),
        ("elb", "describe_load_balancers", "Throttling", 400),
        ("elbv2", "describe_load_balancers", "Throttling", 400),
        ("resourcegroupstaggingapi", "get_resources", "ThrottledException", 400),
        ("ssm", "delete_parameter", "ThrottlingException", 400),
    ],
)
def test_each_service_is_throttled_and_denied_in_its_own_words(aws, service, operation, code, status):
    given = {"Name": NAME} if service == "ssm" else {}
    aws.control("POST", "faults", {"service": service, "kind": "throttled"})
    with aws.refuses(code, status):
        getattr(aws.client(service), operation)(**given)
    aws.control("POST", "faults", {"service": service, "kind": "access_denied"})
    is_query, is_rest = service.startswith("elb"), service.startswith("apigateway")
    with aws.refuses("AccessDenied" if is_query else "AccessDeniedException", 403 if is_query or is_rest else 400):
        getattr(aws.client(service), operation)(**given)
