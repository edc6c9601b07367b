# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One notice for the operator after a run over a fleet: when something happened or somebody is needed, and never at the
cost of the run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control
from sandbox.fleet import Fleet

TOPIC, OPERATOR = "certops-digest", "operator@example.com"


@pytest.fixture
def fleet(ansible: Ansible, control: Control) -> Fleet:
    """What makes projects; their names are in one zone."""
    seed.create_zone("example.com")
    return Fleet.of(control, ansible.env)


def digests(control: Control) -> list[dict[str, Any]]:
    """What the operator got: the messages to the topic of the digest, without the request to confirm."""
    return [
        mail
        for mail in control.outbox()
        if mail["endpoint"] == OPERATOR and str(mail.get("subject", "")).startswith("certops ")
    ]


def test_one_digest_tells_what_happened_and_none_is_sent_when_nothing_did(
    fleet: Fleet, control: Control, ansible: Ansible
) -> None:
    names = fleet.make(3, due=1, broken=1)
    ansible.module("sns_topic", {"name": TOPIC})
    ansible.module("sns_subscription", {"topic": TOPIC, "endpoint": OPERATOR})
    control.confirm(OPERATOR)
    ansible.playbook("renew", {"digest_topic": TOPIC}).failed()
    (told,) = digests(control)
    assert told["subject"] == "certops FAILED: 1 failed, 1 changed (renew)"
    assert told["attributes"] == {"event": "run", "severity": "warning"}
    found = json.loads(told["message"].partition("Data / 数据:\n")[2])
    assert [(one["name"], one["status"]) for one in found["projects"]] == [(names[1], "failed"), (names[0], "changed")]
    (fleet.store / f"{names[1]}.json").unlink()
    again = ansible.playbook("renew", {"digest_topic": TOPIC}).succeeded()
    assert len(digests(control)) == 1
    assert again.changed == 0


def test_a_topic_that_is_missing_is_made_and_a_digest_that_fails_changes_nothing_about_the_run(
    fleet: Fleet, control: Control, ansible: Ansible
) -> None:
    fleet.make(2, due=1)
    control.fault("sns", "Publish", "access_denied", count=1)
    done = ansible.playbook("renew", {"digest_topic": TOPIC, "project_sns_topic": ""}).succeeded()
    assert control.counts()["CreateTopic"] >= 1
    assert f"The digest could not be sent to {TOPIC}" in done.stdout
    assert len(control.issued()) == 1
