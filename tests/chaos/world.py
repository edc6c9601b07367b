# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that can be seen of a project from outside: AWS through its API, the store and the archive where they are."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from sandbox.seed import client

from chaos.storage import PROJECT, Places

PATH = f"/cloudfront/certops/{PROJECT}/"
CHALLENGE = "_acme-challenge."
PARAMETER = f"/certops/{PROJECT}/certificate"
# Without them, ACM lists those with RSA 2048 alone.
KEY_TYPES = ["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1"]


@dataclass(frozen=True)
class StoredCertificate:
    """One certificate in IAM, or in ACM: there its ARN is its ID and its name, and one of the project has its path."""

    id: str
    name: str
    path: str
    fingerprint: str
    is_ours: bool


@dataclass(frozen=True)
class Distribution:
    """One distribution or tenant: what it is bound to, and everything else of its configuration."""

    id: str
    certificate: str | None
    rest: Mapping[str, Any]


@dataclass(frozen=True)
class World:
    """One look."""

    document: dict[str, Any] | None
    certificates: dict[str, StoredCertificate]
    distributions: dict[str, Distribution]
    listeners: dict[str, tuple[str, ...]]
    """Of every listener of load balancers and every API domain the names of its certificates, the default first."""
    published: str | None
    """What the parameter says that names the certificate in service."""
    challenges: dict[str, list[str]]
    validations: list[str]
    """The names of the records by which ACM knows that a name is the account's."""
    topics: dict[str, list[str]]
    bundles: dict[str, str]
    """Of every bundle in the archive its path, and the SHA-256 of its leaf."""
    pending: int
    keys: frozenset[bytes]
    """The public halves of all private keys in the archive."""
    exposed: list[str]
    """Files and directories that others than their owner may look into."""

    @property
    def ours(self) -> list[StoredCertificate]:
        return [each for each in self.certificates.values() if each.is_ours and each.path == PATH]


