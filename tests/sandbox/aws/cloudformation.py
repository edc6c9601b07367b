# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stacks of CloudFormation, as they are read: the control interface puts them in place, nothing is ever deployed.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
"""

from __future__ import annotations

import typing as t
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from . import constraints
from .errors import AwsError
from .service import Call, Operation, Service

if t.TYPE_CHECKING:
    from .lambda_functions import Lambda
    from .state import State

# AWS cuts at one megabyte, which no test wants to fill.
PAGE_SIZE = 100
NO_ECHO = "****"
DISTRIBUTION, FUNCTION = "AWS::CloudFront::Distribution", "AWS::Lambda::Function"
_Result = dict[str, t.Any]


@dataclass
class Stack:
    """One stack; ``resources`` are (logical ID, type, physical ID)."""

    name: str
    id: str
    created: datetime
    description: str = ""
    status: str = "CREATE_COMPLETE"
    parameters: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    resources: list[tuple[str, str, str]] = field(default_factory=list)

    def marks(self, logical: str) -> dict[str, str]:
        """The tags that CloudFormation itself gives to each resource of a stack."""
        prefix = "aws:cloudformation:"
        return {f"{prefix}stack-name": self.name, f"{prefix}stack-id": self.id, f"{prefix}logical-id": logical}

    def description_of(self) -> _Result:
        """Stack, as DescribeStacks returns it."""
        return {
            "StackId": self.id,
            "StackName": self.name,
            "Description": self.description,
            "CreationTime": self.created,
            "StackStatus": self.status,
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()],
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in self.outputs.items()],
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
        }


class CloudFormation(Service):
    """Stacks by account and region, in the order in which they were made."""

    name = "cloudformation"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._stacks: dict[tuple[str, str], dict[str, Stack]] = {}
        self.operations: dict[str, Operation] = {
            "DescribeStacks": self.describe,
            "ListStackResources": self.list_resources,
        }

    def resource(self, call: Call) -> str:
        found = self._of(call).get(str(call.params.get("StackName") or ""))
        return found.id if found else "*"

    def put(self, account: str, region: str, values: t.Mapping[str, t.Any]) -> Stack:
        """A stack as somebody deployed it; one with the name of another takes its place."""
        partition = "aws-cn" if region.startswith("cn-") else "aws"
        name = str(values["name"])
        stack = Stack(
            name=name,
            id=f"arn:{partition}:cloudformation:{region}:{account}:stack/{name}/{uuid.uuid4()}",
            created=self.state.now().replace(microsecond=0),
            description=str(values.get("description", "")),
            status=str(values.get("status", "CREATE_COMPLETE")),
            parameters=dict(values.get("parameters") or {}),
            outputs=dict(values.get("outputs") or {}),
            tags=dict(values.get("tags") or {}),
            resources=[(str(one[0]), str(one[1]), str(one[2])) for one in values.get("resources") or []],
        )
        self._stacks.setdefault((account, region), {})[name] = stack
        for logical, kind, physical in stack.resources:
            found = self.state.cloudfront.distribution((account, partition), physical) if kind == DISTRIBUTION else None
            if found is not None:
                found.tags.update(stack.marks(logical))
            if kind == FUNCTION:
                functions = t.cast("Lambda", self.state.services["lambda"])
                functions.mark(account, region, physical, {**stack.tags, **stack.marks(logical)})
        return stack

    def remove(self, account: str, region: str, name: str) -> None:
        """The stack is deleted; what it retained stays."""
        del self._stacks[account, region][name]

    def describe(self, call: Call) -> _Result:
        constraints.check(call)
        wanted = call.params.get("StackName")
        found = [self._existing(call, str(wanted))] if wanted else list(self._of(call).values())
        return _page(call, [stack.description_of() for stack in found], "Stacks")

    def list_resources(self, call: Call) -> _Result:
        constraints.check(call)
        stack = self._existing(call, str(call.params["StackName"]))
        found = [
            {
                "LogicalResourceId": logical,
                "ResourceType": kind,
                "PhysicalResourceId": physical,
                "ResourceStatus": "CREATE_COMPLETE",
                "LastUpdatedTimestamp": stack.created,
            }
            for logical, kind, physical in stack.resources
        ]
        return _page(call, found, "StackResourceSummaries")

    def _of(self, call: Call) -> dict[str, Stack]:
        return self._stacks.setdefault((call.account, call.region), {})

    def _existing(self, call: Call, name: str) -> Stack:
        found = next((stack for stack in self._of(call).values() if name in (stack.name, stack.id)), None)
        if found is None:
            raise AwsError("ValidationError", f"Stack with id {name} does not exist")
        return found


def _page(call: Call, items: t.Sequence[t.Any], member: str) -> _Result:
    try:
        start = int(call.params.get("NextToken") or 0)
    except ValueError:
        raise AwsError("ValidationError", "The NextToken is not valid.") from None
    end = start + PAGE_SIZE
    page: _Result = {member: list(items[start:end])}
    return page | {"NextToken": str(end)} if end < len(items) else page
