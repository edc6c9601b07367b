# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller of the sandbox refuses what AWX refuses."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest
from sandbox.controller.server import TOKEN, Controller

SOURCE = "https://git.example.com/certificates.git"


class Api:
    """Plain calls, as curl makes them."""

    def __init__(self, controller):
        self.controller = controller

    def __call__(self, method, path, body=None, token=TOKEN):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.controller.url}/api/v2/{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or "null")
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or "null")

    def make(self, path, **fields):
        status, made = self("POST", f"{path}/", fields)
        assert status == 201, made
        return made

    def refused(self, path, **fields):
        status, why = self("POST", f"{path}/", fields)
        assert status == 400, why
        return why


@pytest.fixture
def api():
    with Controller({SOURCE: ["renew.yml"]}) as controller:
        yield Api(controller)


@pytest.fixture
def organization(api):
    return api.controller.objects.named("organizations", "Default")["id"]


@pytest.fixture
def project(api, organization):
    return api.make("projects", name="certops", organization=organization, scm_type="git", scm_url=SOURCE)["id"]


@pytest.fixture
def inventory(api, organization):
    return api.make("inventories", name="certops", organization=organization)["id"]


@pytest.fixture
def template(api, project, inventory):
    return api.make("job_templates", name="renew", project=project, inventory=inventory, playbook="renew.yml")["id"]


def notice(organization, **fields):
    given = {"url": "https://hooks.example.com/x", "headers": {}}
    wanted = {"name": "n", "organization": organization, "notification_type": "webhook"}
    return {**wanted, "notification_configuration": given, **fields}


def test_nobody_gets_in_without_a_token(api):
    assert api("GET", "projects/", token="wrong")[0] == 401


def test_a_name_exists_once_in_an_organization(api, organization, inventory):
    why = api.refused("inventories", name="certops", organization=organization)
    assert why == {"__all__": ["inventory with this (name, organization) combination already exists."]}


def test_a_field_that_the_api_does_not_have_is_refused(api, organization):
    assert api.refused("inventories", name="x", organization=organization, colour="red") == {
        "colour": ["Unknown field."]
    }
    assert api("GET", "inventories/?colour=red")[0] == 400


def test_a_reference_to_nothing_is_refused(api):
    assert api.refused("inventories", name="x", organization=99) == {
        "organization": ['Invalid pk "99" - object does not exist.']
    }


def test_a_required_field_is_required(api):
    assert api.refused("execution_environments", name="x") == {"image": ["This field is required."]}


def test_a_job_template_needs_a_playbook_of_its_project(api, project, inventory):
    wanted = {"name": "x", "project": project, "inventory": inventory}
    assert api.refused("job_templates", **wanted, playbook="other.yml") == {
        "playbook": ["Playbook not found for project."]
    }
    assert api.refused("job_templates", **wanted) == {"playbook": ["Must select playbook for project."]}


def test_a_source_that_nobody_has_fails_the_update(api, organization):
    made = api.make("projects", name="x", organization=organization, scm_type="git", scm_url="https://none.example.com")
    update = made["summary_fields"]["current_update"]["id"]
    assert api("GET", f"project_updates/{update}/")[1]["status"] == "failed"


def test_an_archive_has_no_branch(api, organization):
    why = api.refused(
        "projects", name="x", organization=organization, scm_type="archive", scm_url="https://x.tar.gz", scm_branch="a"
    )
    assert why == {"scm_branch": ["SCM branch cannot be used with archive projects."]}


def test_a_credential_has_to_be_of_the_kind_that_its_place_asks_for(api, organization, template):
    registry = api.controller.objects.named("credentials", "my Container Registry")["id"]
    cloud = api.controller.objects.named("credentials", "my Amazon Web Services")["id"]
    path = f"job_templates/{template}/credentials/"
    assert api("POST", path, {"id": registry}) == (400, {"error": "Cannot assign a Credential of kind `registry`."})
    assert api("POST", path, {"id": cloud})[0] == 204
    assert "registry" not in str(api("GET", path))
    wanted = {"name": "x", "image": "example.com/ee", "organization": organization}
    assert "credential" in api.refused("execution_environments", **wanted, credential=cloud)
    source = {"name": "x", "organization": organization, "scm_type": "git", "scm_url": SOURCE}
    assert "credential" in api.refused("projects", **source, credential=cloud)


