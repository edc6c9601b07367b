# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM server certificates: what IAM refuses, and how it answers."""

from __future__ import annotations

import dataclasses
import re

import pytest


@pytest.fixture
def iam(aws):
    return aws.client("iam")


def test_each_certificate_has_its_own_id_and_its_real_expiration(iam, bundle):
    first = iam.upload_server_certificate(**bundle("a.example.com", days=(-1, 60)).upload_arguments("a"))[
        "ServerCertificateMetadata"
    ]
    second = iam.upload_server_certificate(**bundle("b.example.com", days=(-1, 6)).upload_arguments("b"))[
        "ServerCertificateMetadata"
    ]
    assert first["ServerCertificateId"] != second["ServerCertificateId"]
    assert re.fullmatch("ASCA[A-Z0-9]{17}", first["ServerCertificateId"])
    assert first["Arn"] == "arn:aws:iam::123456789012:server-certificate/cloudfront/a"
    lifetimes = [
        round((item["Expiration"] - item["UploadDate"]).total_seconds() / 86400, 1) for item in (first, second)
    ]
    assert lifetimes == [60, 6]


def test_arns_follow_the_partition_and_partitions_are_separate(aws, bundle):
    china = aws.client("iam", "cn-north-1")
    uploaded = china.upload_server_certificate(**bundle("a.example.com").upload_arguments("a"))
    assert uploaded["ServerCertificateMetadata"]["Arn"].startswith("arn:aws-cn:iam::")
    assert aws.client("iam").list_server_certificates()["ServerCertificateMetadataList"] == []


def test_a_name_is_taken_whatever_the_path(aws, iam, bundle):
    iam.upload_server_certificate(**bundle("a.example.com").upload_arguments("a", "/cloudfront/one/"))
    with aws.refuses("EntityAlreadyExists", 409) as refusal:
        iam.upload_server_certificate(**bundle("b.example.com").upload_arguments("a", "/cloudfront/two/"))
    assert refusal.message == "The Server Certificate with name a already exists."


def test_the_quota_is_a_limit(aws, iam, bundle):
    aws.control("POST", "settings", {"iam_server_certificate_quota": 1})
    iam.upload_server_certificate(**bundle("a.example.com").upload_arguments("a"))
    with aws.refuses("LimitExceeded", 409) as refusal:
        iam.upload_server_certificate(**bundle("b.example.com").upload_arguments("b"))
    assert refusal.message == "Cannot exceed quota for ServerCertificatesPerAccount: 1"
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["ServerCertificates"], summary["ServerCertificatesQuota"]) == (1, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"Path": "/cloudfront/x"}, id="path without a final slash"),
        pytest.param({"Path": "/" + "x" * 511 + "/"}, id="path too long"),
        pytest.param({"ServerCertificateName": "a b"}, id="name with a space"),
        pytest.param({"ServerCertificateName": "a" * 129}, id="name too long"),
        pytest.param({"CertificateBody": "x" * 16385}, id="body too long"),
        pytest.param({"PrivateKey": "x" * 16385}, id="key too long"),
        pytest.param({"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]}, id="too many tags"),
        pytest.param({"Tags": [{"Key": "k", "Value": "a\tb"}]}, id="a tab in the value of a tag"),
        pytest.param({"Tags": [{"Key": "k", "Value": "50%"}]}, id="a character that tags do not have"),
        pytest.param({"Tags": [{"Key": "k", "Value": "v" * 257}]}, id="value of a tag too long"),
    ],
)
def test_values_outside_of_the_models_constraints_are_refused(aws, iam, bundle, arguments):
    with aws.refuses("ValidationError"):
        iam.upload_server_certificate(**{**bundle("a.example.com").upload_arguments("a"), **arguments})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _one, _other: {"leaf": "not PEM"}, id="not PEM"),
        pytest.param(lambda one, _other: {"leaf": one.leaf + one.chain}, id="full chain as the body"),
        pytest.param(lambda one, _other: {"leaf": "text\n" + one.leaf}, id="text before the certificate"),
        pytest.param(lambda _one, _other: {"key": "not PEM"}, id="key is not PEM"),
        pytest.param(lambda one, _other: {"key": f"Bag Attributes\n{one.key}"}, id="text before the key"),
        pytest.param(lambda one, _other: {"key": one.leaf + one.key}, id="a certificate before the key"),
        pytest.param(lambda _one, other: {"chain": other.leaf}, id="chain that did not issue the leaf"),
        pytest.param(lambda one, other: {"chain": one.chain + other.leaf}, id="chain that contradicts itself"),
        pytest.param(lambda _one, _other: {"chain": "not PEM"}, id="chain is not PEM"),
    ],
)
def test_malformed_bundles_are_refused(aws, iam, bundle, change):
    one = bundle("a.example.com")
    broken = dataclasses.replace(one, **change(one, bundle("b.example.com")))
    with aws.refuses("MalformedCertificate"):
        iam.upload_server_certificate(**broken.upload_arguments("a"))


