# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook controller with the modules of awx.awx, which the package ansible brings along, on the sandbox's
controller."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller import templates
from playbook_runs.runs import Ansible, Run, environment
from sandbox.controller.server import PASSWORD, TOKEN, USER, Controller
from unit.fakes.controller_options import ARCHIVE, PLACES, ROBOT, SLACK, URL

SECRETS = ("the-secret-key", "xoxb-the-secret-token", TOKEN, PASSWORD)
PLAYBOOKS = sorted({template.playbook for template in templates.JOB_TEMPLATES})
CONTENTS = {
    URL: [f"{name}.yml" for name in PLAYBOOKS],
    ARCHIVE: [f"playbooks/{name}.yml" for name in PLAYBOOKS],
}
VARIABLES: dict[str, Any] = {
    "controller_image": "registry.example.com/certops-ee:0.1.0",
    "controller_project_url": URL,
    "controller_aws_credential": "my Amazon Web Services",
    "controller_job_region": "us-east-1",
    "controller_slices": "4",
    "controller_variables": PLACES,
    "controller_notifications": [ROBOT, SLACK],
}


def awx_awx() -> bool:
    try:
        return importlib.util.find_spec("ansible_collections.awx.awx") is not None
    except ModuleNotFoundError:
        return False


needs_awx = pytest.mark.skipif(not awx_awx(), reason="awx.awx is not installed; the package ansible brings it along")


@dataclass
class Place:
    """A controller, and ansible beside it."""

    controller: Controller
    ansible: Ansible
    outputs: list[str] = field(default_factory=list)

    def run(self, *arguments: str, **variables: Any) -> Run:
        done = self.ansible.playbook("controller", {**VARIABLES, **variables}, *arguments)
        self.outputs.append(done.output)
        return done


def place(controller: Controller, home: Path, **more: str) -> Place:
    return Place(controller, Ansible({**environment(controller.environment, home), **more}, home))


def created(run: Run) -> int:
    """How many objects the last task says were created."""
    return run.stdout.rpartition("TASK [Report what was done")[2].count(": created")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Place]:
    with Controller(CONTENTS) as controller:
        yield place(controller, tmp_path)


@needs_awx
def test_a_controller_is_set_up_once_and_removed(fresh: Place) -> None:
    predicted = fresh.run("--check").succeeded()
    assert fresh.controller.changes == []
    # -vvv, which shows the arguments of every module
    first = fresh.run("-vvv").succeeded()
    assert created(predicted) == created(first) == 28
    _is_complete(fresh.controller)
    made = len(fresh.controller.changes)
    second = fresh.run().succeeded()
    assert (second.changed, fresh.controller.changes[made:]) == (0, [])
    assert fresh.run(controller_state="absent").succeeded().changed == 1
    left = {
        path: fresh.controller.objects.names(path) for path in ("job_templates", "projects", "inventories", "schedules")
    }
    assert set(map(len, left.values())) == {0}
    assert not any(name.startswith("certops") for name in fresh.controller.objects.names("credential_types"))
    assert fresh.run(controller_state="absent").succeeded().changed == 0
    assert [secret for secret in SECRETS for output in fresh.outputs if secret in output] == []


def _is_complete(controller: Controller) -> None:
    objects = controller.objects
    renew = objects.named("job_templates", "certops renew")
    assert (renew["playbook"], renew["job_slice_count"]) == ("renew.yml", 4)
    assert objects.linked("job_templates", "certops renew", "credentials") == [
        "certops region",
        "my Amazon Web Services",
    ]
    assert objects.linked("job_templates", "certops renew", "notification_templates_error") == [
        "certops operations",
        "certops slack",
    ]
    variables = [one["variable"] for one in objects.survey("job_templates", "certops create")["spec"]]
    assert variables[:2] == ["project_name", "project_domains"]
    assert objects.linked("workflow_job_template_nodes", "renew", "always_nodes") == ["report"]
    assert objects.linked("workflow_job_template_nodes", "approve", "success_nodes") == ["reissue"]
    assert objects.linked(
        "workflow_job_templates", "certops reissue after approval", "notification_templates_approvals"
    )
    assert objects.names("schedules") == ["certops cleanup", "certops doctor", "certops renew then report"]
    source = objects.named("inventory_sources", "certops store")
    assert (source["source"], source["source_path"], source["update_on_launch"]) == ("scm", "certops.yml", True)
    kept = objects.named("notification_templates", "certops slack")["notification_configuration"]
    assert kept["token"] == "xoxb-the-secret-token"


