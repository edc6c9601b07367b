# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a user's files are, also where HOME says nothing: under cron, systemd, or in a container without a passwd
entry."""

from __future__ import annotations

import pwd
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import user


@pytest.fixture(autouse=True)
def passwd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: SimpleNamespace(pw_dir="/home/passwd"))
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_uid: int) -> t.NoReturn:
        raise KeyError("getpwuid(): uid not found: 1000650000")

    monkeypatch.setattr(pwd, "getpwuid", unknown)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(None, "/home/passwd", id="unset"),
        pytest.param("", "/home/passwd", id="empty"),
        pytest.param("ops", "/home/passwd", id="relative"),
        pytest.param("/srv/ops", "/srv/ops", id="given"),
    ],
)
def test_the_home_directory_is_that_of_the_passwd_database_where_home_names_none(
    value: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is not None:
        monkeypatch.setenv("HOME", value)
    assert user.home() == Path(expected)
    for written in ("~/x", "$HOME/x", "${HOME}/x"):
        assert user.expanded(written) == Path(expected, "x")
    assert user.data_home() == Path(expected, ".local/share")
    assert user.cache_home() == Path(expected, ".cache")
    assert user.default("store") == f"file://{expected}/.local/share/certops/store"
    assert not user.needs_home("~/x")


@pytest.mark.usefixtures("homeless")
def test_without_any_home_directory_nothing_becomes_a_path_that_could_be_used() -> None:
    assert user.home() is None
    for written in ("~", "~/x", "$HOME/x", "${HOME}/x"):
        assert user.expanded(written) == Path(written)
        assert user.needs_home(written)
    assert not user.data_home().is_absolute()
    assert not user.needs_home("/srv/x")
    assert user.default("archive") == "file://~/.local/share/certops/archive"


@pytest.mark.parametrize(
    "path", ["$AWS_SECRET_ACCESS_KEY/x", "${HOMEPAGE}", "$HOMEPAGE/x", "/srv/$HOME", "~root/x", "~~/x"]
)
def test_nothing_else_of_the_environment_gets_into_a_path(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "HOMEPAGE", "HOME"):
        monkeypatch.setenv(name, "/secret")
    assert user.expanded(path) == Path(path)
    assert not user.needs_home(path)


def test_the_data_directory_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert user.expanded("$XDG_DATA_HOME/x") == user.expanded("${XDG_DATA_HOME}/x") == Path("/data/x")


@pytest.mark.parametrize(("variable", "of"), [("XDG_DATA_HOME", user.data_home), ("XDG_CACHE_HOME", user.cache_home)])
def test_a_configured_directory_counts_unless_it_is_relative(
    variable: str, of: t.Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/configured")
    assert of() == Path("/configured")
    monkeypatch.setenv(variable, "configured")
    assert of().is_relative_to("/home/passwd")


def test_an_empty_variable_of_the_environment_names_no_ca(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTOPS_ACME_DIRECTORY", "")
    assert user.default("acme_directory") == "letsencrypt"
