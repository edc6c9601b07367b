# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists what serves certificates beside distributions, where a project may have left an older one, and reads the tags
of what is about to change."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.regional.apigateway import ApiGateway
from ..._clients.aws.regional.elb import ClassicLoadBalancing
from ..._clients.aws.regional.elbv2 import LoadBalancing
from ..._clients.aws.regional.tagging import CLOUDFRONT_RESOURCES, LOAD_BALANCERS, Tagging
from ..._core.fleet import beside
from ..._core.fleet.beside import Where
from ..._core.fleet.drift import Index
from ..._core.fleet.needs import Need
from ..._core.project.targets import APIGATEWAY
from ..._core.targets.owners import Owned
from ..._core.targets.uses import NewCertificate, Use
from ..._core.values.partitions import region_of
from ..._core.values.shapes import ProjectDocument
from ..._errors import RemoteError
from ..targets import owned
from ..targets.api_domains import DomainTargets
from ..targets.classic_listeners import ClassicTargets, every
from ..targets.listeners import ListenerTargets

NO_CERTIFICATE = NewCertificate(None, ())


@dataclass(frozen=True)
class BesideClients:
    """What lists in a region; an empty name is the region of the connection."""

    elbv2: t.Callable[[str], LoadBalancing]
    elb: t.Callable[[str], ClassicLoadBalancing]
    apigateway: t.Callable[[str], ApiGateway]
    tagging: t.Callable[[str], Tagging]
    cloudfront_region: str

    def look(
        self, wanted: t.Iterable[t.Collection[Where]], documents: t.Sequence[ProjectDocument], index: Index
    ) -> tuple[str, ...]:
        """Add to the index what serves certificates where projects want it looked for; why some could not be listed."""
        names = _names(documents)
        found: dict[Where, tuple[Use, ...]] = {}
        index.beside = found
        for kind, region in sorted({place for one in wanted for place in one}):
            try:
                found[kind, region] = self._uses(kind, region, names)
            except RemoteError as exc:
                return (f"the plan does not know what serves older certificates: {exc.message}",)
        return ()

    def _uses(self, kind: str, region: str, names: t.Mapping[str, tuple[str, ...]]) -> tuple[Use, ...]:
        if kind == APIGATEWAY:
            return DomainTargets(self.apigateway(region), region, NO_CERTIFICATE).scan()

        def known(arn: str) -> tuple[str, ...]:
            return names.get(arn, ())

        return every(ListenerTargets(self.elbv2(region), known), ClassicTargets(self.elb(region), known))

    def owned(self, needs: t.Iterable[Need]) -> tuple[dict[str, tuple[Owned, ...]], tuple[str, ...]]:
        """What of that which these runs change has another owner, by project, and why that is not known."""
        changed = {need.name: ids for need in needs if (ids := beside.changed(need.candidate.document))}
        every_id = tuple(dict.fromkeys(one for ids in changed.values() for one in ids))
        found, told = owned.told(every_id, lambda: self._tags(every_id))
        by_id = {one.id: one for one in found}
        of_each = {name: tuple(by_id[one] for one in ids if one in by_id) for name, ids in changed.items()}
        return {name: mine for name, mine in of_each.items() if mine}, told

    def _tags(self, ids: t.Collection[str]) -> dict[str, dict[str, str]]:
        balancers = {one for one in ids if one.startswith("arn:")}
        found: dict[str, dict[str, str]] = {}
        if len(balancers) < len(ids):
            listed = self.tagging(self.cloudfront_region).get_resources(CLOUDFRONT_RESOURCES)
            found |= {arn.rpartition("/")[2]: tags for arn, tags in listed.items()}
        for region in sorted({region_of(one) for one in balancers}):
            found |= self.tagging(region).get_resources(LOAD_BALANCERS)
        return found


def _names(documents: t.Iterable[ProjectDocument]) -> dict[str, tuple[str, ...]]:
    """The names of the certificates that the records know, by their ARNs."""
    recorded = [
        entry for one in documents for entry in (one["certificate"], *one["superseded"]) if entry and entry.get("arn")
    ]
    found = {str(entry["arn"]): tuple(entry["domains"]) for entry in recorded}
    copies = {copy["arn"]: tuple(entry["domains"]) for entry in recorded for copy in entry.get("copies") or ()}
    return found | copies
