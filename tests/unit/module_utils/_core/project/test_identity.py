# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which account a project belongs to."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import (
    document as project_document,
    identity,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from unit.fakes.projects import certificate, document

OURS = AwsAccount("123456789012", "aws")
OTHER = AwsAccount("999999999999", "aws")
CHINA = AwsAccount("123456789012", "aws-cn")
IN_CHINA = certificate(arn="arn:aws-cn:iam::123456789012:server-certificate/cloudfront/certops/webapp/webapp-1")


@pytest.mark.parametrize(
    ("changes", "account"),
    [
        pytest.param({}, None, id="nothing is known yet"),
        pytest.param({"certificate": certificate()}, OURS, id="by the certificate, before accounts were recorded"),
        pytest.param({"certificate": IN_CHINA}, CHINA, id="by the partition of the certificate"),
        pytest.param({"superseded": [certificate()]}, OURS, id="by a superseded certificate"),
        pytest.param(
            {"superseded": [certificate(), IN_CHINA], "certificate": certificate(arn=None)},
            CHINA,
            id="by the last one that is in AWS",
        ),
        pytest.param(
            {"account": {"id": "999999999999", "partition": "aws"}, "certificate": certificate()},
            OTHER,
            id="what is recorded comes first",
        ),
    ],
)
def test_a_project_belongs_to_the_account_that_its_document_tells(
    changes: dict[str, t.Any], account: AwsAccount | None
) -> None:
    assert identity.account_of(document(**changes)) == account


@pytest.mark.parametrize(
    ("caller", "is_elsewhere"),
    [
        pytest.param(OURS, False, id="the same"),
        pytest.param(OTHER, True, id="another account"),
        pytest.param(CHINA, True, id="another partition"),
    ],
)
def test_a_project_is_elsewhere_for_another_account_or_partition(caller: AwsAccount, is_elsewhere: bool) -> None:
    assert identity.is_elsewhere(document(certificate=certificate()), caller) is is_elsewhere


def test_a_project_without_a_place_is_elsewhere_for_nobody() -> None:
    assert not identity.is_elsewhere(document(), OTHER)


def test_a_refusal_names_both_accounts_and_the_way_out() -> None:
    text = identity.refusal(document(certificate=certificate()), CHINA)
    assert "belongs to AWS account 123456789012 (aws), but the credentials are those of 123456789012 (aws-cn)" in text
    assert "project_account_change=true" in text


def test_an_account_is_recorded_by_number_and_partition() -> None:
    found = identity.with_account(document(), CHINA)
    assert found["account"] == {"id": "123456789012", "partition": "aws-cn"}
    assert identity.account_of(project_document.loaded("webapp", found)) == CHINA


@pytest.mark.parametrize(
    "damaged",
    ["123456789012", {}, {"id": "1", "partition": "aws"}, {"id": "123456789012", "partition": "{{ x }}"}, [1]],
    ids=str,
)
def test_a_damaged_account_makes_a_damaged_document(damaged: t.Any) -> None:
    with pytest.raises(ValueError, match="it is damaged"):
        project_document.loaded("webapp", document(account=damaged))
