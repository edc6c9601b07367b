# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings one ACME account to a wanted state: observes it in the archive and at the CA, plans, applies."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..._clients.archive import accounts
from ..._clients.archive.accounts import AcmeAccount
from ..._clients.aws.session import Connection
from ..._clients.stores import open as stores
from ..._clients.stores.base import Archive
from ..._core.ca import account_plan, directories
from ..._core.ca.account_plan import KnownAccount, WantedAccount
from ..._core.ca.directories import KnownDirectory
from ..._core.values import texts, times
from ..._core.values.params import Params
from ..._core.values.plan import Outcome, Plan
from ..._core.values.waiting import Clock
from ..._errors import ConfigError
from . import options
from .registrar import MakesClients, Registrar, RegistrationTerms


@dataclass(frozen=True)
class AccountRequest:
    """The account as acme_account shall keep it; without ``former_contacts`` none is moved."""

    wanted: WantedAccount
    directory: KnownDirectory
    former_contacts: tuple[str, ...] | None
    terms: RegistrationTerms
    ca_bundle: str | None
    archive: str | None
    connection: Connection


def parse(params: Params) -> AccountRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    problems = options.ca_problems(params) + stores.uri_problems(params["archive"], "archive")
    key_since, wrong = _key_since(params["key_since"], params.now)
    if problems or wrong:
        raise ConfigError([*problems, *wrong])
    former = params["former_contacts"]
    return AccountRequest(
        wanted=WantedAccount(
            directory=params["acme_directory"],
            contacts=options.contacts_of(params),
            key_since=key_since,
            active=params["state"] == "present",
        ),
        directory=directories.resolve(params["acme_directory"]),
        former_contacts=None if former is None else options.contacts_of(params, "former_contacts"),
        terms=RegistrationTerms(params["acme_terms_agreed"], options.external_account_of(params)),
        ca_bundle=params["acme_ca_bundle"],
        archive=params["archive"],
        connection=Connection.of(params),
    )


def _key_since(text: str | None, now: datetime) -> tuple[datetime | None, list[str]]:
    """The time, and what is wrong with it."""
    try:
        since = times.from_text(text) if text else None
    except ValueError:
        return None, [f"key_since: {texts.quoted(text)} is not a time such as 2027-01-06T04:42:00Z"]
    if since is None or since <= now:
        return since, []
    future = f"key_since: {times.to_text(since)} is in the future, so every run would change the key"
    return None, [f"{future}; use a time in the past"]


@dataclass(frozen=True)
class Accounting:
    """One account under work."""

    request: AccountRequest
    archive: Archive
    server: MakesClients
    clock: Clock

    def run(self, check_mode: bool) -> Outcome:
        """Observe, plan, apply unless in check mode, report."""
        wanted, directory = self.request.wanted, self.request.directory
        account = self._observed(directory.url, wanted)
        unsettled = account is not None and account.next_key is not None
        if account is not None and not check_mode:
            account = self._registrar.settled(account)
        plan = account_plan.plan(self._known(account, wanted), wanted)
        self._require_terms(plan, directory.needs_eab, check_mode)
        if not check_mode:
            account = self._apply(
                plan, account or accounts.new(directory.url, wanted.contacts, self.clock.now()), wanted
            )
        shown = None if not wanted.active else self._shown(account, directory.url, wanted)
        return Outcome(
            changed=bool(plan) or unsettled,
            result={"account": shown, "reason": plan.reason},
            before=plan.before,
            after=plan.after,
        )

    @property
    def _registrar(self) -> Registrar:
        return Registrar(self.archive, self.server, self.clock)

    def _observed(self, directory: str, wanted: WantedAccount) -> AcmeAccount | None:
        """The account in the archive under these contacts, else under the former ones; what a killed run left of a move
        counts as moved."""
        known = accounts.load(self.archive, directory, wanted.contacts)
        if self.request.former_contacts is None or not wanted.active:
            return known
        former = accounts.load(self.archive, directory, self.request.former_contacts)
        if known is None or former is None:
            return known or former
        if known.url != former.url:
            raise ConfigError(
                [
                    (
                        "former_contacts: the archive has an account with these and another with acme_contacts;"
                        " deactivate one of them"
                    )
                ]
            )
        return former

    def _known(self, account: AcmeAccount | None, wanted: WantedAccount) -> KnownAccount | None:
        if account is None:
            return None
        # What is to be deactivated is not asked for first: the answer would not change what is to be done.
        registered = account.url is not None and (
            not wanted.active or account.next_key is not None or self._registrar.is_registered(account)
        )
        return KnownAccount(account.contacts, account.url, account.key_since, registered)

    def _require_terms(self, plan: Plan, needs_eab: bool, check_mode: bool) -> None:
        if not any(step.action == account_plan.REGISTER for step in plan.steps):
            return
        if check_mode and not needs_eab:
            needs_eab = self.server.client(None, self.clock).directory().needs_eab
        problems = self.request.terms.problems(needs_eab)
        if problems:
            raise ConfigError(problems)

    def _apply(self, plan: Plan, account: AcmeAccount, wanted: WantedAccount) -> AcmeAccount:
        for step in plan.steps:
            if step.action == account_plan.REGISTER:
                account = self._registrar.register(
                    self.server.client(account.private_key, self.clock), account, self.request.terms
                )
            elif step.action == account_plan.MOVE:
                account = self._registrar.move(account, wanted.contacts)
            elif step.action == account_plan.ROLL_OVER:
                account = self._registrar.roll_over(account)
            else:
                self._registrar.deactivate(account)
        return account

    def _shown(self, account: AcmeAccount | None, directory: str, wanted: WantedAccount) -> dict[str, t.Any]:
        url, since = (account.url, account.key_since) if account else (None, None)
        return {"url": url, "directory": directory, "contacts": sorted(wanted.contacts), "key_since": since}
