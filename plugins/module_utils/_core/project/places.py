# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the certificates of a project are: in IAM, or in ACM of one or more regions."""

from __future__ import annotations

import re
import typing as t

from ..acm_cert.certificates import CLOUDFRONT_REGION
from ..acm_cert.import_plan import NEW, SAME
from ..values.partitions import region_of
from ..values.shapes import CertificateRecord, ProjectDefinition, ProjectDocument

IAM, ACM = "iam", "acm"
STORES = (IAM, ACM)
ARN_CHOICES = (NEW, SAME)
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadServerCertificate.html, and what an ARN has beside it
_NAME = re.compile(r"[\w+=,.@:/-]{1,2048}", re.ASCII)
_PLACE = ("store", "name", "id", "arn", "path", "upload_date", "copies", "settled_by")


def store_of(certificate: CertificateRecord) -> str:
    """The store of a certificate; records from before there was a choice name none."""
    return certificate.get("store") or IAM


def arns(certificate: CertificateRecord | None) -> tuple[str, ...]:
    """The ARNs of a certificate in ACM, CloudFront's first; none for one in IAM."""
    if certificate is None or store_of(certificate) != ACM:
        return ()
    copies = [copy["arn"] for copy in certificate.get("copies") or ()]
    return tuple(dict.fromkeys(filter(None, (certificate.get("arn"), *copies))))


def keys(certificate: CertificateRecord) -> tuple[str, ...]:
    """What listings know it by: its ID in IAM, or its ARNs in ACM."""
    if store_of(certificate) == ACM:
        return arns(certificate)
    return tuple(filter(None, (certificate.get("id"),)))


def is_name(text: str) -> bool:
    """Whether a certificate may have this ARN, ID or name."""
    return bool(_NAME.fullmatch(text))


def names(document: ProjectDocument) -> set[str]:
    """All that certificates of the project are or were called: ARNs, IDs and names."""
    entries = [entry for entry in (document["certificate"], *document["superseded"]) if entry]
    fields = [(entry.get("arn"), entry.get("id"), entry.get("name"), entry.get("source_arn")) for entry in entries]
    return {text for found in fields for text in found if text} | {arn for entry in entries for arn in arns(entry)}


def identity(certificate: CertificateRecord) -> tuple[str | None, ...]:
    """What tells one place from another: a certificate that left IAM and came back has another ID."""
    return certificate.get("id"), certificate.get("arn"), *sorted(arns(certificate))


def has_place(certificate: CertificateRecord) -> bool:
    """Whether it is somewhere outside the archive."""
    return bool(certificate.get("id") or certificate.get("arn"))


def is_overwritten(old: CertificateRecord, current: CertificateRecord | None) -> bool:
    """Whether another certificate stands under its ARN, so that only the archive has this one."""
    return bool(set(arns(old)) & set(arns(current)))


def left_behind(former: CertificateRecord, certificate: CertificateRecord) -> CertificateRecord | None:
    """What of its former place a certificate no longer names after it moved: all of it, or copies in some regions."""
    if store_of(former) != store_of(certificate):
        return former if has_place(former) else None
    lost = [arn for arn in arns(former) if arn not in arns(certificate)]
    if not lost:
        return None
    return {**former, "arn": lost[0], "copies": [{"region": region_of(arn), "arn": arn} for arn in lost]}


def kept_after_move(former: CertificateRecord, certificate: CertificateRecord) -> CertificateRecord:
    """What the record says of a certificate beside its place, if that is another store now."""
    if store_of(former) == store_of(certificate):
        return former
    return t.cast("CertificateRecord", {key: value for key, value in former.items() if key not in _PLACE})


def serves_cloudfront(certificate: CertificateRecord) -> bool:
    """Whether distributions can use it: one in IAM, or in the region that CloudFront takes certificates from."""
    return store_of(certificate) == IAM or region_of(str(certificate.get("arn"))) == CLOUDFRONT_REGION


def regions(definition: ProjectDefinition) -> tuple[str, ...]:
    """The regions in which ACM shall have the certificate."""
    return tuple(dict.fromkeys((CLOUDFRONT_REGION, *definition["acm_regions"])))


def is_elsewhere(certificate: CertificateRecord, definition: ProjectDefinition) -> str:
    """Why the certificate is not in all places where it shall be; empty if it is."""
    wanted = definition["certificate_store"]
    accepted = certificate.get("rolled_back")
    if accepted and accepted.get("certificate_store") == wanted:
        return ""
    if store_of(certificate) != wanted:
        return f"the certificate is in {store_of(certificate).upper()}, and certificate_store is {wanted} now"
    if wanted == ACM and {region_of(arn) for arn in arns(certificate)} != set(regions(definition)):
        return "acm_regions changed since the certificate was stored"
    return ""


