# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document of a project that is taken over, step by step and back."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption import record, takeover
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.shapes import SeenCertificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError
from unit.fakes import projects as fakes
from unit.fakes.adoption import ACCOUNT, NOW, certificate, project, scheduler

CLAIM = fakes.claim("adopt")
OTHER = fakes.claim("adopt", run_id=fakes.OTHER_RUN_ID)
DEFINITION: t.Any = fakes.definition()
OURS = {"id": ACCOUNT, "partition": "aws-cn"}


def seen(*certificates: SeenCertificate, **given: t.Any) -> t.Any:
    return {**project(*(certificates or (certificate(1), certificate(2, ["E1"])))), **given}


def taken(found: t.Any = None) -> t.Any:
    return takeover.taken(None, found or seen(), DEFINITION, CLAIM).document


def finished(found: t.Any = None, definition: t.Any = None, **adoption: t.Any) -> t.Any:
    found = found or seen()
    begun = taken(found)
    done = takeover.finished(begun, CLAIM, found, {**begun["adoption"], **adoption}, definition or DEFINITION)
    return done.document


class TestTaken:
    def test_a_new_document_belongs_to_the_account_of_the_certificates_and_to_this_run(self) -> None:
        found = taken()
        assert (found["name"], found["account"], found["lock"]["run_id"]) == ("WebApp", OURS, fakes.RUN_ID)
        assert (found["adoption"]["theirs"], found["adoption"]["phase"]) == ("WebApp", "copying")

    def test_without_certificates_the_account_stays_unknown(self) -> None:
        assert taken(seen(certificates=[]))["account"] is None

    @pytest.mark.parametrize(
        "adoption",
        [
            pytest.param(None, id="not adopted"),
            pytest.param({"theirs": "Other"}, id="of another name"),
            pytest.param({"source": "certbot"}, id="of another tool"),
            pytest.param({"region": "cn-northwest-1"}, id="of another region"),
        ],
    )
    def test_another_project_of_this_name_is_refused(self, adoption: dict[str, t.Any] | None) -> None:
        known = taken()
        known["adoption"] = {**known["adoption"], **adoption} if adoption else None
        with pytest.raises(RefusedError, match="in the store already and is not WebApp of ssl_plugin"):
            takeover.taken(known, seen(), DEFINITION, CLAIM)

    def test_one_of_another_account_is_refused(self) -> None:
        known = {**taken(), "account": {"id": "222222222222", "partition": "aws-cn"}}
        with pytest.raises(RefusedError, match=r"belongs to AWS account .*222222222222.*nothing was changed"):
            takeover.taken(known, seen(), DEFINITION, CLAIM)

    def test_one_that_another_run_holds_is_refused_and_ones_own_is_taken_again(self) -> None:
        with pytest.raises(RefusedError, match="project WebApp is held by run run-a on node1"):
            takeover.taken(taken(), seen(), DEFINITION, OTHER)
        again: t.Any = takeover.taken(taken(), seen(), DEFINITION, CLAIM).document
        assert again["fence"] == taken()["fence"]


