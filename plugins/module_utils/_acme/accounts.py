# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The persistent ACME account of a directory and its contacts: made once, kept in the archive, never used for a certificate."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass, field, replace

from .. import _crypto
from .._errors import CertError
from .._stores.base import Archive

KEY_TYPE = "ecdsa_p256"
SCHEMA = 1


@dataclass(frozen=True)
class Account:
    """``url`` is None as long as the key is not registered with the CA."""

    directory: str
    contacts: tuple[str, ...]
    private_key: str = field(repr=False)
    url: str | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """The document, which holds the account key."""
        return {"schema": SCHEMA, "directory": self.directory, "contacts": list(self.contacts), "private_key": self.private_key, "url": self.url}

    @classmethod
    def from_dict(cls, fields: t.Mapping[str, t.Any]) -> Account:
        """The inverse of ``as_dict``; raises KeyError, TypeError or ValueError for a damaged document."""
        if fields["schema"] != SCHEMA:
            raise ValueError(f"schema {fields['schema']!r} is unknown to this version")
        return cls(directory=str(fields["directory"]), contacts=tuple(fields["contacts"]), private_key=str(fields["private_key"]), url=fields["url"])

    def at(self, url: str) -> Account:
        """The same account, registered."""
        return replace(self, url=url)


def load(archive: Archive, directory: str, contacts: tuple[str, ...]) -> Account | None:
    """The account that earlier runs kept, or None."""
    key = _archive_key(directory, contacts)
    content = archive.get(key)
    if content is None:
        return None
    try:
        fields = json.loads(content)
        return Account.from_dict(fields)
    except (KeyError, TypeError, ValueError):
        # "from None": the decoder's error quotes the document, which holds the account key
        raise CertError(f"the ACME account {key} in {archive.uri} is damaged; restore it, or delete it so that a new account is registered") from None


def new(directory: str, contacts: tuple[str, ...]) -> Account:
    """An account with a new key that no CA knows yet."""
    return Account(directory=directory, contacts=contacts, private_key=_crypto.generate_key(KEY_TYPE))


def save(archive: Archive, account: Account) -> None:
    """Keep the account for later runs."""
    archive.put(_archive_key(account.directory, account.contacts), json.dumps(account.as_dict(), indent=2).encode())


def _archive_key(directory: str, contacts: tuple[str, ...]) -> str:
    identity = "\n".join((directory, *sorted(contact.lower() for contact in contacts)))
    return f"accounts/{hashlib.sha256(identity.encode()).hexdigest()[:24]}.json"
