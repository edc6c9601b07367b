# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACME directories by name, and URLs of others."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca import directories


@pytest.mark.parametrize("name", sorted(directories.KNOWN))
def test_every_known_directory_is_an_https_url(name: str) -> None:
    assert directories.problems(name) == []
    assert directories.problems(directories.resolve(name).url) == []


def test_a_url_of_a_known_directory_is_known() -> None:
    assert directories.resolve(directories.KNOWN["zerossl"].url).needs_eab


def test_another_url_is_taken_as_it_is() -> None:
    assert directories.resolve("https://localhost:14000/dir").url == "https://localhost:14000/dir"


@pytest.mark.parametrize(
    ("directory", "word"),
    [
        pytest.param("letsencrypt_prod", "not a known name", id="unknown name"),
        pytest.param("", "not a known name", id="empty"),
        pytest.param("http://acme.example.org/directory", "HTTPS only", id="plain HTTP"),
        pytest.param("file:///etc/passwd", "HTTPS only", id="a file"),
        pytest.param("https:///directory", "HTTPS only", id="no host"),
    ],
)
def test_bad_directories_are_refused(directory: str, word: str) -> None:
    assert word in directories.problems(directory)[0]
    with pytest.raises(ValueError, match="acme_directory"):
        directories.resolve(directory)
