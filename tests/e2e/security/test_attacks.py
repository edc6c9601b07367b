# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others can put in the way of a playbook: answers of CAs and of DNS, documents, bundles, kept listings, files of
limits. Each attack is the trouble of the project that it is made on: it is told in words, in time, and the others are
worked on. Names in a store are attacked in test_hostile_stores.py."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tarfile
import threading
import time
import typing as t
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playbook_runs.runs import Ansible, Run
from sandbox import seed
from sandbox.control import Control
from sandbox.fleet import Fleet
from unit.fakes.dns_flood import Flood, other, truncated
from unit.fakes.https_server import HEAD, Script, Server, for_ever, gzip_of_zeros, whole

GOOD = "webapp"
HARM = "{{ lookup('ansible.builtin.pipe', 'cd; touch harm') }}"
CREATED: dict[str, t.Any] = {"project_name": GOOD, "project_domains": ["example.com"]}


@pytest.fixture
def good(ansible: Ansible) -> Path:
    """A project with a certificate; its document."""
    seed.create_zone("example.com")
    ansible.playbook("create", CREATED).succeeded()
    return Path(ansible.env["XDG_DATA_HOME"]) / "certops" / "store" / f"{GOOD}.json"


def document(path: Path) -> dict[str, t.Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def assert_harmless(home: Path, *runs: Run) -> None:
    """Nothing was run, nothing reached the terminal, and nothing ended in a traceback."""
    assert not list(home.rglob("harm"))
    for run in runs:
        assert not [char for char in "\x1b\x9b\u202e\x07" if char in run.output]
        assert "Traceback" not in run.output, run.output


# --- a CA ---


def of_the_ca(server: Server, answer: Script) -> Script:
    """A directory that is right, and renewal information that is not."""
    base = server.url.rpartition("/")[0]
    names = ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange", "renewalInfo")
    directory = json.dumps({name: f"{base}/{name}" for name in names}).encode()

    def script(connection: t.Any) -> None:
        (whole(directory) if "/directory" in server.asked[-1] else answer)(connection)

    return script


WINDOW = b'{"suggestedWindow": {"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00Z"}}'
RENEWAL_INFORMATION = {
    "a time that overflows": whole(WINDOW, "Retry-After: Sun, 06 Nov 1994 08:49:37 -99999999999999999999"),
    "JSON nested deeply": whole(b"[" * 500_000),
    "bytes without an end": for_ever(HEAD + b"\r\n", b"x" * 65536),
    "a bomb": whole(gzip_of_zeros(30), "Content-Encoding: gzip"),
    "a redirect": whole(b"", "Location: http://127.0.0.1:1/", status="302 Found"),
    "windows of other years": whole(
        b'{"suggestedWindow": {"start": "99999-01-01T00:00:00Z", "end": "0000-00-00T00:00:00Z"}}'
    ),
    "a problem with colours": whole(
        json.dumps({"type": f"urn:{HARM}", "detail": f"\x1b[2J\u202e{HARM}\nok: [localhost]"}).encode(),
        status="400 Bad Request",
    ),
}


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, Server]]:
    """A CA for each attack."""
    made = {}
    for number, (what, answer) in enumerate(RENEWAL_INFORMATION.items()):
        (tmp_path / f"ca{number}").mkdir()
        made[what] = Server(tmp_path / f"ca{number}")
        made[what].script = of_the_ca(made[what], answer)
    yield made
    for server in made.values():
        server.stop()


def test_cas_that_misbehave_are_the_trouble_of_their_own_projects(
    servers: dict[str, Server], good: Path, control: Control, ansible: Ansible, tmp_path: Path
) -> None:
    fleet = replace(Fleet.of(control, ansible.env), authority_key_id="0102")
    names = fleet.make(len(servers), distributions=False)
    for name, server in zip(names, servers.values()):
        found = document(fleet.store / f"{name}.json")
        found["definition"].update(acme_directory=server.url, acme_ca_bundle=str(server.bundle))
        found["certificate"]["acme_directory"] = server.url
        (fleet.store / f"{name}.json").write_text(json.dumps(found), encoding="utf-8")
    control.set(acme_renewal_due=True)
    started = time.monotonic()
    run = ansible.playbook("renew")
    assert time.monotonic() - started < 240
    assert any(line.startswith((f"{GOOD}: ", f"{GOOD} | changed")) for line in run.told), run.output
    assert len(control.issued()) == 2
    assert all(any("renewalInfo" in asked for asked in server.asked) for server in servers.values()), run.output
    assert_harmless(tmp_path, run)


def test_a_ca_that_asks_for_no_pause_gets_one_all_the_same(control: Control, ansible: Ansible) -> None:
    seed.create_zone("example.com")
    control.set(acme_retry_after=0, acme_processing_seconds=6)
    ansible.playbook("create", CREATED).succeeded()
    assert 1 < control.counts("acme")["order"] <= 14


