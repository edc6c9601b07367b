# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each part of a complete project document, replaced by each of many things that do not belong there: the document is
refused as a whole, or all that reads it works, and what it shows is harmless."""

from __future__ import annotations

import copy
import itertools
import json
import typing as t
from dataclasses import replace

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import processes
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import documents
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.base import Stored
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor import schedule, stores
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import inventory
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import (
    document as project_document,
    history,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import digest, notice
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import (
    overview,
    run_plan,
    shown,
    step_report,
    transitions,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError
from ansible_collections.certops.cloudfront.plugins.modules import project_info, project_plan
from unit.fakes import modules
from unit.fakes.clock import FakeClock
from unit.fakes.projects import NOW, certificate, claim, definition, document, lock, unfinished
from unit.fakes.store import FakeStore

ARI = {
    "cert_id": "AQI.AQ",
    "window_start": "2026-12-20T00:00:00Z",
    "window_end": "2026-12-22T00:00:00Z",
    "selected_at": "2026-12-21T03:00:00Z",
    "next_check_at": "2026-11-22T09:00:00Z",
    "explanation_url": "https://ca.example/why",
    "error": "it did not answer",
}
WANTED = {
    "domains": ["example.com"],
    "key_type": "ecdsa_p256",
    "acme_directory": "letsencrypt",
    "acme_profile": "x",
    "source": "acme",
}
LAST_RUN = {
    "Status": "Replace failed",
    "started_at": "2026-11-21T05:00:00Z",
    "finished_at": "2026-11-21T05:30:00Z",
    "Previous_IAM_SSL_Info": {"IAM_SSL_ID": ["ASCA2"], "IAM_SSL_NAME": ["webapp-2"]},
    "Matched_CloudFront": {"ID_LIST": ["E1EXAMPLE"]},
    "Update_CloudFront_Status": [
        {"E1EXAMPLE": "Success"},
        {"E2EXAMPLE": {"Update_Dist_Error": {"code": "InvalidArgument", "message": "no"}}},
    ],
    "Delete_Previous_IAM_SSL_Cert": {"webapp-2": "Success"},
    "Error": "AccessDenied",
    "Previous_ACM_SSL_Info": {"ACM_SSL_ARN": ["arn:aws:acm:us-east-1:123456789012:certificate/1"]},
    "Update_Targets_Status": [{"elb": "Success"}],
}
BOUND = {"at": "2026-11-21T05:30:00Z", "bind": ["previous"], "distributions": ["E1EXAMPLE"]}
COMPLETE = document(
    definition=definition(
        emails=["ops@example.com"],
        distributions=["E1EXAMPLE"],
        bind=["ids", "previous"],
        acme_fallbacks=[{"acme_directory": "zerossl", "acme_ca_bundle": "/etc/ca.pem", "acme_profile": "classic"}],
        acme_ca_bundle="/etc/ca.pem",
        acme_profile="shortlived",
        acme_preferred_chain="ISRG Root X1",
        acme_contacts=["ops@example.com"],
        archive="s3://archive/certops",
        tags={"team": "web"},
    ),
    certificate=certificate(
        authority_key_id="0102",
        upload_date="2026-11-21T05:30:00Z",
        issued_at="2026-11-21T05:30:00Z",
        store="acm",
        source="acme",
        source_arn="arn:aws:acm:us-east-1:123456789012:certificate/2",
        copies=[{"region": "us-east-1", "arn": "arn:aws:acm:us-east-1:123456789012:certificate/1"}],
        settled_by="2026-11-21T06:30:00Z",
        directory="https://acme-v02.api.letsencrypt.org/directory",
        acme_profile="shortlived",
        deployed=BOUND,
        rolled_back={"at": "2026-11-21T05:30:00Z", **WANTED},
        adopted={"at": "2026-11-21T05:30:00Z", **WANTED},
        revoke="superseded",
        revoked_at="2026-11-21T05:30:00Z",
    ),
    superseded=[certificate(number=2, age_days=60), certificate(number=3, age_days=90, revoke="keyCompromise")],
    issued=[
        {
            "serial": "05",
            "at": "2026-11-20T00:00:00Z",
            "acme_directory": "letsencrypt",
            "domains": ["example.com"],
            "exempt": "ari",
        }
    ],
    revoked={"44" * 32: "2026-11-20T00:00:00Z"},
    subscribed=["ops@example.com"],
    to_withdraw=["ssm:/certops/webapp/former"],
    renewal={
        "renew_at": "2026-12-21T03:00:00Z",
        "reason": "the CA says so",
        "ari": ARI,
        "next_attempt_at": "2026-11-22T06:00:00Z",
        "failures": 2,
    },
    journal=unfinished(
        "issue",
        "ordering",
        issued_since="2026-11-20T00:00:00Z",
        order_url="https://ca.example/order/1",
        fingerprint_sha256="1" * 64,
        revoke="superseded",
    ),
    last_run=LAST_RUN,
    account={"id": "123456789012", "partition": "aws"},
    history=[
        {
            "run": "converge",
            "run_id": "run-0",
            "started_at": "2026-11-21T05:00:00Z",
            "finished_at": "2026-11-21T05:30:00Z",
            "status": "failed",
            "changes": ["names added: example.com"],
            "error": "AccessDenied",
            "job": "https://awx.example/#/jobs/7",
            "state": {
                "certificate": "webapp-1",
                "fingerprint_sha256": "1" * 64,
                "not_after": "2027-01-24T05:30:00Z",
                "key_type": "ecdsa_p256",
                "ca": "https://ca.example/directory",
                "domains": ["example.com"],
                "distributions": ["E1EXAMPLE"],
                "addresses": ["ops@example.com"],
            },
        }
    ],
    fence=3,
    lock=lock(),
    adoption={
        "source": "ssl-plugin",
        "version": "1.0",
        "theirs": "example.com",
        "region": "us-east-1",
        "phase": "done",
        "started_at": "2026-11-20T00:00:00Z",
        "finished_at": "2026-11-20T01:00:00Z",
        "bundles": {
            "s3://theirs/example.com": {"uri": "s3://archive/certops/x", "fingerprint_sha256": "1" * 64},
            "s3://theirs/other": None,
        },
        "topic": "arn:aws:sns:us-east-1:123456789012:theirs",
        "stopped_at": "2026-11-20T00:30:00Z",
        "former": {
            "kind": "stack",
            "region": "us-east-1",
            "stack": "ssl-plugin",
            "function": "renew",
            "concurrency": 1,
            "rules": [{"name": "daily", "state": "ENABLED"}],
            "path": "/etc/cron.d/theirs",
            "host": "node1",
        },
        "paths": {"ASCA1": {"name": "theirs", "path": "/cloudfront/"}},
    },
    later={"of": ["another", {"version": 1}]},
)
EVIL = "{{ lookup('ansible.builtin.pipe', 'touch harm') }}"
ODD: tuple[t.Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**400, 1.5, 10**5000, float("nan"), float("inf"), float("-inf"), "",
    " ", "x", EVIL, "{% raw %}", "#jinja2: x", "\x1b[2J\x1b]0;x\x07", "line\nbreak", "evil\u202etxt", "\u2028",
    "\ud800", "\0", "a" * 100_000, "https://[x/", "http://127.0.0.1/", "file:///etc/passwd", "$HOME", "~root",
    "../../etc", "-----BEGIN PRIVATE KEY-----", "2027-01-06", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59Z", "2027-01-06T04:42:00", "٢027-01-06T04:42:00Z", [], [None], [[]], ["x"], [EVIL],
    ["x"] * 5000, {}, {"": ""}, {EVIL: EVIL}, {"\x1b": 1}, {"value": {"deep": [{}]}},
    {str(number): "x" for number in range(5000)},
)  # fmt: skip


def nested(depth: int) -> t.Any:
    value: t.Any = "x"
    for _level in range(depth):
        value = [value]
    return value


def places(value: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    """The path of every branch and leaf, without the whole."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in parts:
        yield (*path, key)
        yield from places(each, (*path, key))


