# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners: their names, what they take, and who else writes to them."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets import listeners
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets.listeners import CertificateEntry

OWNER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/1/2"


@pytest.mark.parametrize(
    ("identifier", "owner"),
    [
        (LISTENER, OWNER),
        (OWNER, OWNER),
        ("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/web", "web"),
        ("web:443", "web"),
    ],
)
def test_the_load_balancer_of_a_listener(identifier: str, owner: str) -> None:
    assert listeners.owner_of(identifier) == owner


@pytest.mark.parametrize("tag", ["elbv2.k8s.aws/cluster", "kubernetes.io/cluster/prod"])
def test_a_controller_of_kubernetes_is_known_by_its_tags(tag: str) -> None:
    assert "re-import it under the same ARN" in listeners.why_not({tag: "owned", "team": "web"})
    assert listeners.why_not({"team": "web", "kubernetes.io/name": "x"}) == ""


@pytest.mark.parametrize(
    ("listener", "key_type", "is_taken"),
    [
        (LISTENER, "rsa_4096", True),
        (LISTENER.replace("/app/", "/net/"), "rsa_4096", False),
        (LISTENER.replace("/app/", "/net/"), "ecdsa_p256", True),
        (LISTENER, "rsa_1024", False),
        ("web:443", "rsa_4096", True),
        (LISTENER, "", True),
    ],
)
def test_the_keys_that_each_kind_takes(listener: str, key_type: str, is_taken: bool) -> None:
    assert (listeners.problems([listener], "us-east-1", key_type) == []) is is_taken


def test_the_places_of_a_listener_in_their_order() -> None:
    entries = [CertificateEntry("a", True), CertificateEntry("a", False), CertificateEntry("b", False)]
    found = listeners.slots_of(entries, lambda arn: (f"{arn}.test",))
    assert [(slot.name, slot.certificate, slot.names) for slot in found] == [
        ("default", "a", ("a.test",)),
        ("sni", "a", ("a.test",)),
        ("sni", "b", ("b.test",)),
    ]
