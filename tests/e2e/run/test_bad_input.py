# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused: with every reason at once and a status that says so, and with nothing changed in store, archive, AWS
or at the CA."""

from __future__ import annotations

import io
import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import cloudfront_cert_bind, iam_server_cert
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from e2e.in_process import run
from playbook_runs.runs import Ansible, Run
from sandbox import seed
from sandbox.ca.authority import Authority
from sandbox.control import Control
from sandbox.process import SandboxProcess

READING = ("Get", "List", "Describe", "directory", "newNonce")
NOWHERE = "https://localhost:9/directory"

# By the name of the project: what is wrong with it, and what is said.
DEFINITIONS: dict[str, tuple[dict[str, Any], str]] = {
    "zero": (
        {"renewal_interval_days": 0},
        "renewal_interval_days: 0 is out of range; use a whole number of days from 1 to 89",
    ),
    "ninety": ({"renewal_interval_days": 90}, "renewal_interval_days: 90 is out of range"),
    "text": ({"renewal_interval_days": "soon"}, "renewal_interval_days: 'soon' is not a whole number"),
    "fraction": ({"renewal_interval_days": 1.5}, "renewal_interval_days: 1.5 is not a whole number"),
    "email": ({"emails": ["ops@example.com", "nobody"]}, "emails: 'nobody' is not a valid e-mail address"),
    "bad name": ({}, "name: 'bad name' is not a valid project name"),
    "accounts": ({}, "name: 'accounts' is reserved"),
    "none": ({"domains": []}, "domains: empty; list at least one domain name"),
    "lacking": ({"domains": None}, "missing required arguments: project_domains"),
    "invalid": ({"domains": ["exa_mple.com", "*.*.example.com"]}, "domains: '*.*.example.com' has a wildcard"),
    "twice": ({"domains": ["example.com", "EXAMPLE.com"]}, "domains: 'EXAMPLE.com' is a duplicate of 'example.com'"),
    "unicode": (
        {"domains": ["bücher.example.com", "xn--bcher-kva.example.com"]},
        "is a duplicate of 'bücher.example.com'",
    ),
    "many": (
        {"domains": [f"h{number}.example.com" for number in range(101)]},
        "domains: 101 names, but one certificate holds at most 100",
    ),
    "key": ({"key_type": "ecdsa_p384"}, "key_type: 'ecdsa_p384' is unknown; use one of ecdsa_p256"),
    "directory": ({"acme_directory": "nobody"}, "acme_directory: 'nobody' is not a known name; use one of"),
    "plain": ({"acme_directory": "http://ca.example.com/"}, "is not an https:// URL"),
    "ids": ({"bind": ["ids"]}, "distributions: empty, but bind has ids"),
    "id": ({"bind": ["ids"], "distributions": ["mine"]}, "distributions: 'mine' is not a valid distribution ID"),
    "acm": ({"acm_arn": "same"}, "acm_arn: same is about certificates in ACM"),
    "archive": ({"archive": "ftp://example.com/"}, "archive 'ftp://example.com/' is not supported"),
    "store": ({"store": "http://example.com/"}, "store 'http://example.com/' is not supported"),
    "several": (
        {"emails": "nobody", "key_type": "dsa", "verify": "perhaps"},
        "emails: 'nobody' is not a valid e-mail address; use the form name@example.com; key_type: 'dsa'",
    ),
}


class World:
    """Playbooks over a sandbox with one zone, and what they would have changed."""

    def __init__(self, ansible: Ansible, control: Control) -> None:
        self.ansible, self.control = ansible, control
        self.data = Path(ansible.env["XDG_DATA_HOME"])
        seed.create_zone("example.com")
        control.clear_calls()

    def create(self, *projects: dict[str, Any], env: dict[str, str] | None = None) -> Run:
        given = [{"domains": ["example.com"], "emails": ["ops@example.com"], **project} for project in projects]
        return self.ansible.playbook(
            "create",
            {"projects": [{key: value for key, value in one.items() if value is not None} for one in given]},
            env=env,
        )

    def files(self) -> dict[str, bytes]:
        """All that is in store and archive."""
        return {
            str(path.relative_to(self.data)): path.read_bytes()
            for path in self.data.rglob("*")
            if path.is_file() and path.name != ".lock"
        }

    def writes(self) -> list[str]:
        return [call["operation"] for call in self.control.calls() if not call["operation"].startswith(READING)]


@pytest.fixture
def world(ansible: Ansible, control: Control) -> World:
    return World(ansible, control)


def test_a_bad_definition_is_refused_before_any_call(world: World) -> None:
    refused = world.create(*({"name": name, **wrong} for name, (wrong, _reason) in DEFINITIONS.items())).failed()
    assert [
        name
        for name, (_wrong, reason) in DEFINITIONS.items()
        if not any(name in line and reason in line for line in refused.told)
    ] == []
    assert refused.told[-1].startswith(f"{len(DEFINITIONS)} projects: {len(DEFINITIONS)} failed;")
    assert refused.changed == 0
    assert world.control.calls() == []
    assert world.files() == {}


def test_what_only_aws_and_the_ca_can_tell_is_told_at_once_and_nothing_is_written(world: World) -> None:
    wrong = {
        "domains": ["example.com", "example.net", "example.org"],
        "bind": ["ids"],
        "distributions": ["E1AAAAAAAAAAAA", "E2BBBBBBBBBBBB"],
    }
    refused = world.create(
        {"name": "webapp", "quota_headroom": 99, **wrong}, {"name": "away", "acme_directory": NOWHERE}
    ).failed()
    for reason in (
        "example.net: it has no public hosted zone",
        "example.org: it has no public hosted zone",
        "E1AAAAAAAAAAAA does not exist",
        "E2BBBBBBBBBBBB does not exist",
        "99 places must stay free",
        f"{NOWHERE} got no answer",
    ):
        assert reason in refused.stdout
    assert refused.changed == 0
    assert world.writes() == []
    assert world.files() == {}


@pytest.mark.parametrize(
    ("lacking", "reason"),
    [
        pytest.param(("AWS_REGION", "AWS_DEFAULT_REGION"), "no AWS region: set region or AWS_REGION", id="region"),
        pytest.param(
            ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "no AWS credentials: set profile", id="credentials"
        ),
    ],
)
def test_a_connection_that_lacks_something_is_refused_before_any_call(
    world: World, lacking: tuple[str, ...], reason: str
) -> None:
    refused = world.create({"name": "webapp"}, env=dict.fromkeys(lacking, "")).failed()
    assert reason in refused.stdout
    told = [line for line in refused.stdout.splitlines() if reason in line]
    assert len(told) < 6, "the same reason is told once per place, not once per check"
    assert world.control.calls() == []
    assert world.files() == {}


def test_an_update_that_cannot_work_leaves_the_stored_definition_and_the_certificate(world: World) -> None:
    names = ("input", "zone", "distribution", "ca", "terms")
    world.create(*({"name": name} for name in names)).succeeded()
    before, certificates = world.files(), seed.client("iam").list_server_certificates()["ServerCertificateMetadataList"]
    world.control.clear_calls()
    refused = world.create(
        {"name": "input", "emails": ["nobody"], "renewal_interval_days": 90},
        {"name": "zone", "domains": ["example.com", "example.net"]},
        {"name": "distribution", "bind": ["previous", "ids"], "distributions": ["E1AAAAAAAAAAAA"]},
        {"name": "ca", "acme_directory": NOWHERE},
        {
            "name": "terms",
            "acme_contacts": ["other@example.com"],
            "domains": ["www.example.com"],
            "acme_terms_agreed": False,
        },
    ).failed()
    assert [name for name in names if f"{name} | failed | " not in "\n".join(refused.told)] == []
    assert refused.changed == 0
    assert world.writes() == []
    assert world.files() == before
    assert seed.client("iam").list_server_certificates()["ServerCertificateMetadataList"] == certificates
    again = world.create(*({"name": name} for name in names)).succeeded()
    assert again.changed == 0


def test_a_damaged_bundle_is_not_uploaded_and_the_failure_is_recorded(world: World) -> None:
    world.create({"name": "webapp"}).succeeded()
    iam = seed.client("iam")
    iam.delete_server_certificate(
        ServerCertificateName=iam.list_server_certificates()["ServerCertificateMetadataList"][0][
            "ServerCertificateName"
        ]
    )
    (bundle,) = (world.data / "certops" / "archive" / "webapp").glob("*.tar.gz")
    bundle.write_bytes(bundle.read_bytes()[:100])
    world.control.clear_calls()
    refused = world.create({"name": "webapp"}).failed()
    assert str(bundle) in refused.stdout
    assert set(world.writes()) <= {"Publish"}
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == []


def material(kind: str) -> dict[str, Any]:
    """Certificate, key and chain of which something does not fit."""
    authority, other = Authority(), Authority()
    lifetime = timedelta(days=-1) if kind == "expired" else timedelta(days=30)
    pair = authority.certificate(["example.com"], lifetime)
    key = other.certificate(["example.com"]).key_pem if kind == "other key" else pair.key_pem
    chain = other.issuer.certificate_pem if kind == "other chain" else authority.issuer.certificate_pem
    return {"certificate": pair.certificate_pem, "private_key": key, "chain": chain}


def packed(directory: Path, kind: str) -> dict[str, Any]:
    """A bundle of which something is wrong."""
    path = directory / "2026-11-22-0600.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        content = b"no certificate"
        member = tarfile.TarInfo("cert.pem")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    if kind == "no archive":
        path.write_bytes(b"this is not a tar file")
    return {"bundle": str(directory / "nowhere.tar.gz" if kind == "missing" else path)}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        pytest.param("missing", "nowhere.tar.gz", id="a bundle that is not there"),
        pytest.param("no archive", "2026-11-22-0600.tar.gz", id="a bundle that is no archive"),
        pytest.param("incomplete", "2026-11-22-0600.tar.gz", id="a bundle without a key"),
        pytest.param("other key", "key", id="a key of another certificate"),
        pytest.param("expired", "expired", id="an expired certificate"),
        pytest.param("other chain", "chain", id="a chain that contradicts itself"),
    ],
)
def test_material_that_does_not_fit_is_refused_before_any_call(
    control: Control, tmp_path: Path, kind: str, reason: str
) -> None:
    given = packed(tmp_path, kind) if kind in ("missing", "no archive", "incomplete") else material(kind)
    with pytest.raises(ConfigError, match=reason):
        run(iam_server_cert, name_prefix="webapp", path="/cloudfront/certops/webapp/", **given)
    assert control.calls() == []


def test_a_key_that_distributions_cannot_take_is_refused_before_any_distribution_is_read(
    sandbox: SandboxProcess, control: Control
) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    authority = Authority()
    leaf = x509.load_pem_x509_certificate(authority.certificate(["example.com"]).certificate_pem.encode())
    builder = x509.CertificateBuilder(
        leaf.issuer,
        leaf.subject,
        key.public_key(),
        leaf.serial_number,
        leaf.not_valid_before_utc,
        leaf.not_valid_after_utc,
    )
    certificate = builder.add_extension(
        leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value, critical=False
    )
    pem = certificate.sign(authority.issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    seed.create_distribution(["example.com"])
    seed.client("iam").upload_server_certificate(
        ServerCertificateName="by-hand",
        Path="/cloudfront/",
        CertificateBody=pem,
        CertificateChain=authority.issuer.certificate_pem,
        PrivateKey=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
    )
    control.clear_calls()
    with pytest.raises(ConfigError, match="CloudFront does not accept a key of type ecdsa_"):
        run(cloudfront_cert_bind, server_certificate_name="by-hand", match=["aliases"], verify="none")
    assert control.counts("cloudfront") == {}
