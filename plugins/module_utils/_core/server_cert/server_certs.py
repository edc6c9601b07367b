# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM server certificates: what IAM would refuse, the name of a new one, and whether to upload, adopt or tag."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..certificate.certificate import CLOUDFRONT_KEY_TYPES, Certificate
from ..values import times
from ..values.plan import Plan, Step

CLOUDFRONT_PATH = "/cloudfront/"
# Below it the certificates of each project have a path of their own.
PROJECTS_PATH = f"{CLOUDFRONT_PATH}certops/"

# https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadServerCertificate.html
MAX_NAME_LENGTH = 128
MAX_PATH_LENGTH = 512
MAX_BODY_LENGTH = 16_384
MAX_KEY_LENGTH = 16_384
MAX_CHAIN_LENGTH = 2_097_152
MAX_TAGS = 50
MAX_TAG_KEY_LENGTH = 128
MAX_TAG_VALUE_LENGTH = 256

_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATH = re.compile(r"/|/[\x21-\x7e]+/")
_TIME_SUFFIX_LENGTH = len("-YYYY-MM-DD-HHMM")


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
class Wanted:
    """The server certificate that shall exist: ``name`` is used as it is or, when taken by other content, with a number."""

    name: str
    path: str
    tags: t.Mapping[str, str]
    certificate: Certificate


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
        kept_free = f" and {self.headroom} places are to stay free" if self.headroom else ""
        return (
            f"IAM holds {self.used} of {self.allowed} server certificates{kept_free}, so another one has no place; delete those no longer used"
            ' (playbook certops.cloudfront.cleanup), or raise the quota "Server certificates per account" of IAM in the Service Quotas console'
        )


@dataclass(frozen=True)
class Observed:
    """What IAM holds: every certificate of the account, and the tags of those under the wanted path with the wanted content."""

    stored: tuple[StoredCertificate, ...]
    same: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)


def describe(stored: StoredCertificate, certificate: Certificate | None = None) -> dict[str, t.Any]:
    """One server certificate as it stands in results and project documents; without ``certificate`` only what a listing tells."""
    return {
        "name": stored.name,
        "id": stored.id,
        "arn": stored.arn,
        "path": stored.path,
        "upload_date": times.to_text(stored.upload_date) if stored.upload_date else None,
        **(certificate.as_dict() if certificate else {}),
    }


def result(certificate: dict[str, t.Any] | None, reason: str) -> dict[str, t.Any]:
    """What iam_server_cert returns, with what the next step needs on the top level."""
    top = certificate or {"id": None, "name": None, "arn": None}
    return {"server_certificate": certificate, "server_certificate_id": top["id"], "name": top["name"], "arn": top["arn"], "reason": reason}


def name_problems(name: str | None, name_prefix: str | None) -> list[str]:
    """Why IAM would refuse the name, or a name made of the prefix."""
    if name is not None:
        return text_problems("name", name)
    return text_problems("name_prefix", name_prefix or "", MAX_NAME_LENGTH - _TIME_SUFFIX_LENGTH)


def text_problems(option: str, text: str, limit: int = MAX_NAME_LENGTH) -> list[str]:
    """Why IAM would refuse this text in a name."""
    problems = []
    if not _NAME.fullmatch(text):
        problems.append(f"{option}: {text!r} is not allowed in IAM; use letters, digits and +=,.@-_")
    if len(text) > limit:
        problems.append(f"{option}: {len(text)} characters; at most {limit} are allowed")
    return problems


def path_problems(path: str) -> list[str]:
    """Why IAM would refuse the path."""
    problems = []
    if not _PATH.fullmatch(path):
        problems.append(f"path: {path!r} is not allowed in IAM; it starts and ends with / and holds printable ASCII without blanks")
    if len(path) > MAX_PATH_LENGTH:
        problems.append(f"path: {len(path)} characters; at most {MAX_PATH_LENGTH} are allowed")
    return problems


