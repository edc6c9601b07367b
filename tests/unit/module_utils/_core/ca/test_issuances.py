# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a project document knows of certificates that were issued, and what a CA takes for a renewal."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca import issuances
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate import renewal_info
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import document as project_document
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times

NOW = datetime(2027, 1, 6, 4, 0, tzinfo=timezone.utc)
LE = "https://acme-v02.api.letsencrypt.org/directory"
DAY = timedelta(days=1)


def certificate(serial: str, ago: timedelta, *domains: str, **more: t.Any) -> dict[str, t.Any]:
    at = NOW - ago
    return {
        "serial": serial,
        "fingerprint_sha256": serial * 8,
        "domains": list(domains or ("example.com",)),
        "not_before": times.to_text(at - timedelta(hours=1)),
        "issuer": "CN=Test",
        "key_type": "ecdsa_p256",
        "authority_key_id": "aa",
        "not_after": times.to_text(at + 90 * DAY),
        "issued_at": times.to_text(at),
        "acme_directory": "letsencrypt",
        **more,
    }


def document(
    current: dict[str, t.Any] | None = None, *superseded: dict[str, t.Any], **renewal: t.Any
) -> dict[str, t.Any]:
    found = project_document.new_document("webapp", {"domains": ["example.com"], "acme_directory": "letsencrypt"})
    return {**found, "certificate": current, "superseded": list(superseded), "renewal": {**found["renewal"], **renewal}}


def window(start: timedelta, end: timedelta, cert_id: str = "qg.AQ") -> dict[str, t.Any]:
    suggested = renewal_info.Window(NOW + start, NOW + end)
    return renewal_info.RenewalInfo(cert_id, suggested, suggested.start).as_dict()


@pytest.mark.parametrize(
    ("found", "domains", "directory", "expected"),
    [
        pytest.param(document(), ["example.com"], "letsencrypt", None, id="a first certificate"),
        pytest.param(
            document(certificate("1", 60 * DAY)), ["example.com"], "letsencrypt", "renewal", id="the same names"
        ),
        pytest.param(
            document(certificate("1", 60 * DAY)), ["example.com"], LE, "renewal", id="a name and the URL of one CA"
        ),
        pytest.param(
            document(certificate("1", 121 * DAY)),
            ["example.com"],
            "letsencrypt",
            None,
            id="the same names too long ago",
        ),
        pytest.param(
            document(certificate("1", 60 * DAY)),
            ["example.com", "www.example.com"],
            "letsencrypt",
            None,
            id="a name more",
        ),
        pytest.param(document(certificate("1", 60 * DAY)), ["example.com"], "zerossl", None, id="another CA"),
        pytest.param(
            document(certificate("1", 60 * DAY), ari=window(-DAY, DAY)),
            ["example.com", "b.com"],
            "letsencrypt",
            "ari",
            id="in the window",
        ),
        pytest.param(
            document(certificate("1", 60 * DAY), ari=window(-2 * DAY, -DAY)),
            ["b.com"],
            "letsencrypt",
            None,
            id="after the window",
        ),
        pytest.param(
            document(certificate("1", 60 * DAY), ari=window(DAY, 2 * DAY)),
            ["example.com"],
            "letsencrypt",
            "renewal",
            id="before the window",
        ),
        pytest.param(
            document(certificate("1", 60 * DAY), ari=window(-DAY, DAY)),
            ["b.com"],
            "letsencrypt",
            None,
            id="in the window with other names",
        ),
        pytest.param(
            document(certificate("1", 60 * DAY), ari=window(-DAY, DAY)),
            ["example.com"],
            "zerossl",
            None,
            id="in the window of another CA",
        ),
        pytest.param(
            document(certificate("1", DAY), ari=window(-DAY, DAY, "qg.Ag")),
            ["example.com", "b.com"],
            "letsencrypt",
            None,
            id="another certificate",
        ),
        pytest.param(
            document(certificate("2", DAY, "b.com"), certificate("1", 60 * DAY)),
            ["example.com"],
            "letsencrypt",
            "renewal",
            id="superseded",
        ),
    ],
)
def test_what_counts_as_a_renewal(
    found: dict[str, t.Any], domains: list[str], directory: str, expected: str | None
) -> None:
    assert issuances.exemption(found, domains, directory, NOW) == expected


def test_a_record_without_notes_tells_what_its_certificates_say() -> None:
    found = issuances.of(document(certificate("2", DAY), certificate("1", 60 * DAY)))
    assert [(NOW - one.at, one.directory, one.exempt) for one in found] == [(60 * DAY, LE, None), (DAY, LE, "renewal")]


def test_certificates_that_were_deleted_since_are_still_known_for_a_week() -> None:
    found = document()
    for serial, ago in (("1", 9 * DAY), ("2", 5 * DAY), ("3", 3 * DAY), ("4", DAY)):
        issued = certificate(serial, ago)
        found = {**found, "issued": issuances.noted(found, issued, NOW - ago), "certificate": issued}
    assert [entry["serial"] for entry in found["issued"]] == ["2", "3", "4"]
    assert [entry["exempt"] for entry in found["issued"]] == ["renewal"] * 3


def test_a_certificate_of_a_fallback_counts_at_that_ca() -> None:
    other = "https://other.example/directory"
    found = document(certificate("1", DAY, directory=other))
    assert [each.directory for each in issuances.of(found)] == [other]
    assert [
        entry["acme_directory"] for entry in issuances.noted(document(), certificate("2", DAY, directory=other), NOW)
    ] == [other]


def test_the_same_certificate_is_noted_once_and_an_old_one_that_comes_back_never() -> None:
    found = document(certificate("1", DAY))
    found["issued"] = issuances.noted(document(), certificate("1", DAY), NOW)
    assert issuances.noted(found, certificate("1", DAY), NOW) == found["issued"]
    assert issuances.noted(found, certificate("0", 30 * DAY), NOW) == found["issued"]
    assert len(issuances.of(found)) == 1


def test_the_notes_do_not_grow_without_end() -> None:
    found = document()
    for number in range(50):
        found["issued"] = issuances.noted(found, certificate(f"{number}", timedelta(minutes=50 - number)), NOW)
    assert len(found["issued"]) == 20
