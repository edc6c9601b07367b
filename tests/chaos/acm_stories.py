# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting points of projects whose certificate is in ACM, comes from ACM or from files, and is served by more than
distributions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from e2e import acm_certs
from sandbox.seed import client
from sandbox.seed_targets import (
    create_api_domain,
    create_classic_listener,
    create_listener,
    create_multi_tenant_distribution,
    create_tenant,
)

from .story import DAY, EXTRA_CALLS, VARIABLES, Story, empty, must_end
from .world import PARAMETER, PROJECT

if TYPE_CHECKING:
    from chaos.starting_point import Bench

ACM: Mapping[str, Any] = {**VARIABLES, "project_certificate_store": "acm", "project_publish": f"ssm:{PARAMETER}"}
SAME: Mapping[str, Any] = {**ACM, "project_acm_arn": "same"}
SERVED: Mapping[str, Any] = {**ACM, "project_targets": ["cloudfront", "elb", "apigateway"]}
REQUESTED: Mapping[str, Any] = {**ACM, "project_source": "acm"}
EXPORTED: Mapping[str, Any] = {**VARIABLES, "project_source": "acm", "project_acm_export": True}
# What ACM has is read again. Of a certificate under the same ARN, an undisturbed run binds nothing, and a resumed one
# lists the distributions.
ACM_EXTRA_CALLS = EXTRA_CALLS + 2
# Listeners and API domains are looked for again, and so are the tenants and the names of certificates.
SERVED_EXTRA_CALLS = EXTRA_CALLS + 14


@functools.cache
def _brought(number: int) -> dict[str, str]:
    """The certificate of a purchase, as the user has it from a vault."""
    made = acm_certs.make(names=VARIABLES["project_domains"], days=300 + number)
    return {"certificate": made.leaf, "chain": made.chain, "private_key": made.key}


def _files(number: int) -> dict[str, Any]:
    return {**VARIABLES, "project_source": "files", "project_files": _brought(number)}


def _after(playbook: str, variables: Mapping[str, Any], age_days: int = 0) -> Callable[[Bench], None]:
    """What is there after a playbook; the certificate is as old as given."""

    def make(bench: Bench) -> None:
        empty(bench)
        bench.control.set(acme_backdate_seconds=age_days * DAY)
        must_end(bench, playbook, 0, **variables)
        bench.control.set(acme_backdate_seconds=0)

    return make


def _served(bench: Bench) -> None:
    """A project whose certificate is also that of a multi-tenant distribution, a tenant, load balancers and an API
    domain."""
    _after("create", SERVED)(bench)
    env, arn = bench.process.env(), _arn(bench)
    shared = create_multi_tenant_distribution(arn, env=env)
    create_tenant(shared, ["inherits.shop.example"], env=env)
    create_tenant(shared, ["tenant.shop.example"], arn, env=env)
    create_listener("web", [arn, arn], env=env)
    create_classic_listener("classic", arn, env=env)
    create_api_domain("api.shop.example", arn, env=env)
    # API Gateway takes one change of a domain in 30 seconds
    bench.control.advance(60)


def _renewed(variables: Mapping[str, Any]) -> Callable[[Bench], None]:
    """A project whose certificate ACM has renewed meanwhile."""

    def make(bench: Bench) -> None:
        _after("create", variables)(bench)
        certificate = (bench.observer.look().document or {})["certificate"]
        bench.control.advance(160 * DAY)
        bench.control.renewal_due(certificate.get("source_arn") or certificate["arn"])

    return make


def _reissued(variables: Mapping[str, Any]) -> Callable[[Bench], None]:
    """A project whose former certificate is kept to go back to."""

    def make(bench: Bench) -> None:
        _after("create", {**variables, "project_keep_previous": 1})(bench)
        must_end(bench, "reissue", 0, **variables, project_keep_previous=1)

    return make


def _given_up(bench: Bench) -> None:
    """A project in ACM, after the distributions were bound to another certificate."""
    _after("create", ACM)(bench)
    cloudfront, arn = client("cloudfront", bench.process.env()), _arn(bench)
    for item in cloudfront.list_distributions()["DistributionList"]["Items"]:
        answer = cloudfront.get_distribution_config(Id=item["Id"])
        config = answer["DistributionConfig"]
        if config["ViewerCertificate"].get("ACMCertificateArn") == arn:
            config["Aliases"] = {"Quantity": 0}
            config["ViewerCertificate"] = {"CloudFrontDefaultCertificate": True}
            cloudfront.update_distribution(Id=item["Id"], IfMatch=answer["ETag"], DistributionConfig=config)


def _arn(bench: Bench) -> str:
    return str((bench.observer.look().document or {})["certificate"]["arn"])


STORIES = {
    "create-acm": Story("create", empty, ACM, issues=1, begins_as="create", extra_calls=ACM_EXTRA_CALLS),
    "move-to-acm": Story("create", _after("create", VARIABLES), ACM, extra_calls=ACM_EXTRA_CALLS),
    "reissue-served": Story("reissue", _served, SERVED, issues=1, begins_as="reissue", extra_calls=SERVED_EXTRA_CALLS),
    "renew-same": Story(
        "renew", _after("create", SAME, age_days=31), issues=1, begins_as="renew", extra_calls=ACM_EXTRA_CALLS
    ),
    "reissue-same": Story("reissue", _after("create", SAME), SAME, issues=1, is_killed=False),
    "rollback-same": Story("rollback", _reissued(SAME), {"project_name": PROJECT}, extra_calls=ACM_EXTRA_CALLS),
    "create-requested": Story("create", empty, REQUESTED, extra_calls=ACM_EXTRA_CALLS),
    "renew-requested": Story("renew", _renewed(REQUESTED), extra_calls=ACM_EXTRA_CALLS),
    "create-exported": Story("create", empty, EXPORTED, begins_as="create-requested", extra_calls=ACM_EXTRA_CALLS),
    # What was exported is compared with ACM again, and what was uploaded of it is read in IAM.
    "renew-exported": Story("renew", _renewed(EXPORTED), extra_calls=ACM_EXTRA_CALLS + 2),
    "create-files": Story("create", empty, _files(0)),
    "reissue-files": Story("create", _after("create", _files(0)), _files(1)),
    "delete-acm": Story("delete", _given_up, {"project_name": PROJECT}, extra_calls=ACM_EXTRA_CALLS),
}
