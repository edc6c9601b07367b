# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sns_topic: a topic is made once, and deleted only if it is ours."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RefusedError
from ansible_collections.certops.cloudfront.plugins.modules import (
    sns_topic,
)
from unit.fakes import modules
from unit.fakes.clock import present_clock
from unit.fakes.sns import REGION, TOPIC, FakeSns, FakeSts, topics

OURS = {"managed-by": "certops.cloudfront"}


@pytest.fixture
def sns() -> FakeSns:
    return FakeSns()


def topic(sns: FakeSns, check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {"name": "certops-webapp", "state": "present", "region": REGION, **params}
    return modules.run(sns_topic, given, present_clock(), check_mode, sns_topic.Clients(topics(sns)))


class TestTopic:
    def test_a_missing_topic_is_made_with_our_tag_in_the_partition_of_the_region(self, sns: FakeSns) -> None:
        made = topic(sns)
        assert made.changed
        assert made.result == {"topic_arn": TOPIC, "state": "present"}
        assert sns.topics == {TOPIC: OURS}

    def test_a_second_run_changes_and_creates_nothing(self, sns: FakeSns) -> None:
        topic(sns)
        sns.calls.clear()
        assert not topic(sns).changed
        assert sns.calls == ["GetTopicAttributes"]

    def test_a_topic_of_somebody_else_is_used_as_it_is(self, sns: FakeSns) -> None:
        sns.topics[TOPIC] = {"owner": "them"}
        assert not topic(sns).changed
        assert sns.topics[TOPIC] == {"owner": "them"}

    def test_our_topic_is_deleted_and_deleting_again_changes_nothing(self, sns: FakeSns) -> None:
        topic(sns)
        assert topic(sns, state="absent").changed
        assert not topic(sns, state="absent").changed
        assert sns.topics == {}

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_a_topic_of_somebody_else_is_not_deleted(self, sns: FakeSns, check_mode: bool) -> None:
        sns.topics[TOPIC] = {"managed-by": "terraform"}
        with pytest.raises(RefusedError, match="not ours"):
            topic(sns, check_mode, state="absent")
        assert TOPIC in sns.topics

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_a_missing_topic_of_another_account_is_not_made_in_ours(self, sns: FakeSns, check_mode: bool) -> None:
        with pytest.raises(RefusedError, match="create it with credentials of its account"):
            topic(sns, check_mode, name=TOPIC.replace("123456789012", "210987654321"))
        assert sns.topics == {}

    def test_the_arn_of_a_topic_that_exists_needs_no_question_to_sts(self, sns: FakeSns) -> None:
        topic(sns)
        sts = FakeSts()
        given = {"name": TOPIC, "state": "present", "region": REGION}
        modules.run(sns_topic, given, present_clock(), clients=sns_topic.Clients(topics(sns, sts)))
        assert sts.calls == []

    @pytest.mark.parametrize("state", ["present", "absent"])
    def test_check_mode_says_the_same_and_changes_nothing(self, sns: FakeSns, state: str) -> None:
        if state == "absent":
            topic(sns)
        predicted = topic(sns, check_mode=True, state=state)
        before = dict(sns.topics)
        assert before == sns.topics
        assert predicted == topic(sns, state=state)
