# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor: one line for a healthy project, and each class of trouble as it is seen from outside."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import acme_route53_issue, doctor
from e2e import in_process
from e2e.life import PROJECT, STAYS, Life
from playbook_runs.runs import Ansible
from sandbox import permissions, seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

CHINA = "cn-northwest-1"
OTHER = "222222222222"


@pytest.fixture
def life(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> Life:
    env = sandbox.env()
    return Life(ansible, control, env, env)


class Patient:
    """A project that is not created yet, examined in this process."""

    def __init__(self, env: t.Mapping[str, str], home: Path) -> None:
        self.env = env
        self.given: dict[str, t.Any] = {
            "store": f"file://{home}/store",
            "dns_server": env["CERTOPS_DNS_SERVER"],
            "region": env["AWS_REGION"],
        }
        self.definition: dict[str, t.Any] = {
            "domains": ["example.com", "*.example.com"],
            "acme_directory": env["CERTOPS_ACME_DIRECTORY"],
            "acme_ca_bundle": env["CERTOPS_ACME_CA_BUNDLE"],
            "archive": f"file://{home}/archive",
            "bind": ["previous", "aliases"],
        }

    def examined(self, check_mode: bool = False, **definition: t.Any) -> Outcome:
        return in_process.run(
            doctor, check_mode, name=PROJECT, definition={**self.definition, **definition}, **self.given
        )

    def codes(self, severity: str = "error", **definition: t.Any) -> dict[str, list[str]]:
        """Subjects by code, of the findings of one severity."""
        found: dict[str, list[str]] = {}
        for entry in self.examined(**definition).result["findings"]:
            if entry["severity"] == severity:
                found.setdefault(entry["code"], []).append(entry["subject"])
        return found


@pytest.fixture
def patient(sandbox: SandboxProcess, tmp_path: Path) -> Patient:
    return Patient(sandbox.env(), tmp_path)


def test_a_healthy_project_is_said_to_be_so_in_one_line_and_nothing_is_changed(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    control.confirm(STAYS)
    before = life.document()
    control.clear_calls()
    run = life.play("doctor").succeeded()
    assert run.told == [
        "webapp | healthy | webapp is healthy: 19 checks; for information: WRITES_UNTESTED",
        "",
        "1 project: 1 healthy.",
    ]
    assert run.changed == 0
    assert life.document() == before
    # DNS may still show the challenge value that was just removed, and then Route 53 is asked what stands there
    assert {call["operation"] for call in control.calls()} - {"ListResourceRecordSets"} == {
        *(
            "GetCallerIdentity",
            "SimulatePrincipalPolicy",
            "GetAccountSummary",
            "ListServerCertificates",
            "GetServerCertificate",
        ),
        *("ListDistributions", "ListSubscriptionsByTopic", "ListHostedZones", "GetHostedZone", "directory"),
        "GetResources",
    }


def test_everything_in_the_store_is_examined_and_one_unhealthy_project_fails_the_play(
    life: Life, control: Control
) -> None:
    life.play("create").succeeded()
    control.confirm(STAYS)
    life.ansible.playbook(
        "create", {**life.variables, "project_name": "other", "project_bind": "previous"}, env=life.env
    ).succeeded()
    control.confirm(STAYS)
    seed.create_record(life.zone, "www.example.com", "CAA", ['0 issue "ca.example.net"'], env=life.owner)
    assert life.ansible.playbook("doctor", {}, env=life.env).succeeded().output.count(" is healthy: ") == 2
    life.ansible.playbook(
        "create", {**life.variables, "project_name": "other", "project_domains": "www.example.com"}, env=life.env
    ).failed()
    run = life.ansible.playbook(
        "doctor", {"projects": ["webapp", {"name": "other", "domains": ["www.example.com"]}]}, env=life.env
    ).failed()
    assert "webapp | healthy" in run.stdout
    assert "other | failed" in run.stdout
    assert (
        "ERROR CAA_FORBIDS www.example.com: the CAA records of www.example.com allow 'ca.example.net', not"
        " sandbox.invalid. Add a CAA record" in run.stdout
    )


def test_warnings_fail_the_play_on_request(life: Life) -> None:
    life.play("create").succeeded()
    warned = life.play("doctor").succeeded()
    assert f"WARNING SUBSCRIPTION_PENDING {STAYS}: " in warned.stdout
    assert "WARNING NO_SUBSCRIBERS arn:aws:sns:us-east-1:123456789012:certops-webapp: " in warned.stdout
    assert "webapp | warned | webapp works, with 2 warnings (19 checks)" in warned.stdout
    life.play("doctor", project_doctor_fails_on="warning").failed()


def test_an_unknown_project_is_named(life: Life) -> None:
    run = life.ansible.playbook("doctor", {"project_name": "nobody"}, env=life.env).failed()
    assert "ERROR PROJECT_UNKNOWN nobody: the project is not in the store, and no definition was given" in run.stdout


def test_check_mode_finds_the_same(patient: Patient) -> None:
    assert patient.examined(check_mode=True).result == patient.examined().result


def test_zones(patient: Patient, control: Control) -> None:
    assert patient.codes() == {"ZONE_MISSING": ["*.example.com", "example.com"]}
    seed.create_zone("example.com", private=True)
    assert patient.codes() == {"ZONE_PRIVATE_ONLY": ["*.example.com", "example.com"]}
    zone = seed.create_zone("example.com")
    assert patient.codes() == {}
    second = seed.create_zone("example.com")
    assert patient.codes() == {}
    assert patient.codes("warning")["ZONE_DUPLICATE"] == ["example.com"]
    control.delegate(second)
    seed.client("route53").delete_hosted_zone(Id=zone)
    assert patient.codes() == {}
    below = seed.create_zone("shop.example.com")
    names = ["example.com", "shop.example.com"]
    assert patient.codes(domains=names) == {}
    found = next(
        entry for entry in patient.examined(domains=names).result["findings"] if entry["code"] == "ZONE_PASSED_OVER"
    )
    assert (found["severity"], found["subject"]) == ("warning", "shop.example.com")
    assert (
        f"DNS does not lead to the hosted zone {below}, so the records are written to example.com ({second})"
        in found["message"]
    )
    patient.given["zone_id"] = {"shop.example.com": below}
    assert patient.codes(domains=names) == {"ZONE_NOT_DELEGATED": ["shop.example.com"]}
    found = patient.examined(domains=names).result["findings"][0]
    assert f"the zone above it, {second}, is in this account and has no such NS records" in found["message"]
    seed.delegate(second, below)
    assert patient.codes(domains=names) == {}
    del patient.given["zone_id"]
    assert patient.codes(domains=names) == {}
    assert "ZONE_PASSED_OVER" not in patient.codes("warning", domains=names)


def test_challenge_names_that_are_cnames(patient: Patient, sandbox: SandboxProcess) -> None:
    zone = seed.create_zone("example.com")
    seed.create_record(zone, "_acme-challenge.example.com", "CNAME", ["_acme-challenge.example.com.acme.example.net"])
    assert patient.codes() == {"ZONE_MISSING": ["*.example.com", "example.com"]}
    message = patient.examined().result["findings"][0]["message"]
    assert message.startswith(
        "its challenge name is a CNAME to _acme-challenge.example.com.acme.example.net, and it has no public hosted"
        " zone"
    )
    seed.create_zone("acme.example.net")
    assert patient.codes() == {}
    seed.create_record(zone, "_acme-challenge.www.example.com", "CNAME", ["_acme-challenge.www.example.com"])
    assert patient.codes(domains=["www.example.com"]) == {"ZONE_UNUSABLE": ["www.example.com"]}


@dataclass(frozen=True)
class Elsewhere:
    """A zone acme.example.net in another account to which the challenge name of example.com is a CNAME, and the role
    that has it."""

    own_zone: str
    zone: str
    role: str

    def by_role(self, external_id: str = "ours") -> list[dict[str, t.Any]]:
        return [{"zone": "acme.example.net", "dns_aws": {"role_arn": self.role, "external_id": external_id}}]


@pytest.fixture
def elsewhere(sandbox: SandboxProcess) -> Elsewhere:
    own, other = seed.create_zone("example.com"), sandbox.account(OTHER)
    seed.create_record(own, "_acme-challenge.example.com", "CNAME", ["_acme-challenge.example.com.acme.example.net"])
    return Elsewhere(
        own,
        seed.create_zone("acme.example.net", env=other),
        seed.create_role("certops-dns", "123456789012", "ours", env=other),
    )


def test_a_challenge_name_that_leads_into_another_account(
    patient: Patient, elsewhere: Elsewhere, sandbox: SandboxProcess, control: Control
) -> None:
    assert patient.codes() == {"ZONE_MISSING": ["*.example.com", "example.com"]}
    patient.given["dns_delegations"] = elsewhere.by_role()
    control.clear_calls()
    assert patient.codes() == {}
    assert [call["params"]["Id"] for call in control.calls("route53", "GetHostedZone")] == [elsewhere.zone]
    assert control.counts("sts")["AssumeRole"] == 1
    taken_over = sandbox.account("333333333333")
    control.delegate(seed.create_zone("acme.example.net", env=taken_over))
    assert patient.codes() == {"ZONE_NOT_DELEGATED": ["acme.example.net"]}


def test_a_role_of_another_account_that_is_refused(patient: Patient, elsewhere: Elsewhere) -> None:
    patient.given["dns_delegations"] = elsewhere.by_role("theirs")
    seed.create_record(elsewhere.own_zone, "example.com", "CAA", ['128 tbs "x"'])
    found = patient.codes()
    assert found == {"PERMISSION_MISSING": ["sts:AssumeRole"], "CAA_UNKNOWN_CRITICAL": ["*.example.com", "example.com"]}
    (message,) = [
        entry["message"] for entry in patient.examined().result["findings"] if entry["code"] == "PERMISSION_MISSING"
    ]
    assert elsewhere.role in message
    assert "external_id is the one that it asks for" in message


def test_the_playbook_examines_other_accounts_as_the_runs_use_them(ansible: Ansible, elsewhere: Elsewhere) -> None:
    given = {"project_name": PROJECT, "project_domains": ["example.com"], "project_sns_topic": ""}
    healthy = ansible.playbook("doctor", {**given, "project_dns_delegations": elsewhere.by_role()}).succeeded()
    assert f"{PROJECT} is healthy: " in healthy.stdout
    refused = ansible.playbook("doctor", {**given, "project_dns_delegations": elsewhere.by_role("theirs")}).failed()
    assert (
        f"ERROR PERMISSION_MISSING sts:AssumeRole: sts:AssumeRole on {elsewhere.role} was answered with AccessDenied"
        in refused.stdout
    )


def test_a_zone_that_does_not_exist_is_chosen(patient: Patient) -> None:
    seed.create_zone("example.com")
    patient.given["zone_id"] = "Z0000000000000"
    assert patient.codes() == {"ZONE_UNUSABLE": ["*.example.com", "example.com"]}


WILD, PLAIN = "*.shop.example.com", "www.example.com"
BOTH = [WILD, PLAIN]
CAA = [
    pytest.param({}, {}, id="none"),
    pytest.param({"example.com": ['0 issue "sandbox.invalid"']}, {}, id="ours"),
    pytest.param({"example.com": ['0 issue "ca.example.net"']}, {"CAA_FORBIDS": BOTH}, id="another's"),
    pytest.param(
        {"example.com": ['0 issue "sandbox.invalid"', '0 issuewild ";"']}, {"CAA_FORBIDS": [WILD]}, id="no-wildcards"
    ),
    pytest.param({"www.example.com": ['0 issue ";"']}, {"CAA_FORBIDS": [PLAIN]}, id="the-closest-counts"),
    pytest.param(
        {"example.com": ['0 issue "sandbox.invalid; validationmethods=http-01"']},
        {"CAA_FORBIDS_METHOD": BOTH},
        id="method",
    ),
    pytest.param({"example.com": ['0 issue "sandbox.invalid; validationmethods=http-01,dns-01"']}, {}, id="our-method"),
    pytest.param(
        {"example.com": ['0 issue "sandbox.invalid; accounturi=https://ca/1"']},
        {"CAA_FORBIDS_ACCOUNT": BOTH},
        id="account",
    ),
    pytest.param({"example.com": ['128 tbs "x"']}, {"CAA_UNKNOWN_CRITICAL": BOTH}, id="critical"),
]


@pytest.mark.parametrize(("records", "expected"), CAA)
def test_what_caa_forbids_is_said_before_the_ca_refuses_it(
    sandbox: SandboxProcess, patient: Patient, records: dict[str, list[str]], expected: dict[str, list[str]]
) -> None:
    zone = seed.create_zone("example.com")
    for name, values in records.items():
        seed.create_record(zone, name, "CAA", values)
    assert patient.codes(domains=BOTH) == expected
    ca = {name: patient.definition[name] for name in ("acme_directory", "acme_ca_bundle", "archive")}
    order = {"project": PROJECT, "domains": BOTH, "acme_terms_agreed": True, **ca}
    if not expected:
        assert in_process.run(acme_route53_issue, check_mode=True, **order).changed
        assert in_process.run(acme_route53_issue, **order).changed
        return
    with pytest.raises(RemoteError, match="allow this CA in the CAA records") as found:
        in_process.run(acme_route53_issue, check_mode=True, **order)
    with pytest.raises(RemoteError, match="prevents issuance") as refused:
        in_process.run(acme_route53_issue, **order)
    assert (found.value.code, refused.value.code) == ("caa", "caa")


def test_the_account_of_the_project_may_be_named_in_caa(sandbox: SandboxProcess, patient: Patient) -> None:
    zone = seed.create_zone("example.com")
    ca = {name: patient.definition[name] for name in ("acme_directory", "acme_ca_bundle", "archive")}
    in_process.run(acme_route53_issue, project=PROJECT, domains=["example.com"], acme_terms_agreed=True, **ca)
    kept = next(Path(patient.definition["archive"].removeprefix("file://")).glob("accounts/*.json"))
    seed.create_record(
        zone, "example.com", "CAA", [f'0 issue "sandbox.invalid; accounturi={json.loads(kept.read_text())["url"]}"']
    )
    assert patient.codes() == {}


def test_a_full_iam(life: Life, patient: Patient, control: Control) -> None:
    seed.upload_certificate("another", ["example.net"])
    control.set(iam_server_certificate_quota=2)
    assert patient.codes("warning")["IAM_QUOTA_TIGHT"] == ["server certificates"]
    control.set(iam_server_certificate_quota=1)
    assert patient.codes() == {"IAM_QUOTA_FULL": ["server certificates"]}


def test_an_alias_that_is_not_covered_and_a_certificate_of_another_project(life: Life, patient: Patient) -> None:
    other = seed.upload_certificate("other-2027-01-06-0442", ["a.example.com"], path="/cloudfront/certops/other/")
    contested = seed.create_distribution(["a.example.com"], other)
    certificate = seed.upload_certificate("foreign", ["b.example.com", "b.example.net"])
    uncovered = seed.create_distribution(["b.example.com", "b.example.net"], certificate)
    assert patient.codes() == {"ALIAS_UNCOVERED": [uncovered]}
    assert patient.codes("warning")["BINDING_CONTESTED"] == [contested]
    assert contested in patient.codes("info", bind=["previous"])["BOUND_ELSEWHERE"]
    assert patient.codes(bind=["ids"], distributions=["E0000000000000"])["DISTRIBUTION_UNKNOWN"] == ["E0000000000000"]


def test_a_continuous_deployment_policy(life: Life, patient: Patient, control: Control) -> None:
    control.set(cloudfront_aliases_without_certificate=True)
    seed.create_distribution([], staging=True)
    assert "CONTINUOUS_DEPLOYMENT" not in patient.codes()
    cloudfront = seed.client("cloudfront")
    answer = cloudfront.get_distribution_config(Id=life.distribution)
    config = {**answer["DistributionConfig"], "ContinuousDeploymentPolicyId": "0f3d1b4e-aaaa-bbbb-cccc-000000000001"}
    cloudfront.update_distribution(Id=life.distribution, IfMatch=answer["ETag"], DistributionConfig=config)
    assert patient.codes()["CONTINUOUS_DEPLOYMENT"] == [life.distribution]


def test_icp_recordals_in_china(
    sandbox: SandboxProcess, control: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = sandbox.env(CHINA)
    for name in ("AWS_REGION", "AWS_ACCESS_KEY_ID"):
        monkeypatch.setenv(name, env[name])
    seed.create_zone("example.com", env=env)
    seed.create_distribution(["example.com", "www.example.com"], env=env)
    patient = Patient(env, tmp_path)
    assert patient.codes() == {}
    control.icp("www.example.com", "SUSPENDED")
    assert patient.codes() == {"ICP_SUSPENDED": ["www.example.com"]}
    control.icp("www.example.com", "PENDING")
    assert patient.codes() == {}
    assert patient.codes("warning")["ICP_PENDING"] == ["www.example.com"]


def test_permissions(life: Life, patient: Patient, control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    user = permissions.user(life.owner, "doctor", "issue", "store", "notify")
    whole = permissions.user(life.owner, "doctor", "issue", "store", "bind", "notify", "cleanup")
    blind = permissions.user(life.owner, "issue", "bind")

    def become(who: t.Mapping[str, str]) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, who[name])

    control.set(enforce_iam=True)
    become(user)
    assert patient.codes() == {
        "PERMISSION_MISSING": [
            "cloudfront:UpdateDistribution",
            "iam:DeleteServerCertificate",
        ]
    }
    become(whole)
    assert patient.codes() == {}
    assert "WRITES_UNTESTED" not in patient.codes("info")
    become(blind)
    assert patient.codes(emails=[STAYS]) == {
        "PERMISSION_MISSING": [
            "iam:GetAccountSummary",
            "iam:ListServerCertificates",
            "sns:ListSubscriptionsByTopic",
            "tag:GetResources",
        ]
    }
    assert "WRITES_UNTESTED" in patient.codes("info")


def test_store_and_archive_in_aws(
    life: Life, patient: Patient, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient.given["store"] = "dynamodb://certops"
    archive = "s3://certops-keys/archive"
    assert set(patient.codes(archive=archive)) == {"STORE_FAILED", "ARCHIVE_FAILED"}
    s3, dynamodb = seed.client("s3"), seed.client("dynamodb")
    s3.create_bucket(Bucket="certops-keys")
    key = [{"AttributeName": "name", "KeyType": "HASH"}]
    dynamodb.create_table(
        TableName="certops",
        KeySchema=key,
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert patient.codes(archive=archive) == {}
    assert set(patient.codes("warning", archive=archive)["PLACE_SETTINGS"]) == {
        "dynamodb://certops",
        "s3://certops-keys",
    }
    assert s3.list_objects_v2(Bucket="certops-keys")["KeyCount"] == 0
    assert dynamodb.scan(TableName="certops")["Count"] == 0
    user = permissions.user(life.owner, "doctor", "issue", "store", "bind", "notify", "cleanup")
    control.set(enforce_iam=True)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, user[name])
    assert patient.codes(archive=archive)["STORE_NOT_WRITABLE"] == ["dynamodb://certops"]
    assert patient.codes(archive=archive)["ARCHIVE_NOT_WRITABLE"] == ["s3://certops-keys/archive"]


def test_files_of_the_archive_that_others_may_read(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    control.confirm(STAYS)
    bundle = next((life.data / "certops" / "archive" / PROJECT).glob("*.tar.gz"))
    bundle.chmod(0o644)
    assert f"users other than the owner have access to {bundle} (0644)" in life.play("doctor").succeeded().stdout
    bundle.unlink()
    assert "WARNING BUNDLE_MISSING" in life.play("doctor").succeeded().stdout


def test_a_certificate_that_is_gone_from_iam(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    control.confirm(STAYS)
    life.give_up()
    recorded = life.document()["certificate"]
    seed.client("iam").delete_server_certificate(ServerCertificateName=recorded["name"])
    assert f"ERROR CERTIFICATE_MISSING {recorded['name']}: " in life.play("doctor").failed().stdout


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("iam", "SERVICE_FAILED"),
        ("cloudfront", "SERVICE_FAILED"),
        ("route53", "SERVICE_FAILED"),
        ("sns", "SERVICE_FAILED"),
        ("sts", "CREDENTIALS_UNUSABLE"),
        ("acme", "CA_UNREACHABLE"),
    ],
)
def test_a_broken_service_stops_no_other_check(
    life: Life, patient: Patient, control: Control, service: str, code: str
) -> None:
    seed.create_record(life.zone, "example.com", "CAA", ['128 tbs "x"'])
    control.fault(service, kind="error_500", count=1000)
    found = patient.codes(emails=[STAYS])
    assert set(found) == {code, "CAA_UNKNOWN_CRITICAL"}, found
    assert {subject.partition(":")[0] for subject in found[code]} == {service}


def test_without_credentials_what_needs_none_is_still_looked_at(
    life: Life, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed.create_record(life.zone, "example.com", "CAA", ['0 issue ";"'])
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert set(patient.codes()) == {"CREDENTIALS_UNUSABLE", "CAA_FORBIDS"}


def test_a_resolver_that_does_not_answer(life: Life, patient: Patient) -> None:
    patient.given["dns_server"] = "127.0.0.1:9"
    assert patient.codes() == {}
    assert set(patient.codes("warning")) >= {"CAA_UNCHECKED", "DNS_FAILED"}


def test_a_profile_and_terms(life: Life, patient: Patient) -> None:
    assert set(patient.codes(acme_profile="unheard-of", acme_terms_agreed=False)) == {
        "PROFILE_NOT_OFFERED",
        "TERMS_NOT_AGREED",
    }


def test_no_secret_is_in_the_result(life: Life, patient: Patient) -> None:
    life.play("create").succeeded()
    assert "PRIVATE KEY" not in json.dumps(patient.examined().result)
