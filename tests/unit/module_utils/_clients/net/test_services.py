# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A message to a service that apprise knows, on this machine."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.net import services, webhooks
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.webhooks import WebhookCall
from unit.fakes.http_receiver import Receiver

SECRET = "topic-0123456789"


@pytest.fixture
def receiver() -> t.Iterator[Receiver]:
    with Receiver() as made:
        yield made


def call(url: str, failed: bool = False) -> WebhookCall:
    return WebhookCall(url, "证书 is in place".encode(), {}, is_service=True, title="certops report", failed=failed)


def test_a_service_gets_subject_and_text(receiver: Receiver) -> None:
    assert services.send(call(f"ntfy://127.0.0.1:{receiver.port}/{SECRET}")) is None
    ((_path, content),) = receiver.got
    assert "certops report" in content
    assert json.loads(content)["message"] == "证书 is in place"


def test_a_refusal_is_told_without_the_url(receiver: Receiver, capfd: pytest.CaptureFixture[str]) -> None:
    receiver.status = 403
    (answer,) = webhooks.post_all([call(f"ntfy://127.0.0.1:{receiver.port}/{SECRET}")])
    assert answer.problem == services.REFUSED
    assert SECRET not in "".join(capfd.readouterr())


def test_a_url_that_apprise_does_not_understand_is_told_without_it() -> None:
    assert services.send(call("discord://")) == services.NOT_UNDERSTOOD


def test_without_the_library_the_others_are_notified_all_the_same(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    monkeypatch.setattr(services, "apprise", None)
    calls = [
        call(f"ntfy://127.0.0.1:{receiver.port}/x"),
        WebhookCall(f"http://127.0.0.1:{receiver.port}/in", b"{}", {}),
    ]
    missing, taken = webhooks.post_all(calls)
    assert missing.problem == services.MISSING
    assert (taken.status, taken.problem) == (200, None)


def test_what_a_library_raises_is_told_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_call: WebhookCall) -> None:
        raise RuntimeError(f"ntfy://{SECRET}")

    monkeypatch.setattr(services, "send", broken)
    (answer,) = webhooks.post_all([call(f"ntfy://127.0.0.1/{SECRET}")])
    assert answer.problem == "it could not be sent (RuntimeError); check its URL"
