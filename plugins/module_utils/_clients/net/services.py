# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A message to a service that the library apprise knows. What the library says may quote the URL, which is a secret, so
only whether the service took the message is told."""

from __future__ import annotations

import logging
import typing as t

from ..._core.report.webhooks import WebhookCall

try:
    import apprise
except ImportError:
    apprise = None  # type: ignore[assignment]  # send() tells

MISSING = "the Python library apprise is missing; install it for the Python that runs this (pip install apprise)"
NOT_UNDERSTOOD = "apprise does not understand its URL; compare it with the page of the service in its documentation"
REFUSED = "the service refused it, or cannot be reached; try the URL with the command apprise, which says why"


def send(call: WebhookCall) -> str | None:
    """Why the service did not take the message; None if it did."""
    if apprise is None:
        return MISSING
    # Nothing of this process reads its log, which would end on the terminal otherwise.
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
    services: t.Any = apprise.Apprise(asset=apprise.AppriseAsset(plugin_paths=[], async_mode=False))
    if not services.add(call.url):
        return NOT_UNDERSTOOD
    kind = apprise.NotifyType.FAILURE if call.failed else apprise.NotifyType.INFO
    taken = services.notify(
        title=call.title, body=call.content.decode(), notify_type=kind, body_format=apprise.NotifyFormat.TEXT
    )
    return None if taken else REFUSED
