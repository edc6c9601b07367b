# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a document to its row: what is said of it, and why a person is needed."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import report_rows
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.drift import Index, Listing
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.report_rows import RowQuestion
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet.rows import FleetRow
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from unit.fakes.projects import NOW, certificate, document, failing, lock, unfinished

ACCOUNT = AwsAccount("123456789012", "aws")


def row(distributions: t.Sequence[Distribution] | None = None, hours: float = 24, **given: t.Any) -> FleetRow:
    index = None if distributions is None else Index.of(Listing(ACCOUNT, (), tuple(distributions)))
    question = RowQuestion(NOW, (14, 7, 3, 1), hours, lambda _owner: False, index)
    return report_rows.of(document(**given), question)


def renewal(**given: t.Any) -> dict[str, t.Any]:
    return {**document()["renewal"], **given}


def test_a_project_that_is_well_needs_nobody() -> None:
    found = row(certificate=certificate(age_days=1))
    assert (found.state, found.attention, found.level) == ("ok", (), 0)
    assert found.ca == "letsencrypt"
    assert found.certificate is not None
    assert found.certificate.id == "ASCA1"
    assert found.share_left(NOW) == pytest.approx(63 / 64)


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({"certificate": certificate(age_days=65)}, ("expired", "overdue")),
        ({"certificate": certificate(age_days=55)}, ("expiring", "overdue")),
        ({"certificate": certificate(age_days=1), "renewal": failing(2, timedelta(hours=1))}, ("failing",)),
        ({"certificate": certificate(age_days=31)}, ()),
        ({"certificate": certificate(age_days=40)}, ("overdue",)),
        ({}, ()),
    ],
    ids=["expired", "expiring", "failing", "just due", "overdue", "no certificate"],
)
def test_why_a_person_is_needed(given: dict[str, t.Any], reasons: tuple[str, ...]) -> None:
    assert row(**given).attention == reasons


def test_a_certificate_of_160_hours_needs_nobody_while_it_is_not_due() -> None:
    short = {"lifetime_days": 160 / 24}
    assert row(certificate=certificate(age_days=3, **short)).attention == ()
    assert row(certificate=certificate(age_days=4.5, **short)).attention == ()
    assert row(certificate=certificate(age_days=5.5, **short), hours=6).attention == ("expiring", "overdue")


def test_a_run_that_is_late_is_patient_for_two_intervals() -> None:
    late = {"certificate": certificate(age_days=37)}
    assert row(**late, hours=24).attention == ("overdue",)
    assert row(**late, hours=24 * 7).attention == ()


def test_a_ca_that_wants_a_certificate_replaced_needs_a_person() -> None:
    one = certificate(age_days=1, authority_key_id="6162")
    ari = {
        "cert_id": "YWI.AQ",
        "window_start": times.to_text(NOW - timedelta(days=2)),
        "window_end": times.to_text(NOW - timedelta(days=1)),
        "selected_at": times.to_text(NOW - timedelta(days=1)),
        "next_check_at": times.to_text(NOW + timedelta(hours=6)),
        "explanation_url": "https://ca.example.com/incident",
        "error": None,
    }
    found = row(certificate=one, renewal=renewal(ari=ari))
    assert found.window is not None
    assert found.window.explanation_url == "https://ca.example.com/incident"
    assert found.attention == ("ca_incident",)


def test_a_revocation_that_is_still_to_be_made_needs_a_person() -> None:
    found = row(certificate=certificate(), superseded=[certificate(number=2, revoke="keyCompromise")])
    assert found.attention == ("revocation_pending",)


def test_a_run_that_is_at_work_is_shown_with_its_owner() -> None:
    found = row(certificate=certificate(age_days=40), lock=lock(), journal=unfinished("renew"))
    assert found.state == "locked"
    assert "node1" in found.lock
    assert "renew, planned" in found.journal
    assert found.attention == ()


def test_where_it_is_served_comes_from_the_listing_or_else_from_the_last_run() -> None:
    matched = {"Status": "Succeeded", "finished_at": None, "Matched_CloudFront": {"ID_LIST": ["E9"]}}
    assert [one.id for one in row(certificate=certificate(), last_run=matched).targets] == ["E9"]
    using = Distribution("E1", aliases=("www.example.com",), viewer={"IAMCertificateId": "ASCA1"})
    other = Distribution("E2", viewer={"IAMCertificateId": "ASCA2"})
    found = row([using, other], certificate=certificate(), last_run=matched)
    assert [(one.id, one.aliases) for one in found.targets] == [("E1", ("www.example.com",))]


def test_every_text_is_bounded_and_without_what_a_terminal_obeys() -> None:
    text = "\x1b[31m\u202e" + "x" * 10_000
    last_run = {"Status": text, "finished_at": None, "Matched_CloudFront": {text: [text] * 1000}, "Error": text}
    found = row(certificate=certificate(issuer=text, name=text), last_run=last_run)
    shown = repr(found)
    assert "\\x1b" not in shown
    assert "\\u202e" not in shown
    assert len(shown) < 100_000


def test_addresses_say_whether_they_are_subscribed() -> None:
    defined = {**document()["definition"], "emails": ["a@example.com", "b@example.com"]}
    found = row(definition=defined, subscribed=["b@example.com"])
    assert [(one.address, one.subscribed) for one in found.addresses] == [
        ("a@example.com", False),
        ("b@example.com", True),
    ]


def test_a_document_that_cannot_be_used_is_a_row_that_says_why() -> None:
    found = report_rows.broken("old\napp", "it is not JSON")
    assert (found.name, found.state, found.attention, found.reason) == (
        "old app",
        "broken",
        ("broken",),
        "it is not JSON",
    )


def test_a_listing_of_another_account_says_nothing_of_where_it_is_served() -> None:
    matched = {"Status": "Succeeded", "finished_at": None, "Matched_CloudFront": {"ID_LIST": ["E9"]}}
    other = Distribution("E1", viewer={"IAMCertificateId": "ASCAOTHER"})
    assert [one.id for one in row([other], certificate=certificate(), last_run=matched).targets] == ["E9"]


def test_a_certificate_in_acm_is_found_by_each_of_its_arns() -> None:
    first, second = (f"arn:aws:acm:{region}:123456789012:certificate/1" for region in ("us-east-1", "eu-west-1"))
    copies = [{"region": "us-east-1", "arn": first}, {"region": "eu-west-1", "arn": second}]
    one = certificate(store="acm", id=None, arn=first, copies=copies)
    found = row([Distribution("E1", viewer={"ACMCertificateArn": first})], certificate=one)
    assert [target.id for target in found.targets] == ["E1"]
    assert found.store == "acm"
    assert found.certificate is not None
    assert found.certificate.copies == (first, second)


def test_a_sentence_has_600_characters_at_most_and_a_name_253() -> None:
    found = row(certificate=certificate(issuer="i" * 700, key_type="k" * 300))
    assert [len(one.issuer) for one in found.certificates] == [600]
    assert [len(one.key_type) for one in found.certificates] == [253]


def test_what_a_last_run_says_is_shown_four_levels_deep() -> None:
    deep: t.Any = {"a": {"b": [{"c": {"d": 1}}]}}
    shown = row(last_run=deep).last_run
    assert shown == {"a": {"b": [{"c": "{'d': 1}"}]}}


def test_of_each_list_a_hundred_are_shown() -> None:
    found = row(last_run={"IDs": [f"E{number}" for number in range(101)]})
    assert found.last_run["IDs"] == [f"E{number}" for number in range(100)]