# --- DNS ---


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(other, id="answers to other questions"),
        pytest.param(lambda wire: wire[:2] + b"\xff" * 40, id="bytes that are no message"),
        pytest.param(truncated, id="truncated, and by TCP without an end"),
    ],
)
def test_a_resolver_that_goes_on_sending_holds_up_no_run(
    answer: Callable[[bytes], bytes], control: Control, ansible: Ansible, tmp_path: Path
) -> None:
    seed.create_zone("example.com")
    server = Flood(answer)
    try:
        started = time.monotonic()
        run = ansible.playbook("create", {**CREATED, "project_dns_server": server.address})
        assert time.monotonic() - started < 120
    finally:
        server.stop()
    run.succeeded()
    assert len(control.issued()) == 1
    assert_harmless(tmp_path, run)


def test_a_resolver_that_says_nothing_whole_gives_the_doctor_no_findings(
    good: Path, ansible: Ansible, tmp_path: Path
) -> None:
    server = Flood(truncated)
    try:
        run = ansible.playbook("doctor", {"project_name": GOOD, "project_dns_server": server.address})
    finally:
        server.stop()
    assert "ZONE_NOT_DELEGATED" not in run.output
    assert_harmless(tmp_path, run)


# --- documents ---

MUTATIONS: dict[str, Callable[[dict[str, t.Any]], t.Any]] = {
    "renewal": lambda found: found.update(renewal="x"),
    "lock": lambda found: found.update(
        lock={"owner": {"host": "x", "pid": 1099511627776}, "expires_at": "2099-01-01T00:00:00Z", "run_id": HARM}
    ),
    "domains": lambda found: found["definition"].update(domains=[HARM, "\x1b[2J.example.com", "a\nb"]),
    "emails": lambda found: found["definition"].update(emails=["a@example.com\nBcc: all@example.com", {"a": []}]),
    "tags": lambda found: found["definition"].update(tags={HARM: HARM, "": ["x"]}),
    "certificate": lambda found: found["certificate"].update(not_after="9999-99-99T99:99:99Z", domains=None),
    "name": lambda found: found["certificate"].update(name=f"{HARM}\x1b[2J"),
    "uri": lambda found: found["certificate"].update(archive_uri="s3://../../etc/passwd\x1b[2J"),
    "directory": lambda found: found["definition"].update(acme_directory="https://[x/dir"),
    "store": lambda found: found["definition"].update(archive="file://$AWS_SECRET_ACCESS_KEY/x"),
    "deep": lambda found: found.update(journal=json.loads("[" * 400 + "]" * 400)),
    "history": lambda found: found.update(history=[{"at": 1e308}], fence=-1, superseded={"0": 1}),
    "schema": lambda found: found.update(schema=99),
}


def test_damaged_documents_are_told_of_and_the_others_are_worked_on(
    good: Path, control: Control, ansible: Ansible, tmp_path: Path
) -> None:
    for name, mutate in MUTATIONS.items():
        found = {**document(good), "name": name}
        mutate(found)
        (good.parent / f"{name}.json").write_text(json.dumps(found), encoding="utf-8")
    control.set(acme_renewal_due=True)
    runs = [ansible.playbook(name) for name in ("renew", "doctor", "status")]
    runs.append(ansible.playbook("report", {"report_dir": str(tmp_path / "report")}))
    assert len(control.issued()) == 2, "\n".join(runs[0].told)
    for name in MUTATIONS:
        assert any(line.startswith((f"{name}:", f"{name} |")) for line in runs[0].told), (name, runs[0].output)
    for run in runs:
        assert ansible.env["AWS_SECRET_ACCESS_KEY"] not in run.output
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "\x1b" not in page
    assert_harmless(tmp_path, *runs)


# --- bundles ---


