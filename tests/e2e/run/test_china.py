# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The China partition: the whole life there, and DNS that lives in the global partition."""

from __future__ import annotations

import dataclasses
import json

import pytest
from e2e.life import STAYS, Life
from playbook_runs.runs import Ansible
from sandbox import permissions
from sandbox.control import Control
from sandbox.process import SandboxProcess

CHINA = "cn-northwest-1"
ROLE = ("issue", "store", "bind", "cleanup", "notify")
# Where each service of the China partition has its endpoint: https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-arns.html
SIGNING_REGIONS = {
    ("cloudfront", "cn-northwest-1"),
    ("iam", "cn-north-1"),
    ("resourcegroupstaggingapi", "cn-northwest-1"),
    ("route53", "cn-northwest-1"),
    ("sns", CHINA),
    ("sts", CHINA),
}


def test_a_whole_life_in_the_china_partition(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> None:
    env = sandbox.env(CHINA)
    user = permissions.user(env, *ROLE)
    life = Life(ansible, control, user, permissions.administrator(env))
    control.clear_calls()
    control.set(enforce_iam=True)
    runs = life.run("-v")
    calls = [call for call in control.calls() if call["access_key"] == user["AWS_ACCESS_KEY_ID"]]
    assert {(call["service"], call["region"]) for call in calls} == SIGNING_REGIONS
    assert {call["partition"] for call in calls} == {"aws-cn"}
    assert [call for call in calls if call["error"] in ("AccessDenied", "AuthorizationError")] == []
    assert "vip" not in json.dumps(calls)
    assert [run for run in runs if "arn:aws:" in run.output] == []
    assert "arn:aws-cn:iam::123456789012:server-certificate/cloudfront/certops/webapp/" in runs[0].output
    assert life.challenge_values() == ['"somebody else\'s"']


def test_notices_link_to_the_console_of_the_partition(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    env = sandbox.env(CHINA)
    life = Life(ansible, control, env, env)
    life.play("create").succeeded()
    control.confirm(STAYS)
    life.play("reissue").succeeded()
    document = life.document()
    assert document["certificate"]["arn"].startswith("arn:aws-cn:iam::")
    assert "arn:aws:" not in json.dumps(document)
    mail = control.outbox()[-1]["message"]
    assert "https://console.amazonaws.cn/cloudfront/" in mail
    assert "console.aws.amazon.com" not in mail
    assert "arn:aws:" not in mail


def test_zones_of_the_global_partition_with_credentials_of_their_own(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    china, world = sandbox.env(CHINA), sandbox.env("us-east-1")
    user, dns_user = permissions.user(china, "store", "bind", "cleanup", "notify"), permissions.user(world, "issue")
    life = Life(ansible, control, user, permissions.administrator(china), dns_owner=permissions.administrator(world))
    control.clear_calls()
    control.set(enforce_iam=True)
    dns = {
        "region": "us-east-1",
        "access_key": dns_user["AWS_ACCESS_KEY_ID"],
        "secret_key": dns_user["AWS_SECRET_ACCESS_KEY"],
    }
    runs = life.run("-vvv", project_dns_aws=dns)
    used = {
        name: [call for call in control.calls() if call["access_key"] == who["AWS_ACCESS_KEY_ID"]]
        for name, who in (("cdn", user), ("dns", dns_user))
    }
    assert {(call["service"], call["region"]) for call in used["dns"]} == {("route53", "us-east-1")}
    assert {(call["service"], call["region"]) for call in used["cdn"]} == {
        item for item in SIGNING_REGIONS if item[0] != "route53"
    }
    assert [
        call for calls in used.values() for call in calls if call["error"] in ("AccessDenied", "AuthorizationError")
    ] == []
    assert life.challenge_values() == ['"somebody else\'s"']
    assert [run for run in runs if dns["secret_key"] in run.output] == []


def test_a_profile_for_the_zones(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> None:
    china, world = sandbox.env(CHINA), sandbox.env("us-east-1")
    user, dns_user = permissions.user(china, "store", "bind", "cleanup", "notify"), permissions.user(world, "issue")
    config = ansible.home / "credentials"
    sections = {"cdn": user, "dns": dns_user}
    lines = [
        f"[{name}]\naws_access_key_id={who['AWS_ACCESS_KEY_ID']}\naws_secret_access_key={who['AWS_SECRET_ACCESS_KEY']}\n"
        for name, who in sections.items()
    ]
    config.write_text("".join(lines), encoding="utf-8")
    keyless = {
        name: value for name, value in ansible.env.items() if name not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    }
    env = {
        "AWS_SHARED_CREDENTIALS_FILE": str(config),
        "AWS_PROFILE": "cdn",
        "AWS_REGION": CHINA,
        "AWS_DEFAULT_REGION": CHINA,
    }
    life = Life(
        dataclasses.replace(ansible, env=keyless),
        control,
        env,
        permissions.administrator(china),
        dns_owner=permissions.administrator(world),
    )
    control.set(enforce_iam=True)
    life.play("create", project_dns_aws={"profile": "dns", "region": "us-east-1"}).succeeded()
    assert life.server_certificates() == [life.bound()]


@pytest.mark.parametrize("entry", ["create", "cleanup"])
def test_without_a_region_nothing_is_called(
    sandbox: SandboxProcess, control: Control, ansible: Ansible, entry: str
) -> None:
    env = sandbox.env(CHINA)
    nowhere = dataclasses.replace(
        ansible,
        env={name: value for name, value in ansible.env.items() if name not in ("AWS_REGION", "AWS_DEFAULT_REGION")},
    )
    life = Life(nowhere, control, {}, env)
    if entry == "cleanup":
        life.env = env
        life.play("create").succeeded()
        life.env = {}
    control.clear_calls()
    assert "no AWS region: set region or AWS_REGION" in life.play(entry).failed().output
    assert control.calls() == []


def test_acm_is_refused_before_any_call(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> None:
    env = sandbox.env(CHINA)
    life = Life(ansible, control, env, env)
    control.clear_calls()
    assert (
        "acm cannot serve CloudFront in the China regions; use iam"
        in life.play("create", project_certificate_store="acm").failed().output
    )
    assert control.calls() == []


def test_what_acm_issues_there_is_exported_and_stored_in_iam(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    env = sandbox.env(CHINA)
    user = permissions.user(env, "acm-request", "acm-export", "store", "bind", "cleanup", "acm-cleanup", "notify")
    life = Life(ansible, control, user, permissions.administrator(env))
    life.variables.update(project_source="acm", project_acm_export=True)
    control.clear_calls()
    control.set(enforce_iam=True)
    said = " ".join(life.play("create", "--check").succeeded().output.split())
    assert "costs 86 USD when it is requested" in said
    assert control.counts("acm")["RequestCertificate"] == 0
    life.play("create").succeeded()
    certificate = life.document()["certificate"]
    assert certificate["source_arn"].startswith(f"arn:aws-cn:acm:{CHINA}:")
    assert (certificate["store"], certificate["id"]) == ("iam", life.bound())
    assert certificate["archive_uri"]
    for playbook in ("create", "renew", "cleanup"):
        assert life.play(playbook).succeeded().changed == 0
    life.give_up()
    life.play("delete").succeeded()
    assert life.server_certificates() == []
    assert control.counts("acm")["DeleteCertificate"] == 1
    calls = [call for call in control.calls() if call["access_key"] == user["AWS_ACCESS_KEY_ID"]]
    assert {call["region"] for call in calls if call["service"] == "acm"} == {CHINA}
    assert {call["partition"] for call in calls} == {"aws-cn"}
    assert [call for call in calls if call["error"] in ("AccessDenied", "AuthorizationError")] == []
    assert "acme" not in control.counts()
