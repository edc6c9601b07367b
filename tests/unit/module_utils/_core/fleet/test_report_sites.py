# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a person is needed, of what visitors get: a site that was left behind, a name that is not covered, a certificate
that nothing uses."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import report_sites
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.drift import Index, Listing
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import StoredCertificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from unit.fakes.projects import certificate, document

ACCOUNT = AwsAccount("123456789012", "aws")


def site(number: int, *aliases: str, of: str = "ASCA1") -> Distribution:
    return Distribution(f"E{number}", aliases=aliases, viewer={"IAMCertificateId": of})


def reasons(*distributions: Distribution, **given: t.Any) -> tuple[str, ...]:
    found = {"certificate": certificate(), "superseded": [certificate(number=2, age_days=60)], **given}
    listing = Listing(ACCOUNT, (listed(1), listed(2)), tuple(distributions))
    return report_sites.reasons(document(**found), Index.of(listing))


def listed(number: int) -> StoredCertificate:
    return StoredCertificate(name=f"webapp-{number}", path="/cloudfront/certops/webapp/", id=f"ASCA{number}")


@pytest.mark.parametrize(
    ("distributions", "expected"),
    [
        ([site(1, "www.example.com")], ()),
        ([site(1, "www.example.com"), site(2, "www.example.org", of="ASCA2")], ("left_behind",)),
        ([site(1, "www.example.com", "www.example.org")], ("uncovered_alias",)),
        ([site(1, "www.example.com", of="ASCA9")], ("unbound",)),
        ([site(1, "www.example.org", of="ASCA9")], ()),
        ([], ()),
    ],
    ids=["all is well", "left behind", "not covered", "on a foreign one", "of others", "nothing to bind"],
)
def test_what_the_listing_shows(distributions: list[Distribution], expected: tuple[str, ...]) -> None:
    assert reasons(*distributions) == expected


def test_a_distribution_that_waits_for_the_next_run_is_not_left_behind() -> None:
    assert reasons(site(1, "www.example.com", of="ASCA2")) == ()


LEFT = {
    "Status": "Succeeded",
    "Update_CloudFront_Status": [{"E1": "Success"}, {"E2": {"Update_Dist_Error": {"code": "Skipped"}}}],
}


@pytest.mark.parametrize(
    ("index", "expected"),
    [(None, ("left_behind",)), (Index.of(Listing(ACCOUNT)), ("left_behind",))],
    ids=["nobody asked", "another account"],
)
def test_without_a_listing_the_last_run_tells(index: Index | None, expected: tuple[str, ...]) -> None:
    found = document(certificate=certificate(), last_run=LEFT)
    assert report_sites.reasons(found, index) == expected
    assert report_sites.reasons(document(certificate=certificate()), index) == ()
    assert report_sites.reasons(document(), index) == ()


@pytest.mark.parametrize(
    ("bind", "targets", "is_missed"),
    [
        (["previous"], ["cloudfront"], True),
        (["previous"], ["elb"], False),
        ([], ["cloudfront"], False),
        ([], ["elb"], False),
    ],
)
def test_only_what_is_to_be_bound_to_distributions_is_missed_there(
    bind: list[str], targets: list[str], is_missed: bool
) -> None:
    wanted = {**document()["definition"], "bind": bind, "targets": targets}
    assert (reasons(site(1, "www.example.com", of="ASCA9"), definition=wanted) != ()) is is_missed
