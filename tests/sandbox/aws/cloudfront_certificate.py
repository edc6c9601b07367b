# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificate a distribution may have: the rules for ViewerCertificate.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
https://docs.amazonaws.cn/en_us/aws/latest/userguide/cloudfront.html (China: IAM certificates only, no dedicated IP
addresses)
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import pem
from .cloudfront_config import Config
from .errors import AwsError
from .service import Call

if t.TYPE_CHECKING:
    from .state import State

_SECURITY_POLICIES = frozenset(
    {
        "SSLv3",
        "TLSv1",
        "TLSv1_2016",
        "TLSv1.1_2016",
        "TLSv1.2_2018",
        "TLSv1.2_2019",
        "TLSv1.2_2021",
        "TLSv1.2_2025",
        "TLSv1.3_2025",
    }
)
MAX_CHAIN = 5
_CNAMES_PAGE = (
    "For more details, see:"
    " https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-requirements"
)


@dataclass(frozen=True)
class Served:
    """What the edge needs of a certificate."""

    full_chain: str
    private_key: str = field(repr=False)
    # of a certificate in ACM: its ARN, and the version that was the newest when it was taken
    arn: str = ""
    version: int = 0


@dataclass(frozen=True)
class _Candidate:
    leaf: str
    chain: str
    private_key: str = field(repr=False)
    version: int = 0


def check(state: State, call: Call, config: Config) -> Served | None:
    """The certificate that the configuration names, None for CloudFront's own; refuses what CloudFront refuses.

    Afterwards ``config`` has the members as CloudFront returns them, the deprecated Certificate and CertificateSource
    included.
    """
    members = config.viewer_certificate()
    iam_id, acm_arn = members.get("IAMCertificateId"), members.get("ACMCertificateArn")
    _check_contradictions(members)
    if not (iam_id or acm_arn):
        _check_default(state, config, members)
        return None
    _check_protocol(call, members)
    if iam_id and config.is_tenant_only:
        raise AwsError("InvalidArgument", "IAMCertificateId is not supported for multi-tenant distributions.")
    if config.is_tenant_only and members.get("SSLSupportMethod") != "sni-only":
        raise AwsError("InvalidArgument", "Multi-tenant distributions support sni-only as the SSLSupportMethod.")
    candidate = _iam(state, call, iam_id) if iam_id else _acm(state, call, str(acm_arn))
    _check_candidate(state, candidate, config.aliases)
    source = "iam" if iam_id else "acm"
    named = {"IAMCertificateId": iam_id} if iam_id else {"ACMCertificateArn": str(acm_arn)}
    kept = {name: members[name] for name in ("SSLSupportMethod", "MinimumProtocolVersion")}
    config.set_viewer_certificate(
        {
            "CloudFrontDefaultCertificate": "false",
            **named,
            **kept,
            "Certificate": str(iam_id or acm_arn),
            "CertificateSource": source,
        }
    )
    return Served(
        _joined(candidate.leaf, candidate.chain), candidate.private_key, str(acm_arn or ""), candidate.version
    )


def of_acm(state: State, call: Call, arn: str) -> Served:
    """A certificate of ACM that a distribution tenant names; refuses what CloudFront refuses of one."""
    candidate = _acm(state, call, arn)
    _check_candidate(state, candidate, ())
    return Served(_joined(candidate.leaf, candidate.chain), candidate.private_key, arn, candidate.version)


def _check_contradictions(members: t.Mapping[str, str]) -> None:
    sources = {"iam": members.get("IAMCertificateId"), "acm": members.get("ACMCertificateArn")}
    if sources["iam"] and sources["acm"]:
        raise _invalid("You can specify either an ACMCertificateArn or an IAMCertificateId, but not both.")
    has_default = members.get("CloudFrontDefaultCertificate") == "true"
    for source, wanted in sources.items():
        label = "IAMCertificateId" if source == "iam" else "ACMCertificateArn"
        if wanted and has_default:
            raise _invalid(f"Cannot specify {label} and CloudFrontDefaultCertificate.")
        if wanted and members.get("CertificateSource", source) != source:
            raise _invalid(f'Cannot specify {label} and a CertificateSource not equal to "{source}".')
        if wanted and members.get("Certificate", wanted) != wanted:
            raise _invalid(f"Your {label} does not match the given Certificate field.")
    if not any(sources.values()) and members.get("CertificateSource", "cloudfront") != "cloudfront":
        raise _invalid(
            "The deprecated field Certificate cannot be used alone: specify ACMCertificateArn or IAMCertificateId."
        )


