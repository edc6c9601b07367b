# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts at CAs: registered once, kept in the archive before anything depends on them, given new keys without ever
losing the valid one."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from http import HTTPStatus

from ..._clients.acme.client import Client, ExternalAccount, Registration
from ..._clients.archive import accounts
from ..._clients.archive.accounts import AcmeAccount
from ..._clients.stores.base import Archive
from ..._core.values.waiting import Clock
from ..._errors import ConfigError, RefusedError, RemoteError

UNKNOWN = "accountDoesNotExist"
_ENDED = ("deactivated", "revoked")
_UNSHOWN = (UNKNOWN, "malformed")
_NO_SUCH_RESOURCE = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)


class MakesClients(t.Protocol):
    """Makes clients of a CA: ``_clients.acme.client.Server``, or a fake."""

    def client(self, account_key_pem: str | None, clock: Clock) -> Client:
        """A client that has called nothing yet."""


@dataclass(frozen=True)
class RegistrationTerms:
    """What an account is registered on."""

    agreed: bool
    external_account: ExternalAccount | None

    def problems(self, needs_eab: bool) -> list[str]:
        """Why no account can be registered."""
        problems = []
        if not self.agreed:
            problems.append(
                "acme_terms_agreed: an account has to be registered with the CA; agree to its terms of service by"
                " setting this to true"
            )
        if needs_eab and self.external_account is None:
            problems.append(
                "acme_eab_kid and acme_eab_hmac_key: this CA registers accounts only with an external account binding;"
                " get one from the CA"
            )
        return problems


@dataclass(frozen=True)
class Registrar:
    """The accounts of one CA."""

    archive: Archive
    server: MakesClients
    clock: Clock

    def known(self, directory: str, contacts: tuple[str, ...]) -> AcmeAccount | None:
        """The account of earlier runs, with the key that is valid."""
        account = accounts.load(self.archive, directory, contacts)
        return account and self.settled(account)

    def known_or_new(self, directory: str, contacts: tuple[str, ...]) -> AcmeAccount:
        """The account of earlier runs, or one that is still to be registered."""
        return self.known(directory, contacts) or accounts.new(directory, contacts, self.clock.now())

    def register(self, client: Client, account: AcmeAccount, terms: RegistrationTerms) -> AcmeAccount:
        """The account with its URL; the client uses it from now on."""
        problems = terms.problems(client.directory().needs_eab)
        if problems:
            raise ConfigError(problems)
        # The key first: the CA knows an account by its key, so that the account of a killed run is found again.
        accounts.save(self.archive, account)
        registered = account.at(
            client.new_account(Registration(contacts=account.contacts, external_account=terms.external_account))
        )
        accounts.save(self.archive, registered)
        return registered

    def roll_over(self, account: AcmeAccount) -> AcmeAccount:
        """The account with a new key. The archive has both keys until the CA has said which one is valid."""
        changing = account.changing()
        accounts.save(self.archive, changing)
        client = self.server.client(account.private_key, self.clock)
        client.use_account(account.url or "")
        try:
            client.change_key(account.url or "", changing.next_key or "")
        except RemoteError:
            # Perhaps only the answer was lost, and what was sent again was refused since the old key is no longer
            # valid.
            settled = self.settled(changing)
            if settled.private_key == account.private_key:
                raise
            return settled
        return self._keep(changing.changed(self.clock.now()))

    def move(self, account: AcmeAccount, contacts: tuple[str, ...]) -> AcmeAccount:
        """The account under other contacts, at the CA and in the archive."""
        client = self.server.client(account.private_key, self.clock)
        client.use_account(account.url or "")
        client.update_contacts(account.url or "", contacts)
        moved = self._keep(account.with_contacts(contacts))
        if not accounts.is_same_place(account, moved):
            accounts.delete(self.archive, account)
        return moved

    def deactivate(self, account: AcmeAccount) -> None:
        """The account is deactivated, and not kept; one that the CA does not know is just not kept."""
        client = self.server.client(account.private_key, self.clock)
        try:
            client.deactivate_account(client.find_account())
        except RemoteError as exc:
            # RFC 8555 section 7.3.6: a deactivated account is told so with 401 and unauthorized, whatever it asks.
            if exc.code not in (UNKNOWN, "unauthorized"):
                raise
        accounts.delete(self.archive, account)

    def is_registered(self, account: AcmeAccount) -> bool:
        """Whether the CA still knows the account."""
        try:
            return self.server.client(account.private_key, self.clock).find_account() == account.url
        except RemoteError as exc:
            if exc.code != UNKNOWN:
                raise
            return False

    def require_usable(self, client: Client, account: AcmeAccount) -> None:
        """CertError if the CA does not answer, or no longer accepts the account (RFC 8555 section 7.3.6: it refuses
        whatever a deactivated one asks). One that it does not know is registered again by the order, and a CA that does
        not show accounts is asked for the order."""
        try:
            status = client.account_status(account.url or "")
        except RemoteError as exc:
            if exc.code in _UNSHOWN or exc.details.get("http_status") in _NO_SUCH_RESOURCE:
                return
            raise
        if status in _ENDED:
            contacts = f" and acme_contacts {', '.join(account.contacts)}" if account.contacts else ""
            raise RefusedError(
                f"the ACME account {account.url} is no longer valid: the CA says that it is {status}; run acme_account"
                f" with state=deactivated for acme_directory {account.directory}{contacts}, which makes the archive"
                " forget it, then run again, which registers a new one"
            )

    def settled(self, account: AcmeAccount) -> AcmeAccount:
        """A change of key that was begun, as the CA knows it."""
        if account.next_key is None:
            return account
        try:
            self.server.client(account.next_key, self.clock).find_account()
        except RemoteError as exc:
            if exc.code != UNKNOWN:
                raise
            return self._keep(account.unchanged())
        return self._keep(account.changed(self.clock.now()))

    def _keep(self, account: AcmeAccount) -> AcmeAccount:
        accounts.save(self.archive, account)
        return account
