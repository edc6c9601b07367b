# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a report, and what is said where something is missing."""

from __future__ import annotations

import json
import os
import stat
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.s3 import S3, BucketOwner
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.report_place import (
    ReportBucket,
    ReportDirectory,
    ReportPlace,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet.rows import PlaybookEnd
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError, RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.fleet.report import (
    ReportAws,
    ReportClients,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.report import run_notes
from ansible_collections.certops.cloudfront.plugins.modules import project_report as module
from unit.fakes import modules
from unit.fakes.certificates import issue
from unit.fakes.clock import FakeClock
from unit.fakes.cloudfront import FakeCloudFront
from unit.fakes.iam import FakeIam
from unit.fakes.projects import NOW, certificate, document
from unit.fakes.store import FakeStore

HERE, THERE = AwsAccount("123456789012", "aws"), {"id": "210987654321", "partition": "aws"}


def store(**documents: dict[str, t.Any]) -> FakeStore:
    found = FakeStore()
    for name, one in documents.items():
        found.write(name, {**one, "name": name} if one else {"schema": 1}, None)
    return found


def run(place: ReportPlace, kept: FakeStore, check_mode: bool = False, **given: t.Any) -> Outcome:
    aws = given.pop("aws", None)
    params = {key: spec.get("default") for key, spec in module.ARGUMENT_SPEC.items()} | given
    return modules.run(module, params, FakeClock(NOW), check_mode, ReportClients(kept, place, aws))


def test_every_file_is_written_readable_for_those_who_may_enter_the_directory(tmp_path: Path) -> None:
    place = ReportDirectory(tmp_path / "new")
    old = os.umask(0o077)
    try:
        found = run(place, store(webapp=document(certificate=certificate()))).result
    finally:
        os.umask(old)
    assert found["files"] == {
        "html": str(tmp_path / "new/report.html"),
        "csv": str(tmp_path / "new/report.csv"),
        "json": str(tmp_path / "new/report.json"),
        "metrics": str(tmp_path / "new/metrics.prom"),
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()} == {0o644}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "metrics.prom",
        "report.csv",
        "report.html",
        "report.json",
    ]


def test_only_the_formats_asked_for_are_written(tmp_path: Path) -> None:
    run(ReportDirectory(tmp_path), store(webapp=document()), formats=["metrics"])
    assert [path.name for path in tmp_path.iterdir()] == ["metrics.prom"]


def test_check_mode_writes_nothing_and_names_the_files(tmp_path: Path) -> None:
    found = run(ReportDirectory(tmp_path), store(webapp=document()), check_mode=True).result
    assert found["files"]["html"] == str(tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_document_is_shown_as_such_and_the_others_stand(tmp_path: Path) -> None:
    kept = store(broken={}, webapp=document(certificate=certificate()))
    found = run(ReportDirectory(tmp_path), kept).result
    assert found["counts"]["broken"] == 1
    assert found["counts"]["ok"] == 1
    assert [one["name"] for one in found["attention"]] == ["broken"]
    assert found["headline"] == "2 projects: 1 broken, 1 ok; 1 needs a person."
    assert "webapp" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_document_that_breaks_its_row_breaks_nothing_else(tmp_path: Path) -> None:
    odd = document(certificate={**certificate(), "id": ["not", "text"], "deployed": 7})
    found = run(ReportDirectory(tmp_path), store(odd=odd, webapp=document(certificate=certificate()))).result
    assert found["counts"]["ok"] + found["counts"]["broken"] == 2
    assert found["counts"]["ok"] >= 1


def test_the_data_have_what_the_page_shows(tmp_path: Path) -> None:
    run(ReportDirectory(tmp_path), store(webapp=document(certificate=certificate())), title="Mine")
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (found["title"], found["made_at"], found["counts"]["ok"]) == ("Mine", "2026-11-22T05:30:00Z", 1)
    (project,) = found["projects"]
    assert (project["name"], project["expires_in_days"], project["share_left"]) == ("webapp", 63, 0.984)


def test_what_aws_has_beside_the_projects_is_shown(tmp_path: Path) -> None:
    iam = FakeIam(FakeClock(NOW))
    iam.add("old", issue("old.example.com").leaf)
    aws = ReportAws(t.cast("t.Any", iam), t.cast("t.Any", FakeCloudFront(FakeClock(NOW))), lambda: HERE)
    found = run(ReportDirectory(tmp_path), store(webapp=document(certificate=certificate())), aws=lambda: aws)
    assert found.warnings == ()
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in data["foreign"]] == ["old"]
    assert data["room"] == {"used": 1, "allowed": 20}


def test_what_a_killed_run_left_at_the_path_of_a_project_is_named_with_the_command(tmp_path: Path) -> None:
    iam = FakeIam(FakeClock(NOW))
    for name, path in (("webapp-left", "/cloudfront/certops/webapp/"), ("other", "/cloudfront/certops/other/")):
        iam.add(name, issue(f"{name}.example.com").leaf, path=path)
    aws = ReportAws(t.cast("t.Any", iam), t.cast("t.Any", FakeCloudFront(FakeClock(NOW))), lambda: HERE)
    kept = store(webapp=document(certificate=certificate()))
    shown = "\n".join(run(ReportDirectory(tmp_path), kept, aws=lambda: aws).result["overview"])
    assert "not in its record and not used: webapp-left" in " ".join(shown.split())
    assert "certops.cloudfront.cleanup -e project_name=webapp" in shown
    assert "project_name=other" not in shown
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert {one["name"]: one["project"] for one in data["foreign"]} == {"webapp-left": "webapp", "other": "other"}


def test_a_listing_says_nothing_of_a_project_of_another_account(tmp_path: Path) -> None:
    aws = ReportAws(
        t.cast("t.Any", FakeIam(FakeClock(NOW))), t.cast("t.Any", FakeCloudFront(FakeClock(NOW))), lambda: HERE
    )
    there, here = document(certificate=certificate(), account=THERE), document(account={**THERE, "id": HERE.id})
    found = run(ReportDirectory(tmp_path), store(there=there, here=here), aws=lambda: aws)
    (warning,) = found.warnings
    assert warning.startswith("there: not in AWS account 123456789012 (aws) of the credentials, so what uses")
    with pytest.raises(RefusedError, match="but the projects of this store belong to 210987654321") as refused:
        run(ReportDirectory(tmp_path / "new"), store(there=there, new=document()), aws=lambda: aws)
    assert "report_observe=false" in str(refused.value)
    assert not (tmp_path / "new").exists()


def test_certificates_of_acm_that_are_of_no_project_are_listed_with_what_uses_them(tmp_path: Path) -> None:
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"

    class CloudFront:
        def list_distributions(self) -> tuple[Distribution, ...]:
            return (
                Distribution("E1", viewer={"ACMCertificateArn": arn}),
                Distribution("E2", viewer={"IAMCertificateId": "ASCA1"}),
            )

    aws = ReportAws(t.cast("t.Any", FakeIam(FakeClock(NOW))), t.cast("t.Any", CloudFront()), lambda: HERE)
    run(ReportDirectory(tmp_path), store(webapp=document(certificate=certificate())), aws=lambda: aws)
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert data["foreign"] == [{"name": arn, "id": arn, "not_after": "", "users": ["E1"], "project": ""}]


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\x1b[31m\x00\x07",
    "\u202e\u2066evil",
    "{{ 1 }}",
)


def hostile(value: t.Any, text: str) -> t.Any:
    """The value with every text in it replaced that is not a time, a number or a word that has to be as it is."""
    if isinstance(value, dict):
        return {key: hostile(entry, text) for key, entry in value.items()}
    if isinstance(value, list):
        return [hostile(entry, text) for entry in value]
    return text if isinstance(value, str) and value in ("CN=Test", "webapp-1", "ops@example.com", "said") else value


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 10_000])
def test_hostile_texts_of_documents_are_shown_as_text_and_bounded(tmp_path: Path, text: str) -> None:
    said = {"Status": "said", "finished_at": None, "Error": "said", "Matched_CloudFront": {"ID_LIST": ["said"]}}
    one = document(certificate=certificate(), last_run=said, subscribed=["ops@example.com"])
    one["definition"] = {**one["definition"], "emails": ["ops@example.com"], "tags": {"said": "said"}}
    run(ReportDirectory(tmp_path), store(webapp=hostile(one, text), well=document(certificate=certificate())))
    shown = [(tmp_path / name).read_text(encoding="utf-8") for name in ("report.html", "report.csv", "metrics.prom")]
    assert shown[0].count("<script>") == 1
    assert "<img" not in shown[0]
    for content in (*shown, (tmp_path / "report.json").read_text(encoding="utf-8")):
        assert not {"\x00", "\x07", "\x1b", "\u202e", "\u2066"} & set(content)
        assert "x" * 1000 not in content
        assert "well" in content


