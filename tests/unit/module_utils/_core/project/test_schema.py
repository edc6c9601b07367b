# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of project documents; tests/unit/test_damaged_documents.py tries it with everything that does not fit."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import definition, fields, lease, schema
from unit.fakes.projects import claim, document

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


OWNER = {"host": "node1", "boot_id": "b", "pid_namespace": "pid:[1]", "pid": 4711, "started": "1"}


def locked(**given: t.Any) -> dict[str, t.Any]:
    """A document that a run holds, with this in its lock."""
    lock = lease.taken(t.cast("t.Any", document()), claim()).get("lock")
    owner = {**OWNER, **given.pop("owner", {})}
    return document(fence=1, lock={**t.cast("t.Any", lock), "owner": owner, **given})


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        pytest.param({"owner": {"pid": 1}}, True, id="the first process"),
        pytest.param({"owner": {"pid": 2**31 - 1}}, True, id="the last one"),
        pytest.param({"owner": {"pid": 2**31}}, False, id="no process"),
        pytest.param({"ttl": 30 * 24 * 3600}, True, id="a month"),
        pytest.param({"ttl": 30 * 24 * 3600 + 1}, False, id="more than a month"),
        pytest.param({"run_id": "r" * 200}, True, id="a long run ID"),
        pytest.param({"run_id": "r" * 201}, False, id="a longer one"),
    ],
)
def test_a_lock_is_within_what_a_run_writes(given: dict[str, t.Any], is_taken: bool) -> None:
    if is_taken:
        assert schema.checked(locked(**given))["lock"]
    else:
        with pytest.raises(ValueError, match="it is damaged: lock"):
            schema.checked(locked(**given))
