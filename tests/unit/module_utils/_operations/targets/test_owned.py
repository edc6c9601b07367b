# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has another owner by its tags, each read where it is kept; a permission for it may be missing."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.targets import owned

SITE = "arn:aws:cloudfront::123456789012:distribution/E1"
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1"


@dataclass
class FakeTagging:
    """The tags of two resources, and what was asked for."""

    asked: dict[str, list[str]] = field(default_factory=dict)
    refused: RemoteError | None = None
    region: str = ""

    def __call__(self, region: str) -> t.Any:
        self.region = region
        return self

    def get_tags(self, arns: list[str]) -> dict[str, dict[str, str]]:
        if self.refused:
            raise self.refused
        self.asked[self.region] = arns
        tags = {SITE: {"aws:cloudformation:stack-name": "web"}, BALANCER: {"ManagedBy": "terraform"}}
        return {arn: tags[arn] for arn in arns if arn in tags}


def test_each_is_asked_for_in_its_region_and_named_as_people_know_it() -> None:
    tagging = FakeTagging()
    (line,) = owned.warnings((SITE, BALANCER, SITE[:-1] + "2"), "us-east-1", tagging)
    assert f"E1 (the CloudFormation stack 'web'), {BALANCER} (Terraform) have owners" in line
    assert tagging.asked == {"us-east-1": [SITE, SITE[:-1] + "2"], "eu-west-1": [BALANCER]}


def test_nothing_is_asked_where_nothing_changes() -> None:
    tagging = FakeTagging()
    assert owned.warnings((), "us-east-1", tagging) == ()
    assert not tagging.asked


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("AccessDeniedException", ()),
        ("ThrottledException", ("whether templates of others set certificates again is not known: no",)),
    ],
)
def test_a_missing_permission_is_not_worth_a_word(code: str, told: tuple[str, ...]) -> None:
    refused = RemoteError("no", service="tag", operation="GetResources", code=code)
    assert owned.warnings((SITE,), "us-east-1", FakeTagging(refused=refused)) == told
