# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reading brings together of one project of theirs, and what it makes for us: a definition, the certificates
with their roles, what moves, what is in the way."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..certificate.certificate import Certificate
from ..project import definition as project_definition, places
from ..report.subscriptions import Subscription, SubscriptionStatus
from ..server_cert.server_certs import StoredCertificate
from ..values import domain_names, ownership, texts, times
from ..values.partitions import AwsAccount
from ..values.shapes import ProjectDocument
from . import choice, mapping, plugin_stacks, record
from .mapping import Wishes
from .shapes import (
    ADOPTED,
    LEFT,
    READY,
    REFUSED,
    Move,
    SeenBundle,
    SeenCertificate,
    SeenLineage,
    SeenProject,
    SeenScheduler,
    SeenSettings,
    SeenSubscription,
)

# A certificate that ends within this time has to be renewed at once.
SHORT = timedelta(days=3)
PLUGIN = "ssl_plugin"
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass
class AdoptionFinding:
    """One project of theirs, as their own things show it; what is in IAM comes from the listing of that."""

    source: str
    theirs: str
    version: str | None = None
    region: str | None = None
    stack: str | None = None
    paths: tuple[str, ...] = ()
    ids: frozenset[str] = frozenset()  # those that belong to it, of ACM by their ARN; none is all of the paths
    ours: str | None = None  # the name that an adoption gave it which has begun
    reread: bool = False  # whether what is reserved for the function is known from an earlier reading
    in_iam: bool = False  # whether IAM or ACM has what the lineage has
    settings: SeenSettings = field(default_factory=mapping.settings)
    scheduler: SeenScheduler | None = None
    topic: str | None = None
    subscriptions: list[SeenSubscription] = field(default_factory=list)
    bundles: list[SeenBundle] = field(default_factory=list)
    lineage: SeenLineage | None = None
    last_run: dict[str, t.Any] | None = None
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def names(self, given: t.Mapping[str, str]) -> tuple[str, str | None, str]:
        """What it may be asked for by."""
        return self.theirs, self.stack, self.name(given)

    def name(self, names: t.Mapping[str, str]) -> str:
        """What it is called here: as ``names`` says of its stack, of itself or of a certificate of it, else as there.
        Clients call lineages by domains, which have dots."""
        if self.ours is not None:
            return self.ours
        known = (self.stack or "", self.theirs, *sorted(self.ids))
        given = next((names[one] for one in known if one in names), None)
        return given or (self.theirs if self.source == PLUGIN else _NOT_A_NAME.sub("-", self.theirs).strip("-_"))


@dataclass(frozen=True)
class Reading:
    """What holds for all projects of a reading."""

    now: datetime
    wishes: Wishes
    rebind: bool = False
    move: bool = True
    subscriptions: t.Mapping[str, t.Sequence[Subscription]] = field(default_factory=dict)  # by the ARN of the topic
    caller: AwsAccount | None = None  # if a document says whose its project is


def seen(
    stored: StoredCertificate,
    leaf: Certificate,
    users: t.Sequence[tuple[str, bool, tuple[str, ...]]],
    chain_sha256: str | None = None,
    listeners: t.Iterable[str] = (),
) -> SeenCertificate:
    """A certificate, of ACM if it has no path, with its users: each a distribution, whether it is deployed, and its
    aliases. Load balancers have ``listeners`` with it."""
    facts = leaf.as_dict()
    missing = {alias for _id, _done, aliases in users for alias in domain_names.uncovered(leaf.domains, aliases)}
    return {
        "store": places.IAM if stored.path else places.ACM,
        "name": stored.name,
        "id": stored.id or "",
        "arn": stored.arn or "",
        "path": stored.path,
        "upload_date": times.to_text(stored.upload_date) if stored.upload_date else None,
        "serial": facts["serial"],
        "fingerprint_sha256": facts["fingerprint_sha256"],
        "issuer": facts["issuer"],
        "domains": facts["domains"],
        "key_type": facts["key_type"],
        "not_before": facts["not_before"],
        "not_after": facts["not_after"],
        "authority_key_id": facts["authority_key_id"],
        "chain_sha256": chain_sha256,
        "users": sorted(user for user, _done, _aliases in users),
        "listeners": sorted(listeners),
        "deployed": all(done for _user, done, _aliases in users),
        "uncovered": sorted(missing),
        "role": choice.SUPERSEDED,
    }


