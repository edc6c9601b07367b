# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a controller is to be set up with, read from options, with every reason why it cannot be."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ..._errors import ConfigError
from ..acm_cert import limits as acm_limits
from ..values import texts, urls
from . import notices, templates
from .notices import ControllerNotice

ARCHIVE_ENDINGS = (".tar.gz", ".tgz", ".zip")
LONGEST_NAME = 400
MOST_SLICES = 1000
# These are secrets; a controller shows the variables of a template to whoever may see it.
SECRET_VARIABLES = {
    "project_acme_eab_hmac_key": "EAB",
    "notify_webhooks": "webhook",
    "heartbeat_url": "heartbeat",
    "project_acme_fallback_eab": "",
    "project_dns_aws": "",
    "project_dns_delegations": "",
    "project_files": "",
}
_PLACES = ("project_store", "project_archive")
_GIT = re.compile(r"(https|ssh)://\S+|[\w.-]+@[\w.-]+:\S+")
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*")
_START = re.compile(r"DTSTART(;[^:\s]+)?:[0-9]{8}T[0-9]{6}Z?(\s|$)")


@dataclass(frozen=True)
class ControllerSetup:
    """All that is wanted of a controller."""

    prefix: str
    organization: str
    removes: bool = False
    image: str = ""
    pull: str = "missing"
    image_credential: str | None = None
    project_url: str = ""
    project_branch: str | None = None
    project_credential: str | None = None
    aws_credential: str | None = None
    credentials: tuple[str, ...] = ()
    job_region: str | None = None
    variables: t.Mapping[str, t.Any] = field(default_factory=dict)
    slices: int = 1
    approval_seconds: int = 0
    schedules: t.Mapping[str, str] = field(default_factory=dict)
    """A rule by what runs; an empty one removes the schedule."""
    notices: tuple[ControllerNotice, ...] = ()

    @property
    def is_archive(self) -> bool:
        """Whether the project is the collection's own artefact."""
        return self.project_url.endswith(ARCHIVE_ENDINGS)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must not be shown."""
        return tuple(text for notice in self.notices for text in notice.secrets)

    def name(self, key: str = "") -> str:
        """The name in the controller of what this key stands for."""
        return f"{self.prefix} {key.replace('_', ' ')}".strip()


def parse(options: t.Mapping[str, t.Any]) -> ControllerSetup:
    """The set-up; ConfigError that lists every problem with it. What is to be removed needs only its names."""
    setup, found = _read(options)
    found += [] if setup.removes else problems(setup)
    if found:
        raise ConfigError(found)
    return setup


def _read(options: t.Mapping[str, t.Any]) -> tuple[ControllerSetup, list[str]]:
    found, wrong = [], []
    for number, entry in enumerate(options["notifications"] or (), 1):
        notice, why = notices.read(entry, number)
        found.append(notice)
        wrong += [] if options["state"] == "absent" else why
    names = [one.name for one in found]
    wrong += [
        f"notifications: {texts.quoted(name)} is the name of several; use each name once"
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    wrong += [
        f"{key}: empty or longer than {LONGEST_NAME} characters"
        for key in ("prefix", "organization")
        if not 0 < len(options[key].strip()) <= LONGEST_NAME
    ]
    schedules = {**templates.SCHEDULES, **{key: rule or "" for key, rule in (options["schedules"] or {}).items()}}
    setup = ControllerSetup(
        removes=options["state"] == "absent",
        schedules=schedules,
        notices=tuple(found),
        credentials=tuple(options["credentials"] or ()),
        variables=options["variables"] or {},
        **{key: options[key] or default for key, default in _TEXTS.items()},
        **{key: options[key] for key in ("slices", "approval_seconds", "prefix", "organization", "pull")},
    )
    return setup, wrong


_TEXTS: dict[str, t.Any] = {
    "image": "", "image_credential": None, "project_url": "", "project_branch": None, "project_credential": None,
    "aws_credential": None, "job_region": None,
}  # fmt: skip


def problems(setup: ControllerSetup) -> list[str]:
    """Why a controller could not be set up so."""
    found = []
    if not _IMAGE.fullmatch(setup.image):
        found.append("image: not the name of an image; use one that was built from execution-environment.yml")
    found += _source_problems(setup)
    if setup.job_region and not acm_limits.is_region(setup.job_region):
        found.append(
            f"job_region: {texts.quoted(setup.job_region)} is not the name of a region; write it as in us-east-1"
        )
    if not 1 <= setup.slices <= MOST_SLICES:
        found.append(f"slices: not a number from 1 to {MOST_SLICES}")
    if setup.approval_seconds < 0:
        found.append("approval_seconds: below 0; use 0 to wait for ever")
    for key, rule in setup.schedules.items():
        found += _schedule_problems(key, rule)
    return found + _variable_problems(setup)


def _source_problems(setup: ControllerSetup) -> list[str]:
    if setup.is_archive:
        reason = urls.https_problem(setup.project_url)
        found = [f"project_url: {reason}"] if reason else []
        unfit = [key for key in ("project_branch", "project_credential") if getattr(setup, key)]
        return found + [f"{key}: an archive has none; leave it out" for key in unfit]
    if not _GIT.fullmatch(setup.project_url):
        return [
            (
                "project_url: neither a Git repository (https://, ssh:// or user@host:path) nor the address of an"
                f" archive ({', '.join(ARCHIVE_ENDINGS)})"
            )
        ]
    if "://" in setup.project_url and ":" in urls.parts(setup.project_url).netloc.rpartition("@")[0]:
        return ["project_url: it has a password in it; use project_credential"]
    return []


def _variable_problems(setup: ControllerSetup) -> list[str]:
    found = [
        f"variables: {name} is not set; a job runs in a container that is thrown away, so name a place that stays, in"
        " AWS or mounted into every job"
        for name in _PLACES
        if not setup.variables.get(name)
    ]
    for name, kind in SECRET_VARIABLES.items():
        if name in setup.variables:
            way = f"use a credential of the type {setup.name(kind)}" if kind else "use a credential type of your own"
            found.append(f"variables: {name} may be secret, and a controller shows variables; {way}")
    return found


def _schedule_problems(key: str, rule: str) -> list[str]:
    where = f"schedules: {texts.cleaned(key, texts.LONGEST_QUOTE)}"
    if key not in templates.RUNNABLE:
        return [f"{where}: unknown; use any of {', '.join(templates.RUNNABLE)}"]
    if not rule:
        return []
    found, rules = [], re.findall(r"RRULE:(\S*)", rule)
    if not _START.match(rule):
        found.append(f"{where}: it does not start with DTSTART:YYYYMMDDTHHMMSSZ")
    if len(rules) != 1:
        found.append(f"{where}: it has {len(rules)} rules (RRULE:), not one")
    wrong = [one for one in rules if not re.search(r"FREQ=(MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)\b", one)]
    wrong += [one for one in rules if not re.search(r"INTERVAL=[1-9]", one)]
    found += [f"{where}: its rule lacks FREQ or INTERVAL, or has one that AWX does not take"] if wrong else []
    return found
