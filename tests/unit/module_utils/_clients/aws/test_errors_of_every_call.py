# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a proxy answers in place of AWS is an error that names the call: never "there is none", "deleted" or "written",
which botocore makes of it."""

from __future__ import annotations

import inspect
import re
import typing as t
from collections.abc import Callable, Sequence

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.cloudfront import (
    CLIENT_CONFIG,
    CloudFront,
    DistributionConfig,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.dynamodb import DynamoDb
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.dynamodb_tables import DynamoDbTables
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.iam import Iam, Simulated, Upload
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.regional.acm import (
    Acm,
    AcmImport,
    AcmRequest,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.regional.apigateway import ApiGateway
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.regional.elb import ClassicLoadBalancing
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.regional.elbv2 import LoadBalancing
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.regional.tagging import Tagging
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.route53 import Route53
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.s3 import S3, BucketOwner
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.s3_bucket import S3Bucket
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.session import Session
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.sns import Sns
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.stacks.cloudformation import (
    CloudFormation,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.stacks.events import Events
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.stacks.functions import Functions
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.stacks.plugin_bucket import PluginBucket
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.stacks.plugin_table import PluginTable
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.sts import Sts
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.cname_records import CnameSet
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import Change, TxtSet
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.publication import Publication
from ansible_collections.certops.cloudfront.plugins.module_utils._core.store_setup import Encryption
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from botocore.awsrequest import AWSResponse
from unit.fakes.http_body import Body

TOPIC = "arn:aws:sns:us-east-1:111111111111:certops"
CERTIFICATE = "arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012"
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/web/1"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/app/web/1/2"
FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:certbot"
USER = "arn:aws:iam::111111111111:user/certops"
VALIDATION = CnameSet("_1.example.com", ("_2.acm-validations.aws",))
CHALLENGE = TxtSet(name="_acme-challenge.example.com", ttl=60, values=('"value"',))
ANSWERS = {
    "a page": (200, b"<html><body>gateway</body></html>"),
    "a page cut off": (200, b"<html><body>gate"),
    "nothing": (200, b""),
    "an empty object": (200, b"{}"),
    "a list": (200, b"[]"),
    "null": (200, b"null"),
    "no text": (200, b"\xff\xfe"),
    "a refused page": (403, b"<html><body>gateway</body></html>"),
    "a refused list": (400, b"[]"),
}


class Proxy:
    """What answers every call of the clients behind it; nothing leaves the process."""

    def __init__(self) -> None:
        once = {"retries": {"total_max_attempts": 1, "mode": "standard"}}
        self._session = Session(
            {
                "region": "us-east-1",
                "access_key": "AKIA",
                "secret_key": "secret",
                "endpoint_url": None,
                "aws_config": once,
            }
        )
        self.status, self.headers, self.body = 200, dict[str, str](), b""
        s3, dynamodb = self._client("s3"), self._client("dynamodb")
        self.clients: dict[type, t.Any] = {
            Acm: Acm(self._client("acm"), lambda: self._client("acm")),
            Tagging: Tagging(self._client("resourcegroupstaggingapi")),
            LoadBalancing: LoadBalancing(self._client("elbv2")),
            ClassicLoadBalancing: ClassicLoadBalancing(self._client("elb")),
            ApiGateway: ApiGateway(self._client("apigateway"), lambda: self._client("apigateway")),
            CloudFront: CloudFront(self._client("cloudfront", **CLIENT_CONFIG)),
            DynamoDb: DynamoDb(dynamodb, "certops"),
            DynamoDbTables: DynamoDbTables(dynamodb),
            Iam: Iam(self._client("iam")),
            Route53: Route53(lambda: self._client("route53")),
            S3: S3(s3, "keys", BucketOwner("111111111111", str)),
            S3Bucket: S3Bucket(s3, "keys", "111111111111"),
            Sns: Sns(self._client("sns")),
            Sts: Sts(self._client("sts")),
            CloudFormation: CloudFormation(self._client("cloudformation")),
            Events: Events(self._client("events")),
            Functions: Functions(self._client("lambda")),
            PluginBucket: PluginBucket(s3, lambda: "111111111111"),
            PluginTable: PluginTable(dynamodb),
        }

    def _client(self, service: str, **config: t.Any) -> t.Any:
        client = self._session.client(service, **config)
        client.meta.events.register(
            "before-send", lambda request, **_more: AWSResponse(request.url, self.status, self.headers, Body(self.body))
        )
        return client


@pytest.fixture(scope="module")
def proxy() -> Proxy:
    return Proxy()


# Every method, what it is called with, and how its error begins.
CALLS: dict[tuple[type, str], tuple[tuple[t.Any, ...], str]] = {
    (Acm, "list_certificates"): ((), "acm:ListCertificates"),
    (Acm, "describe_certificate"): ((CERTIFICATE,), f"acm:DescribeCertificate on {CERTIFICATE}"),
    (Acm, "get_certificate"): ((CERTIFICATE,), f"acm:GetCertificate on {CERTIFICATE}"),
    (Acm, "import_certificate"): ((AcmImport("leaf", "chain", "key"),), "acm:ImportCertificate"),
    (Acm, "request_certificate"): (
        (AcmRequest(("example.com",), "rsa_2048", "token"),),
        "acm:RequestCertificate on example.com",
    ),
    (Acm, "list_tags_for_certificate"): ((CERTIFICATE,), f"acm:ListTagsForCertificate on {CERTIFICATE}"),
    (Acm, "add_tags_to_certificate"): ((CERTIFICATE, {"a": "b"}), f"acm:AddTagsToCertificate on {CERTIFICATE}"),
    (Acm, "remove_tags_from_certificate"): ((CERTIFICATE, ["a"]), f"acm:RemoveTagsFromCertificate on {CERTIFICATE}"),
    (Acm, "delete_certificate"): ((CERTIFICATE,), f"acm:DeleteCertificate on {CERTIFICATE}"),
    (Acm, "export_certificate"): ((CERTIFICATE, b"passphrase"), f"acm:ExportCertificate on {CERTIFICATE}"),
    (Tagging, "get_resources"): (("acm:certificate",), "tag:GetResources on acm:certificate"),
    (Tagging, "get_tags"): ((["arn:aws:cloudfront::123456789012:distribution/E1"],), "tag:GetResources"),
    (LoadBalancing, "describe_load_balancers"): ((), "elasticloadbalancing:DescribeLoadBalancers"),
    (LoadBalancing, "describe_listeners"): ((BALANCER,), f"elasticloadbalancing:DescribeListeners on {BALANCER}"),
    (LoadBalancing, "describe_listener_certificates"): (
        (LISTENER,),
        f"elasticloadbalancing:DescribeListenerCertificates on {LISTENER}",
    ),
    (LoadBalancing, "describe_tags"): (([BALANCER],), "elasticloadbalancing:DescribeTags"),
    (LoadBalancing, "modify_listener"): (
        (LISTENER, CERTIFICATE),
        f"elasticloadbalancing:ModifyListener on {LISTENER}",
    ),
    (LoadBalancing, "add_listener_certificates"): (
        (LISTENER, CERTIFICATE),
        f"elasticloadbalancing:AddListenerCertificates on {LISTENER}",
    ),
    (LoadBalancing, "remove_listener_certificates"): (
        (LISTENER, CERTIFICATE),
        f"elasticloadbalancing:RemoveListenerCertificates on {LISTENER}",
    ),
    (ClassicLoadBalancing, "describe_load_balancers"): ((), "elasticloadbalancing:DescribeLoadBalancers"),
    (ClassicLoadBalancing, "describe_load_balancer"): (("web",), "elasticloadbalancing:DescribeLoadBalancers on web"),
    (ClassicLoadBalancing, "describe_tags"): ((["web"],), "elasticloadbalancing:DescribeTags"),
    (ClassicLoadBalancing, "set_load_balancer_listener_ssl_certificate"): (
        ("web", 443, CERTIFICATE),
        "elasticloadbalancing:SetLoadBalancerListenerSSLCertificate on web:443",
    ),
    (ApiGateway, "get_domain_names"): ((), "apigateway:GetDomainNames"),
    (ApiGateway, "get_domain_name"): (("api.example.com",), "apigateway:GetDomainName on api.example.com"),
    (ApiGateway, "update_domain_name"): (
        ("api.example.com", {"/certificateArn": CERTIFICATE}),
        "apigateway:UpdateDomainName on api.example.com",
    ),
    (CloudFront, "list_distributions"): ((), "cloudfront:ListDistributions"),
    (CloudFront, "get_distribution_config"): (("E1",), "cloudfront:GetDistributionConfig on E1"),
    (CloudFront, "update_distribution"): (
        ("E1", DistributionConfig("etag", b"<xml/>")),
        "cloudfront:UpdateDistribution on E1",
    ),
    (CloudFront, "list_distribution_tenants"): (("E1",), "cloudfront:ListDistributionTenants on E1"),
    (CloudFront, "list_distribution_tenants_by_customization"): (
        (CERTIFICATE,),
        f"cloudfront:ListDistributionTenantsByCustomization on {CERTIFICATE}",
    ),
    (CloudFront, "get_distribution_tenant"): (("dt_1",), "cloudfront:GetDistributionTenant on dt_1"),
    (CloudFront, "update_distribution_tenant"): (
        ("dt_1", "etag", b"<xml/>"),
        "cloudfront:UpdateDistributionTenant on dt_1",
    ),
    (CloudFront, "list_connection_groups"): ((), "cloudfront:ListConnectionGroups"),
    (DynamoDb, "get_item"): (("webapp",), "dynamodb:GetItem on certops"),
    (DynamoDb, "put_item"): (({"name": "webapp"}, None), "dynamodb:PutItem on certops"),
    (DynamoDb, "delete_item"): (("webapp", "1"), "dynamodb:DeleteItem on certops"),
    (DynamoDb, "scan_names"): ((), "dynamodb:Scan on certops"),
    (DynamoDb, "scan_items"): ((), "dynamodb:Scan on certops"),
    (DynamoDbTables, "describe_table"): (("certops",), "dynamodb:DescribeTable on certops"),
    (DynamoDbTables, "describe_continuous_backups"): (("certops",), "dynamodb:DescribeContinuousBackups on certops"),
    (DynamoDbTables, "list_tags_of_resource"): (("certops",), "dynamodb:ListTagsOfResource on certops"),
    (DynamoDbTables, "create_table"): (("certops",), "dynamodb:CreateTable on certops"),
    (DynamoDbTables, "update_continuous_backups"): (("certops",), "dynamodb:UpdateContinuousBackups on certops"),
    (DynamoDbTables, "update_table"): (("certops",), "dynamodb:UpdateTable on certops"),
    (Iam, "list_server_certificates"): (("/cloudfront/",), "iam:ListServerCertificates on /cloudfront/"),
    (Iam, "update_server_certificate"): (("webapp", "/cloudfront/a/"), "iam:UpdateServerCertificate on webapp"),
    (Iam, "untag_server_certificate"): (("webapp", ["a"]), "iam:UntagServerCertificate on webapp"),
    (Iam, "get_server_certificate"): (("webapp",), "iam:GetServerCertificate on webapp"),
    (Iam, "list_server_certificate_tags"): (("webapp",), "iam:ListServerCertificateTags on webapp"),
    (Iam, "get_server_certificate_quota"): ((), "iam:GetAccountSummary"),
    (Iam, "simulate_principal_policy"): (
        (USER, Simulated(("iam:GetUser",), "*")),
        f"iam:SimulatePrincipalPolicy on {USER}",
    ),
    (Iam, "upload_server_certificate"): (
        (Upload("webapp", "/cloudfront/", "leaf", "chain", "key"),),
        "iam:UploadServerCertificate on webapp",
    ),
    (Iam, "tag_server_certificate"): (("webapp", {"a": "b"}), "iam:TagServerCertificate on webapp"),
    (Iam, "delete_server_certificate"): (("webapp",), "iam:DeleteServerCertificate on webapp"),
    (CloudFront, "known_distributions"): ((), "cloudfront:ListDistributions"),
    (Iam, "known_server_certificates"): ((), "iam:ListServerCertificates on /"),
    (Iam, "known_server_certificate_quota"): ((1,), "iam:GetAccountSummary"),
    (Route53, "list_hosted_zones"): ((), "route53:ListHostedZones"),
    (Route53, "get_hosted_zone"): (("Z1",), "route53:GetHostedZone on zone Z1"),
    (Route53, "references"): (("Z1",), "route53:ListResourceRecordSets on zone Z1"),
    (Route53, "txt_set"): (
        ("Z1", CHALLENGE.name),
        f"route53:ListResourceRecordSets on TXT {CHALLENGE.name} in zone Z1",
    ),
    (Route53, "routed"): (
        ("Z1", CHALLENGE.name),
        f"route53:ListResourceRecordSets on {CHALLENGE.name} in zone Z1",
    ),
    (Route53, "cname_sets"): (
        ("Z1", VALIDATION.name),
        f"route53:ListResourceRecordSets on CNAME {VALIDATION.name} in zone Z1",
    ),
    (Route53, "put_cname"): (
        ("Z1", VALIDATION),
        f"route53:ChangeResourceRecordSets on CNAME {VALIDATION.name} in zone Z1",
    ),
    (Route53, "change_resource_record_sets"): (
        ("Z1", [Change("CREATE", CHALLENGE)]),
        f"route53:ChangeResourceRecordSets on TXT {CHALLENGE.name} in zone Z1",
    ),
    (Route53, "change_status"): (("C1",), "route53:GetChange on C1"),
    (S3, "get_object"): (("a",), "s3:GetObject on s3://keys/a"),
    (S3, "put_object"): (("a", b""), "s3:PutObject on s3://keys/a"),
    (S3, "delete_object"): (("a",), "s3:DeleteObject on s3://keys/a"),
    (S3, "list_objects"): (("a/",), "s3:ListObjectsV2 on s3://keys/a/"),
    (S3Bucket, "head_bucket"): ((), "s3:HeadBucket on keys"),
    (S3Bucket, "get_public_access_block"): ((), "s3:GetPublicAccessBlock on keys"),
    (S3Bucket, "get_bucket_encryption"): ((), "s3:GetBucketEncryption on keys"),
    (S3Bucket, "get_bucket_versioning"): ((), "s3:GetBucketVersioning on keys"),
    (S3Bucket, "put_public_access_block"): ((), "s3:PutPublicAccessBlock on keys"),
    (S3Bucket, "put_bucket_encryption"): ((Encryption("AES256", None), {}), "s3:PutBucketEncryption on keys"),
    (S3Bucket, "put_bucket_versioning"): ((), "s3:PutBucketVersioning on keys"),
    (Sns, "get_topic_attributes"): ((TOPIC,), f"sns:GetTopicAttributes on {TOPIC}"),
    (Sns, "create_topic"): (("certops", {"a": "b"}), "sns:CreateTopic on certops"),
    (Sns, "list_tags_for_resource"): ((TOPIC,), f"sns:ListTagsForResource on {TOPIC}"),
    (Sns, "delete_topic"): ((TOPIC,), f"sns:DeleteTopic on {TOPIC}"),
    (Sns, "list_subscriptions_by_topic"): ((TOPIC,), f"sns:ListSubscriptionsByTopic on {TOPIC}"),
    (Sns, "list_subscriptions"): ((), "sns:ListSubscriptions"),
    (Sns, "subscribe"): ((TOPIC, "email", "ops@example.com"), f"sns:Subscribe on ops@example.com to {TOPIC}"),
    (Sns, "get_subscription_attributes"): ((f"{TOPIC}:1",), f"sns:GetSubscriptionAttributes on {TOPIC}:1"),
    (Sns, "set_subscription_attribute"): (
        (f"{TOPIC}:1", "FilterPolicy", "{}"),
        f"sns:SetSubscriptionAttributes on {TOPIC}:1",
    ),
    (Sns, "unsubscribe"): ((f"{TOPIC}:1",), f"sns:Unsubscribe on {TOPIC}:1"),
    (Sns, "publish"): ((TOPIC, Publication("subject", "message")), f"sns:Publish on {TOPIC}"),
    (CloudFormation, "describe_stacks"): ((), "cloudformation:DescribeStacks"),
    (CloudFormation, "list_stack_resources"): (("WebApp",), "cloudformation:ListStackResources on WebApp"),
    (Events, "list_rules"): ((), "events:ListRules"),
    (Events, "list_rule_names_by_target"): ((FUNCTION,), f"events:ListRuleNamesByTarget on {FUNCTION}"),
    (Events, "disable_rule"): (("timer",), "events:DisableRule on timer"),
    (Events, "enable_rule"): (("timer",), "events:EnableRule on timer"),
    (Functions, "get_function"): (("certbot", ("A",)), "lambda:GetFunction on certbot"),
    (Functions, "put_function_concurrency"): (("certbot", 0), "lambda:PutFunctionConcurrency on certbot"),
    (Functions, "delete_function_concurrency"): (("certbot",), "lambda:DeleteFunctionConcurrency on certbot"),
    (PluginBucket, "list_objects"): (("keys",), "s3:ListObjectsV2 on s3://keys"),
    (PluginBucket, "get_object"): (("keys", "a", 9), "s3:GetObject on s3://keys/a"),
    (PluginTable, "scan"): (("table",), "dynamodb:Scan on table"),
    (PluginTable, "get_item"): (("table", "WebApp"), "dynamodb:GetItem on WebApp in table"),
    (Sts, "get_caller_identity"): ((), "sts:GetCallerIdentity"),
    (Sts, "caller"): ((), "sts:GetCallerIdentity"),
    (Sts, "assume_role"): ((USER, "certops"), f"sts:AssumeRole on {USER}"),
}
CALLING_NOTHING = {(Route53, "relist")}


def _said(call: Callable[..., object], arguments: Sequence[object]) -> str:
    try:
        return f"no error, but {call(*arguments)}"
    except RemoteError as exc:
        return str(exc)


@pytest.mark.parametrize(("owner", "name"), CALLS, ids=[f"{owner.__name__}.{name}" for owner, name in CALLS])
def test_what_a_proxy_answers_is_an_error_that_names_the_call(proxy: Proxy, owner: type, name: str) -> None:
    arguments, named = CALLS[(owner, name)]
    wanted = re.compile(rf"{re.escape(named)} (returned an unusable response: \S|was answered with [^:]+: )")
    for answer, (proxy.status, proxy.body) in ANSWERS.items():
        said = _said(getattr(proxy.clients[owner], name), arguments)
        assert wanted.match(said), f"{answer}: {said}"


LISTINGS = [
    (Acm, "list_certificates"),
    (Acm, "list_tags_for_certificate"),
    (LoadBalancing, "describe_load_balancers"),
    (LoadBalancing, "describe_listeners"),
    (LoadBalancing, "describe_listener_certificates"),
    (LoadBalancing, "describe_tags"),
    (ClassicLoadBalancing, "describe_load_balancers"),
    (ClassicLoadBalancing, "describe_load_balancer"),
    (ClassicLoadBalancing, "describe_tags"),
    (ApiGateway, "get_domain_names"),
    (ApiGateway, "get_domain_name"),
    (Tagging, "get_resources"),
    (Tagging, "get_tags"),
    (CloudFront, "list_distributions"),
    (CloudFront, "list_distribution_tenants"),
    (CloudFront, "list_distribution_tenants_by_customization"),
    (CloudFront, "list_connection_groups"),
    (CloudFormation, "describe_stacks"),
    (CloudFormation, "list_stack_resources"),
    (Events, "list_rules"),
    (Events, "list_rule_names_by_target"),
    (PluginBucket, "list_objects"),
    (PluginTable, "scan"),
    (DynamoDb, "scan_items"),
    (DynamoDb, "scan_names"),
    (Iam, "list_server_certificates"),
    (Route53, "list_hosted_zones"),
    (Route53, "cname_sets"),
    (Route53, "references"),
    (Route53, "txt_set"),
    (Route53, "routed"),
    (S3, "get_object"),
    (S3, "list_objects"),
    (Sns, "list_subscriptions_by_topic"),
]


@pytest.mark.parametrize(("owner", "name"), LISTINGS, ids=[f"{owner.__name__}.{name}" for owner, name in LISTINGS])
def test_a_listing_whose_content_a_proxy_replaced_is_not_empty(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    monkeypatch.setattr(proxy, "headers", {"x-amzn-requestid": "R1", "x-amz-request-id": "R1"})
    arguments, named = CALLS[(owner, name)]
    for answer, (proxy.status, proxy.body) in ANSWERS.items():
        assert _said(getattr(proxy.clients[owner], name), arguments).startswith(named), answer


@pytest.mark.parametrize(
    ("status", "call"),
    [(404, "S3Bucket.head_bucket"), (412, "S3.put_object"), (409, "S3.put_object"), (403, "S3Bucket.head_bucket")],
)
def test_the_status_of_a_proxy_is_not_what_s3_says(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, status: int, call: str
) -> None:
    owner, name = next(each for each in CALLS if f"{each[0].__name__}.{each[1]}" == call)
    monkeypatch.setattr(proxy, "status", status)
    monkeypatch.setattr(proxy, "body", b"")
    with pytest.raises(RemoteError) as refused:
        getattr(proxy.clients[owner], name)(*CALLS[(owner, name)][0])
    assert refused.value.code == f"HTTP status {status}"
    monkeypatch.setattr(proxy, "headers", {"x-amz-request-id": "R1"})
    with pytest.raises(RemoteError) as refused:
        getattr(proxy.clients[owner], name)(*CALLS[(owner, name)][0])
    assert refused.value.code == str(status)


def test_every_method_that_calls_aws_is_tried(proxy: Proxy) -> None:
    methods = {
        (owner, name)
        for owner in proxy.clients
        for name, _method in inspect.getmembers(owner, inspect.isfunction)
        if name[0] != "_"
    }
    assert methods - CALLING_NOTHING == set(CALLS)


def test_an_object_is_absent_only_if_it_is_aws_that_says_so(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = proxy.clients[S3]
    monkeypatch.setattr(proxy, "status", 404)
    monkeypatch.setattr(proxy, "body", b"<Error><Code>NoSuchKey</Code></Error>")
    with pytest.raises(RemoteError, match="s3:GetObject on s3://keys/a was answered with NoSuchKey"):
        bucket.get_object("a")
    monkeypatch.setattr(proxy, "headers", {"x-amz-request-id": "R1"})
    assert bucket.get_object("a") is None