class TestHeld:
    @pytest.mark.parametrize("document", [None, fakes.document()], ids=["gone", "not adopted"])
    def test_what_was_not_adopted_is_refused(self, document: t.Any) -> None:
        with pytest.raises(RefusedError, match="not in the store, or it was not adopted"):
            takeover.held(document, CLAIM)

    def test_what_the_scheduler_was_like_is_noted_before_it_is_stopped(self) -> None:
        found: t.Any = takeover.stopping(taken(), CLAIM, scheduler()).document
        assert found["adoption"]["former"]["rules"] == [{"name": "timer", "state": "ENABLED"}]

    @pytest.mark.parametrize("document", [None, fakes.document()], ids=["gone", "free"])
    def test_nothing_is_noted_in_what_is_not_held(self, document: t.Any) -> None:
        for step in (
            lambda: takeover.noted(document, CLAIM, taken()["adoption"]),
            lambda: takeover.returned(document, CLAIM),
            lambda: takeover.running(document, CLAIM),
        ):
            with pytest.raises(RefusedError, match="no longer holds the project"):
                step()

    def test_nothing_is_noted_in_what_another_run_holds(self) -> None:
        with pytest.raises(RefusedError, match="no longer holds the project"):
            takeover.noted(taken(), OTHER, taken()["adoption"])

    def test_a_note_renews_the_lock_and_the_last_one_gives_the_project_free(self) -> None:
        later = fakes.claim("adopt", now=NOW + timedelta(minutes=10))
        noted: t.Any = takeover.noted(taken(), later, taken()["adoption"]).document
        assert noted["lock"]["expires_at"] == times.to_text(NOW + timedelta(minutes=10, hours=1))
        last: t.Any = takeover.noted(taken(), later, taken()["adoption"], is_last=True).document
        assert last["lock"] is None

    def test_only_ones_own_lock_is_released(self) -> None:
        assert t.cast("t.Any", takeover.released(taken(), CLAIM).document)["lock"] is None
        assert takeover.released(taken(), OTHER).document == taken()
        assert takeover.released(fakes.document(), CLAIM).document == fakes.document()
        assert takeover.released(None, CLAIM).document is None


