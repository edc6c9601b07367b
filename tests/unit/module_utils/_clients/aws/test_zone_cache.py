# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of a run list zones once, none is told of a problem by a kept listing, and nothing that happens to the
file stops anybody."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import stat
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws import listing_cache
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.zone_cache import (
    LONGEST_LIFE_SECONDS,
    SharedRoute53,
    ZoneCache,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import processes
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.zones import Zone
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError

OWNER = {
    **processes.current(),
    "pid": os.getpid(),
    "started": (Path("/proc/self/stat").read_text().rpartition(") ")[2].split()[19]),
}
PUBLIC, PRIVATE = Zone("Z1", "example.com", private=False), Zone("Z2", "inside.example.com", private=True)
DEAD = {**OWNER, "started": "1"}

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="owners are told by /proc")


class Client:
    """The boto3 client of an account with these zones; ``listings`` is a file that grows by a byte with each
    listing."""

    def __init__(self, listings: Path, *zones: Zone, seconds: float = 0.0) -> None:
        self.listings, self.zones, self.seconds = listings, zones, seconds

    def get_paginator(self, _operation: str) -> Client:
        return self

    def paginate(self) -> list[dict[str, t.Any]]:
        with self.listings.open("ab") as log:
            log.write(b".")
        time.sleep(self.seconds)
        return [
            {
                "HostedZones": [
                    {"Id": f"/hostedzone/{each.id}", "Name": f"{each.name}.", "Config": {"PrivateZone": each.private}}
                    for each in self.zones
                ]
            }
        ]


class Account:
    """An account whose zones the processes of one run look for."""

    def __init__(self, home: Path) -> None:
        self.home = home / "certops"
        self.home.mkdir(mode=0o700)
        self.client = Client(home / "listings", PUBLIC, PRIVATE)
        self.now = time.time()
        self.cache = ZoneCache(self.home / "zones-run.json", self.home / "zones-who.lock", OWNER, lambda: self.now)

    def process(self) -> SharedRoute53:
        """Route 53 as one process of the run has it."""
        return SharedRoute53(lambda: self.client, self.cache)

    @property
    def listings(self) -> int:
        return self.client.listings.stat().st_size if self.client.listings.exists() else 0


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path)


def one_of_many(account: Account) -> None:
    assert account.process().list_hosted_zones()[0] == PUBLIC


def test_processes_at_once_and_one_after_another_list_once(account: Account) -> None:
    account.client.seconds = 0.3
    workers = [multiprocessing.get_context("fork").Process(target=one_of_many, args=(account,)) for _worker in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 8
    assert account.process().list_hosted_zones() == (PUBLIC, PRIVATE)
    assert account.listings == 1


def test_who_doubts_a_kept_listing_makes_a_new_one_for_all(account: Account) -> None:
    first, second, third = account.process(), account.process(), account.process()
    first.list_hosted_zones()
    assert not first.relist(), "it has listed itself"
    second.list_hosted_zones()
    made = Zone("Z3", "example.org", private=False)
    account.client.zones = (PUBLIC, made)
    assert second.relist()
    assert second.list_hosted_zones() == (PUBLIC, made)
    assert not second.relist()
    assert third.list_hosted_zones() == (PUBLIC, made)
    assert account.listings == 2


@pytest.mark.parametrize(
    "seconds",
    [pytest.param(LONGEST_LIFE_SECONDS + 1, id="too old"), pytest.param(-5, id="from before the clock was set back")],
)
def test_a_listing_has_an_end(account: Account, seconds: float) -> None:
    account.process().list_hosted_zones()
    account.now += seconds
    account.process().list_hosted_zones()
    assert account.listings == 2


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"owner": {}, "listed_at": 1, "zon', id="half"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"owner": "x", "listed_at": "now", "zones": []}', id="no time"),
        pytest.param(b'{"owner": {}, "listed_at": NaN, "zones": []}', id="not a number"),
        pytest.param(b'{"listed_at": 1, "zones": [["Z1"]]}', id="half a zone"),
        pytest.param(b'{"listed_at": 1, "zones": [["Z1", "example.com"]]}', id="a zone of an earlier version"),
        pytest.param(b'{"listed_at": 1, "zones": 5}', id="no zones"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
    ],
)
def test_a_damaged_file_is_none_and_is_replaced(account: Account, content: bytes) -> None:
    account.cache.path.write_bytes(content)
    assert account.process().list_hosted_zones() == (PUBLIC, PRIVATE)
    assert account.cache.read() == (PUBLIC, PRIVATE)


def test_a_listing_that_fails_is_told_and_not_kept(account: Account) -> None:
    def refused() -> t.Any:
        raise RemoteError("no", service="route53", operation="ListHostedZones", code="AccessDenied")

    with pytest.raises(RemoteError):
        SharedRoute53(refused, account.cache).list_hosted_zones()
    assert account.cache.read() is None
    assert account.process().list_hosted_zones() == (PUBLIC, PRIVATE)


