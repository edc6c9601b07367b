# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the AWS account: who we are and what we may do, server certificates, distributions, notices."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.cloudfront import CLIENT_CONFIG, CloudFront
from ..._clients.aws.iam import Iam, Simulated
from ..._clients.aws.session import IMPATIENT, Session
from ..._clients.aws.sns import Sns
from ..._clients.aws.sts import Caller, Sts
from ..._core.bind import binding
from ..._core.bind.distributions import Distribution, Selection
from ..._core.doctor import account, distributions as doctor_distributions, notices as doctor_notices, stores
from ..._core.doctor.findings import Finding
from ..._core.report import subscriptions
from ..._core.server_cert.server_certs import Quota, StoredCertificate
from ..._core.values import ownership
from ..._core.values.waiting import Clock
from ..._errors import RemoteError
from ..bind import attached_policies
from ..server_cert.content import describe
from .checks import Check, Fact, Subject

_BINDS = ("cloudfront:GetDistributionConfig", "cloudfront:UpdateDistribution")
_UPLOADS = ("iam:UploadServerCertificate", "iam:TagServerCertificate", "iam:DeleteServerCertificate")
_NOTIFIES = ("sns:CreateTopic", "sns:TagResource", "sns:Subscribe", "sns:Publish")
_CHALLENGES = ("route53:ChangeResourceRecordSets",)


@dataclass(frozen=True)
class Services:
    """The clients of one connection, made before there are threads: making them is not safe in several."""

    sts: Sts
    iam: Iam
    cloudfront: CloudFront
    sns: Sns
    partition: str
    region: str

    @classmethod
    def of(cls, session: Session) -> Services:
        """The clients; calls nothing."""
        return cls(
            sts=Sts(session.client("sts", **IMPATIENT)),
            iam=Iam(session.client("iam", **IMPATIENT)),
            cloudfront=CloudFront(session.client("cloudfront", **CLIENT_CONFIG, **IMPATIENT)),
            sns=Sns(session.client("sns", **IMPATIENT)),
            partition=session.partition,
            region=session.region,
        )


