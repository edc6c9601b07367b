# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which targets a project binds its certificate to beside distributions, in which regions, and what does not go
together."""

from __future__ import annotations

import typing as t

from ..acm_cert.certificates import CLOUDFRONT_REGION
from ..targets import api_domains, listeners
from ..targets.uses import NewCertificate
from ..values import partitions
from ..values.shapes import CertificateRecord, ProjectDefinition
from . import places

CLOUDFRONT, ELB, APIGATEWAY = "cloudfront", "elb", "apigateway"
TARGETS = (CLOUDFRONT, ELB, APIGATEWAY)
# What ACM issues keeps its ARN.
ACM_SOURCE = "acm"
IDS = "ids"
# Of the connection: a certificate of IAM is in no region.
ANY_REGION = ""


class TargetStep(t.TypedDict):
    """One binding of a run: in this region, of what is found so or listed, which may be ``in_another`` one of them."""

    region: str
    match: list[str]
    ids: list[str]
    in_another: bool


def steps(definition: ProjectDefinition) -> dict[str, list[TargetStep]]:
    """What a run binds before the distributions, by kind of target; a kind that is not wanted is left out."""
    is_in_acm = definition["certificate_store"] == places.ACM
    regions = places.regions(definition) if is_in_acm else (ANY_REGION,)
    found: dict[str, list[TargetStep]] = {}
    if ELB in definition["targets"]:
        found[ELB] = [_step(definition, one, _listed_there(definition["listeners"], one)) for one in regions]
    if APIGATEWAY in definition["targets"]:
        several = len(regions) > 1
        found[APIGATEWAY] = [_step(definition, one, definition["api_domains"], several) for one in regions]
    return found


def distribution_matches(definition: ProjectDefinition) -> list[str]:
    """How distributions and tenants are found; not at all if they are not a target."""
    if CLOUDFRONT not in definition["targets"]:
        return []
    return [one for one in definition["bind"] if one != IDS or definition["distributions"]]


def is_announced(definition: ProjectDefinition) -> bool:
    """Whether templates of others stay true by themselves: the ARN stays what it is, or they can refer to a
    parameter."""
    keeps_arn = definition["acm_arn"] == places.ARN_CHOICES[1] or definition["source"] == ACM_SOURCE
    return bool(definition["publish"]) or (definition["certificate_store"] == places.ACM and keeps_arn)


def arns(record: CertificateRecord) -> tuple[str, ...]:
    """The ARNs by which load balancers and API domains know a certificate, also one of IAM."""
    own = record.get("arn")
    return places.arns(record) or ((own,) if own else ())


def in_region(record: CertificateRecord, region: str) -> NewCertificate:
    """The certificate as it is bound in a region."""
    there = [arn for arn in arns(record) if region in (ANY_REGION, partitions.region_of(arn))]
    copies = {partitions.region_of(arn): arn for arn in places.arns(record)}
    return NewCertificate(next(iter(there), None), tuple(record["domains"]), record["key_type"], copies=copies)


def _step(definition: ProjectDefinition, region: str, ids: t.Sequence[str], several: bool = False) -> TargetStep:
    match = [one for one in definition["bind"] if one != IDS or ids]
    return {"region": region, "match": match, "ids": list(ids) if IDS in match else [], "in_another": several}


def _listed_there(listed: t.Iterable[str], region: str) -> list[str]:
    """The listeners of a region; a classic one does not say where it is, so it is looked for in the first."""
    return [one for one in listed if region in (ANY_REGION, partitions.region_of(one) or CLOUDFRONT_REGION)]


def contradictions(values: t.Mapping[str, t.Any], partition: str) -> list[str]:
    """What of a definition does not go together with its targets."""
    wanted = values["targets"]
    is_listed = values["distributions"] or values["listeners"] or values["api_domains"]
    found = []
    if IDS in values["bind"] and not is_listed:
        found.append(
            "distributions: empty, but bind has ids; list distributions, listeners or api_domains, or remove ids from"
            " bind"
        )
    if not wanted:
        found.append(f"targets: empty; use any of {', '.join(TARGETS)}")
    if values["listeners"] and ELB not in wanted:
        found.append("listeners: set, but targets does not contain elb; add elb to targets")
    if values["api_domains"] and APIGATEWAY not in wanted:
        found.append("api_domains: set, but targets does not contain apigateway; add apigateway to targets")
    if ELB in wanted:
        found += listeners.problems(values["listeners"], "", values["key_type"])
        found += _region_problems(values)
    if APIGATEWAY in wanted:
        found += _domain_problems(values, partition)
    return found


def _region_problems(values: t.Mapping[str, t.Any]) -> list[str]:
    if values["certificate_store"] != places.ACM:
        return []
    regions = {CLOUDFRONT_REGION, *values["acm_regions"]}
    return [
        f"listeners: {one} is in {region}, where ACM does not have the certificate; add {region} to acm_regions"
        for one in values["listeners"]
        if (region := partitions.region_of(one)) and region not in regions
    ]


def _domain_problems(values: t.Mapping[str, t.Any], partition: str) -> list[str]:
    found = []
    if partition == partitions.CHINA:
        found.append(
            "targets: apigateway takes certificates of ACM only, and in the China regions a project keeps its own in"
            " IAM; bind such domains with acm_cert and apigateway_cert_bind"
        )
    elif values["certificate_store"] != places.ACM:
        found.append("targets: apigateway takes certificates of ACM only; set certificate_store to acm")
    taken = api_domains.KEY_TYPES[api_domains.REGIONAL]
    if values["key_type"] not in taken:
        found.append(
            f"key_type: API Gateway does not take {values['key_type']}; use one of"
            f" {', '.join(sorted(taken & api_domains.KEY_TYPES[api_domains.EDGE]))}"
        )
    return found
