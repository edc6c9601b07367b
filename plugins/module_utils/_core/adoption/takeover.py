# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document of a project that is taken over, from the first step to the last and back: document in, document out;
may refuse."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..._errors import ConfigError, RefusedError
from ..ca import directories, issuances
from ..project import document as project_document, identity, lease, places, sources
from ..project.lease import Claim
from ..run import rollback
from ..values import ownership, partitions, times
from ..values.partitions import AwsAccount
from ..values.shapes import (
    AdoptionRecord,
    CertificateCopy,
    CertificateRecord,
    IssuedRecord,
    LastRunRecord,
    ProjectDefinition,
    ProjectDocument,
)
from . import choice, mapping, record
from .shapes import SeenCertificate, SeenProject, SeenScheduler

RUN = "adopt"


@dataclass(frozen=True)
class AdoptionStep:
    """The document as it shall be; None: it is gone."""

    document: ProjectDocument | None


def taken(
    document: ProjectDocument | None, project: SeenProject, definition: ProjectDefinition, claim: Claim
) -> AdoptionStep:
    """The document in the hands of this run: begun if there is none, refused if it is another project or that of
    another account, or another run holds it."""
    name, account = project["name"], choice.account_of(project["certificates"])
    if document is None:
        found = project_document.new_document(name, definition)
        found = found if account is None else identity.with_account(found, account)
        found["adoption"] = record.begun(project, claim.now)
        return AdoptionStep(lease.taken(found, claim))
    known = document["adoption"]
    if known is None or not record.is_of(known, project["source"], project["theirs"], project["region"]):
        raise RefusedError(
            f"project {name} is in the store already and is not {project['theirs']} of {project['source']}; choose"
            " another name with adopt_names"
        )
    refuse_other_account(document, account)
    return held(document, claim)


def held(document: ProjectDocument | None, claim: Claim) -> AdoptionStep:
    """The document of an adoption in the hands of this run."""
    if document is None or document["adoption"] is None:
        raise RefusedError("the project is not in the store, or it was not adopted; begin with project_adopt")
    if lease.blocks(document["lock"], claim):
        owner = lease.owner_text(lease.of(document))
        raise RefusedError(f"project {document['name']} is held by {owner}; run again when that has ended")
    return AdoptionStep(lease.taken(document, claim))


def stopping(document: ProjectDocument | None, claim: Claim, scheduler: SeenScheduler) -> AdoptionStep:
    """The same before the scheduler is stopped: what it was like stands in it."""
    found = t.cast("ProjectDocument", held(document, claim).document)
    adoption = t.cast("AdoptionRecord", found["adoption"])
    return AdoptionStep({**found, "adoption": record.stopping(adoption, scheduler)})


def noted(
    document: ProjectDocument | None, claim: Claim, adoption: AdoptionRecord, is_last: bool = False
) -> AdoptionStep:
    """The document with this record of its adoption; refused unless the run still holds it. The last record of a run
    gives the project free."""
    found = _own(document, claim)
    lock = None if is_last else lease.renewed(lease.of(found), claim.now)
    return AdoptionStep({**found, "adoption": adoption, "lock": lock})


def released(document: ProjectDocument | None, claim: Claim) -> AdoptionStep:
    """The document without the lock of this run; one of which nothing was done yet is gone again."""
    if document is None or document["lock"] is None or document["lock"]["run_id"] != claim.run_id:
        return AdoptionStep(document)
    return AdoptionStep({**document, "lock": None})


def lacks_key(project: SeenProject, adoption: AdoptionRecord) -> SeenCertificate | None:
    """The certificate in service, if no bundle that was copied has its key; ACM keeps those that it issued."""
    current = next((one for one in project["certificates"] if one["role"] == choice.CURRENT), None)
    if current is None or project["settings"]["source"] == sources.ACM:
        return None
    copied = {copy["fingerprint_sha256"] for copy in adoption["bundles"].values() if copy}
    return None if current["fingerprint_sha256"] in copied else current


def sparing(project: SeenProject, definition: ProjectDefinition, adoption: AdoptionRecord) -> ProjectDefinition:
    """The definition by which a certificate whose key was not found outlives its first renewal."""
    if lacks_key(project, adoption) is None or not mapping.keeps_what_has_no_key(project["definition"]):
        return definition
    return {**definition, "keep_previous": 1}