def _check_default(state: State, config: Config, members: t.Mapping[str, str]) -> None:
    if config.aliases and not state.settings.cloudfront_aliases_without_certificate:
        raise _invalid(
            "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted"
            f" certificate that validates your authorization to use the domain name. {_CNAMES_PAGE}"
        )
    if members.get("CloudFrontDefaultCertificate") != "true":
        raise _invalid("Specify CloudFrontDefaultCertificate, ACMCertificateArn or IAMCertificateId.")
    # CloudFront sets the security policy to TLSv1 for its own certificate, whatever was asked for
    config.set_viewer_certificate(
        {
            "CloudFrontDefaultCertificate": "true",
            "SSLSupportMethod": "vip",
            "MinimumProtocolVersion": "TLSv1",
            "CertificateSource": "cloudfront",
        }
    )


def _check_protocol(call: Call, members: t.Mapping[str, str]) -> None:
    method, policy = members.get("SSLSupportMethod"), members.get("MinimumProtocolVersion")
    for name, value in (("SSLSupportMethod", method), ("MinimumProtocolVersion", policy)):
        if not value:
            raise AwsError("InvalidArgument", f"The parameter {name} is required.")
    if method not in ("sni-only", "vip"):
        # static-ip is only for accounts for which the CloudFront team has enabled it
        raise AwsError("InvalidArgument", "The parameter SSLSupportMethod is not valid.")
    if method == "vip" and call.partition == "aws-cn":
        raise _invalid("Dedicated IP custom SSL (vip) is not available in the China Regions; use sni-only.")
    if policy not in _SECURITY_POLICIES:
        raise AwsError("InvalidMinimumProtocolVersion", "The minimum protocol version specified is not valid.")
    if method == "sni-only" and policy == "SSLv3":
        raise AwsError(
            "InvalidProtocolSettings",
            "You cannot specify SSLv3 as the minimum protocol version if you only want to support only clients that"
            " support Server Name Indication (SNI).",
        )


def _iam(state: State, call: Call, certificate_id: str) -> _Candidate:
    certificate = state.iam.by_id(call.scope, certificate_id)
    if (
        certificate is None
        or not certificate.path.startswith("/cloudfront/")
        or state.timestamp() < certificate.visible_at
    ):
        raise _not_found()
    return _Candidate(certificate.body, certificate.chain, certificate.private_key)


def _acm(state: State, call: Call, arn: str) -> _Candidate:
    if call.partition == "aws-cn":
        raise _invalid(
            "CloudFront in the China Regions does not support AWS Certificate Manager; use an IAM server certificate."
        )
    certificate = state.acm.usable(call, arn, "us-east-1")
    if certificate is None or certificate.current is None:
        raise _not_found()
    current = certificate.current
    return _Candidate(current.leaf, current.chain, current.key, len(certificate.versions) - 1)


def _check_candidate(state: State, candidate: _Candidate, aliases: t.Sequence[str]) -> None:
    leaf = pem.certificates(candidate.leaf)[0]
    if not candidate.chain.strip():
        raise _not_found()
    chain = pem.certificates(candidate.chain)
    if len(chain) + 1 > MAX_CHAIN or not all(pem.is_valid_at(item, state.now()) for item in (leaf, *chain)):
        raise _not_found()
    if problem := pem.key_problem(leaf):
        raise _invalid(
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a"
            f" valid certificate chain ({problem})."
        )
    names = pem.names(leaf)
    if not all(pem.covers(names, alias) for alias in aliases):
        raise _invalid(
            "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that"
            " you're trying to add. " + _CNAMES_PAGE
        )


def _not_found() -> AwsError:
    return _invalid(
        "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a"
        " valid certificate chain."
    )


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidViewerCertificate", message)


def _joined(leaf: str, chain: str) -> str:
    return leaf.rstrip("\n") + "\n" + chain.strip("\n") + "\n"
