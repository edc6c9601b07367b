# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One order from its key to the archived bundle, so that a run that is killed anywhere is finished, not repeated, by
the next."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..._clients.acme.client import Client
from ..._clients.acme.messages import AcmeOrder, AcmeStatus, Authorization, Challenge
from ..._clients.archive import accounts, bundles as _bundles
from ..._clients.archive.accounts import AcmeAccount
from ..._clients.archive.failed_validations import Failures
from ..._clients.archive.unfinished_orders import Pending, UnfinishedOrder
from ..._clients.machine import crypto
from ..._core.ca.failed_validations import Failure
from ..._core.certificate import bundle as bundles
from ..._core.certificate.bundle import Bundle, Manifest
from ..._core.dns import persistent_records, txt_records
from ..._core.dns.persistent_records import Grant
from ..._core.dns.txt_records import ChallengeRecord
from ..._core.dns.zones import RecordPlace
from ..._core.issue import pending_order, wanted as wanted_
from ..._core.issue.pending_order import PendingOrder
from ..._core.issue.wanted import WantedCertificate
from ..._core.values import domain_names
from ..._core.values.waiting import Clock, Deadline
from ..._errors import CertError, ConfigError, RefusedError, RemoteError
from ..ca.registrar import Registrar
from ..dns.challenge_records import ChallengeRecords
from .clients import Clients, Issued
from .conversation import Conversation, OrderFailedError, is_final
from .new_order import Placed, place
from .request import IssueRequest
from .withdrawal import abandon, withdraw


