# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module inside the controller's worker gets of the arguments of its task."""

from __future__ import annotations

import json
import typing as t
from datetime import date, datetime, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.plugin_utils import _in_process


class Sealed:
    """A text from a vault, as ansible-core 2.18 passes it on."""

    __ENCRYPTED__ = True

    def __str__(self) -> str:
        return "opened"


def given(value: t.Any) -> t.Any:
    return json.loads(json.dumps(value, default=_in_process._as_any_module_gets_it))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(datetime(2027, 1, 6, 4, 42, tzinfo=timezone.utc), "2027-01-06T04:42:00+00:00", id="a time"),
        pytest.param(date(2027, 1, 6), "2027-01-06", id="a day"),
        pytest.param([{"hmac_key": Sealed()}], [{"hmac_key": "opened"}], id="a text from a vault, inside of others"),
    ],
)
def test_what_json_does_not_know_becomes_text(value: t.Any, expected: t.Any) -> None:
    assert given(value) == expected


def test_what_no_module_can_be_given_is_refused() -> None:
    with pytest.raises(TypeError, match="of the type set, which modules do not accept"):
        given({"names": {"webapp"}})
