# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet serves beside distributions: where it is looked for, what is astray, and what runs change."""

from __future__ import annotations

import typing as t

from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import beside
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets.uses import (
    API_DOMAIN,
    DEFAULT,
    LISTENER,
    Slot,
    Use,
)
from unit.fakes import projects

ARN = "arn:aws:acm:us-east-1:123456789012:certificate/{}"
OLD, NEW = ARN.format("old"), ARN.format("new")
LISTENER_ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/0123456789abcdef/0123456789abcdef"


def entry(arn: str) -> dict[str, t.Any]:
    place = {"store": "acm", "id": None, "arn": arn, "copies": [{"region": "us-east-1", "arn": arn}]}
    return {**projects.certificate(), **place}


def document(**definition: t.Any) -> t.Any:
    wanted = {"certificate_store": "acm", "targets": ["cloudfront", "elb", "apigateway"], **definition}
    found = projects.document(definition=projects.definition(**wanted))
    return {**found, "certificate": entry(NEW), "superseded": [entry(OLD)]}


def listener(certificate: str, **more: t.Any) -> Use:
    return Use(LISTENER, LISTENER_ARN, (Slot(DEFAULT, certificate, ("example.com",)),), **more)


def test_it_is_looked_for_only_where_something_hints_at_it() -> None:
    both = {("elb", "us-east-1"), ("apigateway", "us-east-1")}
    assert beside.where(document(), {OLD: True, NEW: True}) == both
    assert beside.where(document(), {OLD: False, NEW: True}) == set()
    assert beside.where(document(), {NEW: True}) == set()
    assert beside.where(document(targets=["cloudfront"]), {OLD: True}) == set()


def test_what_a_run_would_bind_is_astray() -> None:
    where = ("elb", "us-east-1")
    assert beside.astray(document(), {where: [listener(OLD)]}) == (LISTENER_ARN,)
    assert beside.astray(document(), {where: [listener(NEW)]}) == ()
    assert beside.astray(document(), {where: [listener(OLD, why_not="a controller owns it")]}) == ()
    domain = Use(API_DOMAIN, "api.example.net", (Slot("regional", OLD, ()),), names=("api.example.net",))
    assert beside.astray(document(), {("apigateway", "us-east-1"): [domain]}) == ()
    assert beside.used({where: [listener(OLD)]}) == {OLD}


def test_what_the_last_run_bound_is_looked_up_unless_templates_stay_true() -> None:
    record = {"Matched_CloudFront": {"ID_LIST": ["E1"]}, "Update_Targets_Status": [{LISTENER_ARN: "Success"}]}
    done = {**document(), "last_run": record}
    balancer = LISTENER_ARN.replace(":listener/", ":loadbalancer/").rpartition("/")[0]
    assert beside.changed(done) == ("E1", balancer)
    for kept in ({"publish": "ssm:/certops/webapp"}, {"acm_arn": "same"}):
        assert beside.changed({**document(**kept), "last_run": record}) == ()
    assert beside.changed({**document(), "last_run": None}) == ()
