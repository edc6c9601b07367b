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


@dataclass(frozen=True)
class ServerCertificate:
    """One server certificate in IAM."""

    id: str
    name: str
    path: str
    fingerprint: str
    is_ours: bool


@dataclass(frozen=True)
class Distribution:
    """One distribution: what it is bound to, and everything else of its configuration."""

    id: str
    certificate: str | None
    rest: Mapping[str, Any]


@dataclass(frozen=True)
class World:
    """One look."""

    document: dict[str, Any] | None
    certificates: dict[str, ServerCertificate]
    distributions: dict[str, Distribution]
    listeners: dict[str, tuple[str, ...]]
    """Of every listener of load balancers the names of its certificates, the default first."""
    challenges: dict[str, list[str]]
    topics: dict[str, list[str]]
    bundles: dict[str, str]
    """Of every bundle in the archive its path, and the SHA-256 of its leaf."""
    pending: int
    keys: frozenset[bytes]
    """The public halves of all private keys in the archive."""
    exposed: list[str]
    """Files and directories that others than their owner may look into."""

    @property
    def ours(self) -> list[ServerCertificate]:
        return [each for each in self.certificates.values() if each.is_ours and each.path == PATH]


def public_bytes(key: Any) -> bytes:
    """A public key in the one form that is compared."""
    return bytes(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def fingerprint(pem: str) -> str:
    """SHA-256 of a certificate."""
    return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex()


class Observer:
    """Looks at one sandbox, and at the places of one project."""

    def __init__(self, env: Mapping[str, str], places: Places) -> None:
        self.places = places
        self.iam, self.cloudfront, self.route53, self.sns, self.elbv2 = (
            client(service, env) for service in ("iam", "cloudfront", "route53", "sns", "elbv2")
        )
        self._fingerprints: dict[str, str] = {}

    def look(self) -> World:
        bundles, pending, keys = self._archive()
        return World(
            document=self.places.document(),
            certificates={each.id: each for each in self._certificates()},
            distributions={each.id: each for each in self._distributions()},
            listeners=dict(self._listeners()),
            challenges=self._challenges(),
            topics=self._topics(),
            bundles=bundles,
            pending=pending,
            keys=frozenset(keys),
            exposed=sorted(self.places.exposed()),
        )

    def _certificates(self) -> Iterator[ServerCertificate]:
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
            yield ServerCertificate(
                number, name, item["Path"], self._fingerprints[number], tags.get("managed-by") == "certops.cloudfront"
            )

    def _distributions(self) -> Iterator[Distribution]:
        for item in self.cloudfront.list_distributions()["DistributionList"].get("Items", []):
            config = self.cloudfront.get_distribution_config(Id=item["Id"])["DistributionConfig"]
            yield Distribution(item["Id"], config.pop("ViewerCertificate").get("IAMCertificateId"), config)

    def _listeners(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for owner in self.elbv2.describe_load_balancers()["LoadBalancers"]:
            for listener in self.elbv2.describe_listeners(LoadBalancerArn=owner["LoadBalancerArn"])["Listeners"]:
                arn = listener["ListenerArn"]
                found = self.elbv2.describe_listener_certificates(ListenerArn=arn)["Certificates"]
                ordered = sorted(found, key=lambda one: (not one["IsDefault"], one["CertificateArn"]))
                yield arn, tuple(one["CertificateArn"].rpartition("/")[2] for one in ordered)

    def _challenges(self) -> dict[str, list[str]]:
        found = {}
        for zone in self.route53.list_hosted_zones()["HostedZones"]:
            for record in self.route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
                if record["Name"].startswith(CHALLENGE):
                    found[record["Name"]] = sorted(value["Value"] for value in record["ResourceRecords"])
        return found

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
