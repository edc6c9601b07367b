# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""In-memory stand-ins for the clients of IAM, CloudFront and TLS, and a clock that jumps."""

from __future__ import annotations

import io
import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.cloudfront import DistributionConfig
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.iam import Upload
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine.crypto import inspect
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import distribution_xml
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
    Content,
    StoredCertificate,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from sandbox.ca.authority import Authority

NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"


def refusal(code: str, message: str = "no", operation: str = "Any") -> RemoteError:
    return RemoteError(
        f"{operation} was answered with {code}: {message}", service="aws", operation=operation, code=code
    )


@dataclass
class FakeClock:
    time: datetime = field(default_factory=lambda: datetime.now(timezone.utc).replace(microsecond=0))
    naps: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += timedelta(seconds=seconds)


@dataclass
class Calls:
    """The log of the calls, and what some of them shall be refused with, in turn."""

    made: list[str] = field(default_factory=list)
    refusals: dict[str, list[RemoteError | None]] = field(default_factory=dict)

    def note(self, operation: str, target: str = "") -> None:
        self.made.append(operation)
        for key in (f"{operation} {target}", operation):
            queue = self.refusals.get(key, [])
            refused = queue.pop(0) if queue else None
            if refused is not None:
                raise refused


@dataclass
class FakeIam:
    clock: FakeClock
    quota: int = 20
    contents: dict[str, Content] = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)
    uploads: list[Upload] = field(default_factory=list)

    def add(
        self, name: str, leaf: str, chain: str = "", path: str = "/cloudfront/", tags: t.Mapping[str, str] | None = None
    ) -> StoredCertificate:
        number = len(self.contents) + 1
        stored = StoredCertificate(
            name,
            path,
            f"ASCA{name.upper()}",
            f"arn:aws:iam::1:server-certificate{path}{name}",
            self.clock.now(),
            inspect(leaf).not_after,
        )
        stored = replace(stored, upload_date=self.clock.now() + timedelta(seconds=number))
        self.contents[name] = Content(stored, leaf, chain, dict(tags or {}))
        return stored

    def list_server_certificates(self, path: str = "/") -> tuple[StoredCertificate, ...]:
        self.calls.note("ListServerCertificates")
        return tuple(content.stored for content in self.contents.values() if content.stored.path.startswith(path))

    def get_server_certificate(self, name: str) -> Content | None:
        self.calls.note("GetServerCertificate", name)
        return self.contents.get(name)

    def list_server_certificate_tags(self, name: str) -> dict[str, str]:
        self.calls.note("ListServerCertificateTags", name)
        return dict(self.contents[name].tags)

    def get_server_certificate_quota(self) -> tuple[int, int]:
        self.calls.note("GetAccountSummary")
        return len(self.contents), self.quota

    def upload_server_certificate(self, upload: Upload) -> StoredCertificate:
        self.calls.note("UploadServerCertificate", upload.name)
        if upload.name in self.contents:
            raise refusal("EntityAlreadyExists")
        self.uploads.append(upload)
        return self.add(upload.name, upload.body, upload.chain, upload.path, upload.tags)

    def tag_server_certificate(self, name: str, tags: t.Mapping[str, str]) -> None:
        self.calls.note("TagServerCertificate", name)
        content = self.contents[name]
        self.contents[name] = replace(content, tags={**content.tags, **tags})

    def delete_server_certificate(self, name: str) -> bool:
        self.calls.note("DeleteServerCertificate", name)
        return self.contents.pop(name, None) is not None


def config_xml(aliases: t.Iterable[str], viewer: str, extra: str = "") -> bytes:
    names = "".join(f"<CNAME>{alias}</CNAME>" for alias in aliases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<DistributionConfig'
        f' xmlns="{NAMESPACE}"><CallerReference>r</CallerReference>'
        f"<Aliases><Quantity>0</Quantity><Items>{names}</Items></Aliases><ViewerCertificate>{viewer}</ViewerCertificate>"
        f"<Restrictions><GeoRestriction/></Restrictions>{extra}</DistributionConfig>"
    ).encode()


