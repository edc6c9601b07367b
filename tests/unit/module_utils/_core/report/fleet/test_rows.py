# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a picture of a fleet says of all its rows."""

from __future__ import annotations

from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet import rows
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet.rows import ForeignCertificate
from unit.fakes import report


def test_leftovers_are_unused_certificates_at_the_path_of_a_project_at_rest() -> None:
    foreign = (
        ForeignCertificate("unused", "ASCA1", "", (), "webapp"),
        ForeignCertificate("used", "ASCA2", "", ("E1",), "webapp"),
        ForeignCertificate("another", "ASCA3", "", (), "webapp"),
        ForeignCertificate("busy", "ASCA4", "", (), "shop"),
        ForeignCertificate("unknown", "ASCA5", "", (), "gone"),
    )
    made = report.picture(report.row("webapp"), report.row("shop", "locked"), foreign=foreign)
    assert made.leftovers == {"webapp": ["unused", "another"]}
    assert report.picture(report.row("webapp"), foreign=None).leftovers == {}


def test_states_are_counted_and_those_that_need_a_person_named() -> None:
    made = report.picture(report.row("a"), report.row("b"), report.row("c", "expired", attention=("expired",)))
    assert {state: count for state, count in made.counts.items() if count} == {"ok": 2, "expired": 1}
    assert set(made.counts) == set(rows.STATES)
    assert [row.name for row in made.needing] == ["c"]
