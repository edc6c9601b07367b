# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook adopt: a whole deployment and a host are taken over by one command each, and a second time changes
nothing."""

from __future__ import annotations

import json
import threading
import typing as t
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playbook_runs.runs import Ansible, Run
from sandbox import seed, ssl_plugin
from sandbox.client_files import CertbotHome
from sandbox.control import Control
from sandbox.ssl_plugin import PluginProject, SslPlugin

WRITES = ("Put", "Update", "Disable", "Enable", "Tag", "Untag", "Upload", "Delete", "Subscribe", "Create")


def document(ansible: Ansible, name: str) -> dict[str, t.Any]:
    file = Path(ansible.env["XDG_DATA_HOME"]) / "certops/store" / f"{name}.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def in_service(distributions: t.Iterable[str]) -> dict[str, str]:
    cloudfront = seed.client("cloudfront")
    configs = {one: cloudfront.get_distribution_config(Id=one)["DistributionConfig"] for one in distributions}
    return {one: config["ViewerCertificate"]["IAMCertificateId"] for one, config in configs.items()}


def five(plugin: SslPlugin) -> list[PluginProject]:
    """One failing, one with two certificates, one without a bundle, one on three distributions, one of other names."""
    failing = plugin.project("failing", ["failing.example.com"])
    plugin.note(failing, "An error occurred (AccessDenied)")
    double = plugin.project("double", ["double.example.com"])
    plugin._upload(double, "double-2030-01-01-0000", plugin.authority.certificate(double.domains))
    bare = plugin.project("bare", ["bare.example.com"])
    for one in seed.client("s3").list_objects_v2(Bucket=bare.bucket, Prefix="bare/")["Contents"]:
        seed.client("s3").delete_object(Bucket=bare.bucket, Key=one["Key"])
    names = ["a.three.example.com", "b.three.example.com", "c.three.example.com"]
    three = plugin.project("three", names, aliases=[[name] for name in names])
    other = plugin.project("other", ["now.example.com"])
    environment = {"DOMAINS_LIST": "later.example.com", "CERTBOT_BUCKET": other.bucket, "DYNAMODB_TABLE": other.table}
    environment["TOPIC_ARN"] = other.topic
    plugin.control.function(plugin.region, other.function, environment=environment)
    return [failing, double, bare, three, other]


def adopted(ansible: Ansible, *arguments: str, **variables: t.Any) -> Run:
    return ansible.playbook("adopt", variables, *arguments)


def writes(control: Control) -> list[str]:
    return [name for name in control.counts() if name.startswith(WRITES)]


def test_a_whole_deployment_is_taken_over_by_one_command(ansible: Ansible, plugin: SslPlugin, control: Control) -> None:
    zone = seed.create_zone("example.com")
    projects = five(plugin)
    before = in_service(one for project in projects for one in project.distributions)
    control.clear_calls()
    shown = adopted(ansible, "--check", "--diff", adopt_from="ssl_plugin").succeeded()
    assert writes(control) == []
    assert "certificate_projects:" in shown.output
    assert "would run next" in shown.output
    done = adopted(ansible, adopt_from="ssl_plugin").succeeded()
    assert control.counts()["UpdateDistribution"] == 0
    assert in_service(before) == before
    for project in projects:
        assert document(ansible, project.name)["adoption"]["phase"] == "done", done.output
        assert not plugin.timer(project)
        assert not plugin.reissue(project)
    control.clear_calls()
    again = adopted(ansible, adopt_from="ssl_plugin").succeeded()
    assert (again.changed, writes(control)) == (0, [])
    need = ansible.playbook("renew", {}, "--check").succeeded()
    assert need.changed == 0, need.output
    assert control.issued() == []
    # the first renewal of each rebinds by the ID of the old certificate
    ansible.playbook("reissue", {"projects": [one.name for one in projects]}).succeeded()
    after = in_service(before)
    assert not set(after.values()) & set(before.values())
    assert len(control.issued()) == len(projects)
    assert {document(ansible, one.name)["certificate"]["id"] for one in projects} == set(after.values())
    assert zone


@dataclass
class Watch:
    """Looks again and again whether every distribution has a certificate that IAM has."""

    distributions: t.Sequence[str]
    over: threading.Event = field(default_factory=threading.Event)
    looks: int = 0
    unserved: list[str] = field(default_factory=list)

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.over.set()
        self._thread.join()

    def _look(self) -> None:
        iam = seed.client("iam")
        while not self.over.wait(0.5):
            used = in_service(self.distributions)
            listed = iam.list_server_certificates(PathPrefix="/cloudfront/")["ServerCertificateMetadataList"]
            there = {one["ServerCertificateId"] for one in listed}
            # one that was replaced between the two looks is asked for again
            missing = [one for one, used_id in used.items() if used_id not in there]
            self.unserved += [one for one in missing if in_service([one])[one] == used[one]]
            self.looks += 1


@pytest.mark.slow
def test_the_first_renewal_that_is_due_rebinds_each_and_nothing_is_ever_unserved(
    ansible: Ansible, plugin: SslPlugin, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssl_plugin, "BACKDATED", timedelta(days=40))
    seed.create_zone("example.com")
    projects = five(plugin)
    before = in_service(one for project in projects for one in project.distributions)
    control.clear_calls()
    with Watch([*before]) as watch:
        adopted(ansible, adopt_from="ssl_plugin").succeeded()
        assert (control.counts()["UpdateDistribution"], in_service(before)) == (0, before)
        # their interval of 30 days is over
        ansible.playbook("renew", {}).succeeded()
    assert (watch.unserved, watch.looks > 1) == ([], True)
    after = in_service(before)
    assert not set(after.values()) & set(before.values())
    assert {document(ansible, one.name)["certificate"]["id"] for one in projects} == set(after.values())
    assert len(control.issued()) == len(projects)
    assert not [call for call in control.calls("iam", "DeleteServerCertificate") if call["error"]]
    for playbook, variables in (("adopt", {"adopt_from": "ssl_plugin"}), ("renew", {})):
        control.clear_calls()
        again = ansible.playbook(playbook, variables).succeeded()
        assert (again.changed, writes(control)) == (0, []), again.output
    assert not any(plugin.timer(project) for project in projects)
    control.confirm("ops@example.com")
    doctor = ansible.playbook("doctor", {})
    assert [f"{one.name} is healthy" in doctor.output for one in projects] == [True] * len(projects), doctor.output


def test_a_certbot_host_is_taken_over_by_one_command(ansible: Ansible, certbot: CertbotHome, control: Control) -> None:
    pair = certbot.lineage("example.com", ["example.com", "www.example.com"])
    answer = seed.client("iam").upload_server_certificate(
        ServerCertificateName="by-a-hook",
        Path="/cloudfront/",
        CertificateBody=pair.certificate_pem,
        PrivateKey=pair.key_pem,
        CertificateChain=certbot.authority.issuer.certificate_pem,
    )["ServerCertificateMetadata"]
    distribution = seed.create_distribution(["example.com"], answer["ServerCertificateId"])
    variables = {"adopt_from": "certbot", "adopt_paths": [str(certbot.root)], "adopt_names": {"example.com": "web"}}
    shown = adopted(ansible, "--check", **variables).succeeded()
    assert "autorenew" not in (certbot.root / "renewal/example.com.conf").read_text(encoding="utf-8")
    assert "PRIVATE KEY" not in shown.output
    done = adopted(ansible, **variables).succeeded()
    assert "PRIVATE KEY" not in done.output
    assert "autorenew = False" in (certbot.root / "renewal/example.com.conf").read_text(encoding="utf-8")
    found = document(ansible, "web")
    assert found["adoption"]["phase"] == "done"
    assert found["certificate"]["archive_uri"] is not None
    assert in_service([distribution]) == {distribution: answer["ServerCertificateId"]}
    control.clear_calls()
    assert adopted(ansible, **variables).succeeded().changed == 0
    assert writes(control) == []
    adopted(ansible, adopt_state="absent", **variables).succeeded()
    assert "autorenew" not in (certbot.root / "renewal/example.com.conf").read_text(encoding="utf-8")
    assert not (Path(ansible.env["XDG_DATA_HOME"]) / "certops/store/web.json").exists()


def test_the_way_back_is_one_command_too(ansible: Ansible, plugin: SslPlugin) -> None:
    project = plugin.project("WebApp", ["example.com"])
    before = plugin.certificates(project)[0]["Arn"]
    adopted(ansible, adopt_from="ssl_plugin").succeeded()
    assert plugin.certificates(project) == []
    adopted(ansible, adopt_from="ssl_plugin", adopt_state="absent").succeeded()
    assert [one["Arn"] for one in plugin.certificates(project)] == [before]
    assert plugin.timer(project)


def test_one_that_fails_is_started_again_and_the_others_are_adopted(
    ansible: Ansible, plugin: SslPlugin, control: Control
) -> None:
    first, second = plugin.project("first", ["a.example.com"]), plugin.project("second", ["b.example.com"])
    control.fault("iam", "UpdateServerCertificate", "access_denied", count=1)
    run = adopted(ansible, adopt_from="ssl_plugin")
    run.failed()
    assert "in service as before" in run.output
    states = {one.name: plugin.timer(one) for one in (first, second)}
    assert sorted(states.values()) == [False, True]


def test_a_refused_project_that_was_named_fails_the_run(ansible: Ansible, plugin: SslPlugin) -> None:
    plugin.project("accounts", ["a.example.com"])
    adopted(ansible, adopt_from="ssl_plugin").succeeded()
    run = adopted(ansible, adopt_from="ssl_plugin", adopt_projects="accounts")
    run.failed()
    assert "adopt_names" in run.output


def test_a_project_without_its_key_is_converged_and_says_so_when_its_certificate_is_gone(
    ansible: Ansible, plugin: SslPlugin, control: Control
) -> None:
    bare = plugin.project("bare", ["bare.example.com"])
    for one in seed.client("s3").list_objects_v2(Bucket=bare.bucket, Prefix="bare/")["Contents"]:
        seed.client("s3").delete_object(Bucket=bare.bucket, Key=one["Key"])
    adopted(ansible, adopt_from="ssl_plugin").succeeded()
    before = in_service(bare.distributions)
    variables = {"project_name": "bare", "project_domains": ["bare.example.com"], "project_emails": ["new@example.com"]}
    ansible.playbook("create", variables).succeeded()
    assert in_service(bare.distributions) == before
    assert control.issued() == []
    assert document(ansible, "bare")["definition"]["emails"] == ["new@example.com"]


def test_a_project_that_stays_where_it_was_needs_nothing(ansible: Ansible, plugin: SslPlugin, control: Control) -> None:
    made = plugin.project("WebApp", ["example.com"])
    before = plugin.certificates(made)[0]["Arn"]
    adopted(ansible, adopt_from="ssl_plugin", adopt_move=False).succeeded()
    assert [one["Arn"] for one in plugin.certificates(made)] == [before]
    assert ansible.playbook("renew", {}, "--check").succeeded().changed == 0
    control.clear_calls()
    variables = {"project_name": "WebApp", "project_domains": ["example.com"], "project_emails": ["new@example.com"]}
    ansible.playbook("create", variables).succeeded()
    assert control.counts()["UploadServerCertificate"] == 0


def test_the_doctor_finds_an_adopted_project_well_and_names_one_that_is_unfinished(
    ansible: Ansible, plugin: SslPlugin, control: Control
) -> None:
    seed.create_zone("example.com")
    plugin.project("WebApp", ["example.com"])
    adopted(ansible, adopt_from="ssl_plugin").succeeded()
    control.confirm("ops@example.com")
    assert "WebApp is healthy" in ansible.playbook("doctor", {}).succeeded().output
    plugin.project("Other", ["other.example.com"])
    control.fault("events", "DisableRule", "access_denied")
    adopted(ansible, adopt_from="ssl_plugin").failed()
    control.clear_faults()
    assert "ADOPTION_UNFINISHED" in ansible.playbook("doctor", {}).failed().output
    adopted(ansible, adopt_from="ssl_plugin").succeeded()
    assert "ADOPTION_UNFINISHED" not in ansible.playbook("doctor", {}).output
