# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One starting point for each playbook, such that an undisturbed run of it has all of its work to do."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.ca.authority import Authority
from sandbox.permissions import ACCOUNT
from sandbox.seed import (
    client,
    create_role,
    create_zone,
    viewer_certificate,
)
from sandbox.seed_targets import create_listener

from chaos.storage import BUCKET, IN_AWS, TABLE

from . import acm_stories
from .story import DAY, EXTRA_CALLS, VARIABLES, Story, empty, must_end
from .world import PATH, PROJECT

if TYPE_CHECKING:
    from chaos.starting_point import Bench

ROLE = "certops-dns"
ELSEWHERE: Mapping[str, Any] = {**IN_AWS, "project_dns_aws": {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"}}
BALANCED: Mapping[str, Any] = {**VARIABLES, "project_targets": ["cloudfront", "elb"]}
# What was read at the CA or written to Route 53, but not noted yet, is read or written again.
UNNOTED_EXTRA_CALLS = EXTRA_CALLS + 1
# Load balancers and their listeners are looked for again, and so are the names of their certificates.
BALANCED_EXTRA_CALLS = EXTRA_CALLS + 8
REVOKING: Mapping[str, Any] = {**VARIABLES, "project_revoke_reason": "keyCompromise"}


def _balanced(bench: Bench) -> None:
    """A project whose certificate is also that of a load balancer, as its default and in its list."""
    empty(bench)
    must_end(bench, "create", 0, **BALANCED)
    env, ours = bench.process.env(), next(each for each in bench.observer.look().ours)
    found = client("iam", env).get_server_certificate(ServerCertificateName=ours.name)["ServerCertificate"]
    arn = found["ServerCertificateMetadata"]["Arn"]
    create_listener("web", [arn, arn], env=env)


def _empty_places(bench: Bench) -> None:
    """The same, and an empty table and bucket."""
    empty(bench)
    env = bench.process.env()
    client("s3", env).create_bucket(Bucket=BUCKET)
    client("dynamodb", env).create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def _created(bench: Bench) -> None:
    """A project whose certificate is in place."""

    def make(bench: Bench) -> None:
        empty(bench)
        must_end(bench, "create", 0)

    bench.come_to("a project", make)


def _due(bench: Bench) -> None:
    """A project whose certificate is in place and older than its interval."""
    empty(bench)
    bench.control.set(acme_backdate_seconds=31 * DAY)
    must_end(bench, "create", 0)
    bench.control.set(acme_backdate_seconds=0)


def _due_in_aws(bench: Bench) -> None:
    """The same in a table and a bucket; zones are written by a role, and there is another zone of the name, which
    nothing delegates to."""
    _empty_places(bench)
    env = bench.process.env()
    create_zone("shop.example", env=env)
    create_role(ROLE, ACCOUNT, env=env)
    bench.control.set(acme_backdate_seconds=31 * DAY)
    must_end(bench, "create", 0, **ELSEWHERE)
    bench.control.set(acme_backdate_seconds=0)


def _littered(bench: Bench) -> None:
    """A project with an orphan in IAM, and with what a reissue left that was killed before its challenge was
    answered."""
    _created(bench)
    started = bench.runner.prepare("reissue", VARIABLES, workers=True)
    bench.control.fault("acme", "challenge", "kill", pgid=started.pid)
    assert started.go().wait().status == -9
    authority = Authority()
    pair = authority.certificate(["shop.example"])
    bench.observer.iam.upload_server_certificate(
        ServerCertificateName=f"{PROJECT}-orphan",
        Path=PATH,
        CertificateBody=pair.certificate_pem,
        PrivateKey=pair.key_pem,
        CertificateChain=authority.issuer.certificate_pem,
        Tags=[{"Key": "managed-by", "Value": "certops.cloudfront"}, {"Key": "certops:project", "Value": PROJECT}],
    )


def _given_up(bench: Bench) -> None:
    """The same, after the distributions were bound to another certificate."""
    _littered(bench)
    _unbind(bench)


def _given_up_in_aws(bench: Bench) -> None:
    """A project in a table and a bucket, after the distributions were bound to another certificate."""
    _empty_places(bench)
    must_end(bench, "create", 0, **IN_AWS)
    _unbind(bench)


def _subscribed(bench: Bench) -> None:
    """A project whose certificate is in place, and whose notifications somebody wants to have."""
    _created(bench)
    assert bench.control.confirm("ops@shop.example")


def _unbind(bench: Bench) -> None:
    cloudfront = bench.observer.cloudfront
    with contextlib.suppress(KeyError):
        for item in cloudfront.list_distributions()["DistributionList"]["Items"]:
            answer = cloudfront.get_distribution_config(Id=item["Id"])
            config = answer["DistributionConfig"]
            if "foreign.example" not in config["Aliases"]["Items"]:
                config["Aliases"] = {"Quantity": 0}
                config["ViewerCertificate"] = {"CloudFrontDefaultCertificate": True}
                cloudfront.update_distribution(Id=item["Id"], IfMatch=answer["ETag"], DistributionConfig=config)


def _kept(bench: Bench) -> None:
    """A project that was reissued, its former certificate kept to go back to."""
    empty(bench)
    for playbook in ("create", "reissue"):
        must_end(bench, playbook, 0, project_keep_previous=1)


def _lost(bench: Bench) -> None:
    """A project whose certificate somebody deleted from IAM, after binding the distributions to another one."""
    _created(bench)
    ours = next(each for each in bench.observer.look().ours)
    old = next(each for each in bench.observer.look().certificates.values() if each.name == "old-one")
    cloudfront = bench.observer.cloudfront
    for item in cloudfront.list_distributions()["DistributionList"]["Items"]:
        answer = cloudfront.get_distribution_config(Id=item["Id"])
        config = answer["DistributionConfig"]
        if config["ViewerCertificate"].get("IAMCertificateId") == ours.id:
            config["ViewerCertificate"] = viewer_certificate(old.id)
            cloudfront.update_distribution(Id=item["Id"], IfMatch=answer["ETag"], DistributionConfig=config)
    bench.observer.iam.delete_server_certificate(ServerCertificateName=ours.name)


STORIES: dict[str, Story] = {
    "create": Story("create", empty, VARIABLES, issues=1),
    "renew": Story("renew", _due, issues=1),
    "reissue": Story("reissue", _created, VARIABLES, issues=1),
    "create-aws": Story(
        "create", _empty_places, {**VARIABLES, **IN_AWS}, issues=1, in_aws=True, extra_calls=UNNOTED_EXTRA_CALLS
    ),
    "revoke": Story("reissue", _created, REVOKING, issues=1, revokes=1, begins_as="reissue"),
    "reissue-elb": Story(
        "reissue", _balanced, BALANCED, issues=1, begins_as="reissue", extra_calls=BALANCED_EXTRA_CALLS
    ),
    "cleanup": Story("cleanup", _littered, {"project_name": PROJECT}),
    "rollback": Story("rollback", _kept, {"project_name": PROJECT}),
    "restore": Story("restore", _lost, {"project_name": PROJECT}),
    "delete": Story("delete", _given_up, {"project_name": PROJECT}),
    "delete-aws": Story("delete", _given_up_in_aws, {"project_name": PROJECT, **IN_AWS}, in_aws=True),
    "renew-aws": Story("renew", _due_in_aws, ELSEWHERE, issues=1, in_aws=True, is_killed=False),
    "unsubscribe": Story("create", _subscribed, {**VARIABLES, "project_emails": []}),
    **acm_stories.STORIES,
}
