# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project document: its shape, its checks, and what it says about the certificate in service."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..ca import directories, issuances
from ..certificate import renewal
from ..certificate.certificate import Certificate
from ..certificate.renewal import RenewalDecision, SlowestSchedule
from ..certificate.renewal_info import RenewalInfo, known
from ..values import domain_names, texts, times
from ..values.shapes import CertificateRecord, ProjectDefinition, ProjectDocument
from . import (
    definition as project_definition,
    identity,
    pending_revocations,
    places,
    schema,
    sources,
)

SCHEMA = schema.SCHEMA
# The phase of an adoption that came to its end.
ADOPTED = "done"


def new_document(name: str, definition: ProjectDefinition) -> ProjectDocument:
    """The document of a project of which nothing is known yet."""
    return {
        "schema": SCHEMA,
        "name": name,
        "account": None,
        "definition": definition.copy(),
        "certificate": None,
        "superseded": [],
        "issued": [],
        "revoked": {},
        "subscribed": [],
        "to_withdraw": [],
        "renewal": {"renew_at": None, "reason": None, "ari": {}, "next_attempt_at": None, "failures": 0},
        "journal": None,
        "last_run": None,
        "history": [],
        "fence": 0,
        "lock": None,
        "adoption": None,
    }


def loaded(name: str, stored: t.Mapping[str, t.Any]) -> ProjectDocument:
    """A document as it was read, in the form of today and with every key; raises ValueError if it is damaged or of a
    later version."""
    stored = schema.upgraded(stored)
    if stored.get("name") != name or not isinstance(stored.get("definition"), dict):
        raise ValueError(
            f"it has no definition of a project named {texts.quoted(name)}; repair it, or restore it from a backup"
        )
    found = schema.checked(stored)
    definition = project_definition.with_defaults(name, found["definition"])
    empty = new_document(name, definition)
    document: ProjectDocument = {**empty, **found, "definition": definition}
    document["renewal"] = {**empty["renewal"], **document["renewal"]}
    document["renewal"]["ari"] = document["renewal"]["ari"] or {}
    try:
        _check_sense(document)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as exc:
        why = texts.cleaned(f"{type(exc).__name__}: {exc}", texts.LONGEST_QUOTE)
        raise ValueError(f"a part of it is damaged ({why}); repair it, or restore it from a backup") from exc
    return document


def _check_sense(document: ProjectDocument) -> None:
    """Raises for a document of the right shape from whose values nothing can be computed."""
    identity.check_record(document["account"])
    if document["renewal"]["ari"]:
        RenewalInfo.from_dict(document["renewal"]["ari"])
    for entry in filter(None, (document["certificate"], *document["superseded"])):
        certificate = Certificate.from_dict(entry)
        if certificate.not_after < certificate.not_before:
            raise ValueError(f"certificate {certificate.serial} ends before it starts")
        decided({**document, "certificate": entry}, certificate.not_after)
    issuances.of(document)


def previous(document: ProjectDocument) -> tuple[str, ...]:
    """IDs (or ARNs, for ACM) of the recorded and the superseded certificates, whose distributions a run takes over."""
    entries = [entry for entry in (document["certificate"], *document["superseded"]) if entry]
    found = [key for entry in entries for key in places.keys(entry) or (entry.get("arn"),)]
    return tuple(dict.fromkeys(str(key) for key in found if key))


def recorded(document: ProjectDocument) -> CertificateRecord:
    """The recorded certificate of a document that has one."""
    certificate = document["certificate"]
    if certificate is None:
        raise TypeError(f"project {document['name']} has no certificate")
    return certificate


def is_being_adopted(document: ProjectDocument) -> bool:
    """Whether the project is being taken over from another tool, so that it is not ours yet."""
    return document["adoption"] is not None and document["adoption"]["phase"] != ADOPTED


def is_deployed(document: ProjectDocument) -> bool:
    """Whether the recorded certificate was seen on its distributions."""
    return bool(document["certificate"] and document["certificate"].get("deployed"))


def is_recorded(document: ProjectDocument) -> bool:
    """Whether the certificate of the journal, if there is one, is the one in the record, so that only its deployment is
    missing."""
    certificate, unfinished = document["certificate"], document["journal"]
    if certificate is None or unfinished is None:
        return False
    return unfinished["fingerprint_sha256"] == certificate["fingerprint_sha256"] or unfinished["action"] in (
        "rebind",
        "resume",
    )


def _renew_at(document: ProjectDocument, now: datetime) -> str | None:
    return None if document["certificate"] is None else times.to_text(decided(document, now).renew_at)


def decided(document: ProjectDocument, now: datetime) -> RenewalDecision:
    """When the recorded certificate is to be renewed, by its lifetime, the definition, and what the CA said of it."""
    certificate, definition = Certificate.from_dict(recorded(document)), document["definition"]
    if definition["source"] != sources.ACME:
        return sources.decide(certificate, definition["source"], now)
    return renewal.decide(certificate, definition["renewal_interval_days"], now, renewal_info(document))


def renewal_info(document: ProjectDocument) -> RenewalInfo | None:
    """What is known of the recorded certificate's renewal information; None if it has none, or the definition does not
    want it."""
    definition = document["definition"]
    asks = definition["acme_renewal_info"] and definition["source"] == sources.ACME
    if document["certificate"] is None or not asks:
        return None
    return known(document["renewal"]["ari"], Certificate.from_dict(document["certificate"]))


def with_renewal_info(document: ProjectDocument, info: RenewalInfo | None, now: datetime) -> ProjectDocument:
    """The document with what the CA says of the recorded certificate's renewal, and the time that follows from it."""
    state = document["renewal"].copy()
    state["ari"] = info.as_dict() if info else {}
    decision = decided({**document, "renewal": state}, now)
    state["renew_at"], state["reason"] = times.to_text(decision.renew_at), decision.reason
    return {**document, "renewal": state}


def slowest_schedule(document: ProjectDocument) -> SlowestSchedule | None:
    """How far apart the runs of this project may be; None without a certificate."""
    if document["certificate"] is None or document["definition"]["source"] != sources.ACME:
        return None
    certificate = Certificate.from_dict(document["certificate"])
    return renewal.slowest_schedule(
        document["name"], certificate, document["definition"]["renewal_interval_days"], renewal_info(document)
    )


def authority(document: ProjectDocument) -> tuple[str, str | None]:
    """The CA of the recorded certificate, which may be a fallback: the URL of its directory, and the file that its own
    certificate is checked against."""
    certificate, definition = recorded(document), document["definition"]
    url = directories.resolve(
        certificate.get("directory") or certificate.get("acme_directory") or definition["acme_directory"]
    ).url
    for choice in (definition, *definition["acme_fallbacks"]):
        if directories.resolve(choice["acme_directory"]).url == url:
            return url, choice.get("acme_ca_bundle") or None
    return url, None


def to_be_revoked(document: ProjectDocument) -> list[dict[str, t.Any]]:
    """The certificates that are still to be revoked, each with the file that its own CA, which may be a fallback, is
    checked against."""
    entries = pending_revocations.pending(document, is_recorded(document))
    return [{**entry, "acme_ca_bundle": authority({**document, "certificate": entry})[1]} for entry in entries]


def _domains_changed(document: ProjectDocument) -> bool:
    certificate, definition = document["certificate"], document["definition"]
    if certificate is not None and definition["source"] == sources.FILES:
        return bool(domain_names.uncovered(certificate["domains"], definition["domains"]))
    return certificate is not None and set(certificate["domains"]) != set(definition["domains"])
