# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds after every run, also after one that was killed or that failed: the list is that of docs/safety.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cryptography import x509

from .world import PROJECT, World, public_bytes

REFUSED_DELETIONS = {
    ("DeleteServerCertificate", "DeleteConflict"),
    ("DeleteCertificate", "ResourceInUseException"),
}


def violations(start: World, now: World, calls: Sequence[dict[str, Any]], issued: Sequence[str]) -> list[str]:
    """Everything that is broken; ``start`` is how it was before, ``issued`` what the CA signed meanwhile."""
    checks = (
        _bindings(now),
        _settings(start, now),
        _deletions(calls),
        _foreign_certificates(start, now),
        _foreign_distributions(start, now),
        _foreign_words(start, now),
        _words_for_others(start, now),
        _keys(now, issued),
        (f"exposed: {each}" for each in now.exposed),
        # the story of restore begins with a certificate that somebody else deleted
        (each for each in _record(now) if each not in set(_record(start))),
    )
    return [problem for check in checks for problem in check]


def revocations(now: World, revoked: Sequence[str]) -> Iterator[str]:
    """What the CA revoked is on no distribution, and was replaced by a certificate that the record says was
    verified."""
    for each in now.distributions.values():
        if each.certificate in now.certificates and now.certificates[each.certificate].fingerprint in revoked:
            yield f"distribution {each.id} serves the certificate {each.certificate}, which is revoked"
    certificate = (now.document or {}).get("certificate")
    if revoked and certificate and (certificate["fingerprint_sha256"] in revoked or not certificate.get("deployed")):
        yield f"a certificate was revoked before the record said that {certificate['name']} is verified in its place"


def _bindings(now: World) -> Iterator[str]:
    """No distribution, tenant, listener or API domain refers to a missing certificate."""
    names = {each.name for each in now.certificates.values()}
    for arn, found in now.listeners.items():
        yield from (f"listener {arn} refers to the certificate {name}, which is gone" for name in set(found) - names)
    for each in now.distributions.values():
        if each.certificate is not None and each.certificate not in now.certificates:
            yield f"distribution {each.id} refers to the certificate {each.certificate}, which is gone"


def _settings(start: World, now: World) -> Iterator[str]:
    """No distribution lost, or gained, any other setting."""
    for number, before in start.distributions.items():
        after = now.distributions.get(number)
        if after is None:
            yield f"distribution {number} is gone"
        elif after.rest != before.rest:
            yield f"distribution {number} has other settings than before, besides its certificate"


def _deletions(calls: Sequence[dict[str, Any]]) -> Iterator[str]:
    """It was not even tried to delete a certificate that is in use."""
    for call in calls:
        if (call["operation"], call["error"]) in REFUSED_DELETIONS:
            yield f"tried to delete a certificate in use: {call['params']}"


def _foreign_certificates(start: World, now: World) -> Iterator[str]:
    """No certificate that is not ours was touched."""
    for number, before in start.certificates.items():
        if not before.is_ours and now.certificates.get(number) != before:
            yield f"the foreign certificate {before.name} was touched"


def _foreign_distributions(start: World, now: World) -> Iterator[str]:
    """A distribution keeps what it had, or gets a certificate of ours if its names are the project's."""
    for number, before in start.distributions.items():
        after = now.distributions.get(number)
        if after is None or after.certificate == before.certificate:
            continue
        if "foreign.example" in before.rest["Aliases"].get("Items", []):
            yield f"the foreign distribution {number} was bound anew"
        elif after.certificate is None or not (
            after.certificate in now.certificates and now.certificates[after.certificate].is_ours
        ):
            yield f"distribution {number} was given {after.certificate}, which is not ours"


def _foreign_words(start: World, now: World) -> Iterator[str]:
    """No topic and no challenge value that is not ours was touched."""
    for name, endpoints in start.topics.items():
        if name != f"certops-{PROJECT}" and now.topics.get(name) != endpoints:
            yield f"the foreign topic {name} was touched"
    for name, values in start.challenges.items():
        lost = {value for value in values if "foreign" in value} - set(now.challenges.get(name, ()))
        if lost:
            yield f"the foreign values {sorted(lost)} of {name} are gone"


def _words_for_others(start: World, now: World) -> Iterator[str]:
    """The parameter that templates refer to names no certificate that is gone, and ACM finds its records again."""
    if now.published is not None and now.published not in now.certificates:
        yield f"the parameter names {now.published}, which is gone"
    yield from (
        f"the record {name}, which ACM needs, is gone" for name in set(start.validations) - set(now.validations)
    )


def _keys(now: World, issued: Sequence[str]) -> Iterator[str]:
    """The key of every certificate that was issued is in the archive."""
    for pem in issued:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        if public_bytes(certificate.public_key()) not in now.keys:
            yield f"the key of the certificate {certificate.serial_number:x} is lost"


def _record(now: World) -> Iterator[str]:
    """The record is never ahead of the truth. While a project is being deleted, and its journal says so, it says what
    is to be deleted."""
    document = now.document or {}
    certificate, journal = document.get("certificate"), document.get("journal") or {}
    if not certificate or (journal.get("run") == "delete" and journal["phase"] != "done"):
        return
    place = certificate["id"] or certificate["arn"]
    stored = now.certificates.get(place)
    if stored is None or (certificate["id"] and stored.name != certificate["name"]):
        yield f"the record says {certificate['name']}, but {place} does not exist"
    elif stored.fingerprint != certificate["fingerprint_sha256"] and not _is_behind(document):
        yield f"the record says {certificate['name']}, but {place} has other content"
    yield from _archived(now, document, certificate)
    if certificate.get("deployed"):
        for each in now.distributions.values():
            aliases = each.rest["Aliases"].get("Items", [])
            if any(alias.endswith("shop.example") for alias in aliases) and each.certificate != place:
                yield f"the record says deployed, but {each.id} uses {each.certificate}"


def _archived(now: World, document: Mapping[str, Any], certificate: Mapping[str, Any]) -> Iterator[str]:
    """The archive has its bundle; only of what it issued and does not export, ACM keeps the key."""
    uri = certificate.get("archive_uri")
    if uri is None and document["definition"]["source"] == "acm":
        return
    if not any(
        str(uri).endswith(f"/{path}") and leaf == certificate["fingerprint_sha256"]
        for path, leaf in now.bundles.items()
    ):
        yield f"the record says {uri}, but the archive does not have it"


def _is_behind(document: Mapping[str, Any]) -> bool:
    """Whether the content under an ARN may be newer than the record: ACM renews by itself, and a run that imports under
    the same ARN records it after that."""
    definition, journal = document["definition"], document.get("journal") or {}
    return definition["source"] == "acm" or (definition["acm_arn"] == "same" and journal.get("phase") != "done")
