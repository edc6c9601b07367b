# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook adopt: a whole deployment and a host are taken over by one command each, and a second time changes
nothing."""

from __future__ import annotations

import base64
import json
import threading
import typing as t
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from acme import errors
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import open as stores
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from e2e.adoption.conftest import uploaded
from playbook_runs.runs import Ansible, Run
from sandbox import client_files, seed, seed_targets, ssl_plugin
from sandbox.ca.authority import Pair
from sandbox.client_files import CertbotHome
from sandbox.control import Control
from sandbox.plain_client import PlainClient
from sandbox.process import SandboxProcess
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


def by_a_hook(pair: Pair, chain: str, names: t.Sequence[str]) -> tuple[str, str]:
    """What a deploy hook did: the certificate in IAM, and a distribution that uses it."""
    made = uploaded(pair, chain)
    return made, seed.create_distribution(names, made)


def variables_of(certbot: CertbotHome, theirs: str, **more: t.Any) -> dict[str, t.Any]:
    return {"adopt_from": "certbot", "adopt_paths": [str(certbot.root)], "adopt_names": {theirs: "web"}, **more}


@pytest.mark.slow
def test_five_projects_and_a_host_are_adopted_by_two_commands_each_is_renewed_and_nothing_is_ever_unserved(
    ansible: Ansible, plugin: SslPlugin, certbot: CertbotHome, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssl_plugin, "BACKDATED", timedelta(days=40))
    monkeypatch.setattr(client_files, "BACKDATED", timedelta(days=70))
    seed.create_zone("example.com")
    projects = five(plugin)
    server = ansible.env["CERTOPS_ACME_DIRECTORY"]
    pair = certbot.lineage("host.example.com", ["host.example.com"], server=server)
    _id, distribution = by_a_hook(pair, certbot.authority.issuer.certificate_pem, ["host.example.com"])
    before = in_service([distribution, *(one for project in projects for one in project.distributions)])
    host = variables_of(certbot, "host.example.com", adopt_emails="ops@example.com")
    commands: list[tuple[str, dict[str, t.Any]]] = [("adopt", {"adopt_from": "ssl_plugin"}), ("adopt", host)]
    names = [*(one.name for one in projects), "web"]
    control.clear_calls()
    with Watch([*before]) as watch:
        for playbook, variables in commands:
            ansible.playbook(playbook, variables).succeeded()
        assert (control.counts()["UpdateDistribution"], in_service(before)) == (0, before)
        # the interval of 30 days is over, and two thirds of what certbot has
        ansible.playbook("renew", {}).succeeded()
    assert (watch.unserved, watch.looks > 1) == ([], True)
    after = in_service(before)
    assert not set(after.values()) & set(before.values())
    assert {document(ansible, name)["certificate"]["id"] for name in names} == set(after.values())
    assert len(control.issued()) == len(names)
    assert not [call for call in control.calls("iam", "DeleteServerCertificate") if call["error"]]
    for playbook, variables in [*commands, ("renew", {})]:
        control.clear_calls()
        again = ansible.playbook(playbook, variables).succeeded()
        assert (again.changed, writes(control)) == (0, []), again.output
    assert not any(plugin.timer(project) for project in projects)
    assert "autorenew = False" in (certbot.root / "renewal/host.example.com.conf").read_text(encoding="utf-8")
    control.confirm("ops@example.com")
    doctor = ansible.playbook("doctor", {})
    assert [name for name in names if f"{name} is healthy" not in doctor.output] == [], doctor.output


def test_a_certbot_host_is_taken_over_by_one_command(ansible: Ansible, certbot: CertbotHome, control: Control) -> None:
    pair = certbot.lineage("example.com", ["example.com", "www.example.com"])
    hooked, distribution = by_a_hook(pair, certbot.authority.issuer.certificate_pem, ["example.com"])
    variables = variables_of(certbot, "example.com")
    shown = adopted(ansible, "--check", **variables).succeeded()
    assert "autorenew" not in (certbot.root / "renewal/example.com.conf").read_text(encoding="utf-8")
    assert "PRIVATE KEY" not in shown.output
    done = adopted(ansible, **variables).succeeded()
    assert "PRIVATE KEY" not in done.output
    assert "autorenew = False" in (certbot.root / "renewal/example.com.conf").read_text(encoding="utf-8")
    found = document(ansible, "web")
    assert found["adoption"]["phase"] == "done"
    assert found["certificate"]["archive_uri"] is not None
    assert in_service([distribution]) == {distribution: hooked}
    control.clear_calls()
    assert adopted(ansible, **variables).succeeded().changed == 0
    assert writes(control) == []
    adopted(ansible, adopt_state="absent", **variables).succeeded()
    assert "autorenew" not in (certbot.root / "renewal/example.com.conf").read_text(encoding="utf-8")
    assert not (Path(ansible.env["XDG_DATA_HOME"]) / "certops/store/web.json").exists()


def test_a_host_that_cannot_be_read_fails_with_the_reason_and_nothing_is_written(
    ansible: Ansible, certbot: CertbotHome, control: Control
) -> None:
    certbot.lineage("example.com", ["example.com"])
    control.clear_calls()
    run = adopted(ansible, **{**variables_of(certbot, "example.com"), "adopt_paths": ["letsencrypt"]})
    run.failed()
    assert "cannot be read: paths: 'letsencrypt' is not an absolute path" in " ".join(run.output.split())
    assert writes(control) == []


def test_the_way_back_is_one_command_too(ansible: Ansible, plugin: SslPlugin) -> None:
    project = plugin.project("WebApp", ["example.com"])
    before = plugin.certificates(project)[0]["Arn"]
    adopted(ansible, adopt_from="ssl_plugin").succeeded()
    assert plugin.certificates(project) == []
    adopted(ansible, adopt_from="ssl_plugin", adopt_state="absent").succeeded()
    assert [one["Arn"] for one in plugin.certificates(project)] == [before]
    assert plugin.timer(project)


def test_after_a_renewal_the_way_back_takes_force_and_the_old_tool_takes_over_from_ours(
    ansible: Ansible, plugin: SslPlugin
) -> None:
    seed.create_zone("example.com")
    project = plugin.project("WebApp", ["example.com"])
    adopted(ansible, adopt_from="ssl_plugin").succeeded()
    ansible.playbook("reissue", {"projects": ["WebApp"]}).succeeded()
    ours = document(ansible, "WebApp")["certificate"]["id"]
    refused = adopted(ansible, adopt_from="ssl_plugin", adopt_state="absent", adopt_projects="WebApp")
    assert "has been renewed since its adoption" in refused.failed().output
    back = {"adopt_from": "ssl_plugin", "adopt_state": "absent", "adopt_projects": "WebApp", "adopt_force": True}
    ansible.playbook("adopt", back).succeeded()
    assert [one["ServerCertificateId"] for one in plugin.certificates(project)] == [ours]
    assert set(in_service(project.distributions).values()) == {ours}
    assert plugin.timer(project)
    newest = plugin.certificates(project)[-1]["ServerCertificateId"]
    assert set(in_service(project.distributions).values()) == {newest} != {ours}


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


@pytest.mark.parametrize("source", ["ssl_plugin", "iam", "certbot"])
def test_a_name_that_belongs_to_nothing_fails_before_anything_is_written_and_names_what_exists(
    ansible: Ansible, plugin: SslPlugin, certbot: CertbotHome, control: Control, source: str
) -> None:
    plugin.project("WebApp", ["example.com"])
    pair = certbot.lineage("example.org", ["example.org"])
    variables: dict[str, t.Any] = {"adopt_from": source}
    if source == "certbot":
        variables["adopt_paths"] = [str(certbot.root)]
    else:
        by_a_hook(pair, certbot.authority.issuer.certificate_pem, ["example.org"])
    exists = {"ssl_plugin": "WebApp", "iam": "example-org", "certbot": "example.org"}[source]
    control.clear_calls()
    run = adopted(ansible, adopt_projects=[exists, "WebAp"], **variables)
    run.failed()
    assert f"nothing is called 'WebAp'; there are {exists}" in run.output
    assert writes(control) == []
    assert "autorenew" not in (certbot.root / "renewal/example.org.conf").read_text(encoding="utf-8")
    adopted(ansible, adopt_projects=[exists], **variables).succeeded()
    again = adopted(ansible, adopt_projects=[exists], **variables).succeeded()
    assert again.changed == 0, again.output


@pytest.mark.parametrize("kind", ["application", "classic"])
def test_what_a_load_balancer_uses_keeps_its_path_and_is_rebound_by_the_first_renewal(
    ansible: Ansible, plugin: SslPlugin, control: Control, kind: str
) -> None:
    seed.create_zone("example.com")
    made = plugin.project("WebApp", ["example.com"])
    arn = plugin.certificates(made)[0]["Arn"]
    make = seed_targets.create_classic_listener if kind == "classic" else seed_targets.create_listener
    listener = make("web", arn if kind == "classic" else [arn])  # type: ignore[operator]
    shown = adopted(ansible, "--check", adopt_from="ssl_plugin").succeeded()
    assert f"{listener} of load balancers use {plugin.certificates(made)[0]['ServerCertificateName']}" in shown.output
    assert "project_targets: ['cloudfront', 'elb']" in shown.output
    adopted(ansible, adopt_from="ssl_plugin").succeeded()
    assert [one["Arn"] for one in plugin.certificates(made)] == [arn]
    again = adopted(ansible, adopt_from="ssl_plugin").succeeded()
    assert (again.changed, "delete it" in again.output) == (0, False), again.output
    assert ansible.playbook("renew", {}, "--check").succeeded().changed == 0
    ansible.playbook("reissue", {"projects": ["WebApp"]}).succeeded()
    new = document(ansible, "WebApp")["certificate"]
    assert set(in_service(made.distributions).values()) == {new["id"]}
    assert served_by(listener) == new["arn"]


def served_by(listener: str) -> str:
    """The certificate that a listener serves by default."""
    if not listener.startswith("arn:"):
        described = seed.client("elb").describe_load_balancers()["LoadBalancerDescriptions"][0]["ListenerDescriptions"]
        return str(described[0]["Listener"]["SSLCertificateId"])
    found = seed.client("elbv2").describe_listeners(ListenerArns=[listener])["Listeners"][0]
    return str(found["Certificates"][0]["CertificateArn"])


def test_the_way_back_of_what_did_not_move_is_open_until_a_renewal(ansible: Ansible, plugin: SslPlugin) -> None:
    made = plugin.project("WebApp", ["example.com"])
    before = plugin.certificates(made)[0]["Arn"]
    adopted(ansible, adopt_from="ssl_plugin", adopt_move=False).succeeded()
    again = adopted(ansible, adopt_from="ssl_plugin", adopt_move=False).succeeded()
    assert "delete it" not in again.output
    adopted(ansible, adopt_from="ssl_plugin", adopt_state="absent").succeeded()
    assert [one["Arn"] for one in plugin.certificates(made)] == [before]
    assert plugin.timer(made)


def test_a_project_is_asked_for_by_the_name_of_its_stack_too(ansible: Ansible, plugin: SslPlugin) -> None:
    plugin.project("WebApp", ["example.com"])
    plugin.project("Other", ["example.org"])
    adopted(ansible, adopt_from="ssl_plugin", adopt_projects="WebApp-CertBot").succeeded()
    store = Path(ansible.env["XDG_DATA_HOME"]) / "certops/store"
    assert [one.name for one in store.glob("*.json")] == ["WebApp.json"]


def test_a_certificate_whose_key_nobody_has_outlives_its_first_renewal_in_iam(
    ansible: Ansible, plugin: SslPlugin, control: Control
) -> None:
    seed.create_zone("example.com")
    bare = plugin.project("bare", ["bare.example.com"])
    for one in seed.client("s3").list_objects_v2(Bucket=bare.bucket, Prefix="bare/")["Contents"]:
        seed.client("s3").delete_object(Bucket=bare.bucket, Key=one["Key"])
    before = in_service(bare.distributions)
    shown = adopted(ansible, "--check", adopt_from="ssl_plugin").succeeded()
    assert "project_keep_previous: 1" in shown.output
    adopted(ansible, adopt_from="ssl_plugin").succeeded()
    ansible.playbook("reissue", {"projects": ["bare"]}).succeeded()
    assert in_service(bare.distributions) != before
    ansible.playbook("rollback", {"projects": ["bare"]}).succeeded()
    assert in_service(bare.distributions) == before
    assert control.counts()["DeleteServerCertificate"] == 0


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


def test_of_both_topics_the_new_one_asks_and_the_old_one_stays(
    ansible: Ansible, plugin: SslPlugin, control: Control
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    done = adopted(ansible, adopt_from="ssl_plugin", adopt_topic="both").succeeded()
    assert "unconfirmed: ops@example.com;" in done.output
    sns = seed.client("sns")
    arns = {one["TopicArn"] for one in sns.list_topics()["Topics"]}
    new = next(arn for arn in arns if arn.endswith(":certops-WebApp"))
    assert arns == {made.topic, new}
    states = {arn: sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"][0]["SubscriptionArn"] for arn in arns}
    assert (states[made.topic].startswith("arn:"), states[new]) == (True, "PendingConfirmation")
    assert document(ansible, "WebApp")["definition"]["sns_topic"] == "certops-WebApp"
    control.confirm("ops@example.com", new)
    again = adopted(ansible, adopt_from="ssl_plugin", adopt_topic="both").succeeded()
    assert (again.changed, "unconfirmed" in again.output) == (0, False)


def published(control: Control) -> list[str]:
    """The topics that were published to, by the end of their ARNs."""
    return sorted(str(call["params"]["TopicArn"]).rpartition(":")[2] for call in control.calls("sns", "Publish"))


@pytest.mark.parametrize("topic", ["new", "both"])
def test_with_both_topics_the_old_one_gets_notices_until_the_new_one_is_confirmed(
    ansible: Ansible, plugin: SslPlugin, control: Control, topic: str
) -> None:
    seed.create_zone("example.com")
    made = plugin.project("WebApp", ["example.com"])
    adopted(ansible, adopt_from="ssl_plugin", adopt_topic=topic).succeeded()
    old = [made.topic.rpartition(":")[2]] if topic == "both" else []
    assert document(ansible, "WebApp")["adoption"]["also_notified"] == (made.topic if old else None)
    control.clear_calls()
    ansible.playbook("reissue", {"projects": ["WebApp"]}).succeeded()
    assert published(control) == sorted(["certops-WebApp", *old])
    control.confirm("ops@example.com", made.topic.replace(made.topic.rpartition(":")[2], "certops-WebApp"))
    control.clear_calls()
    ansible.playbook("reissue", {"projects": ["WebApp"]}).succeeded()
    assert published(control) == ["certops-WebApp"]


def test_the_region_of_the_old_tool_may_be_another_one(
    ansible: Ansible, sandbox: SandboxProcess, control: Control
) -> None:
    elsewhere = SslPlugin({**sandbox.env(), "AWS_REGION": "us-west-2"}, control)
    made = elsewhere.project("WebApp", ["example.com"])
    before = in_service(made.distributions)
    assert "Nothing was found" in adopted(ansible, adopt_from="ssl_plugin").succeeded().output
    adopted(ansible, adopt_from="ssl_plugin", adopt_region="us-west-2").succeeded()
    found = document(ansible, "WebApp")["adoption"]
    assert (found["phase"], found["region"], found["former"]["region"]) == ("done", "us-west-2", "us-west-2")
    assert (in_service(before), elsewhere.certificates(made), elsewhere.timer(made)) == (before, [], False)
    control.clear_calls()
    again = adopted(ansible, adopt_from="ssl_plugin", adopt_region="us-west-2").succeeded()
    assert (again.changed, writes(control)) == (0, [])
    adopted(ansible, adopt_from="ssl_plugin", adopt_region="us-west-2", adopt_state="absent").succeeded()
    assert len(elsewhere.certificates(made)) == 1
    assert elsewhere.timer(made)


OTHER_KEY, OTHER_ACCOUNT = "AKIAOTHERACCOUNT0001", "222222222222"


def test_with_the_credentials_of_another_account_nothing_is_written(
    ansible: Ansible, plugin: SslPlugin, sandbox: SandboxProcess, control: Control
) -> None:
    """A project that is adopted here, one whose adoption is unfinished, and their namesakes in another account."""
    control.account(OTHER_KEY, OTHER_ACCOUNT)
    theirs = SslPlugin({**sandbox.env(), "AWS_ACCESS_KEY_ID": OTHER_KEY}, control, account=OTHER_ACCOUNT)
    for deployment, domain in ((plugin, "example.com"), (theirs, "example.org")):
        deployment.project("whole", [f"whole.{domain}"])
        deployment.project("begun", [f"begun.{domain}"])
    adopted(ansible, adopt_from="ssl_plugin", adopt_projects="whole").succeeded()
    control.fault("events", "DisableRule", "access_denied")
    adopted(ansible, adopt_from="ssl_plugin", adopt_projects="begun").failed()
    control.clear_faults()
    documents = {name: document(ansible, name) for name in ("whole", "begun")}
    control.clear_calls()
    env = {"AWS_ACCESS_KEY_ID": OTHER_KEY}
    for more in ({}, {"adopt_state": "absent"}):
        run = ansible.playbook("adopt", {"adopt_from": "ssl_plugin", "adopt_projects": "*", **more}, env=env)
        run.failed()
        assert "belongs to AWS account 123456789012" in run.output
    assert writes(control) == []
    assert {name: document(ansible, name) for name in documents} == documents
    adopted(ansible, adopt_from="ssl_plugin").succeeded()
    assert document(ansible, "begun")["adoption"]["phase"] == "done"


def test_the_first_renewal_of_a_lineage_uses_the_account_of_certbot_and_says_what_it_replaces(
    ansible: Ansible, certbot: CertbotHome, sandbox: SandboxProcess, control: Control
) -> None:
    names, server = ["example.com", "www.example.com"], sandbox.env()["CERTOPS_ACME_DIRECTORY"]
    zone = seed.create_zone("example.com")
    client = PlainClient(sandbox.env())
    client.register()
    url = client.acme.net.account.uri
    issued = client.issue(names, zone)
    certbot.lineage("example.com", names, server=server)
    pair = Pair(
        x509.load_pem_x509_certificate(issued.leaf.encode()),
        serialization.load_pem_private_key(issued.key.encode(), None),  # type: ignore[arg-type]
    )
    certbot.keep("example.com", 1, pair, issued.chain)
    client_files.certbot_account(certbot.root, server, "0123456789abcdef0123456789abcdef", client.key.json_dumps(), url)
    hooked, distribution = by_a_hook(pair, issued.chain, names)
    adopted(ansible, **variables_of(certbot, "example.com")).succeeded()
    assert ansible.playbook("renew", {}, "--check").succeeded().changed == 0
    control.set(acme_renewal_due=True)
    ansible.playbook("renew", {}).succeeded()
    control.set(acme_renewal_due=False)
    found = document(ansible, "web")
    assert in_service([distribution]) == {distribution: found["certificate"]["id"]}
    assert found["certificate"]["id"] != hooked
    manifest = bundles.read(
        found["certificate"]["archive_uri"], lambda one: stores.archived(one, lambda: None)
    ).manifest
    assert manifest is not None
    assert manifest.account_url == url
    # the CA has noted which certificate the order replaced, which it allows that account alone, and once
    with pytest.raises(errors.ConflictError):
        client.replace(names, _cert_id(issued.leaf))


def _cert_id(leaf: str) -> str:
    """The name of a certificate in renewal information (RFC 9773, section 4.1)."""
    certificate = x509.load_pem_x509_certificate(leaf.encode())
    authority = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    serial = certificate.serial_number
    parts = (authority or b"", serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