def assembled(
    finding: AdoptionFinding,
    name: str,
    certificates: t.Sequence[SeenCertificate],
    document: ProjectDocument | None,
    reading: Reading,
) -> SeenProject:
    """The project as it would be adopted, or is."""
    chosen, roles = choice.assigned(certificates, reading.rebind)
    judged = _judged(finding, name, chosen, reading)
    status = _stored_status(finding, document, judged.problems, reading.caller) or _new_status(judged, chosen)
    judged = judged if status != ADOPTED else _of_adopted(judged, _stray(certificates, name, document))
    return {
        "source": finding.source,
        "version": finding.version,
        "theirs": finding.theirs,
        "name": name,
        "region": finding.region,
        "status": status,
        "settings": finding.settings,
        "definition": judged.definition,
        "certificates": roles,
        "bundles": finding.bundles,
        "lineage": finding.lineage,
        "scheduler": _scheduler(finding, document),
        "topic": finding.topic,
        "also_notified": finding.topic if reading.wishes.topic == mapping.BOTH else None,
        "subscriptions": finding.subscriptions,
        "unconfirmed": _unconfirmed(document, reading.subscriptions) if status == ADOPTED else [],
        "last_run": finding.last_run,
        "moves": moves(roles, name) if reading.move and status == READY else [],
        "problems": list(dict.fromkeys(judged.problems)),
        "warnings": list(dict.fromkeys(judged.warnings)),
        "notes": finding.notes + _notes(chosen.current, finding),
        "read_at": times.to_text(reading.now),
    }


def _of_adopted(judged: mapping.Mapped, stray: list[str]) -> mapping.Mapped:
    """What is told of a project that is ours already: nothing speaks against it."""
    return mapping.Mapped(judged.definition, [], stray)


def _scheduler(finding: AdoptionFinding, document: ProjectDocument | None) -> SeenScheduler | None:
    """The scheduler; what an adoption of ours stopped since the earlier reading is stopped, as far as its rules are."""
    scheduler, adoption = finding.scheduler, document["adoption"] if document else None
    if scheduler is None or not finding.reread or adoption is None or adoption["stopped_at"] is None:
        return scheduler
    return {**scheduler, "stopped": not plugin_stacks.active(scheduler["rules"])}


def _judged(finding: AdoptionFinding, name: str, chosen: choice.ServiceChoice, reading: Reading) -> mapping.Mapped:
    """The definition, what is in the way, and what a person should know."""
    found = mapping.Mapped({}, [*finding.problems, *project_definition.name_problems(name, "adopt_names")])
    found.warnings += [*finding.warnings, *chosen.warnings]
    if chosen.current is not None:
        mapped = mapping.definition(chosen.current, finding.settings, finding.subscriptions, reading.wishes)
        found.definition = mapped.definition
        if reading.wishes.topic == mapping.KEEP and finding.topic:
            found.definition["sns_topic"] = finding.topic
        if _has_no_key(finding) and mapping.keeps_what_has_no_key(found.definition):
            found.definition["keep_previous"] = 1
            found.warnings.append(mapping.KEPT)
        mapping.with_listeners(found.definition, (chosen.current, *chosen.superseded), reading.wishes)
        found.warnings += _listener_warnings((chosen.current, *chosen.superseded))
        found.problems += mapped.problems + _definition_problems(name, found.definition)
        found.warnings += mapped.warnings + _life_warnings(chosen.current, reading.now)
    return found


def _listener_warnings(certificates: t.Iterable[SeenCertificate]) -> list[str]:
    return [
        f"{', '.join(one['listeners'])} of load balancers use {one['name']}, too, by its ARN, which has its path: it"
        f" keeps its path {one['path']} and gets no tags; the first renewal rebinds them with project_targets; delete"
        f" it after that: aws iam delete-server-certificate --server-certificate-name {one['name']}"
        for one in certificates
        if one["listeners"]
    ]


