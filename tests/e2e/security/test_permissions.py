# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of docs/iam suffice, and allow nothing that is not used: everything here runs while IAM is enforced."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.session import Session
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import open as stores
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import (
    acm_cert,
    acm_cert_cleanup,
    acm_cert_info,
    acm_cert_request,
    acme_route53_cleanup,
    acme_route53_issue,
    adoption_info,
    adoption_source,
    apigateway_cert_bind,
    certificate_info,
    certificate_publish,
    cloudfront_cert_bind,
    doctor,
    elb_cert_bind,
    iam_server_cert,
    iam_server_cert_cleanup,
    iam_server_cert_info,
    project_adopt,
    project_info,
    project_record,
    project_report,
    project_store,
    sns_notify,
    sns_subscription,
    sns_topic,
)
from botocore.exceptions import ClientError
from e2e import acm_certs, in_process
from e2e.life import PROJECT, Life
from playbook_runs.runs import Ansible
from sandbox import permissions, seed, seed_targets
from sandbox.control import Control
from sandbox.process import SandboxProcess
from sandbox.ssl_plugin import SslPlugin

DENIALS = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation")
ACM_ROLE = (
    "issue",
    "acm",
    "acm-cleanup",
    "bind",
    "tenants",
    "elb",
    "apigateway",
    "publish",
    "notify",
    "info",
)
ROLE = ("issue", "store", "bind", "cleanup", "notify")
PATH = "/cloudfront/certops/webapp/"
TAGS = {"managed-by": "certops.cloudfront", "certops:project": "webapp"}


def make_life(sandbox: SandboxProcess, control: Control, ansible: Ansible, *features: str) -> Life:
    owner = permissions.administrator(sandbox.env())
    life = Life(ansible, control, permissions.user(sandbox.env(), *features), owner)
    # a zone of the same name that nothing delegates to, which makes the module ask for name servers
    seed.create_zone("example.com", env=owner)
    control.clear_calls()
    control.set(enforce_iam=True)
    return life