@dataclass
class AccountChecks:
    """The account, as far as one project concerns it; ``challenges`` are zones and names of the records that its
    identity writes, if it does."""

    subject: Subject
    services: Services
    clock: Clock
    challenges: t.Callable[[], list[tuple[str, str]]]

    def __post_init__(self) -> None:
        self.caller: Fact[Caller] = Fact(self.services.sts.caller)
        self._certificates: Fact[tuple[StoredCertificate, ...]] = Fact(self.services.iam.list_server_certificates)
        self._distributions: Fact[tuple[Distribution, ...]] = Fact(self.services.cloudfront.list_distributions)
        record = self.subject.record
        definition = self.subject.definition
        self._selection = Selection(
            match=frozenset(definition["bind"]), previous=self.subject.previous, ids=tuple(definition["distributions"])
        )
        self._target = doctor_distributions.target_of(self.subject.domains, record)

    def checks(self) -> list[Check]:
        """What can be looked at."""
        looks: dict[str, t.Callable[[], t.Iterable[Finding]]] = {
            "permissions": self.permissions,
            "room": self.room,
            "server certificates": self.server_certificates,
            "recorded certificate": self.recorded_certificate,
            "key type": self.key_type,
            "distributions": self.distributions,
            "notices": self.notices,
        }
        identity = Check("identity", "CREDENTIALS_UNUSABLE", self.identity)
        return [identity, *(Check(name, "SERVICE_FAILED", look) for name, look in looks.items())]

    def identity(self) -> list[Finding]:
        """The credentials are good, those of the project's account, and both clocks agree."""
        caller = self.caller.get()
        found = account.belongs(self.subject.document, caller.account)
        return found + (stores.clock("AWS", caller.time, self.clock.now()) if caller.time else [])

    def permissions(self) -> list[Finding]:
        """What changes something is allowed, as far as IAM tells us."""
        caller = self.caller.get()
        source = account.policy_source(caller.arn)
        if source is None:
            return [account.untested(caller.arn, "IAM simulates the policies of users and roles only")]
        decisions: dict[str, bool] = {}
        try:
            for simulated in self._writes(caller.account.id):
                decisions.update(self.services.iam.simulate_principal_policy(source, simulated))
        except RemoteError as exc:
            return [account.untested(caller.arn, f"IAM answered {exc.code}")]
        return account.permissions(caller.arn, decisions)

    def room(self) -> list[Finding]:
        """IAM has a place for the next certificate."""
        return account.room(
            Quota(*self.services.iam.get_server_certificate_quota(), self.subject.definition["quota_headroom"])
        )

    def server_certificates(self) -> list[Finding]:
        """What is in IAM is what is recorded."""
        return account.stored(self.subject.name, self.subject.record, self.subject.superseded, self._certificates.get())

    def recorded_certificate(self) -> list[Finding]:
        """The recorded certificate has the recorded content; its absence is seen in the listing."""
        record = self.subject.record
        stored = next((one for one in self._certificates.get() if record and one.id == record.get("id")), None)
        if record is None or stored is None:
            return []
        content = self.services.iam.get_server_certificate(stored.name)
        return account.content(record, describe(content)["fingerprint_sha256"]) if content else []

    def key_type(self) -> list[Finding]:
        """CloudFront takes the keys."""
        return account.key_type(self.subject.name, self.subject.definition["key_type"], self.subject.record)

    def distributions(self) -> list[Finding]:
        """What a bind meets."""
        found = self._distributions.get()
        paths = {one.id: one.path for one in self._certificates.get_or(()) if one.id}
        bindings = doctor_distributions.bindings(self.subject.name, found, self._selection, self._target, paths)
        meant = [report.id for report in binding.plan(found, self._selection, self._target)]
        attached = attached_policies.policies(self.services.cloudfront, found, meant)
        return [
            *bindings,
            *doctor_distributions.policies(attached),
            *doctor_distributions.icp(found, self._selection, self._target),
        ]

    def notices(self) -> list[Finding]:
        """Subscribers are notified."""
        topic, addresses = self.subject.definition["sns_topic"], self.subject.definition["emails"]
        silent = doctor_notices.silent(self.subject.name, topic, addresses)
        if not topic:
            return silent
        arn = self._topic_arn(topic, self.caller.get().account.id)
        found = self.services.sns.list_subscriptions_by_topic(arn)
        return silent + (
            doctor_notices.topic(arn, addresses, found, self.subject.record is not None) if addresses or found else []
        )

    def _topic_arn(self, topic: str, account: str) -> str:
        return (
            topic
            if subscriptions.is_arn(topic)
            else f"arn:{self.services.partition}:sns:{self.services.region}:{account}:{topic}"
        )

    def _writes(self, account: str) -> t.Iterator[Simulated]:
        """What a run of the project changes, on what."""
        partition, topic = self.services.partition, self.subject.definition["sns_topic"]
        path = ownership.path_of(self.subject.name)
        yield Simulated(
            _UPLOADS, f"arn:{partition}:iam::{account}:server-certificate{path}{self.subject.name}-2027-01-06-0442"
        )
        for report in binding.plan(self._distributions.get_or(()), self._selection, self._target):
            yield Simulated(_BINDS, f"arn:{partition}:cloudfront::{account}:distribution/{report.id}")
        if topic:
            yield Simulated(_NOTIFIES, self._topic_arn(topic, account))
        for zone_id, name in self.challenges():
            yield Simulated(_CHALLENGES, f"arn:{partition}:route53:::hostedzone/{zone_id}", _challenge(name))


def _challenge(name: str) -> dict[str, list[str]]:
    """https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html"""
    record = "route53:ChangeResourceRecordSets"
    return {f"{record}NormalizedRecordNames": [name], f"{record}RecordTypes": ["TXT"], f"{record}Actions": ["CREATE"]}
