# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials, STS, ACM, S3 and DynamoDB: the refusals that the collection relies on."""

from __future__ import annotations

import dataclasses
import json

import pytest
from sandbox.environment import ACCESS_KEY


@pytest.mark.parametrize("access_key", ["wrong", "AKIATOOSHORT", "ASIA" + "S" * 16])
def test_unknown_access_keys_are_refused(aws, access_key):
    with aws.refuses("InvalidClientTokenId", 403):
        aws.client("sts", access_key=access_key).get_caller_identity()


def test_each_service_refuses_unknown_keys_in_its_own_words(aws):
    with aws.refuses("InvalidAccessKeyId", 403):
        aws.client("s3", access_key="wrong").list_buckets()
    with aws.refuses("UnrecognizedClientException"):
        aws.client("dynamodb", access_key="wrong").list_tables()


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("eu-west-1", "aws"), ("cn-north-1", "aws-cn")]
)
def test_the_callers_arn_follows_the_partition(aws, region, partition):
    assert aws.client("sts", region).get_caller_identity()["Arn"].startswith(f"arn:{partition}:iam::123456789012:user/")


@pytest.mark.parametrize(
    ("service", "operation", "code", "status"),
    [
        ("sts", "get_caller_identity", "InvalidClientTokenId", 403),
        ("iam", "list_users", "InvalidClientTokenId", 403),
        ("cloudfront", "list_distributions", "InvalidClientTokenId", 403),
        ("route53", "list_hosted_zones", "InvalidClientTokenId", 403),
        ("acm", "list_certificates", "UnrecognizedClientException", 400),
        ("dynamodb", "list_tables", "UnrecognizedClientException", 400),
        ("s3", "list_buckets", "InvalidAccessKeyId", 403),
    ],
)
def test_credentials_of_one_partition_are_unknown_in_the_other(aws, service, operation, code, status):
    made = {}
    for region in ("us-east-1", "cn-north-1"):
        iam = aws.client("iam", region)
        iam.create_user(UserName="ops")
        made[region] = iam.create_access_key(UserName="ops")["AccessKey"]["AccessKeyId"]
    for region, key in made.items():
        getattr(aws.client(service, region, key), operation)()
        with aws.refuses(code, status):
            getattr(aws.client(service, next(iter(made.keys() - {region})), key), operation)()
    with aws.refuses(code, status):
        getattr(aws.client(service, "cn-north-1", ACCESS_KEY), operation)()
    given = "AKIA" + "C" * 16
    aws.control("POST", "accounts", {"access_key": given, "account": "222222222222", "partition": "aws-cn"})
    getattr(aws.client(service, "cn-northwest-1", given), operation)()
    with aws.refuses(code, status):
        getattr(aws.client(service, "eu-west-1", given), operation)()


def test_a_signature_for_the_wrong_region_is_refused_when_asked_for(aws):
    aws.control("POST", "settings", {"check_signing_region": True})
    with aws.refuses("SignatureDoesNotMatch", 403):
        aws.client("cloudfront", "eu-west-1").list_distributions()
    aws.client("cloudfront", "us-east-1").list_distributions()
    aws.client("cloudfront", "cn-northwest-1").list_distributions()


def test_a_role_is_assumed_only_if_it_exists_and_trusts_the_account(aws):
    other_key = "AKIA" + "O" * 16
    aws.control("POST", "accounts", {"access_key": other_key, "account": "222222222222"})
    arn = "arn:aws:iam::222222222222:role/dns"
    for trusted in (None, "333333333333"):
        if trusted:
            trust = {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}],
            }
            aws.client("iam", access_key=other_key).create_role(
                RoleName="dns", AssumeRolePolicyDocument=json.dumps(trust)
            )
        with aws.refuses("AccessDenied", 403):
            aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
    trust["Statement"][0]["Principal"]["AWS"] = "arn:aws:iam::123456789012:root"
    aws.client("iam", access_key=other_key).update_assume_role_policy(RoleName="dns", PolicyDocument=json.dumps(trust))
    assumed = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
    assert assumed["AssumedRoleUser"]["Arn"] == "arn:aws:sts::222222222222:assumed-role/dns/test"
    assert assumed["Credentials"]["AccessKeyId"].startswith("ASIA")


def test_accounts_are_separate(aws):
    other_key = "AKIA" + "O" * 16
    aws.control("POST", "accounts", {"access_key": other_key, "account": "222222222222"})
    aws.client("route53", access_key=other_key).create_hosted_zone(Name="example.com", CallerReference="1")
    assert aws.client("route53").list_hosted_zones()["HostedZones"] == []
    assert aws.client("sts", access_key=other_key).get_caller_identity()["Account"] == "222222222222"


def test_operations_that_the_sandbox_lacks_say_so(aws):
    with aws.refuses("NotImplemented", 501):
        aws.client("route53").list_health_checks()


