# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of lego below its directory, of v4 and v5. It has no switch for one of them."""

from __future__ import annotations

import functools
import typing as t

from ...._clients.machine.foreign_files import ForeignDirectory
from ...._core.adoption import mapping
from ...._core.adoption.found import AdoptionFinding
from ...._core.ca import directories
from ...._core.certificate.bundle import FULLCHAIN, PRIVKEY
from ...._core.values import texts
from . import client_accounts, client_files
from .client_files import ClientState, HostFinding

SOURCE = "lego"
_SUFFIX, _ISSUER = ".crt", ".issuer.crt"


def read(root: str) -> list[HostFinding]:
    """Every certificate."""
    directory = ForeignDirectory(root)
    names = directory.names("certificates")
    server = _server(directory)
    found = [name for name in names if name.endswith(_SUFFIX) and not name.endswith(_ISSUER)]
    return [_certificate(directory, name.removesuffix(_SUFFIX), server) for name in found]


def _certificate(directory: ForeignDirectory, name: str, server: str | None) -> HostFinding:
    def files(finding: AdoptionFinding) -> tuple[t.Mapping[str, str], ClientState]:
        finding.settings = mapping.settings(directory=server)
        hand = f"take the lego job for {finding.theirs} out of cron, or out of its unit"
        state = ClientState(by_hand=hand, account=functools.partial(client_accounts.of_lego, directory))
        base = f"certificates/{name}"
        return {FULLCHAIN: f"{base}{_SUFFIX}", PRIVKEY: f"{base}.key"}, state

    # A wildcard begins with an underscore there.
    return client_files.found(AdoptionFinding(SOURCE, texts.cleaned(name, 128)), directory, files)


def _server(directory: ForeignDirectory) -> str | None:
    """The CA, if all accounts are with one: the path has its host, and no more than that."""
    hosts = directory.names("accounts")
    known = {entry.url.split("/")[2]: entry.url for entry in directories.KNOWN.values()}
    return directories.name_of(known.get(hosts[0], "")) if len(hosts) == 1 else None
