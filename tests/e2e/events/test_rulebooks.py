# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebooks for event-driven Ansible, run for real: an event renews the right project, and no text of an event
becomes a template."""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import json
import shutil
import socket
import subprocess
import sys
import time
import typing as t
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller import surveys, templates
from e2e.life import Life
from playbook_runs.runs import ROOT, Ansible
from sandbox import seed
from sandbox.control import Control

RULEBOOKS = ROOT / "extensions" / "eda" / "rulebooks"
SOURCE = Path(__file__).with_name("queue_source.py")
# A rulebook starts a virtual machine of Java, and each playbook is a process.
LIMIT = 600
needs_rulebook = pytest.mark.skipif(
    importlib.util.find_spec("ansible_rulebook") is None or shutil.which("java") is None,
    reason="ansible-rulebook or Java is missing: install tests/requirements.txt and a JRE of 17 or later",
)


class Rulebook:
    """A rulebook that runs, and how it is told something."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log

    def post(self, event: Mapping[str, t.Any], headers: Mapping[str, str] | None = None) -> int:
        """Send an event; the status of the answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/",
            json.dumps(event).encode(),
            {"Content-Type": "application/json", **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as exc:
            return exc.code

    def wait(self, done: t.Callable[[], bool]) -> None:
        """Until something holds; fails with what the rulebook said if it never does."""
        end = time.monotonic() + LIMIT
        while not done():
            said = self.log.read_text(encoding="utf-8")
            assert self.process.poll() is None, said
            assert time.monotonic() < end, said
            time.sleep(0.5)

    def is_up(self) -> bool:
        """Whether it takes events."""
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def start(ansible: Ansible, tmp_path: Path) -> Iterator[t.Callable[..., Rulebook]]:
    running: list[Rulebook] = []
    scripts = str(Path(sys.executable).parent)
    sources = tmp_path / "sources"
    sources.mkdir()
    shutil.copy(SOURCE, sources / "amazon.aws.aws_sqs_queue.py")
    inventory = tmp_path / "inventory.yml"
    inventory.write_text("all:\n  hosts:\n    localhost:\n", encoding="utf-8")

    def started(name: str, variables: Mapping[str, t.Any]) -> Rulebook:
        port, log = free_port(), tmp_path / f"{name}.log"
        given = tmp_path / f"{name}-vars.yml"
        numbers = {"certops_queue": str(port), "certops_port": port, "certops_region": "us-east-1"}
        given.write_text(json.dumps({**numbers, **variables}), encoding="utf-8")
        command = [f"{scripts}/ansible-rulebook", "--rulebook", str(tmp_path / f"{name}.yml"), "--print-events"]
        command += ["--inventory", str(inventory), "--vars", str(given), "--source-dir", str(sources)]
        (tmp_path / f"{name}.yml").write_text(without_https(RULEBOOKS / f"{name}.yml"), encoding="utf-8")
        env = {**ansible.env, "PATH": f"{scripts}:{ansible.env['PATH']}"}
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT, cwd=tmp_path)
        running.append(Rulebook(process, port, log))
        running[-1].wait(running[-1].is_up)
        return running[-1]

    yield started
    for one in running:
        one.process.terminate()
        one.process.wait(60)


def without_https(path: Path) -> str:
    """The rulebook as it is, but for the files of its certificate, which this machine does not have."""
    books = yaml.safe_load(path.read_text(encoding="utf-8"))
    for book in books:
        for source in book["sources"]:
            for arguments in source.values():
                arguments.pop("certfile", None)
                arguments.pop("keyfile", None)
    return str(yaml.safe_dump(books, width=1000))


def expiring(arn: str, **detail: t.Any) -> dict[str, t.Any]:
    """https://docs.aws.amazon.com/acm/latest/userguide/supported-events.html"""
    return {
        "version": "0",
        "id": "9c95e8e4-96a4-ef3f-b739-b6aa5b193afb",
        "detail-type": "ACM Certificate Approaching Expiration",
        "source": "aws.acm",
        "account": "123456789012",
        "time": "2026-11-22T06:51:08Z",
        "region": "us-east-1",
        "resources": [arn],
        "detail": {"DaysToExpiry": 31, "CommonName": "example.com", **detail},
    }


