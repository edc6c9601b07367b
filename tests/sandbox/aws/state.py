# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything the sandbox knows, in memory: settings, clock, call log, faults, and the strict services with their
resources."""

from __future__ import annotations

import copy
import dataclasses
import sys
import threading
import time
import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

from sandbox.ca.authority import Authority
from sandbox.environment import CHINA_ACCESS_KEY

from . import acm_certificate, pem
from .acm import Acm
from .calls import CallLog
from .cloudfront import CloudFront
from .dns_view import DnsAnswer, DnsView
from .endpoint import Endpoint
from .faults import FaultTable
from .iam import Iam
from .route53 import Route53
from .services import strict_services
from .sns import Sns

DEFAULT_ACCOUNT = "123456789012"
PARTITIONS = ("aws", "aws-cn")


@dataclass
class Settings:
    """What a test may change while the sandbox runs."""

    iam_server_certificate_quota: int = 20
    # CloudFront sees a new IAM certificate only after this time; until then it answers InvalidViewerCertificate.
    iam_visibility_seconds: float = 0.0
    route53_propagation_seconds: float = 0.0
    # Requests a second in one account, 0 for no limit; bursts up to route53_burst.
    route53_rate: float = 0.0
    route53_burst: int = 5
    # How long a zone refuses a second change batch with PriorRequestNotComplete.
    route53_zone_lock_seconds: float = 0.0
    # How long after INSYNC the last of a zone's name servers still shows what was before.
    dns_late_seconds: float = 0.0
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html (adjustable)
    cloudfront_distribution_quota: int = 500
    cloudfront_deploy_seconds: float = 0.0
    # CloudFront refuses a second change of the viewer certificate while one is InProgress.
    cloudfront_one_certificate_change: bool = True
    # The ETag changes once more, by CloudFront itself, when a distribution becomes Deployed.
    cloudfront_etag_on_deploy: bool = False
    # What becomes of Customizations and Parameters that an update of a tenant leaves out: AWS does not say, so they are
    # gone.
    cloudfront_tenant_keeps_omitted: bool = False
    # Until CloudFront serves what was imported again, or renewed, under the same ARN: up to a day, and no status tells.
    cloudfront_refresh_seconds: float = 0.0
    # The edge goes on serving what it serves, whatever is deployed from now on.
    edge_serves_stale: bool = False
    # Distributions from before April 2019 may have aliases and no certificate of their own; only with this can one be
    # made.
    cloudfront_aliases_without_certificate: bool = False
    # https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html (adjustable; young accounts start with 20 a year)
    acm_certificate_quota: int = 2500
    acm_yearly_quota: int = 5000
    acm_imported_quota: int = 2500
    acm_yearly_import_quota: int = 5000
    acm_names_quota: int = 10
    # Older accounts in China have no ACM.
    acm_subscribed: bool = True
    # The documented rates times this, for each operation, account and region; 0 for no limit.
    acm_rates: float = 0.0
    # Other services see a new certificate only after this time.
    acm_visibility_seconds: float = 0.0
    # How far InUseBy is behind, in both directions.
    acm_in_use_seconds: float = 0.0
    # How long after a request the validation records are not known yet.
    acm_record_seconds: float = 0.5
    # How long it takes from the last validation to the certificate, and from a renewal's begin to the new one.
    acm_issue_seconds: float = 0.0
    acm_renewal_seconds: float = 0.0
    # How long certificates of ACM live:
    # https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html
    acm_validity_days: float = 198.0
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html (adjustable)
    elb_certificate_quota: int = 25
    # Until a load balancer serves what its listener was given, or what came under the same ARN.
    elb_propagation_seconds: float = 0.0
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: one change of a domain in so many
    # seconds; 0 for no limit.
    apigateway_update_seconds: float = 30.0
    # How long a changed domain is UPDATING, by its kind, and how much longer ACM believes that it uses the old
    # certificate.
    apigateway_edge_seconds: float = 0.0
    apigateway_regional_seconds: float = 0.0
    apigateway_release_seconds: float = 0.0
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (adjustable)
    lambda_concurrency_quota: int = 1000
    # Only signatures for the region of a global service's endpoint are accepted. botocore signs for the client's region
    # as soon as an endpoint URL is given, so this is only for clients that are told the signing region.
    check_signing_region: bool = False
    latency_seconds: float = 0.0
    enforce_iam: bool = False
    # The share of signed ACME requests that are refused with badNonce.
    acme_nonce_reject_percent: float = 0.0
    # How long a challenge is processing, and how long an order is after its finalization.
    acme_validation_seconds: float = 0.0
    acme_processing_seconds: float = 0.0
    # New orders are refused by a rate limit that is over after so many seconds; 0 for no limit.
    acme_rate_limited_seconds: float = 0.0
    # What the CA says in Retry-After, in whole seconds.
    acme_retry_after: int = 1
    # How long certificates live, 0 for what their profile says, and how long ago they begin, 0 for one hour.
    acme_validity_days: float = 0.0
    acme_backdate_seconds: float = 0.0
    # By which names, separated by commas, the CA looks for itself in CAA records; none, and it does not look.
    acme_caa_identities: str = "sandbox.invalid"
    # Whether dns-persist-01 is offered beside the other challenges.
    acme_dns_persist: bool = False
    # Renewal information that asks for a renewal at once.
    acme_renewal_due: bool = False
    # Whether there is renewal information at all; the window of all certificates as RFC 3339 texts, where the CA goes
    # by their
    # lifetimes without; how long it may be kept, in seconds; and the page that explains it.
    acme_renewal_info: bool = True
    acme_renewal_window_start: str = ""
    acme_renewal_window_end: str = ""
    acme_renewal_retry_after: int = 21600
    acme_renewal_explanation_url: str = ""

    def update(self, values: t.Mapping[str, t.Any]) -> None:
        """Takes JSON values of known settings; ValueError for anything else, before any is taken."""
        kinds = {item.name: type(getattr(self, item.name)) for item in dataclasses.fields(self)}
        problems = [f"unknown setting {name}" for name in values if name not in kinds]
        for name in set(values) & set(kinds):
            number = isinstance(values[name], (int, float)) and not isinstance(values[name], bool)
            if not (
                isinstance(values[name], kinds[name]) if kinds[name] in (bool, str) else number and values[name] >= 0
            ):
                problems.append(f"{name} is not a {kinds[name].__name__}")
        if problems:
            raise ValueError("; ".join(problems))
        for name, value in values.items():
            setattr(self, name, kinds[name](value))


class Edges(t.Protocol):
    """What opens a TLS listener for an endpoint when its address is asked for, and closes all of them."""

    def address(self, key: str) -> str: ...

    def stop(self) -> None: ...


class State:
    """One sandbox; ``lock`` serialises the strict services."""

    def __init__(self, authority: Authority | None = None) -> None:
        self.lock = threading.RLock()
        # signs what ACM issues
        self.authority = authority or Authority()
        self.settings = Settings()
        self.calls = CallLog()
        self.faults = FaultTable()
        self.offset = 0.0
        # access keys that the control interface gave to other accounts, each with its partition
        self.accounts: dict[str, tuple[str, str]] = {}
        # PEM of every leaf that the CA signed, in order
        self.issued: list[str] = []
        self.revoked: list[str] = []
        # the order that replaces the certificate with this serial number
        self.replaced: dict[int, str] = {}
        self.services = strict_services(self)
        # where the name servers of zones are: the last of each zone, and the others
        self.dns_addresses = ("127.0.0.1", "127.0.0.1")
        # the TLS listeners of endpoints, where there is an edge
        self.edges: Edges | None = None
        self.dns = DnsView(self)
        self._snapshots: dict[str, tuple[Settings, float, t.Any, dict[int, str], t.Any, DnsView]] = {}

    @property
    def acm(self) -> Acm:
        return t.cast("Acm", self.services["acm"])

    @property
    def iam(self) -> Iam:
        return t.cast("Iam", self.services["iam"])

    @property
    def cloudfront(self) -> CloudFront:
        return t.cast("CloudFront", self.services["cloudfront"])

    @property
    def route53(self) -> Route53:
        return t.cast("Route53", self.services["route53"])

    @property
    def sns(self) -> Sns:
        return t.cast("Sns", self.services["sns"])

    def dns_lookup(self, name: str, rtype: str, late: bool = False, inside: bool = False) -> DnsAnswer:
        """What the public DNS answers now, or the last name server of the zone, or the resolver inside of a VPC; CNAMEs
        are for the caller to follow."""
        return self.dns.lookup(name, rtype, late, inside)

    def edge_certificate(self, name: str) -> tuple[str, str] | None:
        """Full chain and private key (PEM) that is served for a server name: by CloudFront, else by the first API
        domain or listener that has it."""
        with self.lock:
            found = self.cloudfront.edge_certificate(name)
            if found or not name:
                return found
            pairs = (endpoint.certificate(self, name) for endpoint in self.endpoints())
            return next(
                (pair for pair in pairs if pair and pem.covers(frozenset(acm_certificate.facts(pair[0]).names), name)),
                None,
            )

    def endpoints(self) -> list[Endpoint]:
        """Where clients connect to beside the edge of CloudFront."""
        return [endpoint for name in ("apigateway", "elbv2", "elb") for endpoint in self.services[name].endpoints()]

    def endpoint_certificate(self, arn: str, name: str) -> tuple[str, str] | None:
        """Full chain and private key that one of them serves; None if there is no such one, or it does not know the
        name."""
        with self.lock:
            return next(
                (endpoint.certificate(self, name) for endpoint in self.endpoints() if endpoint.arn == arn), None
            )

    def now(self) -> datetime:
        """The sandbox's time: the machine's plus what the control interface advanced it by."""
        return datetime.fromtimestamp(self.timestamp(), timezone.utc)

    def timestamp(self) -> float:
        """The sandbox's time in seconds since the epoch."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Moves the clock: deploys, propagation, expiries follow."""
        self.acm.settle()
        self.offset += seconds

    def snapshot(self, name: str) -> None:
        """Keeps all but moto's resources and the CA's accounts, orders and certificates under a name."""
        with self.lock:
            self._snapshots[name] = self._copy(
                (self.settings, self.offset, self.accounts, self.replaced, self.services, self.dns)
            )

    def restore(self, name: str) -> None:
        """As when the snapshot was taken, but with no calls, faults, issued and revoked certificates; KeyError without
        such a snapshot."""
        with self.lock:
            self.settings, self.offset, self.accounts, self.replaced, self.services, self.dns = self._copy(
                self._snapshots[name]
            )
            self._forget()

    def _copy(self, kept: t.Any) -> t.Any:
        """A deep copy of what refers to this state, which itself stays one."""
        return copy.deepcopy(kept, {id(self): self})

    def _forget(self) -> None:
        self.calls.clear()
        self.faults.clear()
        self.issued.clear()
        self.revoked.clear()

    def reset(self) -> None:
        """As after the start: no resources, faults, calls, and default settings."""
        with self.lock:
            self.settings = Settings()
            self._forget()
            if self.edges:
                self.edges.stop()
            self.offset = 0.0
            self.accounts = {}
            self.replaced = {}
            self.services = strict_services(self)
            self.dns = DnsView(self)
            if "moto.backends" in sys.modules:
                from moto.moto_api._internal.models import moto_api_backend

                moto_api_backend.reset()

    def account_of(self, access_key: str) -> str:
        """The account that an access key belongs to; a key that nobody made or assigned belongs to the default
        account."""
        if access_key in self.accounts:
            return self.accounts[access_key][0]
        # While another thread still imports the module, nobody can have made a key with it.
        account_of = getattr(sys.modules.get("moto.iam.models"), "get_account_id_from", None)
        return str(account_of(access_key)) if account_of else DEFAULT_ACCOUNT

    def partition_of(self, access_key: str) -> str:
        """The partition that has an access key: accounts of one are unknown in the other.

        https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
        """
        if access_key in self.accounts:
            return self.accounts[access_key][1]
        made = getattr(sys.modules.get("moto.iam.models"), "iam_backends", None) or {}
        found = (
            partition
            for account in list(made.values())
            for partition in PARTITIONS
            if access_key in account[partition].access_keys
        )
        return next(found, PARTITIONS[access_key == CHINA_ACCESS_KEY])
