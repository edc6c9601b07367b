# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One order from its key to the archived bundle, so that a run that is killed anywhere is finished, not repeated, by
the next."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ..._clients.acme.client import Client
from ..._clients.acme.messages import AcmeOrder, AcmeStatus
from ..._clients.archive.accounts import AcmeAccount
from ..._clients.archive.failed_validations import Failures
from ..._clients.archive.unfinished_orders import Pending, UnfinishedOrder
from ..._clients.machine import crypto
from ..._core.ca.failed_validations import Failure
from ..._core.certificate.bundle import Manifest
from ..._core.dns.zones import RecordPlace
from ..._core.issue.pending_order import can_resume
from ..._core.values import domain_names, texts
from ..._core.values.waiting import Clock, Deadline
from ..._errors import CertError, ConfigError, RemoteError
from ..ca.registrar import UNKNOWN, Registrar
from ..dns.challenge_records import ChallengeRecords
from . import answers, delivery, under_way
from .clients import Clients, Issued
from .conversation import Conversation, OrderFailedError, is_final
from .new_order import Placed, place
from .request import IssueRequest
from .under_way import OrderUnderWay
from .withdrawal import abandon


@dataclass(frozen=True)
class Ordering:
    """One run that needs a new certificate; ``places`` says where the value of each challenge name goes, ``former`` is
    the bundle of before."""

    request: IssueRequest
    clients: Clients
    clock: Clock
    places: t.Mapping[str, RecordPlace]
    former: Manifest | None = None

    def run(self, unfinished: t.Iterable[UnfinishedOrder]) -> tuple[Issued, list[str]]:
        """The new bundle, and warnings about what could not be cleaned up; challenge records are removed in every
        outcome."""
        account = self._registrar.known_or_new(self.request.wanted.directory, self.request.contacts)
        client = self.clients.server.client(account.private_key, self.clock)
        request, warnings = check_directory(self.request, client)
        issued, more = replace(self, request=request).order(client, account, unfinished)
        return issued, warnings + more

    def order(
        self, client: Client, account: AcmeAccount, unfinished: t.Iterable[UnfinishedOrder]
    ) -> tuple[Issued, list[str]]:
        """The same, of a CA that has been found able to serve the request."""
        if account.url is None:
            self._registrar.register(client, account, self.request.account_terms)
        else:
            client.use_account(account.url)
        work, warnings = self._begin(client, unfinished)
        try:
            issued, more = self._issue(client, work)
            work.is_over = True
        except CertError as exc:
            work.is_over = isinstance(exc, OrderFailedError)
            notes = self._note_failures(exc.details.get("failed_validations"), self.clock.now())
            exc.message = "; ".join([exc.message, *notes, *work.clean(self._records)])
            exc.details.setdefault("order_url", work.known.order_url)
            exc.details["finalizing"] = work.is_finalizing
            raise
        except BaseException:
            work.clean(self._records)
            raise
        return issued, warnings + more + work.clean(self._records)

    @property
    def _pending(self) -> Pending:
        return Pending(self.clients.archive, self.request.wanted.project)

    @property
    def _records(self) -> ChallengeRecords:
        dns = self.clients.dns if self.request.dns_check else None
        return ChallengeRecords(self.clients.accounts, self.clock, self.request.propagation_timeout, dns)

    @property
    def _registrar(self) -> Registrar:
        return Registrar(self.clients.archive, self.clients.server, self.clock)

    def _begin(self, client: Client, unfinished: t.Iterable[UnfinishedOrder]) -> tuple[OrderUnderWay, list[str]]:
        """The newest unfinished order that can still be finished, or a new one; the others are given up."""
        work, warnings = None, []
        for kept in unfinished:
            resumed = self._resume(client, kept) if work is None else None
            if resumed is None:
                warnings += abandon(self._pending, self._records, kept)
            else:
                work = resumed
        return work or under_way.new(self._pending, self.request.wanted, self.clock.now()), warnings

    def _resume(self, client: Client, kept: UnfinishedOrder) -> OrderUnderWay | None:
        if not any(can_resume(kept.order, wanted) for wanted in self.request.variants):
            return None
        if kept.order.order_url is None:
            return OrderUnderWay(self._pending, kept)
        try:
            order = client.order(kept.order.order_url)
        except RemoteError as exc:
            if is_final(exc) or exc.code == UNKNOWN:
                return None
            raise
        if order.status is AcmeStatus.INVALID:
            # The run that had it validated was killed before it could see that it failed.
            names = sorted(domain_names.base(domain) for domain in order.identifiers)
            self._note_failures(names, kept.order.created_at)
            return None
        is_same = order.identifiers == set(self.request.wanted.domains)
        return OrderUnderWay(self._pending, kept, order) if is_same else None

    def _note_failures(self, domains: t.Sequence[str] | None, at: datetime) -> list[str]:
        """Keep that validations failed; a warning if that fails."""
        if not domains:
            return []
        wanted = self.request.wanted
        failure = Failure(at=at, directory=wanted.directory, domains=tuple(domains))
        warning = Failures(self.clients.archive, wanted.project).note(failure, self.clock.now())
        return [warning] if warning else []

    def _issue(self, client: Client, work: OrderUnderWay) -> tuple[Issued, list[str]]:
        # a resumed order is answered by dns-01, the only method that its notes know
        conversation = Conversation(client, self.clock, self.request.dns_persist and not work.known.asked)
        order, warnings = (work.order, []) if work.order else self._new_order(client, work)
        if order.status is AcmeStatus.PENDING:
            warnings += answers.answer(conversation, work, order, self.places, self._records)
        csr = crypto.signing_request(work.known.private_key, self.request.wanted.domains)
        order = conversation.settle(order, self._deadline())
        work.record(self.clients.journal, order, self.clock.now())
        # The time for issuing begins now: a CA may take minutes for it, however quick it was before.
        order = conversation.complete(order, csr, self._deadline())
        fullchain, more = delivery.download(client, order.certificate or "", self.request.preferred_chain)
        issued = delivery.archive_bundle(
            self.clients.archive, work.known, fullchain, client.account_url, self.clock.now()
        )
        return issued, warnings + more

    def _deadline(self) -> Deadline:
        return Deadline.after(self.clock.now(), self.request.order_timeout)

    def _new_order(self, client: Client, work: OrderUnderWay) -> tuple[AcmeOrder, list[str]]:
        placed = self._place(client)
        order = placed.order
        work.keep(replace(work.known, wanted=placed.wanted).with_order(order.url, placed.replaces))
        if order.identifiers != set(placed.wanted.domains):
            raise OrderFailedError(
                f"acme:newOrder was answered with {order.url} for other names: {', '.join(sorted(order.identifiers))};"
                " ask the CA",
                service="acme",
                operation="newOrder",
                code="wrongOrder",
            )
        return order, list(placed.warnings)

    def _place(self, client: Client) -> Placed:
        """A new order; an account that the CA has lost is registered anew for it."""
        try:
            return place(client, self.request.variants, self.former)
        except RemoteError as exc:
            if exc.code != UNKNOWN:
                raise
        account = self._registrar.known_or_new(self.request.wanted.directory, self.request.contacts)
        self._registrar.register(client, account, self.request.account_terms)
        return place(client, self.request.variants, self.former)


def check_directory(request: IssueRequest, client: Client) -> tuple[IssueRequest, list[str]]:
    """The request as this CA, which answers, can serve it: a profile that it does not offer is left out with a warning,
    or refused if it is required."""
    profile, offered = request.wanted.profile, client.directory().profiles
    if not profile or profile in offered:
        return request, []
    choice = f"use one of {', '.join(offered)}" if offered else "this CA has no profiles, leave it out"
    problem = f"acme_profile: {request.wanted.directory} does not offer {texts.quoted(profile)}; {choice}"
    if request.profile_required:
        raise ConfigError([problem])
    return request.without_profile(), [f"{problem}; ordered without a profile, since acme_profile_required is false"]
