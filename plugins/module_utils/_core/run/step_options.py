# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the steps of a run are given, as far as its plan and the document decide it: the role only passes it on."""

from __future__ import annotations

import typing as t

from ..certificate.bundle import owned_uri
from ..project import document as project_document, places, sources, targets
from ..values import ownership
from ..values.shapes import CertificateRecord, ProjectDefinition, ProjectDocument
from . import reissue, rollback, run_plan, steps
from .run_plan import RunPlan

RESTORE = "restore"
PREVIOUS = "previous"

# What the preflight checks of the step that brings a certificate, by its source.
_CHECKED = {sources.ACME: "order", sources.ACM: "request", sources.FILES: "files"}
# What the order takes of the definition, by the same names.
_ORDERED = (
    "domains",
    "archive",
    "dns_persist",
    "acme_directory",
    "acme_ca_bundle",
    "acme_terms_agreed",
    "acme_contacts",
    "acme_profile",
    "acme_profile_required",
    "acme_preferred_chain",
    "acme_fallbacks",
    "key_type",
    "renewal_interval_days",
)
_BUNDLE = ".tar.gz"
_NOTHING = t.cast("CertificateRecord", {})


class UploadOptions(t.TypedDict):
    """Where IAM has, or gets, the certificate, and what the project has called its certificates."""

    path: str
    expected_name: str | None
    other_names: list[str]


# What is checked before the first step: the step that brings the certificate, and with their options those that store
# and bind it, to listeners and API domains only if they are listed. None where there is nothing to check.
PreflightOptions = t.TypedDict(
    "PreflightOptions",
    {
        "brings": "str | None",
        "upload": "dict[str, t.Any] | None",
        "import": "dict[str, t.Any] | None",
        "elb": "list[dict[str, t.Any]]",
        "apigateway": "list[dict[str, t.Any]]",
        "bind": dict[str, t.Any],
    },
)


class StepOptions(t.TypedDict):
    """``bring`` is for the step that brings the certificate, which need not be a new one, and ``brings`` says whether
    the run has one; ``bundle`` is what is stored otherwise. ``distributions`` are those that are listed;
    ``names_owners`` says whether a template of others would put the former certificate back, ``also_notified`` is the
    topic of an old tool, and ``notices`` are the steps that notify people."""

    path: str
    tags: dict[str, str]
    bring: dict[str, t.Any]
    brings: bool
    bundle: str | None
    upload: UploadOptions
    preflight: PreflightOptions
    targets: dict[str, list[targets.TargetStep]]
    distribution_matches: list[str]
    distributions: list[str]
    names_owners: bool
    subscribes: bool
    also_notified: str | None
    notices: list[str]
    after_binding: list[str]


def of(
    plan: RunPlan,
    document: ProjectDocument,
    before: t.Sequence[str],
    bundle: str | None = None,
    rehearsal: bool = False,
) -> StepOptions:
    """What the steps are given after this plan, of which ``before`` come first; ``bundle`` is the one that a restore
    was asked for."""
    run = document["lock"]["run"] if document["lock"] else ""
    meant = _meant(document["definition"], run)
    brings = bool({*before, *steps.requests(plan, document)} & set(sources.STEPS.values()))
    return {
        "path": ownership.path_of(document["name"]),
        "tags": _tags(document),
        "bring": _BRING[document["definition"]["source"]](plan, document),
        "brings": brings,
        "bundle": restored(document, bundle) if run == RESTORE else _reference(document, _in_service(plan, document)),
        "upload": _upload(plan, document, brings),
        "preflight": _preflight(plan, document, is_imported="import" in before),
        "targets": targets.steps(meant),
        "distribution_matches": targets.distribution_matches(meant),
        "distributions": _listed(meant),
        # Tags cost a call: a reissue, which may be one of thousands, reads them in check mode.
        "names_owners": not targets.is_announced(document["definition"]) and (rehearsal or run != reissue.RUN),
        "subscribes": _subscribes(plan, document, run),
        "also_notified": steps.former_topic(document),
        "notices": steps.notices(document),
        "after_binding": _after_binding(document, run),
    }


def restored(document: ProjectDocument, bundle: str | None) -> str | None:
    """The URI of the bundle to bring back: one that is given by its URI, or by the issue time that names it in the
    archive, or that of the recorded certificate."""
    if not bundle:
        return _reference(document, document["certificate"] or _NOTHING)
    if "://" in bundle:
        return bundle
    archive = document["definition"]["archive"]
    place = (archive or "").partition("?")[0]
    return owned_uri(f"{place}/{document['name']}/{bundle}{_BUNDLE}", archive)


def _reference(document: ProjectDocument, certificate: CertificateRecord) -> str | None:
    uri = certificate.get("archive_uri")
    return owned_uri(uri, document["definition"]["archive"]) if uri else None


def _ordered(plan: RunPlan, document: ProjectDocument) -> dict[str, t.Any]:
    """What is ordered from the CA."""
    own: t.Mapping[str, t.Any] = document["definition"]
    known = {"renewal_info": document["renewal"]["ari"], "issued_since": plan.issued_since}
    return _given({**{name: own[name] for name in _ORDERED}, **known})