def _has_no_key(finding: AdoptionFinding) -> bool:
    """Whether nothing that was found has a key, so that IAM or ACM has the only copy."""
    return not finding.bundles and finding.lineage is None and finding.settings["source"] is None


def moves(certificates: t.Iterable[SeenCertificate], name: str) -> list[Move]:
    """The certificates that become ours, the one in service last."""
    ordered = sorted(certificates, key=lambda one: one["role"] == choice.CURRENT)
    return [
        {"name": one["name"], "id": one["id"], "before": one["path"], "after": wanted_path(one, name)}
        for one in ordered
        if one["store"] == places.ACM or not (one["path"] == wanted_path(one, name) or one["listeners"])
    ]


def wanted_path(one: SeenCertificate, name: str) -> str:
    """Where a certificate of the project shall be; ACM has no paths."""
    return "" if one["store"] == places.ACM else ownership.path_of(name)


def refused(project: SeenProject, problem: str) -> SeenProject:
    """The project with one more reason not to adopt it."""
    return {**project, "status": REFUSED, "problems": [*project["problems"], problem], "moves": []}


def _stored_status(
    finding: AdoptionFinding, document: ProjectDocument | None, problems: list[str], caller: AwsAccount | None
) -> str | None:
    """That it was adopted, if the store says so; what speaks against that is one more problem."""
    if document is None:
        return None
    known, elsewhere = document["adoption"], record.account_problem(document, caller)
    if elsewhere is not None:
        problems.append(elsewhere)
    elif known is None or not record.is_of(known, finding.source, finding.theirs, finding.region):
        name = document["name"]
        problems.append(
            f"project {name} is in the store already and is not this one; choose another name with adopt_names"
        )
    elif record.is_done(known):
        return ADOPTED
    return None


def _new_status(judged: mapping.Mapped, chosen: choice.ServiceChoice) -> str:
    if judged.problems:
        return REFUSED
    return READY if chosen.current is not None else LEFT


def _definition_problems(name: str, definition: t.Mapping[str, t.Any]) -> list[str]:
    if project_definition.name_problems(name):
        return []
    return list(project_definition.parse(name, definition).problems)


def _life_warnings(current: SeenCertificate, now: datetime) -> list[str]:
    ends = times.from_text(current["not_after"])
    if ends <= now:
        return [f"{current['name']} expired at {current['not_after']}: run renew when it is adopted"]
    if ends - now <= SHORT:
        return [f"{current['name']} expires at {current['not_after']}: run renew now, when it is adopted"]
    return []


def _unconfirmed(
    document: ProjectDocument | None, subscriptions: t.Mapping[str, t.Sequence[Subscription]]
) -> list[str]:
    """The addresses that were asked to confirm the topic of the project, and hear nothing until they do."""
    topic = document["definition"]["sns_topic"] if document else ""
    listed = [one for arn, ones in subscriptions.items() if topic in (arn, arn.rpartition(":")[2]) for one in ones]
    return sorted({texts.cleaned(one.endpoint, 320) for one in listed if one.status is SubscriptionStatus.PENDING})


def _stray(certificates: t.Iterable[SeenCertificate], name: str, document: ProjectDocument | None) -> list[str]:
    """What a run of theirs left behind after the adoption, which is not what stays at its path."""
    entries = (document["certificate"], *document["superseded"]) if document else ()
    ours = {key for entry in entries if entry for key in places.keys(entry)}
    away = [one for one in certificates if one["path"] != wanted_path(one, name)]
    found = [one["name"] for one in away if one["id"] not in ours]
    if not found:
        return []
    return [f"{', '.join(found)} came from a run of the old tool after the adoption; no project uses it, delete it"]


def _notes(current: SeenCertificate | None, finding: AdoptionFinding) -> list[str]:
    if current is not None:
        return []
    if finding.bundles:
        return [f"no certificate of it is in IAM; its newest bundle is {finding.bundles[-1]['uri']}"]
    if finding.lineage and not finding.ids:
        return [f"no certificate of {finding.theirs} is in IAM or ACM as far as this reading goes"]
    return [texts.cleaned(f"no certificate of {finding.theirs} is in IAM or ACM, so there is nothing to take over")]