class AcmPlaces(t.TypedDict):
    """What the steps of a run need to know of a project's certificates in ACM."""

    arns: list[str]  # of the one that is to be in service
    import_as: str
    requested: str | None  # what ACM was asked for, pending or issued
    superseded: list[str]
    kept: list[str]  # the recorded one, and of the others those that are kept for a rollback
    regions: list[str]  # all in which there may be some, beside CloudFront's
    cloudfront: bool  # whether there may be some in CloudFront's, which China does not have


def in_acm(document: ProjectDocument, comes_back: CertificateRecord | None = None) -> AcmPlaces:
    """The certificates of the project in ACM; ``comes_back`` is one that a rollback chose."""
    recorded, definition = arns(document["certificate"]), document["definition"]
    own, import_as = recorded, definition["acm_arn"]
    if comes_back is not None:
        is_under_arn = is_overwritten(comes_back, document["certificate"])
        own, import_as = (recorded, SAME) if is_under_arn else (arns(comes_back), NEW)
    old = [
        entry
        for entry in document["superseded"]
        if store_of(entry) == ACM and not is_overwritten(entry, document["certificate"])
    ]
    newest = _newest(old, definition)
    superseded = [arn for entry in old for arn in arns(entry)]
    recorded_entry = document["certificate"]
    origins = exported([recorded_entry, *document["superseded"]])
    requested = _requested(document)
    everything = (*recorded, *superseded, *origins, *([requested] if requested else []))
    found = dict.fromkeys([*definition["acm_regions"], *map(region_of, everything)])
    return {
        "arns": [arn for arn in own if region_of(arn) in regions(definition)],
        "import_as": import_as,
        "requested": requested,
        "superseded": superseded,
        "kept": [*recorded, *(arn for entry in newest for arn in arns(entry)), *exported([recorded_entry, *newest])],
        "regions": [region for region in found if region != CLOUDFRONT_REGION],
        "cloudfront": definition["certificate_store"] == ACM or CLOUDFRONT_REGION in found,
    }


def listed_regions(document: ProjectDocument) -> tuple[str, ...]:
    """The regions of ACM in which the project may have certificates; none if it keeps them in IAM alone."""
    if ACM not in stores(document):
        return ()
    found = in_acm(document)
    return (*([CLOUDFRONT_REGION] if found["cloudfront"] else []), *found["regions"])


def _newest(superseded: t.Sequence[CertificateRecord], definition: ProjectDefinition) -> t.Sequence[CertificateRecord]:
    return superseded[max(0, len(superseded) - definition["keep_previous"]) :]


def kept_in_iam(document: ProjectDocument) -> list[str]:
    """The names that a clean-up of IAM leaves: of the recorded certificate, and of those kept for a rollback."""
    recorded = document["certificate"]
    old = [entry for entry in document["superseded"] if store_of(entry) == IAM]
    own = [recorded] if recorded and store_of(recorded) == IAM else []
    return [str(entry["name"]) for entry in (*own, *_newest(old, document["definition"]))]


def exported(certificates: t.Iterable[CertificateRecord | None]) -> list[str]:
    """The ARNs in ACM from which these were exported."""
    return [entry["source_arn"] for entry in certificates if entry and entry.get("source_arn")]


def _requested(document: ProjectDocument) -> str | None:
    """The certificate of ACM that a run waits for, or that the recorded one is or was exported from."""
    run, certificate = document["journal"], document["certificate"]
    if run is not None and run["phase"] == "ordering" and str(run["order_url"]).startswith("arn:"):
        return run["order_url"]
    if certificate is None or certificate.get("source") != ACM:
        return None
    return certificate.get("source_arn") or certificate.get("arn")


def in_iam(document: ProjectDocument) -> list[str]:
    """The names of the superseded certificates in IAM."""
    return [str(entry["name"]) for entry in document["superseded"] if store_of(entry) == IAM]


def archived(document: ProjectDocument) -> list[str]:
    """The bundles of the archive that the record names, by URI and by fingerprint."""
    entries = [entry for entry in (document["certificate"], *document["superseded"]) if entry]
    named = [(entry.get("archive_uri"), entry["fingerprint_sha256"]) for entry in entries]
    return [text for pair in named for text in pair if text]


def stores(document: ProjectDocument) -> list[str]:
    """The stores in which the project has certificates, or is to have one."""
    entries = [document["certificate"], *document["superseded"]]
    used = {document["definition"]["certificate_store"], *(store_of(entry) for entry in entries if entry)}
    if document["definition"]["source"] == ACM or exported(entries):
        used.add(ACM)
    return [store for store in STORES if store in used]