def test_two_credentials_of_one_type_are_refused(api, organization, template):
    kind = api.controller.objects.named("credential_types", "Amazon Web Services")["id"]
    other = api.make("credentials", name="other", credential_type=kind, organization=organization)["id"]
    path = f"job_templates/{template}/credentials/"
    api("POST", path, {"id": api.controller.objects.named("credentials", "my Amazon Web Services")["id"]})
    assert api("POST", path, {"id": other}) == (400, {"error": "Cannot assign multiple cloud credentials."})


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"kind": "ssh"}, "kind"),
        ({"inputs": {"fields": [{"id": "a b", "label": "A"}]}}, "inputs"),
        ({"inputs": {"fields": [{"id": "a", "label": "A"}, {"id": "a", "label": "B"}]}}, "inputs"),
        ({"injectors": {"extra_vars": {"x": "{{ other }}"}}}, "injectors"),
        ({"injectors": {"env": {"ANSIBLE_CONFIG": "{{ a }}"}}}, "injectors"),
    ],
)
def test_a_credential_type_that_awx_refuses(api, changed, why):
    wanted = {"name": "x", "kind": "cloud", "inputs": {"fields": [{"id": "a", "label": "A"}]}}
    assert list(api.refused("credential_types", **{**wanted, **changed})) == [why]


def test_a_credential_type_in_use_stays(api, organization):
    made = api.make("credential_types", name="x", kind="cloud", inputs={"fields": [{"id": "a", "label": "A"}]})["id"]
    api.make("credentials", name="c", credential_type=made, organization=organization)
    assert api("DELETE", f"credential_types/{made}/")[0] == 403
    assert api("PATCH", f"credential_types/{made}/", {"inputs": {}})[0] == 403


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("RRULE:FREQ=HOURLY;INTERVAL=6", "Valid DTSTART required"),
        ("DTSTART:20260101T000000Z RRULE:FREQ=HOURLY", "INTERVAL required"),
        ("DTSTART:20260101T000000Z", "One or more rule required"),
        ("DTSTART:20260101T000000 RRULE:FREQ=HOURLY;INTERVAL=1", "naive"),
        ("DTSTART:20260101T000000Z RRULE:FREQ=SOMETIMES;INTERVAL=1", "rrule parsing failed"),
        ("DTSTART:20260101T000000Z RRULE:FREQ=SECONDLY;INTERVAL=1", "SECONDLY is not supported"),
    ],
)
def test_a_schedule_needs_a_rule_that_awx_can_read(api, template, rule, why):
    refused = api.refused("schedules", name="x", unified_job_template=template, rrule=rule)
    assert why in " ".join(refused["rrule"])


def test_variables_of_a_schedule_need_a_template_that_asks(api, template):
    rule = "DTSTART:20260101T000000Z RRULE:FREQ=HOURLY;INTERVAL=1"
    wanted = {"name": "x", "unified_job_template": template, "rrule": rule}
    assert "extra_data" in api.refused("schedules", **wanted, extra_data={"a": 1})


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ({"type": "number"}, "is not one of text"),
        ({"required": "yes"}, "expected to be boolean"),
        ({"type": "integer", "default": "3"}, "expected to be integer"),
        ({"type": "integer", "min": "1"}, "limit in survey question"),
        ({"type": "multiplechoice"}, "must specify choices"),
        ({"type": "multiplechoice", "choices": "a\nb", "default": "c"}, "must be answered from the choices"),
        ({"type": "multiplechoice", "choices": "a\nb", "default": "a\nb"}, "only have one default"),
        ({"default": "$encrypted$"}, "reserved keyword"),
    ],
)
def test_a_question_that_awx_refuses(api, template, question, why):
    spec = [{"type": "text", "question_name": "Q", "variable": "q", "required": False, **question}]
    status, refused = api(
        "POST", f"job_templates/{template}/survey_spec/", {"name": "", "description": "", "spec": spec}
    )
    assert status == 400
    assert why in refused["error"]


def test_a_survey_has_questions_with_names_of_their_own(api, template):
    path = f"job_templates/{template}/survey_spec/"
    one = {"type": "text", "question_name": "Q", "variable": "q", "required": False}
    assert api("POST", path, {"name": "", "description": "", "spec": []})[0] == 400
    assert api("POST", path, {"name": "", "spec": [one]})[0] == 400
    assert "duplicated" in api("POST", path, {"name": "", "description": "", "spec": [one, one]})[1]["error"]
    assert api("POST", path, {"name": "", "description": "", "spec": [one]}) == (200, None)


