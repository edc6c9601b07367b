# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of docs/iam suffice, and allow nothing that is not used: everything here runs while IAM is enforced."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.modules import (
    acme_route53_cleanup,
    acme_route53_issue,
    cloudfront_cert_bind,
    iam_server_cert,
    iam_server_cert_cleanup,
    iam_server_cert_info,
    sns_notify,
    sns_subscription,
    sns_topic,
)
from e2e import in_process
from e2e.life import PROJECT, Life
from sandbox import permissions, seed
from sandbox.ansible_runs import Ansible
from sandbox.control import Control
from sandbox.process import SandboxProcess

ROLE = ("issue", "store", "bind", "cleanup", "notify")
PATH = "/cloudfront/certops/webapp/"
TAGS = {"managed-by": "certops.cloudfront", "certops:project": "webapp"}


def make_life(sandbox: SandboxProcess, control: Control, ansible: Ansible, *features: str) -> Life:
    owner = permissions.administrator(sandbox.env())
    life = Life(ansible, control, permissions.user(sandbox.env(), *features), owner)
    control.clear_calls()
    control.set(enforce_iam=True)
    return life


@pytest.mark.slow
def test_a_whole_life_uses_what_the_policies_of_the_role_allow_and_nothing_else(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> None:
    life = make_life(sandbox, control, ansible, *ROLE)
    life.run()
    used = [call for call in control.calls() if call["access_key"] == life.env["AWS_ACCESS_KEY_ID"]]
    assert [call for call in used if call["error"] in ("AccessDenied", "AuthorizationError")] == []
    assert permissions.actions(used) == permissions.granted(*ROLE)
    assert life.challenge_values() == ['"somebody else\'s"']


def test_without_the_policy_to_bind_the_failure_names_the_action_and_the_next_run_goes_on(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> None:
    life = make_life(sandbox, control, ansible, "issue", "store", "cleanup", "notify")
    failed = life.play("create").failed()
    assert "is not authorized to perform: cloudfront:GetDistributionConfig" in failed.output
    assert "grant this action to the identity in use (see docs/iam of the collection)" in failed.output
    assert "cloudfront:GetDistributionConfig" in str(life.document()["last_run"])
    control.set(enforce_iam=False)
    whole = permissions.user(sandbox.env(), *ROLE)
    control.set(enforce_iam=True)
    assert life.ansible.playbook("renew", {"project_name": PROJECT}, env=whole).succeeded().changed
    assert life.server_certificates() == [life.bound()]


def test_without_the_policy_to_notify_the_certificate_is_in_place_and_the_run_says_what_to_grant(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    life = make_life(sandbox, control, ansible, "issue", "store", "bind", "cleanup")
    done = life.play("create").succeeded()
    assert life.server_certificates() == [life.bound()]
    assert "is not authorized to perform: sns:" in done.output
    assert "grant this action" in done.output
