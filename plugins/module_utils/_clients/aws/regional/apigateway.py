# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom domain names of API Gateway in one region, one method per API call.

The first API is used for all of them: it shows edge-optimised domains, too, and changes one member and nothing else.
"""

from __future__ import annotations

import typing as t

from ...._core.targets.api_domains import ApiDomain
from ...._errors import RemoteError
from ..errors import calling

SERVICE = "apigateway"
PAGE_SIZE = 500
NOT_FOUND = "NotFoundException"


class ApiGateway:
    """Speaks to API Gateway through a boto3 client; ``changing`` makes one that tries once, for changes."""

    def __init__(self, client: t.Any, changing: t.Callable[[], t.Any]) -> None:
        self._client, self._changing = client, changing

    def get_domain_names(self) -> tuple[ApiDomain, ...]:
        """Every custom domain name of the region."""
        with calling(SERVICE, "GetDomainNames"):
            pages = self._client.get_paginator("get_domain_names").paginate(PaginationConfig={"PageSize": PAGE_SIZE})
            return tuple(_domain(entry) for page in pages for entry in page["items"])

    def get_domain_name(self, name: str) -> ApiDomain | None:
        """One domain; None if there is none."""
        try:
            with calling(SERVICE, "GetDomainName", name):
                return _domain(self._client.get_domain_name(domainName=name))
        except RemoteError as exc:
            if exc.code == NOT_FOUND:
                return None
            raise

    def update_domain_name(self, name: str, values: t.Mapping[str, str]) -> None:
        """Replace these members, by their paths; all else of the domain stays."""
        operations = [{"op": "replace", "path": path, "value": value} for path, value in sorted(values.items())]
        with calling(SERVICE, "UpdateDomainName", name):
            self._changing().update_domain_name(domainName=name, patchOperations=operations)


def _domain(entry: t.Mapping[str, t.Any]) -> ApiDomain:
    return ApiDomain(
        name=entry["domainName"].lower(),
        kinds=tuple(entry.get("endpointConfiguration", {}).get("types", [])),
        edge_certificate=entry.get("certificateArn", ""),
        regional_certificate=entry.get("regionalCertificateArn", ""),
        ownership_certificate=entry.get("ownershipVerificationCertificateArn", ""),
        edge_host=entry.get("distributionDomainName", ""),
        regional_host=entry.get("regionalDomainName", ""),
        status=entry.get("domainNameStatus", ""),
        tags=entry.get("tags", {}),
    )
