# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The persistent ACME account of a directory and its contacts: made once, kept in the archive, never used for a
certificate."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..._core.values import json_text, texts, times
from ..._errors import CertError
from ..machine import crypto
from ..stores.base import Archive

KEY_TYPE = "ecdsa_p256"
SCHEMA = 1


@dataclass(frozen=True)
class AcmeAccount:
    """``url`` is None as long as the key is not registered with the CA.

    With ``next_key``, a change to that key was begun, and only the CA knows whether it took place.
    """

    directory: str
    contacts: tuple[str, ...]
    private_key: str = field(repr=False)
    url: str | None = None
    key_since: str | None = None
    next_key: str | None = field(default=None, repr=False)

    def as_dict(self) -> dict[str, t.Any]:
        """The document, which holds the account key."""
        return {
            "schema": SCHEMA,
            "directory": self.directory,
            "contacts": list(self.contacts),
            "private_key": self.private_key,
            "url": self.url,
            "key_since": self.key_since,
            "next_key": self.next_key,
        }

    @classmethod
    def from_dict(cls, fields: t.Mapping[str, t.Any]) -> AcmeAccount:
        """The inverse of ``as_dict``; raises KeyError, TypeError or ValueError for a damaged document."""
        if fields["schema"] != SCHEMA:
            raise ValueError(f"schema {texts.quoted(fields['schema'])} is unknown to this version")
        return cls(
            directory=str(fields["directory"]),
            contacts=tuple(fields["contacts"]),
            private_key=str(fields["private_key"]),
            url=fields["url"],
            key_since=fields.get("key_since"),
            next_key=fields.get("next_key"),
        )

    def at(self, url: str) -> AcmeAccount:
        """The same account, registered."""
        return replace(self, url=url)

    def with_contacts(self, contacts: tuple[str, ...]) -> AcmeAccount:
        """The same account under other contacts."""
        return replace(self, contacts=contacts)

    def changing(self) -> AcmeAccount:
        """The same account before its key is changed to a new one."""
        return replace(self, next_key=crypto.generate_key(KEY_TYPE))

    def changed(self, now: datetime) -> AcmeAccount:
        """The same account after the CA took the new key."""
        return replace(self, private_key=self.next_key or self.private_key, next_key=None, key_since=times.to_text(now))

    def unchanged(self) -> AcmeAccount:
        """The same account after the CA did not take the new key."""
        return replace(self, next_key=None)


def load(archive: Archive, directory: str, contacts: tuple[str, ...]) -> AcmeAccount | None:
    """The account that earlier runs kept, or None."""
    key = _archive_key(directory, contacts)
    content = archive.get(key)
    if content is None:
        return None
    try:
        fields = json_text.parsed(content)
        return AcmeAccount.from_dict(fields)
    except (KeyError, TypeError, ValueError):
        # "from None": the decoder's error quotes the document, which holds the account key
        raise CertError(
            f"the ACME account {key} in {archive.uri} is damaged; restore it, or delete it so that a new account is"
            " registered"
        ) from None


def new(directory: str, contacts: tuple[str, ...], now: datetime) -> AcmeAccount:
    """An account with a new key that no CA knows yet."""
    return AcmeAccount(
        directory=directory, contacts=contacts, private_key=crypto.generate_key(KEY_TYPE), key_since=times.to_text(now)
    )


def save(archive: Archive, account: AcmeAccount) -> None:
    """Keep the account for later runs."""
    archive.put(_archive_key(account.directory, account.contacts), json.dumps(account.as_dict(), indent=2).encode())


def delete(archive: Archive, account: AcmeAccount) -> None:
    """Keep the account no longer."""
    archive.delete(_archive_key(account.directory, account.contacts))


def is_same_place(one: AcmeAccount, other: AcmeAccount) -> bool:
    """Whether the archive keeps both under the same key: their contacts differ in the case of letters at most."""
    return _archive_key(one.directory, one.contacts) == _archive_key(other.directory, other.contacts)


def _archive_key(directory: str, contacts: tuple[str, ...]) -> str:
    identity = "\n".join((directory, *sorted(contact.lower() for contact in contacts)))
    return f"accounts/{hashlib.sha256(identity.encode()).hexdigest()[:24]}.json"
