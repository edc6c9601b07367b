# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run did to a project, or in check mode would do, and what of it needs a person, with the command for it: in
sentences, and as data for the tasks that follow."""

from __future__ import annotations

import typing as t
import urllib.parse
from dataclasses import dataclass

from ..report import words
from ..values.shapes import CertificateRecord, ProjectDocument
from .ending import Result

_CREATE = "ansible-playbook certops.cloudfront.create -e project_name="
_CHANGE_NAMES = "-e change_only=true"
_RESEND = "ansible localhost -m certops.cloudfront.sns_subscription -a"
_CERTIFICATE = (
    "name",
    "id",
    "arn",
    "path",
    "serial",
    "fingerprint_sha256",
    "issuer",
    "domains",
    "key_type",
    "not_before",
    "not_after",
)
_AT_REST = ("none", "locked")
_DISTRIBUTION = ("id", "status", "reason", "aliases")


class Todo(t.TypedDict):
    """Something that needs a person: what it is, and what to do about it, a command where one does it."""

    what: str
    do: str


@dataclass(frozen=True)
class RunStory:
    """A project at the end of a run: its document (None: it is gone), what its steps returned, and the subscriptions of
    its addresses. ``rehearsal`` is check mode."""

    document: ProjectDocument | None
    results: t.Sequence[Result] = ()
    subscriptions: t.Sequence[Result] = ()
    rehearsal: bool = False
    renew_at: str | None = None

    def having(self, *keys: str) -> list[Result]:
        """The results that have all of these keys."""
        return [one for one in self.results if all(key in one for key in keys)]

    def taken(self) -> list[Result]:
        """The result of the module that took the project for the run."""
        return self.having("plan", "definition_changes")


def why(story: RunStory) -> str:
    """Why the run did what it did; empty if that is not known."""
    return next((str(one["plan"]["reason"]) for one in story.taken()), "")


def details(story: RunStory) -> dict[str, t.Any]:
    """What ``project_result`` has beside name, status and reason."""
    document = story.document
    certificate = document["certificate"] if document else None
    bound = story.having("matched", "distributions")
    return {
        "certificate": _certificate(certificate, story.renew_at),
        "archive_uri": certificate.get("archive_uri") if certificate else None,
        "distributions": [
            {key: row.get(key) for key in _DISTRIBUTION} for one in bound for row in one["distributions"]
        ],
        "did": did(story),
        "todo": todo(story),
    }


def _certificate(certificate: CertificateRecord | None, renew_at: str | None) -> dict[str, t.Any] | None:
    if certificate is None:
        return None
    return {**{key: certificate.get(key) for key in _CERTIFICATE}, "renew_at": renew_at}


def did(story: RunStory) -> list[str]:
    """What was done, in the order of a run."""
    would = "would " if story.rehearsal else ""
    acted = [one for one in story.taken() if one["plan"]["action"] not in _AT_REST and not story.rehearsal]
    found = [f"why: {one['plan']['reason']}" for one in acted]
    found += [f"definition: {change}" for one in story.taken() for change in one["definition_changes"]]
    found += [f"{would}{text}" for text in (*_certificates(story), *_in_acm(story))]
    found += [
        f"{would}{words.verb('bind', story.rehearsal)} {words.listed(ids)}"
        for one in story.having("matched", "distributions")
        if (ids := [_named(row) for row in sorted(one["distributions"], key=_alias) if row["status"] == "rebound"])
    ]
    found += [f"{would}{text}" for text in _removed(story)]
    found += [
        f"{would}{words.verb('unsubscribe' if row['status'] == 'absent' else 'subscribe', story.rehearsal)}"
        f" {row['endpoint']}"
        for row in story.subscriptions
        if row.get("changed")
    ]
    return found


def _certificates(story: RunStory) -> t.Iterator[str]:
    """What came into being."""
    for one in story.having("bundle", "issued"):
        if one["issued"] and "certificate_arn" not in one:
            bundle = one["bundle"]
            ca = urllib.parse.urlsplit(str(bundle.get("directory") or "")).hostname
            yield (
                f"{words.verb('issue', story.rehearsal)} a certificate for {words.listed(bundle.get('domains') or ())}"
                + (f" by {ca}" if ca else "")
            )
    for one in story.having("server_certificate", "uploaded"):
        if one["uploaded"]:
            name = (one["server_certificate"] or {}).get("name") or "it"
            yield f"{words.verb('store', story.rehearsal)} {name} in IAM"


def _in_acm(story: RunStory) -> t.Iterator[str]:
    """What was asked of ACM, or put there."""
    for one in story.having("certificate_arn", "steps"):
        if "request" in one["steps"]:
            names = words.listed((one.get("certificate") or {}).get("domains") or ())
            yield f"{words.verb('request', story.rehearsal)} a certificate for {names} from ACM"
    for one in story.having("certificate_arn", "copies"):
        imported = [str(copy["region"]) for copy in one["copies"] if {"import", "reimport"} & set(copy["steps"])]
        if imported:
            where = words.listed(imported)
            yield f"{words.verb('store', story.rehearsal)} it in ACM ({where})"


def _removed(story: RunStory) -> t.Iterator[str]:
    """What is gone, or would be."""
    delete = words.verb("delete", story.rehearsal)
    for one in story.having("certificate", "reason", "changed"):
        if one["changed"] and "certificate_arn" not in one:
            serial = one["certificate"]["serial"]
            yield f"{words.verb('revoke', story.rehearsal)} the certificate with the serial {serial}"
    for one in story.having("removed_records"):
        if one["removed_records"]:
            yield f"{delete} {words.counted(len(one['removed_records']), 'challenge record')} of unfinished orders"
    deleted = [name for one in story.having("deleted", "kept") for name in one["deleted"]]
    if names := [name for name in deleted if "://" not in name and not name.startswith("arn:")]:
        yield f"{delete} {words.listed(names)} from IAM"
    if arns := [name.rpartition("/")[2] for name in deleted if name.startswith("arn:")]:
        yield f"{delete} {words.listed(arns)} from ACM"
    if bundles := [uri for uri in deleted if "://" in uri]:
        yield f"{delete} {words.counted(len(bundles), 'bundle')} from the archive"


def todo(story: RunStory) -> list[Todo]:
    """What needs a person."""
    if story.document is None:
        return []
    found: list[Todo] = []
    for one in story.having("matched", "distributions"):
        found += [_left(story.document, row) for row in one["distributions"] if row["status"] == "skipped"]
        found += _unbound(story.document, one)
    return [*found, *_unheard(story.document, story)]


def _left(document: ProjectDocument, row: t.Mapping[str, t.Any]) -> Todo:
    """A distribution that keeps its certificate."""
    before = set(row.get("former") or ())
    former = [old for old in document["superseded"] if before & {old.get("id"), old.get("arn")}]
    until = (
        f" stays on {former[0].get('name')} until {former[0]['not_after']}, when it goes dark"
        if former
        else " is skipped"
    )
    names = [*document["definition"]["domains"], *(row.get("uncovered") or ())]
    command = f"{_CREATE}{document['name']} {_CHANGE_NAMES} -e '{words.variable('project_domains', names)}'"
    return {
        "what": f"distribution {_named(row)}{until}: {row['reason']}",
        "do": command if row.get("uncovered") else f"look at distribution {row['id']}",
    }


def _unbound(document: ProjectDocument, bound: Result) -> list[Todo]:
    """A certificate that nothing uses, though something could."""
    could_use = bound.get("could_use") or ()
    definition = document["definition"]
    is_wanted = definition["bind"] and "cloudfront" in definition["targets"]
    if not (could_use and is_wanted) or bound["matched"] or bound.get("tenants") or bound.get("targets"):
        return []
    names = words.listed([_named(row) for row in could_use])
    return [
        {
            "what": f"no distribution uses the certificate; these could: {names}",
            "do": f"{_CREATE}{document['name']} -e project_bind=previous,aliases",
        }
    ]


def _unheard(document: ProjectDocument, story: RunStory) -> list[Todo]:
    """Addresses that get no notice yet."""
    wanted, topic = document["definition"]["emails"], document["definition"]["sns_topic"]
    pending = sorted(
        str(row["endpoint"]) for row in story.subscriptions if row["status"] == "pending" and row["endpoint"] in wanted
    )
    if not pending or story.rehearsal:
        return []
    verb = "has" if len(pending) == 1 else "have"
    return [
        {
            "what": f"{words.listed(pending)} {verb} not confirmed the subscription; the link is in the mail from AWS,"
            " which can be sent again",
            "do": f"{_RESEND} 'topic={topic} endpoint={pending[0]} resend=true'",
        }
    ]


def _alias(row: t.Mapping[str, t.Any]) -> tuple[list[str], str]:
    return list(row.get("aliases") or ()), str(row["id"])


def _named(row: t.Mapping[str, t.Any]) -> str:
    aliases = list(row.get("aliases") or ())
    more = f" +{len(aliases) - 1}" if len(aliases) > 1 else ""
    return f"{row['id']} ({aliases[0]}{more})" if aliases else str(row["id"])
