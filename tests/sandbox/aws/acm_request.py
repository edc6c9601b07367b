# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What RequestCertificate takes.

https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html
"""

from __future__ import annotations

from .acm_issuer import KEYS
from .errors import AwsError, not_in_sandbox
from .service import Call

MAX_COMMON_NAME = 64
_FORBIDDEN = (".amazonaws.com", ".cloudfront.net", ".elasticbeanstalk.com", ".amazonaws.com.cn", ".cloudfront.cn")


def names(call: Call, quota: int) -> tuple[str, ...]:
    """The names of the certificate, the first one first; refuses what ACM refuses of the whole request."""
    params = call.params
    if params.get("CertificateAuthorityArn") or params.get("RootHierarchyType"):
        raise not_in_sandbox("acm", "RequestCertificate of a private CA or another root")
    _check_algorithm(call)
    wanted = tuple(
        dict.fromkeys(name.lower() for name in (params["DomainName"], *(params.get("SubjectAlternativeNames") or ())))
    )
    for name in wanted:
        _check_name(name)
    if len(wanted[0].encode()) > MAX_COMMON_NAME:
        raise _invalid("DomainName", f"The first domain name can have at most {MAX_COMMON_NAME} octets.")
    if len(wanted) > quota:
        raise AwsError(
            "LimitExceededException",
            f"Error: the number of domain names exceeds the limit of {quota} for this account.",
        )
    _check_method(call, wanted)
    if (params.get("Options") or {}).get("CertificateTransparencyLoggingPreference") == "DISABLED":
        raise _invalid("Options", "Certificates cannot be opted out of certificate transparency logging.")
    return wanted


def _check_algorithm(call: Call) -> None:
    algorithm = call.params.get("KeyAlgorithm") or "RSA_2048"
    if algorithm not in KEYS:
        raise AwsError(
            "ValidationException", f"Encryption Algorithm {algorithm} is not supported in {call.region} region"
        )


def _check_name(name: str) -> None:
    if ("." + name.removeprefix("*.")).endswith(_FORBIDDEN):
        raise _invalid("DomainName", f"{name} is not a domain name for which ACM issues certificates.")
    for label in name.removeprefix("*.").split("."):
        if label[2:4] == "--" and not _is_punycode(label):
            raise _invalid("DomainName", f"{label} is not valid Punycode.")


def _is_punycode(label: str) -> bool:
    try:
        return label.startswith("xn--") and bool(label.encode("ascii").decode("idna"))
    except UnicodeError:
        return False


def _check_method(call: Call, wanted: tuple[str, ...]) -> None:
    method, managed_by = call.params.get("ValidationMethod"), call.params.get("ManagedBy")
    if method == "HTTP" and managed_by != "CLOUDFRONT":
        raise _invalid(
            "ValidationMethod", "HTTP validation is only available for certificates that CloudFront manages."
        )
    if method == "HTTP" and any(name.startswith("*.") for name in wanted):
        raise _invalid("ValidationMethod", "HTTP validation does not support wildcard names.")
    for option in call.params.get("DomainValidationOptions") or []:
        name, domain = option["DomainName"].lower(), option["ValidationDomain"].lower()
        if name not in wanted or not ("." + name).endswith("." + domain):
            raise AwsError("InvalidDomainValidationOptionsException", f"{domain} is neither {name} nor a parent of it.")


def _invalid(member: str, message: str) -> AwsError:
    return AwsError("InvalidParameterException", f"{member}: {message}")
