# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AWS side of the sandbox alone, in this process: each of its refusals is shown with boto3, by AWS's error code."""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from sandbox.aws.local import serving
from sandbox.aws.state import State
from sandbox.environment import CHINA_ACCESS_KEY

ACCESS_KEY = "AKIA" + "S" * 16


@dataclass
class Refusal:
    """What AWS answered; filled when the block of `refuses` ends."""

    message: str = ""


@dataclass(frozen=True)
class Aws:
    """A server of the sandbox's AWS side, and its state to look into."""

    state: State
    url: str
    clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def client(self, service: str, region: str = "us-east-1", access_key: str | None = None) -> Any:
        """A boto3 client without retries, by default with credentials of the region's partition."""
        access_key = access_key or (CHINA_ACCESS_KEY if region.startswith("cn-") else ACCESS_KEY)
        wanted = (service, region, access_key)
        if wanted not in self.clients:
            self.clients[wanted] = boto3.client(
                service,
                region_name=region,
                endpoint_url=self.url,
                aws_access_key_id=access_key,
                aws_secret_access_key="secret",
                config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=5),
            )
        return self.clients[wanted]

    @contextlib.contextmanager
    def refuses(self, code: str, status: int = 400) -> Iterator[Refusal]:
        """The block must end with AWS's error `code` and HTTP `status`."""
        refusal = Refusal()
        with pytest.raises(ClientError) as caught:
            yield refusal
        assert (
            caught.value.response["Error"]["Code"],
            caught.value.response["ResponseMetadata"]["HTTPStatusCode"],
        ) == (code, status)
        refusal.message = caught.value.response["Error"]["Message"]

    def control(self, method: str, path: str, values: Any = None) -> Any:
        """One request to the control interface."""
        body = None if values is None else json.dumps(values).encode()
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.url}/_sandbox/{path}", data=body, method=method)
        ) as answer:
            return json.load(answer)


@dataclass(frozen=True)
class Bundle:
    """PEM texts as a CA hands them out."""

    leaf: str
    chain: str
    key: str

    def import_arguments(self) -> dict[str, Any]:
        """What ImportCertificate takes."""
        return {"Certificate": self.leaf, "PrivateKey": self.key, "CertificateChain": self.chain}

    def upload_arguments(self, name: str, path: str = "/cloudfront/") -> dict[str, Any]:
        """What UploadServerCertificate takes."""
        return {
            "ServerCertificateName": name,
            "Path": path,
            "CertificateBody": self.leaf,
            "CertificateChain": self.chain,
            "PrivateKey": self.key,
        }


@functools.cache
def _authority(name: str) -> tuple[x509.Certificate, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return _signed(subject, key, (subject, key), (-3650, 3650), ()), key


def _signed(
    subject: x509.Name, key: Any, issuer: tuple[x509.Name, Any], days: tuple[float, float], names: Sequence[str]
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
    )
    builder = builder.not_valid_before(now + datetime.timedelta(days=days[0])).not_valid_after(
        now + datetime.timedelta(days=days[1])
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
        )
    return builder.sign(issuer[1], hashes.SHA256())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


_KEYS: dict[str, Callable[[], Any]] = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "rsa2048": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
}


def make_bundle(
    *names: str, days: tuple[float, float] = (-1, 60), key_type: str = "p256", authority: str = "Issuer", links: int = 1
) -> Bundle:
    """A leaf for `names`, its issuer as the chain, so many times since it issued itself, too, and the leaf's key."""
    issuer, issuer_key = _authority(authority)
    key = _KEYS[key_type]()
    leaf = _signed(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]), key, (issuer.subject, issuer_key), days, names
    )
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return Bundle(_pem(leaf), _pem(issuer) * links, text)


@pytest.fixture(scope="session")
def _server() -> Iterator[Aws]:
    state = State()
    with serving(state) as url:
        yield Aws(state, url)


@pytest.fixture
def aws(_server: Aws) -> Aws:
    """The server, empty."""
    _server.state.reset()
    return _server


@pytest.fixture
def store(aws: Aws, bundle: Callable[..., Bundle]) -> Callable[..., str]:
    """Imports certificates into ACM: `store("*.example.com", region="us-east-1", tags={"a": "b"})` is the ARN of
    one."""

    def one(*names: str, region: str = "us-east-1", tags: dict[str, str] | None = None, **more: Any) -> str:
        given = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
        made = bundle(*(names or ("www.example.com",)), **more)
        return str(aws.client("acm", region).import_certificate(**made.import_arguments(), **given)["CertificateArn"])

    return one


@pytest.fixture
def reader(aws: Aws) -> Callable[..., str]:
    """The access key of a new user with a policy of these statements; from now on policies count."""

    def one(*statements: dict[str, Any]) -> str:
        admin = aws.client("iam")
        admin.create_user(UserName="reader")
        document = json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement} for statement in statements]}
        )
        admin.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=document)
        key = str(admin.create_access_key(UserName="reader")["AccessKey"]["AccessKeyId"])
        aws.control("POST", "settings", {"enforce_iam": True})
        return key

    return one


@pytest.fixture(scope="session")
def bundle() -> Callable[..., Bundle]:
    """Makes bundles: `bundle("example.com", days=(-1, 60), key_type="p256")`."""
    return make_bundle
