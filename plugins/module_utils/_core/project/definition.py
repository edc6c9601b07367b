# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A project's definition: what users may write, its defaults, and every reason why it cannot be used."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..ca import directories
from ..certificate import certificate, renewal
from ..retire import retention
from ..values import domain_names, emails

CERTIFICATE_STORES = ("iam", "acm")
BIND = ("previous", "aliases", "ids")
VERIFY = ("config", "tls", "none")
# The role stores certificates in IAM only; this goes away with the module acm_cert.
ACM_SUPPORTED = False
# Tags per server certificate, less the two of ours. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
MAX_TAGS, MAX_TAG_NAME, MAX_TAG_VALUE = 48, 128, 256
OUR_TAGS = ("managed-by", "certops:project")
# The archive keeps ACME accounts beside the projects.
RESERVED_NAMES = ("accounts",)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_DISTRIBUTION = re.compile(r"E[A-Z0-9]{6,}")
# https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,256}|arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}")
_PROFILE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TAG_TEXT = re.compile(r"[\w\s.:/=+@-]*")
_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")

Checked = tuple[t.Any, list[str]]


@dataclass(frozen=True)
class Definition:
    """The definition with every key present and in its stored form; of use only if ``problems`` is empty."""

    values: t.Mapping[str, t.Any]
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def name_problems(name: str) -> list[str]:
    """Why ``name`` cannot be the name of a project; empty if it can."""
    if not _NAME.fullmatch(name):
        return [f"name: {name!r} is no project name; give a letter or digit, then up to 62 letters, digits, hyphens and underscores"]
    if name.lower() in RESERVED_NAMES:
        return [f"name: {name!r} is reserved, since the archive keeps ACME accounts under it; choose another name"]
    return []


def parse(name: str, given: t.Mapping[str, t.Any], partition: str = "aws") -> Definition:
    """The definition that ``given`` makes for the project, with all its problems; what is missing or empty takes its default."""
    topic = f"certops-{name}"
    # A bad name is one problem, not also one of the topic that is named after it.
    given = {key: value for key, value in given.items() if (key, value) != ("sns_topic", topic)}
    problems = name_problems(name)
    problems += [f"{key}: unknown; the keys of a definition are {', '.join(KEYS)}" for key in given if key not in KEYS]
    values: dict[str, t.Any] = {}
    for key, (default, check) in _FIELDS.items():
        value = given.get(key)
        values[key], found = check(key, default if value is None else value)
        problems += found
    if given.get("sns_topic") is None:
        values["sns_topic"] = topic
    problems += _contradictions(values, partition)
    return Definition(values=values, problems=tuple(problems), warnings=_warnings(values))


