# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Topic, subscription and message against the sandbox, through Ansible."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from e2e.life import PROJECT, STAYS, Life
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

if TYPE_CHECKING:
    from e2e.conftest import Ansible

ADDRESS = {"topic": "certops-webapp", "endpoint": "ops@example.com"}


def changing(control: Control) -> list[str]:
    return [
        call["operation"]
        for call in control.calls("sns")
        if call["operation"] in ("CreateTopic", "DeleteTopic", "Subscribe", "Unsubscribe", "Publish")
    ]


def test_from_topic_over_confirmation_to_a_mail_and_back_to_nothing(ansible: Ansible, control: Control) -> None:
    ansible.module("sns_topic", {"name": "certops-webapp"})[0].succeeded()
    _run, made = ansible.module("sns_subscription", ADDRESS)
    assert (made["changed"], made["subscription"]["status"]) == (True, "pending")
    _run, left = ansible.module("sns_subscription", {**ADDRESS, "state": "absent"})
    assert (left["changed"], left["subscription"]["status"]) == (False, "pending")
    _run, resent = ansible.module("sns_subscription", {**ADDRESS, "resend": True})
    assert resent["changed"]
    _run, listed = ansible.module("sns_subscription_info", {"topic": "certops-webapp"})
    assert (listed["confirmed"], listed["pending"], [entry["endpoint"] for entry in listed["subscriptions"]]) == (
        0,
        1,
        ["ops@example.com"],
    )

    control.confirm(endpoint="ops@example.com")
    _run, confirmed = ansible.module("sns_subscription", {**ADDRESS, "endpoint": "ops@EXAMPLE.com"})
    assert (confirmed["changed"], confirmed["subscription"]["status"]) == (False, "confirmed")
    assert confirmed["subscription"]["arn"].startswith(made["subscription"]["topic_arn"])

    _run, told = ansible.module(
        "sns_notify", {"topic": "certops-webapp", "subject": "项" * 150, "body": "证书 is in place"}
    )
    assert told["message_id"]
    assert any("证书 is in place" in str(mail) for mail in control.outbox())

    _run, removed = ansible.module("sns_subscription", {**ADDRESS, "state": "absent"})
    assert (removed["changed"], removed["subscription"]["status"]) == (True, "absent")
    _run, gone = ansible.module("sns_topic", {"name": "certops-webapp", "state": "absent"})
    assert gone["changed"]
    assert not ansible.module("sns_topic", {"name": "certops-webapp", "state": "absent"})[1]["changed"]


def test_a_pending_subscription_that_lapsed_is_asked_for_again(ansible: Ansible, control: Control) -> None:
    ansible.module("sns_topic", {"name": "certops-webapp"})[0].succeeded()
    ansible.module("sns_subscription", ADDRESS)[0].succeeded()
    assert not ansible.module("sns_subscription", ADDRESS)[1]["changed"]
    control.advance(48 * 3600 + 60)
    assert ansible.module("sns_subscription", ADDRESS)[1]["changed"]


def test_check_mode_calls_nothing_that_changes(ansible: Ansible, control: Control) -> None:
    for module, arguments in (
        ("sns_topic", {"name": "certops-webapp"}),
        ("sns_subscription", ADDRESS),
        ("sns_notify", {"topic": "certops-webapp", "body": "x"}),
    ):
        run, predicted = ansible.module(module, arguments, check=True)
        run.succeeded()
        assert predicted["changed"]
    assert changing(control) == []


def test_a_refused_message_fails_with_the_name_of_the_call(ansible: Ansible, control: Control) -> None:
    run, result = ansible.module("sns_notify", {"topic": "certops-nowhere", "body": "x"})
    run.failed()
    assert "sns:Publish" in result["msg"]
    assert result["error"]["code"]


def test_each_notice_of_a_project_has_attributes_and_a_text_for_each_protocol(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    life = Life(ansible, control, sandbox.env(), sandbox.env())
    sns = seed.client("sns", sandbox.env())
    topic = sns.create_topic(Name=f"certops-{PROJECT}")["TopicArn"]
    queue = "arn:aws:sqs:us-east-1:123456789012:notices"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)

    def told(endpoint: str) -> tuple[str, dict[str, Any]]:
        (message,) = [one for one in control.outbox()[seen:] if (one["endpoint"], one["kind"]) == (endpoint, "message")]
        return message["message"], message["attributes"]

    seen = 0
    life.play("create").succeeded()
    control.confirm(STAYS)
    about = {"event": "certificate_in_place", "severity": "info", "project": PROJECT}
    text, attributes = told(queue)
    assert attributes == about
    found = json.loads(text)
    assert found.pop("text").startswith("The certificate of project webapp is in place.")
    assert found == {
        "source": "certops.cloudfront",
        "subject": "certops: certificate of webapp is in place",
        **about,
    }

    seen = len(control.outbox())
    control.fault("iam", "UploadServerCertificate", "access_denied")
    life.play("reissue").failed()
    failure = {"event": "run_failed", "severity": "warning", "project": PROJECT}
    text, attributes = told(STAYS)
    assert text.startswith("The run of project webapp failed")
    assert attributes == failure
    assert told(queue)[1] == failure


def test_a_subscription_gets_what_its_filter_policy_lets_through(ansible: Ansible, control: Control) -> None:
    ansible.module("sns_topic", {"name": "certops-webapp"})[0].succeeded()
    urgent = {**ADDRESS, "filter_policy": {"severity": ["critical"]}}
    assert ansible.module("sns_subscription", urgent)[1]["changed"]
    control.confirm(ADDRESS["endpoint"])
    assert not ansible.module("sns_subscription", urgent)[1]["changed"]
    message = {"topic": "certops-webapp", "subject": "certops", "body": "text", "event": "run"}
    for severity in ("info", "critical"):
        ansible.module("sns_notify", {**message, "severity": severity})[0].succeeded()
    sent = [mail["attributes"]["severity"] for mail in control.outbox() if mail["kind"] == "message"]
    assert sent == ["critical"]
    wide = {**ADDRESS, "filter_policy": {"severity": ["critical", "warning"]}}
    assert [ansible.module("sns_subscription", wide)[1]["changed"] for _time in range(2)] == [True, False]
    assert [
        ansible.module("sns_subscription", {**ADDRESS, "filter_policy": {}})[1]["changed"] for _time in range(2)
    ] == [
        True,
        False,
    ]


def test_a_queue_gets_messages_as_they_are_and_loses_none(ansible: Ansible) -> None:
    ansible.module("sns_topic", {"name": "certops-webapp"})[0].succeeded()
    queue = "arn:aws:sqs:us-east-1:123456789012:certops-events"
    wanted = {"topic": "certops-webapp", "protocol": "sqs", "endpoint": queue}
    letters = {"deadLetterTargetArn": f"{queue}-undelivered"}

    def subscribed(**settings: Any) -> tuple[bool, Any, Any]:
        found = ansible.module("sns_subscription", {**wanted, **settings})[1]
        shown = found["subscription"]
        return found["changed"], shown["raw_message_delivery"], shown["redrive_policy"]

    assert subscribed() == (True, None, None)
    for changed in (True, False):
        both = subscribed(raw_message_delivery=True, redrive_policy=letters)
        assert both == (changed, True, letters)
    assert [subscribed(redrive_policy={}) for _time in range(2)] == [(True, None, {}), (False, None, {})]
    assert subscribed(raw_message_delivery=True) == (False, True, None)