def test_an_object_is_created_once_and_replaced_only_as_read(aws):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="certs")
    etag = s3.put_object(Bucket="certs", Key="a.json", Body=b"1", IfNoneMatch="*")["ETag"]
    with aws.refuses("PreconditionFailed", 412):
        s3.put_object(Bucket="certs", Key="a.json", Body=b"2", IfNoneMatch="*")
    s3.put_object(Bucket="certs", Key="a.json", Body=b"3", IfMatch=etag)
    with aws.refuses("PreconditionFailed", 412):
        s3.put_object(Bucket="certs", Key="a.json", Body=b"4", IfMatch=etag)
    assert s3.get_object(Bucket="certs", Key="a.json")["Body"].read() == b"3"
    assert s3.head_object(Bucket="certs", Key="a.json")["ContentLength"] == 1


def test_an_object_that_is_gone_cannot_be_replaced_as_read(aws):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="certs")
    with aws.refuses("NoSuchKey", 404):
        s3.put_object(Bucket="certs", Key="gone.json", Body=b"1", IfMatch='"0123"')


def test_conditional_writes_to_a_table(aws):
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {"name": {"S": "a"}, "version": {"N": "1"}}
    dynamodb.put_item(
        TableName="locks",
        Item=item,
        ConditionExpression="attribute_not_exists(#n)",
        ExpressionAttributeNames={"#n": "name"},
    )
    with aws.refuses("ConditionalCheckFailedException"):
        dynamodb.put_item(
            TableName="locks",
            Item=item,
            ConditionExpression="attribute_not_exists(#n)",
            ExpressionAttributeNames={"#n": "name"},
        )
    with aws.refuses("ConditionalCheckFailedException"):
        dynamodb.update_item(
            TableName="locks",
            Key={"name": {"S": "a"}},
            UpdateExpression="SET version = :new",
            ConditionExpression="version = :old",
            ExpressionAttributeValues={":new": {"N": "3"}, ":old": {"N": "2"}},
        )


@pytest.fixture
def acm(aws):
    return aws.client("acm")


def viewer(arn):
    return {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}


def distribution(arn):
    return {
        "CallerReference": arn,
        "Comment": "",
        "Enabled": True,
        "Aliases": {"Quantity": 1, "Items": ["www.example.com"]},
        "Origins": {
            "Quantity": 1,
            "Items": [{"Id": "o", "DomainName": "o.example.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all"},
        "ViewerCertificate": viewer(arn),
    }


def test_cloudfront_takes_acm_certificates_of_us_east_1_only(aws, acm, bundle):
    made = bundle("www.example.com").import_arguments()
    elsewhere = aws.client("acm", "eu-west-1").import_certificate(**made)["CertificateArn"]
    with aws.refuses("InvalidViewerCertificate"):
        aws.client("cloudfront").create_distribution(DistributionConfig=distribution(elsewhere))
    arn = acm.import_certificate(**made)["CertificateArn"]
    created = aws.client("cloudfront").create_distribution(DistributionConfig=distribution(arn))["Distribution"]
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["InUseBy"] == [created["ARN"]]
    assert aws.state.edge_certificate("www.example.com") is not None
    with aws.refuses("ResourceInUseException"):
        acm.delete_certificate(CertificateArn=arn)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _one, other: {"key": other.key}, id="key of another certificate"),
        pytest.param(lambda _one, other: {"chain": other.leaf}, id="chain that did not issue it"),
        pytest.param(lambda one, _other: {"leaf": one.leaf + one.chain}, id="full chain as the certificate"),
        pytest.param(lambda one, _other: {"key": one.key + " " * 5120}, id="key too long"),
    ],
)
def test_imports_that_acm_refuses(aws, acm, bundle, change):
    one = bundle("a.example.com")
    with aws.refuses("ValidationException"):
        acm.import_certificate(**dataclasses.replace(one, **change(one, bundle("b.example.com"))).import_arguments())


def test_a_certificate_is_imported_again_with_the_same_kind_of_key_and_no_tags(aws, acm, bundle):
    arn = acm.import_certificate(**bundle("a.example.com").import_arguments())["CertificateArn"]
    with aws.refuses("ValidationException"):
        acm.import_certificate(CertificateArn=arn, **bundle("a.example.com", key_type="p384").import_arguments())
    with aws.refuses("ValidationException"):
        acm.import_certificate(
            CertificateArn=arn, Tags=[{"Key": "a", "Value": "b"}], **bundle("a.example.com").import_arguments()
        )
    assert (
        acm.import_certificate(CertificateArn=arn, **bundle("a.example.com").import_arguments())["CertificateArn"]
        == arn
    )


def test_policies_are_enforced_when_asked_for(aws, reader):
    key = reader({"Action": "cloudfront:List*", "Resource": "*"})
    aws.client("cloudfront", access_key=key).list_distributions()
    with aws.refuses("AccessDenied", 403) as refusal:
        aws.client("route53", access_key=key).list_hosted_zones()
    assert (
        "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: route53:ListHostedZones"
        in refusal.message
    )
    with aws.refuses("AuthorizationError", 403):
        aws.client("sns", access_key=key).list_topics()
    with aws.refuses("AccessDeniedException"):
        aws.client("dynamodb", access_key=key).list_tables()
    with aws.refuses("InvalidClientTokenId", 403):
        aws.client("cloudfront").list_distributions()
    assert aws.client("sts", access_key=key).get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/reader"


