# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module gives to Ansible, whatever others put into it."""

from __future__ import annotations

import importlib.util
import json
import sys
import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils import _module
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, note

EVIL = "a\x1b[2J\x9b\u202e\ud800b"
SHOWN = "a\ufffd[2J\ufffd\ufffd\ufffdb"
PEM = "-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\n"


def test_no_text_of_a_result_does_anything_to_a_terminal_and_line_ends_stay() -> None:
    result: dict[str, t.Any] = {"name": EVIL, EVIL: [EVIL, (EVIL, 1)], "pem": PEM, "none": None, "yes": True}
    found = _module.result_of(Outcome(True, result, {"was": EVIL}, {"is": EVIL}, failure=EVIL), diff_mode=True)
    assert found == {
        "name": SHOWN,
        SHOWN: [SHOWN, [SHOWN, 1]],
        "pem": PEM,
        "none": None,
        "yes": True,
        "changed": True,
        "diff": {"before": {"was": SHOWN}, "after": {"is": SHOWN}},
        "failed": True,
        "msg": SHOWN,
    }


def test_an_error_and_its_details_are_harmless() -> None:
    found = _module.result_of_error(CertError(EVIL, retry_at=EVIL))
    assert found == {"failed": True, "msg": SHOWN, "error": {"kind": "error", "retry_at": SHOWN}}


def test_a_warning_is_one_line() -> None:
    assert _module.warnings_of(Outcome(False, warnings=(f"one\n{EVIL}",))) == [f"one {SHOWN}"]


def test_what_was_noted_is_a_warning_of_the_module_that_was_running() -> None:
    note("of a module that failed")

    def run(_params: t.Any, _clock: t.Any) -> Outcome:
        note("found while it worked")
        note("found while it worked")
        return Outcome(False, warnings=("its own",))

    body = _module.Body({}, run, {})
    assert body.outcome({}, False).warnings == ("its own", "found while it worked")


def test_a_host_without_boto3_is_told_which_python_lacks_it_and_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Edge:
        params: t.ClassVar[dict[str, t.Any]] = {}
        check_mode = False

        def __init__(self, **_rules: t.Any) -> None: ...

        def fail_json(self, **result: t.Any) -> t.NoReturn:
            print(json.dumps(result))
            sys.exit(1)

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "boto3" else find(name))
    monkeypatch.setattr(_module, "AnsibleAWSModule", Edge)
    never = t.cast("t.Any", None)
    with pytest.raises(SystemExit):
        _module.execute(argument_spec={}, parse=never, connect=never, run=never)
    said = json.loads(capsys.readouterr().out)
    assert said["msg"].startswith("the Python library boto3 is not installed for the Python that runs the modules;")
    assert said["msg"].endswith(f"{sys.executable} -m pip install -r requirements.txt")
