# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A project of the SSL Plugin is taken over in place, step by step: no issuance, no distribution touched, and the way
back kept open."""

from __future__ import annotations

import io
import tarfile
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import iam_server_cert
from e2e.adoption.conftest import BALANCERS, LISTINGS, LISTINGS_AGAIN, OF_EACH, Adoption, uploaded
from e2e.in_process import run
from sandbox import seed
from sandbox.control import Control
from sandbox.ssl_plugin import PluginProject, SslPlugin, archive

OURS = "/cloudfront/certops/WebApp/"


def bound(made: PluginProject) -> set[str]:
    """The certificates that the distributions of the project use."""
    cloudfront = seed.client("cloudfront")
    configs = [cloudfront.get_distribution_config(Id=one)["DistributionConfig"] for one in made.distributions]
    return {config["ViewerCertificate"]["IAMCertificateId"] for config in configs}


def listed(path: str) -> list[dict[str, t.Any]]:
    found = seed.client("iam").list_server_certificates(PathPrefix=path)["ServerCertificateMetadataList"]
    return sorted(found, key=lambda one: str(one["ServerCertificateName"]))


def tags_of(certificate: dict[str, t.Any]) -> list[dict[str, str]]:
    name = certificate["ServerCertificateName"]
    return list(seed.client("iam").list_server_certificate_tags(ServerCertificateName=name)["Tags"])


def reserved(made: PluginProject) -> int | None:
    found = seed.client("lambda").get_function_concurrency(FunctionName=made.function)
    return t.cast("int | None", found.get("ReservedConcurrentExecutions"))


def rules(made: PluginProject) -> set[str]:
    return {seed.client("events").describe_rule(Name=name)["State"] for name in made.rules.values()}


def test_an_adopted_project_keeps_its_certificate_and_needs_nothing(
    plugin: SslPlugin, adoption: Adoption, control: Control
) -> None:
    made = plugin.project("WebApp", ["example.com", "www.example.com"])
    before = listed(plugin.path(made))[0]
    control.clear_calls()
    done = adoption.whole("WebApp")
    counts = control.counts()
    assert (counts["UpdateDistribution"], counts["UploadServerCertificate"]) == (0, 0)
    assert done.changed
    assert done.result["phase"] == "done"
    after = listed(OURS)
    assert [one["ServerCertificateId"] for one in after] == [before["ServerCertificateId"]]
    assert after[0]["ServerCertificateName"] == before["ServerCertificateName"]
    tags = tags_of(after[0])
    assert {"Key": "managed-by", "Value": "certops.cloudfront"} in tags
    assert {"Key": "certops:project", "Value": "WebApp"} in tags
    assert (rules(made), bound(made)) == ({"DISABLED"}, {before["ServerCertificateId"]})
    document = adoption.document("WebApp")
    assert document is not None
    assert document["certificate"]["arn"] == after[0]["Arn"]
    assert document["certificate"]["archive_uri"].startswith(adoption.archive)
    assert document["last_run"]["Status"] == "Succeeded"
    assert document["lock"] is None
    need = adoption.plan()["WebApp"]
    assert (need["action"], need["state"]) == ("none", "ok")


def test_a_second_round_changes_nothing(plugin: SslPlugin, adoption: Adoption, control: Control) -> None:
    plugin.project("WebApp", ["example.com"])
    adoption.whole("WebApp")
    control.clear_calls()
    again = adoption.found("WebApp")
    assert (again["status"], again["scheduler"]["stopped"]) == ("adopted", True)
    assert not adoption.adopt(again, state="copied").changed
    assert not adoption.source(again).changed
    assert not adoption.adopt(again).changed
    writes = ("Put", "Update", "Disable", "Tag", "Upload", "Delete")
    assert [name for name in control.counts() if name.startswith(writes)] == []


TAKING_OVER = {"DisableRule": 2, "PutFunctionConcurrency": 1, "UpdateServerCertificate": 1, "TagServerCertificate": 1}


@pytest.mark.parametrize("projects", [1, 3])
def test_listings_do_not_grow_and_each_project_takes_three_calls_to_look_and_five_to_take_over(
    plugin: SslPlugin, adoption: Adoption, control: Control, projects: int
) -> None:
    for number in range(projects):
        plugin.project(f"p{number}", [f"p{number}.example.com"])
    control.clear_calls()
    first = adoption.info().result["projects"]
    assert control.counts() == {**dict.fromkeys(LISTINGS, 1), **BALANCERS, **dict.fromkeys(OF_EACH, projects)}
    control.clear_calls()
    for one in first:
        adoption.adopt(one, state="copied")
    # of a run of Ansible, only the first asks whose credentials these are
    assert control.counts() == {"GetObject": projects, "GetCallerIdentity": projects}
    control.clear_calls()
    for one in first:
        adoption.source(one, wait_seconds=0)
    again = adoption.info(known=first, wait_seconds=900).result["projects"]
    for one in again:
        assert adoption.adopt(one).result["phase"] == "done"
    adoption.info(known=again, verify=True)
    assert control.counts() == {
        **dict.fromkeys(LISTINGS_AGAIN, 2),
        "ListSubscriptions": 1,
        **{name: count * projects for name, count in TAKING_OVER.items()},
    }
    assert control.issued() == []


def test_a_bundle_with_another_chain_is_kept_with_the_one_in_service_so_that_nothing_is_uploaded_again(
    plugin: SslPlugin, adoption: Adoption, control: Control
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    s3 = seed.client("s3")
    key = adoption.found("WebApp")["bundles"][0]["uri"].partition(f"{made.bucket}/")[2]
    packed = s3.get_object(Bucket=made.bucket, Key=key)["Body"].read()
    s3.put_object(
        Bucket=made.bucket, Key=key, Body=with_member(packed, "chain1.pem", plugin.authority.root.certificate_pem)
    )
    warnings = adoption.whole("WebApp").warnings
    certificate = (adoption.document("WebApp") or {})["certificate"]
    assert certificate["archive_uri"], warnings
    control.clear_calls()
    stored = run(
        iam_server_cert,
        bundle=certificate["archive_uri"],
        path=certificate["path"],
        name_prefix="WebApp",
        expected_name=certificate["name"],
    )
    assert not stored.changed
    assert control.counts() == {"GetServerCertificate": 1}


def with_member(packed: bytes, name: str, text: str, replaced: bool = False) -> bytes:
    """The archive with more text, or another one, in the member of this name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(packed)) as old, tarfile.open(fileobj=buffer, mode="w:gz") as new:
        for member in old:
            content = old.extractfile(member) if member.isfile() else None
            body = content.read() if content else b""
            if member.name.endswith(f"/{name}"):
                body = text.encode() if replaced else body + text.encode()
                member.size = len(body)
            new.addfile(member, io.BytesIO(body))
    return buffer.getvalue()


