# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom domain names of API Gateway, by both of its APIs, which show the same domains.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""

from __future__ import annotations

import secrets
import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from . import pem
from .acm_certificate import Certificate
from .cloudfront_certificate import Served
from .endpoint import Endpoint
from .errors import AwsError
from .load_balancing import ListenerCertificates
from .rate import Bucket
from .service import Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State

_Result = dict[str, t.Any]
DEFAULT_PAGE, MAX_PAGE = 25, 500
# What a domain takes:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-regional-api-custom-domain-create.html
_KEYS = {
    "EDGE": frozenset({"RSA_1024", "RSA_2048", "EC_prime256v1"}),
    "REGIONAL": frozenset({"RSA_2048", "EC_prime256v1", "EC_secp384r1"}),
}
_POLICIES = frozenset({"TLS_1_0", "TLS_1_2"})
# The account in which API Gateway keeps the load balancers and distributions that nobody sees.
_HIDDEN_ACCOUNT = "797873946194"
_LIMITED = ("CreateDomainName", "UpdateDomainName")


@dataclass
class Domain:
    """One custom domain name."""

    name: str
    type: str
    account: str
    partition: str
    region: str
    certificate_arn: str
    policy: str
    target: str
    uploaded: datetime
    hidden_user: str
    ownership_arn: str = ""
    address_type: str = "ipv4"
    updated_at: float = 0.0
    served: ListenerCertificates = field(default_factory=ListenerCertificates)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:apigateway:{self.region}::/domainnames/{self.name}"

    def status_at(self, now: float) -> str:
        return "AVAILABLE" if now >= self.updated_at else "UPDATING"