@pytest.mark.parametrize("days", [pytest.param((-9, -1), id="expired"), pytest.param((1, 9), id="not valid yet")])
def test_certificates_outside_of_their_validity_are_refused(aws, iam, bundle, days):
    with aws.refuses("MalformedCertificate"):
        iam.upload_server_certificate(**bundle("a.example.com", days=days).upload_arguments("a"))


def test_the_chain_error_tells_the_index(aws, iam, bundle):
    broken = dataclasses.replace(bundle("a.example.com"), chain=bundle("a.example.com", authority="Other").chain)
    with aws.refuses("MalformedCertificate") as refusal:
        iam.upload_server_certificate(**broken.upload_arguments("a"))
    assert refusal.message.endswith("The index within the chain of the invalid certificate is: 0")


def test_a_key_of_another_certificate_is_refused(aws, iam, bundle):
    mixed = dataclasses.replace(bundle("a.example.com"), key=bundle("b.example.com").key)
    with aws.refuses("KeyPairMismatch"):
        iam.upload_server_certificate(**mixed.upload_arguments("a"))


def test_the_key_never_comes_back(aws, iam, bundle):
    one = bundle("a.example.com")
    iam.upload_server_certificate(**one.upload_arguments("a"))
    found = iam.get_server_certificate(ServerCertificateName="a")["ServerCertificate"]
    assert (found["CertificateBody"], found["CertificateChain"]) == (one.leaf, one.chain)
    assert one.key.splitlines()[1] not in str(found) + str(aws.control("GET", "calls"))


@pytest.mark.parametrize(
    "operation",
    [
        "get_server_certificate",
        "delete_server_certificate",
        "update_server_certificate",
        "list_server_certificate_tags",
    ],
)
def test_unknown_names_are_refused(aws, iam, operation):
    with aws.refuses("NoSuchEntity", 404) as refusal:
        getattr(iam, operation)(ServerCertificateName="missing")
    assert refusal.message == "The Server Certificate with name missing cannot be found."


def test_lists_filter_by_path_and_have_pages_and_no_tags(iam, bundle):
    one = bundle("a.example.com")
    for number in range(5):
        path = "/cloudfront/x/" if number < 3 else "/other/"
        iam.upload_server_certificate(**one.upload_arguments(f"c{number}", path), Tags=[{"Key": "k", "Value": "v"}])
    first = iam.list_server_certificates(PathPrefix="/cloudfront/", MaxItems=2)
    second = iam.list_server_certificates(PathPrefix="/cloudfront/", MaxItems=2, Marker=first["Marker"])
    names = [
        [item["ServerCertificateName"] for item in page["ServerCertificateMetadataList"]] for page in (first, second)
    ]
    assert (names, first["IsTruncated"], second["IsTruncated"]) == ([["c0", "c1"], ["c2"]], True, False)
    assert "Tags" not in first["ServerCertificateMetadataList"][0]


def test_renaming_keeps_the_id_and_respects_taken_names(aws, iam, bundle):
    one = bundle("a.example.com")
    before = iam.upload_server_certificate(**one.upload_arguments("a"))["ServerCertificateMetadata"]
    iam.upload_server_certificate(**one.upload_arguments("b"))
    with aws.refuses("EntityAlreadyExists", 409):
        iam.update_server_certificate(ServerCertificateName="a", NewServerCertificateName="b")
    iam.update_server_certificate(ServerCertificateName="a", NewServerCertificateName="c", NewPath="/cloudfront/moved/")
    after = iam.get_server_certificate(ServerCertificateName="c")["ServerCertificate"]["ServerCertificateMetadata"]
    assert (after["ServerCertificateId"], after["Path"]) == (before["ServerCertificateId"], "/cloudfront/moved/")


def test_tags_are_at_most_fifty_and_unique(aws, iam, bundle):
    iam.upload_server_certificate(**bundle("a.example.com").upload_arguments("a"), Tags=[{"Key": "k", "Value": "v"}])
    with aws.refuses("InvalidInput"):
        iam.upload_server_certificate(
            **bundle("b.example.com").upload_arguments("b"), Tags=[{"Key": "AWS:x", "Value": ""}]
        )
    with aws.refuses("InvalidInput"):
        iam.tag_server_certificate(
            ServerCertificateName="a", Tags=[{"Key": "x", "Value": "1"}, {"Key": "X", "Value": "2"}]
        )
    with aws.refuses("LimitExceeded", 409):
        iam.tag_server_certificate(ServerCertificateName="a", Tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])
    iam.untag_server_certificate(ServerCertificateName="a", TagKeys=["k"])
    assert iam.list_server_certificate_tags(ServerCertificateName="a")["Tags"] == []
