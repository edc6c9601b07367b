# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application and network load balancers: their listeners, and the certificates that these serve.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
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
_PROTOCOLS = {"application": ("HTTP", "HTTPS"), "network": ("TCP", "TLS", "UDP", "TCP_UDP")}
_POLICY = "ELBSecurityPolicy-2016-08"


@dataclass
class Listener:
    """One listener; ``extra`` is the certificate list, in which the default may stand, too."""

    arn: str
    load_balancer: LoadBalancer
    protocol: str
    port: int
    actions: list[t.Any]
    policy: str = ""
    default: Served | None = None
    extra: dict[str, Served] = field(default_factory=dict)
    served: ListenerCertificates = field(default_factory=ListenerCertificates)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def is_secure(self) -> bool:
        return self.protocol in ("HTTPS", "TLS")

    def values(self) -> _Result:
        """As DescribeListeners shows it: of the certificates only the default, and not that it is one."""
        values: _Result = {
            "ListenerArn": self.arn,
            "LoadBalancerArn": self.load_balancer.arn,
            "Port": self.port,
            "Protocol": self.protocol,
            "DefaultActions": self.actions,
        }
        if self.default:
            values |= {"Certificates": [{"CertificateArn": self.default.arn}], "SslPolicy": self.policy}
        return values


@dataclass
class LoadBalancer:
    """One load balancer of one account and region."""

    arn: str
    name: str
    type: str
    scheme: str
    domain: str
    created: datetime
    tags: dict[str, str]
    listeners: dict[str, Listener] = field(default_factory=dict)

    def values(self) -> _Result:
        return {
            "LoadBalancerArn": self.arn,
            "LoadBalancerName": self.name,
            "Type": self.type,
            "Scheme": self.scheme,
            "DNSName": self.domain,
            "CreatedTime": self.created,
            "State": {"Code": "active"},
            "IpAddressType": "ipv4",
            "VpcId": "vpc-0123456789abcdef0",
        }