class Domains:
    """The domains of all accounts and regions, and the one rate limit on changes of them."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], dict[str, Domain]] = {}
        self._buckets: dict[tuple[str, str, str], Bucket] = {}

    def admit(self, state: State, call: Call) -> None:
        """One change in 30 seconds, for the account and region, by whichever API."""
        seconds = state.settings.apigateway_update_seconds
        bucket = self._buckets.setdefault((call.account, call.region, call.operation), Bucket())
        if call.operation in _LIMITED and seconds and not bucket.take(state.timestamp(), 1 / seconds, 1):
            raise AwsError("TooManyRequestsException", "Too Many Requests", 429)

    def own(self, call: Call) -> dict[str, Domain]:
        return self.items.setdefault((call.account, call.region), {})


class ApiGateway(Service):
    """The API for REST APIs: it shows regional and edge-optimised domains, and changes single members."""

    name = "apigateway"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.domains = Domains()
        self.operations: dict[str, Operation] = {
            "CreateDomainName": self.create,
            "GetDomainName": self.get,
            "GetDomainNames": self.list_page,
            "UpdateDomainName": self.update,
            "DeleteDomainName": self.delete,
            "TagResource": self.tag,
            "GetTags": self.tags,
        }

    def admit(self, call: Call) -> None:
        self.domains.admit(self.state, call)

    def resource(self, call: Call) -> str:
        return resource(call)

    def context(self, call: Call) -> t.Mapping[str, t.Sequence[str]]:
        return context(self.domains, call)

    def needs(self, call: Call) -> t.Sequence[tuple[str, str]]:
        return needs(self.domains, call)

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("apigateway", item.arn, item.target, 443, item.served.at, item.name)
            for own in self.domains.items.values()
            for item in own.values()
        ]

    def tagged(self, account: str, region: str) -> t.Mapping[str, dict[str, str]]:
        return {item.arn: item.tags for item in self.domains.items.get((account, region), {}).values()}

    def create(self, call: Call) -> _Result:
        params = call.params
        types = (params.get("endpointConfiguration") or {}).get("types") or ["EDGE"]
        if len(types) != 1 or types[0] not in _KEYS:
            raise bad_request("The endpoint type is not supported by the sandbox.")
        arn = params.get("certificateArn" if types[0] == "EDGE" else "regionalCertificateArn")
        if not arn or params.get("regionalCertificateArn" if types[0] == "EDGE" else "certificateArn"):
            raise bad_request(
                f"A certificate must be provided for a domain of the endpoint type {types[0]}, and only for this one."
            )
        item = self.add(call, params["domainName"], types[0], arn, params.get("securityPolicy") or "TLS_1_2")
        item.ownership_arn = params.get("ownershipVerificationCertificateArn") or ""
        item.tags |= params.get("tags") or {}
        return self._values(item)

    def add(self, call: Call, name: str, kind: str, arn: str, policy: str) -> Domain:
        """A new domain, by whichever API."""
        name = name.lower()
        if kind == "EDGE" and call.partition == "aws-cn":
            raise bad_request("Edge-optimized custom domain names are not available in the China Regions.")
        if any(name in own for own in self.domains.items.values()):
            raise bad_request("The domain name you provided already exists.")
        code = secrets.token_hex(5)
        item = Domain(
            name=name,
            type=kind,
            account=call.account,
            partition=call.partition,
            region=call.region,
            certificate_arn=arn,
            policy=policy,
            target=f"d{code}.cloudfront.net" if kind == "EDGE" else f"d-{code}.execute-api.{call.region}.amazonaws.com",
            uploaded=self.state.now(),
            hidden_user=_hidden_user(call, kind, code),
        )
        self.serve(call, item, arn, seconds=0)
        self.domains.own(call)[name] = item
        return item

    def serve(self, call: Call, item: Domain, arn: str, seconds: float) -> None:
        """From now on, or after a while, the domain has this certificate; ACM learns late that it left the old one."""
        found = _certificate(self.state, call, item, arn)
        assert found.current is not None
        now, settings = self.state.timestamp(), self.state.settings
        item.certificate_arn, item.uploaded, item.updated_at = arn, self.state.now(), now + seconds
        item.served.change(
            [Served(found.current.full_chain, found.current.key, arn, len(found.versions) - 1)], now + seconds
        )
        used = [arn, item.ownership_arn]
        self.state.acm.usage.replace(item.hidden_user, used, now, slow=seconds + settings.apigateway_release_seconds)

    def update_seconds(self, item: Domain) -> float:
        settings = self.state.settings
        return settings.apigateway_edge_seconds if item.type == "EDGE" else settings.apigateway_regional_seconds

    def existing(self, call: Call, name: str) -> Domain:
        item = self.domains.own(call).get(name.lower())
        if item is None:
            raise AwsError("NotFoundException", "Invalid domain name identifier specified", 404)
        return item

    def refuse_updating(self, item: Domain) -> None:
        if item.status_at(self.state.timestamp()) == "UPDATING":
            raise AwsError(
                "ConflictException", "The domain name is being updated. Wait until its status is AVAILABLE.", 409
            )

    def get(self, call: Call) -> _Result:
        return self._values(self.existing(call, call.params["domainName"]))

    def list_page(self, call: Call) -> _Result:
        found, position = page(
            sorted(self.domains.own(call).items()), call.params.get("limit"), call.params.get("position")
        )
        answer: _Result = {"items": [self._values(item) for item in found]}
        return answer | ({"position": position} if position else {})

    def update(self, call: Call) -> _Result:
        item = self.existing(call, call.params["domainName"])
        self.refuse_updating(item)
        changes = {}
        for operation in call.params.get("patchOperations") or []:
            own = "/certificateArn" if item.type == "EDGE" else "/regionalCertificateArn"
            if operation.get("op") != "replace" or operation.get("path") not in (
                own,
                "/ownershipVerificationCertificateArn",
                "/securityPolicy",
            ):
                raise bad_request(
                    f"Invalid patch path '{operation.get('path')}' specified for op '{operation.get('op')}'. Must be"
                    f" one of: [{own}]"
                )
            changes[operation["path"].rpartition("/")[2]] = operation.get("value") or ""
        if (policy := changes.get("securityPolicy")) and policy not in _POLICIES:
            raise bad_request("Invalid security policy.")
        item.policy = policy or item.policy
        item.ownership_arn = changes.get("ownershipVerificationCertificateArn", item.ownership_arn)
        arn = changes.get("certificateArn") or changes.get("regionalCertificateArn") or item.certificate_arn
        self.serve(call, item, arn, self.update_seconds(item))
        return self._values(item)

    def delete(self, call: Call) -> None:
        item = self.existing(call, call.params["domainName"])
        del self.domains.own(call)[item.name]
        self.state.acm.usage.replace(
            item.hidden_user, (), self.state.timestamp(), slow=self.state.settings.apigateway_release_seconds
        )

    def tag(self, call: Call) -> None:
        self._by_arn(call).tags.update(call.params.get("tags") or {})

    def tags(self, call: Call) -> _Result:
        return {"tags": dict(self._by_arn(call).tags)}

    def _by_arn(self, call: Call) -> Domain:
        return self.existing(call, str(call.params["resourceArn"]).rpartition("/")[2])

    def _values(self, item: Domain) -> _Result:
        values: _Result = {
            "domainName": item.name,
            "domainNameArn": item.arn,
            "certificateUploadDate": item.uploaded,
            "securityPolicy": item.policy,
            "domainNameStatus": item.status_at(self.state.timestamp()),
            "endpointConfiguration": {"types": [item.type], "ipAddressType": item.address_type},
            "tags": item.tags,
        }
        if item.ownership_arn:
            values["ownershipVerificationCertificateArn"] = item.ownership_arn
        if item.type == "EDGE":
            return values | {
                "certificateArn": item.certificate_arn,
                "distributionDomainName": item.target,
                "distributionHostedZoneId": "Z2FDTNDATAQYW2",
            }
        return values | {
            "regionalCertificateArn": item.certificate_arn,
            "regionalDomainName": item.target,
            "regionalHostedZoneId": "Z1UJRXOUMOOFQ8",
        }


def resource(call: Call) -> str:
    name = call.params.get("domainName") or call.params.get("DomainName")
    tail = f"/{name}" if name and not call.operation.startswith("Create") else ""
    return f"arn:{call.partition}:apigateway:{call.region}::/domainnames{tail}"


def context(domains: Domains, call: Call) -> t.Mapping[str, t.Sequence[str]]:
    item = domains.own(call).get(str(call.params.get("domainName") or call.params.get("DomainName") or "").lower())
    return {f"aws:ResourceTag/{key}": [value] for key, value in item.tags.items()} if item else {}


def needs(domains: Domains, call: Call) -> t.Sequence[tuple[str, str]]:
    """Changing a certificate needs more than PATCH; an edge-optimised domain changes a hidden distribution in the
    caller's name."""
    if call.operation not in _LIMITED:
        return ()
    every = f"arn:{call.partition}:apigateway:{call.region}::/domainnames/*"
    wanted = [("apigateway:AddCertificateToDomain", every)]
    if call.operation == "UpdateDomainName":
        wanted.append(("apigateway:RemoveCertificateFromDomain", every))
    item = domains.own(call).get(str(call.params.get("domainName") or call.params.get("DomainName") or "").lower())
    is_edge = item.type == "EDGE" if item else bool(call.params.get("certificateArn"))
    return [*wanted, ("cloudfront:UpdateDistribution", "*")] if is_edge else wanted