def test_the_file_is_for_its_owner(account: Account) -> None:
    account.process().list_hosted_zones()
    assert stat.S_IMODE(account.cache.path.stat().st_mode) == 0o600
    assert json.loads(account.cache.path.read_bytes())["zones"] == [
        {"id": "Z1", "name": "example.com", "private": False},
        {"id": "Z2", "name": "inside.example.com", "private": True},
    ]
    assert sorted(path.name for path in account.home.iterdir()) == ["zones-run.json", "zones-who.lock"]


def test_a_link_is_not_followed(account: Account, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text(
        json.dumps(
            {"owner": OWNER, "listed_at": account.now, "zones": [{"id": "Z9", "name": "example.net", "private": False}]}
        )
    )
    account.cache.path.symlink_to(other)
    account.cache.lock.symlink_to(other)
    before = other.read_text()
    assert account.process().list_hosted_zones() == (PUBLIC, PRIVATE)
    assert (other.read_text(), account.cache.path.is_symlink()) == (before, False)


def test_a_directory_that_cannot_be_used_stops_nobody(account: Account) -> None:
    (account.home / "file").touch()
    lost = ZoneCache(account.home / "file" / "zones-run.json", account.home / "file" / "zones-who.lock", OWNER)
    assert SharedRoute53(lambda: account.client, lost).list_hosted_zones() == (PUBLIC, PRIVATE)


def test_a_process_that_stands_still_stops_nobody(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_cache, "LOCK_TRIES", 2)
    with account.cache.lock.open("w") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        assert account.process().list_hosted_zones() == (PUBLIC, PRIVATE)


def test_a_process_that_is_killed_while_it_lists_leaves_nothing_in_the_way(account: Account) -> None:
    account.client.seconds = 60
    killed = multiprocessing.get_context("fork").Process(target=one_of_many, args=(account,))
    killed.start()
    deadline = time.monotonic() + 30
    while not account.listings and time.monotonic() < deadline:
        time.sleep(0.01)
    killed.kill()
    killed.join()
    account.client.seconds = 0
    started = time.monotonic()
    assert account.process().list_hosted_zones() == (PUBLIC, PRIVATE)
    assert account.process().list_hosted_zones() == (PUBLIC, PRIVATE)
    assert account.listings == 2
    assert time.monotonic() - started < 10


def test_what_runs_left_that_have_ended_goes_when_a_listing_is_kept(account: Account) -> None:
    left = {
        "zones-ended.json": DEAD,
        "zones-going.json": OWNER,
        "zones-elsewhere.json": {**DEAD, "host": "elsewhere"},
        "zones-damaged.json": "?",
    }
    for name, owner in left.items():
        (account.home / name).write_text(json.dumps({"owner": owner, "listed_at": account.now, "zones": []}))
    for name in ("zones-old.json", ".zones-run.json.abc.certops-tmp", "zones-who.lock", "route53-who.pace"):
        (account.home / name).write_text("half")
        os.utime(account.home / name, (1000, 1000))
    account.process().list_hosted_zones()
    kept = {
        "zones-run.json",
        "zones-going.json",
        "zones-elsewhere.json",
        "zones-damaged.json",
        "zones-who.lock",
        "route53-who.pace",
    }
    assert {path.name for path in account.home.iterdir()} == kept


@pytest.fixture
def in_a_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, t.Any]:
    owner = dict(OWNER)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(processes, "current", lambda: dict(owner))
    return owner


def test_each_identity_and_each_run_has_a_listing_of_its_own_that_does_not_tell_whose_it_is(
    in_a_run: dict[str, t.Any],
) -> None:
    def path(*identity: str) -> Path:
        cache = ZoneCache.of_run(identity)
        assert cache is not None
        return cache.path

    mine = path("AKIAEXAMPLE", "ours")
    assert path("AKIAEXAMPLE", "ours") == mine
    others = [path("AKIAEXAMPLE", "theirs"), path("AKIAOTHER", "ours")]
    in_a_run["started"] = "2"
    others.append(path("AKIAEXAMPLE", "ours"))
    assert len({mine, *others}) == 4
    assert "AKIA" not in mine.name


def test_outside_a_run_and_without_a_private_directory_there_is_none(
    in_a_run: dict[str, t.Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ZoneCache.of_run(("who",)) is not None
    (tmp_path / "certops").chmod(0o755)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert ZoneCache.of_run(("who",)) is None
    (tmp_path / "certops").chmod(0o700)
    in_a_run["pid"] = None
    assert ZoneCache.of_run(("who",)) is None
