# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate that ACM issues and renews exists: requested, its validation records in place, and waited for as long
as the user wants. A later run continues where this one ended."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ..._clients.aws.regional.acm import Acm, AcmRequest
from ..._clients.machine import crypto
from ..._clients.net.resolver import Dns
from ..._clients.stores.base import Archive
from ..._core.acm_cert import requested, requests
from ..._core.acm_cert.certificates import ISSUED, AcmCertificate
from ..._core.acm_cert.requested import RequestSteps
from ..._core.acm_cert.requests import KnownRequests, ValidationRecord
from ..._core.certificate.certificate import Certificate
from ..._core.dns import caa
from ..._core.dns.zones import RecordPlace
from ..._core.project import sources
from ..._core.values import times
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock, Deadline
from ..._errors import RefusedError
from ..dns.accounts import DnsAccounts
from . import record_file
from .exporting import Exporting
from .request import AcmRequestOptions
from .validation_records import ValidationRecords

RECORD_PAUSES, ISSUE_PAUSES = (1.0, 1.0, 2.0), (3.0, 5.0, 10.0)
SLOWEST_RECORD_PAUSE, SLOWEST_ISSUE_PAUSE = 5.0, 30.0
ROUTE53, EXPORT = "route53", "export"


@dataclass(frozen=True)
class Partners:
    """What acm_cert_request speaks to; ``archive`` is for exportable certificates."""

    acm: Acm
    accounts: DnsAccounts
    dns: Dns
    archive: Archive | None = None


def run(options: AcmRequestOptions, partners: Partners, clock: Clock, check_mode: bool) -> Outcome:
    """Converge one certificate of ACM."""
    exporting = None
    if partners.archive is not None and options.project is not None:
        exporting = Exporting(partners.archive, options.project, clock)
    validation = ValidationRecords(partners.accounts, partners.dns, options.overrides)
    done = Requesting(partners.acm, clock, options, validation, partners.dns, exporting).converge(check_mode)
    return replace(done, warnings=(*done.warnings, *options.warnings))


