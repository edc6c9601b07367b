# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at what a project binds beside distributions, and at the tags of all of it."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass

from ..._clients.aws.iam import Iam
from ..._clients.aws.regional import acm
from ..._clients.aws.regional.acm import Acm
from ..._clients.aws.regional.apigateway import ApiGateway
from ..._clients.aws.regional.elb import ClassicLoadBalancing
from ..._clients.aws.regional.elbv2 import LoadBalancing
from ..._clients.aws.regional.tagging import CLOUDFRONT_RESOURCES, Tagging
from ..._clients.aws.session import IMPATIENT, Session
from ..._core.doctor import targets as doctor_targets
from ..._core.doctor.findings import Finding
from ..._core.project import targets
from ..._core.project.targets import APIGATEWAY, CLOUDFRONT, ELB, TargetStep
from ..._core.targets.uses import NewCertificate, Use, UseSelection
from ..._core.values.shapes import CertificateRecord
from ..targets.api_domains import DomainTargets
from ..targets.certificate import KnownCertificates
from ..targets.classic_listeners import ClassicTargets, every
from ..targets.listeners import ListenerTargets
from .checks import Check, Subject

_TAGGING = "resourcegroupstaggingapi"


@dataclass(frozen=True)
class Region:
    """The clients of one region, made before there are threads."""

    name: str
    elbv2: LoadBalancing
    elb: ClassicLoadBalancing
    apigateway: ApiGateway
    acm: Acm

    @classmethod
    def of(cls, session: Session, region: str) -> Region:
        """The clients; calls nothing."""
        elbv2, elb, gateway = (
            session.regional(service, region, **IMPATIENT) for service in ("elbv2", "elb", "apigateway")
        )
        return cls(
            region,
            LoadBalancing(elbv2),
            ClassicLoadBalancing(elb),
            ApiGateway(gateway, lambda: gateway),
            acm.connect(session, region),
        )


@dataclass(frozen=True)
class TargetChecks:
    """The targets of one project; ``meant`` tells the distributions that it binds."""

    subject: Subject
    regions: t.Mapping[str, Region]
    iam: Iam
    tagging: Tagging
    meant: t.Callable[[], list[str]]

    @classmethod
    def of(cls, subject: Subject, session: Session, iam: Iam, meant: t.Callable[[], list[str]]) -> TargetChecks:
        """The clients of the regions in question; calls nothing."""
        wanted = {step["region"] for steps in targets.steps(subject.definition).values() for step in steps}
        found = {region: Region.of(session, region or session.region) for region in sorted(wanted)}
        tagging = Tagging(session.regional(_TAGGING, session.home("cloudfront"), **IMPATIENT))
        return cls(subject, found, iam, tagging, meant)

    def checks(self) -> list[Check]:
        """What can be looked at."""
        definition, steps = self.subject.definition, targets.steps(self.subject.definition)
        found = [
            Check(name, "SERVICE_FAILED", functools.partial(self._beside, kind))
            for kind, name in ((ELB, "load balancers"), (APIGATEWAY, "API domains"))
            if kind in steps
        ]
        if CLOUDFRONT in definition["targets"] and not targets.is_announced(definition):
            found.append(Check("owners of distributions", "SERVICE_FAILED", self._owned_distributions))
        return found

    def _owned_distributions(self) -> list[Finding]:
        """Whose templates the distributions of the project stand in."""
        meant = set(self.meant())
        tagged = self.tagging.get_resources(CLOUDFRONT_RESOURCES) if meant else {}
        found = {arn.rpartition("/")[2]: tags for arn, tags in tagged.items()}
        return doctor_targets.owned({one: tags for one, tags in found.items() if one in meant})

    def _beside(self, kind: str) -> list[Finding]:
        """What a bind of the project meets there, and whose templates it stands in."""
        found: list[Finding] = []
        known: set[str] = set()
        listed: dict[str, None] = {}
        for step in targets.steps(self.subject.definition)[kind]:
            new, selection = self._new(step), self._selection(step)
            uses = self._uses(kind, step, new, selection)
            known, listed = known | {use.id for use in uses}, listed | dict.fromkeys(step["ids"])
            found += doctor_targets.bindings(uses, selection, new)
            if not targets.is_announced(self.subject.definition):
                own = {slot for use in uses for slot in use.slots if slot.certificate in selection.previous}
                found += doctor_targets.owned({use.id: use.tags for use in uses if own.intersection(use.slots)})
        return [*doctor_targets.missing(listed, known), *found]

    def _uses(self, kind: str, step: TargetStep, new: NewCertificate, selection: UseSelection) -> tuple[Use, ...]:
        region = self.regions[step["region"]]
        if kind == APIGATEWAY:
            return DomainTargets(region.apigateway, region.name, new).scan()
        known = KnownCertificates({region.name: region.acm}, lambda: self.iam)
        recorded = {arn: tuple(one["domains"]) for one in self._records() for arn in targets.arns(one)}
        by_name = "aliases" in selection.match
        if by_name:
            known.list_names(region.name)

        def names(arn: str) -> tuple[str, ...]:
            return recorded[arn] if arn in recorded else known.names(arn) if by_name else ()

        return every(ListenerTargets(region.elbv2, names), ClassicTargets(region.elb, names))

    def _new(self, step: TargetStep) -> NewCertificate:
        """The recorded certificate, or the one to come."""
        record, definition = self.subject.record, self.subject.definition
        if record is None or set(record["domains"]) != set(self.subject.domains):
            return NewCertificate(None, self.subject.domains, definition["key_type"])
        return targets.in_region(record, step["region"])

    def _records(self) -> list[CertificateRecord]:
        return [*([self.subject.record] if self.subject.record else []), *self.subject.superseded]

    def _selection(self, step: TargetStep) -> UseSelection:
        previous = [arn for one in self._records() for arn in targets.arns(one)]
        tags = self.subject.definition["match_tags"]
        return UseSelection(frozenset(step["match"]), tuple(previous), tuple(step["ids"]), tags)
