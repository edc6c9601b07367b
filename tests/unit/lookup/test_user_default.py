# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible_collections.certops.cloudfront.plugins.lookup import user_default
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import user
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import open as stores


def test_says_what_a_module_takes_that_is_given_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    lookup = user_default.LookupModule()
    assert lookup.run(["store", "archive"]) == ["file:///data/certops/store", "file:///data/certops/archive"]
    assert lookup.run(["store"]) == [stores.store(None, lambda: pytest.fail("no session is needed")).uri]


def test_documents_every_default() -> None:
    documented = yaml.safe_load(user_default.DOCUMENTATION)["options"]["_terms"]
    assert tuple(documented["choices"]) == user.DEFAULTS
    assert set(re.findall(r"V\((\w+)\)", " ".join(documented["description"]))) >= set(user.DEFAULTS)


@pytest.mark.parametrize("terms", [[], ["stores"]])
def test_refuses_what_it_does_not_know(terms: list[str]) -> None:
    with pytest.raises(AnsibleError, match="name one of acme_ca_bundle, acme_directory, archive"):
        user_default.LookupModule().run(terms)
