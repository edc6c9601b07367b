# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application and network load balancers of one region, one method per API call."""

from __future__ import annotations

import typing as t

from ...._core.targets.listeners import CertificateEntry, Listener, LoadBalancer
from ...._errors import RemoteError
from ..errors import calling

SERVICE = "elasticloadbalancing"
PAGE_SIZE = 400
_PAGING = {"PageSize": PAGE_SIZE}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
MOST_TAGGED = 20
NOT_FOUND = frozenset({"ListenerNotFound", "LoadBalancerNotFound"})


class LoadBalancing:
    """Speaks to version 2 of Elastic Load Balancing through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def describe_load_balancers(self) -> tuple[LoadBalancer, ...]:
        """Every load balancer of the region."""
        with calling(SERVICE, "DescribeLoadBalancers"):
            pages = self._client.get_paginator("describe_load_balancers").paginate(PaginationConfig=_PAGING)
            return tuple(_load_balancer(entry) for page in pages for entry in page["LoadBalancers"])

    def describe_listeners(self, load_balancer_arn: str) -> tuple[Listener, ...]:
        """The listeners of a load balancer, each with its default certificate; none if it is gone."""
        try:
            with calling(SERVICE, "DescribeListeners", load_balancer_arn):
                pages = self._client.get_paginator("describe_listeners").paginate(
                    LoadBalancerArn=load_balancer_arn, PaginationConfig=_PAGING
                )
                return tuple(_listener(entry) for page in pages for entry in page["Listeners"])
        except RemoteError as exc:
            if exc.code in NOT_FOUND:
                return ()
            raise

    def describe_listener_certificates(self, listener_arn: str) -> tuple[CertificateEntry, ...] | None:
        """The certificates of a listener, the default first, which may stand in the list a second time; None if the
        listener is gone."""
        try:
            with calling(SERVICE, "DescribeListenerCertificates", listener_arn):
                pages = self._client.get_paginator("describe_listener_certificates").paginate(
                    ListenerArn=listener_arn, PaginationConfig=_PAGING
                )
                found = [
                    CertificateEntry(entry["CertificateArn"], bool(entry.get("IsDefault")))
                    for page in pages
                    for entry in page["Certificates"]
                ]
        except RemoteError as exc:
            if exc.code in NOT_FOUND:
                return None
            raise
        return tuple(sorted(found, key=lambda entry: not entry.is_default))

    def describe_tags(self, arns: t.Sequence[str]) -> dict[str, dict[str, str]]:
        """The tags of up to MOST_TAGGED load balancers, by their ARNs."""
        with calling(SERVICE, "DescribeTags"):
            found = self._client.describe_tags(ResourceArns=list(arns))["TagDescriptions"]
            return {entry["ResourceArn"]: tags_of(entry) for entry in found}

    def modify_listener(self, listener_arn: str, certificate_arn: str) -> None:
        """Replace the default certificate; all else of the listener stays."""
        with calling(SERVICE, "ModifyListener", listener_arn):
            self._client.modify_listener(ListenerArn=listener_arn, Certificates=[{"CertificateArn": certificate_arn}])

    def add_listener_certificates(self, listener_arn: str, certificate_arn: str) -> None:
        """Put one certificate into the list; one that is there already stays."""
        with calling(SERVICE, "AddListenerCertificates", listener_arn):
            self._client.add_listener_certificates(
                ListenerArn=listener_arn, Certificates=[{"CertificateArn": certificate_arn}]
            )

    def remove_listener_certificates(self, listener_arn: str, certificate_arn: str) -> None:
        """Take one certificate out of the list."""
        with calling(SERVICE, "RemoveListenerCertificates", listener_arn):
            self._client.remove_listener_certificates(
                ListenerArn=listener_arn, Certificates=[{"CertificateArn": certificate_arn}]
            )


def tags_of(entry: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The tags of one resource in an answer of DescribeTags."""
    return {tag["Key"]: tag.get("Value") or "" for tag in entry.get("Tags", [])}


def _load_balancer(entry: t.Mapping[str, t.Any]) -> LoadBalancer:
    return LoadBalancer(arn=entry["LoadBalancerArn"], type=entry.get("Type", ""), domain=entry.get("DNSName", ""))


def _listener(entry: t.Mapping[str, t.Any]) -> Listener:
    return Listener(
        arn=entry["ListenerArn"],
        load_balancer_arn=entry.get("LoadBalancerArn", ""),
        protocol=entry.get("Protocol", ""),
        port=entry.get("Port", 0),
    )
