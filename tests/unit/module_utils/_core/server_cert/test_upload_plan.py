# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an upload comes to, by what is in IAM."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert import upload_plan
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
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