@dataclass(frozen=True)
class Requesting:
    """One certificate of ACM; ``exporting`` is for exportable ones."""

    acm: Acm
    clock: Clock
    options: AcmRequestOptions
    validation: ValidationRecords
    dns: Dns
    exporting: Exporting | None = None

    def converge(self, check_mode: bool) -> Outcome:
        """Find or request the certificate, put its records in place, wait, export."""
        deadline = Deadline.after(self.clock.now(), self.options.wait_timeout)
        steps, places = RequestSteps(), None
        found, dead = self._find()
        if found is None:
            places = self._check(dead)
            if check_mode:
                done = requested.predicted(self.options.wanted, self.options.region, self.clock.now())
                return replace(done, result={**done.result, "renewal": None})
            found = self._request(dead)
            steps = replace(steps, requested=True)
        found = self._with_records(found, deadline, check_mode)
        steps = self._prove(found, places, steps, check_mode)
        found = self._issued(found, deadline, check_mode)
        if self.exporting is not None and found.status == ISSUED:
            steps = replace(steps, bundle=self.exporting.converge(self.acm, found, check_mode))
        if found.status == ISSUED:
            steps = replace(steps, issued=self._content(found))
        now = self.clock.now()
        done = requested.outcome(found, self.options.wanted, steps, now, self.options.name_prefix)
        return replace(done, result={**done.result, "renewal": _renewal(steps.issued, now)})

    def _content(self, found: AcmCertificate) -> Certificate | None:
        """What the leaf says, which a description leaves out in part; None if ACM does not give it out yet."""
        content = self.acm.get_certificate(found.arn)
        return crypto.inspect(content.leaf) if content is not None else None

    def _find(self) -> tuple[AcmCertificate | None, KnownRequests]:
        """The certificate that fits, if there is one, and what else was requested for the same names."""
        wanted, arn = self.options.wanted, self.options.arn
        given = self.acm.describe_certificate(arn) if arn else None
        if given is not None and requests.fits(given, wanted):
            return given, KnownRequests((), ())
        listed = [one for one in self.acm.list_certificates() if requests.may_be_ours(one, wanted)]
        tags = {one.arn: self.acm.list_tags_for_certificate(one.arn) for one in listed}
        known = requests.known(listed, tags, wanted)
        for one in known.alive:
            found = self.acm.describe_certificate(one.arn)
            if found is not None:
                return found, known
        return None, known

    def _check(self, known: KnownRequests) -> dict[str, RecordPlace] | None:
        """Whatever would stop the request, before it counts for the quota of the year."""
        refused = None if self.options.retry else known.refused(self.clock.now())
        if refused is not None:
            arn, until = refused
            found = self.acm.describe_certificate(arn)
            why = requests.failure(found) if found else None
            raise RefusedError(
                f"{why or arn}; ACM refused it a short time ago: correct the cause and set retry, or wait until {until}"
            )
        self._check_caa()
        return self.validation.places(self.options.wanted.domains) if self.options.validation == ROUTE53 else None

    def _check_caa(self) -> None:
        domains = self.options.wanted.domains
        told = self.dns.caa({name for domain in domains for name in caa.climb(domain)})
        records = {name: found for name, found in told.items() if found is not None}
        issuer = caa.Issuer(requests.CAA_IDENTITIES)
        verdicts = {domain: caa.judge(domain, records, issuer) for domain in domains}
        forbidden = [
            f"{domain} by the CAA records of {verdict.owner} ({', '.join(verdict.values)})"
            for domain, verdict in verdicts.items()
            if verdict.reason is not None
        ]
        if forbidden:
            raise RefusedError(
                f"ACM may not issue for {'; '.join(forbidden)}; nothing was requested. Add CAA records with issue"
                f' "{requests.CAA_IDENTITIES[0]}", or remove those'
            )

    def _request(self, known: KnownRequests) -> AcmCertificate:
        wanted = self.options.wanted
        token = requests.token(wanted, [one.arn for one in known.dead])
        arn = self.acm.request_certificate(
            AcmRequest(wanted.ordered, wanted.key_type, token, wanted.tags, wanted.is_exportable)
        )
        # it is known some seconds later
        return self.acm.describe_certificate(arn) or requested.pending(arn, wanted, self.clock.now())

    def _with_records(self, found: AcmCertificate, deadline: Deadline, check_mode: bool) -> AcmCertificate:
        """The certificate once ACM has said which records it looks for, if it does in time."""
        pauses = itertools.chain(RECORD_PAUSES, itertools.repeat(SLOWEST_RECORD_PAUSE))
        while requests.is_pending(found) and not requests.are_records_known(found) and not check_mode:
            if deadline.has_passed(self.clock.now()):
                break
            self.clock.sleep(deadline.clamp(self.clock.now(), next(pauses)))
            found = self.acm.describe_certificate(found.arn) or found
        return found

    def _prove(
        self,
        found: AcmCertificate,
        places: t.Mapping[str, RecordPlace] | None,
        steps: RequestSteps,
        check_mode: bool,
    ) -> RequestSteps:
        """The records are where ACM looks for them, as far as this module writes them."""
        if requests.failure(found) is not None:
            return steps
        records = requests.records(found.validations)
        missing = self.validation.missing(records) if records else []
        if self.options.records_file is not None:
            steps = replace(steps, file=record_file.write(self.options.records_file, records, check_mode))
        written: t.Sequence[ValidationRecord] = ()
        if missing and self.options.validation == ROUTE53:
            places = places or self.validation.places(record.domain for record in missing)
            written = self.validation.write(missing, places, check_mode)
        return steps.with_records(records, missing, written)

    def _issued(self, found: AcmCertificate, deadline: Deadline, check_mode: bool) -> AcmCertificate:
        """The certificate when it is issued or dead, or as it is when the time is over; with records that only the user
        can create, they are not waited for."""
        pauses = itertools.chain(ISSUE_PAUSES, itertools.repeat(SLOWEST_ISSUE_PAUSE))
        while requests.is_pending(found) and requests.are_records_known(found) and not check_mode:
            if deadline.has_passed(self.clock.now()):
                break
            if self.options.validation == EXPORT and self.validation.missing(requests.records(found.validations)):
                break
            self.clock.sleep(deadline.clamp(self.clock.now(), next(pauses)))
            found = self.acm.describe_certificate(found.arn) or found
        return found


def _renewal(issued: Certificate | None, now: datetime) -> dict[str, t.Any] | None:
    """By when ACM should have renewed it; None while it is not issued."""
    if issued is None:
        return None
    decision = sources.decide(issued, sources.ACM, now)
    return {"renew_at": times.to_text(decision.renew_at), "reason": decision.reason, "ari": {}}