@pytest.mark.slow
def test_a_whole_life_uses_what_the_policies_of_the_role_allow_and_nothing_else(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    life = make_life(sandbox, control, ansible, *ROLE)
    life.run()
    used = [call for call in control.calls() if call["access_key"] == life.env["AWS_ACCESS_KEY_ID"]]
    assert [call for call in used if call["error"] in ("AccessDenied", "AuthorizationError")] == []
    assert permissions.actions(used) == permissions.granted(*ROLE)
    assert life.challenge_values() == ['"somebody else\'s"']


def denied(control: Control, life: Life) -> list[str]:
    """What the one who runs the playbooks was refused."""
    used = [call for call in control.calls() if call["access_key"] == life.env["AWS_ACCESS_KEY_ID"]]
    return [f"{call['service']}:{call['operation']}" for call in used if call["error"] in DENIALS]


@pytest.mark.slow
def test_a_life_in_acm_with_every_target_needs_nothing_but_its_policies(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    life = make_life(sandbox, control, ansible, *ACM_ROLE)
    life.variables.update(
        project_certificate_store="acm",
        project_targets=["cloudfront", "elb", "apigateway"],
        project_publish="ssm:/certops/webapp/certificate",
    )
    life.play("create").succeeded()
    arn = life.document()["certificate"]["arn"]
    shared = seed_targets.create_multi_tenant_distribution(arn, env=life.owner)
    seed_targets.create_tenant(shared, ["tenant.example.com"], arn, env=life.owner)
    listener = seed_targets.create_listener("web", [arn, arn], env=life.owner)
    port = seed_targets.create_classic_listener("classic", arn, env=life.owner)
    seed_targets.create_api_domain("api.example.com", arn, env=life.owner)
    control.advance(60)
    life.play("reissue", project_keep_previous=1).succeeded()
    assert [next(iter(one)) for one in life.document()["last_run"]["Update_Targets_Status"]] == [
        listener,
        port,
        "api.example.com",
    ]
    control.advance(60)
    for playbook in ("rollback", "renew", "cleanup"):
        life.play(playbook).succeeded()
    assert denied(control, life) == []


@pytest.mark.slow
def test_a_certificate_that_acm_issues_needs_nothing_but_its_policies(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    life = make_life(sandbox, control, ansible, "acm-request", "bind", "acm-cleanup", "notify")
    life.variables.update(project_source="acm", project_certificate_store="acm")
    life.play("create").succeeded()
    for playbook in ("renew", "cleanup"):
        life.play(playbook).succeeded()
    life.give_up()
    life.play("delete").succeeded()
    assert denied(control, life) == []
    control.set(enforce_iam=False)
    assert acm_certs.arns() == set()


def test_without_the_policy_to_bind_the_failure_names_the_action_and_the_next_run_goes_on(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    life = make_life(sandbox, control, ansible, "issue", "store", "cleanup", "notify")
    failed = life.play("create").failed()
    assert "is not authorized to perform: cloudfront:GetDistributionConfig" in failed.output
    assert "grant this action to the identity in use (see docs/iam of the collection)" in failed.output
    assert "cloudfront:GetDistributionConfig" in str(life.document()["last_run"])
    control.set(enforce_iam=False)
    whole = permissions.user(sandbox.env(), *ROLE)
    control.set(enforce_iam=True)
    assert life.ansible.playbook("renew", {"project_name": PROJECT}, env=whole).succeeded().changed
    assert life.server_certificates() == [life.bound()]


def test_without_the_policy_to_notify_the_certificate_is_in_place_and_the_run_says_what_to_grant(
    sandbox: SandboxProcess, control: Control, ansible: Ansible
) -> None:
    life = make_life(sandbox, control, ansible, "issue", "store", "bind", "cleanup")
    done = life.play("create").succeeded()
    assert life.server_certificates() == [life.bound()]
    assert "is not authorized to perform: sns:" in done.output
    assert "grant this action" in done.output


class OneFeature:
    """Modules run in this process as a user who has the policy of one feature (and of `more`), while IAM is
    enforced."""

    def __init__(
        self, sandbox: SandboxProcess, control: Control, monkeypatch: pytest.MonkeyPatch, archive: Path
    ) -> None:
        self.sandbox, self.control, self.monkeypatch, self.archive = sandbox, control, monkeypatch, archive
        self.owner = permissions.administrator(sandbox.env())
        self.user: dict[str, str] = {}
        self.features: tuple[str, ...] = ()

    def become(self, *features: str) -> None:
        self.features = features
        self.user = permissions.user(self.sandbox.env(), *features)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            self.monkeypatch.setenv(name, self.user[name])
        self.control.set(enforce_iam=True)

    def used(self) -> set[str]:
        return permissions.actions(
            call for call in self.control.calls() if call["access_key"] == self.user["AWS_ACCESS_KEY_ID"]
        )

    def upload(self, name: str) -> None:
        seed.upload_certificate(name, ["example.com"], self.owner, PATH)
        seed.client("iam", self.owner).tag_server_certificate(
            ServerCertificateName=name, Tags=[{"Key": key, "Value": TAGS[key]} for key in TAGS]
        )


def make_zone(one: OneFeature) -> None:
    zone = seed.create_zone("example.com", env=one.owner)
    seed.create_record(zone, "_acme-challenge.example.com", "TXT", ["somebody else's"], env=one.owner)
    # a second zone of the name, so that it matters to which one DNS delegates
    seed.create_zone("example.com", env=one.owner)


def issue(one: OneFeature) -> None:
    make_zone(one)
    one.become("issue")
    issue_into(one, f"file://{one.archive}")


def issue_into(one: OneFeature, uri: str, dns_persist: bool = False, **more: t.Any) -> None:
    archive = {"project": PROJECT, "archive": uri, **more}
    env = one.sandbox.env()
    ca = {
        "acme_directory": env["CERTOPS_ACME_DIRECTORY"],
        "acme_ca_bundle": env["CERTOPS_ACME_CA_BUNDLE"],
        "acme_terms_agreed": True,
    }
    assert in_process.run(acme_route53_issue, domains=["example.com"], dns_persist=dns_persist, **archive, **ca).changed
    in_process.run(acme_route53_cleanup, **archive)


def persist(one: OneFeature) -> None:
    zone = seed.create_zone("example.com", env=one.owner)
    seed.create_record(zone, "_validation-persist.example.com", "TXT", ["somebody else's"], env=one.owner)
    seed.create_zone("example.com", env=one.owner)
    one.control.set(acme_dns_persist=True)
    one.become("issue", "persist")
    issue_into(one, f"file://{one.archive}", dns_persist=True)


def assume(one: OneFeature) -> None:
    make_zone(one)
    role = seed.create_role(
        "certops-dns", permissions.ACCOUNT, policy=permissions.rendered("issue", "aws"), env=one.owner
    )
    one.become("assume")
    issue_into(one, f"file://{one.archive}", dns_aws={"role_arn": role})


def store(one: OneFeature) -> None:
    certificate, key, chain = SandboxProcess.issue_foreign(["example.com"])
    one.become("store")
    given = {"path": PATH, "certificate": certificate, "private_key": key, "chain": chain, "tags": TAGS}
    assert in_process.run(iam_server_cert, name="webapp", **given).changed
    assert not in_process.run(iam_server_cert, name="webapp", **given).changed
    assert in_process.run(iam_server_cert, name="webapp", **{**given, "tags": {**TAGS, "team": "web"}}).changed


def acm(one: OneFeature) -> None:
    given = acm_certs.make().options()
    one.become("acm")
    done = in_process.run(acm_cert, **given)
    arns = [done.result["certificate_arn"]]
    assert not in_process.run(acm_cert, **given).changed
    assert in_process.run(acm_cert, **{**given, "tags": {**TAGS, "team": "web"}}).changed
    renewed = acm_certs.make().options(import_as="same", certificate_arns=arns)
    assert in_process.run(acm_cert, **renewed).result["certificate_arn"] == arns[0]


def acm_cleanup(one: OneFeature) -> None:
    arn = acm_certs.make().imported(**TAGS)
    foreign = acm_certs.make().imported()
    seed_targets.create_multi_tenant_distribution(acm_certs.make().imported())
    one.become("acm-cleanup")
    assert in_process.run(acm_cert_cleanup, project=PROJECT).result["deleted"] == [arn]
    with pytest.raises(RemoteError, match="AccessDenied"):
        in_process.run(acm_cert, state="absent", certificate_arns=[foreign], force=True)


def acm_info(one: OneFeature) -> None:
    seed_targets.create_multi_tenant_distribution(acm_certs.make().imported(**TAGS))
    one.become("acm-info")
    assert len(in_process.run(acm_cert_info).result["certificates"]) == 1


def certificates(one: OneFeature) -> None:
    one.upload("webapp")
    arn = acm_certs.make().imported(**TAGS)
    seed.create_distribution(["example.com"], arn, env=one.owner)
    seed_targets.create_multi_tenant_distribution(arn)
    one.become("certificates")
    assert len(in_process.run(certificate_info).result["certificates"]) == 2


def adopt(one: OneFeature) -> None:
    SslPlugin(one.owner, one.control).project("WebApp", ["example.com"], version="v1_file")
    plugin = SslPlugin(one.owner, one.control)
    made = plugin.project("New", ["example.org"])
    # put again without the tags of its stack, so that CloudFormation is asked for it
    environment = {"DOMAINS_LIST": "example.org", "CERTBOT_BUCKET": made.bucket, "DYNAMODB_TABLE": str(made.table)}
    one.control.function(plugin.region, made.function, environment=environment)
    imported = acm_certs.make(names=["example.net"], days=200).imported()
    seed.create_distribution(["example.net"], imported, env=one.owner)
    seed_targets.create_multi_tenant_distribution(imported)
    old = plugin.path(made).replace("New", "WebApp").replace("-CertBot", "")
    listed = seed.client("iam", one.owner).list_server_certificates(PathPrefix=old)["ServerCertificateMetadataList"]
    seed_targets.create_listener("web", [listed[0]["Arn"]], env=one.owner)
    one.become("adopt")
    given: dict[str, t.Any] = {"store": f"file://{one.archive}"}
    sources = ["ssl_plugin", "acm"]
    found = {one["name"]: one for one in in_process.run(adoption_info, **given, sources=sources).result["projects"]}
    given["archive"] = given["store"]
    in_process.run(project_adopt, **given, project=found["New"], state="copied")
    in_process.run(adoption_source, store=given["store"], project=found["New"])
    again = in_process.run(adoption_info, store=given["store"], known=[*found.values()]).result["projects"]
    new = next(one for one in again if one["name"] == "New")
    assert in_process.run(project_adopt, **given, project=new).result["phase"] == "done"
    in_process.run(adoption_source, store=given["store"], name="New", state="running")
    assert in_process.run(project_adopt, **given, name="New", state="absent").changed
    assert in_process.run(project_adopt, **given, project=found["example-net"]).result["phase"] == "done"
    assert in_process.run(project_adopt, **given, name="example-net", state="absent").changed


def acm_request(one: OneFeature) -> None:
    seed.create_zone("example.com", env=one.owner)
    seed.create_zone("example.com", env=one.owner)
    one.become("acm-request")
    assert in_process.run(acm_cert_request, domains=["example.com"], tags=TAGS).result["issued"]
    assert not in_process.run(acm_cert_request, domains=["example.com"], tags=TAGS).changed
    with pytest.raises(RemoteError, match="AccessDenied"):
        in_process.run(acm_cert_request, domains=["www.example.com"], tags={})


def acm_export(one: OneFeature) -> None:
    seed.create_zone("example.com", env=one.owner)
    seed.create_zone("example.com", env=one.owner)
    one.become("acm-export", "acm-request")
    given = {"exportable": True, "cost_accepted": True, "project": PROJECT, "archive": f"file://{one.archive}"}
    done = in_process.run(acm_cert_request, domains=["example.com"], tags=TAGS, **given)
    assert done.result["bundle"]["uri"]
    assert not in_process.run(acm_cert_request, domains=["example.com"], tags=TAGS, **given).changed


def bind(one: OneFeature) -> None:
    one.upload("webapp")
    seed.create_distribution(["example.com"], env=one.owner)
    one.become("bind")
    assert in_process.run(
        cloudfront_cert_bind, server_certificate_name="webapp", match=["aliases"], verify="config"
    ).changed


def tenants(one: OneFeature) -> None:
    old, new = (acm_certs.make() for _number in range(2))
    arns = [old.imported(), new.imported()]
    distribution = seed_targets.create_multi_tenant_distribution(acm_certs.make(names=["*.example.org"]).imported())
    seed_targets.create_tenant(distribution, ["a.example.com", "a.example.org"], arns[0])
    other = seed_targets.create_multi_tenant_distribution(arns[0])
    seed_targets.create_tenant(other, ["b.example.com"])
    one.become("tenants", "bind")
    given = {"acm_certificate_arn": arns[1], "certificate_domains": list(acm_certs.NAMES), "previous": [arns[0]]}
    probed = {
        "verify": "tls",
        "certificate_fingerprint": acm_certs.fingerprint(new),
        "edge_address": one.sandbox.env()["CERTOPS_EDGE_ADDRESS"],
    }
    assert in_process.run(cloudfront_cert_bind, **given, **probed).changed
    # a certificate of IAM needs no more
    one.control.set(enforce_iam=False)
    one.upload("webapp")
    one.control.set(enforce_iam=True)
    in_process.run(cloudfront_cert_bind, server_certificate_name="webapp", match=[], verify="none")


def match_tags(one: OneFeature) -> None:
    one.upload("webapp")
    distribution = seed.create_distribution(["example.com"], env=one.owner)
    tags = {"Items": [{"Key": "team", "Value": "web"}]}
    arn = f"arn:aws:cloudfront::{permissions.ACCOUNT}:distribution/{distribution}"
    seed.client("cloudfront", one.owner).tag_resource(Resource=arn, Tags=tags)
    one.become("match-tags", "bind")
    given = {"server_certificate_name": "webapp", "match": ["aliases"]}
    assert in_process.run(cloudfront_cert_bind, **given, match_tags={"team": "api"}).result["matched"] == []
    assert in_process.run(cloudfront_cert_bind, **given, match_tags={"team": "web"}).changed


def elb(one: OneFeature) -> None:
    old, new, other = (acm_certs.make().imported() for _number in range(3))
    listener = seed_targets.create_listener("web", [old, old])
    seed_targets.create_classic_listener("classic", old)
    one.become("elb")
    assert in_process.run(elb_cert_bind, certificate_arn=new, previous=[old]).changed
    assert in_process.run(elb_cert_bind, certificate_arn=other, match=["aliases"]).changed
    one.control.set(enforce_iam=False)
    one.upload("webapp")
    found = seed.client("iam", one.owner).get_server_certificate(ServerCertificateName="webapp")["ServerCertificate"]
    one.control.set(enforce_iam=True)
    stored = found["ServerCertificateMetadata"]
    given = {"certificate_arn": stored["Arn"], "previous": [stored["ServerCertificateId"]]}
    assert in_process.run(elb_cert_bind, **given, match=["previous", "ids"], listeners=[listener]).changed


def apigateway(one: OneFeature) -> None:
    old, new = (acm_certs.make().imported() for _number in range(2))
    seed_targets.create_api_domain("api.example.com", old)
    one.become("apigateway")
    assert in_process.run(apigateway_cert_bind, certificate_arn=new, previous=[old]).changed


def apigateway_edge(one: OneFeature) -> None:
    old, new = (acm_certs.make().imported() for _number in range(2))
    seed_targets.create_api_domain("api.example.com", old, kind="EDGE")
    one.become("apigateway-edge", "apigateway")
    assert in_process.run(apigateway_cert_bind, certificate_arn=new, previous=[old]).changed


def cleanup(one: OneFeature) -> None:
    one.upload("webapp")
    one.become("cleanup")
    assert in_process.run(iam_server_cert_cleanup, path=PATH).changed


def info(one: OneFeature) -> None:
    one.upload("webapp")
    one.become("info")
    assert len(in_process.run(iam_server_cert_info, path=PATH, usage=True).result["server_certificates"]) == 1


def notify(one: OneFeature, **more: t.Any) -> None:
    if not more:
        one.become("notify")
    topic, address = "certops-webapp", "ops@example.com"
    assert in_process.run(sns_topic, name=topic).changed
    assert in_process.run(sns_subscription, topic=topic, endpoint=address, **more).changed
    in_process.run(sns_notify, topic=topic, subject="subject", body="body")
    one.control.confirm(address)
    if more:
        assert not in_process.run(sns_subscription, topic=topic, endpoint=address, **more).changed
        assert in_process.run(sns_subscription, topic=topic, endpoint=address, filter_policy={}).changed
    assert in_process.run(sns_subscription, topic=topic, endpoint=address, state="absent").changed
    assert in_process.run(sns_topic, name=topic, state="absent").changed


def notify_filter(one: OneFeature) -> None:
    one.become("notify", "notify-filter")
    notify(one, filter_policy={"severity": ["critical"]})


def archive_s3(one: OneFeature) -> None:
    make_zone(one)
    seed.client("s3", one.owner).create_bucket(Bucket="certops-keys")
    one.become("archive-s3", "issue")
    issue_into(one, "s3://certops-keys/archive")


def kms(one: OneFeature) -> None:
    key = "1234abcd-12ab-34cd-56ef-1234567890ab"
    seed.client("s3", one.owner).create_bucket(Bucket="certops-keys")
    one.become("kms", "archive-s3")
    uri = f"s3://certops-keys/archive?kms_key_id={key}"
    archive = stores.archive(uri, lambda: Session({"validate_certs": True}))
    written = archive.put("webapp/2026-11-22-0530.tar.gz", b"secret")
    assert stores.archived(written, lambda: Session({"validate_certs": True})) == b"secret"
    for key in archive.list("webapp/"):
        archive.delete(key)


def keep_documents(uri: str) -> None:
    project = {"store": uri, "name": PROJECT}
    assert in_process.run(project_record, **project, definition={"domains": "example.com"}).changed
    assert in_process.run(project_record, **project, state="locked", run_id="one").result["locked"]
    assert len(in_process.run(project_info, store=uri).result["projects"]) == 1
    assert in_process.run(project_record, **project, state="absent", run_id="one").changed


def store_dynamodb(one: OneFeature) -> None:
    in_process.run(project_store, store="dynamodb://certops")
    one.become("store-dynamodb")
    keep_documents("dynamodb://certops")


def store_s3(one: OneFeature) -> None:
    seed.client("s3", one.owner).create_bucket(Bucket="certops-keys")
    one.become("store-s3")
    keep_documents("s3://certops-keys/store")


def setup(one: OneFeature) -> None:
    dynamodb = seed.client("dynamodb", one.owner)
    seed.client("s3", one.owner).create_bucket(Bucket="certops-keys")
    one.become("setup")
    places = {"store": "dynamodb://certops", "archive": "s3://certops-keys/archive", "manage_bucket": True}
    assert in_process.run(project_store, **places).changed
    dynamodb.update_table(TableName="certops", DeletionProtectionEnabled=False)
    assert in_process.run(project_store, **places).changed
    assert not in_process.run(project_store, **places).changed


def examine(one: OneFeature) -> None:
    """As one that only reads: what it may not write to, and the account key that it may not read, are findings."""
    seed.create_zone("example.com", env=one.owner)
    seed.client("s3", one.owner).create_bucket(Bucket="certops-keys")
    one.upload("webapp")
    content = seed.client("iam", one.owner).get_server_certificate(ServerCertificateName="webapp")["ServerCertificate"]
    certificate = {**in_process.run(iam_server_cert_info, name="webapp").result["server_certificates"][0]}
    assert certificate["id"] == content["ServerCertificateMetadata"]["ServerCertificateId"]
    project = {"store": "dynamodb://certops", "name": PROJECT}
    definition = {"domains": ["example.com"], "emails": ["ops@example.com"], "archive": "s3://certops-keys/archive"}
    in_process.run(project_store, store=project["store"])
    assert in_process.run(project_record, **project, definition=definition, state="locked", run_id="one").result[
        "locked"
    ]
    in_process.run(
        project_record, **project, state="recorded", run_id="one", phase="stored", certificate=certificate, release=True
    )
    one.control.set(cloudfront_aliases_without_certificate=True)
    seed.create_distribution(["example.com"], env=one.owner)
    seed.create_distribution([], staging=True, env=one.owner)
    in_acm = {"store": "dynamodb://certops", "name": "inacm"}
    imported = in_process.run(acm_cert, **acm_certs.make(names=["example.com"]).options(project="inacm")).result
    wanted = {
        **definition,
        "certificate_store": "acm",
        "bind": ["previous", "aliases"],
        "targets": ["cloudfront", "elb", "apigateway"],
    }
    seed_targets.create_listener("web", [imported["certificate"]["arn"]], env=one.owner)
    in_process.run(project_record, **in_acm, definition=wanted, state="locked", run_id="two")
    recorded = {"state": "recorded", "run_id": "two", "phase": "stored", "release": True}
    in_process.run(project_record, **in_acm, **recorded, certificate=imported["certificate"])
    one.become("doctor")
    in_process.run(doctor, **in_acm, dns_server=one.sandbox.env()["CERTOPS_DNS_SERVER"])
    found = in_process.run(doctor, **project, dns_server=one.sandbox.env()["CERTOPS_DNS_SERVER"]).result["findings"]
    assert {entry["code"] for entry in found} >= {"PERMISSION_MISSING", "STORE_NOT_WRITABLE", "ARCHIVE_NOT_WRITABLE"}
    # where DNS cannot be asked, the records of the zone are
    in_process.run(doctor, **project, dns_server="127.0.0.1:9")


def publish(one: OneFeature) -> None:
    one.become("publish")
    given = {"parameter": "ssm:/certops/webapp/certificate", "value": "ASCAEXAMPLE123EXAMPLE", "project": PROJECT}
    assert in_process.run(certificate_publish, **given).changed
    assert not in_process.run(certificate_publish, **given).changed
    withdrawn = {**given, "state": "absent", "value": None, "obsolete": [given["value"]]}
    assert in_process.run(certificate_publish, **withdrawn).changed


def report(one: OneFeature) -> None:
    seed.client("s3", one.owner).create_bucket(Bucket="certops-reports")
    in_process.run(project_store, store="dynamodb://certops")
    one.become("report", "store-dynamodb")
    store = {"store": "dynamodb://certops"}
    keep_documents(store["store"])
    in_process.run(project_record, **store, name=PROJECT, definition={"domains": "example.com"})
    in_process.run(project_report, **store, dir="s3://certops-reports/report/today")


WORK = (
    issue,
    persist,
    assume,
    store,
    acm,
    acm_cleanup,
    acm_info,
    certificates,
    adopt,
    acm_request,
    acm_export,
    bind,
    tenants,
    match_tags,
    elb,
    apigateway,
    apigateway_edge,
    cleanup,
    info,
    notify,
    notify_filter,
    archive_s3,
    kms,
    store_dynamodb,
    store_s3,
    setup,
    publish,
    report,
    examine,
)


def named(work: t.Callable[[OneFeature], None]) -> str:
    return "doctor" if work is examine else work.__name__.replace("_", "-")


@pytest.mark.parametrize("work", WORK, ids=named)
def test_the_modules_of_a_feature_use_its_whole_policy_and_nothing_else(
    sandbox: SandboxProcess,
    control: Control,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    work: t.Callable[[OneFeature], None],
) -> None:
    one = OneFeature(sandbox, control, monkeypatch, tmp_path)
    work(one)
    assert named(work) in one.features
    assert one.used() == permissions.granted(*one.features)


def test_every_policy_has_such_a_test() -> None:
    assert set(permissions.FEATURES) == {named(work) for work in WORK}


def test_deleting_by_name_takes_the_policies_to_store_and_to_clean_up(
    sandbox: SandboxProcess, control: Control, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one = OneFeature(sandbox, control, monkeypatch, tmp_path)
    one.upload("webapp")
    one.become("store", "cleanup")
    assert in_process.run(iam_server_cert, name="webapp", path=PATH, state="absent").changed


@pytest.mark.parametrize("region", ["us-east-1", "cn-northwest-1"])
def test_what_is_not_ours_is_out_of_reach_of_the_policies(
    sandbox: SandboxProcess, control: Control, region: str
) -> None:
    env = sandbox.env(region)
    seed.upload_certificate("foreign", ["example.com"], env)
    zone = seed.create_zone("example.com", env=env)
    made = acm_certs.make()
    foreign = made.imported(region)
    # this one is there to read what is not ours
    user = permissions.user(
        env, *(feature for feature in permissions.FEATURES if feature not in ("adopt", "certificates"))
    )
    control.set(enforce_iam=True)
    iam, route53, sns, acm = (seed.client(service, user) for service in ("iam", "route53", "sns", "acm"))

    def change(action: str, name: str, kind: str, value: str) -> None:
        records = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        route53.change_resource_record_sets(
            HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": records}]}
        )

    change("CREATE", "_acme-challenge.example.com", "TXT", '"ours"')
    change("CREATE", "_validation-persist.example.com", "TXT", '"ours"')
    topic = sns.create_topic(Name="certops-webapp")["TopicArn"]
    assert topic.startswith("arn:aws-cn:" if region.startswith("cn-") else "arn:aws:")
    attempts: list[t.Callable[[], t.Any]] = [
        lambda: iam.delete_server_certificate(ServerCertificateName="foreign"),
        lambda: iam.get_server_certificate(ServerCertificateName="foreign"),
        lambda: change("UPSERT", "_acme-challenge.example.com", "TXT", '"over yours"'),
        lambda: change("UPSERT", "_validation-persist.example.com", "TXT", '"over yours"'),
        lambda: change("CREATE", "www.example.com", "TXT", '"x"'),
        lambda: change("CREATE", "_acme-challenge.www.example.com", "CNAME", "elsewhere.example.org"),
        lambda: change("CREATE", "www.example.com", "CNAME", "elsewhere.example.org"),
        lambda: sns.create_topic(Name="another"),
        lambda: acm.delete_certificate(CertificateArn=foreign),
        lambda: acm.add_tags_to_certificate(CertificateArn=foreign, Tags=[{"Key": "team", "Value": "x"}]),
        lambda: acm.import_certificate(Certificate=made.leaf, PrivateKey=made.key, CertificateArn=foreign),
        lambda: acm.import_certificate(Certificate=made.leaf, PrivateKey=made.key),
        lambda: acm.request_certificate(DomainName="example.com", ValidationMethod="DNS"),
    ]
    for attempt in attempts:
        with pytest.raises(ClientError, match=r"AccessDenied|AuthorizationError"):
            attempt()
