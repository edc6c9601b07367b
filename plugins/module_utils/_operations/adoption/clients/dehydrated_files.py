# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of dehydrated below its base directory. Its configuration is a program, so only certificates are read;
it has no switch for one of them."""

from __future__ import annotations

import functools
import typing as t

from ...._clients.machine.foreign_files import ForeignDirectory
from ...._core.adoption.found import AdoptionFinding
from ...._core.certificate.bundle import CERT, CHAIN, FULLCHAIN, PRIVKEY
from ...._core.values import texts
from . import client_accounts, client_files
from .client_files import ClientState, HostFinding

SOURCE = "dehydrated"


def read(root: str) -> list[HostFinding]:
    """Every certificate."""
    directory = ForeignDirectory(root)
    return [
        _certificate(directory, name)
        for name in directory.names("certs")
        if PRIVKEY in directory.names(f"certs/{name}")
    ]


def _certificate(directory: ForeignDirectory, name: str) -> HostFinding:
    def files(finding: AdoptionFinding) -> tuple[t.Mapping[str, str], ClientState]:
        hand = f"take {finding.theirs} out of domains.txt, or stop the job that runs dehydrated"
        parts = {kind: f"certs/{name}/{kind}" for kind in (CERT, CHAIN, FULLCHAIN, PRIVKEY)}
        return parts, ClientState(by_hand=hand, account=functools.partial(client_accounts.of_dehydrated, directory))

    return client_files.found(AdoptionFinding(SOURCE, texts.cleaned(name, 128)), directory, files)