def public_bytes(key: Any) -> bytes:
    """A public key in the one form that is compared."""
    return bytes(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def fingerprint(pem: str) -> str:
    """SHA-256 of a certificate."""
    return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex()


class Beside:
    """What serves certificates beside distributions: listeners of load balancers, and domains of API Gateway."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.elbv2, self.elb, self.apigateway = (client(service, env) for service in ("elbv2", "elb", "apigateway"))

    def certificates(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each of them with the names of its certificates."""
        for owner in self.elbv2.describe_load_balancers()["LoadBalancers"]:
            for listener in self.elbv2.describe_listeners(LoadBalancerArn=owner["LoadBalancerArn"])["Listeners"]:
                arn = listener["ListenerArn"]
                found = self.elbv2.describe_listener_certificates(ListenerArn=arn)["Certificates"]
                ordered = sorted(found, key=lambda one: (not one["IsDefault"], one["CertificateArn"]))
                yield arn, tuple(_name(one["CertificateArn"]) for one in ordered)
        for owner in self.elb.describe_load_balancers()["LoadBalancerDescriptions"]:
            for one in owner["ListenerDescriptions"]:
                port = f"{owner['LoadBalancerName']}:{one['Listener']['LoadBalancerPort']}"
                yield port, (_name(one["Listener"]["SSLCertificateId"]),)
        for domain in self.apigateway.get_domain_names()["items"]:
            yield domain["domainName"], (_name(domain["regionalCertificateArn"]),)


def _name(arn: str) -> str:
    """A certificate of ACM is known by its ARN, one of IAM by its name."""
    return arn if ":acm:" in arn else arn.rpartition("/")[2]


class Observer:
    """Looks at one sandbox, and at the places of one project."""

    def __init__(self, env: Mapping[str, str], places: Places) -> None:
        self.places = places
        self.iam, self.cloudfront, self.route53, self.sns = (
            client(service, env) for service in ("iam", "cloudfront", "route53", "sns")
        )
        self.beside, self.acm, self.ssm = Beside(env), client("acm", env), client("ssm", env)
        self._fingerprints: dict[str, str] = {}

    def look(self) -> World:
        bundles, pending, keys = self._archive()
        return World(
            document=self.places.document(),
            certificates={each.id: each for each in (*self._certificates(), *self._in_acm())},
            distributions={each.id: each for each in (*self._distributions(), *self._tenants())},
            listeners=dict(self.beside.certificates()),
            published=self._published(),
            challenges=self._challenges(),
            validations=self._validations(),
            topics=self._topics(),
            bundles=bundles,
            pending=pending,
            keys=frozenset(keys),
            exposed=sorted(self.places.exposed()),
        )

    def _certificates(self) -> Iterator[StoredCertificate]:
        for item in self.iam.list_server_certificates()["ServerCertificateMetadataList"]:
            name, number = item["ServerCertificateName"], item["ServerCertificateId"]
            if number not in self._fingerprints:
                self._fingerprints[number] = fingerprint(
                    self.iam.get_server_certificate(ServerCertificateName=name)["ServerCertificate"]["CertificateBody"]
                )
            tags = {
                tag["Key"]: tag["Value"]
                for tag in self.iam.list_server_certificate_tags(ServerCertificateName=name)["Tags"]
            }
            yield StoredCertificate(
                number, name, item["Path"], self._fingerprints[number], tags.get("managed-by") == "certops.cloudfront"
            )

    def _in_acm(self) -> Iterator[StoredCertificate]:
        for item in self.acm.list_certificates(Includes={"keyTypes": KEY_TYPES})["CertificateSummaryList"]:
            arn = item["CertificateArn"]
            found = {tag["Key"]: tag["Value"] for tag in self.acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]}
            path = PATH if found.get("certops:project") == PROJECT else ""
            yield StoredCertificate(
                arn, arn, path, self._content_in_acm(arn), found.get("managed-by") == "certops.cloudfront"
            )

    def _content_in_acm(self, arn: str) -> str:
        """The SHA-256 of its leaf; none while it is only requested."""
        try:
            return fingerprint(self.acm.get_certificate(CertificateArn=arn)["Certificate"])
        except self.acm.exceptions.RequestInProgressException:
            return ""

    def _distributions(self) -> Iterator[Distribution]:
        for item in self.cloudfront.list_distributions()["DistributionList"].get("Items", []):
            config = self.cloudfront.get_distribution_config(Id=item["Id"])["DistributionConfig"]
            viewer = config.pop("ViewerCertificate")
            config.setdefault("Aliases", {})
            yield Distribution(item["Id"], viewer.get("IAMCertificateId") or viewer.get("ACMCertificateArn"), config)

    def _tenants(self) -> Iterator[Distribution]:
        """Those with a certificate of their own; the others have that of their distribution."""
        for item in self.cloudfront.list_distribution_tenants()["DistributionTenantList"]:
            own = item["Customizations"].pop("Certificate", {}).get("Arn") if "Customizations" in item else None
            if own is not None:
                rest = {key: item[key] for key in ("Name", "DistributionId", "Customizations", "Enabled")}
                yield Distribution(
                    item["Id"], own, {**rest, "Aliases": {"Items": [one["Domain"] for one in item["Domains"]]}}
                )

    def _published(self) -> str | None:
        """The value of the parameter."""
        try:
            return str(self.ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"])
        except self.ssm.exceptions.ParameterNotFound:
            return None

    def _records(self) -> Iterator[dict[str, Any]]:
        for zone in self.route53.list_hosted_zones()["HostedZones"]:
            yield from self.route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]

    def _challenges(self) -> dict[str, list[str]]:
        return {
            record["Name"]: sorted(value["Value"] for value in record["ResourceRecords"])
            for record in self._records()
            if record["Name"].startswith(CHALLENGE)
        }

    def _validations(self) -> list[str]:
        return sorted(record["Name"] for record in self._records() if record["Type"] == "CNAME")

    def _topics(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {
            topic["TopicArn"].rpartition(":")[2]: [] for topic in self.sns.list_topics()["Topics"]
        }
        for each in self.sns.list_subscriptions()["Subscriptions"]:
            found.setdefault(each["TopicArn"].rpartition(":")[2], []).append(each["Endpoint"])
        return {name: sorted(endpoints) for name, endpoints in found.items()}

    def _archive(self) -> tuple[dict[str, str], int, set[bytes]]:
        bundles, pending, keys = {}, 0, set()
        for path, content in self.places.archive():
            if path.endswith(".tar.gz"):
                with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                    files = {
                        member.name: (tar.extractfile(member) or io.BytesIO()).read().decode()
                        for member in tar.getmembers()
                    }
                bundles[path] = fingerprint(files["cert.pem"])
                keys.add(_public_half(files["privkey.pem"]))
            elif "/pending/" in path:
                pending += 1
                keys.add(_public_half(json.loads(content)["private_key"]))
        return bundles, pending, keys


def _public_half(pem: str) -> bytes:
    return public_bytes(serialization.load_pem_private_key(pem.encode(), None).public_key())
