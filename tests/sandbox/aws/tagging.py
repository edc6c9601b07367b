# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Resource Groups Tagging API: tags of a region's resources in pages, for those services that the sandbox answers
itself.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from __future__ import annotations

import typing as t

from . import constraints
from .errors import AwsError
from .service import Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State

_Result = dict[str, t.Any]
_SERVICES = ("acm", "apigateway", "cloudfront", "elb", "elbv2", "lambda", "ssm")
DEFAULT_PAGE, MAX_PAGE = 50, 100


class Tagging(Service):
    """Resources that have tags; the others it does not know. Server certificates of IAM are not among them."""

    name = "resourcegroupstaggingapi"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.operations: dict[str, Operation] = {"GetResources": self.get_resources}

    def get_resources(self, call: Call) -> _Result:
        constraints.check(call)
        params = call.params
        arns, kinds, filters = (
            params.get("ResourceARNList"),
            params.get("ResourceTypeFilters"),
            params.get("TagFilters") or [],
        )
        if arns and (kinds or filters or params.get("ResourcesPerPage") or params.get("PaginationToken")):
            raise _invalid("ResourceARNList cannot be combined with other filters or paging.")
        if not 1 <= (params.get("ResourcesPerPage") or DEFAULT_PAGE) <= MAX_PAGE:
            raise _invalid(f"ResourcesPerPage must be from 1 to {MAX_PAGE}.")
        if any(not tag.get("Key") for tag in filters):
            raise _invalid("TagFilters must have a key.")
        found = [
            (arn, tags)
            for arn, tags in self._tagged(call)
            if tags
            and (not arns or arn in arns)
            and (not kinds or any(_is_of(arn, kind) for kind in kinds))
            and all(_has(tags, tag) for tag in filters)
        ]
        page, token = _page(found, params.get("ResourcesPerPage") or DEFAULT_PAGE, params.get("PaginationToken") or "")
        mappings = [
            {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
            for arn, tags in page
        ]
        return {"ResourceTagMappingList": mappings, "PaginationToken": token}

    def _tagged(self, call: Call) -> list[tuple[str, dict[str, str]]]:
        found: dict[str, dict[str, str]] = {}
        for name in _SERVICES:
            found |= self.state.services[name].tagged(call.account, call.region)
        return list(found.items())


def _is_of(arn: str, kind: str) -> bool:
    """Whether the resource is of a type: a service, or a service and the beginning of the resource."""
    service, _colon, wanted = kind.partition(":")
    parts = arn.split(":", 5)
    return parts[2] == service and (not wanted or parts[5].lstrip("/").replace(":", "/").startswith(wanted + "/"))


def _has(tags: t.Mapping[str, str], wanted: t.Mapping[str, t.Any]) -> bool:
    return wanted["Key"] in tags and (not wanted.get("Values") or tags[wanted["Key"]] in wanted["Values"])


def _page(found: t.Sequence[t.Any], size: int, token: str) -> tuple[t.Sequence[t.Any], str]:
    if token and not token.isdigit():
        raise AwsError("PaginationTokenExpiredException", "The pagination token is not valid or has expired.")
    start = int(token or 0)
    return found[start : start + size], str(start + size) if start + size < len(found) else ""


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)
