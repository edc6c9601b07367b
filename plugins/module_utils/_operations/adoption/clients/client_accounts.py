# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account that a client has with the CA of a certificate, read as data; its key goes nowhere but into our
archive."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...._clients.machine import crypto
from ...._clients.machine.foreign_files import ForeignDirectory
from ...._core.adoption.clients import account_files, acme_sh
from ...._core.ca import directories
from ...._core.values import json_text, urls


@dataclass(frozen=True)
class HostAccount:
    """An account: the directory of its CA, its own URL there, its key."""

    directory: str
    url: str
    key: str = field(repr=False)


ReadAccount = t.Callable[[], "HostAccount | None"]


def of_certbot(directory: ForeignDirectory, server: str, name: str) -> HostAccount | None:
    """The account that the renewal configuration names."""
    folder = f"accounts/{account_files.place_of(server)}/{name}"
    key, about = directory.read(f"{folder}/private_key.json"), directory.read(f"{folder}/regr.json")
    if not name or key is None or about is None:
        return None
    pem = crypto.key_of_jwk(json_text.parsed(key.text))
    return _account(server, account_files.url_in(about.text, ("uri",)), pem)


def of_lego(directory: ForeignDirectory) -> HostAccount | None:
    """The account, if there is but one: nothing tells which of several a certificate is from."""
    hosts = directory.names("accounts")
    owners = directory.names(f"accounts/{hosts[0]}") if len(hosts) == 1 else []
    if len(owners) != 1:
        return None
    folder = f"accounts/{hosts[0]}/{owners[0]}"
    about = directory.read(f"{folder}/account.json")
    keys = [f"{folder}/keys/{owners[0]}.key", f"{folder}/{owners[0]}.key"]
    key = next((found for name in keys if (found := directory.read(name))), None)
    if about is None or key is None:
        return None
    known = {entry.url.split("/")[2]: entry.url for entry in directories.KNOWN.values()}
    server = account_files.url_in(about.text, ("server",)) or known.get(hosts[0])
    url = account_files.url_in(about.text, ("registration", "uri"), ("registration", "accountURL"))
    return _account(server, url, key.text)


def of_acme_sh(directory: ForeignDirectory, server: str) -> HostAccount | None:
    """The account with this CA."""
    folder = f"ca/{account_files.place_of(server)}"
    key, about = directory.read(f"{folder}/account.key"), directory.read(f"{folder}/ca.conf")
    if key is None or about is None:
        return None
    return _account(server, acme_sh.parsed(about.text).get("ACCOUNT_URL"), key.text)


def of_dehydrated(directory: ForeignDirectory) -> HostAccount | None:
    """The account, if there is but one."""
    names = directory.names("accounts")
    hashed = {account_files.hashed_place_of(one.url): one.url for one in directories.KNOWN.values()}
    server = hashed.get(names[0]) if len(names) == 1 else None
    if server is None:
        return None
    folder = f"accounts/{names[0]}"
    key, about = directory.read(f"{folder}/account_key.pem"), directory.read(f"{folder}/account_id.json")
    if key is None or about is None:
        return None
    return _account(server, account_files.url_in(about.text, ("url",)), key.text)


def _account(server: str | None, url: str | None, key: str) -> HostAccount | None:
    """The account, if all of it is known; ConfigError if we cannot sign with its key."""
    if not server or not url or urls.https_problem(server) or urls.https_problem(url):
        return None
    return HostAccount(server, url, crypto.signing_key(key))
