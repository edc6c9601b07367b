# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reading of what already runs brings: plain JSON, passed from adoption_info to project_adopt and
adoption_source. No secrets."""

from __future__ import annotations

import typing as t

SOURCES = ("ssl_plugin", "iam", "acm", "certbot", "lego", "acme_sh", "dehydrated")
# Those whose files lie on a host.
FILE_SOURCES = ("certbot", "lego", "acme_sh", "dehydrated")
READY, ADOPTED, REFUSED, LEFT = "ready", "adopted", "refused", "left alone"


class SeenCertificate(t.TypedDict):
    """A certificate in IAM or ACM, and what uses it."""

    store: str  # iam or acm
    name: str
    id: str  # in ACM its ARN
    arn: str
    path: str  # empty in ACM
    upload_date: str | None
    serial: str
    fingerprint_sha256: str
    issuer: str
    domains: list[str]
    key_type: str
    not_before: str
    not_after: str
    authority_key_id: str
    chain_sha256: str | None  # of the chain that it is served with, if that was read
    users: list[str]  # distributions, and tenants of some
    listeners: list[str]  # of load balancers, which use it by its ARN; of ACM the settings say it
    deployed: bool  # whether every user says so
    uncovered: list[str]  # aliases of the users that it does not cover
    role: str  # current or superseded


class SeenBundle(t.TypedDict):
    """A bundle where their tool keeps it; nobody has looked into it."""

    uri: str
    size: int
    issued_at: str | None  # as its name says


class SeenRule(t.TypedDict):
    """What starts a run of theirs."""

    name: str
    state: str
    schedule: str | None


class SeenScheduler(t.TypedDict):
    """What makes their tool run, and whether it is stopped."""

    kind: str  # eventbridge, or the client whose files say so
    region: str | None
    stack: str | None
    function: str | None
    concurrency: int | None  # what is reserved for the function; None is nothing
    rules: list[SeenRule]
    table: str | None
    bucket: str | None
    path: str | None  # the file that says whether it renews
    host: str | None
    stopped: bool
    busy: bool  # a run of theirs says that it is at work
    next_run_at: str | None
    by_hand: str | None  # what only a person can stop


class SeenSubscription(t.TypedDict):
    """An endpoint of their topic."""

    protocol: str
    endpoint: str
    status: str


class SeenAccount(t.TypedDict):
    """The account that a client has with a CA; its key is not here."""

    directory: str
    url: str


class SeenLineage(t.TypedDict):
    """A certificate with its key among the files of a client; the key itself is not here."""

    fingerprint_sha256: str
    domains: list[str]
    not_after: str
    issued_at: str | None
    account: SeenAccount | None


class SeenSettings(t.TypedDict):
    """What their tool was set to; what it does not say is None."""

    domains: list[str] | None
    email: str | None
    interval: int | None  # days, as the timer has them
    interval_set: int | None  # as somebody entered them
    directory: str | None  # the CA, a known name or a URL
    source: str | None  # acm, if ACM issued it and renews it
    exportable: bool | None  # whether ACM gives its key out
    targets: list[str] | None  # what uses it, beside cloudfront


class Move(t.TypedDict):
    """A certificate that becomes ours: in IAM its path changes; in ACM, which has none, it gets our tags."""

    name: str
    id: str
    before: str
    after: str


class SeenProject(t.TypedDict):
    """One thing to adopt."""

    source: str
    version: str | None
    theirs: str
    name: str
    region: str | None
    status: str
    settings: SeenSettings
    definition: dict[str, t.Any]
    certificates: list[SeenCertificate]  # oldest first
    bundles: list[SeenBundle]
    lineage: SeenLineage | None
    scheduler: SeenScheduler | None
    topic: str | None
    also_notified: str | None  # that topic, if it hears of us as long as somebody has to confirm ours
    subscriptions: list[SeenSubscription]
    unconfirmed: list[str]  # addresses that did not confirm our topic yet
    last_run: dict[str, t.Any] | None
    moves: list[Move]
    problems: list[str]
    warnings: list[str]
    notes: list[str]
    read_at: str
