# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM server certificates: what IAM would refuse, the name of a new one, and whether to upload, adopt or tag."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..certificate.certificate import Certificate
from ..values import times


@dataclass(frozen=True)
class StoredCertificate:
    """One server certificate as IAM lists it; ``id``, ``arn`` and ``upload_date`` are None while it is only planned."""

    name: str
    path: str
    id: str | None = None
    arn: str | None = None
    upload_date: datetime | None = None
    expiration: datetime | None = None


@dataclass(frozen=True)
class Content:
    """What IAM gives back of a server certificate: never the key."""

    stored: StoredCertificate
    body: str
    chain: str
    tags: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Quota:
    """How many server certificates the account has and may have, and how many places shall stay free."""

    used: int
    allowed: int
    headroom: int = 0

    def refusal(self) -> str | None:
        """Why one more must not be uploaded; None if it may."""
        if self.used + 1 + self.headroom <= self.allowed:
            return None
        kept_free = f" and {self.headroom} places must stay free" if self.headroom else ""
        return (
            f"IAM holds {self.used} of {self.allowed} server certificates{kept_free}, so there is no room for another"
            ' one; delete those no longer used (playbook certops.cloudfront.cleanup), or raise the quota "Server'
            ' certificates per account" of IAM in the Service Quotas console'
        )


def describe(stored: StoredCertificate, certificate: Certificate | None = None) -> dict[str, t.Any]:
    """One server certificate as it stands in results and project documents; without ``certificate`` only what a listing
    tells."""
    return {
        "name": stored.name,
        "id": stored.id,
        "arn": stored.arn,
        "path": stored.path,
        "upload_date": times.to_text(stored.upload_date) if stored.upload_date else None,
        **(certificate.as_dict() if certificate else {}),
    }


def predicted(name: str | None, path: str, domains: t.Iterable[str], key_type: str | None) -> dict[str, t.Any]:
    """The same of a certificate that is still to be issued: what is not known yet is None."""
    issued = ("serial", "fingerprint_sha256", "issuer", "not_before", "not_after", "authority_key_id")
    return {
        **dict.fromkeys(("id", "arn", "upload_date", *issued)),
        "name": name,
        "path": path,
        "domains": list(domains),
        "key_type": key_type,
    }


def result(certificate: dict[str, t.Any] | None, reason: str) -> dict[str, t.Any]:
    """What iam_server_cert returns, with what the next step needs on the top level."""
    top = certificate or {"id": None, "name": None, "arn": None}
    return {
        "server_certificate": certificate,
        "recordable": certificate,
        "server_certificate_id": top["id"],
        "name": top["name"],
        "arn": top["arn"],
        "reason": reason,
    }
