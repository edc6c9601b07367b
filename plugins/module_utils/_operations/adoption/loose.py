# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what no tool known here keeps: uploads in IAM and certificates of ACM that CloudFront uses, and the files of
clients that belong to them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.aws.regional.tagging import ACM_CERTIFICATE
from ..._clients.machine import crypto
from ..._core.acm_cert.certificates import AcmSummary
from ..._core.adoption import acm_certs, uploads
from ..._core.adoption.acm_certs import AcmAccountView, AcmFacts
from ..._core.adoption.found import AdoptionFinding
from ..._core.bind.distributions import DEPLOYED, Distribution, used_certificates
from ..._core.certificate.certificate import Certificate
from ..._core.server_cert.server_certs import StoredCertificate
from ..._core.values import ownership, partitions
from ..._core.values.shapes import ProjectDocument
from ..._errors import CertError
from ..targets import tenants
from .request import AdoptionAws, AdoptionInfoRequest

# The users of a certificate by its ID or ARN: each with whether it is deployed, and the names that it serves.
Users = dict[str, list[tuple[str, bool, tuple[str, ...]]]]
# They have no name of their own by which a later reading would find them.
NAMELESS = ("iam", "acm")


def users_of(aws: AdoptionAws) -> Users:
    """What uses each certificate: distributions, and tenants that have one of their own."""
    found: Users = {}
    listed: tuple[Distribution, ...] = aws.cloudfront.list_distributions()
    for one in listed:
        for certificate in used_certificates(one.viewer):
            found.setdefault(certificate, []).append((one.id, one.status == DEPLOYED, one.aliases))
    for tenant in tenants.listed(aws.cloudfront, listed):
        if tenant.certificate:
            entry = (tenant.id, tenant.status == DEPLOYED, tenant.domains)
            found.setdefault(tenant.certificate, []).append(entry)
    return found


@dataclass
class Leaves:
    """What certificates say of themselves, and the fingerprints of their chains. Their content stays, so an earlier
    reading will do, or what a document says."""

    aws: AdoptionAws
    known: dict[str, Certificate] = field(default_factory=dict)
    chains: dict[str, str | None] = field(default_factory=dict)

    def of(self, one: StoredCertificate) -> Certificate:
        """The leaf of this one; CertError if it is gone."""
        key = one.id or ""
        if key not in self.known:
            leaf, chain = self._pems(one)
            self.known[key], self.chains[key] = crypto.inspect(leaf), crypto.chain_fingerprint(chain)
        return self.known[key]

    def _pems(self, one: StoredCertificate) -> tuple[str, str]:
        if one.path:
            content = self.aws.iam.get_server_certificate(one.name)
            found = (content.body, content.chain) if content else None
        else:
            issued = self.aws.acm.get_certificate(one.id or "") if self.aws.acm else None
            found = (issued.leaf, issued.chain) if issued else None
        if found is None:
            raise CertError(f"certificate {one.name} was deleted while it was read; run again")
        return found


@dataclass
class LooseReader:
    """Reads each thing once; ``listed`` are the server certificates of IAM."""

    aws: AdoptionAws
    request: AdoptionInfoRequest
    users: Users
    leaves: Leaves
    listed: t.Sequence[StoredCertificate]
    in_acm: list[StoredCertificate] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)

    def read(self) -> list[AdoptionFinding]:
        """What people uploaded, imported or requested, as far as CloudFront uses it."""
        wants_iam = "iam" in self.request.sources
        if not (wants_iam or "acm" in self.request.sources or self.request.hosts):
            return []
        facts = self._read_acm()
        loose = [(one, self.leaves.of(one)) for one in self.listed if uploads.is_loose(one.path)]
        loose += [(one, self.leaves.of(one)) for one in self.in_acm if one.id in facts]
        hosts = [uploads.matched(host, loose, self.users, facts) for host in self.request.hosts]
        matched = uploads.one_each(hosts)
        taken = {taken for one in matched for taken in one.ids}
        wanted = [(one, leaf) for one, leaf in loose if one.id in self.users and one.id not in taken]
        left = [(one, leaf) for one, leaf in wanted if ("iam" if one.path else "acm") in self.request.sources]
        return [*matched, *uploads.grouped(left, facts)]

    def begun(self, documents: t.Mapping[str, ProjectDocument], names: t.Container[str]) -> list[AdoptionFinding]:
        """What is ours already: adoptions that were killed before they were recorded, and those of an earlier reading.
        Nothing but their document says what they were; ``names`` are found in another way."""
        known = {(one["source"], one["theirs"]) for one in self.request.known}
        found = []
        for name, document in documents.items():
            adoption = document["adoption"]
            if adoption is None or name in names or adoption["source"] not in NAMELESS:
                continue
            is_open = adoption["phase"] != "done" and adoption["source"] in self.request.sources
            if is_open or (adoption["source"], adoption["theirs"]) in known:
                found.append(AdoptionFinding(adoption["source"], adoption["theirs"], ours=name))
        return found

    def own_names(self) -> set[str]:
        """The projects that have something in IAM or ACM, as far as they may be what ``begun`` looks for."""
        return self.ours() if set(NAMELESS) & set(self.request.sources) else set()

    def ours(self) -> set[str]:
        """The projects that have something in IAM or ACM, as far as it was listed."""
        start = ownership.PROJECTS_PATH
        below = {one.path.removeprefix(start).strip("/") for one in self.listed if one.path.startswith(start)}
        return below | {name for name in self.owners.values() if name}

    def _read_acm(self) -> dict[str, AcmFacts]:
        """What is known of each certificate of ACM that may be adopted; nothing is asked where CloudFront uses none."""
        used = {key for key in self.users if partitions.service_of(key) == "acm"}
        if self.aws.acm is None or self.aws.tagging is None or not used:
            return {}
        tags = self.aws.tagging.get_resources(ACM_CERTIFICATE)
        view = acm_certs.viewed(self.aws.acm.list_certificates(), tags, used)
        self.owners = view.owners
        known = acm_certs.known_facts(self.request.known)
        self.in_acm = [_stored(one) for one in (*view.loose.values(), *view.owned)]
        return {arn: known.get(arn) or self._facts(view, one) for arn, one in view.loose.items()}

    def _facts(self, view: AcmAccountView, one: AcmSummary) -> AcmFacts:
        described = self.aws.acm.describe_certificate(one.arn) if self.aws.acm else None
        if described is None:
            raise CertError(f"certificate {one.arn} was deleted while it was read; run again")
        return acm_certs.facts(one, described, view.tags.get(one.arn, {}))


def _stored(one: AcmSummary) -> StoredCertificate:
    """A certificate of ACM like one of IAM: by its ARN, without a path."""
    return StoredCertificate(one.arn, "", one.arn, one.arn, one.created_at, one.not_after)
