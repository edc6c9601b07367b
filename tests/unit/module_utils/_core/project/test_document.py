# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document of a project as it is read."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import document as project_document
from unit.fakes.projects import certificate, definition, document


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"schema": 2}, "upgrade the collection", id="later schema"),
        pytest.param({"schema": None}, "schema", id="no schema"),
        pytest.param({"name": "other"}, "named 'webapp'", id="other name"),
        pytest.param({"definition": None}, "no definition", id="no definition"),
        pytest.param({"certificate": {"name": "x"}}, "damaged", id="half a certificate"),
        pytest.param({"certificate": certificate(not_after="soon")}, "damaged", id="bad time"),
        pytest.param({"lock": {"run_id": "x"}}, "damaged", id="half a lock"),
        pytest.param({"journal": {"phase": "nowhere"}}, "damaged", id="unknown phase"),
        pytest.param({"superseded": ["x"]}, "damaged", id="bad superseded list"),
        pytest.param({"renewal": {"next_attempt_at": "later"}}, "damaged", id="bad attempt time"),
        pytest.param({"renewal": {"failures": "3"}}, "damaged", id="failures that are no number"),
        pytest.param({"superseded": [{"not_after": "soon"}]}, "damaged", id="bad time of a superseded one"),
        pytest.param({"last_run": {"finished_at": "yesterday"}}, "damaged", id="bad time of the last run"),
        pytest.param({"certificate": certificate(authority_key_id="AB:CD")}, "damaged", id="bad key identifier"),
        pytest.param(
            {"certificate": certificate(not_before="0001-01-01T00:00:00+14:00")}, "damaged", id="before the calendar"
        ),
        pytest.param(
            {"certificate": certificate(not_before="9999-12-30T00:00:00Z")}, "damaged", id="the end of the calendar"
        ),
        *(
            pytest.param(
                {"definition": {**definition(), key: value}}, f"definition.{key} is", id=f"{key} of another type"
            )
            for key, value in {
                "domains": [1],
                "tags": None,
                "renewal_interval_days": "30",
                "keep_previous": None,
                "acme_directory": 5,
                "acme_fallbacks": [{}],
                "acme_contacts": None,
                "acme_renewal_info": "yes",
            }.items()
        ),
    ],
)
def test_a_damaged_document_is_refused_with_what_is_wrong(changes: dict[str, t.Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        project_document.loaded("webapp", document(**changes))


def test_a_document_of_an_earlier_version_gets_the_keys_that_it_lacks() -> None:
    loaded = project_document.loaded(
        "webapp", {"schema": 1, "name": "webapp", "definition": {"domains": ["example.com"]}}
    )
    assert loaded == document(definition=definition(domains=["example.com"]))