def packed(*members: tuple[str, bytes], link: str = "") -> bytes:
    """A .tar.gz with these members, and a link of this name that leads out of it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        if link:
            found = tarfile.TarInfo(link)
            found.type, found.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(found)
    return buffer.getvalue()


BUNDLES = {
    "a bomb": gzip_of_zeros(100),
    "paths that lead out": packed(("../../../harm", b"x"), ("/tmp/harm", b"x")),
    "a link": packed(("cert.pem", b"x"), link="privkey.pem"),
    "a manifest nested deeply": packed(("cert.pem", b"x"), ("privkey.pem", b"x"), ("manifest.json", b"[" * 100_000)),
    "no archive": b"\x1b[2J" * 100,
}


def test_bundles_of_others_are_told_of_and_kept(good: Path, ansible: Ansible, tmp_path: Path) -> None:
    archive = good.parents[1] / "archive" / GOOD
    for number, content in enumerate(BUNDLES.values()):
        (archive / f"2020-01-0{number + 1}-0000.tar.gz").write_bytes(content)
    os.mkfifo(archive / "2020-01-09-0000.tar.gz")
    (archive / "2020-01-08-0000.tar.gz").symlink_to("/etc/passwd")
    before = sorted(path.name for path in archive.iterdir())
    runs = []
    for number in (*range(1, len(BUNDLES) + 1), 8, 9):
        wanted = {"project_name": GOOD, "project_restore_bundle": f"2020-01-0{number}-0000"}
        runs.append(ansible.playbook("restore", wanted).failed())
        assert f"2020-01-0{number}-0000" in runs[-1].output
    runs.append(ansible.playbook("create", {**CREATED, "project_archive_keep": 0}).succeeded())
    runs.append(ansible.playbook("cleanup", {"project_name": GOOD}))
    assert sorted(path.name for path in archive.iterdir()) == before
    assert_harmless(tmp_path, *runs)


# --- what runs keep for each other ---

LISTINGS = (
    b"",
    b"{",
    b"[" * 100_000,
    b'{"account": {"id": "{{ 1 }}", "partition": []}, "listed_at": "x"}',
    b"\xff" * 99,
)


class Spoiler(threading.Thread):
    """Writes into each kept listing as soon as it is there."""

    def __init__(self, directory: Path) -> None:
        super().__init__(daemon=True)
        self.directory, self.is_over, self.spoiled = directory, threading.Event(), 0

    def run(self) -> None:
        while not self.is_over.wait(0.01):
            for path in sorted(self.directory.glob("*.json")):
                content = LISTINGS[self.spoiled % len(LISTINGS)]
                with contextlib.suppress(OSError):
                    if path.read_bytes() not in LISTINGS:
                        path.write_bytes(content)
                        self.spoiled += 1


def test_kept_listings_that_are_damaged_are_made_anew_and_told_of(
    control: Control, ansible: Ansible, tmp_path: Path
) -> None:
    seed.create_zone("example.com")
    (tmp_path / "runtime").mkdir(mode=0o700)
    spoiler = Spoiler(tmp_path / "runtime" / "certops")
    spoiler.start()
    env = {"XDG_RUNTIME_DIR": str(tmp_path / "runtime")}
    try:
        projects = [{**CREATED, "project_name": f"{GOOD}{number}"} for number in range(2)]
        runs = [
            ansible.playbook(name, given, env=env).succeeded()
            for name, given in (("create", {"projects": projects}), ("renew", {}))
        ]
    finally:
        spoiler.is_over.set()
    assert spoiler.spoiled > 0
    assert "does not have the form of a kept listing" in " ".join(run.output for run in runs).replace("\n", " ")
    assert len(control.issued()) == 2
    assert_harmless(tmp_path, *runs)


def test_an_inventory_cache_that_is_damaged_hides_no_project(good: Path, ansible: Ansible, tmp_path: Path) -> None:
    source = tmp_path / "certops.yml"
    cache = {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "cache")}
    source.write_text(json.dumps({"plugin": "certops.cloudfront.projects", **cache}), encoding="utf-8")
    ansible.run("ansible-inventory", "-i", str(source), "--list").succeeded()
    (kept,) = (tmp_path / "cache").iterdir()
    for content in (b"{", b"[" * 100_000, b"\xff" * 99):
        kept.write_bytes(content)
        run = ansible.run("ansible-inventory", "-i", str(source), "--list").succeeded()
        assert json.loads(run.stdout)["certificate_projects"]["hosts"] == [GOOD]
        assert "does not have the form of it" in run.stderr.replace("\n", " ")
        assert_harmless(tmp_path, run)


LIMITS = {
    "a list in a list": "[{exempt: [[1]]}]",
    "nested deeply": "[" * 100_000,
    "aliases of aliases": "a: &a [x, x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24)),
    "an object of Python": "!!python/object/apply:os.system ['touch harm']",
    "colours": "\x1b[2J: 1",
    "a template": json.dumps([{"directory": HARM}]),
}


@pytest.mark.parametrize("content", LIMITS.values(), ids=LIMITS)
def test_a_file_of_limits_that_is_none_is_refused(
    content: str, ansible: Ansible, control: Control, tmp_path: Path
) -> None:
    limits = tmp_path / "limits.yml"
    limits.write_text(content, encoding="utf-8")
    (tmp_path / "data" / "certops" / "store").mkdir(parents=True)
    started = time.monotonic()
    run = ansible.playbook("renew", {"acme_limits": str(limits)}).failed()
    assert time.monotonic() - started < 60
    assert control.counts("acme") == {}
    assert_harmless(tmp_path, run)
