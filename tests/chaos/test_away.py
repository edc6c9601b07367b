# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store, an archive or a CA that is not there, does not answer or has no room: said soon and clearly, with nothing
changed."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from chaos.starting_point import Bench, Played

from .outcome import outcome
from .report import Report
from .runner import Limits
from .story import VARIABLES
from .world import World

# How soon a run says that something is away.
BOUND = 60.0
NOTHING_TO_UNDO = ("certificates", "distributions", "challenges")


@contextlib.contextmanager
def hanging_server() -> Iterator[int]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    kept.append(server.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        for each in kept:
            each.close()


def closed_port() -> int:
    """Nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _fails(bench: Bench, playbook: str, words: tuple[str, ...], limits: Limits | None = None, **more: Any) -> Played:
    """The run fails in time, says these words, and has changed nothing in AWS; the next one, with everything back, ends
    as always."""
    before = bench.observer.look()
    bench.control.clear_calls()
    failed = bench.finish(bench.runner.prepare(playbook, {**VARIABLES, **more}, limits=limits).go())
    assert failed.ended.status > 0, failed.ended.output
    assert failed.ended.seconds < BOUND
    for word in words:
        assert word in failed.ended.errors, failed.ended.output
    _nothing_changed(before, failed.world)
    return failed


def _nothing_changed(before: World, after: World) -> None:
    for name in NOTHING_TO_UNDO:
        assert getattr(after, name) == getattr(before, name)


def _next_run_is_well(bench: Bench, issued: int = 1) -> None:
    again = bench.finish(bench.runner.prepare("create", VARIABLES).go())
    assert again.ended.status == 0, again.ended.output
    found = outcome(again)
    assert found["issued"] == issued
    assert found["record"]["phase"] == "done"
    assert {certificate for _names, certificate in found["bound to"]} == {"the recorded one", "foreign"}
    assert found["unfinished orders"] == 0


@pytest.fixture
def fresh(bench: Bench) -> Bench:
    bench.begin("create")
    return bench


@pytest.fixture
def created(bench: Bench) -> Bench:
    bench.begin("reissue")
    return bench


@pytest.mark.chaos
def test_a_store_that_is_a_file_is_named_before_anything_is_changed(fresh: Bench) -> None:
    place = fresh.home / "a-file"
    place.touch()
    failed = _fails(fresh, "create", (str(place),), project_store=f"file://{place}/store")
    assert failed.calls == []
    _next_run_is_well(fresh)


@pytest.mark.chaos
def test_an_archive_that_is_a_file_is_named_before_anything_is_ordered(fresh: Bench) -> None:
    place = fresh.home / "another-file"
    place.touch()
    failed = _fails(fresh, "create", (str(place),), project_archive=f"file://{place}/archive")
    assert not {"newOrder", "ChangeResourceRecordSets"} & {call["operation"] for call in failed.calls}
    _next_run_is_well(fresh)


@pytest.mark.chaos
@pytest.mark.parametrize("which", ["store", "archive"])
def test_a_read_only_directory_is_named_before_anything_is_ordered(created: Bench, which: str) -> None:
    place = created.data / which
    modes = {path: path.stat().st_mode for path in [place, *place.rglob("*")] if path.is_dir()}
    for path in modes:
        path.chmod(0o500)
    started = created.runner.prepare("reissue", VARIABLES, limits=Limits(respect_permissions=True))
    ended = started.go().wait()
    for path, mode in modes.items():
        path.chmod(mode)
    played = created.look(ended)
    assert played.ended.status > 0, played.ended.output
    assert played.ended.seconds < BOUND
    assert str(place) in played.ended.errors, played.ended.output
    _nothing_changed(created.start, played.world)
    assert not {"newOrder", "ChangeResourceRecordSets"} & {call["operation"] for call in played.calls}
    again = created.finish(created.runner.prepare("reissue", VARIABLES).go())
    assert again.ended.status == 0, again.ended.output
    assert again.issued == 1


@pytest.mark.chaos
def test_a_store_that_is_gone_is_not_taken_for_one_without_projects(created: Bench) -> None:
    store = created.data / "store"
    store.rename(created.data / "elsewhere")
    failed = created.finish(created.runner.prepare("reissue", {"project_name": VARIABLES["project_name"]}).go())
    assert failed.ended.status > 0, failed.ended.output
    assert "project webapp is not in the store" in failed.ended.errors
    assert failed.calls == []


@pytest.mark.chaos
@pytest.mark.parametrize("size", [0, 200, 600, 1200, 2000, 3000])
def test_a_disk_that_fills_up_loses_nothing(fresh: Bench, report: Report, size: int) -> None:
    started = fresh.runner.prepare("create", {**VARIABLES, "project_sns_topic": ""}, limits=Limits(file_size=size))
    failed = fresh.finish(started.go())
    assert failed.ended.status != 0, failed.ended.output
    assert failed.ended.seconds < BOUND
    before = failed.issued
    again = fresh.finish(fresh.runner.prepare("create", VARIABLES).go())
    assert again.ended.status == 0, again.ended.output
    assert again.issued == 1, f"{before} before"
    report.issued_beyond += again.issued - 1
    assert again.world.pending == 0


@pytest.mark.chaos
def test_a_ca_that_is_not_there_is_named_in_time(fresh: Bench) -> None:
    url = f"https://localhost:{closed_port()}/directory"
    failed = _fails(fresh, "create", ("acme:directory", url), project_acme_directory=url)
    assert "ChangeResourceRecordSets" not in {call["operation"] for call in failed.calls}
    _next_run_is_well(fresh)


@pytest.mark.chaos
def test_a_ca_that_hangs_is_named_in_time(fresh: Bench) -> None:
    with hanging_server() as port:
        url = f"https://localhost:{port}/directory"
        _fails(fresh, "create", ("acme:directory", url), project_acme_directory=url)
    _next_run_is_well(fresh)


@pytest.mark.chaos
def test_a_ca_that_is_away_leaves_the_certificate_in_place_when_it_is_renewed(bench: Bench) -> None:
    bench.begin("renew")
    bench.control.fault("acme", "directory", "reset", count=1000)
    before = bench.observer.look()
    bench.control.clear_calls()
    failed = bench.finish(bench.runner.prepare("renew", {}).go())
    assert failed.ended.status > 0, failed.ended.output
    assert failed.ended.seconds < BOUND
    assert "acme:directory" in failed.ended.errors
    _nothing_changed(before, failed.world)
    bench.control.clear_faults()
    again = bench.finish(bench.runner.prepare("create", VARIABLES).go())
    assert again.ended.status == 0, again.ended.output
    assert again.issued == 1
