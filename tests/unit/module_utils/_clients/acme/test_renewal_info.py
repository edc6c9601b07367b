# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renewal information over HTTP: what is asked, how long it is waited for, and what counts as an answer."""

from __future__ import annotations

import typing as t

import pytest
import requests
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme import network, renewal_info
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from unit.fakes.clock import FakeClock
from unit.module_utils._clients.acme.test_client import BASE, DIRECTORY, Answer, Ca, problem

WINDOW = {"start": "2027-01-07T04:42:00Z", "end": "2027-01-08T04:42:00Z"}
WHERE, NAME = f"{BASE}/renewal-info", "aki.serial"


@pytest.fixture
def ca() -> Ca:
    return Ca()


@pytest.fixture
def infos(ca: Ca) -> renewal_info.HttpRenewalInfos:
    found = renewal_info.HttpRenewalInfos(f"{BASE}/dir", None, FakeClock())
    found._network.session.mount("https://", ca)
    return found


@pytest.mark.parametrize("url", [WHERE, None])
def test_the_directory_tells_where_it_is(ca: Ca, infos: renewal_info.HttpRenewalInfos, url: str | None) -> None:
    ca.answers["/dir"] = [Answer(body={**DIRECTORY, **({"renewalInfo": url} if url else {})})]
    assert infos.resource() == url


@pytest.mark.parametrize("where", [WHERE, f"{WHERE}/"])
def test_it_is_read_without_an_account_and_within_seconds(
    ca: Ca, infos: renewal_info.HttpRenewalInfos, where: str
) -> None:
    ca.answers[f"/renewal-info/{NAME}"] = [
        Answer(body={"suggestedWindow": WINDOW}, headers={"Retry-After": "21600"}, nonce=False)
    ]
    answer = infos.get(where, NAME)
    assert (times.to_text(answer.window.start), answer.retry_after) == (WINDOW["start"], 21600.0)
    assert ca.asked == [f"GET /renewal-info/{NAME}"]
    assert ca.timeouts == [(network.UNSIGNED_CONNECT_SECONDS, network.UNSIGNED_READ_SECONDS)]


@pytest.mark.parametrize(
    ("answers", "code", "asked"),
    [
        pytest.param([problem("malformed", 404)], "malformed", 1, id="a certificate that the CA does not know"),
        pytest.param([problem("serverInternal", 500)], "serverInternal", 2, id="an error of the CA"),
        pytest.param(
            [problem("rateLimited", 503, **{"Retry-After": "30"})],
            "rateLimited",
            1,
            id="overloaded: others would wait for it",
        ),
        pytest.param([requests.ConnectionError("reset")], "ConnectionError", 2, id="no answer"),
        pytest.param([OSError("no suitable CA bundle")], "OSError", 1, id="no file with the CA's own certificate"),
        pytest.param([Answer(body="{")], "malformedAnswer", 1, id="no JSON"),
        pytest.param(
            [Answer(body={"suggestedWindow": {"start": WINDOW["end"], "end": WINDOW["start"]}})],
            "malformedAnswer",
            1,
            id="a window that ends first",
        ),
    ],
)
def test_what_is_no_answer_is_an_error_soon(
    ca: Ca, infos: renewal_info.HttpRenewalInfos, answers: list[t.Any], code: str, asked: int
) -> None:
    ca.answers[f"/renewal-info/{NAME}"] = answers
    with pytest.raises(RemoteError) as caught:
        infos.get(WHERE, NAME)
    assert caught.value.code == code
    assert len(ca.asked) == asked