def page(items: t.Sequence[tuple[str, Domain]], limit: t.Any, position: str | None) -> tuple[list[Domain], str | None]:
    """One page by the name of the last domain of the page before."""
    try:
        size = int(limit or DEFAULT_PAGE)
    except ValueError:
        size = 0
    if not 1 <= size <= MAX_PAGE:
        raise bad_request(f"The limit must be from 1 to {MAX_PAGE}.")
    following = [item for name, item in items if position is None or name > position]
    return following[:size], following[size - 1].name if len(following) > size else None


def bad_request(message: str) -> AwsError:
    return AwsError("BadRequestException", message)


def _certificate(state: State, call: Call, item: Domain, arn: str) -> Certificate:
    region = "us-east-1" if item.type == "EDGE" else item.region
    if arn.split(":")[3:4] != [region]:
        raise bad_request(f"Certificate must be in '{region}'.")
    found = state.acm.usable(call, arn, region)
    if found is None or found.managed_by:
        raise bad_request("The certificate provided is not valid or does not exist.")
    if found.key_algorithm not in _KEYS[item.type]:
        raise bad_request(f"Certificates with the key algorithm {found.key_algorithm} are not supported.")
    if not pem.covers(frozenset(found.names), item.name):
        raise bad_request(f"The domain name '{item.name}' is not covered by the provided certificate.")
    if item.name.startswith("*.") and found.type == "IMPORTED":
        raise bad_request("A wildcard custom domain name needs a certificate that ACM issued.")
    return found


def _hidden_user(call: Call, kind: str, code: str) -> str:
    if kind == "EDGE":
        return f"arn:{call.partition}:cloudfront::{_HIDDEN_ACCOUNT}:distribution/E{code.upper()}"
    return (
        f"arn:{call.partition}:elasticloadbalancing:{call.region}:{_HIDDEN_ACCOUNT}:loadbalancer/app/prod-{code}/{code}"
    )
