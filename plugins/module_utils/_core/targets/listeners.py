# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners of load balancers: what they serve, which keys they take, and who else writes to them."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..values import texts
from .uses import CLASSIC_LISTENER, DEFAULT, LISTENER, SNI, Slot, Use

APPLICATION, NETWORK, CLASSIC = "application", "network", "classic"
SECURE = ("HTTPS", "TLS", "SSL")
_CURVES = frozenset({"ecdsa_p256", "ecdsa_secp384r1", "ecdsa_secp521r1"})
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/tls-listener-certificates.html
KEY_TYPES = {
    APPLICATION: _CURVES | {"rsa_2048", "rsa_3072", "rsa_4096"},
    NETWORK: _CURVES | {"rsa_1024", "rsa_2048", "rsa_3072"},
    CLASSIC: _CURVES | {"rsa_1024", "rsa_2048", "rsa_3072", "rsa_4096"},
}
# The controller of Kubernetes writes its own choice back.
# https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1084
_CONTROLLER_TAG = re.compile(r"elbv2\.k8s\.aws/cluster|kubernetes\.io/cluster/.+")
_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):elasticloadbalancing:(?P<region>[a-z0-9-]+):(?P<account>\d{12})"
    r":listener/(?P<kind>app|net)/[^/]+/[^/]+/[^/]+"
)
_CLASSIC_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}:\d{1,5}")
_KINDS = {"app": APPLICATION, "net": NETWORK}


@dataclass(frozen=True)
class LoadBalancer:
    """One application or network load balancer."""

    arn: str
    type: str
    domain: str


@dataclass(frozen=True)
class Listener:
    """One listener of one; DescribeListeners shows of its certificates only the default."""

    arn: str
    load_balancer_arn: str
    protocol: str
    port: int


@dataclass(frozen=True)
class CertificateEntry:
    """One certificate of a listener."""

    arn: str
    is_default: bool


@dataclass(frozen=True)
class ClassicListener:
    """One port of a classic load balancer."""

    load_balancer: str
    domain: str
    protocol: str
    port: int
    certificate: str

    @property
    def id(self) -> str:
        """NAME:PORT."""
        return f"{self.load_balancer}:{self.port}"


def use_of(
    listener: Listener, load_balancer: LoadBalancer, tags: t.Mapping[str, str], slots: tuple[Slot, ...] = ()
) -> Use:
    """A listener as a target."""
    return Use(
        kind=LISTENER,
        id=listener.arn,
        slots=slots,
        key_types=frozenset(KEY_TYPES.get(load_balancer.type, ())),
        address=(load_balancer.domain, listener.port),
        tags=tags,
        why_not=why_not(tags),
    )


def use_of_classic(
    listener: ClassicListener, tags: t.Mapping[str, str], names: t.Callable[[str], tuple[str, ...]]
) -> Use:
    """One port of a classic load balancer as a target."""
    return Use(
        kind=CLASSIC_LISTENER,
        id=listener.id,
        slots=(Slot(DEFAULT, listener.certificate, names(listener.certificate)),),
        key_types=frozenset(KEY_TYPES[CLASSIC]),
        address=(listener.domain, listener.port),
        tags=tags,
        why_not=why_not(tags),
    )


def slots_of(entries: t.Iterable[CertificateEntry], names: t.Callable[[str], tuple[str, ...]]) -> tuple[Slot, ...]:
    """The places of a listener, its default first."""
    return tuple(Slot(DEFAULT if one.is_default else SNI, one.arn, names(one.arn)) for one in entries)


def why_not(tags: t.Mapping[str, str]) -> str:
    """Why a load balancer with these tags is left alone; empty if it may be changed."""
    if not any(_CONTROLLER_TAG.fullmatch(key) for key in tags):
        return ""
    return (
        "the load balancer belongs to a controller of Kubernetes, which would write its own certificate back: name the"
        " certificate in the Ingress or Service, re-import it under the same ARN, or set force"
    )


def problems(listeners: t.Iterable[str], region: str, key_type: str) -> list[str]:
    """Why these cannot be listeners of the region that take such a key, as far as can be told without a call."""
    found = []
    for one in listeners:
        parsed = _ARN.fullmatch(one)
        if parsed is None and not _CLASSIC_ID.fullmatch(one):
            found.append(
                f"listeners: {texts.quoted(one)} is neither the ARN of a listener of an application or network load"
                " balancer, nor NAME:PORT of a classic one"
            )
            continue
        if parsed and region and parsed["region"] != region:
            found.append(f"listeners: {one} is in {parsed['region']}, but this run is about {region}")
        kind = _KINDS[parsed["kind"]] if parsed else CLASSIC
        if key_type and key_type not in KEY_TYPES[kind]:
            taken = ", ".join(sorted(KEY_TYPES[kind]))
            found.append(f"listeners: {one} does not take a key of type {key_type}; it takes {taken}")
    accounts = sorted({parsed["account"] for one in listeners if (parsed := _ARN.fullmatch(one))})
    if len(accounts) > 1:
        found.append(f"listeners: they are of several accounts ({', '.join(accounts)}); define a project for each")
    return found


def owner_of(identifier: str) -> str:
    """The load balancer of a listener, or of a load balancer's own ARN: its ARN, or the name of a classic one."""
    if not identifier.startswith("arn:"):
        return identifier.rpartition(":")[0]
    if ":loadbalancer/" in identifier:
        name = identifier.partition(":loadbalancer/")[2]
        return identifier if "/" in name else name
    return identifier.replace(":listener/", ":loadbalancer/").rpartition("/")[0]


def plain_problems(listeners: t.Mapping[str, str], ids: t.Iterable[str]) -> list[str]:
    """One problem for each listed listener whose protocol has no certificates."""
    return [
        f"listeners: {one} is a listener of {listeners[one]}, which has no certificate; name one of HTTPS, TLS or SSL"
        for one in ids
        if one in listeners
    ]
