# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to an ACME account."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca.account_plan import (
    DEACTIVATE,
    MOVE,
    REGISTER,
    ROLL_OVER,
    KnownAccount,
    WantedAccount,
    plan,
)

OPS, SINCE = ("mailto:ops@example.com",), "2027-01-06T04:42:00Z"
LATER = datetime(2027, 2, 1, tzinfo=timezone.utc)
KNOWN = KnownAccount(OPS, "https://ca.example/account/1", SINCE, registered=True)
LOST = KnownAccount(OPS, None, SINCE, registered=False)


def wanted(contacts: tuple[str, ...] = OPS, key_since: datetime | None = None, active: bool = True) -> WantedAccount:
    return WantedAccount("https://ca.example/directory", contacts, key_since, active)


@pytest.mark.parametrize(
    ("known", "want", "actions"),
    [
        pytest.param(None, wanted(), [REGISTER], id="none"),
        pytest.param(KNOWN, wanted(), [], id="as wanted"),
        pytest.param(LOST, wanted(), [REGISTER], id="the CA lost it"),
        pytest.param(KNOWN, wanted(contacts=()), [MOVE], id="other contacts"),
        pytest.param(KNOWN, wanted(key_since=LATER), [ROLL_OVER], id="an older key"),
        pytest.param(LOST, wanted((), LATER), [REGISTER, MOVE, ROLL_OVER], id="everything, in this order"),
        pytest.param(KNOWN, wanted(active=False), [DEACTIVATE], id="no longer wanted"),
        pytest.param(None, wanted(active=False), [], id="neither there nor wanted"),
    ],
)
def test_the_steps_in_their_order(known: KnownAccount | None, want: WantedAccount, actions: list[str]) -> None:
    found = plan(known, want)
    assert [step.action for step in found.steps] == actions
    assert bool(found) == bool(actions)
    assert found.reason


def test_a_diff_shows_when_the_key_is_from() -> None:
    assert plan(KNOWN, wanted()).after["key_since"] == SINCE
    assert plan(KNOWN, wanted(key_since=LATER)).after["key_since"] == "now"
    assert plan(LOST, wanted()).after == {"contacts": list(OPS), "key_since": SINCE, "status": "valid"}
