# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One message to several webhooks: from the options of webhook_notify to its outcome. A receiver that refuses stops
nothing."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.net.webhooks import WebhookAnswer
from ..._core.report import webhooks
from ..._core.report.webhooks import HEARTBEAT, Webhook, WebhookCall, WebhookMessage
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import ConfigError

PostAll = t.Callable[[t.Sequence[WebhookCall]], list[WebhookAnswer]]


@dataclass(frozen=True)
class WebhookRequest:
    """A message, who gets it, and whether one that refuses is a failure."""

    receivers: tuple[Webhook, ...]
    message: WebhookMessage
    strict: bool


def parse(params: Params) -> WebhookRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    entries = list(params["webhooks"])
    if params["heartbeat_url"]:
        entries.append({"kind": HEARTBEAT, "url": params["heartbeat_url"]})
    problems = [text for number, entry in enumerate(entries, 1) for text in webhooks.entry_problems(number, entry)]
    if problems:
        raise ConfigError(problems)
    message = WebhookMessage(params["subject"], params["body"], params["event"], params["failed"])
    return WebhookRequest(tuple(map(webhooks.of_entry, entries)), message, params["strict"])


def deliver(request: WebhookRequest, post_all: PostAll, clock: Clock, check_mode: bool) -> Outcome:
    """Send it; check mode sends nothing."""
    receivers = [webhook for webhook in request.receivers if request.message.concerns(webhook)]
    if check_mode:
        return _outcome(request, [(webhook, None) for webhook in receivers])
    calls = [webhooks.call(webhook, request.message, clock.now()) for webhook in receivers]
    answers = post_all(calls) if calls else []
    return _outcome(
        request,
        [
            (webhook, answer.problem or webhooks.refusal(webhook, answer.status, answer.content))
            for webhook, answer in zip(receivers, answers)
        ],
    )


def _outcome(request: WebhookRequest, found: t.Sequence[tuple[Webhook, str | None]]) -> Outcome:
    refused = [f"{webhook.label} did not take the notice: {why}" for webhook, why in found if why]
    return Outcome(
        changed=any(why is None for _webhook, why in found),
        result={
            "receivers": [
                {"name": webhook.label, "kind": webhook.kind, "taken": why is None, "reason": why or ""}
                for webhook, why in found
            ]
        },
        warnings=() if request.strict else tuple(refused),
        failure="; ".join(refused) if request.strict and refused else None,
    )
