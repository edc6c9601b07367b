# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stacks of one region, one method per API call; nothing here changes a stack."""

from __future__ import annotations

import typing as t

from ...._core.adoption.plugin_stacks import Stack, StackResource
from ..errors import calling

SERVICE = "cloudformation"


class CloudFormation:
    """Speaks to CloudFormation through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def describe_stacks(self) -> tuple[Stack, ...]:
        """Every stack that is not deleted."""
        with calling(SERVICE, "DescribeStacks"):
            pages = self._client.get_paginator("describe_stacks").paginate()
            return tuple(_stack(entry) for page in pages for entry in page["Stacks"])

    def list_stack_resources(self, stack: str) -> tuple[StackResource, ...]:
        """What the stack made, as far as it exists."""
        with calling(SERVICE, "ListStackResources", stack):
            pages = self._client.get_paginator("list_stack_resources").paginate(StackName=stack)
            return tuple(
                StackResource(entry["LogicalResourceId"], entry["ResourceType"], entry["PhysicalResourceId"])
                for page in pages
                for entry in page["StackResourceSummaries"]
                if entry.get("PhysicalResourceId") and entry["ResourceStatus"] != "DELETE_COMPLETE"
            )


def _stack(entry: t.Mapping[str, t.Any]) -> Stack:
    return Stack(
        name=entry["StackName"],
        id=entry["StackId"],
        status=entry["StackStatus"],
        description=entry.get("Description", ""),
        parameters={one["ParameterKey"]: one.get("ParameterValue", "") for one in entry.get("Parameters", [])},
    )
