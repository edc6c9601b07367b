# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CAs of a request in their order: the next one is asked when those before it are away or refuse for reasons of
their own."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..._clients.archive import accounts
from ..._clients.archive.unfinished_orders import Pending, UnfinishedOrder
from ..._core.certificate.bundle import Manifest
from ..._core.dns.zones import RecordPlace
from ..._core.issue import pending_order
from ..._core.values.waiting import Clock
from ..._errors import ConfigError, RemoteError
from ..ca.registrar import MakesClients, Registrar
from ..dns.challenge_records import ChallengeRecords
from . import caa_check, withdrawal
from .caa_check import CaaCheck
from .clients import Clients, Issued
from .conversation import is_about_the_ca
from .order import Ordering, check_directory
from .request import IssueRequest

T = t.TypeVar("T")


@dataclass(frozen=True)
class Authorities:
    """What is asked of the CAs, and what with."""

    request: IssueRequest
    clients: Clients
    clock: Clock

    def check_accounts(self) -> None:
        """ConfigError if an account would have to be registered somewhere and cannot be."""
        problems = []
        for choice in self.request.choices:
            if accounts.load(self.clients.archive, choice.wanted.directory, choice.contacts) is None:
                found = choice.account_terms.problems(choice.needs_eab)
                problems += (
                    found if choice is self.request else [f"{choice.wanted.directory}: {problem}" for problem in found]
                )
        if problems:
            raise ConfigError(list(dict.fromkeys(problems)))

    def check_directories(self) -> list[str]:
        """A CA that is asked, the first that answers, can serve the request; what the user should know."""
        warnings, passed_over = self._first(self._choices, self._check)
        return passed_over + warnings

    def _check(self, choice: IssueRequest, clients: Clients) -> list[str]:
        """What this CA would refuse is found before it is asked: its profiles, its terms, CAA records, and an account
        that it no longer accepts."""
        account = accounts.load(clients.archive, choice.wanted.directory, choice.contacts)
        client = clients.server.client(account.private_key if account else None, self.clock)
        _choice, warnings = check_directory(choice, client)
        if account is not None and account.url and account.next_key is None:
            Registrar(clients.archive, clients.server, self.clock).require_usable(client, account)
        elif account is None or account.url is None:
            problems = choice.account_terms.problems(client.directory().needs_eab)
            if problems:
                raise ConfigError(problems)
        if clients.dns is None:
            return warnings
        issuers = caa_check.issuers_of(client.directory(), account.url if account else None, choice.dns_persist)
        domains = sorted(choice.wanted.domains)
        return warnings + CaaCheck(clients.dns, clients.accounts.all_zones).run(domains, issuers)

    def issue(
        self, places: t.Mapping[str, RecordPlace], unfinished: t.Sequence[UnfinishedOrder], former: Manifest | None
    ) -> tuple[Issued, list[str]]:
        """The new bundle of the first CA that issues, in place of the former one; nothing is left of orders at the
        others."""
        others = {choice.wanted.directory for choice in self.request.choices[1:]}

        def order(choice: IssueRequest, clients: Clients) -> tuple[Issued, list[str]]:
            directories = (
                {_directory(kept) for kept in unfinished} - others
                if choice is self.request
                else {choice.wanted.directory}
            )
            return Ordering(choice, clients, self.clock, places, former).run(
                [kept for kept in unfinished if _directory(kept) in directories]
            )

        # Sorting is stable, and False comes first: a CA that may have issued already is asked before the others.
        choices = sorted(self._choices, key=lambda choice: not is_begun(unfinished, choice[0]))
        (issued, warnings), passed_over = self._first(choices, order)
        return issued, [*passed_over, *warnings, *(self._abandon_others(issued) if others else [])]

    @property
    def _choices(self) -> list[tuple[IssueRequest, MakesClients]]:
        return list(zip(self.request.choices, (self.clients.server, *self.clients.fallbacks)))

    def _first(
        self, choices: t.Sequence[tuple[IssueRequest, MakesClients]], ask: t.Callable[[IssueRequest, Clients], T]
    ) -> tuple[T, list[str]]:
        """What the first CA that can serve the request says, and why the others before it could not."""
        passed_over: list[str] = []
        for choice, server in choices:
            try:
                return ask(choice, replace(self.clients, server=server)), passed_over
            except RemoteError as exc:
                # An order that may have been finalized is not made again elsewhere: the next run finishes it.
                if choice is choices[-1][0] or exc.details.get("finalizing") or not is_about_the_ca(exc):
                    exc.message = "; ".join([exc.message, *passed_over])
                    raise
                passed_over.append(f"{choice.wanted.directory} was skipped: {exc.message}")
        raise AssertionError("the last CA answers or fails")

    def _abandon_others(self, issued: Issued) -> list[str]:
        archive, project = self.clients.archive, self.request.wanted.project
        pending = Pending(archive, project)
        unfinished, _damaged = pending.load(archive.list(pending.prefix))
        records = ChallengeRecords(self.clients.accounts, self.clock, self.request.propagation_timeout)
        left = [kept for kept in unfinished if _directory(kept) != issued.manifest.directory]
        return [warning for kept in left for warning in withdrawal.abandon(pending, records, kept)]


def is_begun(unfinished: t.Sequence[UnfinishedOrder], request: IssueRequest) -> bool:
    """Whether the newest order that a CA knows is one for this."""
    newest = next((kept.order for kept in unfinished if kept.order.order_url), None)
    return newest is not None and any(pending_order.can_resume(newest, wanted) for wanted in request.variants)


def _directory(kept: UnfinishedOrder) -> str:
    return kept.order.wanted.directory