def test_without_listings_the_report_shows_the_records_and_says_so(tmp_path: Path) -> None:
    def away() -> ReportAws:
        raise RemoteError("access denied", service="iam", operation="ListServerCertificates", code="AccessDenied")

    found = run(ReportDirectory(tmp_path), store(webapp=document()), aws=away)
    assert found.warnings == (
        "AWS resources could not be listed, so the report shows the records alone: access denied",
    )
    assert "access denied" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_bucket_gets_objects_with_their_types() -> None:
    calls: list[dict[str, t.Any]] = []

    class Client:
        def put_object(self, **given: t.Any) -> dict[str, t.Any]:
            calls.append(given)
            return {"ETag": "1", "ResponseMetadata": {"RequestId": "1"}}

    place = ReportBucket(
        "s3://certops-example/report", S3(Client(), "certops-example", BucketOwner("123456789012", str)), "report/"
    )
    found = run(place, store(webapp=document())).result
    assert found["files"]["html"] == "s3://certops-example/report/report.html"
    assert {one["Key"]: one["ContentType"].partition(";")[0] for one in calls} == {
        "report/report.html": "text/html",
        "report/report.csv": "text/csv",
        "report/report.json": "application/json",
        "report/metrics.prom": "text/plain",
    }


def test_the_metrics_say_when_each_playbook_was_last_run_and_how_often_it_is_to_be(tmp_path: Path) -> None:
    kept = store(webapp=document())
    earlier = NOW - timedelta(hours=2)
    run_notes.note(kept, "renew", earlier)
    ended = PlaybookEnd(earlier, 12.0, success=False, projects={"failed": 1})
    run_notes.note_end(kept, "cleanup", earlier, ended, 168.0)
    run(ReportDirectory(tmp_path), kept, interval_hours=6.0)
    text = (tmp_path / "metrics.prom").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith(("certops_run_t", "certops_run_i"))] == [
        f'certops_run_timestamp_seconds{{playbook="cleanup"}} {earlier.timestamp():.0f}',
        f'certops_run_timestamp_seconds{{playbook="renew"}} {earlier.timestamp():.0f}',
        f'certops_run_timestamp_seconds{{playbook="report"}} {NOW.timestamp():.0f}',
        'certops_run_interval_seconds{playbook="cleanup"} 604800',
        'certops_run_interval_seconds{playbook="renew"} 21600',
        'certops_run_interval_seconds{playbook="report"} 21600',
    ]
    assert 'certops_run_success{playbook="cleanup"} 0\n' in text
    assert 'certops_run_success{playbook="report"} 1\n' in text


