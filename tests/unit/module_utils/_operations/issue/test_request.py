# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every problem with the arguments of acme_route53_issue is told at once."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    ConfigError,
)
from ansible_collections.certops.cloudfront.plugins.modules import acme_route53_issue
from unit.fakes.clock import START
from unit.fakes.issuing_world import (
    World,
    params,
)


@pytest.fixture
def world() -> World:
    return World()


def test_every_problem_with_the_fallbacks_is_told(world: World) -> None:
    fallbacks = [{"acme_directory": "nobody"}, {"acme_directory": "letsencrypt"}, {"acme_directory": "zerossl"}]
    bindings = [{"acme_directory": "google", "kid": "k", "hmac_key": "no base64"}]
    with pytest.raises(ConfigError) as caught:
        world.run(acme_fallbacks=fallbacks, acme_fallback_eab=bindings)
    assert len(caught.value.problems) == 4
    with pytest.raises(ConfigError, match=r"https://acme\.zerossl\.com/v2/DV90: acme_eab_kid"):
        world.run(acme_fallbacks=[{"acme_directory": "zerossl"}])
    assert world.calls.made == []


def test_every_problem_with_the_arguments_is_told_at_once_and_nothing_is_called(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no PEM")
    with pytest.raises(ConfigError) as caught:
        world.run(
            domains=["localhost", "example.com", "example.com"],
            project="../evil",
            renewal_interval_days=90,
            acme_directory="letsencrypt_prod",
            acme_contacts=["nobody"],
            acme_ca_bundle=str(tmp_path / "file"),
            acme_eab_kid="kid",
            dest=str(tmp_path / "file" / "dest"),
            issued_since="yesterday",
            key_type="dsa",
            order_timeout=0,
        )
    assert len(caught.value.problems) == 12
    assert world.calls.made == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        pytest.param(
            {"project": "accounts"}, "project: 'accounts' is reserved", id="where the archive keeps account keys"
        ),
        pytest.param({"project": "../webapp"}, "project: '../webapp' is not a valid project name", id="a path"),
        pytest.param(
            {"acme_contacts": ["ops..x@example.com"]},
            "acme_contacts: 'ops..x@example.com' is not a valid e-mail address",
            id="two dots",
        ),
    ],
)
def test_names_and_contacts_are_held_to_the_rules_of_a_definition(
    given: dict[str, t.Any], problem: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        acme_route53_issue.parse(Params(params(**given, archive=f"file://{tmp_path}/archive"), START, check_mode=False))
    assert [found for found in caught.value.problems if found.startswith(problem)]
