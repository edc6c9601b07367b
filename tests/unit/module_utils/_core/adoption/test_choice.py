# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificate of a project is the one in service, and what is said of the others."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption import choice
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.shapes import SeenCertificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from unit.fakes.adoption import ACCOUNT, certificate

NEWER = "c2 is newer than c1, and no distribution uses it: it counts as superseded, and the next renewal deletes it"
ASTRAY = "E1 use an older certificate than c2: the next run rebinds them"


def chosen(found: choice.ServiceChoice) -> tuple[str | None, list[str], tuple[str, ...]]:
    return (found.current and found.current["name"]), [one["name"] for one in found.superseded], found.warnings


@pytest.mark.parametrize(
    ("certificates", "expected"),
    [
        pytest.param([], (None, [], ()), id="none"),
        pytest.param([certificate(1)], ("c1", [], ()), id="one that nothing uses"),
        pytest.param([certificate(1, ["E1"])], ("c1", [], ()), id="one in service"),
        pytest.param([certificate(1), certificate(2, ["E1"])], ("c2", ["c1"], ()), id="the newest is in service"),
        pytest.param([certificate(1, ["E1"]), certificate(2)], ("c1", ["c2"], (NEWER,)), id="an older one in service"),
        pytest.param(
            [certificate(1, ["E1"], days=10), certificate(2, ["E2"], days=50)],
            ("c2", ["c1"], (ASTRAY,)),
            id="both in service, the newest lives longest",
        ),
        pytest.param(
            [certificate(1, ["E2"], days=50), certificate(2, ["E1"], days=10)],
            ("c1", ["c2"], ("E1 use an older certificate than c1: the next run rebinds them",)),
            id="both in service, the newest ends first and is not said to be unused",
        ),
    ],
)
def test_the_one_in_service_that_lives_longest_is_current(
    certificates: list[SeenCertificate], expected: tuple[str | None, list[str], tuple[str, ...]]
) -> None:
    assert chosen(choice.choose(certificates)) == expected
    assert chosen(choice.choose(reversed(certificates))) == expected


def test_with_rebind_the_newest_is_to_serve_whatever_serves_now() -> None:
    found = choice.choose([certificate(1, ["E1"]), certificate(2)], rebind=True)
    assert chosen(found) == ("c2", ["c1"], (ASTRAY,))


@pytest.mark.parametrize(
    ("users", "done", "other", "deployed"),
    [
        pytest.param(["E1"], True, [], True, id="in service"),
        pytest.param(["E1"], False, [], False, id="still changing"),
        pytest.param([], True, [], True, id="nothing uses any"),
        pytest.param(["E1"], True, ["E2"], False, id="an older one serves as well"),
    ],
)
def test_it_is_deployed_if_nothing_is_changing_or_astray(
    users: list[str], done: bool, other: list[str], deployed: bool
) -> None:
    given = [certificate(1, other), certificate(2, users, done=done)]
    roles = choice.assigned(given, rebind=True)[1]
    assert choice.is_deployed(roles) is deployed


def test_without_a_current_one_nothing_is_deployed() -> None:
    assert not choice.is_deployed([certificate(1, ["E1"])])
    assert not choice.is_deployed([])


def test_the_account_is_that_of_the_first_certificate_that_has_one() -> None:
    without: SeenCertificate = {**certificate(1), "arn": ""}
    assert choice.account_of([without, certificate(2)]) == AwsAccount(ACCOUNT, "aws-cn")
    assert choice.account_of([without]) is None


def test_one_without_an_upload_date_counts_as_the_oldest() -> None:
    without: SeenCertificate = {**certificate(3), "upload_date": None}
    assert chosen(choice.choose([certificate(1), without])) == ("c1", ["c3"], ())
