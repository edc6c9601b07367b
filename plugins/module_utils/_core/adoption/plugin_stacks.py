# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stacks of the China CloudFront SSL Plugin: which is what, by the keys of its parameters, and whether it rests."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ..values import texts
from .shapes import SeenRule

DESCRIPTION = "(SO8156-cn) - China CloudFront SSL Plugin"
CONTROLLER, V2, V1 = "controller", "v2", "v1"
# A project of v1 from before July 2024: its memory is a file in its bucket, not a path in IAM.
V1_FILE = "v1_file"
# The file's name, and what its manual makes of it.
MEMORY_FILES = ("last_iam_ssl_info(don't delete or modify).txt", "last_iam_ssl_info.txt")
V2_SUFFIX = "-CertBot"
FUNCTION, RULE, TOPIC = "AWS::Lambda::Function", "AWS::Events::Rule", "AWS::SNS::Topic"
# What CloudFormation tags the resources of a stack with.
STACK_TAG, LOGICAL_TAG = "aws:cloudformation:stack-id", "aws:cloudformation:logical-id"
_V1_KEYS = {"domainName", "emailAddress", "renewIntervalDays"}
_V2_KEYS = {"projectName", "dynamoDBTable"}
_RESTS = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
_RATE = re.compile(r"rate\((\d{1,4}) days?\)")
# Of the function's environment we read these and nothing else.
ENVIRONMENT = (
    "CERTBOT_BUCKET",
    "DOMAINS_LIST",
    "DOMAINS_EMAIL",
    "DYNAMODB_TABLE",
    "PROJECT_NAME",
    "REGION",
    "STACK_NAME",
    "TOPIC_ARN",
)


@dataclass(frozen=True)
class Stack:
    """A stack as CloudFormation lists it."""

    name: str
    id: str
    status: str
    description: str = ""
    parameters: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StackResource:
    """A resource of a stack: its type, and its name."""

    logical: str
    kind: str
    physical: str


def kind(stack: Stack) -> str | None:
    """What of the plugin the stack is; None for a stack of something else."""
    if not stack.description.startswith(DESCRIPTION):
        return None
    keys = set(stack.parameters)
    if keys >= _V2_KEYS:
        return V2
    if keys == _V1_KEYS:
        return V1
    return CONTROLLER if "accessKey" in keys else None


def project_of(stack: Stack) -> str:
    """The name of their project."""
    return stack.parameters.get("projectName") or stack.name.removesuffix(V2_SUFFIX)


def problem(stack: Stack) -> str | None:
    """Why nothing can be taken over from a stack in this state; None if it rests."""
    if stack.status in _RESTS:
        return None
    state = texts.cleaned(stack.status, 60)
    if stack.status.endswith("_IN_PROGRESS"):
        return f"stack {stack.name} is {state}; run again when it has come to rest"
    return f"stack {stack.name} is {state}; repair it in CloudFormation, or delete it without emptying its bucket"


def warning(stack: Stack) -> str | None:
    """What a person should know of a stack that rests."""
    if stack.status != "UPDATE_ROLLBACK_COMPLETE":
        return None
    return (
        f"the last change of stack {stack.name} failed and was rolled back, so its settings may not be what was wanted"
    )


def days(schedule: str | None) -> int | None:
    """The number of days of a rate; None for anything else."""
    found = _RATE.fullmatch(schedule or "")
    return int(found[1]) if found else None


def active(rules: t.Iterable[SeenRule]) -> list[SeenRule]:
    """Those of these rules that start something."""
    return [rule for rule in rules if rule["state"] != "DISABLED"]


def path_of(region: str, stack: str) -> str:
    """Where the plugin keeps the certificates of a project."""
    return f"/cloudfront/{region}/{stack}/"