def due_projects(life: Life, *names: str) -> dict[str, Path]:
    """Projects with certificates in ACM that need another one, since theirs lack a name; the documents by name."""
    found = {}
    for name in names:
        domain = {"project_domains": [f"{name}.example.com"], "project_certificate_store": "acm", "project_bind": []}
        life.play("create", project_name=name, project_emails=[], project_sns_topic="", **domain).succeeded()
        path = life.data / "certops" / "store" / f"{name}.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        document["definition"]["domains"] = sorted([f"www.{name}.example.com", f"{name}.example.com"])
        path.write_text(json.dumps(document), encoding="utf-8")
        found[name] = path
    return found


def certificate(path: Path) -> dict[str, t.Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))["certificate"])


@needs_rulebook
def test_an_event_of_acm_renews_the_project_of_its_certificate_and_nothing_in_it_is_a_template(
    ansible: Ansible, control: Control, start: t.Callable[..., Rulebook], tmp_path: Path
) -> None:
    seed.create_zone("example.com")
    projects = due_projects(Life(ansible, control, ansible.env, ansible.env), "shop", "blog")
    before = {name: certificate(path) for name, path in projects.items()}
    rulebook = start("aws_events_cli", {})
    hostile = "{{ lookup('ansible.builtin.pipe', 'touch " + str(tmp_path / "executed") + "') }}"
    for arn in (hostile, f"{before['blog']['arn']}{hostile}", ["no", "text"], "x" * 5000):
        assert rulebook.post(expiring(t.cast("str", arn))) == 200
    assert rulebook.post({**expiring(before["blog"]["arn"]), "source": "example.com"}) == 200
    assert rulebook.post(expiring(before["shop"]["arn"], CommonName=hostile, DaysToExpiry=hostile)) == 200
    rulebook.wait(lambda: certificate(projects["shop"])["serial"] != before["shop"]["serial"])
    assert certificate(projects["blog"]) == before["blog"]
    assert len(control.issued()) == 3
    assert not (tmp_path / "executed").exists()


@needs_rulebook
def test_a_request_has_to_be_signed_and_to_name_a_project(
    ansible: Ansible, control: Control, start: t.Callable[..., Rulebook], tmp_path: Path
) -> None:
    seed.create_zone("example.com")
    projects = due_projects(Life(ansible, control, ansible.env, ansible.env), "shop")
    before = certificate(projects["shop"])
    rulebook = start("requests_cli", {"certops_secret": "0123456789abcdef"})

    def ask(secret: str, project: str) -> int:
        wanted = {"action": "renew", "project": project}
        signature = hmac.new(secret.encode(), json.dumps(wanted).encode(), hashlib.sha256).hexdigest()
        return rulebook.post(wanted, {"X-Hub-Signature-256": f"sha256={signature}"})

    assert ask("another secret", "shop") == 401
    hostile = "{{ lookup('ansible.builtin.pipe', 'touch " + str(tmp_path / "executed") + "') }}"
    for name in (hostile, "shop; touch executed", "../shop", "shop\n"):
        assert ask("0123456789abcdef", name) == 200
    assert ask("0123456789abcdef", "shop") == 200
    rulebook.wait(lambda: certificate(projects["shop"])["serial"] != before["serial"])
    assert not list(tmp_path.rglob("executed"))


def alert(name: str, status: str = "firing", **labels: str) -> dict[str, t.Any]:
    """https://prometheus.io/docs/alerting/latest/configuration/#webhook_config"""
    common = {"alertname": name, **labels}
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{name}"}}',
        "status": status,
        "receiver": "certops",
        "groupLabels": common,
        "commonLabels": common,
        "commonAnnotations": {},
        "externalURL": "https://alertmanager.example.com",
        "alerts": [{"status": status, "labels": common, "annotations": {}, "startsAt": "2026-11-22T06:51:08Z"}],
    }


