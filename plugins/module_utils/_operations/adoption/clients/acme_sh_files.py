# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of acme.sh below its home, each in a directory of its own."""

from __future__ import annotations

import functools
import typing as t

from ...._clients.machine.foreign_files import ForeignDirectory
from ...._core.adoption import mapping
from ...._core.adoption.clients import acme_sh
from ...._core.adoption.found import AdoptionFinding
from ...._core.certificate.bundle import CERT, CHAIN, PRIVKEY
from ...._core.values import texts
from . import client_accounts, client_files
from .client_files import ClientState, HostFinding

SOURCE = "acme_sh"
_ECC = "_ecc"


def read(root: str) -> list[HostFinding]:
    """Every certificate; those of both kinds of keys are apart."""
    directory = ForeignDirectory(root)
    found = []
    for folder in directory.names(""):
        domain = folder.removesuffix(_ECC)
        configured = {f"{domain}.conf", f"{domain}.conf{acme_sh.REMOVED}"} & set(directory.names(folder))
        if "." in domain and configured:
            found.append(_certificate(directory, folder, domain, max(configured, key=len)))
    return found


def _certificate(directory: ForeignDirectory, folder: str, domain: str, conf: str) -> HostFinding:
    def files(finding: AdoptionFinding) -> tuple[t.Mapping[str, str], ClientState]:
        content = directory.read(f"{folder}/{conf}")
        settings = acme_sh.parsed(content.text if content else "")
        finding.settings = mapping.settings(directory=acme_sh.directory(settings))
        finding.notes += acme_sh.notes(settings)
        path = str(directory.place(f"{folder}/{domain}.conf"))
        account = functools.partial(client_accounts.of_acme_sh, directory, settings.get("Le_API", ""))
        state = ClientState(path, not conf.endswith(acme_sh.REMOVED), acme_sh.next_run(settings), account=account)
        parts = {CERT: f"{domain}.cer", CHAIN: "ca.cer", PRIVKEY: f"{domain}.key"}
        return {kind: f"{folder}/{name}" for kind, name in parts.items()}, state

    return client_files.found(AdoptionFinding(SOURCE, texts.cleaned(folder, 128)), directory, files)
