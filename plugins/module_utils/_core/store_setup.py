# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the table and the buckets of a store and an archive have to be, where they are not, and what may be set by
us."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .values.ownership import OUR_TAGS

KEY = ("name", "HASH", "S")
ON_DEMAND = "PAY_PER_REQUEST"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
PUBLIC_ACCESS_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
TABLE = "table"
RECOVERY = "point_in_time_recovery"
PROTECTION = "deletion_protection"
BILLING = "billing_mode"
PUBLIC_ACCESS = "public_access_block"
ENCRYPTION = "encryption"
VERSIONING = "versioning"
_NOT_OURS = "set it, or tag the table managed-by=certops.cloudfront so that this module may set it"
_BY_CHOICE = "set it unless another billing mode was chosen on purpose; with too little capacity runs are throttled"
_ON_REQUEST = "set it, or run again with manage_bucket"


@dataclass(frozen=True)
class Table:
    """A DynamoDB table; ``keys`` are its key attributes as (name, HASH or RANGE, type)."""

    name: str
    arn: str | None
    keys: tuple[tuple[str, str, str], ...] = (KEY,)
    status: str = "ACTIVE"
    billing_mode: str = ON_DEMAND
    recovery: bool = True
    protection: bool = True
    tags: t.Mapping[str, str] = field(default_factory=lambda: dict(OUR_TAGS))

    def as_dict(self) -> dict[str, t.Any]:
        """The table as it stands in results and diffs."""
        return {
            "name": self.name,
            "arn": self.arn,
            BILLING: self.billing_mode,
            RECOVERY: self.recovery,
            PROTECTION: self.protection,
            "tags": dict(self.tags),
        }


@dataclass(frozen=True)
class Encryption:
    """The default encryption of a bucket: AES256, or aws:kms with a key, or the account's own key if there is none."""

    algorithm: str
    key: str | None = None

    def __str__(self) -> str:
        if not self.algorithm.startswith("aws:kms"):
            return "SSE-S3"
        return f"SSE-KMS with {self.key or 'the key of AWS'}"


@dataclass(frozen=True)
class BucketSettings:
    """An S3 bucket of the account."""

    name: str
    blocks: frozenset[str] = frozenset(PUBLIC_ACCESS_BLOCKS)
    encryption: Encryption | None = None
    versioned: bool = True

    def as_dict(self) -> dict[str, t.Any]:
        """The bucket as it stands in results and diffs."""
        return {
            "name": self.name,
            PUBLIC_ACCESS: self.blocks >= set(PUBLIC_ACCESS_BLOCKS),
            ENCRYPTION: str(self.encryption) if self.encryption else None,
            VERSIONING: self.versioned,
        }


@dataclass(frozen=True)
class Shortcoming:
    """One thing that is not as it should be; ``settled`` if this run sets it, else ``advice`` says how it can be."""

    place: str
    aspect: str
    found: str
    wanted: str
    settled: bool
    advice: str = ""

    def as_dict(self) -> dict[str, t.Any]:
        """The finding as it stands in results."""
        return {
            "place": self.place,
            "aspect": self.aspect,
            "found": self.found,
            "wanted": self.wanted,
            "settled": self.settled,
        }

    def __str__(self) -> str:
        return (
            f"{self.place}: {self.aspect.replace('_', ' ')} is {self.found}, but should be {self.wanted}; {self.advice}"
        )


@dataclass(frozen=True)
class WantedBucket:
    """What is asked of a bucket: the key to encrypt with (None: whatever encrypts), and whether its settings are ours
    to change."""

    name: str
    account: str
    kms_key_id: str | None
    manage: bool

    @property
    def encryption(self) -> Encryption:
        """The default encryption to set where there is none, or another key."""
        return Encryption("aws:kms", self.kms_key_id) if self.kms_key_id else Encryption("AES256")

    def accepts(self, found: Encryption | None) -> bool:
        """Whether the bucket's own default will do. A key may be named by its ID or its ARN."""
        if found is None or self.kms_key_id is None:
            return found is not None
        return found.algorithm.startswith("aws:kms") and _last(found.key) == _last(self.kms_key_id)


def table_problem(table: Table | None) -> str | None:
    """Why the table can never be a store, or None."""
    if table is None or table.keys == (KEY,):
        return None
    keys = ", ".join(f"{name} ({kind}, {of_type})" for name, kind, of_type in table.keys)
    return f"the table {table.name} has the key {keys}, but a store needs the single string key name; use another table"


def examined_table(name: str, table: Table | None) -> tuple[Shortcoming, ...]:
    """What is missing; only a table with our tag is changed."""
    place = f"dynamodb://{name}"
    if table is None:
        return (Shortcoming(place, TABLE, "absent", "present", settled=True),)
    ours = OUR_TAGS.items() <= dict(table.tags).items()
    wrong = [
        (aspect, ours) for aspect, is_on in ((RECOVERY, table.recovery), (PROTECTION, table.protection)) if not is_on
    ]
    findings = [Shortcoming(place, aspect, "off", "on", settled=may_set, advice=_NOT_OURS) for aspect, may_set in wrong]
    if table.billing_mode != ON_DEMAND:
        findings.append(Shortcoming(place, BILLING, table.billing_mode, ON_DEMAND, settled=False, advice=_BY_CHOICE))
    return tuple(findings)


def examined_bucket(wanted: WantedBucket, bucket: BucketSettings) -> tuple[Shortcoming, ...]:
    """What is missing; settled only if the bucket's settings are ours to change."""
    place = f"s3://{wanted.name}"
    missing = sorted(set(PUBLIC_ACCESS_BLOCKS) - bucket.blocks)
    wrong = [(PUBLIC_ACCESS, f"off for {', '.join(missing)}", "on for all four")] if missing else []
    if not wanted.accepts(bucket.encryption):
        wrong.append((ENCRYPTION, str(bucket.encryption or "off"), str(wanted.encryption)))
    if not bucket.versioned:
        wrong.append((VERSIONING, "off", "on"))
    return tuple(
        Shortcoming(place, aspect, found, expected, wanted.manage, _ON_REQUEST) for aspect, found, expected in wrong
    )


def after_table(name: str, table: Table | None, findings: t.Iterable[Shortcoming]) -> Table:
    """The table once everything that is settled is set."""
    if table is None:
        return Table(name=name, arn=None)
    settled = {finding.aspect for finding in findings if finding.settled}
    return replace(
        table, recovery=table.recovery or RECOVERY in settled, protection=table.protection or PROTECTION in settled
    )


def after_bucket(wanted: WantedBucket, bucket: BucketSettings, findings: t.Iterable[Shortcoming]) -> BucketSettings:
    """The bucket once everything that is settled is set."""
    settled = {finding.aspect for finding in findings if finding.settled}
    return BucketSettings(
        name=bucket.name,
        blocks=frozenset(PUBLIC_ACCESS_BLOCKS) if PUBLIC_ACCESS in settled else bucket.blocks,
        encryption=wanted.encryption if ENCRYPTION in settled else bucket.encryption,
        versioned=bucket.versioned or VERSIONING in settled,
    )


def _last(key: str | None) -> str:
    return (key or "").rpartition("/")[2]
