# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written into a document has the keys that its shape describes, no more and no fewer."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import processes
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import RenewalInfo
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import (
    definition,
    document,
    fields,
    journal,
    last_run,
    lease,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run.step_report import CERTIFICATE_KEYS
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import shapes

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=timezone.utc)
WANTED = definition.parse("webapp", {"domains": ["example.com"]}).values
NEW = document.new_document("webapp", WANTED)
CLAIM = lease.Claim(
    run="renew", run_id="run-1", owner=processes.current(), ttl=60, now=NOW, is_dead=lambda _owner: False
)
LOCK = lease.of(lease.taken(NEW, CLAIM))
BEGUN = journal.begin("renew", "issue", WANTED, NOW)
LEAF = Certificate(
    serial="01",
    fingerprint_sha256="aa",
    issuer="CN=Test",
    domains=("example.com",),
    key_type="ecdsa_p256",
    not_before=NOW,
    not_after=NOW,
)


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        pytest.param(NEW, shapes.ProjectDocument, id="document"),
        pytest.param(WANTED, shapes.ProjectDefinition, id="definition"),
        pytest.param(NEW["renewal"], shapes.RenewalState, id="renewal"),
        pytest.param(RenewalInfo("id").as_dict(), shapes.RenewalInfoRecord, id="what the CA said"),
        pytest.param(BEGUN["wanted"], shapes.Wanted, id="what a run works towards"),
        pytest.param(LOCK["owner"], shapes.Owner, id="owner"),
    ],
)
def test_a_part_has_the_keys_of_its_shape(written: t.Mapping[str, t.Any], shape: t.Any) -> None:
    assert set(written) == set(shape.__annotations__)


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        pytest.param(BEGUN, shapes.JournalRecord, id="journal"),
        pytest.param(LOCK, shapes.LockRecord, id="lock"),
        pytest.param(last_run.begin((), NOW), shapes.LastRunRecord, id="last run"),
    ],
)
def test_what_a_part_begins_with_is_what_its_shape_requires(written: t.Mapping[str, t.Any], shape: t.Any) -> None:
    assert set(written) == shape.__required_keys__


def test_a_certificate_has_keys_of_its_shape_and_all_that_the_record_requires() -> None:
    assert set(LEAF.as_dict()) <= set(t.get_type_hints(shapes.CertificateRecord))
    assert set(CERTIFICATE_KEYS) == shapes.CertificateRecord.__required_keys__


def test_a_definition_has_a_check_for_each_key() -> None:
    assert set(fields.KEYS) == set(shapes.ProjectDefinition.__annotations__)
