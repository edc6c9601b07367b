# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a fleet: over a store and listings in memory."""

from __future__ import annotations

import json
import time
import typing as t
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.base import Store
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_store import FileStore
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.certificates import AcmSummary
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import (
    admission,
    forecast,
    mass_change,
    needs,
    room,
    selection,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.given import Given
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import document as project_document
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import StoredCertificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError, RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.fleet import survey
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.fleet.listings import Aws
from ansible_collections.certops.cloudfront.plugins.modules import project_plan
from unit.fakes.calls import refused_by_aws
from unit.fakes.clock import FakeClock
from unit.fakes.projects import NOW, certificate, definition, document, failing, unfinished
from unit.fakes.store import FakeStore

DOMAINS = ["example.com", "*.example.com"]

HERE = AwsAccount("123456789012", "aws")


@dataclass
class Listings:
    """Stands for IAM, CloudFront and STS; notes what is asked."""

    certificates: tuple[StoredCertificate, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    quota: tuple[int, int] = (1, 20)
    calls: list[str] = field(default_factory=list)
    refused: RemoteError | None = None
    account: AwsAccount = HERE
    acm: tuple[AcmSummary, ...] = ()

    def get_caller_identity(self) -> AwsAccount:
        self.calls.append("GetCallerIdentity")
        return self.account

    def list_server_certificates(self, path: str = "/") -> tuple[StoredCertificate, ...]:
        self.calls.append(f"ListServerCertificates {path}")
        return self.certificates

    def list_distributions(self) -> tuple[Distribution, ...]:
        self.calls.append("ListDistributions")
        if self.refused is not None:
            raise self.refused
        return self.distributions

    def in_region(self, region: str) -> Listings:
        self.calls.append(region)
        return self

    def list_certificates(self) -> tuple[AcmSummary, ...]:
        self.calls.append("ListCertificates")
        return self.acm

    def get_resources(self, kind: str, tags: t.Mapping[str, str]) -> dict[str, dict[str, str]]:
        assert (kind, tags) == ("acm:certificate", {"managed-by": "certops.cloudfront"})
        self.calls.append("GetResources")
        return {one.arn: {"certops:project": "webapp"} for one in self.acm}

    def get_server_certificate_quota(self) -> tuple[int, int]:
        self.calls.append("GetAccountSummary")
        return self.quota


def put(store: Store, name: str = "webapp", **changes: t.Any) -> None:
    store.write(name, {**document(**changes), "name": name}, None)


def plan(
    store: Store, listings: Listings | None = None, others: t.Mapping[str | None, Store] | None = None, **params: t.Any
) -> Outcome:
    given = {key: spec.get("default") for key, spec in project_plan.ARGUMENT_SPEC.items()} | params
    aws = (
        Aws(
            iam=t.cast("t.Any", listings),
            cloudfront=t.cast("t.Any", listings),
            sts=t.cast("t.Any", listings),
            acm=lambda region: t.cast("t.Any", listings.in_region(region)),
            tagging=lambda region: t.cast("t.Any", listings.in_region(region)),
        )
        if listings
        else None
    )
    clients = project_plan.Clients(stores={None: store, **(others or {})}, aws=aws)
    # These projects are more than a CA would take in a day; test_project_plan_limits.py is about that.
    request = replace(project_plan.parse(Params(given, NOW, check_mode=False)), limits={})
    return project_plan.run(request, clients, FakeClock(NOW), check_mode=False)


def actions(outcome: Outcome) -> dict[str, str]:
    return {row["name"]: row["action"] for row in outcome.result["projects"]}


@dataclass
class AwayStore(FakeStore):
    """A store that does not answer."""

    def read(self, name: str) -> t.NoReturn:
        raise RemoteError("there is no such bucket", service="s3", operation="GetObject")


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


class TestAcm:
    ARN = "arn:aws:acm:us-east-1:123456789012:certificate/{}"

    def recorded(self, number: int) -> dict[str, t.Any]:
        arn = self.ARN.format(number)
        copies = [{"region": "us-east-1", "arn": arn}]
        return certificate(number=number, store="acm", id=None, arn=arn, copies=copies)

    def listed(self, number: int, **given: t.Any) -> AcmSummary:
        fields = {"key_type": "ecdsa_p256", "status": "ISSUED", "type": "IMPORTED", **given}
        return AcmSummary(self.ARN.format(number), ("example.com",), **fields)

    def put(self, store: Store, number: int = 1, **changes: t.Any) -> None:
        put(store, definition=definition(certificate_store="acm"), certificate=self.recorded(number), **changes)

    def test_its_projects_cost_one_listing_of_the_region(self, store: FakeStore) -> None:
        self.put(store)
        listings = Listings(acm=(self.listed(1),))
        assert actions(plan(store, listings)) == {"webapp": "none"}
        assert sorted(listings.calls) == ["GetCallerIdentity", "ListCertificates", "ListDistributions", "us-east-1"]

    def test_one_that_was_exported_is_in_service_too(self, store: FakeStore) -> None:
        origin = {"source": "acm", "source_arn": self.ARN.format(1)}
        put(store, definition=definition(source="acm", acm_export=True), certificate=certificate(**origin))
        listings = Listings(acm=(self.listed(1),))
        plan(store, listings)
        assert "ListCertificates" in listings.calls
        assert "GetResources" not in listings.calls

    @pytest.mark.parametrize("more", [{}, {"superseded": [3]}])
    def test_what_is_there_beside_them_costs_one_listing_of_tags(
        self, store: FakeStore, more: dict[str, list[int]]
    ) -> None:
        self.put(store, superseded=[self.recorded(number) for number in more.get("superseded", [])])
        listings = Listings(acm=(self.listed(1), self.listed(3)))
        plan(store, listings)
        assert listings.calls.count("GetResources") == 1

    def test_one_that_is_gone_is_brought_back(self, store: FakeStore) -> None:
        self.put(store)
        planned = plan(store, Listings()).result["projects"][0]
        assert (planned["action"], planned["reason"]) == (
            "rebind",
            f"{self.ARN.format(1)} is no longer in ACM; it is restored from the archive",
        )

    def test_a_distribution_that_went_back_is_rebound(self, store: FakeStore) -> None:
        self.put(store, 2, superseded=[self.recorded(1)])
        astray = Distribution("E1", viewer={"ACMCertificateArn": self.ARN.format(1)}, aliases=("example.com",))
        planned = plan(store, Listings(acm=(self.listed(1), self.listed(2)), distributions=(astray,)))
        assert actions(planned) == {"webapp": "rebind"}

    @pytest.mark.parametrize(
        ("more", "named"),
        [
            pytest.param({}, [ARN.format(3)], id="an orphan"),
            pytest.param({"in_use": True}, [], id="one that something uses"),
            pytest.param({"status": "PENDING_VALIDATION"}, [], id="one that a run waits for"),
        ],
    )
    def test_what_no_record_names_is_left_over(
        self, store: FakeStore, more: dict[str, t.Any], named: list[str]
    ) -> None:
        self.put(store)
        planned = plan(store, Listings(acm=(self.listed(1), self.listed(3, **more))))
        assert planned.result["projects"][0]["orphans"] == named

    def test_what_a_renewal_under_the_same_arn_replaced_is_no_leftover(self, store: FakeStore) -> None:
        self.put(store, superseded=[{**self.recorded(2), "arn": self.ARN.format(1), "copies": []}])
        planned = plan(store, Listings(acm=(self.listed(1),))).result["projects"][0]
        assert (planned["action"], planned["unused"]) == ("none", [])


class TestTheListings:
    """Nobody looks at what AWS has for projects that are worked on anyway: a run that is continued costs what was
    missing."""

    def test_are_read_if_one_project_rests(self, store: FakeStore) -> None:
        put(store, certificate=certificate())
        put(store, "fresh")
        listings = Listings()
        plan(store, listings)
        assert sorted(call.partition(" ")[0] for call in listings.calls) == [
            "GetAccountSummary",
            "GetCallerIdentity",
            "ListDistributions",
            "ListServerCertificates",
        ]

    def test_are_not_read_if_all_are_worked_on(self, store: FakeStore) -> None:
        put(store)
        listings = Listings(quota=(7, 20))
        outcome = plan(store, listings)
        assert listings.calls == ["GetCallerIdentity", "GetAccountSummary"]
        assert outcome.result["limits"]["iam"]["used"] == 7


class TestAWholeStore:
    def test_all_projects_are_planned_and_those_due_are_selected(self, store: FakeStore) -> None:
        put(store, "rests", certificate=certificate(1))
        put(store, "due", certificate=certificate(45))
        put(store, "waits", certificate=certificate(45), renewal=failing(1, timedelta(hours=1)))
        found = plan(store)
        assert actions(found) == {"due": "renew", "waits": "wait", "rests": "none"}
        assert [row["name"] for row in found.result["attention"]] == ["waits"]
        (selected,) = found.result["selected"]
        assert (selected["name"], selected["host"], selected["action"]) == ("due", "due", "renew")
        assert selected["role_vars"]["project_domains"] == DOMAINS
        assert selected["role_vars"]["project_store"] == store.uri
        assert (found.changed, store.writes) == (False, 3)

    def test_a_run_that_has_its_order_already_needs_no_room_for_another(self, store: FakeStore) -> None:
        begun = unfinished("renew", "ordering", run="renew", order_url="https://ca.example/order/1")
        put(store, certificate=certificate(age_days=60), journal=begun)
        listings = Listings()
        found = plan(store, listings)
        assert (actions(found), listings.calls) == ({"webapp": "resume"}, ["GetCallerIdentity"])

    def test_an_empty_store_is_planned_without_a_call(self, store: FakeStore) -> None:
        listings = Listings()
        found = plan(store, listings)
        assert (found.result["projects"], found.result["summary"]["total"], listings.calls) == ([], 0, [])
        assert found.warnings == (
            f"{store.uri} contains no project; if it should contain some, correct the store (project_store)",
        )

    def test_a_corrupt_document_fails_alone(self, tmp_path: Path) -> None:
        files = FileStore(tmp_path)
        put(files, certificate=certificate(1))
        put(files, "odd", certificate=certificate(1), definition={**definition(), "renewal_interval_days": "soon"})
        (tmp_path / "cut.json").write_bytes(b'{"schema')
        (tmp_path / "later.json").write_text(json.dumps({**document(), "name": "later", "schema": 2}))
        found = plan(files)
        assert actions(found) == {"webapp": "none"}
        assert [row["name"] for row in found.result["broken"]] == ["cut", "later", "odd"]
        errors = [row["error"] for row in found.result["broken"]]
        assert "cut.json is not valid JSON" in errors[0]
        assert "upgrade the collection" in errors[1]
        assert "renewal_interval_days is 'soon'" in errors[2]

    def test_documents_of_several_versions_are_planned_together(self, tmp_path: Path) -> None:
        files = FileStore(tmp_path)
        put(files, certificate=certificate(1))
        (tmp_path / "old.json").write_text(
            json.dumps({"name": "old", "definition": {"domains": "a.example.com, b.example.com"}})
        )
        found = plan(files)
        assert actions(found) == {"old": "issue", "webapp": "none"}
        assert found.result["selected"][0]["role_vars"]["project_domains"] == ["a.example.com", "b.example.com"]

    def test_one_bad_project_of_fifty_harms_none(self, tmp_path: Path) -> None:
        files = FileStore(tmp_path)
        for number in range(50):
            put(files, f"p{number:02}", certificate=certificate(45))
        (tmp_path / "p17.json").write_bytes(b"\x00")
        found = plan(files)
        assert len(found.result["selected"]) == 49
        assert [row["name"] for row in found.result["broken"]] == ["p17"]

    def test_a_thousand_projects_take_the_listings_of_one_and_time_by_their_number(self, tmp_path: Path) -> None:
        few, many = (self.planned(tmp_path / str(count), count) for count in (125, 1000))
        assert many[1].calls == few[1].calls
        assert len(many[1].calls) == 4
        # eight times as many; what looks at each for each would take 64 times as long
        assert many[0] < 30 * few[0]

    def planned(self, store: Path, count: int) -> tuple[float, Listings]:
        """The CPU time of a plan in which so many projects rest, and what it asked for."""
        store.mkdir()
        for number in range(count):
            (store / f"p{number}.json").write_text(
                json.dumps({**document(certificate=certificate(1, id=f"ASCA{number}")), "name": f"p{number}"})
            )
        certificates = tuple(
            StoredCertificate(f"p{number}", f"/cloudfront/certops/p{number}/", f"ASCA{number}")
            for number in range(count)
        )
        distributions = tuple(
            Distribution(f"E{number}", aliases=("example.com",), viewer={"IAMCertificateId": f"ASCA{number}"})
            for number in range(count)
        )
        listings = Listings(certificates, distributions)
        began = time.process_time()
        found = plan(FileStore(store), listings)
        assert found.result["summary"]["actions"] == {"none": count}
        return time.process_time() - began, listings


class TestListings:
    def test_each_is_asked_for_once(self, store: FakeStore) -> None:
        for number in range(30):
            put(store, f"p{number}", certificate=certificate(1))
        listings = Listings(certificates=in_iam(1))
        plan(store, listings)
        assert sorted(listings.calls) == [
            "GetAccountSummary",
            "GetCallerIdentity",
            "ListDistributions",
            "ListServerCertificates /",
        ]

    def test_one_that_fails_is_no_empty_one(self, store: FakeStore) -> None:
        put(store, certificate=certificate(1))
        found = plan(store, Listings(refused=refused_by_aws("AccessDenied")))
        assert actions(found) == {"webapp": "none"}
        assert found.result["limits"]["iam"]["room"] is None
        assert "could not be listed, so the plan relies on the records alone" in found.warnings[0]

    def test_without_observation_nothing_is_asked(self, store: FakeStore) -> None:
        put(store, certificate=certificate(1))
        assert actions(plan(store, None, observe=False)) == {"webapp": "none"}

    def test_the_selection_says_what_it_takes_of_limits(self, store: FakeStore) -> None:
        put(store, "one", certificate=certificate(45))
        put(store, "two")
        put(store, "rests", certificate=certificate(1))
        bound = Distribution("E1", aliases=("example.com",), viewer={"IAMCertificateId": "ASCA1"})
        found = plan(
            store,
            Listings((StoredCertificate("webapp-1", "/cloudfront/certops/one/", "ASCA1"),), (bound,), (18, 20)),
            states=["due", "pending"],
        )
        limits = found.result["limits"]
        assert limits["orders"] == {"https://acme-v02.api.letsencrypt.org/directory": 2}
        assert limits["iam"] == {"used": 18, "allowed": 20, "room": 2, "uploads": 2, "kept": 1}
        assert limits["calls"]["route53"] == 7
        assert set(limits["calls"]) == {"acme", "cloudfront", "iam", "route53", "sns"}

    def test_the_selection_warns_of_a_renewal_without_room(self, store: FakeStore) -> None:
        put(store, certificate=certificate(45))
        found = plan(store, Listings(quota=(20, 20)))
        assert "IAM holds 20 of 20 server certificates" in found.warnings[0]


def in_iam(*numbers: int) -> tuple[StoredCertificate, ...]:
    return tuple(
        StoredCertificate(name=f"p{one}", path=f"/cloudfront/certops/p{one}/", id=f"ASCA{one}") for one in numbers
    )


class TestIdentity:
    """A project belongs to one account; what a plan for another one finds due fails, and nothing is done to it."""

    OTHER = AwsAccount("999999999999", "aws")
    CHINA = AwsAccount("123456789012", "aws-cn")
    ELSEWHERE: t.ClassVar[dict[str, str]] = {"id": "999999999999", "partition": "aws"}

    @pytest.mark.parametrize("caller", [OTHER, CHINA], ids=["account", "partition"])
    def test_the_wrong_one_fails_every_project_even_those_that_rest(self, store: FakeStore, caller: AwsAccount) -> None:
        put(store, "rests", certificate=certificate(1))
        put(store, "due", certificate=certificate(45))
        found = plan(store, Listings(account=caller))
        assert (found.result["selected"], found.result["projects"]) == ([], [])
        errors = {row["name"]: row["error"] for row in found.result["broken"]}
        assert set(errors) == {"due", "rests"}
        assert "belongs to AWS account 123456789012 (aws), but the credentials are those of" in errors["due"]

    def test_of_a_store_with_several_accounts_only_those_that_are_due_elsewhere_fail(self, store: FakeStore) -> None:
        put(store, "here", certificate=certificate(45))
        put(store, "resting", certificate=certificate(1, number=2), account=self.ELSEWHERE)
        put(store, "foreign", certificate=certificate(45, number=3), account=self.ELSEWHERE)
        found = plan(store, Listings(certificates=in_iam(1)))
        assert [row["name"] for row in found.result["selected"]] == ["here"]
        assert [row["name"] for row in found.result["broken"]] == ["foreign"]
        assert actions(found)["resting"] == "none"

    def test_a_project_that_moves_is_due_and_its_run_is_told_so(self, store: FakeStore) -> None:
        put(store, certificate=certificate(1))
        given = [{"project_name": "webapp", "project_account_change": True}]
        found = plan(store, Listings(account=self.OTHER), definitions=given)
        (selected,) = found.result["selected"]
        assert selected["reason"] == "it moves from account 123456789012 (aws) to 999999999999 (aws)"
        assert selected["role_vars"]["project_account_change"] is True

    def test_a_project_that_does_not_move_is_told_nothing_of_it(self, store: FakeStore) -> None:
        put(store, certificate=certificate(45))
        found = plan(store, Listings(certificates=in_iam(1)), names=["webapp"])
        assert "project_account_change" not in found.result["selected"][0]["role_vars"]

    def test_an_account_that_sts_does_not_tell_is_a_warning_and_nothing_is_listed(
        self, store: FakeStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_self: Listings) -> AwsAccount:
            raise refused_by_aws("ServiceUnavailable")

        monkeypatch.setattr(Listings, "get_caller_identity", refuse)
        put(store, certificate=certificate(45))
        listings = Listings()
        found = plan(store, listings)
        assert [row["name"] for row in found.result["selected"]] == ["webapp"]
        assert found.warnings[0].startswith("the AWS account of the credentials is not known")
        assert listings.calls == ["GetAccountSummary"]


class TestAMassLoss:
    def lose(self, store: FakeStore) -> None:
        for number in range(1, 4):
            put(store, f"p{number}", certificate=certificate(45 * (number % 2), number=number))

    @pytest.mark.parametrize("run", ["renew", "reissue"])
    def test_is_refused_as_a_whole(self, store: FakeStore, run: str) -> None:
        self.lose(store)
        with pytest.raises(RefusedError, match="2 of 3 projects have lost their server certificates") as caught:
            plan(store, Listings(certificates=in_iam(2)), run=run)
        assert caught.value.details["lost"] == ["p1", "p3"]

    def test_is_seen_if_all_projects_are_due_anyway(self, store: FakeStore) -> None:
        for number in (1, 2):
            put(store, f"p{number}", certificate=certificate(45, number=number))
        with pytest.raises(RefusedError, match="2 of 2 projects"):
            plan(store, Listings())

    def test_is_put_right_if_a_person_says_so(self, store: FakeStore) -> None:
        self.lose(store)
        found = plan(store, Listings(), accept_mass_change=True)
        assert actions(found) == {"p1": "renew", "p2": "rebind", "p3": "renew"}

    def test_of_a_few_is_put_right(self, store: FakeStore) -> None:
        self.lose(store)
        found = plan(store, Listings(certificates=in_iam(1, 3)))
        assert actions(found)["p2"] == "rebind"


class TestRoom:
    def test_new_projects_without_a_place_are_held_back_and_none_of_them_fails(self, store: FakeStore) -> None:
        for number in range(300):
            put(store, f"p{number:03}")
        found = plan(store, Listings(quota=(11, 20)))
        assert len(found.result["selected"]) == 9
        assert (found.result["summary"]["without_room"], found.result["broken"], found.warnings) == (291, [], ())
        assert len(found.result["attention"]) == 291


class TestNames:
    def test_only_these_are_planned(self, store: FakeStore) -> None:
        for name in ("one", "two", "three"):
            put(store, name, certificate=certificate(1))
        assert actions(plan(store, names=["two", "one", "two"])) == {"one": "none", "two": "none"}

    def test_what_no_store_knows_or_no_project_can_be_called_fails_alone(self, store: FakeStore) -> None:
        put(store, certificate=certificate(1))
        found = plan(store, names=["webapp", "nope", "a b"])
        assert actions(found) == {"webapp": "none"}
        errors = {row["name"]: row["error"] for row in found.result["broken"]}
        assert errors["nope"].startswith("project nope is not in memory://store; create it, or")
        assert "'a b' is not a valid project name" in errors["a b"]

    def test_many_names_are_read_in_one_scan(self, store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
        names = [f"p{number}" for number in range(survey.FEW + 1)]
        for name in [*names, "other"]:
            put(store, name, certificate=certificate(1))
        monkeypatch.setattr(store, "read", None)
        assert set(actions(plan(store, names=names))) == set(names)

    def test_no_names_select_nothing(self, store: FakeStore) -> None:
        put(store)
        assert plan(store, names=[]).result["summary"]["total"] == 0


def given(name: str = "webapp", **more: t.Any) -> dict[str, t.Any]:
    return {"project_name": name, "project_domains": DOMAINS, **more}


BAD = pytest.mark.parametrize("error", [RuntimeError("boom\n\tboom"), OverflowError("far"), RecursionError("deep")])


class TestIsolation:
    """Whatever exception one project ends in, wherever that happens, the others are planned."""

    @BAD
    @pytest.mark.parametrize(
        ("owner", "function"),
        [
            pytest.param(survey.project_updates, "checked", id="reading"),
            pytest.param(project_document, "renewal_info", id="renewal information"),
            pytest.param(project_document, "slowest_schedule", id="pace"),
            pytest.param(needs, "judge", id="judging"),
            pytest.param(selection, "_has_tags", id="choosing"),
            pytest.param(forecast, "calls", id="counting calls"),
            pytest.param(room, "stays", id="counting places"),
            pytest.param(mass_change, "standing", id="looking for it in the listing"),
            pytest.param(admission, "_orders", id="limits of the CA"),
        ],
    )
    def test_of_a_project_is_its_failure_in_one_line(
        self, store: FakeStore, error: Exception, owner: t.Any, function: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("bad", "due", "more"):
            put(store, name, certificate=certificate(45))
        real = getattr(owner, function)

        def failing(*given: t.Any) -> t.Any:
            if any("'bad'" in repr(each) for each in given if not isinstance(each, FakeStore)):
                raise error
            return real(*given)

        monkeypatch.setattr(owner, function, failing)
        found = plan(store, Listings(certificates=in_iam(1)), schedule_interval_hours=1.0)
        assert actions(found) == {"due": "renew", "more": "renew"}
        (broken,) = found.result["broken"]
        assert broken["name"] == "bad"
        assert type(error).__name__ in broken["error"]
        assert "\n" not in broken["error"]
        assert len(found.result["selected"]) == 2

    @BAD
    def test_of_a_definition_is_its_failure(
        self, store: FakeStore, error: Exception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = Given.definition

        def failing(one: Given, *given: t.Any) -> t.Any:
            if one.name == "bad":
                raise error
            return real(one, *given)

        monkeypatch.setattr(Given, "definition", failing)
        definitions = [{"project_name": name, "project_domains": ["example.com"]} for name in ("bad", "new")]
        found = plan(store, run="converge", definitions=definitions)
        assert actions(found) == {"new": "issue"}
        assert [row["name"] for row in found.result["broken"]] == ["bad"]

    @BAD
    def test_of_what_a_project_was_issued_leaves_the_counting_of_the_others(
        self, store: FakeStore, error: Exception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failing(_admission: t.Any, _document: t.Any) -> t.Any:
            raise error

        put(store, "due", certificate=certificate(45))
        monkeypatch.setattr(admission.Admission, "_failed", failing)
        assert actions(plan(store)) == {"due": "renew"}


class TestDefinitions:
    @pytest.fixture(autouse=True)
    def plain_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("CERTOPS_ACME_DIRECTORY", "CERTOPS_ACME_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)

    def converge(self, store: Store, *definitions: dict[str, t.Any], **params: t.Any) -> Outcome:
        return plan(store, run="converge", definitions=list(definitions), **params)

    def keep(self, store: Store, name: str = "webapp", **changes: t.Any) -> None:
        """A project as a run leaves it that has the definition of ``given``."""
        values = {**definition(), "archive": survey.environment_defaults()["archive"], "sns_topic": f"certops-{name}"}
        put(store, name, certificate=certificate(1), definition=values, **changes)

    def test_what_is_not_in_the_store_is_to_be_issued(self, store: FakeStore) -> None:
        found = self.converge(store, given("one"), given("two"))
        assert actions(found) == {"one": "issue", "two": "issue"}
        assert [(row["name"], row["definition"]) for row in found.result["selected"]] == [("one", 0), ("two", 1)]

    def test_what_did_not_change_is_not_selected(self, store: FakeStore) -> None:
        self.keep(store)
        found = self.converge(store, given())
        assert (actions(found), found.result["selected"]) == ({"webapp": "none"}, [])

    @pytest.mark.parametrize(
        ("change", "action"),
        [
            pytest.param({"project_domains": ["example.com"]}, "reissue", id="names"),
            pytest.param({"project_key_type": "rsa_2048"}, "reissue", id="key type"),
            pytest.param({"project_bind": ["previous", "aliases"]}, "rebind", id="distributions"),
            pytest.param({"project_emails": ["ops@example.com"]}, "update", id="addresses"),
            pytest.param({"project_tags": {"team": "web"}}, "update", id="tags"),
            pytest.param({"project_renewal_interval_days": 29}, "update", id="interval"),
            pytest.param({"project_deploy_timeout": 5}, "none", id="what is no part of a definition"),
            pytest.param({"project_domains": "example.com, *.example.com"}, "none", id="the same, written differently"),
        ],
    )
    def test_what_a_changed_definition_asks_for(self, store: FakeStore, change: dict[str, t.Any], action: str) -> None:
        self.keep(store)
        assert actions(self.converge(store, given(**change))) == {"webapp": action}

    def test_addresses_that_are_still_to_be_unsubscribed_are_an_update(self, store: FakeStore) -> None:
        self.keep(store, subscribed=["left@example.com"])
        assert actions(self.converge(store, given())) == {"webapp": "update"}

    def test_a_bad_definition_fails_alone_with_all_of_its_problems(self, store: FakeStore) -> None:
        found = self.converge(
            store,
            given("good"),
            given("bad name", project_emails="nobody", project_key_type="dsa"),
            {"project_name": "none"},
        )
        assert actions(found) == {"good": "issue"}
        errors = {row["host"]: row["error"] for row in found.result["broken"]}
        assert list(errors) == ["bad_name", "none"]
        assert [
            word
            for word in (
                "'bad name' is not a valid project name",
                "'nobody' is not a valid e-mail address",
                "'dsa' is unknown",
            )
            if word not in errors["bad_name"]
        ] == []
        assert errors["none"] == "missing required arguments: project_domains"

    def test_of_a_name_that_is_defined_twice_both_definitions_fail_alone(self, store: FakeStore) -> None:
        found = self.converge(store, given(inventory_hostname="a"), given(inventory_hostname="b"), given("shop"))
        assert actions(found) == {"shop": "issue"}
        assert [row["host"] for row in found.result["broken"]] == ["a", "b"]
        error = "project webapp is defined 2 times (hosts a, b); list each name once"
        assert {row["error"] for row in found.result["broken"]} == {error}

    def test_what_the_store_has_beyond_the_definitions_is_named(self, store: FakeStore) -> None:
        self.keep(store)
        self.keep(store, "left")
        assert self.converge(store, given(), given("new")).result["without_definition"] == []
        found = self.converge(store, given(), given("new"), complete=True)
        assert (found.result["without_definition"], actions(found)) == (["left"], {"new": "issue", "webapp": "none"})

    def test_a_store_of_its_own_that_is_away_is_the_trouble_of_its_project(self, store: FakeStore) -> None:
        other = AwayStore(uri="s3://gone/store")
        found = self.converge(store, given(project_store=other.uri), given("shop"), others={other.uri: other})
        assert actions(found) == {"shop": "issue"}
        assert [(row["name"], row["error"]) for row in found.result["broken"]] == [
            ("webapp", "there is no such bucket")
        ]

    def test_variables_that_come_from_the_store_do_not_decide_where_keys_go(self, store: FakeStore) -> None:
        theirs = given(project_archive="file:///theirs", certops_names=["project_name", "project_record"])
        found = self.converge(store, theirs, given("shop", project_archive="file:///own"), archive="file:///ours")
        assert actions(found) == {"shop": "issue"}
        assert "keeps keys in file:///theirs, but project_archive is file:///ours" in found.result["broken"][0]["error"]
        same = given(project_archive="file:///ours", certops_names=["project_name", "project_record"])
        assert actions(self.converge(store, same, archive="file:///ours")) == {"webapp": "issue"}

    def test_a_definition_without_values_fails_alone(self, store: FakeStore) -> None:
        why = "project_domains: it has no value: 'domains' is undefined"
        nothing = {"project_name": "webapp", "certops_problems": [why], "inventory_hostname": "web"}
        for run in ("converge", "renew"):
            found = plan(store, run=run, definitions=[nothing, given("shop")])
            assert {row["host"]: row["error"] for row in found.result["broken"]}["web"] == why

    def test_names_without_the_prefix_do_as_well(self, store: FakeStore) -> None:
        assert actions(self.converge(store, {"name": "webapp", "domains": "example.com"})) == {"webapp": "issue"}

    def test_a_project_with_a_store_of_its_own_is_looked_for_there(self, store: FakeStore) -> None:
        other = FakeStore(uri="file:///other")
        self.keep(other)
        found = self.converge(
            store, given(project_store="file:///other"), given("shop"), others={"file:///other": other}
        )
        assert actions(found) == {"shop": "issue", "webapp": "none"}

    def test_a_store_that_cannot_be_is_a_problem_of_its_project(self, store: FakeStore) -> None:
        found = self.converge(store, given(project_store="http://example.com/"), given("shop"))
        assert actions(found) == {"shop": "issue"}
        assert "store 'http://example.com/' is not supported" in found.result["broken"][0]["error"]

    def test_to_renew_only_the_names_count(self, store: FakeStore) -> None:
        self.keep(store)
        assert actions(plan(store, definitions=[given(project_domains=["example.org"])])) == {"webapp": "none"}

    def test_to_reissue_names_and_definitions_may_be_mixed(self, store: FakeStore) -> None:
        self.keep(store)
        self.keep(store, "shop")
        assert actions(plan(store, run="reissue", definitions=[{"project_name": "shop"}, given()])) == {
            "shop": "reissue",
            "webapp": "reissue",
        }


class TestAnIncident:
    BEFORE = "2026-11-21T05:30:00Z"

    def test_repeated_runs_come_to_an_end(self, store: FakeStore) -> None:
        for number in range(4):
            put(store, f"p{number}", certificate=certificate(2 + number))
        put(store, "since", certificate=certificate(0.5))
        taken = []
        for _run in range(3):
            found = plan(store, run="reissue", issued_before=self.BEFORE, max_per_run=2)
            names = [one["name"] for one in found.result["selected"]]
            taken.append(names)
            for name in names:
                store.delete(name, t.cast("t.Any", store.read(name)).version)
                put(store, name, certificate=certificate(2, issued_at="2026-11-22T05:00:00Z"))
        assert taken == [["p3", "p2"], ["p1", "p0"], []]
        assert found.result["summary"]["due"] == 0

    def test_only_what_this_ca_issued_is_planned(self, store: FakeStore) -> None:
        put(store, "hers", certificate=certificate(2))
        put(store, "fallback", certificate=certificate(2, directory="https://acme.zerossl.com/v2/DV90"))
        put(store, "new")
        assert actions(plan(store, run="reissue", issued_by="zerossl")) == {"fallback": "reissue"}
        assert actions(plan(store, run="reissue", issued_by="letsencrypt")) == {"hers": "reissue"}

    def test_only_the_project_of_a_certificate_is_planned(self, store: FakeStore) -> None:
        old = certificate(40, number=3)
        put(store, "hers", certificate=certificate(31), superseded=[old])
        put(store, "other", certificate=certificate(31, number=2))
        for name in ("ASCA1", certificate(31)["arn"], "webapp-1", "ASCA3"):
            assert actions(plan(store, run="renew", certificate=name)) == {"hers": "renew"}
        assert actions(plan(store, run="renew", certificate="ASCA9")) == {}

    def test_a_certificate_that_no_certificate_is_called_is_refused(self, store: FakeStore) -> None:
        with pytest.raises(ConfigError, match=r"certificate: .* is not valid"):
            plan(store, run="renew", certificate="{{ lookup('pipe', 'id') }}")

    def test_a_time_that_is_still_to_come_is_refused(self, store: FakeStore) -> None:
        with pytest.raises(ConfigError, match="is in the future"):
            plan(store, run="reissue", issued_before="2026-11-22T05:30:01Z")

    def test_what_is_wrong_is_said_together(self, store: FakeStore) -> None:
        with pytest.raises(ConfigError) as caught:
            plan(store, run="renew", issued_before="soon", issued_by="nobody", max_per_run=0)
        for text in (
            "max_per_run: 0",
            "issued_by: 'nobody'",
            "issued_before: 'soon'",
            "works only with run=reissue, not with run=renew",
        ):
            assert text in caught.value.message


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        pytest.param({"max_per_run": 0}, "max_per_run: 0 is not a valid number of projects", id="a budget of nothing"),
        pytest.param({"store": "ftp://x"}, "store 'ftp://x' is not supported", id="a store"),
        pytest.param({"inventory_hosts": ["one"]}, "read where the playbook runs", id="hosts that nobody resolved"),
    ],
)
def test_options_that_cannot_work_are_refused(params: dict[str, t.Any], reason: str) -> None:
    defaults = {key: spec.get("default") for key, spec in project_plan.ARGUMENT_SPEC.items()}
    with pytest.raises(ConfigError, match=reason):
        project_plan.parse(Params({**defaults, "region": "us-east-1", **params}, NOW, check_mode=False))


class TestTheArchive:
    """What is in the store does not decide where keys go."""

    @staticmethod
    def store(*archives: str | None) -> FakeStore:
        store = FakeStore()
        for number, archive in enumerate(archives):
            put(store, f"p{number}", definition=definition(archive=archive))
        return store

    def test_a_document_that_names_another_archive_than_the_one_given_fails_alone(self) -> None:
        places = ("s3://ours/keys", "s3://theirs/keys", None, "s3://ours/keys/?owner=210987654321")
        store = self.store(*places, "s3://ours/keys?kms_key_id=theirs")
        found = plan(store, archive="s3://ours/keys/").result
        assert [one["name"] for one in found["selected"]] == ["p0", "p3"]
        assert [one["name"] for one in found["broken"]] == ["p1", "p2", "p4"]
        assert "s3://theirs/keys, but project_archive is s3://ours/keys/" in found["broken"][0]["error"]

    def test_projects_that_are_named_are_held_to_it_too(self) -> None:
        store = self.store("s3://theirs/keys")
        assert plan(store, names=["p0"], archive="s3://ours/keys").result["broken"]
        assert not plan(store, names=["p0"]).result["broken"]

    def test_a_document_whose_archive_is_expanded_is_refused(self) -> None:
        found = plan(self.store("file://$AWS_SECRET_ACCESS_KEY/x", "file://~/x")).result
        assert [one["name"] for one in found["broken"]] == ["p0", "p1"]
        assert "definition.archive is 'file://$AWS_SECRET_ACCESS_KEY/x'" in found["broken"][0]["error"]
