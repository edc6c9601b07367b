# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a CA is asked about an order."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.messages import AcmeOrder, AcmeStatus
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.waiting import Deadline
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import DeadlineError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.issue.conversation import Conversation
from unit.fakes.clock import FakeClock

URL = "https://ca.example/o"
ORDER = AcmeOrder(URL, AcmeStatus.PROCESSING, frozenset(), (), f"{URL}/f", None, None, None)


class Client:
    """An order that stays in processing."""

    def __init__(self, order: AcmeOrder) -> None:
        self._order, self.asked = order, 0

    def order(self, _url: str) -> AcmeOrder:
        self.asked += 1
        return self._order


@pytest.mark.parametrize(("retry_after", "most"), [(None, 14), (0.0, 60), (0.2, 60), (1.0, 60), (7.0, 9)])
def test_between_two_questions_about_an_order_there_is_at_least_a_second(retry_after: float | None, most: int) -> None:
    clock, client = FakeClock(), Client(replace(ORDER, retry_after=retry_after))
    with pytest.raises(DeadlineError, match="still processing"):
        Conversation(t.cast("t.Any", client), clock).settle(
            replace(ORDER, retry_after=retry_after), Deadline.after(clock.now(), 60)
        )
    assert min(clock.naps[:-1]) >= 1.0
    assert client.asked <= most
