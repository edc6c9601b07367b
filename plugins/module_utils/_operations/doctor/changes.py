# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of a project changes, on what: so that its permissions are known before it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.iam import Simulated
from ..._core.project import places
from ..._core.report import subscriptions
from ..._core.values import ownership
from .checks import Subject

_IMPORTS = ("acm:ImportCertificate", "acm:AddTagsToCertificate", "acm:DeleteCertificate")
_BINDS = ("cloudfront:GetDistributionConfig", "cloudfront:UpdateDistribution")
_UPLOADS = ("iam:UploadServerCertificate", "iam:TagServerCertificate", "iam:DeleteServerCertificate")
_NOTIFIES = ("sns:CreateTopic", "sns:TagResource", "sns:Subscribe", "sns:Publish")
_CHALLENGES = ("route53:ChangeResourceRecordSets",)


@dataclass(frozen=True)
class Place:
    """The account and region of a connection."""

    partition: str
    region: str
    account: str


def of(
    subject: Subject, place: Place, distributions: t.Iterable[str], challenges: t.Iterable[tuple[str, str]]
) -> t.Iterator[Simulated]:
    """The changes: of the store of certificates, of these distributions, of notices, and of challenge records by zone
    and name."""
    yield from _stores(subject, place)
    for one in distributions:
        yield Simulated(_BINDS, f"arn:{place.partition}:cloudfront::{place.account}:distribution/{one}")
    if subject.definition["sns_topic"]:
        yield Simulated(_NOTIFIES, topic_arn(subject.definition["sns_topic"], place))
    for zone_id, name in challenges:
        yield Simulated(_CHALLENGES, f"arn:{place.partition}:route53:::hostedzone/{zone_id}", _challenge(name))


def topic_arn(topic: str, place: Place) -> str:
    """The ARN of a topic that may be given by its name."""
    is_arn = subscriptions.is_arn(topic)
    return topic if is_arn else f"arn:{place.partition}:sns:{place.region}:{place.account}:{topic}"


def _stores(subject: Subject, place: Place) -> t.Iterator[Simulated]:
    account, name = f"{place.partition}:{{}}:{{}}:{place.account}", subject.name
    if subject.definition["certificate_store"] == places.ACM:
        for region in places.regions(subject.definition):
            yield Simulated(_IMPORTS, f"arn:{account.format('acm', region)}:certificate/*")
    else:
        path = ownership.path_of(name)
        yield Simulated(_UPLOADS, f"arn:{account.format('iam', '')}:server-certificate{path}{name}-2027-01-06-0442")


def _challenge(name: str) -> dict[str, list[str]]:
    """https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html"""
    record = "route53:ChangeResourceRecordSets"
    return {f"{record}NormalizedRecordNames": [name], f"{record}RecordTypes": ["TXT"], f"{record}Actions": ["CREATE"]}
