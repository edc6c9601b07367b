# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ACM and CloudFront accept of a certificate of ACM, checked before anything is called."""

from __future__ import annotations

import re
import typing as t

from ..certificate.certificate import CLOUDFRONT_KEY_TYPES
from ..server_cert import limits
from ..values import domain_names, texts
from ..values.partitions import account_of, region_of
from .certificates import CLOUDFRONT_REGION

# https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html
MAX_LEAF_BYTES = 32_768
MAX_KEY_BYTES = 5_120
MAX_CHAIN_BYTES = 2_097_152
KEY_TYPES = (*CLOUDFRONT_KEY_TYPES, "ecdsa_secp384r1", "ecdsa_secp521r1")
# https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html: adjustable up to 100
DEFAULT_REQUEST_NAMES = 10
MAX_COMMON_NAME = 64
_FORBIDDEN = (".amazonaws.com", ".cloudfront.net", ".elasticbeanstalk.com", ".amazonaws.com.cn", ".cloudfront.cn")
_ARN = re.compile(r"arn:(aws[a-z-]*):acm:[a-z0-9-]+:\d{12}:certificate/[\w-]+")
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
_CHINA, _OTHERS = "cn-", ("us-gov-", "us-iso", "eu-isoe-", "eusc-")


def is_region(text: str) -> bool:
    """Whether this may be the name of a region."""
    return bool(_REGION.fullmatch(text))


def partition_of(region: str) -> str:
    """A word for the partition of a region, to tell regions of different partitions apart."""
    if region.startswith(_CHINA):
        return "aws-cn"
    return next((prefix for prefix in _OTHERS if region.startswith(prefix)), "aws")


def home_regions(cloudfront: bool, regions: t.Iterable[str], connection_region: str) -> tuple[str, ...]:
    """The regions to look at or to keep a certificate in, CloudFront's first; that of the connection if none is
    named."""
    named = ([CLOUDFRONT_REGION] if cloudfront else []) + list(regions)
    return tuple(dict.fromkeys(named or [connection_region]))


def region_problems(cloudfront: bool, regions: t.Sequence[str], connection_region: str) -> list[str]:
    """Why a certificate cannot be in these regions."""
    found = [
        f"regions: {texts.quoted(region)} is not the name of a region; write it as in eu-west-1"
        for region in regions
        if not is_region(region)
    ]
    if not (cloudfront or regions or connection_region):
        found.append("region: no AWS region is named; set regions, region or AWS_REGION")
    partition = partition_of(connection_region or (regions[0] if regions else CLOUDFRONT_REGION))
    found += [
        f"regions: {region} is in another partition than {connection_region}, with other accounts; run once for each"
        for region in regions
        if is_region(region) and partition_of(region) != partition
    ]
    if cloudfront and partition == "aws-cn":
        found.append(
            "cloudfront: CloudFront in China takes certificates of IAM only; use iam_server_cert for it, and"
            " cloudfront: false here for load balancers and APIs"
        )
    elif cloudfront and partition != "aws":
        found.append(f"cloudfront: the partition of {connection_region} has no CloudFront; set cloudfront to false")
    return found


def arn_problems(option: str, arns: t.Sequence[str], regions: t.Collection[str]) -> list[str]:
    """Why these cannot be the ARNs of one certificate in these regions."""
    found, seen = [], dict[str, str]()
    for arn in arns:
        region = region_of(arn)
        if not _ARN.fullmatch(arn):
            found.append(f"{option}: {texts.quoted(arn)} is not the ARN of a certificate of ACM")
        elif region not in regions:
            found.append(f"{option}: {arn} is in {region}; this run is about {', '.join(regions)}")
        elif region in seen:
            found.append(f"{option}: {arn} and {seen[region]} are both in {region}; name one ARN for each region")
        seen.setdefault(region, arn)
    accounts = sorted({account_of(arn) for arn in arns if _ARN.fullmatch(arn)})
    if len(accounts) > 1:
        found.append(f"{option}: the ARNs are of several accounts ({', '.join(accounts)}); run once for each")
    return found


def several_arns_problems(option: str, arns: t.Iterable[str]) -> list[str]:
    """Why these cannot be the ARNs of certificates."""
    return [
        f"{option}: {texts.quoted(arn)} is not the ARN of a certificate of ACM"
        for arn in arns
        if not _ARN.fullmatch(arn)
    ]


def tag_problems(tags: t.Mapping[str, str]) -> list[str]:
    """Why ACM would refuse the tags; its limits are those of IAM."""
    return limits.tag_problems(tags)


def size_problems(leaf: str, chain: str, key: str) -> list[str]:
    """Which of the three texts is longer than ACM takes."""
    given = (
        ("certificate", leaf, MAX_LEAF_BYTES),
        ("chain", chain, MAX_CHAIN_BYTES),
        ("private key", key, MAX_KEY_BYTES),
    )
    return [
        f"the {what} has {len(text)} characters of PEM; ACM takes at most {limit}"
        for what, text, limit in given
        if len(text) > limit
    ]


def key_type_problems(key_type: str, cloudfront: bool) -> list[str]:
    """Why ACM, or CloudFront behind it, would refuse the certificate's key."""
    if cloudfront and key_type not in CLOUDFRONT_KEY_TYPES:
        return [
            f"CloudFront does not accept a key of type {key_type}; it takes {', '.join(sorted(CLOUDFRONT_KEY_TYPES))}"
        ]
    if key_type not in KEY_TYPES:
        return [f"ACM does not import a key of type {key_type}; it takes {', '.join(KEY_TYPES)}"]
    return []


def issuer_problems(key_type: str, signed_with: str) -> list[str]:
    """Why ACM would refuse the leaf of this CA: key and signature must be of one family."""
    family = key_type.partition("_")[0]
    if family == signed_with:
        return []
    return [
        (
            f"ACM does not import a certificate with a key of type {key_type} that was signed with {signed_with}: key"
            " and signature must be of one family; order a key of the other type, or from another intermediate of the"
            " CA"
        )
    ]


def request_problems(domains: t.Sequence[str]) -> list[str]:
    """Why ACM would refuse a request for these names."""
    found = domain_names.problems(domains)
    if found:
        return found
    names = domain_names.normalise(domains)
    found = [
        f"domains: {texts.quoted(name)} belongs to AWS; ACM issues no certificate for it"
        for name in names
        if f".{domain_names.base(name)}".endswith(_FORBIDDEN)
    ]
    if not any(len(name) <= MAX_COMMON_NAME for name in names):
        found.append(
            f"domains: at least one name must have at most {MAX_COMMON_NAME} characters, since it becomes the common"
            " name"
        )
    return found


def request_warnings(domains: t.Sequence[str]) -> list[str]:
    """What may stop a request for these names, as far as it can be said in advance."""
    if len(domains) <= DEFAULT_REQUEST_NAMES:
        return []
    quota = '"Domain names per ACM certificate"'
    return [f"{len(domains)} names: ACM refuses more than {DEFAULT_REQUEST_NAMES} unless the quota {quota} was raised"]
