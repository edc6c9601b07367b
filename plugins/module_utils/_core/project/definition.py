# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A project's definition: what users may write, its defaults, and every reason why it cannot be used."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..acm_cert import limits as acm_limits
from ..dns import persistent_records
from ..values import partitions, texts
from ..values.shapes import ProjectDefinition
from . import places, sources, targets
from .fields import _DEFAULTS, _FIELDS, KEYS, LONGEST_TEXT

# The archive keeps ACME accounts beside the projects.
RESERVED_NAMES = ("accounts",)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


@dataclass(frozen=True)
class Definition:
    """The definition with every key present and in its stored form; of use only if ``problems`` is empty."""

    values: ProjectDefinition
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def name_problems(name: str, option: str = "name") -> list[str]:
    """Why ``name``, the value of ``option``, cannot be the name of a project; empty if it can."""
    if not _NAME.fullmatch(name):
        return [
            (
                f"{option}: {texts.quoted(name)} is not a valid project name: start with a letter or digit, followed by"
                " up to 62 letters, digits, hyphens and underscores"
            )
        ]
    if name.lower() in RESERVED_NAMES:
        return [
            f"{option}: {texts.quoted(name)} is reserved: the archive keeps ACME accounts under it; choose another name"
        ]
    return []


def parse(name: str, given: t.Mapping[str, t.Any], partition: str = partitions.GLOBAL) -> Definition:
    """The definition that ``given`` makes for the project, with all its problems; what is missing or empty takes its
    default."""
    topic = f"certops-{name}"
    # A bad name is one problem, not also one of the topic that is named after it.
    given = {key: value for key, value in given.items() if (key, value) != ("sns_topic", topic)}
    problems = name_problems(name)
    problems += [
        f"{texts.cleaned(key, 64)}: unknown; the keys of a definition are {', '.join(KEYS)}"
        for key in given
        if key not in KEYS
    ]
    values: dict[str, t.Any] = {}
    for key, (default, check) in _FIELDS.items():
        value = given.get(key)
        values[key], found = check(key, default if value is None else value)
        if found and value == "":
            # So AWX sends a question of a survey that has no answer.
            values[key], found = check(key, default)
        problems += found
    if given.get("sns_topic") is None:
        values["sns_topic"] = topic
    problems += _contradictions(values, partition)
    # Whatever a value is that a problem quotes.
    said = tuple(texts.cleaned(problem) for problem in problems)
    return Definition(values=t.cast("ProjectDefinition", values), problems=said, warnings=_warnings(values))


def with_defaults(name: str, stored: t.Mapping[str, t.Any]) -> ProjectDefinition:
    """A stored definition with the keys that later versions added; unlike ``parse`` it judges nothing."""
    defaults = {
        key: type(value)(value) if isinstance(value, (list, dict)) else value for key, value in _DEFAULTS.items()
    }
    return t.cast("ProjectDefinition", {**defaults, "sns_topic": f"certops-{name}", **stored})


def stored(key: str, value: t.Any) -> tuple[t.Any, list[str]]:
    """The value of this key as it was stored, in the form of today, and why it cannot be one: it is not of the type in
    which it is stored, or it would not be taken as a value either."""
    if not _has_form(key, value):
        return value, [f"definition.{key} is {texts.quoted(value)}, which is not how it is stored"]
    default, check = _FIELDS[key]
    if value is None or (value == default and key != "domains"):
        return value, []
    found, problems = check(key, value)
    if not problems and any(not text.isprintable() or len(text) > LONGEST_TEXT for text in _texts_of(found)):
        problems = [f"{key}: it has a text that is not in one line of at most {LONGEST_TEXT} characters"]
    return found, [f"definition: {problem}" for problem in problems]


def _texts_of(value: t.Any) -> t.Iterator[str]:
    """Every text of a value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for each in (*value, *value.values()) if isinstance(value, dict) else value:
            yield from _texts_of(each)


def _has_form(key: str, value: t.Any) -> bool:
    default = _FIELDS[key][0]
    if isinstance(value, list) and isinstance(default, list):
        named = (
            [item.get("acme_directory") if isinstance(item, dict) else None for item in value]
            if key == "acme_fallbacks"
            else value
        )
        return all(isinstance(item, str) for item in named)
    if isinstance(value, dict) and isinstance(default, dict):
        return all(isinstance(text, (str, type(None))) for text in value.values())
    return type(value) is type(default) or (value is None and _DEFAULTS[key] is None)


def shrinking(before: t.Sequence[str], after: t.Sequence[str]) -> tuple[str, ...]:
    """A warning if names go away: sites that still use them would no longer match the certificate."""
    lost = [domain for domain in before if domain not in after]
    if not lost:
        return ()
    names_lost = ", ".join(lost)
    return (
        (
            f"the new certificate no longer covers {names_lost}: sites with these names would show a certificate error,"
            " and their distributions are skipped"
        ),
    )


def _contradictions(values: t.Mapping[str, t.Any], partition: str) -> list[str]:
    found = persistent_records.room_problems(values["domains"], values["dns_persist"] is True)
    found += targets.contradictions(values, partition)
    if values["certificate_store"] == "acm" and partition == partitions.CHINA:
        found.append("certificate_store: acm cannot serve CloudFront in the China regions; use iam")
    return found + _acm_contradictions(values, partition) + sources.contradictions(values, partition)


def _acm_contradictions(values: t.Mapping[str, t.Any], partition: str) -> list[str]:
    """What is asked of ACM although the certificate is not there, or cannot be in one account."""
    found = []
    if values["certificate_store"] != places.ACM:
        if values["acm_arn"] != places.ARN_CHOICES[0]:
            found.append(
                f"acm_arn: {texts.cleaned(values['acm_arn'])} is about certificates in ACM; set certificate_store to"
                " acm"
            )
        if values["acm_regions"]:
            found.append("acm_regions: set, but certificate_store is not acm, so ACM has nothing to keep there")
        return found
    if partition != partitions.CHINA:
        foreign = [one for one in values["acm_regions"] if acm_limits.partition_of(one) != partitions.GLOBAL]
        found += [
            f"acm_regions: {region} is in another partition than CloudFront, with other accounts" for region in foreign
        ]
    return found


def _warnings(values: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    found = sources.warnings(values)
    if values["distributions"] and "ids" not in values["bind"]:
        ignored = "distributions are listed, but bind does not contain ids, so the list is ignored; add ids to bind"
        return (*found, ignored)
    return found
