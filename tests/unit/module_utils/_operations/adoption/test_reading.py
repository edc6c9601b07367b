# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.found import (
    AdoptionFinding,
    Reading,
    assembled,
    seen,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.mapping import Wishes
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.shapes import SeenProject
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import Answer, Window
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
    StoredCertificate,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.adoption import reading
from unit.fakes.clock import FakeClock

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=timezone.utc)
LEAF = Certificate(
    serial="1a",
    fingerprint_sha256=f"{1:064x}",
    issuer="CN=E5,O=Let's Encrypt,C=US",
    domains=("example.com",),
    key_type="ecdsa_p256",
    not_before=NOW - timedelta(days=10),
    not_after=NOW + timedelta(days=80),
    authority_key_id="93275c5a",
)


@dataclass
class Ca:
    """A CA that wants the certificate to be replaced at this time; None: it does not answer."""

    end: datetime | None
    asked: int = 0

    def resource(self) -> str | None:
        return "https://ca.example/renewal-info"

    def get(self, resource: str, cert_id: str) -> Answer:
        self.asked += 1
        if self.end is None:
            raise RemoteError("the CA does not answer", service="acme", operation="renewalInfo", code="timeout")
        return Answer(Window(self.end - timedelta(days=1), self.end), "https://ca.example/incident")


def project(leaf: Certificate = LEAF, **definition: t.Any) -> SeenProject:
    stored = StoredCertificate("c1", "/cloudfront/", "ASCA1", "arn:aws:iam::1:server-certificate/c1", NOW)
    finding = AdoptionFinding("iam", "web", ids=frozenset({"ASCA1"}))
    one = seen(stored, leaf, [("E1", True, ("example.com",))])
    return assembled(finding, "web", [one], None, Reading(NOW, Wishes(definition=definition)))


def warnings(ca: Ca, one: SeenProject) -> list[str]:
    found = reading.inquired([one], lambda _url, _bundle: ca, FakeClock(NOW))
    assert [each["status"] for each in found] == ["ready"]
    return [warning for warning in found[0]["warnings"] if "replaced" in warning]


def test_a_certificate_that_its_ca_wants_to_be_replaced_is_adopted_with_the_advice_to_renew() -> None:
    told = warnings(Ca(NOW - timedelta(hours=1)), project())
    assert len(told) == 1
    assert "run renew now" in told[0]
    assert "https://ca.example/incident" in told[0]


def test_one_that_is_to_be_renewed_in_its_time_has_no_warning() -> None:
    assert warnings(Ca(NOW + timedelta(days=50)), project()) == []


def test_a_ca_that_does_not_answer_is_in_no_way() -> None:
    assert warnings(Ca(None), project()) == []


def test_nobody_asks_a_ca_that_did_not_issue_it_or_where_that_is_not_wanted() -> None:
    ca = Ca(NOW - timedelta(hours=1))
    others = (
        project(replace(LEAF, issuer="CN=Some CA,O=Some Company")),
        project(acme_renewal_info=False),
        project(acme_directory="letsencrypt_staging"),
    )
    assert [warnings(ca, one) for one in others] == [[], [], []]
    assert ca.asked == 0
