# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from datetime import datetime, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert import limits, upload_plan
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
    Quota,
    StoredCertificate,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.upload_plan import (
    ObservedIam,
    WantedUpload,
)

NOT_AFTER = datetime(2027, 1, 6, 4, 42, 9, tzinfo=timezone.utc)
CERTIFICATE = Certificate(
    "ff", "ab", "CN=CA", ("example.com",), "ecdsa_p256", datetime(2026, 11, 1, tzinfo=timezone.utc), NOT_AFTER
)
PATH = "/cloudfront/certops/webapp/"
WANTED = WantedUpload("webapp", PATH, {"a": "1", "b": "2"}, CERTIFICATE)


def stored(*names: str) -> tuple[StoredCertificate, ...]:
    return tuple(StoredCertificate(name, PATH, f"ASCA{name}") for name in names)


@pytest.mark.parametrize(
    ("observed", "steps"),
    [
        pytest.param(ObservedIam(()), [("upload", "webapp")], id="nothing there"),
        pytest.param(ObservedIam(stored("webapp")), [("upload", "webapp-2")], id="the name has other content"),
        pytest.param(
            ObservedIam(stored("WebApp", "webapp-2")), [("upload", "webapp-3")], id="names do not differ by case"
        ),
        pytest.param(
            ObservedIam(stored("webapp"), {"webapp": {"a": "1", "b": "2", "c": "3"}}), [], id="the content is there"
        ),
        pytest.param(
            ObservedIam(stored("webapp", "other"), {"other": {"a": "1", "b": "2"}}),
            [],
            id="the content is there under another name",
        ),
        pytest.param(
            ObservedIam(stored("webapp"), {"webapp": {"a": "1", "b": "0"}}), [("tag", "webapp")], id="a tag differs"
        ),
    ],
)
def test_plan(observed: ObservedIam, steps: list[tuple[str, str]]) -> None:
    plan = upload_plan.plan_present(observed, WANTED)
    assert [(step.action, step.target) for step in plan.steps] == steps
    assert plan.reason


def test_only_missing_tags_are_added_and_foreign_ones_stay_in_the_diff() -> None:
    plan = upload_plan.plan_present(ObservedIam(stored("webapp"), {"webapp": {"a": "1", "c": "3"}}), WANTED)
    assert plan.steps[0].values == {"tags": {"b": "2"}}
    assert plan.after["server_certificate"]["tags"] == {"a": "1", "b": "2", "c": "3"}


def test_the_exact_name_is_preferred_among_equals() -> None:
    observed = ObservedIam(stored("a", "webapp"), {"a": WANTED.tags, "webapp": WANTED.tags})
    assert upload_plan.plan_present(observed, WANTED).after["server_certificate"]["name"] == "webapp"


def test_name_says_when_the_certificate_expires_in_utc() -> None:
    assert upload_plan.name_for("webapp", NOT_AFTER) == "webapp-2027-01-06-0442"


def test_a_numbered_name_is_never_too_long() -> None:
    name = "x" * 128
    assert len(upload_plan.free_name(name, [name])) == 128


@pytest.mark.parametrize(
    ("used", "allowed", "headroom", "refused"),
    [
        pytest.param(19, 20, 0, False, id="the last place"),
        pytest.param(20, 20, 0, True, id="full"),
        pytest.param(19, 20, 1, True, id="the last place is to stay free"),
        pytest.param(18, 20, 1, False, id="one stays free"),
    ],
)
def test_quota(used: int, allowed: int, headroom: int, refused: bool) -> None:
    refusal = Quota(used, allowed, headroom).refusal()
    assert (refusal is not None) == refused
    if refusal:
        assert f"{used} of {allowed}" in refusal
        assert "Service Quotas" in refusal


@pytest.mark.parametrize(
    ("problems", "found"),
    [
        pytest.param(limits.name_problems("a b", None), "name: 'a b'", id="name with a blank"),
        pytest.param(limits.name_problems("é", None), "not allowed", id="name that is not ASCII"),
        pytest.param(limits.name_problems("x" * 129, None), "at most 128", id="name too long"),
        pytest.param(
            limits.name_problems(None, "x" * 113),
            "name_prefix: 113 characters; at most 112",
            id="prefix leaves no room for the time",
        ),
        pytest.param(limits.name_problems("", None), "name: ''", id="empty name"),
        pytest.param(limits.path_problems("cloudfront/"), "path: 'cloudfront/'", id="path without a first slash"),
        pytest.param(limits.path_problems("/cloudfront"), "path: '/cloudfront'", id="path without a last slash"),
        pytest.param(limits.path_problems("/" + "x" * 511 + "/"), "at most 512", id="path too long"),
        pytest.param(limits.tag_problems({str(number): "" for number in range(51)}), "at most 50", id="too many tags"),
        pytest.param(limits.tag_problems({"aws:x": ""}), "'aws:x'", id="reserved tag"),
        pytest.param(limits.tag_problems({"k": "v" * 257}), "257 characters", id="tag value too long"),
        pytest.param(limits.size_problems("x" * 16_385, "", ""), "certificate has 16385", id="body too long"),
        pytest.param(limits.size_problems("", "", "x" * 16_385), "private key has 16385", id="key too long"),
        pytest.param(
            limits.key_type_problems("ecdsa_secp384r1", "/cloudfront/x/"),
            "does not accept",
            id="key type for CloudFront",
        ),
    ],
)
def test_what_iam_would_refuse(problems: list[str], found: str) -> None:
    assert found in " ".join(problems)


@pytest.mark.parametrize(
    "problems",
    [
        pytest.param(limits.name_problems("Az_0+=,.@-", None), id="every character allowed in a name"),
        pytest.param(limits.path_problems("/"), id="the root path"),
        pytest.param(limits.path_problems(PATH), id="a project's path"),
        pytest.param(
            limits.key_type_problems("ecdsa_secp384r1", "/elb/"), id="any key where CloudFront is not concerned"
        ),
        pytest.param(limits.tag_problems({"k": "v" * 256}), id="a long tag"),
    ],
)
def test_what_iam_takes(problems: list[str]) -> None:
    assert problems == []
