# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials and AWS files as users have them: missing profiles, broken files, programs that fail, two identities at
once."""

from __future__ import annotations

import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.errors import calling
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.session import Session, preload
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import (
    aws_configuration as configuration,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from botocore import exceptions

KEYS = {"access_key": "AKIAGIVEN", "secret_key": "given"}
Write = t.Callable[[str], Path]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


@pytest.fixture
def config(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        (tmp_path / "config").write_text(text, encoding="utf-8")
        return tmp_path / "config"

    return write


def refusal(**params: t.Any) -> str:
    with pytest.raises(ConfigError) as refused:
        Session({"region": "us-east-1", **params}).client("iam")
    return refused.value.message


def test_a_profile_that_does_not_exist_is_named_with_where_it_came_from_and_where_it_was_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    remedy = f"it is in neither {tmp_path}/config nor {tmp_path}/credentials; correct the name, or set access_key"
    assert f"AWS profile 'web' does not exist: {remedy}" in refusal(profile="web")
    monkeypatch.setenv("AWS_PROFILE", "cron")
    assert "AWS profile 'cron' (from AWS_PROFILE) does not exist" in refusal(profile="cron")
    assert "AWS profile 'cron' (from AWS_PROFILE) does not exist" in refusal()
    assert "AWS profile 'web' does not exist" in refusal(profile="web")


BROKEN = {
    "no section": "region = us-east-1\n",
    "an open bracket": "[profile web\nregion us-east-1\n",
    "half of the keys": "[default]\naws_access_key_id = AKIA\n",
    "a source profile that is not there": "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = gone\n",
    "a source that is none": "[default]\nrole_arn = arn:aws:iam::1:role/x\ncredential_source = Moon\n",
    "a role without a source": "[default]\nrole_arn = arn:aws:iam::1:role/x\n",
    "a program that is not there": "[default]\ncredential_process = /no/such/program\n",
    "a program that fails": "[default]\ncredential_process = false\n",
    "a program that says nothing": "[default]\ncredential_process = true\n",
    "a mode that is none": "[default]\ndefaults_mode = wild\naws_access_key_id = A\naws_secret_access_key = b\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_configuration_that_cannot_be_used_is_refused_with_its_file(text: str, config: Write) -> None:
    path = config(text)
    assert str(path) in refusal()


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_keys_that_are_given_do_not_depend_on_the_configuration(
    text: str, config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "defaults_mode" not in text:  # it is about how calls are made, and not by whom
        config(text)
    monkeypatch.setenv("AWS_PROFILE", "gone")
    session = Session({"region": "us-east-1", **KEYS, "profile": "gone"})
    assert session.client("iam")._request_signer._credentials.access_key == "AKIAGIVEN"


def test_what_a_program_says_is_quoted_on_one_short_line(config: Write) -> None:
    config(f"[default]\ncredential_process = {sys.executable} -c \"import sys; sys.exit('x\\n\\x1b[2J' * 4000)\"\n")
    said = refusal()
    assert len(said) < 900
    assert said.isprintable()


@pytest.mark.parametrize(
    ("environment_says", "given", "expected"),
    [
        pytest.param({"AWS_PROFILE": "web"}, {**KEYS, "profile": "web"}, {**KEYS, "profile": None}, id="keys given"),
        pytest.param(
            {"AWS_ACCESS_KEY_ID": "AKIAENV"},
            {"profile": "web", "access_key": "AKIAENV", "secret_key": "x", "session_token": "y"},
            {"profile": "web", "access_key": None, "secret_key": None, "session_token": None},
            id="profile given",
        ),
        pytest.param(
            {"AWS_SESSION_TOKEN": "others"},
            {**KEYS, "session_token": "others"},
            {**KEYS, "session_token": None},
            id="the token of other keys",
        ),
        pytest.param({}, {**KEYS, "session_token": "mine"}, {**KEYS, "session_token": "mine"}, id="a token of theirs"),
    ],
)
def test_what_is_given_comes_before_the_environment(
    environment_says: dict[str, str],
    given: dict[str, str],
    expected: dict[str, str | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment_says.items():
        monkeypatch.setenv(name, value)
    assert configuration.settled(given) == expected


@pytest.mark.parametrize("names", [("AWS_PROFILE", "AWS_ACCESS_KEY_ID"), ()], ids=["environment", "options"])
def test_two_identities_in_one_place_are_refused(names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in names:
        monkeypatch.setenv(name, "web")
    where = "in the environment" if names else "as options"
    assert f"a profile and an access key are both set {where}" in refusal(
        profile="web", access_key="web", secret_key="x"
    )


def test_the_descriptions_of_the_services_are_read_without_a_look_at_the_configuration(
    config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    config("[profile web\n")
    monkeypatch.setenv("AWS_PROFILE", "gone")
    preload()


def test_an_import_of_what_runs_on_the_controller_does_not_look_at_the_configuration(config: Write) -> None:
    config("[profile web\n")
    name = "ansible_collections.certops.cloudfront.plugins.action.iam_server_cert_info"
    command = f"import os; os.environ['AWS_PROFILE'] = 'gone'; import {name}"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_credentials_that_run_out_during_a_run_are_no_answer_of_aws() -> None:
    failed = exceptions.CredentialRetrievalError(provider="sso", error_msg="the token has expired")
    with (
        pytest.raises(ConfigError, match=r"iam:ListServerCertificates was not called: .* the token has expired"),
        calling("iam", "ListServerCertificates"),
    ):
        raise failed
