# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that no tool of ours or of the plugin keeps: uploaded to IAM or imported into ACM by people or by other
programs, and those that ACM issued."""

from __future__ import annotations

import re
import typing as t

from ..certificate.certificate import Certificate
from ..project import places
from ..server_cert.server_certs import StoredCertificate
from ..values import domain_names, ownership
from . import mapping
from .acm_certs import NO_KEY, AcmFacts
from .found import AdoptionFinding
from .shapes import SeenLineage, SeenProject

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


def grouped(
    certificates: t.Iterable[tuple[StoredCertificate, Certificate]], acm: t.Mapping[str, AcmFacts]
) -> list[AdoptionFinding]:
    """A project for each set of names: certificates for the same names are one after the other of one site, whether in
    IAM or imported into ACM. Those that ACM renews are apart. ``acm`` is what is known of those of ACM."""
    groups: dict[tuple[bool, tuple[str, ...]], list[StoredCertificate]] = {}
    for stored, leaf in certificates:
        groups.setdefault((_is_issued_by_acm(stored, acm), leaf.domains), []).append(stored)
    return [_finding(domains, group, acm) for (_is_issued, domains), group in sorted(groups.items())]


def matched(
    host: SeenProject,
    certificates: t.Sequence[tuple[StoredCertificate, Certificate]],
    used: t.Container[str | None],
    acm: t.Mapping[str, AcmFacts],
) -> AdoptionFinding:
    """What a client on a host has, with its certificates in IAM and ACM: that which is the same certificate, and those
    for the same names that distributions use. What ACM renews itself belongs to none of them."""
    lineage = host["lineage"]
    able = [(one, leaf) for one, leaf in certificates if lineage and not _is_issued_by_acm(one, acm)]
    own = [(one, leaf) for one, leaf in able if lineage and _is_of_lineage(leaf, lineage, one.id in used)]
    same = [leaf for _one, leaf in own if lineage and leaf.fingerprint_sha256 == lineage["fingerprint_sha256"]]
    facts = [acm[str(one.id)] for one, _leaf in own if one.id in acm]
    warnings = [*host["warnings"], *(warning for known in facts for warning in known.warnings)]
    if own and not same:
        warnings.append(
            "the host has another certificate than IAM or ACM, so the key of the one in service cannot be copied"
        )
    return AdoptionFinding(
        source=host["source"],
        theirs=host["theirs"],
        paths=tuple(sorted({one.path for one, _leaf in own})),
        ids=frozenset(str(one.id) for one, _leaf in own),
        settings={**host["settings"], "targets": _targets(facts)},
        scheduler=host["scheduler"],
        lineage=lineage,
        in_iam=bool(same),
        problems=[*host["problems"]],
        warnings=warnings,
        notes=[note for note in host["notes"] if "is in IAM" not in note],
    )


def _is_of_lineage(leaf: Certificate, lineage: SeenLineage, is_used: bool) -> bool:
    is_same = leaf.fingerprint_sha256 == lineage["fingerprint_sha256"]
    return is_same or (is_used and set(leaf.domains) == set(lineage["domains"]))


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


def _finding(
    domains: tuple[str, ...], group: t.Sequence[StoredCertificate], acm: t.Mapping[str, AcmFacts]
) -> AdoptionFinding:
    theirs = _NOT_A_NAME.sub("-", domain_names.base(domains[0])).strip("-") if domains else group[0].name
    makers = sorted({maker for one in group if (maker := _maker(one))})
    facts = [acm[str(one.id)] for one in group if one.id in acm]
    notes = [f"it was uploaded by {' and '.join(makers)}, which has to be stopped by hand"] if makers else []
    is_issued = any(known.is_issued_by_acm for known in facts)
    notes += ["ACM issued it and renews it: it is watched here, and stays as it is"] if is_issued else []
    settings = facts[0].settings if is_issued else mapping.settings(targets=_targets(facts))
    return AdoptionFinding(
        source=places.ACM if len(facts) == len(group) else places.IAM,
        theirs=theirs,
        paths=tuple(sorted({one.path for one in group if one.path})),
        ids=frozenset(str(one.id) for one in group),
        settings=settings,
        warnings=[*([] if is_issued else [NO_KEY]), *(warning for known in facts for warning in known.warnings)],
        notes=notes,
    )


def _is_issued_by_acm(one: StoredCertificate, acm: t.Mapping[str, AcmFacts]) -> bool:
    known = acm.get(one.id or "")
    return known is not None and known.is_issued_by_acm


def _targets(facts: t.Sequence[AcmFacts]) -> list[str] | None:
    """What certificates of ACM are bound to, beside distributions; None if it is nothing."""
    found = sorted({target for known in facts for target in known.settings["targets"] or ()})
    return found if len(found) > 1 else None


def _maker(one: StoredCertificate) -> str | None:
    return next((maker for path, start, maker in _MAKERS if one.path == path and one.name.startswith(start)), None)
