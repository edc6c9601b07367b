# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where certificates of a project are, and what of a former place is left behind."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import places
from unit.fakes.projects import definition, document, reported_certificate


def arn(number: int, region: str = "us-east-1") -> str:
    return f"arn:aws:acm:{region}:123456789012:certificate/{number}"


def in_acm(number: int, *regions: str, **fields: t.Any) -> t.Any:
    copies = [{"region": region, "arn": arn(number, region)} for region in ("us-east-1", *regions)]
    place = {"store": "acm", "id": None, "arn": arn(number), "copies": copies}
    return {**reported_certificate(number), **place, **fields}


IN_IAM: t.Any = reported_certificate(1)


def test_a_record_from_before_there_was_a_choice_is_about_iam() -> None:
    assert (places.store_of(IN_IAM), places.arns(IN_IAM)) == ("iam", ())


@pytest.mark.parametrize(
    ("former", "now", "left"),
    [
        pytest.param(IN_IAM, in_acm(1), IN_IAM, id="it moved to ACM"),
        pytest.param(in_acm(1), IN_IAM, in_acm(1), id="it moved to IAM"),
        pytest.param(in_acm(1), in_acm(1, "eu-west-1"), None, id="one more region"),
        pytest.param(IN_IAM, {**IN_IAM, "id": "ASCANEW"}, None, id="it came back to IAM"),
    ],
)
def test_a_certificate_that_moves_leaves_its_former_place(former: t.Any, now: t.Any, left: t.Any) -> None:
    assert places.left_behind(former, now) == left


def test_a_copy_that_is_no_longer_wanted_is_left_behind() -> None:
    found = places.left_behind(in_acm(1, "eu-west-1"), in_acm(1))
    assert found is not None
    assert places.arns(found) == (arn(1, "eu-west-1"),)
    assert not places.serves_cloudfront(found)


def test_one_that_was_replaced_under_its_arn_is_not_to_be_deleted() -> None:
    wanted = definition(certificate_store="acm", keep_previous=1, acm_regions=["eu-west-1"])
    old = [in_acm(1), in_acm(2, "eu-west-1"), in_acm(3), in_acm(4, arn=arn(5), copies=[])]
    found = places.in_acm(document(definition=wanted, certificate=in_acm(5), superseded=old))
    assert found["superseded"] == [arn(1), arn(2), arn(2, "eu-west-1"), arn(3)]
    assert found["kept"] == [arn(5), arn(3)]
    assert (found["arns"], found["regions"], found["import_as"]) == ([arn(5)], ["eu-west-1"], "new")


def test_a_rollback_imports_under_the_arn_what_was_replaced_there() -> None:
    wanted = definition(certificate_store="acm", acm_arn="same")
    old = in_acm(4, arn=arn(5), copies=[])
    found = places.in_acm(document(definition=wanted, certificate=in_acm(5), superseded=[old]), old)
    assert (found["arns"], found["import_as"]) == ([arn(5)], "same")
    other = places.in_acm(document(definition=wanted, certificate=in_acm(5), superseded=[]), in_acm(3))
    assert (other["arns"], other["import_as"]) == ([arn(3)], "new")


@pytest.mark.parametrize(
    ("certificate", "store", "regions", "why"),
    [
        pytest.param(IN_IAM, "iam", [], "", id="as wanted"),
        pytest.param(IN_IAM, "acm", [], "certificate_store is acm now", id="to ACM"),
        pytest.param(in_acm(1), "iam", [], "certificate_store is iam now", id="to IAM"),
        pytest.param(in_acm(1), "acm", ["eu-west-1"], "acm_regions changed", id="one more region"),
        pytest.param({**IN_IAM, "rolled_back": {"certificate_store": "acm"}}, "acm", [], "", id="gone back to IAM"),
    ],
)
def test_what_is_elsewhere_moves(certificate: t.Any, store: str, regions: list[str], why: str) -> None:
    found = places.is_elsewhere(certificate, definition(certificate_store=store, acm_regions=regions))
    assert why in found
    assert bool(why) == bool(found)


def test_the_stores_of_a_project_are_those_that_hold_something_or_shall() -> None:
    found = document(definition=definition(certificate_store="acm"), certificate=IN_IAM, superseded=[])
    assert places.stores(found) == ["iam", "acm"]
    assert places.stores(document(certificate=IN_IAM, superseded=[])) == ["iam"]


def test_a_clean_up_of_iam_leaves_the_recorded_one_and_the_newest() -> None:
    old: t.Any = [reported_certificate(number) for number in (1, 2)]
    found = document(definition=definition(keep_previous=1), certificate=in_acm(5), superseded=old)
    assert places.kept_in_iam(found) == [old[1]["name"]]
    assert places.in_iam(found) == [entry["name"] for entry in old]


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("arn:aws-cn:acm:cn-north-1:123456789012:certificate/0f6e2d1c-0000-4000-8000-000000000000", True),
        ("ASCAEXAMPLE123EXAMPLE", True),
        ("webapp-2027-01-06-0442", True),
        ("{{ lookup('pipe', 'id') }}", False),
        ("a b", False),
        ("webapp\n", False),
        ("", False),
    ],
)
def test_what_a_certificate_may_be_called(text: str, valid: bool) -> None:
    assert places.is_name(text) == valid


def test_a_certificate_that_was_exported_is_looked_for_where_acm_has_it() -> None:
    origin = "arn:aws-cn:acm:cn-northwest-1:123456789012:certificate/1"
    exported = {**reported_certificate(1), "source": "acm", "source_arn": origin}
    wanted = definition(source="acm", acm_export=True)
    found = places.in_acm(document(definition=wanted, certificate=exported))
    assert (found["regions"], found["cloudfront"]) == (["cn-northwest-1"], False)
    there = places.in_acm(document(definition=definition(certificate_store="acm"), certificate=in_acm(1)))
    assert (there["regions"], there["cloudfront"]) == ([], True)
