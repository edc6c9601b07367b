# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers of surveys, as a controller makes variables of them, go through the playbooks: lists with a line each, a
list of choices, empty texts for what has no answer, numbers and truth values as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller import surveys
from playbook_runs.runs import Ansible, Run
from sandbox import seed
from sandbox.control import Control
from sandbox.controller.surveys import launched
from unit.fakes.controller_options import role_specs

TEMPLATE = {"survey_enabled": True, "ask_variables_on_launch": False, "extra_vars": "{}"}
Playbook = Callable[..., Run]


def variables(key: str, **answers: Any) -> dict[str, Any]:
    """What a job gets that was launched with these answers."""
    found, problems = launched(TEMPLATE, surveys.survey(key, role_specs()), answers)
    assert problems == {}
    return found


def test_a_project_is_created_and_defined_anew_by_answers(control: Control, playbook: Playbook, tmp_path: Any) -> None:
    seed.create_zone("example.com")
    required = {
        "project_renewal_interval_days": 30,
        "project_bind": ["previous"],
        "project_source": "acme",
        "project_certificate_store": "iam",
        "project_key_type": "ecdsa_p256",
    }
    few = variables("create", project_name="webapp", project_domains="example.com", **required)
    assert few["project_emails"] == few["project_distributions"] == ""
    playbook("create", few).succeeded()
    many = {
        **required,
        "project_domains": "example.com\r\n*.example.com\n",
        "project_emails": "ops@example.com\ndev@example.com",
        "project_bind": ["previous", "aliases"],
        "project_renewal_interval_days": 45,
    }
    playbook("create", variables("create", project_name="webapp", **many)).succeeded()
    document = json.loads((tmp_path / "data/certops/store/webapp.json").read_text(encoding="utf-8"))
    definition = document["definition"]
    assert definition["domains"] == ["example.com", "*.example.com"]
    assert definition["emails"] == ["ops@example.com", "dev@example.com"]
    assert (definition["bind"], definition["renewal_interval_days"]) == (["previous", "aliases"], 45)


def test_what_has_no_answer_is_as_if_it_had_not_been_given(control: Control, playbook: Playbook, tmp_path: Any) -> None:
    """As a launch by the API may send it, which asks for less than the page does."""
    seed.create_zone("example.com")
    empty = {
        f"project_{key}": ""
        for key in (
            "emails",
            "renewal_interval_days",
            "bind",
            "source",
            "certificate_store",
            "key_type",
        )
    }
    flags = {"project_deploy_wait": "true", "project_dns_persist": "False"}
    answers = {"project_name": "webapp", "project_domains": "example.com", **empty, **flags}
    playbook("create", answers).succeeded()
    before = json.loads((tmp_path / "data/certops/store/webapp.json").read_text(encoding="utf-8"))
    assert before["definition"]["renewal_interval_days"] == 30
    assert before["definition"]["source"] == "acme"
    assert before["definition"]["dns_persist"] is False
    reissued = variables("reissue", project_name="webapp")
    assert reissued["project_issued_before"] == ""
    playbook("reissue", reissued).succeeded()
    after = json.loads((tmp_path / "data/certops/store/webapp.json").read_text(encoding="utf-8"))
    assert after["certificate"]["serial"] != before["certificate"]["serial"]


def test_the_inventory_of_a_controller_shows_the_store_that_its_source_names(
    sandbox: Any, ansible: Ansible, tmp_path: Any
) -> None:
    seed.create_zone("example.com")
    store = f"file://{tmp_path}/a-store"
    ansible.playbook(
        "create", {"project_name": "webapp", "project_domains": "example.com", "project_store": store}
    ).succeeded()
    source = ("-i", "extensions/controller/certops.yml", "--list", "--export")
    listed = json.loads(ansible.run("ansible-inventory", *source, env={"CERTOPS_STORE": store}).succeeded().stdout)
    assert listed["certificate_projects"]["hosts"] == ["webapp"]
