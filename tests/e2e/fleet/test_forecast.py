# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What project_plan predicts that a run costs is what the run costs, as services count it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from ansible_collections.certops.cloudfront.plugins.modules import project_plan
from e2e.in_process import run
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control

# A call more or less is no reason to plan otherwise, nor is a tenth.
CALLS, SHARE = 1, 0.1
IN_ACM = {"project_certificate_store": "acm"}


def made(control: Control) -> Counter[str]:
    """The calls since the last look, by service."""
    found = Counter(call["service"] for call in control.calls())
    control.clear_calls()
    return found


@pytest.mark.parametrize(
    "more", [{}, IN_ACM, {**IN_ACM, "project_acm_arn": "same"}], ids=["in IAM", "in ACM", "under its ARN"]
)
def test_a_renewal_of_two_names_on_two_distributions_costs_what_was_predicted(
    ansible: Ansible, control: Control, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", ansible.env["XDG_DATA_HOME"])
    seed.create_zone("example.com")
    names = ["example.com", "www.example.com"]
    for name in names:
        seed.create_distribution([name])
    given = {
        "project_name": "webapp",
        "project_domains": names,
        "project_emails": ["ops@example.com"],
        "project_bind": ["previous", "aliases"],
        **more,
    }
    ansible.playbook("create", given).succeeded()
    control.set(acme_renewal_due=True)
    # it asks the CA, and the others need not
    run(project_plan)
    made(control)
    predicted = run(project_plan).result["limits"]["calls"]
    of_the_plan = made(control)
    ansible.playbook("renew").succeeded()
    cost = made(control) - of_the_plan
    assert len(control.issued()) == 2
    assert {service for service in cost if cost[service] > CALLS} <= set(predicted)
    assert {
        service: (count, cost[service])
        for service, count in predicted.items()
        if abs(count - cost[service]) > max(CALLS, SHARE * cost[service])
    } == {}
