# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classic load balancers of one region, one method per API call."""

from __future__ import annotations

import typing as t

from ...._core.targets.listeners import ClassicListener
from ...._errors import RemoteError
from ..errors import calling
from .elbv2 import tags_of

SERVICE = "elasticloadbalancing"
PAGE_SIZE = 400
NOT_FOUND = frozenset({"LoadBalancerNotFound", "AccessPointNotFound"})


class ClassicLoadBalancing:
    """Speaks to the first version of Elastic Load Balancing through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def describe_load_balancers(self) -> tuple[ClassicListener, ...]:
        """Every listener of every classic load balancer of the region."""
        with calling(SERVICE, "DescribeLoadBalancers"):
            pages = self._client.get_paginator("describe_load_balancers").paginate(
                PaginationConfig={"PageSize": PAGE_SIZE}
            )
            return tuple(
                one for page in pages for entry in page["LoadBalancerDescriptions"] for one in _listeners(entry)
            )

    def describe_load_balancer(self, name: str) -> tuple[ClassicListener, ...]:
        """The listeners of one; none if it is gone."""
        try:
            with calling(SERVICE, "DescribeLoadBalancers", name):
                found = self._client.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"]
                return tuple(one for entry in found for one in _listeners(entry))
        except RemoteError as exc:
            if exc.code in NOT_FOUND:
                return ()
            raise

    def describe_tags(self, names: t.Sequence[str]) -> dict[str, dict[str, str]]:
        """The tags of up to 20 load balancers, by their names."""
        with calling(SERVICE, "DescribeTags"):
            found = self._client.describe_tags(LoadBalancerNames=list(names))["TagDescriptions"]
            return {entry["LoadBalancerName"]: tags_of(entry) for entry in found}

    def set_load_balancer_listener_ssl_certificate(self, name: str, port: int, certificate_arn: str) -> None:
        """Replace the certificate of one port."""
        with calling(SERVICE, "SetLoadBalancerListenerSSLCertificate", f"{name}:{port}"):
            self._client.set_load_balancer_listener_ssl_certificate(
                LoadBalancerName=name, LoadBalancerPort=port, SSLCertificateId=certificate_arn
            )


def _listeners(entry: t.Mapping[str, t.Any]) -> t.Iterator[ClassicListener]:
    for description in entry.get("ListenerDescriptions", []):
        listener = description["Listener"]
        yield ClassicListener(
            load_balancer=entry["LoadBalancerName"],
            domain=entry.get("DNSName", ""),
            protocol=listener.get("Protocol", ""),
            port=listener["LoadBalancerPort"],
            certificate=listener.get("SSLCertificateId", ""),
        )
