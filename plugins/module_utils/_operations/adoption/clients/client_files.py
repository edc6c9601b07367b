# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the readers of all clients have in common: a certificate with its key out of files, checked, and what makes the
client renew it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...._clients.machine import crypto, processes
from ...._clients.machine.foreign_files import ForeignDirectory
from ...._core.adoption.found import AdoptionFinding
from ...._core.adoption.shapes import SeenLineage, SeenScheduler
from ...._core.certificate.bundle import CERT, CHAIN, FULLCHAIN, PRIVKEY, Bundle, from_texts
from ...._core.certificate.certificate import Certificate
from ...._core.values import texts, times
from ...._errors import CertError, ConfigError
from .client_accounts import HostAccount, ReadAccount

LONGEST_REASON = 300


@dataclass(frozen=True)
class HostFinding:
    """What was found of a certificate, and the certificate with its key."""

    finding: AdoptionFinding
    bundle: Bundle | None = field(default=None, repr=False)
    account: HostAccount | None = None


@dataclass(frozen=True)
class ClientState:
    """Whether a client renews a certificate: the file that says so, or what only a person can stop; and the account
    with which it does."""

    path: str | None = None
    renews: bool = True
    next_run_at: str | None = None
    by_hand: str | None = None
    account: ReadAccount | None = None


Reads = t.Callable[[AdoptionFinding], tuple[t.Mapping[str, str], ClientState]]


def found(finding: AdoptionFinding, directory: ForeignDirectory, reads: Reads) -> HostFinding:
    """The certificate that these files make; what is wrong with them is a problem of this one alone. ``reads`` names
    the file of each part, and says what makes the client renew it."""
    try:
        files, state = reads(finding)
        bundle = _bundle(directory, files, finding)
        leaf = crypto.inspect(bundle.cert)
    except CertError as exc:
        finding.problems.append(exc.message)
        return HostFinding(finding)
    except ValueError as exc:
        finding.problems.append(f"{finding.theirs}: {exc}")
        return HostFinding(finding)
    account = _account(finding, state)
    finding.lineage = _lineage(leaf, account)
    finding.scheduler = _scheduler(finding.source, state, leaf)
    return HostFinding(finding, bundle, account)


def _account(finding: AdoptionFinding, state: ClientState) -> HostAccount | None:
    """The account of the client; one that cannot be used does not keep the certificate back."""
    try:
        return state.account() if state.account else None
    except (CertError, ValueError) as exc:
        finding.notes.append(
            f"its account with the CA cannot be taken along: {texts.cleaned(str(exc), LONGEST_REASON)}"
        )
        return None


def _bundle(directory: ForeignDirectory, files: t.Mapping[str, str], finding: AdoptionFinding) -> Bundle:
    parts: dict[str, str] = {}
    for kind, file in files.items():
        content = directory.read(file)
        if content is None:
            raise ConfigError([f"{directory.place(file)} does not exist"])
        if kind == PRIVKEY and content.is_shared:
            finding.warnings.append(f"{directory.place(file)} can be read by group or others")
        parts[kind] = content.text
    if CERT not in parts and FULLCHAIN in parts:
        parts[CERT], parts[CHAIN] = crypto.split(parts[FULLCHAIN])
    bundle = from_texts(parts)
    if not crypto.key_matches(bundle.privkey, bundle.cert):
        raise ValueError("the private key does not belong to the certificate")
    return bundle


def _lineage(leaf: Certificate, account: HostAccount | None) -> SeenLineage:
    return {
        "fingerprint_sha256": leaf.fingerprint_sha256,
        "domains": list(leaf.domains),
        "not_after": times.to_text(leaf.not_after),
        "issued_at": times.to_text(leaf.not_before),
        "account": {"directory": account.directory, "url": account.url} if account else None,
    }


def _scheduler(source: str, state: ClientState, leaf: Certificate) -> SeenScheduler:
    due = leaf.not_before + (leaf.not_after - leaf.not_before) * 2 / 3
    return {
        "kind": source,
        "region": None,
        "stack": None,
        "function": None,
        "concurrency": None,
        "rules": [],
        "table": None,
        "bucket": None,
        "path": state.path,
        "host": str(processes.current().get("host") or ""),
        "stopped": not state.renews,
        "busy": False,
        "next_run_at": (state.next_run_at or times.to_text(due)) if state.renews else None,
        "by_hand": state.by_hand,
    }