def test_policies_name_resources_and_tags_need_their_own_action(aws, bundle, reader):
    scope = "arn:aws:iam::123456789012:server-certificate/cloudfront/certops/*"
    key = reader(
        {"Action": "iam:UploadServerCertificate", "Resource": scope},
        {
            "Action": ["s3:PutObject", "s3:CreateBucket"],
            "Resource": ["arn:aws:s3:::certs", "arn:aws:s3:::certs/mine/*"],
        },
    )
    iam, s3 = aws.client("iam", access_key=key), aws.client("s3", access_key=key)
    arguments = bundle("a.example.com").upload_arguments("a", "/cloudfront/certops/x/")
    with aws.refuses("AccessDenied", 403):
        iam.upload_server_certificate(**{**arguments, "Path": "/cloudfront/"})
    with aws.refuses("AccessDenied", 403) as refusal:
        iam.upload_server_certificate(**arguments, Tags=[{"Key": "a", "Value": "b"}])
    assert "iam:TagServerCertificate" in refusal.message
    iam.upload_server_certificate(**arguments)
    s3.create_bucket(Bucket="certs")
    s3.put_object(Bucket="certs", Key="mine/a", Body=b"")
    with aws.refuses("AccessDenied", 403):
        s3.put_object(Bucket="certs", Key="other/a", Body=b"")


def test_policies_limit_the_records_that_may_be_changed(aws, reader):
    zone = aws.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    condition = {
        "ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": ["TXT"]},
        "ForAllValues:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"]},
    }
    key = reader(
        {
            "Action": "route53:ChangeResourceRecordSets",
            "Resource": f"arn:aws:route53:::{zone.strip('/')}",
            "Condition": condition,
        }
    )
    route53 = aws.client("route53", access_key=key)

    def create(name, rtype, value):
        values = {"Name": name, "Type": rtype, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        route53.change_resource_record_sets(
            HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": values}]}
        )

    create("_acme-challenge.example.com", "TXT", '"x"')
    for name, rtype, value in (
        ("www.example.com", "TXT", '"x"'),
        ("_acme-challenge.a.example.com", "CNAME", "b.example.org"),
    ):
        with aws.refuses("AccessDenied", 403):
            create(name, rtype, value)


def test_a_bucket_of_another_account_is_out_of_reach_and_an_expected_owner_is_checked(aws):
    other_key = "AKIA" + "O" * 16
    aws.control("POST", "accounts", {"access_key": other_key, "account": "222222222222"})
    aws.client("s3", access_key=other_key).create_bucket(Bucket="theirs")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="ours")
    with aws.refuses("403", 403):
        s3.head_bucket(Bucket="theirs")
    with aws.refuses("AccessDenied", 403):
        s3.get_public_access_block(Bucket="theirs")
    with aws.refuses("403", 403):
        s3.head_bucket(Bucket="ours", ExpectedBucketOwner="222222222222")
    with aws.refuses("AccessDenied", 403):
        s3.put_bucket_versioning(
            Bucket="ours", ExpectedBucketOwner="222222222222", VersioningConfiguration={"Status": "Enabled"}
        )
    with aws.refuses("AccessDenied", 403):
        s3.put_object(Bucket="ours", Key="a", Body=b"x", ExpectedBucketOwner="222222222222")
    with aws.refuses("AccessDenied", 403):
        s3.list_objects_v2(Bucket="theirs")
    s3.head_bucket(Bucket="ours", ExpectedBucketOwner="123456789012")
    with aws.refuses("404", 404):
        s3.head_bucket(Bucket="nowhere", ExpectedBucketOwner="123456789012")


def test_the_policy_of_a_bucket_lets_another_account_in(aws):
    other_key = "AKIA" + "O" * 16
    aws.control("POST", "accounts", {"access_key": other_key, "account": "222222222222"})
    theirs = aws.client("s3", access_key=other_key)
    theirs.create_bucket(Bucket="theirs")
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": ["s3:PutObject", "s3:GetObject"],
        "Resource": "arn:aws:s3:::theirs/archive/*",
    }
    theirs.put_bucket_policy(Bucket="theirs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    s3 = aws.client("s3")
    s3.put_object(Bucket="theirs", Key="archive/a", Body=b"x", ExpectedBucketOwner="222222222222")
    assert s3.get_object(Bucket="theirs", Key="archive/a")["Body"].read() == b"x"
    with aws.refuses("AccessDenied", 403):
        s3.get_object(Bucket="theirs", Key="archive/a", ExpectedBucketOwner="123456789012")
    with aws.refuses("AccessDenied", 403):
        s3.delete_object(Bucket="theirs", Key="archive/a")
    with aws.refuses("AccessDenied", 403):
        s3.put_object(Bucket="theirs", Key="elsewhere", Body=b"x")