def tag_problems(tags: t.Mapping[str, str]) -> list[str]:
    """Why IAM would refuse the tags."""
    problems = []
    if len(tags) > MAX_TAGS:
        problems.append(f"tags: {len(tags)} tags; at most {MAX_TAGS} are allowed")
    for key, value in tags.items():
        if not 1 <= len(key) <= MAX_TAG_KEY_LENGTH or key.lower().startswith("aws:"):
            problems.append(f"tags: the key {key!r} is not allowed; it has 1 to {MAX_TAG_KEY_LENGTH} characters and does not start with aws:")
        if len(value) > MAX_TAG_VALUE_LENGTH:
            problems.append(f"tags: the value of {key!r} has {len(value)} characters; at most {MAX_TAG_VALUE_LENGTH} are allowed")
    return problems


def size_problems(body: str, chain: str, key: str) -> list[str]:
    """Which of the three texts is longer than IAM takes."""
    limits = (("certificate", body, MAX_BODY_LENGTH), ("chain", chain, MAX_CHAIN_LENGTH), ("private key", key, MAX_KEY_LENGTH))
    return [f"the {what} has {len(text)} characters of PEM; IAM takes at most {limit}" for what, text, limit in limits if len(text) > limit]


def key_type_problems(key_type: str, path: str) -> list[str]:
    """Why CloudFront would refuse the certificate's key; nothing for a path that CloudFront cannot use anyway."""
    if not path.startswith(CLOUDFRONT_PATH) or key_type in CLOUDFRONT_KEY_TYPES:
        return []
    return [f"CloudFront does not accept a key of type {key_type}; it takes {', '.join(sorted(CLOUDFRONT_KEY_TYPES))}"]


def name_for(prefix: str, not_after: datetime) -> str:
    """The name of a certificate that expires at ``not_after``: ``webapp-2027-01-06-0442``."""
    return f"{prefix}-{times.to_name(not_after)}"


def may_be_same(stored: StoredCertificate, wanted: Wanted) -> bool:
    """Whether it is worth reading this one's content: right path and expiry, as far as the listing says."""
    return stored.path == wanted.path and stored.expiration in (None, wanted.certificate.not_after)


def free_name(name: str, taken: t.Iterable[str]) -> str:
    """The name, with ``-2``, ``-3``, … when it is taken; IAM does not tell names apart by case."""
    lowered = {other.lower() for other in taken}
    candidate, number = name, 1
    while candidate.lower() in lowered:
        number += 1
        suffix = f"-{number}"
        candidate = name[: MAX_NAME_LENGTH - len(suffix)] + suffix
    return candidate


def plan_present(observed: Observed, wanted: Wanted) -> Plan:
    """Adopt the certificate that has the content already, with the missing tags added, or upload a new one."""
    names = [stored.name for stored in observed.stored]
    if observed.same:
        name = wanted.name if wanted.name in observed.same else min(observed.same, key=lambda other: (len(other), other))
        return _plan_adoption(name, observed.same[name], wanted)
    name = free_name(wanted.name, names)
    collision = f"; the name {wanted.name} belongs to another certificate" if name != wanted.name else ""
    step = Step("upload", name, {"path": wanted.path, "tags": dict(wanted.tags)})
    reason = f"no server certificate with this content exists under {wanted.path}{collision}"
    return Plan(steps=(step,), after=_state(name, wanted, wanted.tags), reason=reason)


def _plan_adoption(name: str, tags: t.Mapping[str, str], wanted: Wanted) -> Plan:
    missing = {key: value for key, value in wanted.tags.items() if tags.get(key) != value}
    before, after = _state(name, wanted, tags), _state(name, wanted, {**tags, **missing})
    if not missing:
        return Plan(before=before, after=after, reason=f"server certificate {name} has this content already")
    reason = f"server certificate {name} has this content already, but not the tags {', '.join(sorted(missing))}"
    return Plan(steps=(Step("tag", name, {"tags": missing}),), before=before, after=after, reason=reason)


def _state(name: str, wanted: Wanted, tags: t.Mapping[str, str]) -> dict[str, t.Any]:
    certificate = wanted.certificate
    fields = {"name": name, "path": wanted.path, "serial": certificate.serial, "not_after": times.to_text(certificate.not_after), "tags": dict(tags)}
    return {"server_certificate": fields}