def test_a_report_leaves_no_note_in_the_store(tmp_path: Path) -> None:
    kept = store(webapp=document())
    run(ReportDirectory(tmp_path), kept)
    assert run_notes.noted(kept) == run_notes.RunNotes()


def test_a_note_that_cannot_be_read_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = store(webapp=document(certificate=certificate()))

    def away(_name: str) -> None:
        raise RemoteError("access denied", service="s3", operation="GetObject", code="AccessDenied")

    monkeypatch.setattr(kept.beside(run_notes.AREA), "read", away)
    found = run(ReportDirectory(tmp_path), kept)
    assert found.warnings == ("when playbooks were last run could not be read: access denied",)
    assert found.result["counts"]["ok"] == 1


def test_an_empty_store_is_reported_as_such(tmp_path: Path) -> None:
    assert run(ReportDirectory(tmp_path), store()).result["headline"] == "The store contains no project."


def test_the_terminal_gets_as_many_lines_as_asked_for(tmp_path: Path) -> None:
    kept = store(a=document(), b=document(), c=document())
    assert "and 1 more" in run(ReportDirectory(tmp_path), kept, lines=2).result["overview"]
    assert "and 1 more" not in run(ReportDirectory(tmp_path), kept, lines=0).result["overview"]


def test_every_problem_with_the_options_is_named_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    options = {"dir": str(tmp_path / "file"), "days": [0], "interval_hours": 0.0, "lines": -1, "formats": []}
    with pytest.raises(ConfigError) as caught:
        run(ReportDirectory(tmp_path), store(), **options, store="nowhere")
    assert len(caught.value.problems) == 6
    assert f"no report can be written to {tmp_path / 'file'}" in str(caught.value)


@pytest.mark.parametrize("where", ["ftp://host/dir", "relative", "s3://UPPER", "dynamodb://table"])
def test_a_place_that_cannot_be_is_refused(where: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="report"):
        run(ReportDirectory(tmp_path), store(), dir=where)


def test_a_status_writes_nothing_and_has_the_rows_of_the_report(tmp_path: Path) -> None:
    kept = store(webapp=document(certificate=certificate()), shop=document())
    found = run(ReportDirectory(tmp_path), kept, write=False)
    assert list(tmp_path.iterdir()) == []
    assert not found.changed
    assert found.result["files"] == {}
    assert {row["name"] for row in found.result["data"]["projects"]} == {"webapp", "shop"}
    assert found.result["overview"][0].startswith("PROJECT")
    assert found.result["overview"][-1] == found.result["headline"]
