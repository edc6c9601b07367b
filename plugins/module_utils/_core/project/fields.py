# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of a definition: for each one how its value is checked, and what applies when it is left out."""

from __future__ import annotations

import re
import typing as t

from ..acm_cert import limits as acm_limits
from ..acm_cert.certificates import CLOUDFRONT_REGION
from ..bind import publication
from ..bind.distributions import MATCHES
from ..bind.target import VERIFICATIONS
from ..ca import directories
from ..certificate import bundle, certificate, renewal
from ..report import subscriptions
from ..server_cert import limits
from ..values import domain_names, emails
from ..values.ownership import MANAGED_BY_TAG, PROJECT_TAG
from ..values.texts import quoted
from . import places, sources, targets

RESERVED_TAGS = (MANAGED_BY_TAG, PROJECT_TAG)
# Of those that a server certificate may have.
MAX_TAGS = limits.MAX_TAGS - len(RESERVED_TAGS)
_DISTRIBUTION = re.compile(r"E[A-Z0-9]{6,}|dt_[A-Za-z0-9]+")
_PROFILE = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Of anything that is counted.
MOST = 100_000
# A path on Linux has at most so many characters. PATH_MAX, limits.h(0p)
LONGEST_TEXT = 4096
TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")
Checked = tuple[t.Any, list[str]]


