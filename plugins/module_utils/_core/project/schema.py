# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of a project document, key by key: what of it is read is of this form, or the document is refused. What
earlier versions wrote is brought up to it first."""

from __future__ import annotations

import typing as t

from ..bind import publication
from ..ca import directories, issuances
from ..certificate.bundle import ISSUERS
from ..certificate.certificate import AUTHORITY_KEY_ID, DOMAIN_NAMES, FACTS, WORD
from ..certificate.renewal_info import KEPT
from ..values import schema, texts, urls
from ..values.schema import Shape, flag, hexadecimal, items, line, mapping, maybe, moment, one_of, record, words
from ..values.shapes import ProjectDocument
from . import definition, fields, journal

# Of processes on Linux: PID_MAX_LIMIT is 2^22, and another system may count further.
_LARGEST_PID = 2**31 - 1
LONGEST_TTL = 30 * 24 * 3600
LONGEST_RUN_ID = 200
LONGEST_URI = 2000
_MOST_REVOKED = 10_000
_MOST_KEPT = 1000

_name = line()
_run_id = line(LONGEST_RUN_ID)
_names = items(_name)
_arn = schema.text(r"arn:[A-Za-z0-9-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:.+", "an ARN", 2048)
_archived = schema.text(r"[a-z0-9+]+://.+", "the URI of an object in an archive", LONGEST_URI)
_directory = schema.leaf(
    "an ACME directory", lambda value: isinstance(value, str) and (value in ISSUERS or not directories.problems(value))
)
_order = schema.leaf(
    "an https:// URL, or an ARN of ACM",
    lambda value: urls.https_problem(value) is None or not schema.problems(_arn, value),
)
_parameter = schema.leaf(
    "a parameter as ssm:/path", lambda value: isinstance(value, str) and not publication.problems("publish", value)
)
_profile = schema.text(r"[A-Za-z0-9._-]{0,64}", "the name of a profile")


def _defined(key: str) -> Shape:
    """The value of a key of the definition."""

    def judge(value: t.Any, _path: str, found: list[str]) -> t.Any:
        known, problems = definition.stored(key, value)
        found += problems
        return known

    return judge


_FIELDS = {key: _defined(key) for key in fields.KEYS}
# Whoever reads a document, it names the same place: nothing in it is expanded.
_FIELDS["archive"] = maybe(
    schema.text(r"(file:///|s3://).+", "the URI of an archive, with the whole path of a directory", LONGEST_URI)
)
DEFINITION = record({}, _FIELDS)
_WANTED = {
    "domains": DOMAIN_NAMES,
    "key_type": WORD,
    "acme_directory": _directory,
    "acme_profile": maybe(_profile),
}
_PLACES = {"bind": items(WORD), "distributions": items(WORD)}
_NO_PLACE = {"name": None, "id": None, "arn": None}
_LATER = dict.fromkeys(("source", "certificate_store"), WORD)
_ACCEPTED = record({"at": moment, **_WANTED}, _LATER)
_CERTIFICATE = record(
    FACTS,
    {
        "authority_key_id": AUTHORITY_KEY_ID,
        "store": WORD,
        "source": WORD,
        "source_arn": maybe(_arn),
        "copies": items(record({"region": WORD, "arn": _arn})),
        "settled_by": maybe(moment),
        "name": maybe(line()),
        "id": maybe(schema.text(r"[\w:/-]{1,2048}", "the ID of a certificate", 2048)),
        "arn": maybe(_arn),
        "path": maybe(schema.text(r"/|/[!-~]+/", "a path in IAM", 512)),
        "upload_date": maybe(moment),
        "archive_uri": maybe(_archived),
        "issued_at": maybe(moment),
        "directory": maybe(_directory),
        "acme_directory": maybe(_directory),
        "acme_profile": maybe(_profile),
        "deployed": maybe(record({"at": moment, **_PLACES})),
        **dict.fromkeys(("rolled_back", "adopted"), maybe(_ACCEPTED)),
        "revoke": maybe(WORD),
        "revoked_at": maybe(moment),
    },
)


def _certificate(value: t.Any, path: str, found: list[str]) -> t.Any:
    """A certificate with the keys that say where it is, which one that is in the archive alone may lack."""
    known = _CERTIFICATE(value, path, found)
    return {**_NO_PLACE, **known} if isinstance(known, dict) else known


_ISSUED = record(
    {
        "serial": hexadecimal,
        "at": moment,
        "acme_directory": schema.either(line(LONGEST_URI), schema.plain(0)),
        "domains": DOMAIN_NAMES,
        "exempt": maybe(one_of(*issuances.EXEMPTIONS)),
    }
)
_RENEWAL = record(
    {},
    {
        "renew_at": maybe(moment),
        "reason": maybe(words()),
        "ari": maybe(record({}, KEPT)),
        "next_attempt_at": maybe(moment),
        "failures": schema.whole(0, 1_000_000),
    },
)
_JOURNAL = record(
    {
        "run_id": maybe(_run_id),
        "fence": maybe(schema.whole(0)),
        "run": WORD,
        "action": WORD,
        "phase": one_of(*journal.PHASES),
        "started_at": moment,
        "issued_since": maybe(moment),
        "order_url": maybe(_order),
        "fingerprint_sha256": maybe(hexadecimal),
        "wanted": record({**_WANTED, **_PLACES}, _LATER),
    },
    {"revoke": maybe(WORD)},
)
_OWNER = record(
    {},
    {
        "host": words(LONGEST_RUN_ID),
        "boot_id": maybe(_name),
        "pid_namespace": maybe(_name),
        "pid": maybe(schema.whole(1, _LARGEST_PID)),
        "started": maybe(_name),
    },
)
_LOCK = record(
    {
        "owner": _OWNER,
        "run": WORD,
        "run_id": _run_id,
        "expires_at": moment,
        "ttl": schema.whole(0, LONGEST_TTL),
        "fence": schema.whole(0),
    },
    {"acquired_at": moment, "changed": flag},
)
# In the words of the SSL Plugin, and of its own records where a project was adopted from it: texts, or what failed with
# its code.
_told = mapping(line(512), schema.plain(3))
_LAST_RUN = record(
    {
        "Status": words(),
        "Previous_IAM_SSL_Info": schema.either(words(), _told),
        "Matched_CloudFront": schema.either(
            words(), record({}, {"ID_LIST": items(line(LONGEST_URI)), "Error": schema.plain(3)})
        ),
        "Update_CloudFront_Status": items(_told),
        "Delete_Previous_IAM_SSL_Cert": schema.either(words(), _told),
    },
    {
        "Previous_ACM_SSL_Info": _told,
        "Update_Targets_Status": items(_told),
        "started_at": moment,
        "finished_at": maybe(moment),
        "Error": words(),
    },
)
_PLACE = maybe(line(2048))
_FORMER = record(
    {"kind": WORD, "rules": items(record({"name": line(), "state": WORD}))},
    {**dict.fromkeys(("region", "stack", "function", "path", "host"), _PLACE), "concurrency": maybe(schema.whole(0))},
)
_COPY = record({"uri": line(LONGEST_URI), "fingerprint_sha256": hexadecimal})
_ADOPTION = record(
    {
        "source": line(),
        "theirs": line(),
        "phase": WORD,
        "paths": mapping(_name, record({"name": line(), "path": line(512)})),
        "bundles": mapping(line(LONGEST_URI), maybe(_COPY)),
        "former": maybe(_FORMER),
    },
    {
        **dict.fromkeys(("version", "region", "topic", "also_notified"), _PLACE),
        "started_at": moment,
        **dict.fromkeys(("finished_at", "stopped_at"), maybe(moment)),
    },
)
_RUN_STATE = record(
    {},
    {
        "certificate": maybe(words()),
        "fingerprint_sha256": maybe(hexadecimal),
        "not_after": maybe(moment),
        "key_type": WORD,
        "ca": line(LONGEST_URI),
        "domains": DOMAIN_NAMES,
        **dict.fromkeys(("distributions", "addresses"), items(line(LONGEST_URI))),
    },
)
_PAST_RUN = record(
    {"run": WORD, "run_id": _run_id, "started_at": moment, "finished_at": moment, "status": WORD},
    {"changes": items(words()), "error": words(), "job": words(), "state": _RUN_STATE},
)
_ACCOUNT = record({"id": schema.text(r"[0-9]{12}", "the number of an account"), "partition": WORD})
DOCUMENT = record(
    {"schema": schema.whole(0), "name": _name, "definition": DEFINITION},
    {
        "certificate": maybe(_certificate),
        "superseded": items(_certificate, _MOST_KEPT),
        "issued": items(_ISSUED, _MOST_KEPT),
        "revoked": mapping(hexadecimal, moment, _MOST_REVOKED),
        "subscribed": items(line(320)),
        "to_withdraw": items(_parameter, _MOST_KEPT),
        "renewal": _RENEWAL,
        "journal": maybe(_JOURNAL),
        "last_run": maybe(_LAST_RUN),
        "account": maybe(_ACCOUNT),
        "history": items(_PAST_RUN, _MOST_KEPT),
        "fence": schema.whole(0),
        "lock": maybe(_LOCK),
        "adoption": maybe(_ADOPTION),
    },
)


def checked(stored: t.Mapping[str, t.Any]) -> ProjectDocument:
    """The document with its texts cleaned; ValueError with every problem if it has not this shape."""
    found: list[str] = []
    document = DOCUMENT(stored, "", found)
    if found:
        said = texts.cleaned(schema.summary(found))
        raise ValueError(f"it is damaged: {said}; repair it, or restore it from a backup")
    return t.cast("ProjectDocument", document)


# Documents of earlier versions are brought up to the form that is declared here, one step after another.
SCHEMA = 1

# As it was read; what has the form of today is a ProjectDocument.
StoredDocument = dict[str, t.Any]

_LISTS = ("domains", "emails", "bind", "distributions", "acme_contacts")


def upgraded(stored: t.Mapping[str, t.Any]) -> StoredDocument:
    """The document in the form of today; it is written so with the next change. Raises ValueError for one of a later
    version."""
    document = dict(stored)
    # Documents from before versions were counted have no such key.
    version = document.get("schema", 0)
    if version not in (*_STEPS, SCHEMA):
        raise ValueError(
            f"its schema is {texts.quoted(version)}, but this version of the collection supports only {SCHEMA}; upgrade"
            " the collection"
        )
    while version != SCHEMA:
        document = _STEPS[version](document)
        version = document["schema"]
    return document


def _from_0(document: StoredDocument) -> StoredDocument:
    """Lists could be comma-separated text then, as in the variables of the role, and certificates did not say whether
    they were deployed."""
    definition = document.get("definition")
    if isinstance(definition, dict):
        listed = {key: _split(definition[key]) for key in _LISTS if isinstance(definition.get(key), str)}
        document = {**document, "definition": {**definition, **listed}}
    return {**document, "schema": 1}


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


_STEPS: dict[t.Any, t.Callable[[StoredDocument], StoredDocument]] = {0: _from_0}
