# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers of a fleet in the text format of Prometheus, for the textfile collector of node_exporter.

Times are gauges in seconds, as the naming rules of Prometheus have it, and no label holds what has no bound: no names
of domains, serials, or texts.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ...values import times
from .rows import STATES, FleetPicture, FleetRow

# All series of each project; those of projects that are not "ok"; none of projects.
DETAILS = ("all", "attention", "none")
# A textfile with more projects than this has only those that are not "ok", unless it is asked for all.
MANY = 5000

Labels = t.Mapping[str, str]


@dataclass(frozen=True)
class Metric:
    """A name with what it means, and the labels of its series."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


BUILD = Metric("certops_build_info", "The version of the collection that wrote this file.", ("version",))
EXPORTED = Metric("certops_export_timestamp_seconds", "When these numbers were read.")
PROJECTS = Metric("certops_projects", "Projects in this state.", ("state",))
INFO = Metric(
    "certops_project_info",
    "What is known of a project beside its times.",
    ("project", "ca", "key_type", "store", "partition", "state"),
)
NOT_AFTER = Metric("certops_certificate_not_after_timestamp_seconds", "When the certificate expires.", ("project",))
NOT_BEFORE = Metric(
    "certops_certificate_not_before_timestamp_seconds", "When the certificate began to be valid.", ("project",)
)
RENEWAL = Metric(
    "certops_certificate_renewal_timestamp_seconds", "When the certificate is to be renewed.", ("project",)
)
FAILURES = Metric("certops_project_failures", "Runs in a row that failed; absent without one.", ("project",))
NEXT = Metric(
    "certops_project_next_attempt_timestamp_seconds",
    "When a run may try again after a failure or a limit of the CA; absent if it need not wait.",
    ("project",),
)
SUCCESS = Metric(
    "certops_project_last_success_timestamp_seconds", "When the last run without a failure ended.", ("project",)
)
ATTENTION = Metric("certops_project_attention", "Why a person has to look at a project.", ("project", "reason"))
RUN = Metric("certops_run_timestamp_seconds", "When the last run of the playbook began.", ("playbook",))
DURATION = Metric("certops_run_duration_seconds", "How long the last run of the playbook took.", ("playbook",))
SUCCEEDED = Metric("certops_run_success", "Whether no project failed in the last run of the playbook.", ("playbook",))
EVERY = Metric(
    "certops_run_interval_seconds", "How far apart the schedule runs the playbook, where that is known.", ("playbook",)
)
RESULTS = Metric(
    "certops_run_projects", "Projects of the last run of the playbook with this result.", ("playbook", "status")
)
ORDERS = Metric(
    "certops_ca_orders_available",
    "Orders that a limit of the CA leaves now; of registered domains only what is almost used up.",
    ("ca", "limit"),
)
ROOM = Metric("certops_iam_server_certificates", "Server certificates in the account.", ("partition",))
LIMIT = Metric(
    "certops_iam_server_certificates_limit", "Server certificates that the account may have.", ("partition",)
)
FOREIGN = Metric("certops_foreign_server_certificates", "Server certificates that no project has.")
SUBSCRIPTIONS = Metric("certops_subscriptions", "Notification addresses by whether they are subscribed.", ("status",))
METRICS = (
    BUILD, EXPORTED, PROJECTS, INFO, NOT_AFTER, NOT_BEFORE, RENEWAL, FAILURES, NEXT, SUCCESS, ATTENTION, RUN, DURATION,
    SUCCEEDED, EVERY, RESULTS, ORDERS, ROOM, LIMIT, FOREIGN, SUBSCRIPTIONS,
)  # fmt: skip


def text(picture: FleetPicture, detail: str | None = None) -> str:
    """The file; ``detail`` is one of ``DETAILS``, by the number of projects if it is None."""
    series: dict[str, list[str]] = {metric.name: [] for metric in METRICS}

    def add(metric: Metric, value: float, **labels: str) -> None:
        series[metric.name].append(_line(metric.name, labels, value))

    _whole(picture, add)
    wanted = detail or ("attention" if len(picture.rows) > MANY else "all")
    for row in picture.rows:
        if wanted == "all" or (wanted == "attention" and (row.attention or row.state != "ok")):
            _project(row, add)
    return "".join(_block(metric, series[metric.name]) for metric in METRICS if series[metric.name])


class _Add(t.Protocol):
    def __call__(self, metric: Metric, value: float, **labels: str) -> None:
        """One series."""


def _whole(picture: FleetPicture, add: _Add) -> None:
    add(BUILD, 1, version=picture.version)
    add(EXPORTED, picture.made_at.timestamp())
    for state in STATES:
        add(PROJECTS, picture.counts[state], state=state)
    addresses = [address for row in picture.rows for address in row.addresses]
    subscribed = sum(address.subscribed for address in addresses)
    add(SUBSCRIPTIONS, subscribed, status="subscribed")
    add(SUBSCRIPTIONS, len(addresses) - subscribed, status="missing")
    _runs(picture, add)
    for one in picture.orders:
        add(ORDERS, one.left, ca=one.ca, limit=one.limit)
    if picture.room:
        add(ROOM, picture.room[0], partition=picture.partition)
        add(LIMIT, picture.room[1], partition=picture.partition)
    if picture.foreign is not None:
        add(FOREIGN, len(picture.foreign))


def _runs(picture: FleetPicture, add: _Add) -> None:
    for playbook, at in sorted(picture.runs.items()):
        add(RUN, at.timestamp(), playbook=playbook)
    for playbook, ended in sorted(picture.ended.items()):
        add(DURATION, ended.seconds, playbook=playbook)
        add(SUCCEEDED, int(ended.success), playbook=playbook)
        for status, count in sorted(ended.projects.items()):
            add(RESULTS, count, playbook=playbook, status=status)
    for playbook, hours in sorted(picture.every_hours.items()):
        add(EVERY, hours * 3600, playbook=playbook)


def _project(row: FleetRow, add: _Add) -> None:
    facts = {"ca": row.ca, "key_type": row.key_type, "store": row.store, "partition": row.partition}
    add(INFO, 1, project=row.name, **facts, state=row.state)
    for metric, moment in (
        (NOT_AFTER, row.certificate.not_after if row.certificate else ""),
        (NOT_BEFORE, row.certificate.not_before if row.certificate else ""),
        (RENEWAL, row.renew_at),
        (NEXT, row.next_attempt_at),
        (SUCCESS, row.last_success_at),
    ):
        if moment:
            add(metric, _seconds(moment), project=row.name)
    if row.failures:
        add(FAILURES, row.failures, project=row.name)
    for reason in row.attention:
        add(ATTENTION, 1, project=row.name, reason=reason)


def _seconds(moment: str) -> float:
    found: datetime = times.from_text(moment)
    return found.timestamp()


def _block(metric: Metric, series: t.Sequence[str]) -> str:
    return f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} gauge\n" + "".join(series)


def _line(name: str, labels: Labels, value: float) -> str:
    shown = ",".join(f'{key}="{_label(label)}"' for key, label in labels.items())
    return f"{name}{{{shown}}} {value:.15g}\n" if shown else f"{name} {value:.15g}\n"


def _label(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