def changed(path: tuple[t.Any, ...], change: t.Callable[[t.Any, t.Any], None]) -> t.Any:
    found = parent = copy.copy(COMPLETE)
    for key in path[:-1]:
        parent[key] = copy.copy(parent[key])
        parent = parent[key]
    change(parent, path[-1])
    return found


def mutations(path: tuple[t.Any, ...]) -> t.Iterator[t.Any]:
    """The complete document with this part replaced, removed, renamed, or with more beside it."""

    def putting(value: t.Any) -> t.Callable[[t.Any, t.Any], None]:
        return lambda parent, key: parent.__setitem__(key, value)

    for value in (*ODD, nested(30), nested(200)):
        yield changed(path, putting(value))
    yield changed(path, lambda parent, key: parent.__delitem__(key))
    for name in (EVIL, "\x1b[2J", "x" * 1000):
        yield changed(path, lambda parent, _key, name=name: isinstance(parent, dict) and parent.update({name: "x"}))


def read_by_everything(loaded: t.Any, runs: t.Sequence[str]) -> t.Iterator[t.Any]:
    """What is shown of the document by all that reads it."""
    seen = overview.of(loaded, NOW, processes.is_dead)
    yield seen
    yield vars(inventory.host(seen, "file:///store", 14, NOW))
    yield shown.visible(loaded)
    yield [history.changes(loaded), history.last_success(loaded)]
    yield notice.summary(loaded, True, None)
    yield notice.of_success(loaded, None).message
    yield notice.of_failure(loaded, "refused", None).message
    yield [str(one) for one in stores.bundle(loaded["certificate"], False)]
    yield [str(one) for one in schedule.record(loaded, 30, NOW, is_locked=bool(loaded["lock"]))]
    yield str(project_document.slowest_schedule(loaded))
    yield project_document.to_be_revoked(loaded)
    for run in runs:
        yield from run_of(loaded, run)


