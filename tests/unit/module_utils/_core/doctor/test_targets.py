# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on listeners and API domains, and on whatever has another owner."""

from __future__ import annotations

import typing as t

from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor import targets
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets.uses import (
    DEFAULT,
    LISTENER,
    NewCertificate,
    Slot,
    Use,
    UseSelection,
)

OLD, NEW, FOREIGN = "arn:old", "arn:new", "arn:foreign"
CERTIFICATE = NewCertificate(NEW, ("example.com", "*.example.com"), "ecdsa_p256")
SELECTION = UseSelection(frozenset({"previous", "aliases"}), previous=(OLD, NEW))


def listener(certificate: str, *names: str, **more: t.Any) -> Use:
    return Use(LISTENER, "web", (Slot(DEFAULT, certificate, names),), **more)


def codes(use: Use, selection: UseSelection = SELECTION) -> list[str]:
    return [one.code for one in targets.bindings([use], selection, CERTIFICATE)]


def test_a_listener_is_judged_as_a_run_would_do() -> None:
    assert codes(listener(NEW)) == []
    assert codes(listener(OLD, "example.com")) == ["TARGET_ASTRAY"]
    assert codes(listener(FOREIGN, "www.example.com")) == ["BINDING_TAKES_OVER"]
    assert codes(listener(FOREIGN, "example.net")) == []
    assert codes(listener(OLD, "example.net")) == ["TARGET_REFUSED"]
    assert codes(listener(OLD, why_not="a controller owns it")) == ["TARGET_REFUSED"]


def test_a_listener_that_is_listed_and_does_not_exist_is_named() -> None:
    assert [one.code for one in targets.missing(["web", "gone"], {"web"})] == ["TARGET_UNKNOWN"]


def test_an_owner_is_named_with_the_ways_out() -> None:
    (found,) = targets.owned({"E1": {"aws:cloudformation:stack-name": "web"}, "E2": {"team": "web"}})
    assert (found.code, found.subject) == ("OWNED_ELSEWHERE", "E1")
    assert "the CloudFormation stack 'web'" in found.message
    assert all(word in found.remedy for word in ("publish", "ignore_changes", "acm_arn same"))