class Elbv2(Service):
    """Load balancers by account and region."""

    name = "elbv2"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._load_balancers: dict[tuple[str, str], dict[str, LoadBalancer]] = {}
        self._target_groups: dict[str, _Result] = {}
        self.operations: dict[str, Operation] = {
            "CreateLoadBalancer": self.create,
            "DeleteLoadBalancer": self.delete,
            "DescribeLoadBalancers": self.describe,
            "CreateTargetGroup": self.create_target_group,
            "CreateListener": self.create_listener,
            "ModifyListener": self.modify_listener,
            "DeleteListener": self.delete_listener,
            "DescribeListeners": self.describe_listeners,
            "DescribeListenerCertificates": self.describe_certificates,
            "AddListenerCertificates": self.add_certificate,
            "RemoveListenerCertificates": self.remove_certificate,
            "DescribeTags": self.describe_tags,
            "AddTags": self.add_tags,
            "RemoveTags": self.remove_tags,
        }

    def resource(self, call: Call) -> str:
        if call.operation.startswith("Describe"):
            return "*"
        prefix, name = (
            f"arn:{call.partition}:elasticloadbalancing:{call.region}:{call.account}",
            call.params.get("Name"),
        )
        if call.operation == "CreateLoadBalancer":
            return f"{prefix}:loadbalancer/{'net' if call.params.get('Type') == 'network' else 'app'}/{name}/*"
        if call.operation == "CreateTargetGroup":
            return f"{prefix}:targetgroup/{name}/*"
        return str(
            call.params.get("ListenerArn")
            or call.params.get("LoadBalancerArn")
            or (call.params.get("ResourceArns") or ["*"])[0]
        )

    def context(self, call: Call) -> t.Mapping[str, t.Sequence[str]]:
        item = self._tagged(call).get(self.resource(call))
        tags = item.tags if item else {}
        keys = {
            f"{prefix}:ResourceTag/{key}": [value]
            for key, value in tags.items()
            for prefix in ("aws", "elasticloadbalancing")
        }
        if isinstance(item, Listener):
            keys["elasticloadbalancing:ListenerProtocol"] = [call.params.get("Protocol") or item.protocol]
            keys["elasticloadbalancing:SecurityPolicy"] = [call.params.get("SslPolicy") or item.policy]
        return keys

    def endpoints(self) -> list[Endpoint]:
        secure = [
            (place, one)
            for place, items in self._load_balancers.items()
            for item in items.values()
            for one in item.listeners.values()
            if one.is_secure
        ]
        return [Endpoint("elbv2", one.arn, one.load_balancer.domain, one.port, one.served.at) for _place, one in secure]

    def tagged(self, account: str, region: str) -> t.Mapping[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for item in self._load_balancers.get((account, region), {}).values():
            found[item.arn] = item.tags
            found |= {listener.arn: listener.tags for listener in item.listeners.values()}
        return found

    # --- load balancers ---

    def create(self, call: Call) -> _Result:
        constraints.check(call)
        params, own = call.params, self._own(call)
        kind = params.get("Type") or "application"
        if kind not in _PROTOCOLS:
            raise AwsError("NotImplemented", "the sandbox has no gateway load balancers", 501)
        if any(item.name == params["Name"] for item in own.values()):
            raise AwsError(
                "DuplicateLoadBalancerName",
                f"A load balancer with the same name '{params['Name']}' exists, but with different settings",
            )
        if not (params.get("Subnets") or params.get("SubnetMappings")):
            raise AwsError("ValidationError", "At least one subnet must be specified")
        suffix, short = load_balancing.token(), "net" if kind == "network" else "app"
        arn = f"arn:{call.partition}:elasticloadbalancing:{call.region}:{call.account}:loadbalancer/{short}/{params['Name']}/{suffix}"  # noqa: E501 - data in the form of its origin
        top = "amazonaws.com.cn" if call.partition == "aws-cn" else "amazonaws.com"
        domain = (
            f"{params['Name']}-{suffix}.elb.{call.region}.{top}"
            if kind == "network"
            else f"{params['Name']}-{suffix}.{call.region}.elb.{top}"
        )
        tags = load_balancing.tags_of(call)
        own[arn] = LoadBalancer(
            arn, params["Name"], kind, params.get("Scheme") or "internet-facing", domain, self.state.now(), tags
        )
        return {"LoadBalancers": [own[arn].values()]}

    def delete(self, call: Call) -> _Result:
        constraints.check(call)
        item = self._own(call).pop(call.params["LoadBalancerArn"], None)
        if item:
            item.listeners.clear()
            self._note_use(item)
        return {}

    def describe(self, call: Call) -> _Result:
        constraints.check(call)
        own, names, arns = self._own(call), call.params.get("Names"), call.params.get("LoadBalancerArns")
        if arns and len(arns) > 20:
            raise AwsError("ValidationError", "Up to 20 load balancers can be described in a single call")
        missing = [arn for arn in arns or [] if arn not in own] + [
            name for name in names or [] if name not in {item.name for item in own.values()}
        ]
        if missing:
            raise AwsError("LoadBalancerNotFound", f"Load balancers '{missing}' not found")
        found = [
            item.values()
            for item in own.values()
            if (not arns or item.arn in arns) and (not names or item.name in names)
        ]
        return load_balancing.page(call, found, "LoadBalancers")

    def create_target_group(self, call: Call) -> _Result:
        constraints.check(call)
        params = call.params
        arn = f"arn:{call.partition}:elasticloadbalancing:{call.region}:{call.account}:targetgroup/{params['Name']}/{load_balancing.token()}"  # noqa: E501 - data in the form of its origin
        values = {
            "TargetGroupArn": arn,
            "TargetGroupName": params["Name"],
            "Protocol": params.get("Protocol"),
            "Port": params.get("Port"),
        }
        self._target_groups[arn] = {name: value for name, value in values.items() if value is not None}
        return {"TargetGroups": [self._target_groups[arn]]}

    # --- listeners ---

    def create_listener(self, call: Call) -> _Result:
        constraints.check(call)
        params, item = call.params, self._load_balancer(call, call.params["LoadBalancerArn"])
        protocol, port = params.get("Protocol"), params.get("Port")
        if protocol not in _PROTOCOLS[item.type]:
            raise AwsError(
                "ValidationError", f"Listener protocol '{protocol}' must be one of '{', '.join(_PROTOCOLS[item.type])}'"
            )
        if not port or any(other.port == port for other in item.listeners.values()):
            raise AwsError("DuplicateListener", "A listener already exists on this port for this load balancer")
        self._check_actions(params["DefaultActions"])
        arn = item.arn.replace(":loadbalancer/", ":listener/") + f"/{load_balancing.token()}"
        listener = Listener(
            arn, item, protocol, port, list(params["DefaultActions"]), tags=load_balancing.tags_of(call)
        )
        self._set(call, listener)
        item.listeners[arn] = listener
        self._note_use(item)
        return {"Listeners": [listener.values()]}

    def modify_listener(self, call: Call) -> _Result:
        constraints.check(call)
        listener, params = self._listener(call), call.params
        protocol = params.get("Protocol") or listener.protocol
        if protocol not in _PROTOCOLS[listener.load_balancer.type]:
            raise AwsError("ValidationError", f"Listener protocol '{protocol}' is not supported by this load balancer")
        if params.get("Port") and any(
            other.port == params["Port"] for other in listener.load_balancer.listeners.values() if other is not listener
        ):
            raise AwsError("DuplicateListener", "A listener already exists on this port for this load balancer")
        if params.get("DefaultActions"):
            self._check_actions(params["DefaultActions"])
        self._set(call, listener)
        listener.port = params.get("Port") or listener.port
        listener.actions = list(params.get("DefaultActions") or listener.actions)
        self._note_use(listener.load_balancer)
        return {"Listeners": [listener.values()]}

    def _set(self, call: Call, listener: Listener) -> None:
        """Protocol, security policy and default certificate; what the call leaves out stays."""
        params = call.params
        protocol, given = params.get("Protocol") or listener.protocol, params.get("Certificates")
        if protocol not in ("HTTPS", "TLS"):
            if given:
                raise AwsError("ValidationError", f"A certificate cannot be specified for {protocol} listeners")
            listener.protocol, listener.default = protocol, None
            listener.extra.clear()
            return
        if not given and listener.default is None:
            raise AwsError("ValidationError", f"A certificate must be specified for {protocol} listeners")
        policy = params.get("SslPolicy") or listener.policy or _POLICY
        if not policy.startswith("ELBSecurityPolicy-"):
            raise AwsError("SSLPolicyNotFound", f"SSL policy '{policy}' not found")
        if given is not None:
            listener.default = load_balancing.take(self.state, call, _one(given), listener.load_balancer.type)
            self._refuse_too_many(listener)
        listener.protocol, listener.policy = protocol, policy
        self._serve(listener)

    def delete_listener(self, call: Call) -> _Result:
        constraints.check(call)
        listener = self._listener(call)
        del listener.load_balancer.listeners[listener.arn]
        self._note_use(listener.load_balancer)
        return {}

    def describe_listeners(self, call: Call) -> _Result:
        constraints.check(call)
        arn, wanted = call.params.get("LoadBalancerArn"), call.params.get("ListenerArns")
        if not arn and not wanted:
            raise AwsError("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
        if arn:
            found = list(self._load_balancer(call, arn).listeners.values())
        else:
            known = {one.arn: one for item in self._own(call).values() for one in item.listeners.values()}
            if missing := [one for one in wanted if one not in known]:
                raise AwsError("ListenerNotFound", f"Listeners '{missing}' not found")
            found = [known[one] for one in wanted]
        return load_balancing.page(call, [one.values() for one in found], "Listeners")

    # --- certificates ---

    def describe_certificates(self, call: Call) -> _Result:
        constraints.check(call)
        listener = self._listener(call)
        default = [{"CertificateArn": listener.default.arn, "IsDefault": True}] if listener.default else []
        return load_balancing.page(
            call, [*default, *({"CertificateArn": arn, "IsDefault": False} for arn in listener.extra)], "Certificates"
        )

    def add_certificate(self, call: Call) -> _Result:
        constraints.check(call)
        listener, arn = self._secure(call), _one(call.params["Certificates"])
        taken = load_balancing.take(self.state, call, arn, listener.load_balancer.type)
        if arn not in listener.extra:
            self._refuse_too_many(listener, more=1)
            listener.extra[arn] = taken
        self._serve(listener)
        self._note_use(listener.load_balancer)
        return {"Certificates": [{"CertificateArn": arn, "IsDefault": False}]}

    def remove_certificate(self, call: Call) -> _Result:
        constraints.check(call)
        listener = self._secure(call)
        given = call.params["Certificates"]
        if len(given) != 1:
            raise AwsError("ValidationError", "You can remove one certificate per call")
        arn = _one(given)
        if listener.default and arn == listener.default.arn:
            raise AwsError("OperationNotPermitted", "Default certificate cannot be removed from the listener")
        listener.extra.pop(arn, None)
        self._serve(listener)
        self._note_use(listener.load_balancer)
        return {}

    # --- tags ---

    def describe_tags(self, call: Call) -> _Result:
        constraints.check(call)
        found = self._each_tagged(call)
        return {
            "TagDescriptions": [{"ResourceArn": item.arn, "Tags": load_balancing.tag_list(item.tags)} for item in found]
        }

    def add_tags(self, call: Call) -> None:
        constraints.check(call)
        for item in self._each_tagged(call):
            item.tags |= load_balancing.tags_of(call)

    def remove_tags(self, call: Call) -> None:
        constraints.check(call)
        for item in self._each_tagged(call):
            for key in call.params["TagKeys"]:
                item.tags.pop(key, None)

    # --- state ---

    def _own(self, call: Call) -> dict[str, LoadBalancer]:
        return self._load_balancers.setdefault((call.account, call.region), {})

    def _tagged(self, call: Call) -> dict[str, LoadBalancer | Listener]:
        own = self._own(call)
        return {**own, **{one.arn: one for item in own.values() for one in item.listeners.values()}}

    def _each_tagged(self, call: Call) -> list[LoadBalancer | Listener]:
        known, wanted = self._tagged(call), call.params["ResourceArns"]
        if len(wanted) > 20:
            raise AwsError("ValidationError", "Up to 20 resources can be described in a single call")
        for arn in wanted:
            if arn not in known:
                kind = "Listener" if ":listener/" in arn else "LoadBalancer"
                raise AwsError(f"{kind}NotFound", f"'{arn}' not found")
        return [known[arn] for arn in wanted]

    def _load_balancer(self, call: Call, arn: str) -> LoadBalancer:
        if arn not in self._own(call):
            raise AwsError("LoadBalancerNotFound", f"Load balancer '{arn}' not found")
        return self._own(call)[arn]

    def _listener(self, call: Call) -> Listener:
        arn = call.params["ListenerArn"]
        for item in self._own(call).values():
            if arn in item.listeners:
                return item.listeners[arn]
        raise AwsError("ListenerNotFound", f"Listener '{arn}' not found")

    def _secure(self, call: Call) -> Listener:
        listener = self._listener(call)
        if not listener.is_secure:
            raise AwsError("ValidationError", f"Certificates are not supported by {listener.protocol} listeners")
        return listener

    def _check_actions(self, actions: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        for action in actions:
            if action.get("TargetGroupArn") and action["TargetGroupArn"] not in self._target_groups:
                raise AwsError("TargetGroupNotFound", f"Target groups '[{action['TargetGroupArn']}]' not found")

    def _refuse_too_many(self, listener: Listener, more: int = 0) -> None:
        """The quota is the load balancer's; an application load balancer's default certificates do not count."""
        others = [one for one in listener.load_balancer.listeners.values() if one is not listener]
        count = more + sum(len(one.extra) for one in (*others, listener))
        if listener.load_balancer.type == "network":
            count += sum(one.default is not None for one in (*others, listener))
        if count > self.state.settings.elb_certificate_quota:
            raise AwsError(
                "TooManyCertificates", "You've reached the limit on the number of certificates per load balancer"
            )

    def _serve(self, listener: Listener) -> None:
        if listener.default:
            at = self.state.timestamp() + self.state.settings.elb_propagation_seconds
            listener.served.change([listener.default, *listener.extra.values()], at)

    def _note_use(self, item: LoadBalancer) -> None:
        used = [
            served.arn for one in item.listeners.values() for served in (one.default, *one.extra.values()) if served
        ]
        self.state.acm.usage.replace(item.arn, used, self.state.timestamp())


def _one(given: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    if any("IsDefault" in certificate for certificate in given):
        raise AwsError("ValidationError", "You cannot set the isDefault parameter for a certificate")
    if len(given) != 1:
        raise AwsError("TooManyCertificates", "Exactly one certificate must be specified")
    return str(given[0].get("CertificateArn") or "")
