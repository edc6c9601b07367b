# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lineages of certbot below a configuration directory: their configuration, the newest whole version of their files."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..._clients.machine import crypto, processes
from ..._clients.machine.foreign_files import ForeignDirectory
from ..._core.adoption import certbot, mapping
from ..._core.adoption.found import AdoptionFinding
from ..._core.adoption.shapes import SeenLineage, SeenScheduler
from ..._core.certificate.bundle import PRIVKEY, Bundle, from_texts
from ..._core.certificate.certificate import Certificate
from ..._core.values import texts, times
from ..._errors import CertError, ConfigError

SOURCE = "certbot"


@dataclass(frozen=True)
class HostFinding:
    """What was found of a lineage, and its certificate with the key."""

    finding: AdoptionFinding
    bundle: Bundle | None = field(default=None, repr=False)


def read(root: str) -> list[HostFinding]:
    """Every lineage; one that cannot be used says why, and the others are read."""
    directory = ForeignDirectory(root)
    names = [one for one in directory.names("renewal") if one.endswith(".conf")]
    return [_lineage(directory, name.removesuffix(".conf")) for name in names]


def _lineage(directory: ForeignDirectory, name: str) -> HostFinding:
    found = AdoptionFinding(SOURCE, texts.cleaned(name, 128))
    try:
        configured = directory.read(f"renewal/{name}.conf")
        lineage = certbot.parsed(configured.text if configured else "")
        found.settings = mapping.settings(directory=lineage.directory)
        found.notes += lineage.hooks()
        bundle = _bundle(directory, name, found)
        leaf = crypto.inspect(bundle.cert)
    except CertError as exc:
        found.problems.append(exc.message)
        return HostFinding(found)
    found.lineage = _seen(leaf)
    found.scheduler = _scheduler(directory, name, lineage, leaf)
    return HostFinding(found, bundle)


def _bundle(directory: ForeignDirectory, name: str, found: AdoptionFinding) -> Bundle:
    files = certbot.newest(directory.names(f"archive/{name}"))
    if not files:
        raise ConfigError([f"archive/{texts.cleaned(name, 128)} has no version of which all four files exist"])
    contents = {}
    for kind, file in files.items():
        content = directory.read(f"archive/{name}/{file}")
        if content is None:
            raise ConfigError([f"archive/{texts.cleaned(name, 128)}/{file} leads to no file"])
        if kind == PRIVKEY and content.is_shared:
            found.warnings.append(f"{directory.place(f'archive/{name}/{file}')} can be read by group or others")
        contents[kind] = content.text
    try:
        bundle = from_texts(contents)
    except ValueError as exc:
        raise ConfigError([f"archive/{texts.cleaned(name, 128)}: {exc}"]) from exc
    if not crypto.key_matches(bundle.privkey, bundle.cert):
        raise ConfigError([f"archive/{texts.cleaned(name, 128)}: the private key does not belong to the certificate"])
    return bundle


def _seen(leaf: Certificate) -> SeenLineage:
    return {
        "fingerprint_sha256": leaf.fingerprint_sha256,
        "domains": list(leaf.domains),
        "not_after": times.to_text(leaf.not_after),
        "issued_at": times.to_text(leaf.not_before),
    }


def _scheduler(directory: ForeignDirectory, name: str, lineage: certbot.Lineage, leaf: Certificate) -> SeenScheduler:
    due = leaf.not_before + (leaf.not_after - leaf.not_before) * 2 / 3
    return {
        "kind": SOURCE,
        "region": None,
        "stack": None,
        "function": None,
        "concurrency": None,
        "rules": [],
        "table": None,
        "bucket": None,
        "path": str(directory.place(f"renewal/{name}.conf")),
        "host": str(processes.current().get("host") or ""),
        "stopped": not lineage.renews,
        "busy": False,
        "next_run_at": times.to_text(due) if lineage.renews else None,
        "by_hand": None,
    }
