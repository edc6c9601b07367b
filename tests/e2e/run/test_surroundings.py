# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a schedule runs: without HOME, with AWS files that are broken or not there."""

from __future__ import annotations

import json
import os
import pwd
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playbook_runs.runs import Ansible

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def site(ansible: Ansible, *tasks: Mapping[str, Any], **variables: Any) -> str:
    """The path of a play with these tasks."""
    path = ansible.home / "site.yml"
    play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
    path.write_text(json.dumps([play]), encoding="utf-8")
    return str(path)


def without_home(ansible: Ansible) -> Ansible:
    return Ansible(
        {name: value for name, value in ansible.env.items() if name not in ("HOME", "XDG_DATA_HOME")}, ansible.home
    )


def test_without_home_the_role_and_renew_look_in_the_same_store(ansible: Ansible) -> None:
    shown = {"ansible.builtin.debug": {"msg": "the role: {{ project_store }} {{ project_archive }}"}}
    role = {
        "ansible.builtin.include_role": {"name": "certops.cloudfront.project", "tasks_from": "doctor", "public": True}
    }
    path = site(ansible, {"block": [role], "ignore_errors": True}, shown, project_name="nobody-has-this")
    homeless = without_home(ansible)
    said = homeless.playbook(path, {}, "--check").output
    expected = f"file://{pwd.getpwuid(os.geteuid()).pw_dir}/.local/share/certops"
    assert f"the role: {expected}/store {expected}/archive" in said
    renewed = homeless.playbook("renew", {"project_name": "nobody-has-this"}, "--check").failed()
    assert f"{expected}/store" in renewed.output


def test_a_user_without_a_home_directory_is_told_what_to_set(ansible: Ansible, tmp_path: Path) -> None:
    # As in a container whose user has no passwd entry.
    (tmp_path / "sitecustomize.py").write_text("import pwd\npwd.getpwuid = {}.__getitem__\n")
    env = {**without_home(ansible).env, "PYTHONPATH": str(tmp_path), "ANSIBLE_REMOTE_TEMP": str(tmp_path / "tmp")}
    run = Ansible(env, ansible.home).playbook("renew").failed()
    assert re.search(r"this user has no home directory: set HOME, or\s+give project_store", run.output)
    assert "Nothing to do" not in run.output


@pytest.mark.parametrize("broken", ["a profile that does not exist", "a file that cannot be parsed"])
def test_an_unusable_aws_configuration_fails_the_tasks_that_need_it_and_can_be_rescued(
    broken: str, ansible: Ansible, tmp_path: Path
) -> None:
    (tmp_path / "aws-config").write_text("[profile web\nregion us-east-1\n")
    env = {**ansible.env, "AWS_PROFILE": "web", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere"}
    said = "AWS profile 'web' \\(from AWS_PROFILE\\) does not exist: it is in neither"
    if "file" in broken:
        env = {**ansible.env, "AWS_CONFIG_FILE": str(tmp_path / "aws-config")}
        said = f"Unable to parse config file: {tmp_path}/aws-config; correct the file"
    without_keys = {name: value for name, value in env.items() if name not in KEYS}
    info = {"certops.cloudfront.iam_server_cert_info": {}}
    rescue = [{"ansible.builtin.debug": {"msg": "rescued: {{ ansible_failed_result.msg }}"}}]
    last = {"ansible.builtin.debug": {"msg": "the last task"}}
    path = site(ansible, {"block": [info], "rescue": rescue}, last)
    run = Ansible(without_keys, ansible.home).playbook(path).succeeded()
    assert re.search(f"rescued: .*{said}", run.output)
    assert "the last task" in run.output

    keys = {"access_key": env["AWS_ACCESS_KEY_ID"], "secret_key": env["AWS_SECRET_ACCESS_KEY"]}
    given = {"certops.cloudfront.iam_server_cert_info": {**keys, "region": "us-east-1"}}
    Ansible(without_keys, ansible.home).playbook(site(ansible, given)).succeeded()
