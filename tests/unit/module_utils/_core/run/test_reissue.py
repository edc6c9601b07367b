# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates an incident concerns: by the time of issue, and by the CA."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import reissue
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from unit.fakes.projects import NOW, certificate, definition, document

HOUR = timedelta(hours=1)
LE = "https://acme-v02.api.letsencrypt.org/directory"


def at(moment: timedelta) -> str:
    return times.to_text(NOW + moment)


@pytest.mark.parametrize(
    ("found", "run", "expected"),
    [
        pytest.param(certificate(age_days=2), "reissue", "reissue", id="issued before"),
        pytest.param(certificate(age_days=0.5), "reissue", "converge", id="issued since"),
        pytest.param(certificate(age_days=1), "reissue", "converge", id="issued at this very time"),
        pytest.param(
            certificate(age_days=2, issued_at=at(-HOUR)),
            "reissue",
            "converge",
            id="dated back by the CA, but issued since",
        ),
        pytest.param(
            certificate(age_days=0, issued_at=at(-40 * HOUR)), "reissue", "reissue", id="the time of issue counts"
        ),
        pytest.param(None, "reissue", "reissue", id="no certificate yet"),
        pytest.param(certificate(age_days=2), "renew", "renew", id="another run"),
    ],
)
def test_a_certificate_that_was_issued_since_is_left_alone(
    found: dict[str, t.Any] | None, run: str, expected: str
) -> None:
    assert reissue.run_for(document(certificate=found), run, NOW - timedelta(days=1)) == expected


def test_without_a_time_every_certificate_is_reissued() -> None:
    assert reissue.run_for(document(certificate=certificate(age_days=0)), "reissue", None) == "reissue"


@pytest.mark.parametrize(
    ("fields", "directory", "expected"),
    [
        pytest.param({}, "letsencrypt", True, id="by its name"),
        pytest.param({}, LE, True, id="by its URL"),
        pytest.param({}, "zerossl", False, id="another CA"),
        pytest.param({"directory": "https://acme.zerossl.com/v2/DV90"}, "zerossl", True, id="a fallback issued"),
        pytest.param(
            {"directory": "https://acme.zerossl.com/v2/DV90"}, "letsencrypt", False, id="the CA that was wanted did not"
        ),
        pytest.param({"directory": "https://ca.example/dir"}, "https://ca.example/dir", True, id="a private CA"),
    ],
)
def test_the_ca_that_issued_is_told_from_the_one_that_was_wanted(
    fields: dict[str, t.Any], directory: str, expected: bool
) -> None:
    assert reissue.is_issued_by(document(certificate=certificate(**fields)), directory) == expected


def test_a_project_without_a_certificate_is_of_no_ca() -> None:
    assert not reissue.is_issued_by(document(definition=definition()), "letsencrypt")


@pytest.mark.parametrize("text", ["yesterday", "2026-11-22", "2026-11-22T05:30:00", "05:30"])
def test_what_is_no_time_and_no_ca_is_said_together(text: str) -> None:
    found = reissue.problems(text, NOW, "nobody")
    assert len(found) == 2
    assert found[0].startswith("issued_by: 'nobody' is not a known name")
    assert found[1] == f"issued_before: {text!r} is not a time such as 2027-01-06T04:42:00Z"


def test_a_time_that_is_still_to_come_is_refused() -> None:
    assert reissue.problems(at(timedelta(0)), NOW) == []
    (problem,) = reissue.problems(at(timedelta(seconds=1)), NOW)
    assert "is in the future, so every run would reissue" in problem