def _domains(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    found += [] if found else domain_names.problems(items)
    return (list(items) if found else list(domain_names.normalise(items))), found


def _emails(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    found += [
        f"{key}: {quoted(item)} is not a valid e-mail address; use the form name@example.com"
        for item in items
        if not emails.is_address(item)
    ]
    return (list(items) if found else [emails.mailbox(item) for item in emails.unique(items)]), found


def _distributions(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    wrong = [item for item in items if not _DISTRIBUTION.fullmatch(item)]
    found += [
        f"{key}: {quoted(item)} is not a valid distribution ID; an ID starts with E, followed by capital letters and"
        " digits"
        for item in wrong
    ]
    return list(dict.fromkeys(items)), found


def _regions(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    found += [
        f"{key}: {quoted(item)} is not the name of a region; write it as in eu-west-1"
        for item in items
        if not acm_limits.is_region(item)
    ]
    return [item for item in dict.fromkeys(items) if item != CLOUDFRONT_REGION], found


def _files(key: str, value: t.Any) -> Checked:
    """Paths; a text of a certificate or key is not kept, so a run is given it each time, which an empty one stands
    for."""
    if not isinstance(value, dict):
        return {}, [f"{key}: not a mapping of {', '.join(sources.FILE_KEYS)} to paths or PEM texts"]
    found = [
        f"{key}: {name} is unknown; use {', '.join(sources.FILE_KEYS)}"
        for name in value
        if name not in sources.FILE_KEYS
    ]
    kept = {name: text for name, text in value.items() if name in sources.FILE_KEYS}
    found += [f"{key}: {name} is not a path" for name, text in kept.items() if not isinstance(text, str | None)]
    if any("-----BEGIN" in text for text in kept.values() if isinstance(text, str)):
        return {}, [f"{key}: a PEM text is not kept in the definition; the role takes it from project_files"]
    return {name: text or None for name, text in kept.items()}, found


def _targets(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    known = targets.TARGETS
    found += [f"{key}: {quoted(item)} is unknown; use any of {', '.join(known)}" for item in items if item not in known]
    return list(dict.fromkeys(items)), found


def _listed(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    return list(dict.fromkeys(items)), found


def _listed_domains(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    found += [f"{key}: {problem}" for problem in domain_names.problems(items)] if items and not found else []
    return list(domain_names.normalise(items) if items and not found else items), found


def _match_tags(key: str, value: t.Any) -> Checked:
    if not isinstance(value, dict):
        return value, [f"{key}: {quoted(value)} is not a mapping of tag names to values"]
    tags = {str(tag): str(text) for tag, text in value.items()}
    return tags, [f"{key}: a tag has no name" for tag in tags if not tag]


def _parameter(key: str, value: t.Any) -> Checked:
    text, found = _text(key, value)
    return text, found or (publication.problems(key, text) if text else [])


def _bind(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    found += [
        f"{key}: {quoted(item)} is unknown; use any of {', '.join(MATCHES)}" for item in items if item not in MATCHES
    ]
    return list(dict.fromkeys(items)), found


def _texts(key: str, value: t.Any) -> tuple[tuple[str, ...], list[str]]:
    """The texts of a list or of comma-separated text."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
        return (), [f"{key}: {quoted(value)} is neither a list of strings nor a comma-separated string"]
    return domain_names.split(items), []


def _interval(key: str, value: t.Any) -> Checked:
    number = _whole(value)
    if number is None:
        return value, [
            (
                f"{key}: {quoted(value)} is not a whole number; use a number of days from"
                f" {renewal.MIN_INTERVAL_DAYS} to {renewal.MAX_INTERVAL_DAYS}"
            )
        ]
    return number, renewal.interval_problems(number)


def _count(key: str, value: t.Any) -> Checked:
    number = _whole(value)
    if number is None or not 0 <= number <= MOST:
        return value, [f"{key}: {quoted(value)} is not a whole number from 0 to {MOST}"]
    return number, []


def _retention(key: str, value: t.Any) -> Checked:
    number = _whole(value)
    if number is None or not bundle.KEEP_ALL <= number <= MOST:
        return value, [f"{key}: {quoted(value)} is not a valid number of bundles; use 0 to {MOST}, or -1 to keep all"]
    return number, []


def _whole(value: t.Any) -> int | None:
    """An integer, or its decimal digits: extra variables of the form ``-e key=30`` are always text."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(key: str, value: t.Any) -> Checked:
    """A truth value, or the text that Ansible's extra variables make of one."""
    if isinstance(value, str) and value.lower() in (*TRUE, *_FALSE):
        return value.lower() in TRUE, []
    return value, [] if isinstance(value, bool) else [f"{key}: {quoted(value)} is neither true nor false"]


def _one_of(choices: t.Sequence[str]) -> t.Callable[[str, t.Any], Checked]:
    def check(key: str, value: t.Any) -> Checked:
        return value, [] if value in choices else [
            f"{key}: {quoted(value)} is unknown; use one of {', '.join(choices)}"
        ]

    return check


def _text(key: str, value: t.Any) -> Checked:
    if not isinstance(value, str):
        return value, [f"{key}: {quoted(value)} is not a string"]
    text = value.strip()
    if len(text) > LONGEST_TEXT or not text.isprintable():
        return value, [f"{key}: {quoted(value)} is not text in one line of at most {LONGEST_TEXT} characters"]
    return text or None, []


def _topic(key: str, value: t.Any) -> Checked:
    """Empty text means no notification; None is replaced by the caller."""
    problem = None if value == "" else subscriptions.topic_form_problem(key, value)
    return value, [problem] if problem else []


def _directory(key: str, value: t.Any) -> Checked:
    text, found = _text(key, value)
    return text or directories.DEFAULT, found or directories.problems(text or directories.DEFAULT)


def _profile(key: str, value: t.Any) -> Checked:
    text, found = _text(key, value)
    if text and not found and not _PROFILE.fullmatch(text):
        found = [
            f"{key}: {quoted(text)} is not a valid profile name; use letters, digits, dots, hyphens and underscores"
        ]
    return text, found


def _fallbacks(key: str, value: t.Any) -> Checked:
    """Further CAs in their order, each with all its keys; what is secret of them stands elsewhere."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, dict) for item in value):
        return value, [f"{key}: {quoted(value)} is not a list of CAs; write each as a mapping with acme_directory"]
    found = [
        f"{key}: {quoted(name)} is unknown; use {', '.join(_FALLBACK)}, and put EAB in acme_fallback_eab"
        for item in value
        for name in item
        if name not in _FALLBACK
    ]
    parsed = []
    for item in value:
        found += [] if item.get("acme_directory") else [f"{key}: a CA has no acme_directory; set it"]
        checked = {
            name: check(f"{key}: {name}", "" if item.get(name) is None else item[name])
            for name, check in _FALLBACK.items()
        }
        parsed.append({name: result for name, (result, _problems) in checked.items()})
        found += [problem for _result, problems in checked.values() for problem in problems]
    return parsed, list(dict.fromkeys(found))


def _tags(key: str, value: t.Any) -> Checked:
    if not isinstance(value, dict):
        return value, [f"{key}: {quoted(value)} is not a mapping of tag names to values"]
    found = [
        f"{key}: {quoted(tag)} is set by this collection; remove it"
        for tag in map(str, value)
        if tag.lower() in map(str.lower, RESERVED_TAGS)
    ]
    found += limits.tag_problems(value, key, MAX_TAGS)
    return {str(tag): str(text) for tag, text in value.items()}, found


_FALLBACK: dict[str, t.Callable[[str, t.Any], Checked]] = {
    "acme_directory": _directory,
    "acme_ca_bundle": _text,
    "acme_profile": _profile,
}
_FIELDS: dict[str, tuple[t.Any, t.Callable[[str, t.Any], Checked]]] = {
    "domains": ([], _domains),
    "emails": ([], _emails),
    "renewal_interval_days": (renewal.DEFAULT_INTERVAL_DAYS, _interval),
    "source": (sources.ACME, _one_of(sources.SOURCES)),
    "files": ({}, _files),
    "certificate_store": ("iam", _one_of(places.STORES)),
    "acm_arn": (places.ARN_CHOICES[0], _one_of(places.ARN_CHOICES)),
    "acm_regions": ([], _regions),
    "acm_validation": (sources.VALIDATIONS[0], _one_of(sources.VALIDATIONS)),
    "acm_export": (False, _flag),
    "publish": ("", _parameter),
    "bind": ([MATCHES[0]], _bind),
    "targets": ([targets.CLOUDFRONT], _targets),
    "distributions": ([], _distributions),
    "listeners": ([], _listed),
    "api_domains": ([], _listed_domains),
    "match_tags": ({}, _match_tags),
    "key_type": (certificate.DEFAULT_KEY_TYPE, _one_of(certificate.KEY_TYPES)),
    "acme_directory": (directories.DEFAULT, _directory),
    "acme_ca_bundle": ("", _text),
    "acme_terms_agreed": (True, _flag),
    "acme_profile": ("", _profile),
    "acme_profile_required": (True, _flag),
    "acme_preferred_chain": ("", _text),
    "acme_fallbacks": ([], _fallbacks),
    "acme_contacts": ([], _emails),
    "acme_renewal_info": (True, _flag),
    "dns_persist": (False, _flag),
    "archive": ("", _text),
    "sns_topic": ("", _topic),
    "deploy_wait": (True, _flag),
    "verify": (VERIFICATIONS[0], _one_of(VERIFICATIONS)),
    "keep_previous": (0, _count),
    "archive_keep": (bundle.KEEP_ALL, _retention),
    "tags": ({}, _tags),
    "quota_headroom": (0, _count),
}
KEYS = tuple(_FIELDS)

# What a stored definition lacks that an earlier version wrote.
_DEFAULTS = {key: check(key, default)[0] for key, (default, check) in _FIELDS.items()}