def test_check_mode_writes_nothing_and_shows_the_same(plugin: SslPlugin, adoption: Adoption, control: Control) -> None:
    made = plugin.project("WebApp", ["example.com"])
    first = adoption.found("WebApp")
    control.clear_calls()
    shown = adoption.adopt(first, check_mode=True)
    assert adoption.source(first, check_mode=True).changed
    assert (shown.changed, shown.result["phase"]) == (True, "done")
    assert [move["after"] for move in shown.result["moved"]] == [OURS]
    assert control.counts() == {}
    assert adoption.document("WebApp") is None
    assert rules(made) == {"ENABLED"}


def test_a_certificate_moves_only_after_the_old_tool_was_stopped_and_read_again(
    plugin: SslPlugin, adoption: Adoption
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    first = adoption.found("WebApp")
    with pytest.raises(RefusedError, match="stop it first"):
        adoption.adopt(first)
    plugin.control.advance(5)
    adoption.source(first)
    with pytest.raises(RefusedError, match="read it again"):
        adoption.adopt({**first, "read_at": "2020-01-01T00:00:00Z"})
    assert len(listed(plugin.path(made))) == 1


def test_a_run_of_theirs_in_between_is_seen_and_its_bundle_is_copied(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com"])
    first = adoption.found("WebApp")
    adoption.adopt(first, state="copied")
    assert plugin.timer(made)
    adoption.source(first)
    adoption.adopt(adoption.found("WebApp", known=[first]))
    document = adoption.document("WebApp")
    assert document is not None
    assert {document["certificate"]["id"]} == bound(made)
    assert document["certificate"]["archive_uri"] is not None
    assert len(document["adoption"]["bundles"]) == 2
    assert adoption.plan()["WebApp"]["action"] == "none"


def test_a_stray_run_after_the_adoption_touches_nothing_of_ours(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com"])
    adoption.whole("WebApp")
    before = bound(made)
    plugin.issue(made)
    assert bound(made) == before
    again = adoption.found("WebApp")
    assert again["status"] == "adopted"
    assert any("after the adoption" in warning for warning in again["warnings"])
    assert adoption.adopt(again, state="copied").changed


def test_a_project_of_two_certificates_keeps_the_one_in_service(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com"])
    in_service = bound(made)
    # their next run failed after the upload
    pair = plugin.authority.certificate(made.domains, age=timedelta(hours=1))
    plugin._upload(made, "WebApp-2030-01-01-0000", pair)
    assert any("superseded" in warning for warning in adoption.found("WebApp")["warnings"])
    adoption.whole("WebApp")
    document = adoption.document("WebApp")
    assert document is not None
    assert ({document["certificate"]["id"]}, bound(made)) == (in_service, in_service)
    assert [one["name"] for one in document["superseded"]] == ["WebApp-2030-01-01-0000"]
    assert len(listed(OURS)) == 2
    need = adoption.plan()["WebApp"]
    assert (need["due"], need["unused"]) == (False, ["WebApp-2030-01-01-0000"])


def test_without_its_bundle_a_certificate_is_adopted_without_a_key_unless_one_is_required(
    plugin: SslPlugin, adoption: Adoption
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    first = adoption.found("WebApp")
    key = first["bundles"][0]["uri"].partition(f"{made.bucket}/")[2]
    seed.client("s3").put_object(Bucket=made.bucket, Key=key, Body=b"not a bundle")
    with pytest.raises(RefusedError, match="was not found"):
        adoption.adopt(first, state="copied", require_key=True)
    copied = adoption.adopt(first, state="copied")
    assert any("not copied" in warning for warning in copied.warnings)
    assert any("neither restored nor downloaded" in warning for warning in copied.warnings)
    adoption.source(first)
    adoption.adopt(adoption.found("WebApp", known=[first]))
    document = adoption.document("WebApp")
    assert document is not None
    assert document["certificate"]["archive_uri"] is None
    assert adoption.plan()["WebApp"]["action"] == "none"


@pytest.mark.parametrize("flaw", ["damaged", "other key"])
def test_a_bundle_that_cannot_be_used_is_adopted_without_a_key_unless_one_is_required(
    plugin: SslPlugin, adoption: Adoption, flaw: str
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    s3, key = seed.client("s3"), adoption.found("WebApp")["bundles"][0]["uri"].partition(f"{made.bucket}/")[2]
    packed = s3.get_object(Bucket=made.bucket, Key=key)["Body"].read()
    other = plugin.authority.certificate(["example.com"]).key_pem
    body = b"damaged" if flaw == "damaged" else with_member(packed, "privkey1.pem", other, replaced=True)
    s3.put_object(Bucket=made.bucket, Key=key, Body=body)
    with pytest.raises(RefusedError, match="adopt_require_key"):
        adoption.whole("WebApp", require_key=True)
    done = adoption.whole("WebApp")
    assert any("neither restored nor downloaded" in warning for warning in done.warnings)
    found = adoption.document("WebApp") or {}
    assert (found["certificate"]["archive_uri"], found["definition"]["keep_previous"]) == (None, 1)


def test_of_two_projects_that_share_a_certificate_the_second_is_refused(plugin: SslPlugin, adoption: Adoption) -> None:
    first = plugin.project("first", ["example.com"])
    second = plugin.project("second", ["example.com"], runs=0)
    pair = plugin.authority.certificate(["example.com"])
    plugin._upload(first, "first-2030-01-01-0000", pair)
    plugin._upload(second, "second-2030-01-01-0000", pair)
    found = {one["theirs"]: one for one in adoption.info().result["projects"]}
    assert (found["first"]["status"], found["second"]["status"]) == ("ready", "refused")
    assert "is also that of first" in found["second"]["problems"][0]
    with pytest.raises(ConfigError, match="is also that of first"):
        adoption.adopt(found["second"])


def test_a_move_that_is_denied_leaves_everything_where_it_was(
    plugin: SslPlugin, adoption: Adoption, control: Control
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    first = adoption.found("WebApp")
    adoption.adopt(first, state="copied")
    adoption.source(first)
    again = adoption.found("WebApp", known=[first])
    control.fault("iam", "TagServerCertificate", "access_denied", count=1)
    with pytest.raises(RefusedError, match="in service as before"):
        adoption.adopt(again)
    assert len(listed(plugin.path(made))) == 1
    adoption.source(name="WebApp", state="running")
    assert rules(made) == {"ENABLED"}
    assert adoption.whole("WebApp").result["phase"] == "done"


def test_a_stop_that_is_denied_moves_nothing_and_keeps_the_bundles(
    plugin: SslPlugin, adoption: Adoption, control: Control
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    first = adoption.found("WebApp")
    adoption.adopt(first, state="copied")
    control.fault("events", "DisableRule", "access_denied", count=1)
    with pytest.raises(RemoteError, match="DisableRule"):
        adoption.source(first)
    document = adoption.document("WebApp")
    assert document is not None
    assert (document["adoption"]["phase"], document["lock"]) == ("copied", None)
    assert len(listed(plugin.path(made))) == 1
    assert adoption.plan()["WebApp"]["action"] == "none"


def test_a_reservation_that_is_denied_is_a_warning(plugin: SslPlugin, adoption: Adoption, control: Control) -> None:
    made = plugin.project("WebApp", ["example.com"])
    first = adoption.found("WebApp")
    adoption.adopt(first, state="copied")
    control.fault("lambda", "PutFunctionConcurrency", "access_denied", count=1)
    stopped = adoption.source(first)
    assert any("Reissue" in warning for warning in stopped.warnings)
    assert rules(made) == {"DISABLED"}


def test_a_run_at_work_is_waited_for_and_a_stuck_one_is_not_waited_for_longer_than_it_may_take(
    plugin: SslPlugin, adoption: Adoption, control: Control
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    plugin.note(made, "Processing")
    first = adoption.found("WebApp")
    assert first["scheduler"]["busy"]
    adoption.adopt(first, state="copied")
    stopped = adoption.source(first)
    assert any("Processing" in warning for warning in stopped.warnings)
    assert control.counts("dynamodb")["GetItem"] > 50


def test_the_second_reading_waits_for_all_runs_at_work_with_one_call_each_time(
    plugin: SslPlugin, adoption: Adoption, control: Control
) -> None:
    made = [plugin.project(name, [f"{name}.example.com"]) for name in ("first", "second")]
    for one in made:
        plugin.note(one, "Processing")
    first = adoption.info().result["projects"]
    for one in first:
        adoption.adopt(one, state="copied")
        assert adoption.source(one, wait_seconds=0).warnings == ()
    control.clear_calls()
    again = adoption.info(known=first, wait_seconds=900)
    assert [warning.partition(" has been Processing")[0] for warning in again.warnings] == [
        "the last run of first",
        "the last run of second",
    ]
    assert control.counts("dynamodb") == {"Scan": 61}
    # whoever is not stopped yet is not waited for, and neither is one that is adopted already
    control.clear_calls()
    for one in again.result["projects"]:
        adoption.adopt(one)
    assert adoption.info(known=adoption.info().result["projects"], wait_seconds=900).warnings == ()


def test_nobody_waits_for_a_run_of_a_tool_that_was_not_stopped(plugin: SslPlugin, adoption: Adoption) -> None:
    plugin.note(plugin.project("WebApp", ["example.com"]), "Processing")
    first = adoption.info().result["projects"]
    again = adoption.info(known=first, wait_seconds=900)
    assert (again.warnings, again.result["projects"][0]["scheduler"]["busy"]) == ((), True)


def test_a_v1_is_waited_for_only_if_that_is_wanted(plugin: SslPlugin, adoption: Adoption, control: Control) -> None:
    plugin.project("old", ["example.org"], version="v1")
    first = adoption.found("old")
    adoption.adopt(first, state="copied")
    adoption.source(first, wait_seconds=0)
    before = control.now()
    adoption.info(known=[first], wait_seconds=900)
    assert control.now() - before < 900
    adoption.info(known=[first], wait_seconds=900, wait_for_old_run=True)
    assert control.now() - before >= 900


def test_the_way_back_puts_everything_where_it_was(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com"])
    before = listed(plugin.path(made))[0]
    adoption.whole("WebApp")
    back = adoption.adopt(name="WebApp", state="absent")
    assert back.changed
    after = listed(plugin.path(made))[0]
    assert (after["Arn"], after["ServerCertificateId"]) == (before["Arn"], before["ServerCertificateId"])
    assert [tag["Key"] for tag in tags_of(after)] == ["parent-stack"]
    assert (adoption.document("WebApp") or {})["adoption"]["phase"] == "returned"
    adoption.source(name="WebApp", state="running")
    assert adoption.document("WebApp") is None
    assert rules(made) == {"ENABLED"}
    assert reserved(made) is None
    assert plugin.timer(made)
    assert bound(made) == {listed(plugin.path(made))[0]["ServerCertificateId"]}
    assert not adoption.adopt(name="WebApp", state="absent").changed
    assert adoption.whole("WebApp").result["phase"] == "done"


def test_the_way_back_is_refused_with_the_credentials_of_another_account(
    plugin: SslPlugin, adoption: Adoption, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin.project("WebApp", ["example.com"])
    adoption.whole("WebApp")
    before = adoption.document("WebApp")
    control.account("AKIAOTHERACCOUNT0001", "222222222222")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHERACCOUNT0001")
    with pytest.raises(RefusedError, match="belongs to AWS account 123456789012"):
        adoption.adopt(name="WebApp", state="absent", force=True)
    assert adoption.document("WebApp") == before


def test_the_way_back_works_in_the_other_order(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com"])
    adoption.whole("WebApp")
    adoption.source(name="WebApp", state="running")
    assert (adoption.document("WebApp") or {})["adoption"]["former"] is None
    adoption.adopt(name="WebApp", state="absent")
    assert adoption.document("WebApp") is None
    assert (rules(made), len(listed(plugin.path(made)))) == ({"ENABLED"}, 1)


def test_a_rule_that_was_off_before_stays_off(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com"])
    seed.client("events").disable_rule(Name=made.rules["created"])
    seed.client("lambda").put_function_concurrency(FunctionName=made.function, ReservedConcurrentExecutions=3)
    adoption.whole("WebApp")
    adoption.source(name="WebApp", state="running")
    states = {name: seed.client("events").describe_rule(Name=rule)["State"] for name, rule in made.rules.items()}
    assert states == {"scheduled": "ENABLED", "created": "DISABLED"}
    assert reserved(made) == 3


def test_a_v1_of_the_first_generation_is_not_adopted_while_it_may_run(plugin: SslPlugin, adoption: Adoption) -> None:
    plugin.project("old", ["example.org"], version="v1_file")
    first = adoption.found("old")
    with pytest.raises(RefusedError, match="before July 2024"):
        adoption.adopt(first, require_stopped=False)
    assert adoption.whole("old").result["phase"] == "done"


def test_without_stopping_nothing_moves_and_a_warning_names_the_next_run(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com"])
    first = adoption.found("WebApp")
    done = adoption.adopt(first, require_stopped=False)
    assert any(first["scheduler"]["next_run_at"] in warning for warning in done.warnings)
    assert (len(listed(plugin.path(made))), listed(OURS)) == (1, [])


def test_a_project_of_another_kind_with_this_name_is_never_overwritten(plugin: SslPlugin, adoption: Adoption) -> None:
    plugin.project("WebApp", ["example.com"])
    plugin.project("Other", ["example.org"])
    adoption.whole("WebApp")
    clash = adoption.found("Other", names={"Other": "WebApp"})
    assert clash["status"] == "refused"
    assert "adopt_names" in clash["problems"][0]


def test_what_people_uploaded_is_adopted_without_a_key(adoption: Adoption) -> None:
    old = seed.upload_certificate("le-example-1", ["example.com", "www.example.com"], age=timedelta(days=1))
    seed.create_distribution(["example.com", "www.example.com"], old)
    done = adoption.adopt(adoption.info(sources=["iam"]).result["projects"][0])
    assert done.result["phase"] == "done"
    certificate = done.result["document"]["certificate"]
    assert (certificate["id"], certificate["archive_uri"]) == (old, None)
    assert certificate["path"] == "/cloudfront/certops/example-com/"
    assert adoption.plan()["example-com"]["action"] == "none"
    again = adoption.info(sources=["iam"]).result["projects"]
    assert [one["status"] for one in again] == []


def test_the_topic_of_the_old_tool_can_be_kept_with_those_who_confirmed_it(
    plugin: SslPlugin, adoption: Adoption
) -> None:
    made = plugin.project("WebApp", ["example.com"])
    first = adoption.found("WebApp", topic="keep")
    adoption.adopt(first, state="copied")
    adoption.source(first)
    adoption.adopt(adoption.found("WebApp", topic="keep", known=[first]))
    document = adoption.document("WebApp") or {}
    assert (document["definition"]["sns_topic"], document["subscribed"]) == (made.topic, ["ops@example.com"])


def test_with_rebind_the_newest_is_current_and_the_next_run_binds_it(plugin: SslPlugin, adoption: Adoption) -> None:
    made = plugin.project("WebApp", ["example.com"])
    before = bound(made)
    pair = plugin.authority.certificate(["example.com"], timedelta(days=90), timedelta(hours=1))
    newest = plugin._upload(made, "WebApp-2030-01-01-0000", pair)
    packed = archive(pair, plugin.authority)
    seed.client("s3").put_object(Bucket=made.bucket, Key="WebApp/2026-11-01-0000.tar.gz", Body=packed)
    first = adoption.found("WebApp", rebind=True)
    adoption.adopt(first, state="copied")
    adoption.source(first)
    adoption.adopt(adoption.found("WebApp", rebind=True, known=[first]))
    document = adoption.document("WebApp") or {}
    assert (document["certificate"]["id"], document["certificate"]["deployed"]) == (newest, None)
    need = adoption.plan()["WebApp"]
    assert (bound(made), need["action"]) == (before, "resume"), need


@pytest.mark.parametrize(("wanted", "copied"), [("all", 2), ("current", 1)])
def test_every_bundle_is_copied_or_that_of_the_certificate_in_service(
    plugin: SslPlugin, adoption: Adoption, wanted: str, copied: int
) -> None:
    plugin.project("WebApp", ["example.com"], runs=2)
    done = adoption.whole("WebApp", archive_bundles=wanted)
    assert len(done.result["bundles"]) == copied
    assert (adoption.document("WebApp") or {})["certificate"]["archive_uri"] in done.result["bundles"].values()


def test_a_key_on_a_disk_makes_an_upload_by_hand_whole(plugin: SslPlugin, adoption: Adoption, tmp_path: Path) -> None:
    pair, chain = plugin.authority.certificate(["example.com"]), plugin.authority.issuer.certificate_pem
    seed.create_distribution(["example.com"], uploaded(pair, chain, "by-hand"))
    for name, text in (("cert", pair.certificate_pem), ("chain", chain), ("privkey", pair.key_pem)):
        (tmp_path / f"{name}.pem").write_text(text, encoding="ascii")
    project = adoption.info(sources=["iam"]).result["projects"][0]
    done = adoption.adopt(project, bundle=str(tmp_path), require_key=True)
    assert done.result["document"]["certificate"]["archive_uri"].startswith(adoption.archive)
