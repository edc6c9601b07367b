# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on the AWS account: room in IAM, what is there under our path, and what the identity may do."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime

from ..acm_cert import certificates, renewals, users
from ..acm_cert.certificates import AcmCertificate
from ..certificate import certificate
from ..project import identity, places
from ..server_cert.server_certs import Quota, StoredCertificate
from ..values.ownership import path_of
from ..values.partitions import AwsAccount
from ..values.shapes import CertificateRecord, ProjectDocument
from .findings import Finding, finding

COSTLY_KEY_TYPES = ("rsa_3072", "rsa_4096")


def belongs(document: ProjectDocument | None, caller: AwsAccount) -> list[Finding]:
    """Whether the project is in the account of the credentials, as far as it has one."""
    if document is None or not identity.is_elsewhere(document, caller):
        return []
    message = f"the project belongs to {identity.account_of(document)}, but the credentials are those of {caller}"
    return [finding("ACCOUNT_DIFFERS", document["name"], message)]


def room(quota: Quota) -> list[Finding]:
    """Whether one more server certificate fits, and one after it."""
    refusal = quota.refusal()
    if refusal:
        kept_free = f", and {quota.headroom} must stay free" if quota.headroom else ""
        return [
            finding(
                "IAM_QUOTA_FULL",
                "server certificates",
                f"IAM holds {quota.used} of {quota.allowed}{kept_free}, so there is no room for a new one",
            )
        ]
    if quota.used + 1 >= quota.allowed:
        return [
            finding(
                "IAM_QUOTA_TIGHT",
                "server certificates",
                f"IAM holds {quota.used} of {quota.allowed}, so there is room for a single new one",
            )
        ]
    return []


def stored(
    project: str,
    record: CertificateRecord | None,
    superseded: t.Iterable[t.Mapping[str, t.Any]],
    found: t.Sequence[StoredCertificate],
) -> list[Finding]:
    """What IAM has under the names and the path of the project, against what is recorded."""
    ids = {one.id for one in found}
    known = {entry.get("id") for entry in (record, *superseded) if entry}
    findings = []
    if record and places.store_of(record) == places.IAM and record.get("id") not in ids:
        findings.append(
            finding(
                "CERTIFICATE_MISSING",
                str(record.get("name")),
                f"the recorded certificate {record.get('id')} is not in IAM",
            )
        )
    for one in found:
        if one.path == path_of(project) and one.id not in known:
            findings.append(
                finding("PATH_NOT_OURS", one.name, f"it is under {one.path}, but the project has no record of it")
            )
        if one.path != path_of(project) and _like_ours(project).fullmatch(one.name):
            findings.append(
                finding(
                    "NAME_CONFLICT", one.name, f"it is named like a certificate of {project}, but is under {one.path}"
                )
            )
    return findings


def _like_ours(project: str) -> re.Pattern[str]:
    """IAM does not tell names apart by case."""
    return re.compile(rf"{re.escape(project)}-\d{{4}}-\d\d-\d\d-\d{{4}}(-\d+)?", re.IGNORECASE)


def content(record: CertificateRecord, fingerprint_sha256: str) -> list[Finding]:
    """Whether IAM has under the recorded name what is recorded."""
    if fingerprint_sha256 == record["fingerprint_sha256"]:
        return []
    message = (
        f"IAM has a certificate with the fingerprint {fingerprint_sha256} under this name, but"
        f" {record['fingerprint_sha256']} is recorded"
    )
    return [finding("CERTIFICATE_DIFFERS", str(record.get("name")), message)]


def in_acm(record: CertificateRecord, arn: str, found: AcmCertificate | None, renews: bool) -> list[Finding]:
    """Whether ACM has under the recorded ARN what is recorded, and who would stay behind if a renewal had another ARN;
    ``renews`` says that it would not."""
    if found is None:
        return [finding("CERTIFICATE_MISSING", arn, f"the recorded certificate {record.get('name')} is not in ACM")]
    if found.serial != certificates.serial_of(record["serial"]):
        message = f"ACM has a certificate with the serial {found.serial} under it, but {record['serial']} is recorded"
        return [finding("CERTIFICATE_DIFFERS", arn, message)]
    staying = [user for user in users.of(arn, found.in_use_by) if user.how != users.REBIND]
    behind = [] if renews else staying
    return [finding("USER_NOT_REBOUND", user.id, f"it uses {arn}: {user.note}") for user in behind]


def renewal(found: AcmCertificate, shown: t.Mapping[str, tuple[str, ...] | None], now: datetime) -> list[Finding]:
    """What stands in the way of a renewal by ACM; ``shown`` is what DNS has under the names of its records."""
    return [finding("ACM_RENEWAL_BLOCKED", found.arn, problem) for problem in renewals.problems(found, shown, now)]


def key_type(project: str, wanted: str, record: CertificateRecord | None) -> list[Finding]:
    """Whether CloudFront takes the key that is wanted, and the one that is there."""
    types = dict.fromkeys([wanted, *([str(record["key_type"])] if record else [])])
    refused = [one for one in types if one not in certificate.CLOUDFRONT_KEY_TYPES]
    accepted = ", ".join(sorted(certificate.CLOUDFRONT_KEY_TYPES))
    findings = [
        finding("KEY_TYPE_REFUSED", project, f"CloudFront does not accept a key of type {one}; it accepts {accepted}")
        for one in refused
    ]
    if wanted in COSTLY_KEY_TYPES:
        findings.append(
            finding("KEY_TYPE_COSTLY", project, f"every new viewer connection costs much more with {wanted}")
        )
    return findings


def permissions(identity: str, decisions: t.Mapping[str, bool]) -> list[Finding]:
    """What the simulation of the identity's policies denies."""
    return [
        finding("PERMISSION_MISSING", action, f"the policies of {identity} do not allow it, as IAM simulates them")
        for action, is_allowed in decisions.items()
        if not is_allowed
    ]


def untested(identity: str, why: str) -> Finding:
    """Nobody can tell in advance whether writes are allowed."""
    return finding("WRITES_UNTESTED", identity, f"its permissions to change resources were not tested: {why}")


_ASSUMED_ROLE = re.compile(r"arn:(?P<partition>[a-z-]+):sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/.+")


def policy_source(caller_arn: str) -> str | None:
    """The user or role whose policies to simulate for the caller; None for others (root, federated users), whom IAM
    does not simulate."""
    assumed = _ASSUMED_ROLE.fullmatch(caller_arn)
    if assumed:
        return f"arn:{assumed['partition']}:iam::{assumed['account']}:role/{assumed['role']}"
    return caller_arn if ":user/" in caller_arn and ":iam:" in caller_arn else None
