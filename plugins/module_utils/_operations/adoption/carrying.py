# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ACME account of another tool becomes ours: for CAA records that name it, for a first renewal that the CA counts
as one, and where its external binding is used up."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.archive import accounts
from ..._clients.archive.accounts import AcmeAccount
from ..._clients.machine import crypto
from ..._clients.stores.base import Archive
from ..._core.adoption.clients import account_files
from ..._core.adoption.shapes import SeenAccount, SeenProject
from ..._core.ca import directories
from ..._core.values.shapes import ProjectDefinition
from ..._core.values.waiting import Clock
from ..._errors import CertError, RemoteError
from ..ca.registrar import UNKNOWN, MakesClients

Server = t.Callable[[str, "str | None"], MakesClients]


@dataclass
class Carrying:
    """The account of one project on its way into our archive; ``url`` is its own, once it is there."""

    archive: Archive
    server: Server
    clock: Clock
    url: str | None = None
    warning: str | None = None

    def carry(self, project: SeenProject, definition: ProjectDefinition, keys: t.Mapping[str, str]) -> Carrying:
        """With the account of the project; what stands in the way of that is a warning, and a new account follows."""
        lineage = project["lineage"]
        account = lineage["account"] if lineage else None
        key = keys.get(account["url"]) if account else None
        if account is None or key is None:
            return self
        try:
            self.url = self._kept(account, crypto.signing_key(key), definition)
        except CertError as exc:
            why = exc.message
            self.warning = (
                f"the account {account['url']} is not taken along: {why}; the first renewal uses another one, so change"
                " CAA records with accounturi before"
            )
        return self

    def _kept(self, account: SeenAccount, key: str, definition: ProjectDefinition) -> str:
        """The URL of the account, which the archive has; CertError if it cannot have it."""
        directory = directories.resolve(definition["acme_directory"]).url
        if directory != account["directory"]:
            raise CertError(f"renewals come from {directory}, and it is with {account['directory']}")
        contacts = tuple(definition["acme_contacts"])
        known = accounts.load(self.archive, directory, contacts)
        if known is not None:
            if crypto.rewritten_key(known.private_key) != key:
                raise CertError("the archive has another one for this CA; set project_acme_contacts to tell them apart")
            return known.url or account["url"]
        url = self._confirmed(directory, definition["acme_ca_bundle"] or None, key)
        accounts.save(self.archive, AcmeAccount(directory, contacts, key, url))
        return url

    def _confirmed(self, directory: str, ca_bundle: str | None, key: str) -> str:
        """The URL that the CA has for the key."""
        client = self.server(directory, ca_bundle).client(key, self.clock)
        try:
            return client.find_account()
        except RemoteError as exc:
            if exc.code == UNKNOWN:
                raise CertError("the CA does not know it") from None
            raise


def chosen(project: SeenProject | None, wanted: bool | None, keys: t.Mapping[str, str]) -> t.Mapping[str, str]:
    """The keys of accounts, if the account of this project is to be taken along: by default those of clients that keep
    one, as we do."""
    is_kept = project is not None and project["source"] in account_files.KEEPERS
    return keys if (is_kept if wanted is None else wanted) else {}
