# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate is in ACM of some regions: adopted where it is already, imported or re-imported where it is not."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.archive.bundles import ReadArchived
from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.pace import THROTTLED
from ..._clients.aws.regional.acm import Acm, AcmImport
from ..._clients.machine import crypto
from ..._core.acm_cert import import_plan, imported, reimport, users
from ..._core.acm_cert.certificates import CLOUDFRONT_REGION
from ..._core.acm_cert.import_plan import IMPORT, REIMPORT, SAME, ObservedRegion, WantedImport
from ..._core.acm_cert.imported import Copy
from ..._core.server_cert.upload_plan import name_for
from ..._core.values.plan import Outcome, Plan
from ..._core.values.waiting import Clock, backoff
from ..._errors import ConfigError, RefusedError, RemoteError
from ..server_cert import certificate_input
from ..server_cert.certificate_input import CertificateInput
from ..server_cert.request import KeylessCertificate, PlannedBundle
from ..step_record import RunJournal
from . import standing
from .import_request import ImportRequest, content_problems
from .options import Regions

ATTEMPTS = 5
# Another write of the same certificate is under way.
CONFLICT = "ConflictException"
_SERVER_ERRORS = frozenset(
    {"InternalFailure", "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException"}
)


@dataclass(frozen=True)
class ImportClients:
    """What acm_cert speaks to, by region, and how bundles of an archive are read."""

    acm: t.Mapping[str, Acm]
    cloudfront: CloudFront
    archived: ReadArchived | None = None
    journal: RunJournal | None = None


def run(request: ImportRequest, clients: ImportClients, clock: Clock, check_mode: bool) -> Outcome:
    """Converge one certificate; predict it while its bundle is only planned."""
    content = request.content
    if isinstance(content, KeylessCertificate):
        return standing.converge(request, clients.acm, clock.now(), check_mode)
    if isinstance(content, PlannedBundle):
        arns = _kept_arns(request, content, clients, clock)
        return imported.predicted(arns, content.domains, content.key_type, request.tags)
    if isinstance(content, str):
        content = certificate_input.read(content, clock.now(), clients.archived)
        problems = content_problems(content, request.cloudfront)
        if problems:
            raise ConfigError(problems)
    usages = crypto.usages(content.leaf)
    certificate, prefix = content.certificate, request.name_prefix
    name = name_for(prefix, certificate.not_after) if prefix else None
    wanted = WantedImport(certificate, usages, request.tags, request.import_as, request.cloudfront, name)
    importing = Importing(clients.acm, clock, content, wanted, request.regions, clients.journal)
    return importing.converge(check_mode)


def _kept_arns(
    request: ImportRequest, planned: PlannedBundle, clients: ImportClients, clock: Clock
) -> dict[str, str | None]:
    """The ARN that a planned certificate keeps in each region; RefusedError if it is known already that it cannot."""
    found: dict[str, str | None] = dict.fromkeys(request.regions.names)
    for region, arn in request.regions.arns.items() if request.import_as == SAME else ():
        given = clients.acm[region].describe_certificate(arn)
        if given is None:
            raise _missing(arn, region)
        serves_cloudfront = request.cloudfront and region == CLOUDFRONT_REGION
        reasons = reimport.foreseen(given, planned.key_type, clock.now(), serves_cloudfront)
        if reasons:
            raise reimport.refusal(arn, reasons)
        found[region] = arn
    return found


def _missing(arn: str, region: str) -> RefusedError:
    return RefusedError(
        f"certificate {arn} does not exist in {region}, or not in the account of these credentials; correct the ARN, or"
        f" {reimport.CHOICE}",
        arn=arn,
    )


