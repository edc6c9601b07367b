# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classic load balancers: one certificate for each port.

https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerListenerSSLCertificate.html
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from . import constraints, load_balancing
from .cloudfront_certificate import Served
from .endpoint import Endpoint
from .errors import AwsError
from .load_balancing import ListenerCertificates
from .service import Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State

_Result = dict[str, t.Any]
_SECURE = ("HTTPS", "SSL")


@dataclass
class Listener:
    """What a load balancer does on one port."""

    values: _Result
    certificate: Served | None
    served: ListenerCertificates = field(default_factory=ListenerCertificates)


@dataclass
class LoadBalancer:
    """One classic load balancer of one account and region."""

    arn: str
    name: str
    domain: str
    scheme: str
    created: datetime
    tags: dict[str, str]
    listeners: dict[int, Listener] = field(default_factory=dict)

    def description(self) -> _Result:
        return {
            "LoadBalancerName": self.name,
            "DNSName": self.domain,
            "Scheme": self.scheme,
            "CreatedTime": self.created,
            "Instances": [],
            "ListenerDescriptions": [
                {"Listener": listener.values, "PolicyNames": []} for listener in self.listeners.values()
            ],
        }


class Elb(Service):
    """Load balancers by account, region and name."""

    name = "elb"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._load_balancers: dict[tuple[str, str], dict[str, LoadBalancer]] = {}
        self.operations: dict[str, Operation] = {
            "CreateLoadBalancer": self.create,
            "DeleteLoadBalancer": self.delete,
            "DescribeLoadBalancers": self.describe,
            "SetLoadBalancerListenerSSLCertificate": self.set_certificate,
            "DescribeTags": self.describe_tags,
            "AddTags": self.add_tags,
        }

    def resource(self, call: Call) -> str:
        name = call.params.get("LoadBalancerName") or (call.params.get("LoadBalancerNames") or [""])[0]
        return "*" if call.operation.startswith("Describe") else self._arn(call, name)

    def context(self, call: Call) -> t.Mapping[str, t.Sequence[str]]:
        item = self._own(call).get(call.params.get("LoadBalancerName") or "")
        tags = item.tags if item else {}
        return {
            f"{prefix}:ResourceTag/{key}": [value]
            for key, value in tags.items()
            for prefix in ("aws", "elasticloadbalancing")
        }

    def endpoints(self) -> list[Endpoint]:
        items = [item for own in self._load_balancers.values() for item in own.values()]
        return [
            Endpoint("elb", f"{item.arn}:{port}", item.domain, port, one.served.at)
            for item in items
            for port, one in item.listeners.items()
            if one.certificate
        ]

    def tagged(self, account: str, region: str) -> t.Mapping[str, dict[str, str]]:
        return {item.arn: item.tags for item in self._load_balancers.get((account, region), {}).values()}

    def create(self, call: Call) -> _Result:
        constraints.check(call)
        params, own, name = call.params, self._own(call), call.params["LoadBalancerName"]
        if name in own:
            raise AwsError(
                "DuplicateLoadBalancerName", f"The specified load balancer name {name} already exists for this account."
            )
        top = "amazonaws.com.cn" if call.partition == "aws-cn" else "amazonaws.com"
        domain = f"{name}-{load_balancing.token(10)}.{call.region}.elb.{top}"
        tags = load_balancing.tags_of(call)
        item = LoadBalancer(
            self._arn(call, name), name, domain, params.get("Scheme") or "internet-facing", self.state.now(), tags
        )
        for given in params["Listeners"]:
            item.listeners[given["LoadBalancerPort"]] = self._listener(call, given)
        own[name] = item
        self._note_use(item)
        return {"DNSName": domain}

    def _listener(self, call: Call, given: t.Mapping[str, t.Any]) -> Listener:
        protocol, arn = given["Protocol"].upper(), given.get("SSLCertificateId")
        if protocol not in ("HTTP", "HTTPS", "TCP", "SSL"):
            raise AwsError("UnsupportedProtocol", f"The protocol {protocol} is not supported.")
        if (protocol in _SECURE) != bool(arn):
            raise AwsError(
                "InvalidConfigurationRequest", f"A {protocol} listener and its SSLCertificateId do not fit.", 409
            )
        listener = Listener({**given, "Protocol": protocol}, None)
        if arn:
            self._serve(listener, load_balancing.take(self.state, call, arn, "classic"))
        return listener

    def delete(self, call: Call) -> _Result:
        constraints.check(call)
        if item := self._own(call).pop(call.params["LoadBalancerName"], None):
            item.listeners.clear()
            self._note_use(item)
        return {}

    def describe(self, call: Call) -> _Result:
        constraints.check(call)
        wanted = call.params.get("LoadBalancerNames") or list(self._own(call))
        return load_balancing.page(
            call, [self._existing(call, name).description() for name in wanted], "LoadBalancerDescriptions"
        )

    def set_certificate(self, call: Call) -> _Result:
        constraints.check(call)
        item, port = self._existing(call, call.params["LoadBalancerName"]), call.params["LoadBalancerPort"]
        listener = item.listeners.get(port)
        if listener is None:
            raise AwsError("ListenerNotFound", f"The load balancer {item.name} has no listener on port {port}.")
        if listener.certificate is None:
            raise AwsError(
                "InvalidConfigurationRequest", f"The listener on port {port} is not an HTTPS or SSL listener.", 409
            )
        self._serve(listener, load_balancing.take(self.state, call, call.params["SSLCertificateId"], "classic"))
        self._note_use(item)
        return {}

    def describe_tags(self, call: Call) -> _Result:
        constraints.check(call)
        items = [self._existing(call, name) for name in call.params["LoadBalancerNames"]]
        return {
            "TagDescriptions": [
                {"LoadBalancerName": item.name, "Tags": load_balancing.tag_list(item.tags)} for item in items
            ]
        }

    def add_tags(self, call: Call) -> None:
        constraints.check(call)
        for name in call.params["LoadBalancerNames"]:
            self._existing(call, name).tags |= load_balancing.tags_of(call)

    @staticmethod
    def _arn(call: Call, name: str) -> str:
        return f"arn:{call.partition}:elasticloadbalancing:{call.region}:{call.account}:loadbalancer/{name}"

    def _own(self, call: Call) -> dict[str, LoadBalancer]:
        return self._load_balancers.setdefault((call.account, call.region), {})

    def _existing(self, call: Call, name: str) -> LoadBalancer:
        if name not in self._own(call):
            raise AwsError("LoadBalancerNotFound", f"There is no ACTIVE Load Balancer named '{name}'")
        return self._own(call)[name]

    def _serve(self, listener: Listener, taken: Served) -> None:
        listener.certificate, listener.values["SSLCertificateId"] = taken, taken.arn
        listener.served.change([taken], self.state.timestamp() + self.state.settings.elb_propagation_seconds)

    def _note_use(self, item: LoadBalancer) -> None:
        used = [listener.certificate.arn for listener in item.listeners.values() if listener.certificate]
        self.state.acm.usage.replace(item.arn, used, self.state.timestamp())