def bound_to(certificate_id: str) -> str:
    return (
        f"<IAMCertificateId>{certificate_id}</IAMCertificateId><SSLSupportMethod>sni-only</SSLSupportMethod>"
        "<MinimumProtocolVersion>TLSv1.2_2019</MinimumProtocolVersion>"
        f"<Certificate>{certificate_id}</Certificate><CertificateSource>iam</CertificateSource>"
    )


@dataclass
class FakeCloudFront:
    """Distributions are Deployed ``deploy_seconds`` after their update."""

    clock: FakeClock
    deploy_seconds: float = 60
    lists_etags: bool = True
    distributions: dict[str, Distribution] = field(default_factory=dict)
    xml: dict[str, bytes] = field(default_factory=dict)
    deployed_at: dict[str, datetime] = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)

    def add(self, identifier: str, aliases: t.Iterable[str], viewer: str, extra: str = "", **more: t.Any) -> None:
        self.distributions[identifier] = Distribution(
            id=identifier, domain_name=f"{identifier.lower()}.cloudfront.net", **more
        )
        self.xml[identifier] = config_xml(aliases, viewer, extra)

    def change(self, identifier: str, xml: bytes) -> None:
        """As somebody else would."""
        self.xml[identifier] = xml

    def etag(self, identifier: str) -> str:
        return f"E{hash(self.xml[identifier]) % 10**8}"

    def list_distributions(self) -> tuple[Distribution, ...]:
        self.calls.note("ListDistributions")
        return tuple(self._listed(identifier) for identifier in self.distributions)

    def _listed(self, identifier: str) -> Distribution:
        config = distribution_xml.read(self.xml[identifier])
        one = self.distributions[identifier]
        status = "Deployed" if self.clock.now() >= self.deployed_at.get(identifier, self.clock.now()) else "InProgress"
        return replace(
            one,
            aliases=config.aliases,
            viewer=config.viewer,
            status=status,
            etag=self.etag(identifier) if self.lists_etags else "",
        )

    def get_distribution_config(self, identifier: str) -> DistributionConfig:
        self.calls.note("GetDistributionConfig", identifier)
        config = distribution_xml.read(self.xml[identifier])
        return DistributionConfig(self.etag(identifier), self.xml[identifier], config.aliases, config.viewer)

    def update_distribution(self, identifier: str, config: DistributionConfig) -> str:
        self.calls.note("UpdateDistribution", identifier)
        if config.etag != self.etag(identifier):
            raise refusal("PreconditionFailed")
        self.xml[identifier] = config.xml
        self.deployed_at[identifier] = self.clock.now() + timedelta(seconds=self.deploy_seconds)
        return self.etag(identifier)

    def bound(self, identifier: str) -> str:
        return distribution_xml.read(self.xml[identifier]).viewer.get("IAMCertificateId", "")


@dataclass
class FakeTls:
    """Serves these fingerprints by server name, one after another; the last one for good."""

    served: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, int, str]] = field(default_factory=list)
    on_first_probe: t.Callable[[], None] | None = None

    def served_fingerprint(self, host: str, port: int, server_name: str) -> str:
        if self.on_first_probe is not None:
            intruder, self.on_first_probe = self.on_first_probe, None
            intruder()
        self.asked.append((host, port, server_name))
        queue = self.served[server_name]
        return queue.pop(0) if len(queue) > 1 else queue[0]


@dataclass(frozen=True)
class Issued:
    """A certificate with what belongs to it, as PEM texts."""

    leaf: str
    chain: str
    key: str = field(repr=False)


def issue(*domains: str, lifetime: timedelta = timedelta(days=45)) -> Issued:
    authority = Authority()
    pair = authority.certificate(domains, lifetime)
    return Issued(pair.certificate_pem, authority.issuer.certificate_pem, pair.key_pem)


class Body(io.BytesIO):
    """The body of an HTTP answer, as urllib3 gives it."""

    def stream(self, **_more: object) -> list[bytes]:
        return [self.read()]
