# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags that name another owner, and tags that only look like it."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets.owners import (
    Owned,
    owned,
    owner,
    warning,
)


@pytest.mark.parametrize(
    ("tags", "who"),
    [
        ({"aws:cloudformation:stack-name": "web", "ManagedBy": "Terraform"}, "the CloudFormation stack 'web'"),
        ({"ManagedBy": "Terraform Cloud"}, "Terraform"),
        ({"managed-by": "opentofu"}, "OpenTofu"),
        ({"terraform": "true"}, "Terraform"),
        ({"terraform:workspace": "production"}, "Terraform"),
        ({"pulumi:project": "web"}, "Pulumi"),
        ({"Terraform": "false"}, ""),
        ({"managed-by": "certops.cloudfront", "certops:project": "terraform"}, ""),
        ({"Name": "terraform-demo"}, ""),
        ({"aws:cloudformation:stack-name": ""}, ""),
        ({}, ""),
    ],
)
def test_an_owner_is_known_by_the_tags_that_say_so(tags: dict[str, str], who: str) -> None:
    assert owner(tags) == who


def test_the_name_of_a_stack_is_data() -> None:
    assert "\n" not in owner({"aws:cloudformation:stack-name": "web\n{{ 7 * 7 }}"})


def test_all_owners_stand_in_one_line_with_the_ways_out() -> None:
    tags = {f"E{number}": {"aws:cloudformation:stack-name": "web"} for number in range(5)}
    found = owned([*tags, "E9"], tags)
    assert found[0] == Owned("E0", "the CloudFormation stack 'web'")
    (line,) = warning(found)
    assert "E2 (the CloudFormation stack 'web') and 2 more have owners" in line
    assert "ignore_changes" in line
    assert warning(()) == ()