def test_a_launch_gets_its_answers_as_awx_sends_them(api, template):
    spec = [
        {"type": "text", "question_name": "A", "variable": "a", "required": True},
        {"type": "textarea", "question_name": "B", "variable": "b", "required": False, "default": ""},
        {"type": "integer", "question_name": "C", "variable": "c", "required": False, "default": "", "max": 9},
        {"type": "multiselect", "question_name": "D", "variable": "d", "required": False, "choices": "x\ny"},
    ]
    api("POST", f"job_templates/{template}/survey_spec/", {"name": "", "description": "", "spec": spec})
    api("PATCH", f"job_templates/{template}/", {"survey_enabled": True, "extra_vars": '{"own": 1}'})
    launch = f"job_templates/{template}/launch/"
    assert api("POST", launch, {"extra_vars": {}})[0] == 400
    assert api("POST", launch, {"extra_vars": {"a": "1", "c": 10}})[0] == 400
    assert api("POST", launch, {"extra_vars": {"a": "1", "d": ["z"]}})[0] == 400
    assert api("POST", launch, {"extra_vars": {"a": "1", "foreign": 1}})[0] == 400
    status, job = api("POST", launch, {"extra_vars": {"a": "1", "d": ["x"]}})
    assert (status, job["extra_vars"]) == (201, {"own": 1, "a": "1", "b": "", "d": ["x"]})


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"notification_type": "pigeon"}, "not a valid choice"),
        ({"notification_configuration": {"url": "https://x"}}, "Missing required fields"),
        ({"notification_configuration": {"url": 1, "headers": {}}}, "incorrect type"),
        ({"notification_configuration": {"url": "x", "headers": {}, "http_method": "GET"}}, "POST' or 'PUT"),
        ({"messages": {"finished": {"message": "x"}}}, "Event 'finished' invalid"),
        ({"messages": {"error": {"message": "a\nb"}}}, "cannot contain newlines"),
        ({"messages": {"error": {"message": "{{ job.artifacts.summary.headline }}"}}}, "no attribute 'summary'"),
        ({"messages": {"error": {"message": "{{ job.colour }}"}}}, "unavailable"),
    ],
)
def test_a_notification_that_awx_refuses(api, organization, changed, why):
    assert why in str(api.refused("notification_templates", **notice(organization, **changed)))


def test_a_message_may_ask_for_what_a_job_need_not_have(api, organization):
    text = "{{ job.artifacts.get('summary', {}).get('headline', '') }}"
    api.make("notification_templates", **notice(organization, messages={"error": {"message": text}}))


def test_a_secret_is_kept_and_not_shown(api, organization):
    given = {"url": "https://x", "headers": {}, "password": "secret"}
    made = api.make("notification_templates", **notice(organization, notification_configuration=given))
    assert made["notification_configuration"]["password"] == "$encrypted$"
    api(
        "PATCH",
        f"notification_templates/{made['id']}/",
        {"notification_configuration": {**given, "password": "$encrypted$"}},
    )
    kept = api.controller.objects.named("notification_templates", "n")
    assert kept["notification_configuration"]["password"] == "secret"


def test_what_belongs_to_a_template_goes_with_it(api, template):
    rule = "DTSTART:20260101T000000Z RRULE:FREQ=HOURLY;INTERVAL=1"
    api.make("schedules", name="x", unified_job_template=template, rrule=rule)
    assert api("DELETE", f"job_templates/{template}/")[0] == 204
    assert api.controller.objects.names("schedules") == []


def test_a_workflow_waits_for_an_approval_and_goes_with_its_nodes(api, organization, template):
    workflow = api.make("workflow_job_templates", name="w", organization=organization)["id"]
    node = api.make("workflow_job_template_nodes", workflow_job_template=workflow, identifier="wait")["id"]
    then = api.make(
        "workflow_job_template_nodes", workflow_job_template=workflow, identifier="then", unified_job_template=template
    )["id"]
    path = f"workflow_job_template_nodes/{node}"
    assert api("POST", f"{path}/create_approval_template/", {"name": "approve", "timeout": 60})[0] == 201
    assert api("POST", f"{path}/create_approval_template/", {"name": "approve"})[0] == 400
    assert api("POST", f"{path}/success_nodes/", {"id": then})[0] == 204
    assert api.controller.objects.linked("workflow_job_template_nodes", "wait", "success_nodes") == ["then"]
    assert api("DELETE", f"workflow_job_templates/{workflow}/")[0] == 204
    assert api.controller.objects.names("workflow_job_template_nodes") == []
    assert api.controller.objects.names("workflow_approval_templates") == []
