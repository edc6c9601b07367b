# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of earlier versions are read, those of later ones are refused."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import (
    document as project_document,
    schema,
)
from unit.fakes.projects import definition, document

OLD = {"name": "webapp", "definition": {"domains": "example.com, *.example.com", "emails": "ops@example.com"}}


def test_a_document_from_before_versions_were_counted_is_brought_up_to_date() -> None:
    loaded = project_document.loaded("webapp", OLD)
    assert loaded == document(definition=definition(emails=["ops@example.com"]))
    assert loaded["schema"] == schema.SCHEMA


def test_what_is_of_today_is_left_as_it_is() -> None:
    assert schema.upgraded(document()) == document()


def test_the_document_that_was_read_is_not_changed() -> None:
    schema.upgraded(OLD)
    assert OLD["definition"] == {"domains": "example.com, *.example.com", "emails": "ops@example.com"}


@pytest.mark.parametrize(
    "version",
    [
        pytest.param(2, id="a later one"),
        pytest.param("1", id="text"),
        pytest.param(None, id="null"),
        pytest.param([], id="a list"),
    ],
)
def test_a_version_that_nobody_here_knows_is_refused(version: object) -> None:
    with pytest.raises(ValueError, match="upgrade the collection"):
        schema.upgraded({**document(), "schema": version})