def test_what_cannot_be_set_up_is_refused_before_the_first_call_with_every_reason(fresh: Place) -> None:
    wrong = {**ROBOT, "configuration": {"url": "http://robot.example.com/send?key=the-secret-key"}}
    said = (
        fresh.run(
            controller_image="",
            controller_project_url="somewhere",
            controller_variables={"heartbeat_url": "https://x"},
            controller_schedules={"renew": "daily"},
            controller_notifications=[wrong],
        )
        .failed()
        .output
    )
    assert fresh.controller.calls == []
    for reason in ("image:", "project_url:", "project_store is not set", "heartbeat_url may be secret", "DTSTART"):
        assert reason in said
    assert "not an https:// URL" in said
    assert "the-secret-key" not in said


@needs_awx
def test_a_failure_says_what_the_controller_refused_and_the_next_run_continues(fresh: Place) -> None:
    fresh.controller.objects.contents = {URL: ["renew.yml"]}
    said = fresh.run().failed().output
    assert "job template certops create" in said
    assert "Playbook not found for project" in said
    assert "the next run continues" in said
    assert fresh.controller.objects.names("projects") == ["certops"]


@needs_awx
def test_a_wrong_token_is_refused(fresh: Place) -> None:
    said = fresh.run(controller_oauth_token="another-token").failed().output
    assert "401" in said
    assert "another-token" not in said
    assert fresh.controller.changes == []


def test_without_a_collection_of_a_controller_the_run_says_how_to_get_one(fresh: Place) -> None:
    said = fresh.run(controller_collection="ansible.controller").failed().output
    assert "ansible.controller is not installed" in said
    assert "ansible-galaxy collection install awx.awx" in said
    assert fresh.controller.calls == []


@needs_awx
def test_ansible_controller_serves_as_well_and_a_credential_type_in_use_stays(tmp_path: Path) -> None:
    """ansible.controller is awx.awx under another name, with another path of the API."""
    found = importlib.util.find_spec("ansible_collections.awx.awx")
    assert found is not None
    assert found.submodule_search_locations
    there = Path(next(iter(found.submodule_search_locations)))
    copy = tmp_path / "collections/ansible_collections/ansible/controller"
    shutil.copytree(there / "plugins", copy / "plugins")
    utils = copy / "plugins/module_utils/controller_api.py"
    utils.write_text(utils.read_text().replace('_COLLECTION_TYPE = "awx"', '_COLLECTION_TYPE = "controller"'))
    for path in copy.rglob("*.py"):
        path.write_text(path.read_text().replace("awx.awx.", "ansible.controller."))
    (copy / "meta").mkdir()
    (copy / "meta/runtime.yml").write_text("---\nrequires_ansible: '>=2.15.0'\n")
    with Controller(CONTENTS) as controller:
        kind = controller.objects.create("credential_types", {"name": "certops EAB", "kind": "cloud"})["id"]
        organization = controller.objects.named("organizations", "Default")["id"]
        wanted = {"name": "my EAB", "credential_type": kind, "organization": organization}
        controller.objects.create("credentials", wanted)
        here = place(controller, tmp_path, ANSIBLE_COLLECTIONS_PATH=str(tmp_path / "collections"))
        login = {"controller_username": USER, "controller_password": PASSWORD}
        del here.ansible.env["CONTROLLER_OAUTH_TOKEN"]  # type: ignore[attr-defined]
        said = (
            here.run(controller_state="absent", controller_collection="ansible.controller", **login).succeeded().stdout
        )
        assert "credential type certops EAB: kept" in said
        assert all(path.startswith("/api/controller/v2/") for _method, path in controller.calls)
