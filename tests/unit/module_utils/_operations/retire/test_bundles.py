# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""archive_cleanup: what is in use, or may be, is never deleted."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.bundle import Bundle
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import archive_cleanup
from unit.fakes import modules
from unit.fakes.archive import FakeArchive
from unit.fakes.certificates import issue
from unit.fakes.clock import present_clock

TIMES = ["2026-08-01-0442", "2026-09-01-0442", "2026-10-01-0442", "2026-10-01-0442-2", "2026-11-01-0442"]
PATH = "/cloudfront/certops/webapp/"
OTHERS = ["webapp/pending/2026-08-01-0442-5d41402a.json", "accounts/x.json", "webapp2/2026-08-01-0442.tar.gz"]


class World:
    """An archive with five bundles of the project, and objects that are none."""

    def __init__(self) -> None:
        self.archive = FakeArchive()
        self.fingerprints = {}
        for time in TIMES:
            issued = issue("example.com")
            bundle = Bundle(
                cert=issued.leaf, chain=issued.chain, fullchain=issued.leaf + issued.chain, privkey=issued.key
            )
            self.archive.put(f"webapp/{time}.tar.gz", bundles.pack(bundle))
            self.fingerprints[time] = crypto.inspect(issued.leaf).fingerprint_sha256
        for key in OTHERS:
            self.archive.put(key, b"not ours to delete")

    def run(self, check_mode: bool = False, **params: t.Any) -> Outcome:
        defaults = {name: spec.get("default") for name, spec in archive_cleanup.ARGUMENT_SPEC.items()}
        given = {**defaults, "project": "webapp", "keep": 0, **params}
        clients = archive_cleanup.Clients(self.archive, lambda path: self.in_iam if path == PATH else [])
        return modules.run(archive_cleanup, given, present_clock(), check_mode, clients)

    @property
    def in_iam(self) -> list[dict[str, t.Any]]:
        return [{"name": f"webapp-{time}", "fingerprint_sha256": self.fingerprints[time]} for time in TIMES[:2]]

    def left(self) -> list[str]:
        assert set(OTHERS) <= self.archive.objects.keys()
        return [
            key.removeprefix("webapp/").removesuffix(".tar.gz") for key in self.archive.objects if key not in OTHERS
        ]


@pytest.fixture
def world() -> World:
    return World()


def uri(time: str) -> str:
    return f"file:///archive/webapp/{time}.tar.gz"


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        pytest.param(-1, TIMES, id="all"),
        pytest.param(0, TIMES[4:], id="none but the newest, which may not be recorded yet"),
        pytest.param(1, TIMES[3:], id="one more"),
        pytest.param(9, TIMES, id="more than there are"),
    ],
)
def test_as_many_are_kept_as_wanted_the_newest_first(world: World, keep: int, left: list[str]) -> None:
    predicted = world.run(check_mode=True, keep=keep)
    assert world.left() == TIMES
    done = world.run(keep=keep)
    assert world.left() == left
    assert done.result["deleted"] == [uri(time) for time in reversed(TIMES) if time not in left]
    assert (done.changed, done.result, done.after) == (predicted.changed, predicted.result, predicted.after)
    assert not world.run(keep=keep).changed


def test_what_is_in_use_by_uri_or_by_fingerprint_is_kept_and_does_not_count(world: World) -> None:
    world.run(keep=1, in_use=[uri(TIMES[0]), world.fingerprints[TIMES[1]]])
    assert world.left() == [TIMES[0], TIMES[1], TIMES[3], TIMES[4]]


def test_what_iam_has_is_in_use_unless_the_run_deleted_it(world: World) -> None:
    world.run(keep=1, iam_path=PATH, check_mode=True)
    assert world.left() == TIMES
    taken = {"run_id": "run-1", "archived": []}
    deleted = {"run_id": "run-1", "recorded": None, "deleted": [f"webapp-{TIMES[0]}"]}
    world.run(keep=1, iam_path=PATH, results=[taken, deleted, None], run_id="run-1")
    assert world.left() == [TIMES[1], TIMES[3], TIMES[4]]


def test_what_the_last_step_of_the_run_says_is_archived_is_in_use(world: World) -> None:
    results = [
        {"run_id": "run-1", "archived": [uri(time) for time in TIMES]},
        {"run_id": "run-1", "recorded": {"archived": [uri(TIMES[0])]}, "deleted": []},
        {"run_id": "run-1", "recorded": None, "deleted": []},
        {"run_id": "run-0", "recorded": {"archived": []}, "deleted": []},
    ]
    world.run(results=results, run_id="run-1")
    assert world.left() == [TIMES[0], TIMES[4]]


def test_results_that_do_not_say_what_is_archived_are_refused(world: World) -> None:
    with pytest.raises(ConfigError, match="none of this run says what is archived"):
        world.run(results=[{"run_id": "run-0", "archived": []}], run_id="run-1")
    assert world.left() == TIMES


def test_a_bundle_that_cannot_be_read_is_kept_with_a_warning(world: World) -> None:
    world.archive.objects[f"webapp/{TIMES[0]}.tar.gz"] = b"damaged"
    done = world.run()
    assert world.left() == [TIMES[0], TIMES[4]]
    assert TIMES[0] in done.warnings[0]


def test_one_that_cannot_be_deleted_does_not_stop_the_others_and_fails_the_module(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = world.archive.delete

    def delete(key: str) -> None:
        if TIMES[1] in key:
            raise CertError("denied")
        original(key)

    monkeypatch.setattr(world.archive, "delete", delete)
    done = world.run()
    assert world.left() == [TIMES[1], TIMES[4]]
    assert done.failure == "1 bundles could not be deleted: denied"
    assert uri(TIMES[1]) not in done.result["deleted"]


def test_keeping_all_reads_no_bundle(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.archive, "get", None)
    assert len(world.run(keep=-1).result["kept"]) == len(TIMES)


def test_bad_input_is_told_at_once(world: World) -> None:
    with pytest.raises(ConfigError) as caught:
        world.run(project="-", keep=-2)
    assert len(caught.value.problems) == 2