@needs_rulebook
def test_an_alert_renews_its_project_alone_and_one_of_a_ca_renews_all_that_are_due(
    ansible: Ansible, control: Control, start: t.Callable[..., Rulebook], tmp_path: Path
) -> None:
    seed.create_zone("example.com")
    projects = due_projects(Life(ansible, control, ansible.env, ansible.env), "shop", "blog")
    before = {name: certificate(path)["serial"] for name, path in projects.items()}
    rulebook = start("alerts_cli", {"certops_token": "the-token"})
    token = {"Authorization": "Bearer the-token"}
    hostile = "{{ lookup('ansible.builtin.pipe', 'touch " + str(tmp_path / "executed") + "') }}"
    assert rulebook.post(alert("CertopsRenewalOverdue", project="blog")) == 401
    for name in (hostile, "blog; touch executed", "../blog", "blog\n"):
        assert rulebook.post(alert("CertopsRenewalOverdue", project=name), token) == 200
    assert rulebook.post(alert("CertopsRenewalOverdue", "resolved", project="blog"), token) == 200
    assert rulebook.post(alert("CertopsRenewalsFailing", project="shop"), token) == 200
    rulebook.wait(lambda: certificate(projects["shop"])["serial"] != before["shop"])
    assert certificate(projects["blog"])["serial"] == before["blog"]
    assert rulebook.post(alert("CertopsCaIncident", project=hostile), token) == 200
    rulebook.wait(lambda: certificate(projects["blog"])["serial"] != before["blog"])
    assert len(control.issued()) == 4
    assert not list(tmp_path.rglob("executed"))


NAMES = sorted(path.stem for path in RULEBOOKS.glob("*.yml") if not path.stem.endswith("_cli"))


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_of_a_rulebook_differ_in_what_runs_the_playbook_alone(name: str) -> None:
    assert len(NAMES) == 3
    (controller,) = yaml.safe_load((RULEBOOKS / f"{name}.yml").read_text(encoding="utf-8"))
    (terminal,) = yaml.safe_load((RULEBOOKS / f"{name}_cli.yml").read_text(encoding="utf-8"))
    for here, there in zip(controller["rules"], terminal["rules"], strict=True):
        asked, played = here.pop("action"), there.pop("action")
        if "run_playbook" in played:
            playbook = played["run_playbook"]["name"].rpartition(".")[2]
            assert asked["run_job_template"]["name"] == f"certops {playbook}"
            given = dict(played["run_playbook"].get("extra_vars") or {})
            told = dict(asked["run_job_template"].get("job_args") or {})
            # The inventory of the controller has a host for each project.
            assert told.pop("limit", None) == given.pop("project_name", None)
            assert told.pop("extra_vars", {}) == given
            assert told == {}
    assert controller == terminal


@pytest.mark.parametrize("name", NAMES)
def test_the_controller_has_the_templates_that_the_rulebooks_start(name: str) -> None:
    known = {template.key: template for template in templates.JOB_TEMPLATES}
    workflows = {f"certops {workflow.key.replace('_', ' ')}" for workflow in templates.WORKFLOWS}
    (book,) = yaml.safe_load((RULEBOOKS / f"{name}.yml").read_text(encoding="utf-8"))
    for rule in book["rules"]:
        ((kind, action),) = rule["action"].items()
        assert action["include_events"] is False
        if kind == "run_workflow_template":
            assert action["name"] in workflows
        else:
            template = known[action["name"].removeprefix("certops ")]
            told = dict(action.get("job_args") or {})
            # What a template does not ask for, the controller drops.
            asked = {question.variable for question in surveys.QUESTIONS.get(template.survey, ())}
            assert set(told.pop("extra_vars", {})) <= asked
            assert set(told) <= ({"limit"} if template.asks_limit else set())


@pytest.mark.parametrize("path", sorted(RULEBOOKS.glob("*.yml")), ids=lambda path: path.stem)
def test_what_an_event_gives_to_a_playbook_was_matched_against_a_pattern(path: Path) -> None:
    (book,) = yaml.safe_load(path.read_text(encoding="utf-8"))
    for rule in book["rules"]:
        action = json.dumps(rule["action"])
        for expression in [part.split("}}")[0].strip() for part in action.split("{{")[1:]]:
            if expression.startswith("event"):
                assert f'{expression} is match("^' in rule["condition"]
                pattern = rule["condition"].partition(f'{expression} is match("')[2].partition('")')[0]
                assert pattern.endswith("$")
                assert "." not in pattern.replace("\\.", "")
