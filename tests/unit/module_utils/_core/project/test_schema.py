# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of project documents; tests/unit/test_damaged_documents.py tries it with everything that does not fit."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import definition, fields, schema
from unit.fakes.projects import document

# What users may write, for each key of a definition.
WRITTEN: dict[str, tuple[t.Any, ...]] = {
    "domains": ("example.com, *.example.com", ["BÜCHER.example"]),
    "emails": ("Ops@Example.COM",),
    "renewal_interval_days": ("30", 89),
    "bind": ("previous,aliases", []),
    "distributions": ("E1EXAMPLE,E2EXAMPLE",),
    "acme_fallbacks": ([{"acme_directory": "zerossl"}],),
    "acme_ca_bundle": (" /etc/ca.pem ", ""),
    "acme_terms_agreed": ("yes",),
    "sns_topic": ("", "alerts", "arn:aws:sns:us-east-1:123456789012:alerts"),
    "tags": ({"team": 1, "Größe": "x y"},),
    "keep_previous": ("2",),
    "archive_keep": (-1, "5"),
    "archive": ("s3://bucket/prefix",),
}


@pytest.mark.parametrize("key", fields.KEYS)
def test_what_a_definition_takes_is_read_again_as_it_was_stored(key: str) -> None:
    for value in (None, *WRITTEN.get(key, ())):
        parsed = definition.parse("webapp", {"domains": ["example.com"], key: value})
        if parsed.problems:
            assert (key, value) == ("domains", None)
            continue
        stored = document(definition=parsed.values)
        assert schema.checked(stored) == stored
