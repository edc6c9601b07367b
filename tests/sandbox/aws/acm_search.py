# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What SearchCertificates and ListCertificates select, in pages.

https://docs.aws.amazon.com/acm/latest/APIReference/API_SearchCertificates.html
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from datetime import datetime

from . import acm_answers
from .acm_certificate import Certificate, Facts
from .errors import AwsError

# What ListCertificates shows of without a filter: the others stay invisible.
DEFAULT_KEY_TYPES = frozenset({"RSA_1024", "RSA_2048"})
_TEXT = {
    "CONTAINS": lambda wanted, value: wanted.lower() in value,
    "EQUALS": lambda wanted, value: wanted.lower() == value,
}


def is_listed(item: Certificate, params: Mapping[str, t.Any], now: datetime) -> bool:
    """Whether ListCertificates shows it."""
    includes, known = params.get("Includes") or {}, item.facts
    if not item.names or item.origin not in (
        params.get("CertificateKeyPairOrigins") or ("AWS_MANAGED", "CUSTOMER_PROVIDED")
    ):
        return False
    if params.get("RootHierarchyTypes"):
        return False  # the sandbox issues from no other root, and these would list certificates of such roots only
    usages = set(known.key_usages) if known else set()
    extended = {name for name, _oid in known.extended} if known else set()
    return (
        item.key_algorithm in (includes.get("keyTypes") or DEFAULT_KEY_TYPES)
        and item.status_at(now) in (params.get("CertificateStatuses") or (item.status_at(now),))
        and set(includes.get("keyUsage") or ()) <= usages
        and set(includes.get("extendedKeyUsage") or ()) <= extended
        and includes.get("exportOption") in (None, "ENABLED" if item.is_exportable else "DISABLED")
        and includes.get("managedBy") in (None, item.managed_by)
    )


def matches(item: Certificate, statement: Mapping[str, t.Any], is_used: bool, now: datetime) -> bool:
    """Whether a filter statement of SearchCertificates is true of it."""
    if len(statement) != 1:
        raise AwsError("ValidationException", "A filter statement has exactly one of And, Or, Not and Filter.")
    ((kind, value),) = statement.items()
    if kind == "And":
        return all(matches(item, part, is_used, now) for part in value)
    if kind == "Or":
        return any(matches(item, part, is_used, now) for part in value)
    if kind == "Not":
        return not matches(item, value, is_used, now)
    return _filter(item, value, is_used, now)


def _filter(item: Certificate, wanted: Mapping[str, t.Any], is_used: bool, now: datetime) -> bool:
    if len(wanted) != 1:
        raise AwsError("ValidationException", "A filter has exactly one attribute.")
    ((kind, value),) = wanted.items()
    if kind == "CertificateArn":
        return bool(item.arn == value)
    if len(value) != 1:
        raise AwsError("ValidationException", "A filter has exactly one attribute.")
    ((name, value),) = value.items()
    if kind == "X509AttributeFilter":
        return _attribute(item, name, value)
    metadata = acm_answers.search_result(item, is_used, now)["CertificateMetadata"]["AcmCertificateMetadata"]
    return bool(metadata.get(name) == value)


def _attribute(item: Certificate, name: str, value: t.Any) -> bool:
    if name == "SubjectAlternativeName":
        return any(_text(value["DnsName"], own) for own in item.names)
    if name == "KeyAlgorithm":
        return bool(item.key_algorithm == value)
    return item.facts is not None and _LEAF[name](item.facts, value)


def _is_within(at: datetime, limits: Mapping[str, datetime]) -> bool:
    return all((at >= limit) if end == "Start" else (at <= limit) for end, limit in limits.items())


# What only an issued certificate has.
_LEAF: dict[str, t.Callable[[Facts, t.Any], bool]] = {
    "Subject": lambda known, value: _text(value["CommonName"], known.common_name),
    "SerialNumber": lambda known, value: bool(known.serial == value),
    "NotAfter": lambda known, value: _is_within(known.not_after, value),
    "NotBefore": lambda known, value: _is_within(known.not_before, value),
    "KeyUsage": lambda known, value: value in known.key_usages,
    "ExtendedKeyUsage": lambda known, value: value in {usage for usage, _oid in known.extended},
}


def _text(wanted: Mapping[str, str], value: str) -> bool:
    return _TEXT[wanted["ComparisonOperator"]](wanted["Value"], value)


def page(items: t.Sequence[Certificate], size: int, token: str | None) -> tuple[t.Sequence[Certificate], str | None]:
    """One page, and the token of the next; a token names the last certificate of its page."""
    start = 0
    if token is not None:
        places = [index for index, item in enumerate(items) if item.arn == token.removeprefix("after ")]
        if not places:
            raise AwsError("ValidationException", "The NextToken is not valid.")
        start = places[0] + 1
    found = items[start : start + size]
    return found, f"after {found[-1].arn}" if start + size < len(items) else None
