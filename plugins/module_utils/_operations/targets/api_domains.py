# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom domain names of API Gateway as targets: one change in half a minute, then a while of UPDATING."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.regional.apigateway import ApiGateway
from ..._core.targets import api_domains
from ..._core.targets.api_domains import CHANGE_SECONDS, PATHS, ApiDomain
from ..._core.targets.uses import NewCertificate, Slot, Use
from ..._errors import RemoteError

# Reading so many one by one costs less than a listing of all.
FEW = 2


@dataclass
class DomainTargets:
    """Domains by API Gateway of one region."""

    apigateway: ApiGateway
    region: str
    new: NewCertificate
    interval: float = CHANGE_SECONDS

    def scan(self) -> tuple[Use, ...]:
        """Every public domain of the region."""
        return tuple(self._use(one) for one in self.apigateway.get_domain_names() if one.is_public)

    def look(self, ids: t.Collection[str]) -> dict[str, Use]:
        """These domains as they are now."""
        if len(ids) > FEW:
            return {one.id: one for one in self.scan() if one.id in ids}
        found = [self.apigateway.get_domain_name(one) for one in ids]
        return {one.name: self._use(one) for one in found if one is not None}

    def give(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:
        """Replace the certificate in these places with one change."""
        self.apigateway.update_domain_name(use.id, {PATHS[slot.name]: arn for slot in replaced})

    def finish(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:
        """One certificate in each place: nothing is left."""

    def put_back(self, former: Use, arn: str) -> None:
        """What each place had that has the certificate now."""
        now = self.look([former.id]).get(former.id)
        given = {slot.name for slot in now.slots if slot.certificate == arn} if now else set()
        back = {PATHS[slot.name]: slot.certificate for slot in former.slots if slot.name in given}
        if not back:
            raise RemoteError(
                "it has another certificate by now: it was changed outside this run",
                service="apigateway",
                operation="UpdateDomainName",
            )
        self.apigateway.update_domain_name(former.id, back)

    def _use(self, one: ApiDomain) -> Use:
        return api_domains.use_of(one, self.region, self.new)