def finished(
    document: ProjectDocument | None,
    claim: Claim,
    project: SeenProject,
    adoption: AdoptionRecord,
    definition: ProjectDefinition,
) -> AdoptionStep:
    """The document once everything is ours, and free again: certificates, what was issued lately, the last run, the
    next renewal."""
    found = _own(document, claim)
    current = next((one for one in project["certificates"] if one["role"] == choice.CURRENT), None)
    if current is None:
        raise ConfigError([f"{project['theirs']} has no certificate in service, so there is nothing to adopt"])
    now = claim.now
    entries = [_certificate(one, project, adoption, definition) for one in project["certificates"]]
    certificate = entries[project["certificates"].index(current)]
    certificate["adopted"] = rollback.marked(certificate, definition, now)["rolled_back"]
    certificate["deployed"] = _deployed(project, definition, now)
    last_run: LastRunRecord | None = t.cast("LastRunRecord | None", project["last_run"])
    whole: ProjectDocument = {
        **found,
        "definition": definition,
        "certificate": certificate,
        "superseded": [entry for entry in entries if entry is not certificate],
        "issued": _issued(entries, now),
        "last_run": last_run,
        "subscribed": _subscribed(project, definition),
        "adoption": {**record.done(adoption, now), "also_notified": project["also_notified"]},
        "lock": None,
    }
    return AdoptionStep(project_document.with_renewal_info(whole, None, now))


def rehearsed(
    document: ProjectDocument | None,
    claim: Claim,
    project: SeenProject,
    adoption: AdoptionRecord,
    definition: ProjectDefinition,
) -> AdoptionStep:
    """The same in check mode, in which no step before it wrote."""
    begun = taken(document, project, definition, claim).document
    return finished(begun, claim, project, adoption, definition)


def returned(document: ProjectDocument | None, claim: Claim) -> AdoptionStep:
    """The document once the certificates are where they were: gone, unless it has to remember how to start their tool
    again."""
    found = _own(document, claim)
    adoption = found["adoption"]
    if adoption is None or adoption["former"] is None:
        return AdoptionStep(None)
    return AdoptionStep({**found, "adoption": {**adoption, "phase": record.RETURNED}, "lock": None})


def running(document: ProjectDocument | None, claim: Claim) -> AdoptionStep:
    """The document once their tool runs again: gone, if the certificates went back before."""
    found = _own(document, claim)
    adoption = found["adoption"]
    if adoption is None or adoption["phase"] == record.RETURNED:
        return AdoptionStep(None)
    return AdoptionStep({**found, "adoption": record.running(adoption), "lock": None})


def refuse_other_account(document: ProjectDocument, caller: AwsAccount | None) -> None:
    """RefusedError if the project is known to belong to another account than the caller's."""
    problem = record.account_problem(document, caller)
    if problem is not None:
        raise RefusedError(f"{problem}; nothing was changed")


def refuse_return(document: ProjectDocument, force: bool) -> None:
    """RefusedError if the way back is closed: since a renewal of ours the certificates of the old tool are gone."""
    adoption, certificate = document["adoption"], document["certificate"]
    if adoption is None:
        raise RefusedError(f"project {document['name']} was not adopted, so there is nothing to go back to; see delete")
    is_theirs = certificate is not None and set(places.keys(certificate)) & set(adoption["paths"])
    if certificate is None or force or is_theirs or certificate.get("adopted"):
        return
    raise RefusedError(
        f"project {document['name']} has been renewed since its adoption, so the certificate of the old tool is no"
        " longer in service; with force, the one in service goes to the path of the old tool, whose next run takes over"
        " from it"
    )


