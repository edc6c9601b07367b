# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many certificates that are gone at once, which is seldom what it seems."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import mass_change
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.drift import Index, Listing
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import StoredCertificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from unit.fakes.projects import certificate, document, unfinished

ACCOUNT = AwsAccount("123456789012", "aws")


def index(*numbers: int, account: AwsAccount = ACCOUNT) -> Index:
    found = (StoredCertificate(name=f"p{one}", path="/cloudfront/certops/p/", id=f"ASCA{one}") for one in numbers)
    return Index.of(Listing(account, tuple(found)))


def loss_of(documents: t.Iterable[dict[str, t.Any]], listed: Index) -> mass_change.MassLoss | None:
    standings = [mass_change.standing(t.cast("t.Any", one), listed) for one in documents]
    return mass_change.loss(standings, listed)


def projects(count: int, **changes: t.Any) -> list[dict[str, t.Any]]:
    return [
        {**document(certificate=certificate(number=number), **changes), "name": f"p{number}"}
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("count", "there", "lost"),
    [
        pytest.param(1, (), None, id="one project alone is put right"),
        pytest.param(2, (), ("p1", "p2"), id="both of two"),
        pytest.param(2, (1,), None, id="one of two"),
        pytest.param(3, (1,), ("p2", "p3"), id="two of three"),
        pytest.param(4, (1, 2), None, id="half of four"),
        pytest.param(5, (1, 2), ("p3", "p4", "p5"), id="three of five"),
        pytest.param(5, (1, 2, 3, 4, 5), None, id="none"),
        pytest.param(0, (), None, id="no projects"),
    ],
)
def test_most_projects_lost_their_certificates(
    count: int, there: tuple[int, ...], lost: tuple[str, ...] | None
) -> None:
    found = loss_of(projects(count), index(*there))
    assert (found and found.lost) == lost


def test_projects_of_another_account_have_lost_nothing() -> None:
    assert loss_of(projects(5), index(account=AwsAccount("999999999999", "aws"))) is None


def test_projects_that_are_being_deleted_have_lost_nothing() -> None:
    assert loss_of(projects(5, journal=unfinished("delete", run="delete")), index()) is None


def test_projects_without_a_certificate_have_lost_nothing() -> None:
    assert loss_of([document(), document(), *projects(1)], index()) is None


def test_the_refusal_says_how_many_where_and_what_to_do() -> None:
    found = loss_of(projects(5), index())
    assert found is not None
    text = found.refusal()
    assert text.startswith(
        "5 of 5 projects have lost their server certificates in AWS account 123456789012 (aws) at once (p1, p2, p3 and"
        " 2 more)"
    )
    assert "accept_mass_change=true" in text
