# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the AWS account: who we are and what we may do, server certificates, distributions, notices."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.aws.cloudfront import CLIENT_CONFIG, CloudFront
from ..._clients.aws.iam import Iam
from ..._clients.aws.regional import acm
from ..._clients.aws.regional.acm import Acm
from ..._clients.aws.session import IMPATIENT, Session
from ..._clients.aws.sns import Sns
from ..._clients.aws.sts import Caller, Sts
from ..._core.acm_cert import requests
from ..._core.bind import binding
from ..._core.bind.distributions import Distribution, Selection
from ..._core.doctor import account, distributions as doctor_distributions, notices as doctor_notices, stores
from ..._core.doctor.findings import Finding
from ..._core.project import places, sources, targets
from ..._core.server_cert.server_certs import Quota, StoredCertificate
from ..._core.values.partitions import region_of
from ..._core.values.waiting import Clock
from ..._errors import RemoteError
from ..bind import attached_policies
from ..dns.cnames import Resolver
from ..server_cert.content import describe
from . import changes
from .changes import Place
from .checks import Check, Fact, Subject


@dataclass(frozen=True)
class Services:
    """The clients of one connection, made before there are threads: making them is not safe in several."""

    sts: Sts
    iam: Iam
    cloudfront: CloudFront
    sns: Sns
    partition: str
    region: str
    acm: t.Mapping[str, Acm] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, regions: t.Iterable[str] = ()) -> Services:
        """The clients; calls nothing."""
        return cls(
            sts=Sts(session.client("sts", **IMPATIENT)),
            iam=Iam(session.client("iam", **IMPATIENT)),
            cloudfront=CloudFront(session.client("cloudfront", **CLIENT_CONFIG, **IMPATIENT)),
            sns=Sns(session.client("sns", **IMPATIENT)),
            partition=session.partition,
            region=session.region,
            acm={region: acm.connect(session, region) for region in regions},
        )


@dataclass
class AccountChecks:
    """The account, as far as one project concerns it; ``challenges`` are zones and names of the records that its
    identity writes, if it does."""

    subject: Subject
    services: Services
    clock: Clock
    challenges: t.Callable[[], list[tuple[str, str]]]
    resolver: Resolver

    def __post_init__(self) -> None:
        self.caller: Fact[Caller] = Fact(self.services.sts.caller)
        self._certificates: Fact[tuple[StoredCertificate, ...]] = Fact(self.services.iam.list_server_certificates)
        self._distributions: Fact[tuple[Distribution, ...]] = Fact(self.services.cloudfront.list_distributions)
        record = self.subject.record
        definition = self.subject.definition
        self._selection = Selection(
            match=frozenset(targets.distribution_matches(definition)),
            previous=self.subject.previous,
            ids=tuple(definition["distributions"]),
        )
        self._target = doctor_distributions.target_of(self.subject.domains, record)
        self.meant: Fact[list[str]] = Fact(
            lambda: [one.id for one in binding.plan(self._distributions.get(), self._selection, self._target)]
        )

    def checks(self) -> list[Check]:
        """What can be looked at."""
        looks: dict[str, t.Callable[[], t.Iterable[Finding]]] = {
            "permissions": self.permissions,
            "room": self.room,
            "server certificates": self.server_certificates,
            "recorded certificate": self.recorded_certificate,
            "certificates in ACM": self.in_acm,
            "key type": self.key_type,
            "distributions": self.distributions,
            "notices": self.notices,
        }
        unused = ("certificates in ACM",) if places.ACM not in self.subject.stores else ()
        unused = ("room", "server certificates", *unused) if places.IAM not in self.subject.stores else unused
        looks = {name: look for name, look in looks.items() if name not in unused}
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
        place = Place(self.services.partition, self.services.region, caller.account.id)
        writes = changes.of(self.subject, place, self.meant.get_or([]), self.challenges())
        try:
            for simulated in writes:
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
        if record is None or places.store_of(record) != places.IAM:
            return []
        stored = next((one for one in self._certificates.get() if one.id == record.get("id")), None)
        if stored is None:
            return []
        content = self.services.iam.get_server_certificate(stored.name)
        return account.content(record, describe(content)["fingerprint_sha256"]) if content else []

    def in_acm(self) -> list[Finding]:
        """What is in ACM is what is recorded, and ACM can renew what it issued."""
        record, definition = self.subject.record, self.subject.definition
        keeps_arn = definition["acm_arn"] == places.ARN_CHOICES[1] or definition["source"] == sources.ACM
        findings: list[Finding] = []
        for arn in places.arns(record):
            found = self.services.acm[region_of(arn)].describe_certificate(arn)
            findings += account.in_acm(record, arn, found, keeps_arn) if record is not None else []
        for arn in self._issued():
            found = self.services.acm[region_of(arn)].describe_certificate(arn)
            if found is not None:
                names = [one.name for one in requests.records(found.validations)]
                findings += account.renewal(found, self.resolver.lookup(names, "CNAME"), self.clock.now())
        return findings

    def _issued(self) -> list[str]:
        """The ARN of what ACM issued for the project, also if it was exported."""
        record = self.subject.record
        if record is None or record.get("source") != sources.ACM:
            return []
        return places.exported([record]) or list(places.arns(record))

    def key_type(self) -> list[Finding]:
        """CloudFront takes the keys."""
        return account.key_type(self.subject.name, self.subject.definition["key_type"], self.subject.record)

    def distributions(self) -> list[Finding]:
        """What a bind meets."""
        found = self._distributions.get()
        paths = {one.id: one.path for one in self._certificates.get_or(()) if one.id}
        bindings = doctor_distributions.bindings(self.subject.name, found, self._selection, self._target, paths)
        attached = attached_policies.policies(self.services.cloudfront, found, self.meant.get())
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
        place = Place(self.services.partition, self.services.region, self.caller.get().account.id)
        arn = changes.topic_arn(topic, place)
        found = self.services.sns.list_subscriptions_by_topic(arn)
        return silent + (
            doctor_notices.topic(arn, addresses, found, self.subject.record is not None) if addresses or found else []
        )
