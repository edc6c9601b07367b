# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a controller gets: the job templates, workflows, schedules and credential types, as data."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field


@dataclass(frozen=True)
class JobTemplate:
    """One job template: a playbook, and what is asked at its launch."""

    key: str
    playbook: str
    description: str
    survey: str = ""
    is_sliced: bool = False
    asks_variables: bool = False
    asks_limit: bool = False


@dataclass(frozen=True)
class WorkflowNode:
    """A step: a job template, or if there is none an approval; what follows a success, and what follows in any case."""

    identifier: str
    template: str = ""
    on_success: tuple[str, ...] = ()
    always: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workflow:
    """One workflow; a node stands after those that it leads to."""

    key: str
    description: str
    nodes: tuple[WorkflowNode, ...]
    survey: str = ""


@dataclass(frozen=True)
class SecretKind:
    """A credential type: its fields with their labels, those that are secret, and the variables or the environment that
    a job gets."""

    key: str
    description: str
    fields: t.Mapping[str, str]
    secret: tuple[str, ...] = ()
    choices: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    variables: t.Mapping[str, t.Any] = field(default_factory=dict)
    environment: t.Mapping[str, str] = field(default_factory=dict)


CREATE, RENEW, REISSUE, ROLLBACK = "create", "renew", "reissue", "rollback"
RENEW_AND_REPORT, REISSUE_APPROVED = "renew_then_report", "reissue_after_approval"
REGION = "region"
# The variable that says how often a schedule runs a playbook.
INTERVAL = "schedule_interval_hours"

JOB_TEMPLATES = (
    JobTemplate("create", "create", "Create a project, or define it anew, and converge it.", CREATE),
    JobTemplate(
        "change",
        "create",
        "Change one thing of projects: set project_name and what changes as variables.",
        asks_variables=True,
    ),
    JobTemplate(
        "renew",
        "renew",
        "Renew what is due, and finish what was left unfinished.",
        RENEW,
        is_sliced=True,
        asks_limit=True,
    ),
    JobTemplate("reissue", "reissue", "Issue a new key and certificate of a project now.", REISSUE),
    JobTemplate("rollback", "rollback", "Bind the previous certificate of a project again.", ROLLBACK),
    JobTemplate("doctor", "doctor", "Report what would stop an issuance or a bind. Changes nothing.", asks_limit=True),
    JobTemplate("report", "report", "Write how all projects are. Changes nothing."),
    JobTemplate(
        "cleanup",
        "cleanup",
        "Delete superseded, expired and orphaned certificates, and stale challenge records.",
        asks_limit=True,
    ),
)
WORKFLOWS = (
    Workflow(
        RENEW_AND_REPORT,
        "Renew what is due, then write the report, whatever the outcome.",
        (WorkflowNode("report", "report"), WorkflowNode("renew", "renew", always=("report",))),
    ),
    Workflow(
        REISSUE_APPROVED,
        "Issue a new key and certificate of a project, once that is approved.",
        (WorkflowNode("reissue", "reissue"), WorkflowNode("approve", on_success=("reissue",))),
        REISSUE,
    ),
)
# By what runs: RFC 5545, in the form that AWX takes.
SCHEDULES = {
    RENEW_AND_REPORT: "DTSTART:20260101T001700Z RRULE:FREQ=HOURLY;INTERVAL=6",
    "doctor": "DTSTART:20260101T053700Z RRULE:FREQ=DAILY;INTERVAL=1",
    "cleanup": "DTSTART:20260104T064700Z RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=SU",
}
RUNNABLE = tuple(one.key for one in (*JOB_TEMPLATES, *WORKFLOWS))
_HOURS = {"MINUTELY": 1 / 60, "HOURLY": 1.0, "DAILY": 24.0, "WEEKLY": 168.0}
# A rule without further parts, but for one that says when in the day or on which day of the week.
_EVEN = re.compile(
    r"DTSTART\S*\s+RRULE:FREQ=(?P<unit>[A-Z]+)(;INTERVAL=(?P<number>[1-9]\d{0,3}))?(;BYDAY=[A-Z]{2})?(;BY(HOUR|MINUTE)=\d+)*"
)


def hours_between(rule: str) -> float | None:
    """How far apart the runs of a schedule are; None where the rule does not tell it at a glance."""
    found = _EVEN.fullmatch(rule)
    if not found or found["unit"] not in _HOURS or ("BYDAY" in rule and found["unit"] != "WEEKLY"):
        return None
    return _HOURS[found["unit"]] * int(found["number"] or 1)


def scheduled(schedules: t.Mapping[str, str]) -> dict[str, float]:
    """The job templates that schedules run, by themselves or in a workflow, with the hours between their runs."""
    nodes = {flow.key: [node.template for node in flow.nodes if node.template] for flow in WORKFLOWS}
    hours = {key: hours_between(rule) for key, rule in schedules.items()}
    return {template: every for key, every in hours.items() if every is not None for template in nodes.get(key, [key])}


def secret_kinds(webhook_kinds: t.Sequence[str]) -> tuple[SecretKind, ...]:
    """The credential types."""
    return (
        SecretKind(
            "EAB",
            "External account binding of a CA that needs one.",
            {"kid": "Key identifier", "hmac_key": "HMAC key, base64url"},
            ("hmac_key",),
            variables={"project_acme_eab_kid": "{{ kid }}", "project_acme_eab_hmac_key": "{{ hmac_key }}"},
        ),
        SecretKind(
            "webhook",
            "A webhook that is told how each run ended.",
            {"kind": "Kind of receiver", "url": "URL", "secret": "Secret that signs, if the receiver has one"},
            ("url", "secret"),
            choices={"kind": webhook_kinds},
            variables={"notify_webhooks": [{"kind": "{{ kind }}", "url": "{{ url }}", "secret": "{{ secret }}"}]},
        ),
        SecretKind(
            "heartbeat",
            "A URL that is called after every run, so that silence is noticed.",
            {"url": "URL"},
            ("url",),
            variables={"heartbeat_url": "{{ url }}"},
        ),
        SecretKind(
            REGION,
            "Region of AWS, which decides the partition.",
            {"region": "Region"},
            environment={"AWS_REGION": "{{ region }}", "AWS_DEFAULT_REGION": "{{ region }}"},
        ),
    )