class TestFinished:
    def test_the_one_in_service_is_the_certificate_and_the_other_is_superseded(self) -> None:
        found = finished()
        assert (found["certificate"]["name"], [one["name"] for one in found["superseded"]]) == ("c2", ["c1"])
        assert (found["lock"], found["adoption"]["phase"], found["last_run"]) == (None, "done", None)
        assert found["certificate"]["adopted"]["domains"] == DEFINITION["domains"]
        assert found["certificate"]["deployed"] == {
            "at": times.to_text(NOW), "bind": DEFINITION["bind"], "distributions": DEFINITION["distributions"],
        }  # fmt: skip

    def test_without_one_in_service_there_is_nothing_to_adopt(self) -> None:
        with pytest.raises(ConfigError, match="WebApp has no certificate in service"):
            finished(seen(certificates=[]))

    def test_each_certificate_has_the_copy_of_its_own_bundle(self) -> None:
        copies = {
            "s3://b/1": {"uri": "file:///a/1.tar.gz", "fingerprint_sha256": f"{1:064x}"},
            "s3://b/0": None,
            "s3://b/2": {"uri": "file:///a/2.tar.gz", "fingerprint_sha256": f"{2:064x}"},
        }
        found = finished(bundles=copies)
        assert found["certificate"]["archive_uri"] == "file:///a/2.tar.gz"
        assert found["superseded"][0]["archive_uri"] == "file:///a/1.tar.gz"
        assert finished(bundles={"s3://b/1": copies["s3://b/1"]})["certificate"]["archive_uri"] is None

    def test_what_moved_has_its_new_path_and_what_did_not_its_old_one(self) -> None:
        found = finished(paths={"ASCA2": {"name": "c2", "path": "/cloudfront/cn-north-1/WebApp-CertBot/"}})
        moved, other = found["certificate"], found["superseded"][0]
        assert moved["path"] == "/cloudfront/certops/WebApp/"
        assert moved["arn"] == f"arn:aws-cn:iam::{ACCOUNT}:server-certificate/cloudfront/certops/WebApp/c2"
        assert other["path"] == "/cloudfront/cn-north-1/WebApp-CertBot/"
        assert other["arn"] == certificate(1)["arn"]

    def test_one_of_acm_stays_under_its_arn(self) -> None:
        arn = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1"
        in_acm: SeenCertificate = {**certificate(1, ["E1"]), "store": "acm", "arn": arn, "path": ""}
        found = finished(seen(in_acm), {**DEFINITION, "source": "acm"})["certificate"]
        assert (found["store"], found["arn"], found["id"]) == ("acm", arn, None)
        assert (found["copies"], found["source"]) == ([{"region": "us-east-1", "arn": arn}], "acm")
        assert "source" not in finished()["certificate"]

    def test_only_the_ca_that_issued_it_is_asked_when_to_renew_it(self) -> None:
        theirs: SeenCertificate = {**certificate(1, ["E1"]), "authority_key_id": "ab"}
        own: SeenCertificate = {**theirs, "issuer": "CN=Own"}
        definition = {**DEFINITION, "acme_directory": "letsencrypt"}
        assert finished(seen(theirs), definition)["certificate"]["authority_key_id"] == "ab"
        assert finished(seen(own), definition)["certificate"]["authority_key_id"] == ""

    def test_what_was_issued_lately_counts_for_the_limits_of_the_ca(self) -> None:
        at = {1: NOW - timedelta(days=7, seconds=1), 2: NOW - timedelta(days=7)}
        dated = [
            t.cast("SeenCertificate", {**certificate(n, ["E1"] if n == 2 else []), "upload_date": times.to_text(at[n])})
            for n in at
        ]
        (issued,) = finished(seen(*dated))["issued"]
        assert (issued["serial"], issued["at"], issued["exempt"]) == ("2", times.to_text(at[2]), None)
        undated = t.cast("SeenCertificate", {**dated[1], "upload_date": None})
        assert finished(seen(undated))["certificate"]["issued_at"] == undated["not_before"]

    def test_while_a_distribution_is_still_changing_nothing_is_said_to_be_deployed(self) -> None:
        assert finished(seen(certificate(1, ["E1"], done=False)))["certificate"]["deployed"] is None

    @pytest.mark.parametrize(
        ("topic", "expected"), [("arn:aws-cn:sns:cn-north-1:1:theirs", ["ops@example.com"]), (None, [])]
    )
    def test_who_hears_of_it_already_is_known_where_the_topic_stays(
        self, topic: str | None, expected: list[str]
    ) -> None:
        told = [
            {"protocol": "email", "endpoint": "ops@example.com", "status": "confirmed"},
            {"protocol": "sms", "endpoint": "a@example.com", "status": "confirmed"},
            {"protocol": "email", "endpoint": "z@example.com", "status": "confirmed"},
        ]
        theirs = "arn:aws-cn:sns:cn-north-1:1:theirs"
        definition = {**DEFINITION, "sns_topic": topic, "emails": ["ops@example.com", "a@example.com"]}
        assert finished(seen(topic=theirs, subscriptions=told), definition)["subscribed"] == expected

    def test_check_mode_shows_the_same(self) -> None:
        adoption = taken()["adoption"]
        assert takeover.rehearsed(None, CLAIM, seen(), adoption, DEFINITION).document == finished()


