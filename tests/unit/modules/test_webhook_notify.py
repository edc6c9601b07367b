# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""webhook_notify: its options, what it sends, and that no URL or secret is shown."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import webhook_notify
from unit.fakes import modules
from unit.fakes.clock import FakeClock
from unit.fakes.http_receiver import Receiver

SECRET = "token-0123456789"


@pytest.fixture
def receiver() -> t.Iterator[Receiver]:
    with Receiver() as made:
        yield made


def notify(check_mode: bool = False, **given: t.Any) -> Outcome:
    """As the module is called: options are checked, and what is not given has its default."""
    checked = ArgumentSpecValidator(webhook_notify.ARGUMENT_SPEC).validate(given)
    assert checked.error_messages == []
    return modules.run(webhook_notify, checked.validated_parameters, FakeClock(), check_mode)


def test_each_kind_gets_the_message_in_its_form_and_the_heartbeat_comes_too(receiver: Receiver) -> None:
    base = f"http://127.0.0.1:{receiver.port}"
    told = notify(
        webhooks=[{"kind": "json", "url": f"{base}/in"}, {"kind": "teams", "url": f"{base}/flow"}],
        heartbeat_url=f"{base}/ping",
        subject="done",
        body="all is well",
        failed=True,
    )
    got = dict(receiver.got)
    assert told.changed
    assert [row["taken"] for row in told.result["receivers"]] == [True, True, True]
    assert json.loads(got["/in"])["text"] == "all is well"
    assert "all is well" in got["/flow"]
    assert "/ping/fail" in got


def test_a_refusal_is_a_warning_without_url_and_secret(receiver: Receiver) -> None:
    receiver.status = 500
    hook = {"kind": "json", "url": f"http://127.0.0.1:{receiver.port}/{SECRET}", "secret": SECRET}
    told = notify(webhooks=[hook], body="x")
    assert told.failure is None
    assert not told.changed
    assert told.warnings[0].startswith("json (127.0.0.1) did not take the notice: HTTP 500")
    assert SECRET not in json.dumps(told.result) + "".join(told.warnings)
    assert notify(webhooks=[hook], body="x", strict=True).failure == told.warnings[0]


def test_check_mode_sends_nothing_and_names_who_would_get_it(receiver: Receiver) -> None:
    hook = {"kind": "json", "name": "gateway", "url": f"http://127.0.0.1:{receiver.port}/in"}
    told = notify(check_mode=True, webhooks=[hook], body="x")
    assert [row["name"] for row in told.result["receivers"]] == ["gateway"]
    assert receiver.got == []


def test_a_service_of_apprise_is_shown_by_its_scheme(receiver: Receiver) -> None:
    told = notify(webhooks=[{"kind": "apprise", "url": f"ntfy://127.0.0.1:{receiver.port}/{SECRET}"}], body="x")
    assert told.result["receivers"] == [{"name": "apprise (ntfy)", "kind": "apprise", "taken": True, "reason": ""}]
    assert len(receiver.got) == 1


@pytest.mark.parametrize("url", [f"syslog://{SECRET}", f"dingtalk://{SECRET}", f"file:///{SECRET}", SECRET])
def test_what_acts_on_this_machine_or_hides_a_refusal_is_no_service(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        notify(webhooks=[{"kind": "apprise", "url": url}, {"kind": "json", "url": "ftp://x"}], body="x")
    assert len(caught.value.problems) == 2
    assert SECRET not in caught.value.message


def test_urls_and_secrets_are_options_that_are_never_logged() -> None:
    secret = {name for name, option in webhook_notify.RECEIVER.items() if option.get("no_log")}
    assert secret == {"url", "secret"}
    assert webhook_notify.ARGUMENT_SPEC["heartbeat_url"]["no_log"] is True
