# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what an old tool knows to a definition: what becomes of each setting, and what is said of it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption import mapping
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.mapping import Wishes
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.shapes import (
    SeenCertificate,
    SeenSubscription,
)
from unit.fakes.adoption import LETSENCRYPT, certificate

OPS: SeenSubscription = {"protocol": "email", "endpoint": "ops@example.com", "status": "confirmed"}


def mapped(
    current: SeenCertificate | None = None,
    subscriptions: t.Sequence[SeenSubscription] = (),
    wishes: Wishes | None = None,
    **known: t.Any,
) -> mapping.Mapped:
    settings = mapping.settings(**known)
    return mapping.definition(current or certificate(1), settings, subscriptions, wishes or Wishes())


def test_a_project_like_ours_becomes_a_definition_without_a_word() -> None:
    found = mapped(None, [OPS], domains=["www.example.com", "EXAMPLE.com"], email="ops@example.com", interval=45)
    assert found == mapping.Mapped(
        {
            "domains": ["example.com", "www.example.com"],
            "emails": ["ops@example.com"],
            "renewal_interval_days": 45,
            "bind": ["previous"],
            "key_type": "ecdsa_p256",
            "acme_directory": "letsencrypt",
        }
    )


@pytest.mark.parametrize(
    ("listed", "difference"),
    [
        (["example.com", "www.example.com"], None),
        (["example.com"], "with www.example.com besides"),
        (["example.com", "www.example.com", "a.example.com"], "without a.example.com"),
        (["example.com", "a.example.com"], "without a.example.com and with www.example.com besides"),
        (["not a name"], None),
    ],
)
def test_names_that_differ_from_the_list_are_named(listed: list[str], difference: str | None) -> None:
    warnings = mapped(domains=listed).warnings
    assert len(warnings) == (difference is not None)
    if difference:
        assert warnings[0].startswith(f"the certificate in service is {difference}, other than the project's list")


@pytest.mark.parametrize(
    ("interval", "entered", "days", "said"),
    [
        (None, None, None, []),
        (45, None, 45, []),
        (None, 30, 30, []),
        (30, 30, 30, []),
        (45, 30, 45, ["the timer says 45 days, the project 30: the timer counts"]),
        (89, None, 89, []),
        (90, None, 89, ["the interval of 90 days becomes 89"]),
        (1, None, 1, []),
    ],
)
def test_the_timer_counts_within_what_an_interval_may_be(
    interval: int | None, entered: int | None, days: int | None, said: list[str]
) -> None:
    found = mapped(interval=interval, interval_set=entered)
    assert (found.definition.get("renewal_interval_days"), found.warnings) == (days, said)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({}, []),
        ({"certificate_store": "iam", "source": "acme"}, []),
        (
            {"certificate_store": "acm"},
            ["project_certificate_store stays iam for now: set it to acm with create, once adopted"],
        ),
        ({"source": "acm"}, ["project_source stays acme for now: set it to acm with create, once adopted"]),
    ],
)
def test_where_it_is_and_who_renews_it_stay_as_they_are(wanted: dict[str, t.Any], said: list[str]) -> None:
    found = mapped(wishes=Wishes(definition=wanted))
    assert found.warnings == said
    assert not {"certificate_store", "source", "acm_export", "targets"} & set(found.definition)


@pytest.mark.parametrize(("exportable", "exported"), [(True, True), (False, False), (None, False)])
def test_what_acm_renews_stays_with_acm_and_has_no_ca_and_no_targets_of_ours(
    exportable: bool | None, exported: bool
) -> None:
    in_acm: SeenCertificate = {**certificate(1), "store": "acm"}
    found = mapped(in_acm, source="acm", exportable=exportable, targets=["cloudfront", "elb"]).definition
    assert (found["certificate_store"], found["source"], found["acm_export"]) == ("acm", "acm", exported)
    assert not {"targets", "acme_directory"} & set(found)


def test_what_was_imported_into_acm_keeps_its_targets() -> None:
    in_acm: SeenCertificate = {**certificate(1), "store": "acm"}
    found = mapped(in_acm, targets=["cloudfront", "elb"]).definition
    assert (found["certificate_store"], found["targets"]) == ("acm", ["cloudfront", "elb"])
    assert "source" not in found


@pytest.mark.parametrize(
    ("email", "subscriptions", "is_named"),
    [
        ("ops@EXAMPLE.com", [OPS], False),
        ("gone@example.com", [OPS], True),
        ("gone@example.com", [], False),
        (None, [OPS], False),
    ],
)
def test_the_address_of_the_project_is_missed_only_where_others_confirmed(
    email: str | None, subscriptions: list[SeenSubscription], is_named: bool
) -> None:
    warnings = mapped(None, subscriptions, email=email).warnings
    wanted = [f"{email}, the address of the project, is not among the confirmed subscriptions"] if is_named else []
    assert warnings == wanted


def test_what_is_no_address_is_left_out_and_each_stands_once() -> None:
    assert mapped(wishes=Wishes(("a@example.com", "x", "a@example.com"))).definition["emails"] == ["a@example.com"]


@pytest.mark.parametrize(
    ("issuer", "directory", "expected"),
    [
        (LETSENCRYPT, "letsencrypt", True),
        (LETSENCRYPT, "https://acme-v02.api.letsencrypt.org/directory", True),
        (LETSENCRYPT, "zerossl", False),
        ("CN=Own", "letsencrypt", False),
    ],
)
def test_a_certificate_is_of_the_ca_that_its_issuer_names(issuer: str, directory: str, expected: bool) -> None:
    assert mapping.is_of_ca(issuer, mapping.settings(), directory) is expected


def test_a_certificate_of_an_unknown_issuer_is_of_the_ca_that_the_old_tool_asks() -> None:
    known = mapping.settings(directory="https://ca.example.com/directory")
    assert mapping.is_of_ca("CN=Own", known, "https://ca.example.com/directory")
    assert not mapping.is_of_ca("CN=Own", known, "letsencrypt")


def test_a_ca_of_ones_own_brings_its_bundle_only_where_it_is_asked() -> None:
    own = Wishes(default_directory="https://ca.example.com/directory", default_ca_bundle="/etc/ca.pem")
    found = mapped(certificate(1, issuer="CN=Own"), wishes=own)
    assert found.definition["acme_directory"] == "https://ca.example.com/directory"
    assert found.definition["acme_ca_bundle"] == "/etc/ca.pem"
    (said,) = found.warnings
    assert said.startswith("the certificate was issued by CN=Own; renewals come from https://ca.example.com/directory,")
    assert "acme_ca_bundle" not in mapped(wishes=own).definition


def test_an_old_key_that_no_ca_signs_is_left_behind() -> None:
    found = mapped(certificate(1, key_type="rsa_1024"))
    assert "key_type" not in found.definition
    assert (found.problems, len(found.warnings)) == ([], 1)