def with_defaults(name: str, stored: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A stored definition with the keys that later versions added; unlike ``parse`` it judges nothing."""
    defaults = {key: type(value)(value) if isinstance(value, (list, dict)) else value for key, value in _DEFAULTS.items()}
    return {**defaults, "sns_topic": f"certops-{name}", **stored}


def damage(stored: t.Mapping[str, t.Any]) -> list[str]:
    """Where a stored definition has another form than it is stored in, so that nothing can be made of it; unlike ``parse`` it judges no values."""
    return [f"definition: {key} is {stored[key]!r}" for key in KEYS if key in stored and not _has_form(key, stored[key])]


def _has_form(key: str, value: t.Any) -> bool:
    default = _FIELDS[key][0]
    if isinstance(value, list) and isinstance(default, list):
        named = [item.get("acme_directory") if isinstance(item, dict) else None for item in value] if key == "acme_fallbacks" else value
        return all(isinstance(item, str) for item in named)
    return type(value) is type(default) or (value is None and _DEFAULTS[key] is None)


def shrinking(before: t.Sequence[str], after: t.Sequence[str]) -> tuple[str, ...]:
    """A warning if names go away: sites that still use them would not match the certificate any more."""
    lost = [domain for domain in before if domain not in after]
    if not lost:
        return ()
    names_lost = ", ".join(lost)
    return (f"the new certificate no longer covers {names_lost}: sites with these names would show a certificate error, and their distributions are skipped",)


def _contradictions(values: t.Mapping[str, t.Any], partition: str) -> list[str]:
    found = []
    if "ids" in values["bind"] and not values["distributions"]:
        found.append("distributions: none given, but bind has ids; list distribution IDs, or take ids out of bind")
    if values["certificate_store"] == "acm" and partition == "aws-cn":
        found.append("certificate_store: acm cannot serve CloudFront in the China regions; use iam")
    elif values["certificate_store"] == "acm" and not ACM_SUPPORTED:
        found.append("certificate_store: acm is not supported in this version; use iam")
    return found


def _warnings(values: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    if values["distributions"] and "ids" not in values["bind"]:
        return ("distributions are listed, but bind has no ids, so they are not bound for being listed; add ids to bind",)
    return ()


def _domains(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    found += [] if found else domain_names.problems(items)
    return (list(items) if found else list(domain_names.normalise(items))), found


def _emails(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    found += [f"{key}: {item!r} is no e-mail address; write name@example.com" for item in items if not emails.is_address(item)]
    return (list(items) if found else [emails.mailbox(item) for item in emails.unique(items)]), found


def _distributions(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    wrong = [item for item in items if not _DISTRIBUTION.fullmatch(item)]
    found += [f"{key}: {item!r} is no distribution ID; it begins with E and has capital letters and digits" for item in wrong]
    return list(dict.fromkeys(items)), found


def _bind(key: str, value: t.Any) -> Checked:
    items, found = _texts(key, value)
    found += [f"{key}: {item!r} is unknown; give any of {', '.join(BIND)}" for item in items if item not in BIND]
    return list(dict.fromkeys(items)), found


def _texts(key: str, value: t.Any) -> tuple[tuple[str, ...], list[str]]:
    """The texts of a list or of comma-separated text."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
        return (), [f"{key}: {value!r} is neither a list of texts nor comma-separated text"]
    return domain_names.split(items), []


def _interval(key: str, value: t.Any) -> Checked:
    number = _whole(value)
    if number is None:
        return value, [f"{key}: {value!r} is no whole number; give days from {renewal.MIN_INTERVAL_DAYS} to {renewal.MAX_INTERVAL_DAYS}"]
    return number, renewal.interval_problems(number)


def _count(key: str, value: t.Any) -> Checked:
    number = _whole(value)
    if number is None or number < 0:
        return value, [f"{key}: {value!r} is no whole number from 0 on"]
    return number, []


def _retention(key: str, value: t.Any) -> Checked:
    number = _whole(value)
    if number is None or number < retention.KEEP_ALL:
        return value, [f"{key}: {value!r} is no number of bundles; give a whole number from 0 on, or -1 to keep all"]
    return number, []


def _whole(value: t.Any) -> int | None:
    """An integer, or its decimal digits: extra variables of the form ``-e key=30`` are always text."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(key: str, value: t.Any) -> Checked:
    """A truth value, or the text that Ansible's extra variables make of one."""
    if isinstance(value, str) and value.lower() in (*_TRUE, *_FALSE):
        return value.lower() in _TRUE, []
    return value, [] if isinstance(value, bool) else [f"{key}: {value!r} is neither true nor false"]


def _one_of(choices: t.Sequence[str]) -> t.Callable[[str, t.Any], Checked]:
    def check(key: str, value: t.Any) -> Checked:
        return value, [] if value in choices else [f"{key}: {value!r} is unknown; give one of {', '.join(choices)}"]

    return check


def _text(key: str, value: t.Any) -> Checked:
    if not isinstance(value, str):
        return value, [f"{key}: {value!r} is no text"]
    return value.strip() or None, []


def _topic(key: str, value: t.Any) -> Checked:
    """Empty text means no notification; None is replaced by the caller."""
    if value == "" or (isinstance(value, str) and _TOPIC.fullmatch(value)):
        return value, []
    return value, [f"{key}: {value!r} is neither a topic name (up to 256 letters, digits, hyphens, underscores) nor a topic ARN"]


def _directory(key: str, value: t.Any) -> Checked:
    text, found = _text(key, value)
    return text or "letsencrypt", found or directories.problems(text or "letsencrypt")


def _profile(key: str, value: t.Any) -> Checked:
    text, found = _text(key, value)
    if text and not found and not _PROFILE.fullmatch(text):
        found = [f"{key}: {text!r} is no profile name; use letters, digits, dots, hyphens and underscores"]
    return text, found


def _fallbacks(key: str, value: t.Any) -> Checked:
    """Further CAs in their order, each with all its keys; what is secret of them stands elsewhere."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, dict) for item in value):
        return value, [f"{key}: {value!r} is no list of CAs; give each as a mapping with acme_directory"]
    found = [f"{key}: {name} is unknown; give {', '.join(_FALLBACK)}, and EAB in acme_fallback_eab" for item in value for name in item if name not in _FALLBACK]
    parsed = []
    for item in value:
        found += [] if item.get("acme_directory") else [f"{key}: a CA without acme_directory"]
        checked = {name: check(f"{key}: {name}", "" if item.get(name) is None else item[name]) for name, check in _FALLBACK.items()}
        parsed.append({name: result for name, (result, _problems) in checked.items()})
        found += [problem for _result, problems in checked.values() for problem in problems]
    return parsed, list(dict.fromkeys(found))


def _tags(key: str, value: t.Any) -> Checked:
    if not isinstance(value, dict):
        return value, [f"{key}: {value!r} is no mapping of tag names to values"]
    tags = {str(tag): str(text) for tag, text in value.items()}
    found = [f"{key}: {tag!r} is set by this collection; take it out" for tag in tags if tag in OUR_TAGS]
    found += [f"{key}: {tag!r} is no AWS tag, or its value is none" for tag, text in tags.items() if not _is_tag(tag, text)]
    if len(tags) > MAX_TAGS:
        found.append(f"{key}: {len(tags)} tags, but at most {MAX_TAGS} fit beside ours")
    return tags, found


def _is_tag(tag: str, text: str) -> bool:
    sized = 1 <= len(tag) <= MAX_TAG_NAME and len(text) <= MAX_TAG_VALUE
    return sized and not tag.lower().startswith("aws:") and bool(_TAG_TEXT.fullmatch(tag) and _TAG_TEXT.fullmatch(text))


_FALLBACK: dict[str, t.Callable[[str, t.Any], Checked]] = {"acme_directory": _directory, "acme_ca_bundle": _text, "acme_profile": _profile}
_FIELDS: dict[str, tuple[t.Any, t.Callable[[str, t.Any], Checked]]] = {
    "domains": ([], _domains),
    "emails": ([], _emails),
    "renewal_interval_days": (renewal.DEFAULT_INTERVAL_DAYS, _interval),
    "certificate_store": ("iam", _one_of(CERTIFICATE_STORES)),
    "bind": (["previous"], _bind),
    "distributions": ([], _distributions),
    "key_type": ("ecdsa_p256", _one_of(certificate.KEY_TYPES)),
    "acme_directory": ("letsencrypt", _directory),
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
    "verify": ("config", _one_of(VERIFY)),
    "keep_previous": (0, _count),
    "archive_keep": (retention.KEEP_ALL, _retention),
    "tags": ({}, _tags),
    "quota_headroom": (0, _count),
}
KEYS = tuple(_FIELDS)
# What a stored definition lacks that an earlier version wrote.
_DEFAULTS = {key: check(key, default)[0] for key, (default, check) in _FIELDS.items()}