@dataclass
class _Work:
    """What has to be known to clean up, whatever happens: the unfinished order as archived, whether it is over, whether
    another run has it now."""

    kept: UnfinishedOrder
    order: AcmeOrder | None = None
    is_over: bool = False
    is_lost: bool = False
    is_finalizing: bool = False
    warnings: list[str] = field(default_factory=list)


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
        account = self._account()
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
            warnings += more
            work.is_over = True
        except CertError as exc:
            work.is_over = isinstance(exc, OrderFailedError)
            exc.message = "; ".join(
                [exc.message, *self._noted(exc.details.get("failed_validations")), *self._clean(work)]
            )
            exc.details.setdefault("order_url", work.kept.order.order_url)
            exc.details["finalizing"] = work.is_finalizing
            raise
        except BaseException:
            self._clean(work)
            raise
        return issued, warnings + work.warnings + self._clean(work)

    @property
    def _pending(self) -> Pending:
        return Pending(self.clients.archive, self.request.wanted.project)

    @property
    def _records(self) -> ChallengeRecords:
        dns = self.clients.dns if self.request.dns_check else None
        return ChallengeRecords(self.clients.accounts, self.clock, self.request.propagation_timeout, dns)

    @property
    def _failures(self) -> Failures:
        return Failures(self.clients.archive, self.request.wanted.project)

    def _noted(self, domains: t.Sequence[str] | None, at: datetime | None = None) -> list[str]:
        """Keep that validations failed; a warning if that fails."""
        if not domains:
            return []
        now = self.clock.now()
        warning = self._failures.note(
            Failure(at=at or now, directory=self.request.wanted.directory, domains=tuple(domains)), now
        )
        return [warning] if warning else []

    @property
    def _registrar(self) -> Registrar:
        return Registrar(self.clients.archive, self.clients.server, self.clock)

    def _account(self) -> AcmeAccount:
        directory, contacts = self.request.wanted.directory, self.request.contacts
        return self._registrar.known(directory, contacts) or accounts.new(directory, contacts, self.clock.now())

    def _begin(self, client: Client, unfinished: t.Iterable[UnfinishedOrder]) -> tuple[_Work, list[str]]:
        """The newest unfinished order that can still be finished, or a new one; the others are given up."""
        work, warnings = None, []
        for kept in unfinished:
            resumed = self._resume(client, kept) if work is None else None
            if resumed is None:
                warnings += abandon(self._pending, self._records, kept)
            else:
                work = resumed
        return work or self._new_work(), warnings

    def _resume(self, client: Client, kept: UnfinishedOrder) -> _Work | None:
        if not any(pending_order.can_resume(kept.order, wanted) for wanted in self.request.variants):
            return None
        if kept.order.order_url is None:
            return _Work(kept)
        try:
            order = client.order(kept.order.order_url)
        except RemoteError as exc:
            if is_final(exc) or exc.code == "accountDoesNotExist":
                return None
            raise
        if order.status is AcmeStatus.INVALID:
            # The run that had it validated was killed before it could see that it failed.
            self._noted(sorted(domain_names.base(domain) for domain in order.identifiers), kept.order.created_at)
        alive = order.status is not AcmeStatus.INVALID and order.identifiers == set(self.request.wanted.domains)
        return _Work(kept, order) if alive else None

    def _new_work(self) -> _Work:
        wanted, now = self.request.wanted, self.clock.now()
        order = PendingOrder(wanted=wanted, private_key=crypto.generate_key(wanted.key_type), created_at=now)
        kept = UnfinishedOrder(self._pending.new_key(now), order)
        self._pending.put(kept)
        return _Work(kept)

    def _issue(self, client: Client, work: _Work) -> tuple[Issued, list[str]]:
        # what was noted is answered by dns-01
        conversation = Conversation(client, self.clock, self.request.dns_persist and not work.kept.order.asked)
        order = work.order or self._new_order(client, work)
        if order.status is AcmeStatus.PENDING:
            self._answer(client, conversation, work, order)
        deadline = Deadline.after(self.clock.now(), self.request.order_timeout)
        csr = crypto.signing_request(work.kept.order.private_key, self.request.wanted.domains)
        order = conversation.settle(order, deadline)
        self._record(work, order)
        work.is_finalizing = True
        # The time for issuing begins now: a CA may take minutes for it, however quick it was before.
        order = conversation.complete(order, csr, Deadline.after(self.clock.now(), self.request.order_timeout))
        fullchain, warnings = self._download(client, order.certificate or "")
        return self._archive(work.kept.order, fullchain, client.account_url), warnings

    def _download(self, client: Client, url: str) -> tuple[str, list[str]]:
        """The certificate with the CA's default chain, unless another one that the CA offers ends at the preferred
        issuer."""
        chain, preferred = client.certificate(url), self.request.preferred_chain
        if preferred is None or crypto.top_issuer(chain.pem) == preferred:
            return chain.pem, []
        for alternate in chain.alternates:
            other = client.certificate(alternate).pem
            if crypto.top_issuer(other) == preferred:
                return other, [
                    (
                        f"the chain that ends at {preferred} was taken; if CloudFront does not trust that CA, it"
                        " answers InvalidViewerCertificate"
                    )
                ]
        return chain.pem, [
            f"acme_preferred_chain: the CA offers no chain that ends at {preferred!r}, so its default chain was taken"
        ]

    def _new_order(self, client: Client, work: _Work) -> AcmeOrder:
        wanted = self.request.wanted
        try:
            placed = self._ask(client, wanted)
        except RemoteError as exc:
            if (
                self.request.profile_required
                or wanted.profile is None
                or not wanted_.is_refused_profile(exc.code, exc.message)
            ):
                raise
            wanted = replace(wanted, profile=None)
            placed = self._ask(client, wanted)
        order = placed.order
        work.warnings += placed.warnings
        self._keep(work, replace(work.kept.order, wanted=wanted).with_order(order.url, placed.replaces))
        if order.identifiers != set(wanted.domains):
            raise OrderFailedError(
                f"acme:newOrder was answered with {order.url} for other names: {', '.join(sorted(order.identifiers))};"
                " ask the CA",
                service="acme",
                operation="newOrder",
                code="wrongOrder",
            )
        return order

    def _ask(self, client: Client, wanted: WantedCertificate) -> Placed:
        try:
            return place(client, wanted, self.former)
        except RemoteError as exc:
            if exc.code != "accountDoesNotExist":
                raise
        self._registrar.register(client, self._account(), self.request.account_terms)
        return place(client, wanted, self.former)

    def _record(self, work: _Work, order: AcmeOrder) -> None:
        """Finalizing cannot be taken back: only the run that holds the project does it, and its journal knows the order
        before."""
        if self.clients.journal is None:
            return
        try:
            self.clients.journal.ordering(order.url, self.clock.now())
        except RefusedError:
            work.is_lost = True
            raise

    def _answer(self, client: Client, conversation: Conversation, work: _Work, order: AcmeOrder) -> None:
        """Publish what is asked, and have the CA look at it: at all of it, or at what an earlier run, which noted it,
        did not come to."""
        noted = [Authorization.from_asked(each) for each in work.kept.order.asked]
        # answers begin after the changes are known
        answered = conversation.answered(order, noted) if work.kept.order.changes else 0
        unanswered = noted[answered:] if noted else conversation.unanswered(order)
        self._publish(client, work, unanswered)
        conversation.answer(unanswered)

    def _publish(self, client: Client, work: _Work, unanswered: t.Sequence[Authorization]) -> None:
        values: dict[RecordPlace, set[str]] = {}
        grants: dict[RecordPlace, Grant] = {}
        for each in unanswered:
            if each.challenge is not None and each.challenge.issuers:
                place = self.places[persistent_records.record_name(each.domain)]
                grants[place] = self._grant(client, each, each.challenge, grants.get(place))
            elif each.challenge is not None:
                values.setdefault(self.places[txt_records.challenge_name(each.domain)], set()).add(
                    client.challenge_value(each.challenge)
                )
        if grants:
            work.warnings += self._records.grant(grants)
        if not values:
            return
        may_be_there = work.kept.order.has_values({where.name: found for where, found in values.items()})
        if not (may_be_there and work.kept.order.changes):
            records = [ChallengeRecord.at(where, found) for where, found in values.items()]
            asked = [] if grants else [each.as_asked() for each in unanswered]
            self._keep(work, work.kept.order.with_records(records, filter(None, asked)))
            self._keep(work, work.kept.order.with_changes(self._records.write(records, may_be_there)))
        work.warnings += self._records.await_sync(work.kept.order.changes, work.kept.order.records)

    def _grant(self, client: Client, authorization: Authorization, challenge: Challenge, other: Grant | None) -> Grant:
        """What is to stand under the name; names whose records are CNAMEs to one have one value."""
        wildcard = f"*.{domain_names.base(authorization.domain)}" in self.request.wanted.domains or (
            other is not None and other.wildcard
        )
        return Grant(challenge.issuers, client.account_url or "", wildcard)

    def _archive(self, pending: PendingOrder, fullchain_pem: str, account_url: str | None) -> Issued:
        cert, chain = crypto.split(fullchain_pem)
        certificate = crypto.inspect(cert)
        if set(certificate.domains) != set(pending.wanted.domains) or not crypto.key_matches(pending.private_key, cert):
            raise OrderFailedError(
                f"the certificate of {pending.order_url} is not the one that was ordered: its names or its key differ;"
                " run again, or ask the CA",
                service="acme",
                operation="certificate",
                code="wrongCertificate",
            )
        now, fullchain = self.clock.now(), cert + chain
        manifest = Manifest(
            project=pending.wanted.project,
            certificate=certificate,
            issued_at=now,
            directory=pending.wanted.directory,
            profile=pending.wanted.profile,
            order_url=pending.order_url,
            account_url=account_url,
            files=bundles.checksums(cert, chain, fullchain, pending.private_key),
        )
        bundle = Bundle(cert=cert, chain=chain, fullchain=fullchain, privkey=pending.private_key, manifest=manifest)
        archive, project = self.clients.archive, pending.wanted.project
        key = bundles.archive_key(project, now, archive.list(f"{project}/"))
        return Issued(
            uri=archive.put(key, _bundles.pack(bundle)), bundle=bundle, manifest=manifest, replaces=pending.replaces
        )

    def _keep(self, work: _Work, order: PendingOrder) -> None:
        work.kept = replace(work.kept, order=order)
        self._pending.put(work.kept)

    def _clean(self, work: _Work) -> list[str]:
        """Remove the records, and the unfinished order too if it is over; a warning if that fails, and then the next
        run does it."""
        if work.is_lost:
            # the run that holds the project now finds the order in the archive, and may be using its records
            return []
        if work.is_over:
            return abandon(self._pending, self._records, work.kept)
        return withdraw(self._pending, self._records, work.kept) if work.kept.order.records else []


def check_directory(request: IssueRequest, client: Client) -> tuple[IssueRequest, list[str]]:
    """The request as this CA, which answers, can serve it: a profile that it does not offer is left out with a warning,
    or refused if it is required."""
    profile, offered = request.wanted.profile, client.directory().profiles
    if not profile or profile in offered:
        return request, []
    choice = f"use one of {', '.join(offered)}" if offered else "this CA has no profiles, leave it out"
    problem = f"acme_profile: {request.wanted.directory} does not offer {profile!r}; {choice}"
    if request.profile_required:
        raise ConfigError([problem])
    return request.without_profile(), [f"{problem}; ordered without a profile, since acme_profile_required is false"]