@dataclass(frozen=True)
class Importing:
    """One certificate for ACM of several regions."""

    acm: t.Mapping[str, Acm]
    clock: Clock
    material: CertificateInput
    wanted: WantedImport
    regions: Regions
    journal: RunJournal | None = None

    def converge(self, check_mode: bool) -> Outcome:
        """Observe and plan all regions before the first is changed; a failure in a later one keeps what was done."""
        observed = [self._observe(region) for region in self.regions.names]
        plans = [import_plan.plan(one, self.wanted, self.clock.now()) for one in observed]
        warnings = [warning for one, plan in zip(observed, plans) for warning in self._warnings(one, plan)]
        done: list[Copy] = []
        failure = None
        for one, plan in zip(observed, plans):
            try:
                arn = self._apply(one.region, plan, check_mode)
                done.append(Copy(one.region, arn, plan, one.known))
            except RemoteError as exc:
                if not done:
                    raise
                failure = f"{one.region}: {exc.message}; run again, and the other regions stay as they are"
                break
        return imported.outcome(done, self.wanted, self.clock.now(), tuple(warnings), failure)

    def _observe(self, region: str) -> ObservedRegion:
        acm, arn = self.acm[region], self.regions.arns.get(region)
        if arn is not None and self._is_same(acm, arn):
            given = acm.describe_certificate(arn) if self.wanted.import_as == SAME else None
            return ObservedRegion(region, known=given, same={arn: acm.list_tags_for_certificate(arn)}, given_arn=arn)
        given = acm.describe_certificate(arn) if arn is not None else None
        if self.wanted.import_as == SAME and arn is not None:
            if given is None:
                raise _missing(arn, region)
            return ObservedRegion(region, given, given_tags=acm.list_tags_for_certificate(arn), given_arn=arn)
        return ObservedRegion(region, given, same=self._search(acm), given_arn=arn)

    def _search(self, acm: Acm) -> dict[str, t.Mapping[str, str]]:
        """The certificates of the region that have the content, with their tags."""
        found = [
            one.arn
            for one in acm.list_certificates()
            if import_plan.may_be_same(one, self.wanted.certificate) and self._is_same(acm, one.arn)
        ]
        return {arn: acm.list_tags_for_certificate(arn) for arn in found}

    def _is_same(self, acm: Acm, arn: str) -> bool:
        content = acm.get_certificate(arn)
        ours = self.material.leaf + self.material.chain
        return content is not None and crypto.same_certificates(content.leaf + "\n" + content.chain, ours)

    def _warnings(self, observed: ObservedRegion, plan: Plan) -> tuple[str, ...]:
        given = observed.given
        if given is None or not plan or plan.steps[0].action != IMPORT:
            return ()
        return users.left_behind(users.of(given.arn, given.in_use_by), given.arn)

    def _apply(self, region: str, plan: Plan, check_mode: bool) -> str | None:
        arn = plan.after["certificate"]["arn"]
        for step in () if check_mode else plan.steps:
            if step.action in (IMPORT, REIMPORT):
                if self.journal is not None and step.action == REIMPORT:
                    self.journal.hold(self.clock.now())
                arn = self._import(self.acm[region], arn)
            else:
                self.acm[region].add_tags_to_certificate(step.target, step.values["tags"])
        return t.cast("str | None", arn)

    def _import(self, acm: Acm, arn: str | None) -> str:
        """Import, and again where that may help; before each further try, look whether a lost answer was a success."""
        given = AcmImport(
            leaf=self.material.leaf,
            chain=self.material.chain,
            private_key=self.material.private_key,
            tags={} if arn else self.wanted.tags,
            arn=arn,
        )
        attempt = 0
        while True:
            try:
                return acm.import_certificate(given)
            except RemoteError as exc:
                if attempt == ATTEMPTS - 1 or not _may_try_again(exc):
                    raise
            self.clock.sleep(backoff(attempt))
            attempt += 1
            found = next((one for one in ([arn] if arn else self._search(acm)) if self._is_same(acm, one)), None)
            if found is not None:
                return found


def _may_try_again(exc: RemoteError) -> bool:
    """Whether the call was not refused for what it asks; without a request ID nobody knows what became of it."""
    return exc.request_id is None or exc.code in THROTTLED | _SERVER_ERRORS | {CONFLICT}
