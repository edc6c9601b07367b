# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which targets get a certificate, in which places, and which are left alone."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.binding import Reaction
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.report import BindStatus
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets import judging
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets.uses import (
    API_DOMAIN,
    DEFAULT,
    LISTENER,
    SNI,
    NewCertificate,
    Slot,
    Use,
    UseSelection,
)

NEW = NewCertificate("new", ("example.com", "*.example.com"), "ecdsa_p256")
PREVIOUS = UseSelection(frozenset({"previous"}), previous=("old",))
ALIASES = UseSelection(frozenset({"aliases"}))
IDS = UseSelection(frozenset({"ids"}), ids=("l1",))


def listener(
    default: str = "old", *listed: str, names: t.Mapping[str, tuple[str, ...]] | None = None, **more: t.Any
) -> Use:
    names = names or {}
    slots = [Slot(DEFAULT, default, names.get(default, ())), *(Slot(SNI, one, names.get(one, ())) for one in listed)]
    return Use(LISTENER, "l1", tuple(slots), **more)


def replaced(use: Use, selection: UseSelection = PREVIOUS) -> list[tuple[str, str]]:
    return [(slot.name, slot.certificate) for slot in judging.judge(use, selection, NEW).replaced]


@pytest.mark.parametrize(
    ("use", "selection", "places"),
    [
        pytest.param(listener("old"), PREVIOUS, [(DEFAULT, "old")], id="the default"),
        pytest.param(listener("old", "old"), PREVIOUS, [(DEFAULT, "old"), (SNI, "old")], id="both places"),
        pytest.param(listener("x", "y", "old"), PREVIOUS, [(SNI, "old")], id="one of the list"),
        pytest.param(listener("new", "new", "old"), PREVIOUS, [(SNI, "old")], id="what a killed run left"),
        pytest.param(listener("x", "y"), PREVIOUS, [], id="a stranger"),
        pytest.param(listener("x", "y"), IDS, [(DEFAULT, "x")], id="a listed one gets it as its default"),
        pytest.param(listener("new", "y"), IDS, [], id="a listed one that has it"),
    ],
)
def test_the_places_that_change(use: Use, selection: UseSelection, places: list[tuple[str, str]]) -> None:
    assert replaced(use, selection) == places


def test_by_names_the_certificates_whose_names_are_covered_are_replaced() -> None:
    names = {"a": ("www.example.com",), "b": ("shop.test",), "c": ("example.com", "shop.test")}
    assert replaced(listener("b", "a", names=names), ALIASES) == [(SNI, "a")]
    report = judging.judge(listener("c", names=names), ALIASES, NEW)
    assert (report.status, report.uncovered) == (BindStatus.SKIPPED, ("shop.test",))
    assert "does not cover shop.test" in report.reason
    assert judging.plan([listener("b", names=names)], ALIASES, NEW) == ()


def test_names_of_the_former_certificate_are_not_dropped_unless_the_target_is_listed() -> None:
    use = listener("old", names={"old": ("example.com", "shop.test")})
    assert judging.judge(use, PREVIOUS, NEW).status is BindStatus.SKIPPED
    both = UseSelection(frozenset({"previous", "ids"}), ("old",), ("l1",))
    assert judging.judge(use, both, NEW).status is BindStatus.REBOUND


def test_the_name_of_a_domain_must_be_covered_in_any_case() -> None:
    use = Use(API_DOMAIN, "l1", (Slot("regional", "x"),), names=("api.shop.test",))
    report = judging.judge(use, IDS, NEW)
    assert (report.status, report.uncovered) == (BindStatus.SKIPPED, ("api.shop.test",))


def test_a_key_that_the_target_does_not_take_is_refused() -> None:
    report = judging.judge(listener(key_types=frozenset({"rsa_2048"})), PREVIOUS, NEW)
    assert report.status is BindStatus.SKIPPED
    assert "does not take a key of type ecdsa_p256; it takes rsa_2048" in report.reason


def test_what_another_program_owns_is_left_alone_unless_forced() -> None:
    use = listener(why_not="a controller owns it")
    assert judging.judge(use, PREVIOUS, NEW).reason == "a controller owns it"
    forced = UseSelection(frozenset({"previous"}), ("old",), forced=True)
    assert judging.judge(use, forced, NEW).status is BindStatus.REBOUND


def test_tags_limit_what_is_found_but_not_what_is_listed() -> None:
    wanted = {"team": "web"}
    by_tag = UseSelection(frozenset({"previous"}), ("old",), tags=wanted)
    assert judging.plan([listener()], by_tag, NEW) == ()
    assert len(judging.plan([listener(tags={"team": "web", "x": "y"})], by_tag, NEW)) == 1
    listed = UseSelection(frozenset({"ids"}), ids=("l1",), tags=wanted)
    assert len(judging.plan([listener()], listed, NEW)) == 1


def test_what_takes_certificates_of_another_region_gets_the_copy_there() -> None:
    new = replace(NEW, arn="copy-here", copies={"us-east-1": "copy-there", "eu-west-1": "copy-here"})
    edge = Use(API_DOMAIN, "d1", (Slot("edge", "old"),), region="us-east-1")
    assert new.taken_by(edge).arn == "copy-there"
    assert new.taken_by(listener()).arn == "copy-here"
    done = replace(edge, slots=(Slot("edge", "copy-there"),))
    (report,) = judging.plan([done], ALIASES, new)
    assert report.status is BindStatus.ALREADY
    assert replace(new, arn=None).taken_by(edge).arn is None, "a planned one has none"


def test_what_has_it_already_is_always_meant() -> None:
    (report,) = judging.plan([listener("new", "y")], PREVIOUS, NEW)
    assert report.status is BindStatus.ALREADY


def test_what_was_changed_in_between_is_skipped() -> None:
    report = judging.judge(listener("x"), PREVIOUS, NEW)
    assert (report.status, "changed outside this run" in report.reason) == (BindStatus.SKIPPED, True)


def test_what_does_not_exist_is_a_problem_each() -> None:
    selection = UseSelection(frozenset({"ids"}), ids=("l1", "l2"))
    (problem,) = judging.unknown_ids("listeners", [listener()], selection)
    assert problem.startswith("listeners: l2 does not exist here")
    assert judging.unknown_ids("listeners", [], PREVIOUS) == []


@pytest.mark.parametrize(
    ("code", "message", "reaction"),
    [
        ("PreconditionFailed", "", Reaction.READ_AGAIN),
        ("TooManyRequestsException", "", Reaction.WAIT_DEPLOYED),
        ("ConflictException", "", Reaction.WAIT_DEPLOYED),
        ("CertificateNotFound", "", Reaction.WAIT_VISIBLE),
        ("BadRequestException", "The certificate is not valid or does not exist.", Reaction.WAIT_VISIBLE),
        ("BadRequestException", "The certificate does not cover the name", Reaction.FINAL),
        ("TooManyCertificates", "", Reaction.FINAL),
        ("AccessDenied", "", Reaction.FINAL),
    ],
)
def test_what_a_refusal_calls_for(code: str, message: str, reaction: Reaction) -> None:
    assert judging.reaction_to(code, message) is reaction


def test_a_full_list_comes_with_advice() -> None:
    assert "raise the quota" in judging.advised("TooManyCertificates", "full")
    assert judging.advised("Other", "said") == "said"
