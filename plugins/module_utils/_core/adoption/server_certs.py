# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server certificates that no tool of ours or of the plugin keeps: uploaded by people, or by other programs."""

from __future__ import annotations

import re
import typing as t

from ..certificate.certificate import Certificate
from ..server_cert.server_certs import StoredCertificate
from ..values import domain_names, ownership
from .found import AdoptionFinding
from .shapes import SeenProject

# Where the SSL Plugin keeps them: a region, and a stack.
_PLUGIN_PATH = re.compile(r"/cloudfront/[a-z]{2}(-[a-z]+)+-\d/[A-Za-z][A-Za-z0-9-]*/")
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
# What is known to upload, by path and name.
_MAKERS = (
    ("/cloudfront/letsencrypt/", "le-", "certbot-s3front"),
    ("/cloudfront/", "certimate-", "Certimate"),
)


def is_loose(path: str) -> bool:
    """Whether a server certificate there belongs to no project, of ours or of the plugin."""
    ours = path.startswith(ownership.PROJECTS_PATH)
    return path.startswith(ownership.CLOUDFRONT_PATH) and not ours and not _PLUGIN_PATH.fullmatch(path)


def grouped(certificates: t.Iterable[tuple[StoredCertificate, Certificate]]) -> list[AdoptionFinding]:
    """A project for each set of names: certificates for the same names are one after the other of one site."""
    groups: dict[tuple[str, ...], list[StoredCertificate]] = {}
    for stored, leaf in certificates:
        groups.setdefault(leaf.domains, []).append(stored)
    return [_finding(domains, group) for domains, group in sorted(groups.items())]


def matched(
    host: SeenProject, certificates: t.Sequence[tuple[StoredCertificate, Certificate]], used: t.Container[str | None]
) -> AdoptionFinding:
    """What a client on a host has, with its server certificates: that which is the same certificate, and those for the
    same names that distributions use."""
    lineage = host["lineage"]
    own = [
        (one, leaf)
        for one, leaf in certificates
        if lineage
        and (
            leaf.fingerprint_sha256 == lineage["fingerprint_sha256"]
            or (one.id in used and set(leaf.domains) == set(lineage["domains"]))
        )
    ]
    same = [leaf for _one, leaf in own if lineage and leaf.fingerprint_sha256 == lineage["fingerprint_sha256"]]
    warnings = [*host["warnings"]]
    if own and not same:
        warnings.append("the host has another certificate than IAM, so the key of the one in service cannot be copied")
    return AdoptionFinding(
        source=host["source"],
        theirs=host["theirs"],
        paths=tuple(sorted({one.path for one, _leaf in own})),
        ids=frozenset(str(one.id) for one, _leaf in own),
        settings=host["settings"],
        scheduler=host["scheduler"],
        lineage=lineage,
        in_iam=bool(same),
        problems=[*host["problems"]],
        warnings=warnings,
        notes=[note for note in host["notes"] if "is in IAM" not in note],
    )


def one_each(findings: t.Sequence[AdoptionFinding]) -> list[AdoptionFinding]:
    """Of a lineage that several hosts have: the one whose certificate is in IAM; without such a one, each that
    differs."""
    settled = {one.theirs for one in findings if one.in_iam}
    found: dict[tuple[str, str], AdoptionFinding] = {}
    for one in findings:
        mark = one.lineage["fingerprint_sha256"] if one.lineage else ""
        if one.in_iam or one.theirs not in settled:
            found.setdefault((one.theirs, mark), one)
    return list(found.values())


def _finding(domains: tuple[str, ...], group: t.Sequence[StoredCertificate]) -> AdoptionFinding:
    theirs = _NOT_A_NAME.sub("-", domain_names.base(domains[0])).strip("-") if domains else group[0].name
    makers = sorted({maker for one in group if (maker := _maker(one))})
    notes = [f"it was uploaded by {' and '.join(makers)}, which has to be stopped by hand"] if makers else []
    warnings = ["nobody but who made it has its key: until the first renewal it cannot be restored or downloaded"]
    return AdoptionFinding(
        source="iam",
        theirs=theirs,
        paths=tuple(sorted({one.path for one in group})),
        ids=frozenset(str(one.id) for one in group),
        warnings=warnings,
        notes=notes,
    )


def _maker(one: StoredCertificate) -> str | None:
    return next((maker for path, start, maker in _MAKERS if one.path == path and one.name.startswith(start)), None)