def run_of(loaded: t.Any, run: str) -> t.Iterator[t.Any]:
    """What a run that finds this document writes into it and says, from its start to a failure and to its end."""
    asked = transitions.Request(name="webapp", claim=replace(claim(run, "run-c"), is_dead=lambda _owner: True))
    try:
        yield run_plan.plan(loaded, run, NOW, [{"id": "ASCA2"}]).as_dict()
        begun = transitions.locked(asked, loaded)
        documents.encode(t.cast("t.Any", begun.document))
        yield begun.summary
        for report in (
            step_report.StepReport(failure="AccessDenied"),
            step_report.StepReport(phase="done", renewal={"renew_at": None, "reason": None, "ari": None}),
        ):
            ended = transitions.recorded(replace(asked, report=report, release=True), begun.document)
            documents.encode(t.cast("t.Any", ended.document))
            yield ended.summary
            yield vars(ended.mail) if ended.mail else None
    except CertError as exc:
        yield exc.message


def assert_harmless(value: t.Any) -> None:
    """No text of it does anything to a terminal or a log."""
    if isinstance(value, str):
        assert all(line.isprintable() for line in value.split("\n")), value[:200]
    elif isinstance(value, dict):
        for key, each in value.items():
            assert_harmless(key)
            assert_harmless(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            assert_harmless(each)


def test_the_complete_document_is_one() -> None:
    assert project_document.loaded("webapp", COMPLETE) == COMPLETE
    assert list(read_by_everything(project_document.loaded("webapp", COMPLETE), run_plan.RUNS))


@pytest.mark.parametrize("area", COMPLETE)
def test_a_part_that_does_not_belong_there_is_refused_or_harmless(area: str) -> None:
    runs = itertools.cycle(run_plan.RUNS)
    for path in ((area,), *(path for path in places(COMPLETE) if path[0] == area and len(path) > 1)):
        for damaged in mutations(path):
            loaded, refusal = loading(damaged)
            assert refusal.isprintable()
            assert len(refusal) < 4000
            for seen in read_by_everything(loaded, (next(runs),)) if not refusal else ():
                assert_harmless(seen)


def loading(stored: t.Any) -> tuple[t.Any, str]:
    """The document, or why it is refused."""
    try:
        return project_document.loaded("webapp", stored), ""
    except ValueError as exc:
        return None, str(exc)


def test_every_problem_of_a_document_is_named_at_once() -> None:
    damaged = {
        **COMPLETE,
        "fence": "three",
        "renewal": {"failures": -1},
        "certificate": {**COMPLETE["certificate"], "not_after": "soon", "serial": EVIL},
    }
    with pytest.raises(ValueError, match="damaged") as caught:
        project_document.loaded("webapp", damaged)
    said = str(caught.value)
    assert all(part in said for part in ("fence", "renewal.failures", "certificate.not_after", "certificate.serial"))


@pytest.mark.parametrize("area", COMPLETE)
def test_beside_a_damaged_document_the_others_are_planned_and_shown(area: str) -> None:
    for damaged in mutations((area,)):
        store = FakeStore()
        store.documents["webapp"] = Stored(damaged, "1")
        store.documents["other"] = Stored({**document(), "name": "other"}, "1")
        assert "other" in [one["name"] for one in plan(store).result["selected"]]
        options = {"store": None, "names": None}
        info = modules.run(project_info, options, FakeClock(NOW), clients=project_info.Clients(store))
        names = [one["name"] for one in info.result["projects"]]
        assert "other" in names
        assert ("webapp" in names) != ("webapp" in [one["name"] for one in info.result["broken"]])


def plan(store: FakeStore) -> Outcome:
    given = {key: spec.get("default") for key, spec in project_plan.ARGUMENT_SPEC.items()}
    request = project_plan.parse(Params(given, NOW, check_mode=False))
    clients = project_plan.Clients(stores={None: store}, aws=None)
    found = project_plan.run(request, clients, FakeClock(NOW), check_mode=False)
    assert_harmless(found.result)
    data: dict[str, t.Any] = {"playbook": "renew", "projects": [], "finished_at": "", "counts": {}}
    digest.compose(data, found.result["attention"], (14, 7), NOW)
    json.dumps(found.result, allow_nan=False)
    return found
