# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Resource Groups Tagging API in one region: the tags of many resources with one call for each hundred."""

from __future__ import annotations

import typing as t

from ..errors import calling

SERVICE = "resourcegroupstaggingapi"
PAGE_SIZE = 100
# https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
ACM_CERTIFICATE = "acm:certificate"
CLOUDFRONT_RESOURCES = "cloudfront"
LOAD_BALANCERS = "elasticloadbalancing:loadbalancer"
FUNCTIONS = "lambda:function"


class Tagging:
    """Speaks to the Tagging API of one region through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def get_resources(
        self, resource_type: str, tags: t.Mapping[str, str | None] | None = None
    ) -> dict[str, dict[str, str]]:
        """The tags of each resource of this type (as ``ACM_CERTIFICATE``) that has all of ``tags``, by its ARN; a tag
        that is None may have any value."""
        filters = [
            {"Key": key, **({"Values": [value]} if value else {})} for key, value in sorted((tags or {}).items())
        ]
        with calling("tag", "GetResources", resource_type):
            pages = self._client.get_paginator("get_resources").paginate(
                ResourceTypeFilters=[resource_type],
                PaginationConfig={"PageSize": PAGE_SIZE},
                **({"TagFilters": filters} if filters else {}),
            )
            return {
                entry["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in entry.get("Tags", [])}
                for page in pages
                for entry in page["ResourceTagMappingList"]
            }

    def get_tags(self, arns: t.Sequence[str]) -> dict[str, dict[str, str]]:
        """The tags of these resources, as far as they exist and have some."""
        found: dict[str, dict[str, str]] = {}
        for start in range(0, len(arns), PAGE_SIZE):
            with calling("tag", "GetResources"):
                answer = self._client.get_resources(ResourceARNList=list(arns[start : start + PAGE_SIZE]))
                for entry in answer["ResourceTagMappingList"]:
                    found[entry["ResourceARN"]] = {tag["Key"]: tag["Value"] for tag in entry.get("Tags", [])}
        return found
