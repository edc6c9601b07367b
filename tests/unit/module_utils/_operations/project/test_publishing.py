# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""certificate_publish: a parameter is created, changed and left alone."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.project import publishing
from unit.fakes.projects import NOW

PARAMETER = "ssm:/certops/webapp/certificate"
OPTIONS = {"parameter": PARAMETER, "value": "ASCA1", "project": "webapp", "state": "present", "obsolete": None}


class FakeSsm:
    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.writes: list[bool] = []
        self.written_by_now: str | None = None

    def get_parameter(self, name: str) -> str | None:
        return self.values.get(name)

    def put_parameter(self, name: str, value: str, description: str, is_new: bool) -> None:
        assert "webapp" in description
        self.writes.append(is_new)
        if self.written_by_now is not None:
            self.values[name] = self.written_by_now
            raise RemoteError("it exists", service="ssm", operation="PutParameter", code="ParameterAlreadyExists")
        self.values[name] = value

    def delete_parameter(self, name: str) -> None:
        del self.values[name]


@pytest.fixture
def ssm() -> FakeSsm:
    return FakeSsm()


def publish(ssm: FakeSsm, check_mode: bool = False, **given: t.Any) -> Outcome:
    connection = {"region": "us-east-1", "profile": None}
    request = publishing.parse(Params({**OPTIONS, **connection, **given}, NOW, check_mode))
    return publishing.run(request, t.cast("t.Any", ssm), check_mode)


def test_it_is_created_changed_and_left_alone(ssm: FakeSsm) -> None:
    assert publish(ssm, check_mode=True).changed
    assert ssm.values == {}
    assert [publish(ssm).changed, publish(ssm).changed, publish(ssm, value="ASCA2").changed] == [True, False, True]
    assert (ssm.values, ssm.writes) == ({"/certops/webapp/certificate": "ASCA2"}, [True, False])


def test_one_that_was_created_though_the_answer_was_lost_is_taken_for_created(ssm: FakeSsm) -> None:
    ssm.written_by_now = "ASCA1"
    assert publish(ssm).changed


def test_one_that_others_created_meanwhile_is_not(ssm: FakeSsm) -> None:
    ssm.written_by_now = "ASCA-of-others"
    with pytest.raises(RemoteError, match="it exists"):
        publish(ssm)
    assert ssm.writes == [True]


def test_before_a_deletion_it_is_deleted_unless_others_gave_it_their_certificate(ssm: FakeSsm) -> None:
    gone = {"state": "absent", "value": None, "obsolete": ["ASCA1"]}
    assert not publish(ssm, **gone).changed
    publish(ssm)
    assert publish(ssm, check_mode=True, **gone).changed
    assert ssm.values == {"/certops/webapp/certificate": "ASCA1"}
    assert publish(ssm, **gone).changed
    assert ssm.values == {}
    publish(ssm, value="ASCA-of-others")
    left = publish(ssm, **gone)
    assert (left.changed, ssm.values) == (False, {"/certops/webapp/certificate": "ASCA-of-others"})
    assert "names a certificate of others, so it stays" in left.result["reason"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"parameter": "/certops/webapp"}, "not the path of a parameter"),
        ({"parameter": "ssm:/aws/webapp"}, "belong to AWS"),
        ({"value": " "}, "value: empty"),
    ],
)
def test_bad_input_is_refused(ssm: FakeSsm, given: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        publish(ssm, **given)
