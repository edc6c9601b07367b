# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Surveys: what is asked at a launch. Descriptions and defaults are those of the role's argument specs, choices and
limits those of the code that checks a definition."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..bind.distributions import MATCHES
from ..certificate import certificate, renewal
from ..project import places, sources
from ..retire import revocation
from . import templates

TEXT, TEXTAREA, INTEGER, ONE, SOME = "text", "textarea", "integer", "multiplechoice", "multiselect"
LONGEST_NAME = 63
# An ARN of IAM is the longest that a certificate is called by.
LONGEST_CERTIFICATE = 2048
# Markup of Ansible's documentation, and what stands in it.
_MARKUP = re.compile(r"\b[A-Z]+\(([^()]*)\)")
# Options by the entry point of the role.
RoleSpecs = t.Mapping[str, t.Mapping[str, t.Mapping[str, t.Any]]]


@dataclass(frozen=True)
class Question:
    """One question. One that is not required is sent as an empty text, or not at all, if it has no answer."""

    variable: str
    title: str
    type: str
    is_required: bool = True
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    has_default: bool = False
    """Whether the role's default is shown, to be changed."""
    description: str = ""
    """Of a variable that the role does not have."""


_NAME = Question("project_name", "Name of the project", TEXT, low=1, high=LONGEST_NAME)
QUESTIONS: dict[str, tuple[Question, ...]] = {
    templates.CREATE: (
        _NAME,
        Question("project_domains", "Domain names, one a line", TEXTAREA),
        Question("project_emails", "Addresses to notify, one a line", TEXTAREA, is_required=False),
        Question(
            "project_renewal_interval_days",
            "Days between renewals",
            INTEGER,
            low=renewal.MIN_INTERVAL_DAYS,
            high=renewal.MAX_INTERVAL_DAYS,
            has_default=True,
        ),
        Question("project_bind", "What gets the certificate", SOME, choices=tuple(MATCHES), has_default=True),
        Question("project_distributions", "Distributions, one a line", TEXTAREA, is_required=False),
        Question("project_source", "Where it comes from", ONE, choices=(sources.ACME, sources.ACM), has_default=True),
        Question(
            "project_certificate_store", "Where CloudFront finds it", ONE, choices=places.STORES, has_default=True
        ),
        Question("project_key_type", "Type of the key", ONE, choices=tuple(certificate.KEY_TYPES), has_default=True),
    ),
    templates.RENEW: (
        Question(
            "select_certificate",
            "Only the project of this certificate",
            TEXT,
            is_required=False,
            high=LONGEST_CERTIFICATE,
            description="Its ARN, ID or name, as an event tells it. Without it, all projects that are due are renewed.",
        ),
    ),
    templates.REISSUE: (
        _NAME,
        Question("project_issued_before", "Only if issued before this time", TEXT, is_required=False),
        Question(
            "project_revoke_reason",
            "Revoke the old one, because",
            ONE,
            is_required=False,
            choices=tuple(revocation.REASONS),
        ),
    ),
    templates.ROLLBACK: (_NAME,),
}
_ENTRIES = {templates.CREATE: "main", templates.REISSUE: "reissue", templates.ROLLBACK: "rollback"}


def survey(key: str, specs: RoleSpecs) -> dict[str, t.Any]:
    """The survey in the form of the controller."""
    options = specs[_ENTRIES[key]] if key in _ENTRIES else {}
    return {
        "name": key,
        "description": "",
        "spec": [_asked(question, options.get(question.variable, {})) for question in QUESTIONS[key]],
    }


def _asked(question: Question, option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    asked = {
        "question_name": question.title,
        "question_description": question.description or plain(option["description"]),
        "variable": question.variable,
        "type": question.type,
        "required": question.is_required,
        "default": _default(option["default"]) if question.has_default else "",
    }
    if question.choices:
        asked["choices"] = list(question.choices)
    limits = {"min": question.low, "max": question.high}
    return {**asked, **{name: limit for name, limit in limits.items() if limit is not None}}


def _default(value: t.Any) -> t.Any:
    return "\n".join(value) if isinstance(value, list) else value


def plain(description: str | t.Sequence[str]) -> str:
    """The first paragraph of a description, without markup."""
    first = description if isinstance(description, str) else description[0]
    return _MARKUP.sub(lambda found: found[1].rpartition(":")[2].rpartition("#")[2], first)