def refuse_move(project: SeenProject, adoption: AdoptionRecord, must_be_stopped: bool) -> None:
    """RefusedError unless the old tool was stopped, and read again after that."""
    scheduler = project["scheduler"]
    runs = scheduler is not None and not scheduler["stopped"] and adoption["stopped_at"] is None
    if runs and not must_be_stopped and project["version"] == "v1_file":
        raise RefusedError(
            f"{project['theirs']} is a v1 from before July 2024, which deletes by name whatever the path is; it has to"
            " be stopped before it can be adopted"
        )
    if runs and must_be_stopped and scheduler is not None and scheduler["by_hand"] is None:
        raise RefusedError(
            f"{project['theirs']} is not stopped: it would run next at {scheduler['next_run_at'] or 'an unknown time'};"
            " stop it first with adoption_source"
        )
    if adoption["stopped_at"] is not None and project["read_at"] < adoption["stopped_at"]:
        raise RefusedError(
            f"{project['theirs']} was read at {project['read_at']}, before it was stopped at {adoption['stopped_at']};"
            " a run in between may have changed it, so read it again with adoption_info"
        )


def tags(name: str, definition: ProjectDefinition) -> dict[str, str]:
    """The tags that mark a server certificate as one of this project."""
    return {**definition["tags"], **ownership.OUR_TAGS, ownership.PROJECT_TAG: name}


def _own(document: ProjectDocument | None, claim: Claim) -> ProjectDocument:
    if document is None or document["lock"] is None or document["lock"]["run_id"] != claim.run_id:
        raise RefusedError("this run no longer holds the project, so nothing is recorded; run again")
    return document


def _certificate(
    one: SeenCertificate, project: SeenProject, adoption: AdoptionRecord, definition: ProjectDefinition
) -> CertificateRecord:
    copies = [copy for copy in adoption["bundles"].values() if copy]
    uri = next((copy["uri"] for copy in copies if copy["fingerprint_sha256"] == one["fingerprint_sha256"]), None)
    is_of_ca = mapping.is_of_ca(one["issuer"], project["settings"], definition["acme_directory"])
    found = {
        **_place(one, project["name"], one["id"] in adoption["paths"]),
        **({"source": definition["source"]} if definition["source"] == sources.ACM else {}),
        "serial": one["serial"],
        "fingerprint_sha256": one["fingerprint_sha256"],
        "issuer": one["issuer"],
        "domains": one["domains"],
        "key_type": one["key_type"],
        "not_before": one["not_before"],
        "not_after": one["not_after"],
        # Only the CA that issued it can be asked when to renew it.
        "authority_key_id": one["authority_key_id"] if is_of_ca else "",
        "archive_uri": uri,
        "issued_at": one["upload_date"] or one["not_before"],
        "directory": directories.url(definition["acme_directory"]),
        "acme_directory": definition["acme_directory"],
        "acme_profile": definition["acme_profile"],
        "deployed": None,
    }
    return t.cast("CertificateRecord", found)


def _place(one: SeenCertificate, project: str, is_moved: bool) -> dict[str, t.Any]:
    if one["store"] == places.ACM:
        copies: list[CertificateCopy] = [{"region": partitions.region_of(one["arn"]), "arn": one["arn"]}]
        found = {"store": places.ACM, "name": one["name"], "id": None, "arn": one["arn"], "copies": copies}
        return {**found, "settled_by": None}
    path = ownership.path_of(project) if is_moved else one["path"]
    arn = f"{one['arn'].partition('server-certificate/')[0]}server-certificate{path}{one['name']}"
    return {"name": one["name"], "id": one["id"], "arn": arn, "path": path, "upload_date": one["upload_date"]}


def _deployed(project: SeenProject, definition: ProjectDefinition, now: datetime) -> t.Any:
    if not choice.is_deployed(project["certificates"]):
        return None
    return {"at": times.to_text(now), "bind": definition["bind"], "distributions": definition["distributions"]}


def _issued(entries: t.Iterable[CertificateRecord], now: datetime) -> list[IssuedRecord]:
    since = now - issuances.LONGEST_WINDOW
    return [
        {
            "serial": entry["serial"],
            "at": entry["issued_at"],
            "acme_directory": entry["directory"],
            "domains": entry["domains"],
            "exempt": None,
        }
        for entry in entries
        if times.from_text(entry["issued_at"]) >= since
    ]


def _subscribed(project: SeenProject, definition: ProjectDefinition) -> list[str]:
    """The addresses that hear of the project already, where it keeps the topic of the old tool."""
    if definition["sns_topic"] != project["topic"]:
        return []
    known = {one["endpoint"] for one in project["subscriptions"] if one["protocol"] == "email"}
    return sorted(known & set(definition["emails"]))