def _requested(plan: RunPlan, document: ProjectDocument) -> dict[str, t.Any]:
    """What ACM is asked for."""
    own = document["definition"]
    options = {
        "domains": own["domains"],
        "archive": own["archive"],
        "key_type": own["key_type"],
        "cloudfront": own["certificate_store"] == places.ACM,
        "certificate_arn": places.in_acm(document, plan.certificate)["requested"],
        "validation": own["acm_validation"],
        "exportable": own["acm_export"],
        # Its cost is in a warning of the definition.
        "cost_accepted": own["acm_export"],
        "tags": _tags(document),
    }
    return _given(options)


def _taken_from_files(_plan: RunPlan, document: ProjectDocument) -> dict[str, t.Any]:
    return _given({"domains": document["definition"]["domains"], "archive": document["definition"]["archive"]})


def _given(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What is not set stays what the module makes of it."""
    return {name: value for name, value in options.items() if value not in (None, "")}


_BRING = {sources.ACME: _ordered, sources.ACM: _requested, sources.FILES: _taken_from_files}


def _after_binding(document: ProjectDocument, run: str) -> list[str]:
    superseded = {places.IAM: places.in_iam(document), places.ACM: places.in_acm(document)["superseded"]}
    return steps.after_binding(document, run, project_document.to_be_revoked(document), superseded)


def _meant(definition: ProjectDefinition, run: str) -> ProjectDefinition:
    """The definition by which things are found: a rollback only takes back what it replaces."""
    if run != rollback.RUN:
        return definition
    return {**definition, "bind": [one for one in definition["bind"] if one == PREVIOUS]}


def _in_service(plan: RunPlan, document: ProjectDocument) -> CertificateRecord:
    """The certificate that is to be in service, unless a new one comes."""
    return plan.certificate or document["certificate"] or _NOTHING


def _upload(plan: RunPlan, document: ProjectDocument, brings: bool) -> UploadOptions:
    known, path = _in_service(plan, document), ownership.path_of(document["name"])
    own = [document["certificate"], *document["superseded"]]
    return {
        # An adopted one may be where it was.
        "path": path if brings else known.get("path") or path,
        "expected_name": None if plan.issue else known.get("name"),
        "other_names": [str(entry["name"]) for entry in own if entry and entry.get("name")],
    }


def _preflight(plan: RunPlan, document: ProjectDocument, is_imported: bool) -> PreflightOptions:
    definition, source = document["definition"], document["definition"]["source"]
    # What the issuance is going to bring, before it is made: the checks tell whether it can be taken.
    planned = {"uri": None, "domains": definition["domains"], "key_type": definition["key_type"]}
    new = {"bundle": planned, "tags": _tags(document)}
    # A definition that moves the certificate stores it where it is not yet.
    is_uploaded = definition["certificate_store"] == places.IAM
    certificate = {**planned, "store": definition["certificate_store"]} if plan.issue else document["certificate"]
    return {
        "brings": _CHECKED[source] if plan.issue or source != sources.ACME else None,
        "upload": {**new, **_uploaded_as(document)} if plan.issue and is_uploaded else None,
        "import": {**new, **_imported_as(plan, document)} if plan.issue and is_imported else None,
        "elb": [{**one, "listeners": step["ids"]} for step, one in _listed_in(definition, targets.ELB, certificate)],
        "apigateway": [
            {**one, "api_domains": step["ids"], "in_another_region": step["in_another"]}
            for step, one in _listed_in(definition, targets.APIGATEWAY, certificate)
        ],
        "bind": {
            "server_certificate": certificate,
            "match": targets.distribution_matches(definition),
            "previous": list(plan.previous),
            "distributions": _listed(definition),
            "verify": "none",
        },
    }


def _listed_in(
    definition: ProjectDefinition, kind: str, certificate: t.Any
) -> t.Iterator[tuple[targets.TargetStep, dict[str, t.Any]]]:
    """The bindings to what is listed, with what each of them is given."""
    for step in targets.steps(definition).get(kind, ()):
        region = {"region": step["region"]} if step["region"] else {}
        if step["ids"]:
            yield step, {**region, "certificate": certificate, "match": [targets.IDS], "verify": "none"}


def _uploaded_as(document: ProjectDocument) -> dict[str, t.Any]:
    path = ownership.path_of(document["name"])
    return {
        "name_prefix": document["name"],
        "path": path,
        "quota_headroom": document["definition"]["quota_headroom"],
    }


def _imported_as(plan: RunPlan, document: ProjectDocument) -> dict[str, t.Any]:
    acm = places.in_acm(document, plan.certificate)
    return {
        "import_as": acm["import_as"],
        "certificate_arns": acm["arns"],
        "regions": document["definition"]["acm_regions"],
    }


def _listed(definition: ProjectDefinition) -> list[str]:
    return definition["distributions"] if targets.IDS in targets.distribution_matches(definition) else []


def _tags(document: ProjectDocument) -> dict[str, str]:
    return {**ownership.OUR_TAGS, ownership.PROJECT_TAG: document["name"], **document["definition"]["tags"]}


def _subscribes(plan: RunPlan, document: ProjectDocument, run: str) -> bool:
    """Whether the run brings the topic and its subscriptions about, which what takes certificates away leaves alone."""
    is_idle = run in run_plan.WITHOUT_JOURNAL or (run == rollback.RUN and plan.action == "none")
    return bool(document["definition"]["sns_topic"]) and not is_idle
