# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ACM and CloudFront accept: the last value that is taken, and the first that is not."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert import limits

US, EU, CN, GOV = "us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1"
ARN = "arn:aws:acm:us-east-1:123456789012:certificate/1"


@pytest.mark.parametrize(
    ("cloudfront", "regions", "connection", "expected"),
    [
        (True, [], EU, (US,)),
        (True, [EU], EU, (US, EU)),
        (True, [US, EU], EU, (US, EU)),
        (False, [EU], US, (EU,)),
        (False, [], EU, (EU,)),
    ],
)
def test_the_region_of_cloudfront_comes_first(
    cloudfront: bool, regions: list[str], connection: str, expected: tuple[str, ...]
) -> None:
    assert limits.home_regions(cloudfront, regions, connection) == expected


@pytest.mark.parametrize(
    ("cloudfront", "regions", "connection", "said"),
    [
        pytest.param(True, [], "", [], id="CloudFront needs no region"),
        pytest.param(False, [], EU, [], id="that of the connection"),
        pytest.param(False, [EU, US], "", [], id="named regions without a connection"),
        pytest.param(False, [], "", ["no AWS region is named"], id="none"),
        pytest.param(False, [EU, "eu_west_1"], EU, ["'eu_west_1' is not the name of a region"], id="no region"),
        pytest.param(False, [CN], US, [f"{CN} is in another partition than {US}"], id="another partition"),
        pytest.param(False, [CN, US], "", [f"{US} is in another partition"], id="the first one decides"),
        pytest.param(False, [GOV], GOV, [], id="one that is neither"),
        pytest.param(True, [], CN, ["CloudFront in China takes certificates of IAM only"], id="China"),
        pytest.param(True, [CN], "", ["CloudFront in China takes certificates of IAM only"], id="China by its region"),
        pytest.param(True, [], GOV, ["has no CloudFront"], id="a partition without CloudFront"),
        pytest.param(True, [EU], US, [], id="the ordinary partition"),
    ],
)
def test_regions_are_of_one_partition_that_has_what_is_wanted(
    cloudfront: bool, regions: list[str], connection: str, said: list[str]
) -> None:
    found = limits.region_problems(cloudfront, regions, connection)
    assert len(found) == len(said)
    assert all(word in problem for word, problem in zip(said, found))


@pytest.mark.parametrize(
    ("region", "partition"),
    [(US, "aws"), (CN, "aws-cn"), (GOV, "us-gov-"), ("us-iso-east-1", "us-iso"), ("us-isob-east-1", "us-iso"),
     ("eusc-de-east-1", "eusc-"), ("us-west-2", "aws")],
)  # fmt: skip
def test_regions_of_different_partitions_are_told_apart(region: str, partition: str) -> None:
    assert limits.partition_of(region) == partition


@pytest.mark.parametrize(
    ("arns", "said"),
    [
        ([ARN], []),
        ([ARN, ARN.replace(US, EU)], []),
        (["x"], ["'x' is not the ARN of a certificate of ACM"]),
        ([ARN.replace(US, "ap-south-1")], [f"is in ap-south-1; this run is about {US}, {EU}"]),
        ([ARN, f"{ARN}2"], ["are both in us-east-1"]),
        (
            [ARN, ARN.replace(US, EU).replace("123456789012", "222222222222")],
            ["of several accounts (123456789012, 222222222222)"],
        ),
    ],
)
def test_arns_are_of_one_certificate_in_these_regions(arns: list[str], said: list[str]) -> None:
    found = limits.arn_problems("certificate_arns", arns, (US, EU))
    assert len(found) == len(said)
    assert all(word in problem for word, problem in zip(said, found))


@pytest.mark.parametrize(
    ("lengths", "said"),
    [
        ((32_768, 2_097_152, 5_120), []),
        ((32_769, 2_097_152, 5_120), ["the certificate has 32769 characters of PEM; ACM takes at most 32768"]),
        ((32_768, 2_097_153, 5_120), ["the chain has 2097153 characters of PEM; ACM takes at most 2097152"]),
        ((32_768, 2_097_152, 5_121), ["the private key has 5121 characters of PEM; ACM takes at most 5120"]),
    ],
)
def test_what_acm_takes_at_most(lengths: tuple[int, int, int], said: list[str]) -> None:
    leaf, chain, key = ("x" * length for length in lengths)
    assert limits.size_problems(leaf, chain, key) == said


@pytest.mark.parametrize(
    ("key_type", "with_cloudfront", "without"),
    [
        ("ecdsa_p256", True, True),
        ("rsa_2048", True, True),
        ("ecdsa_secp384r1", False, True),
        ("ecdsa_secp521r1", False, True),
        ("ed25519", False, False),
        ("rsa_8192", False, False),
    ],
)
def test_what_cloudfront_and_acm_take_of_keys(key_type: str, with_cloudfront: bool, without: bool) -> None:
    assert (limits.key_type_problems(key_type, cloudfront=True) == []) is with_cloudfront
    assert (limits.key_type_problems(key_type, cloudfront=False) == []) is without


@pytest.mark.parametrize(
    ("key_type", "signed_with", "is_taken"),
    [
        ("rsa_2048", "rsa", True),
        ("ecdsa_p256", "ecdsa", True),
        ("ecdsa_p256", "rsa", False),
        ("rsa_2048", "ecdsa", False),
    ],
)
def test_key_and_signature_are_of_one_family(key_type: str, signed_with: str, is_taken: bool) -> None:
    assert (limits.issuer_problems(key_type, signed_with) == []) is is_taken


LONG = ".".join(["a" * 30, "b" * 21, "example.com"])


@pytest.mark.parametrize(
    ("domains", "said"),
    [
        (["example.com", "*.example.com"], []),
        (["-"], ["-"]),
        (["a.cloudfront.net"], ["'a.cloudfront.net' belongs to AWS"]),
        (["cloudfront.net", "*.amazonaws.com.cn"], ["'cloudfront.net' belongs", "'*.amazonaws.com.cn' belongs"]),
        (["mycloudfront.net"], []),
        ([LONG], []),
        ([f"c{LONG}"], ["at least one name must have at most 64 characters"]),
        ([f"c{LONG}", "example.com"], []),
    ],
)
def test_what_acm_issues_no_certificate_for(domains: list[str], said: list[str]) -> None:
    assert len(LONG) == 64
    found = limits.request_problems(domains)
    assert len(found) == len(said)
    assert all(word in problem for word, problem in zip(said, found))


def test_more_names_than_ten_need_a_quota() -> None:
    assert limits.request_warnings(["x"] * 10) == []
    (warning,) = limits.request_warnings(["x"] * 11)
    assert warning.startswith("11 names: ACM refuses more than 10 unless")


def test_several_arns_are_judged_one_by_one() -> None:
    assert limits.several_arns_problems("arns", [ARN, "x"]) == ["arns: 'x' is not the ARN of a certificate of ACM"]
