# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where playbooks run: without HOME, with AWS files that are broken or not there, under the ansible.cfg of a site
that has other playbooks, too."""

from __future__ import annotations

import base64
import json
import os
import pwd
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control

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
    assert re.search(r"this user has no home directory: set HOME, or\s+set project_store", run.output)
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


# What the ansible.cfg of a site may say for the sake of its other playbooks.
SITE = """
[defaults]
strategy = {strategy}
any_errors_fatal = true
gathering = implicit
hash_behaviour = merge
host_pattern_mismatch = error
inject_facts_as_vars = false
interpreter_python = /no/such/python
jinja2_native = {native}
private_role_vars = true
task_timeout = 1
transport = ssh
display_args_to_stdout = true
callback_result_format = yaml
display_skipped_hosts = false
fact_caching = jsonfile
fact_caching_connection = {home}/facts
callbacks_enabled = ansible.posix.profile_tasks, certops.cloudfront.progress

[privilege_escalation]
become = true
become_user = nobody
become_method = {home}/no-such-method
"""


@pytest.mark.slow
@pytest.mark.parametrize(("strategy", "native"), [("free", "true"), ("host_pinned", "false")])
def test_no_setting_of_a_site_changes_what_the_playbooks_do(
    strategy: str, native: str, ansible: Ansible, control: Control, tmp_path: Path
) -> None:
    config = tmp_path / "site.cfg"
    config.write_text(SITE.format(strategy=strategy, native=native, home=tmp_path))
    there = Ansible({**ansible.env, "ANSIBLE_CONFIG": str(config), "ANSIBLE_PYTHON_INTERPRETER": ""}, ansible.home)
    seed.create_zone("example.com")
    control.set(route53_propagation_seconds=2)  # longer than the time that the site gives a task
    good = {"project_name": "good", "project_domains": ["example.com"]}
    bad = {"project_name": "bad", "project_domains": ["example.net"]}

    created = there.playbook("create", {"projects": [bad, good]}).failed()
    assert "good | changed" in created.output
    assert "bad | failed" in created.output
    assert len(control.issued()) == 1
    again = there.playbook("create", good).succeeded()
    assert again.changed == 0
    there.playbook("renew").succeeded()
    there.playbook("doctor", {"project_name": "good", "project_doctor_fails_on": "error"})
    there.playbook("reissue", {**good, "project_keep_previous": 1}).succeeded()
    there.playbook("rollback", {"project_name": "good"}).succeeded()
    there.playbook("delete", {"project_name": "good"}).succeeded()
    assert len(control.issued()) == 2


EAB_KEY = base64.urlsafe_b64encode(b"0123456789abcdef0123456789abcdeF").decode().rstrip("=")
DNS_KEY = "verySecretKeyOfDns0123456789abcdef"


@pytest.mark.slow
@pytest.mark.parametrize("way", ["inventory", "projects", "variables"])
def test_no_secret_stands_in_the_header_of_a_task(way: str, ansible: Ansible, control: Control, tmp_path: Path) -> None:
    secrets = {
        "project_acme_eab_kid": "kid-1",
        "project_acme_eab_hmac_key": EAB_KEY,
        "project_dns_aws": {"access_key": "AKIAEXAMPLEEXAMPLE00", "secret_key": DNS_KEY},
    }
    control.account("AKIAEXAMPLEEXAMPLE00", "123456789012")
    seed.create_zone("example.com")
    project = {"project_name": "s", "project_domains": ["s.example.com"], **secrets}
    shown = Ansible({**ansible.env, "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "true"}, ansible.home)
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(json.dumps({"certificate_projects": {"hosts": {"s": project}}}))
    given: dict[str, Any] = {"inventory": {}, "projects": {"projects": [project]}, "variables": project}[way]
    options = ["-i", str(inventory)] if way == "inventory" else []
    said = ""
    for name in ("create", "doctor", "cleanup", "delete"):
        said += shown.playbook(name, given, *options, "-vvv").output
    assert EAB_KEY not in said
    assert DNS_KEY not in said