class TestWayBack:
    def test_a_document_is_gone_unless_it_has_to_remember_how_to_start_their_tool(self) -> None:
        held = taken()
        assert takeover.returned(held, CLAIM).document is None
        held["adoption"] = record.stopping(held["adoption"], scheduler())
        returned: t.Any = takeover.returned(held, CLAIM).document
        assert (returned["adoption"]["phase"], returned["lock"]) == ("returned", None)
        assert takeover.running({**returned, "lock": held["lock"]}, CLAIM).document is None

    def test_once_their_tool_runs_a_document_that_is_ours_stays(self) -> None:
        held = taken()
        held["adoption"] = {**record.stopping(held["adoption"], scheduler()), "stopped_at": times.to_text(NOW)}
        found: t.Any = takeover.running(held, CLAIM).document
        assert (found["adoption"]["former"], found["adoption"]["stopped_at"], found["lock"]) == (None, None, None)
        assert takeover.running({**held, "adoption": None}, CLAIM).document is None

    @pytest.mark.parametrize(
        ("paths", "is_renewed", "force", "is_refused"),
        [
            ({"ASCA2": {}}, False, False, False),
            ({}, False, False, False),
            ({"ASCA2": {}}, True, False, False),
            ({"ASCA1": {}}, True, False, True),
            ({}, True, False, True),
            ({}, True, True, False),
        ],
    )
    def test_the_way_back_is_closed_since_a_renewal(
        self, paths: dict[str, t.Any], is_renewed: bool, force: bool, is_refused: bool
    ) -> None:
        found = finished()
        found["certificate"] = {**found["certificate"], **({"adopted": None} if is_renewed else {})}
        found["adoption"] = {**found["adoption"], "paths": paths}
        if is_refused:
            with pytest.raises(RefusedError, match="has been renewed since its adoption"):
                takeover.refuse_return(found, force)
        else:
            takeover.refuse_return(found, force)

    def test_before_the_end_the_way_back_is_open_and_what_was_not_adopted_has_none(self) -> None:
        takeover.refuse_return(taken(), force=False)
        with pytest.raises(RefusedError, match="project webapp was not adopted"):
            takeover.refuse_return(t.cast("t.Any", fakes.document()), force=True)


class TestRefuseMove:
    @pytest.mark.parametrize(
        ("given", "version", "must", "match"),
        [
            pytest.param({}, "v2", True, "is not stopped: it would run next at 2026-12-01", id="it runs"),
            pytest.param({"next_run_at": None}, "v2", True, "run next at an unknown time", id="nobody knows when"),
            pytest.param({"stopped": True}, "v2", True, None, id="it is stopped"),
            pytest.param({"by_hand": "the crontab"}, "v2", True, None, id="only a person can stop it"),
            pytest.param({}, "v2", False, None, id="it may run"),
            pytest.param({}, "v1_file", False, "deletes by name whatever the path is", id="it deletes by name"),
            pytest.param({"stopped": True}, "v1_file", False, None, id="it deletes by name and is stopped"),
        ],
    )
    def test_a_tool_that_runs_is_stopped_first(
        self, given: dict[str, t.Any], version: str, must: bool, match: str | None
    ) -> None:
        found = seen(scheduler=scheduler(**given), version=version)
        if match is None:
            takeover.refuse_move(found, taken()["adoption"], must)
        else:
            with pytest.raises(RefusedError, match=match):
                takeover.refuse_move(found, taken()["adoption"], must)

    def test_without_a_scheduler_there_is_nothing_to_stop(self) -> None:
        takeover.refuse_move(seen(scheduler=None, version="v1_file"), taken()["adoption"], must_be_stopped=True)

    @pytest.mark.parametrize(("seconds", "is_refused"), [(-1, False), (0, False), (1, True)])
    def test_what_was_stopped_is_read_again_after_that(self, seconds: int, is_refused: bool) -> None:
        stopped = {**taken()["adoption"], "stopped_at": times.to_text(NOW + timedelta(seconds=seconds))}
        if is_refused:
            with pytest.raises(RefusedError, match="before it was stopped"):
                takeover.refuse_move(seen(scheduler=scheduler()), stopped, must_be_stopped=True)
        else:
            takeover.refuse_move(seen(scheduler=scheduler()), stopped, must_be_stopped=True)


def test_the_account_of_the_caller_is_compared() -> None:
    takeover.refuse_other_account(taken(), AwsAccount(ACCOUNT, "aws-cn"))
    with pytest.raises(RefusedError, match="nothing was changed"):
        takeover.refuse_other_account(taken(), AwsAccount(ACCOUNT, "aws"))


def test_our_tags_come_before_those_of_the_definition() -> None:
    given: t.Any = {**DEFINITION, "tags": {"team": "web", "managed-by": "somebody"}}
    found = takeover.tags("WebApp", given)
    assert found["team"] == "web"
    assert found["managed-by"] == "certops.cloudfront"
    assert "WebApp" in found.values()
