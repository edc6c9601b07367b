# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lineages of certbot below a configuration directory: their configuration, the newest whole version of their files."""

from __future__ import annotations

import functools
import typing as t

from ...._clients.machine.foreign_files import ForeignDirectory
from ...._core.adoption import mapping
from ...._core.adoption.clients import certbot
from ...._core.adoption.found import AdoptionFinding
from ...._core.values import texts
from ...._errors import ConfigError
from . import client_accounts, client_files
from .client_files import ClientState, HostFinding

SOURCE = "certbot"


def read(root: str) -> list[HostFinding]:
    """Every lineage; one that cannot be used says why, and the others are read."""
    directory = ForeignDirectory(root)
    names = [one for one in directory.names("renewal") if one.endswith(".conf")]
    return [_lineage(directory, name.removesuffix(".conf")) for name in names]


def _lineage(directory: ForeignDirectory, name: str) -> HostFinding:
    def files(finding: AdoptionFinding) -> tuple[t.Mapping[str, str], ClientState]:
        configured = directory.read(f"renewal/{name}.conf")
        lineage = certbot.parsed(configured.text if configured else "")
        finding.settings = mapping.settings(directory=lineage.directory)
        finding.notes += lineage.hooks()
        found = certbot.newest(directory.names(f"archive/{name}"))
        if not found:
            raise ConfigError([f"archive/{finding.theirs} has no version of which all four files exist"])
        path = str(directory.place(f"renewal/{name}.conf"))
        account = functools.partial(client_accounts.of_certbot, directory, lineage.server, lineage.account)
        state = ClientState(path, lineage.renews, account=account)
        return {kind: f"archive/{name}/{file}" for kind, file in found.items()}, state

    return client_files.found(AdoptionFinding(SOURCE, texts.cleaned(name, 128)), directory, files)
