# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""acme_route53_issue against a CA, Route 53 and an archive in memory: what is done, in which order, and what survives a
kill."""

from __future__ import annotations

import io
import json
import tarfile
import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.messages import AcmeStatus
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import TxtSet
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.zones import Zone
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    CertError,
    ConfigError,
    DeadlineError,
    RefusedError,
    RemoteError,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.issue.clients import Clients
from ansible_collections.certops.cloudfront.plugins.modules import acme_route53_cleanup, acme_route53_issue
from unit.fakes import modules
from unit.fakes.archive import FakeArchive
from unit.fakes.ca import FakeCA
from unit.fakes.calls import Calls, KilledError, refusal
from unit.fakes.clock import START, FakeClock
from unit.fakes.route53 import FakeRoute53

NAME = "_acme-challenge.example.com"
DOMAINS = ["example.com", "*.example.com"]
MANY_DOMAINS = [f"n{number}.example.com" for number in range(40)]


def params(**changes: t.Any) -> dict[str, t.Any]:
    defaults = {name: option.get("default") for name, option in acme_route53_issue.ARGUMENT_SPEC.items()}
    return {
        **defaults,
        **modules.CONNECTION,
        "domains": DOMAINS,
        "project": "webapp",
        "acme_terms_agreed": True,
        **changes,
    }


@dataclass
class FakeJournal:
    """The journal of a run that may have lost its project."""

    calls: Calls
    error: CertError | None = None
    orders: list[str] = field(default_factory=list)

    def ordering(self, order_url: str, _now: datetime) -> None:
        self.calls.begin("journal")
        if self.error is not None:
            raise self.error
        self.orders.append(order_url)


@dataclass
class World:
    """Everything outside, sharing one list of calls."""

    calls: Calls = field(default_factory=Calls)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.archive = FakeArchive(self.calls)
        self.zones = FakeRoute53(self.calls)
        self.ca = FakeCA(self.zones, self.clock, self.calls)
        self.other = FakeCA(self.zones, self.clock, self.calls)
        self.journal: FakeJournal | None = None

    def run(self, check_mode: bool = False, **changes: t.Any) -> Outcome:
        clients = Clients(
            archive=self.archive, zones=self.zones, server=self.ca, journal=self.journal, fallbacks=(self.other,)
        )
        return modules.run(acme_route53_issue, params(**changes), self.clock, check_mode, clients)

    def clean(self, check_mode: bool = False, drop_orders: bool = False, drop_dns_persist: bool = False) -> Outcome:
        clients = acme_route53_cleanup.Clients(archive=self.archive, zones=self.zones)
        defaults = {name: option.get("default") for name, option in acme_route53_cleanup.ARGUMENT_SPEC.items()}
        given = {**defaults, **modules.CONNECTION, "project": "webapp"}
        given.update(drop_orders=drop_orders, drop_dns_persist=drop_dns_persist)
        return modules.run(acme_route53_cleanup, given, self.clock, check_mode, clients)

    def kill(self, at: int, after_effect: bool = False, **changes: t.Any) -> None:
        """Run, killed at this call; the services live on."""
        calls = Calls(dies_at=at, after_effect=after_effect)
        self._use(calls)
        with pytest.raises(KilledError):
            self.run(**changes)
        self._use(Calls())

    def _use(self, calls: Calls) -> None:
        self.calls = self.archive.calls = self.zones.calls = self.ca.calls = self.other.calls = calls

    def forget_calls(self) -> None:
        self._use(Calls())


@pytest.fixture
def world() -> World:
    return World()


def calls_of_a_first_run(**changes: t.Any) -> list[str]:
    world = World()
    world.run(**changes)
    return world.calls.made


def sent(calls: t.Iterable[str]) -> list[str]:
    """Those to AWS and to the CA; the archive is in files here."""
    return [call for call in calls if not call.startswith(("put ", "delete ", "journal"))]


def test_the_steps_of_a_first_run_are_in_the_order_that_loses_nothing() -> None:
    assert calls_of_a_first_run() == [
        "ListHostedZones",
        "directory",
        "put account",
        "newAccount",
        "put account",
        "put pending",
        "newOrder",
        "put pending",
        "authorization",
        "authorization",
        "put pending",
        "ChangeResourceRecordSets",
        "put pending",
        "GetChange",
        "challenge",
        "challenge",
        "order",
        "finalize",
        "certificate",
        "put bundle",
        "put pending",
        "ChangeResourceRecordSets",
        "delete pending",
    ]


def test_the_journal_knows_the_order_right_before_it_is_finalized(world: World) -> None:
    world.journal = FakeJournal(world.calls)
    outcome = world.run()
    assert world.calls.made.index("journal") == world.calls.made.index("finalize") - 1
    assert world.journal.orders == [outcome.result["order_url"]]


def test_a_run_that_lost_its_project_finalizes_nothing_and_leaves_the_order_to_the_next(world: World) -> None:
    world.journal = FakeJournal(world.calls, RefusedError("another run holds the project"))
    with pytest.raises(RefusedError):
        world.run()
    assert world.ca.issued == 0
    assert world.zones.values(NAME), "the run that holds the project may be using them"
    world.journal = None
    assert world.run().result["issued"]
    assert world.ca.issued == 1
    assert world.calls.made.count("newOrder") == 1
    assert world.zones.sets == {}


def test_a_store_that_is_away_costs_no_issuance_and_the_records_are_removed(world: World) -> None:
    world.journal = FakeJournal(world.calls, CertError("the store is away"))
    with pytest.raises(CertError):
        world.run()
    assert world.ca.issued == 0
    assert world.zones.sets == {}
    assert len(world.archive.keys("/pending/")) == 1


def test_an_archive_that_cannot_be_written_costs_no_order(world: World) -> None:
    world.run()
    world.forget_calls()
    world.calls.refusals["put pending"] = [refusal("AccessDenied", "s3")]
    with pytest.raises(RemoteError, match="AccessDenied"):
        world.run(key_type="rsa_2048")
    assert "newOrder" not in world.calls.made


def test_an_archive_that_cannot_be_written_costs_no_account(world: World) -> None:
    world.calls.refusals["put account"] = [refusal("AccessDenied", "s3")]
    with pytest.raises(RemoteError, match="AccessDenied"):
        world.run()
    assert "newAccount" not in world.calls.made


def test_an_issued_bundle_is_in_the_archive_with_its_key(world: World) -> None:
    outcome = world.run()
    assert outcome.changed
    assert outcome.result["issued"]
    key = "webapp/2027-01-06-0442.tar.gz"
    assert outcome.result["bundle"]["uri"] == f"file:///archive/{key}"
    bundle = bundles.unpack(world.archive.objects[key], "x")
    assert crypto.key_matches(bundle.privkey, bundle.cert)
    assert bundle.manifest is not None
    assert bundle.manifest.order_url == outcome.result["order_url"] == "https://ca.example/order/1"
    with tarfile.open(fileobj=io.BytesIO(world.archive.objects[key])) as tar:
        assert {member.name: oct(member.mode) for member in tar} == {
            "cert.pem": "0o644",
            "chain.pem": "0o644",
            "fullchain.pem": "0o644",
            "privkey.pem": "0o600",
            "manifest.json": "0o644",
        }


def test_nothing_of_ours_is_left_in_dns_or_pending(world: World) -> None:
    world.run()
    assert world.zones.sets == {}
    assert world.archive.keys("/pending/") == []


def test_a_second_run_changes_nothing_and_calls_nobody(world: World) -> None:
    first = world.run()
    world.forget_calls()
    second = world.run()
    assert not second.changed
    assert not second.result["issued"]
    assert second.result["bundle"] == first.result["bundle"]
    assert second.result["renewal"]["renew_at"] == "2027-02-05T04:42:02Z"
    assert "not due" in second.result["reason"]
    assert world.calls.made == []


def test_a_bundle_whose_certificate_is_revoked_counts_as_absent(world: World) -> None:
    first = world.run().result["bundle"]
    world.archive.objects[f"webapp/revoked/{first['fingerprint_sha256']}.json"] = b"{}"
    again = world.run()
    assert again.result["bundle"]["fingerprint_sha256"] != first["fingerprint_sha256"]
    assert [warning for warning in again.warnings if "is revoked; it counts as absent" in warning]
    assert not world.run().changed


def test_check_mode_has_the_same_shape_and_writes_nothing(world: World) -> None:
    predicted = world.run(check_mode=True)
    assert world.calls.made == ["ListHostedZones", "directory"]
    assert world.archive.objects == {}
    assert predicted.changed
    assert predicted.result["bundle"]["domains"] == ["*.example.com", "example.com"]
    assert predicted.result["bundle"]["uri"] is None
    real = world.run()
    assert real.result.keys() == predicted.result.keys()
    assert real.result["bundle"].keys() == predicted.result["bundle"].keys()
    assert real.result["renewal"].keys() == predicted.result["renewal"].keys()
    assert real.after.keys() == predicted.after.keys()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        pytest.param({"domains": ["example.com"]}, "removed *.example.com", id="a name less"),
        pytest.param({"domains": [*DOMAINS, "a.b.example.com"]}, "added a.b.example.com", id="a name more"),
        pytest.param({"key_type": "rsa_2048"}, "key type", id="key type"),
        pytest.param({"acme_profile": "shortlived"}, "profile", id="profile"),
        pytest.param({"acme_directory": "https://other.example/dir"}, "directory", id="directory"),
        pytest.param({"issued_since": "2027-01-06T04:43:00Z"}, "issued_since", id="issued_since"),
    ],
)
def test_a_changed_definition_issues_once(world: World, changes: dict[str, t.Any], word: str) -> None:
    world.run()
    world.clock.time += timedelta(minutes=5)
    assert word in world.run(**changes).result["reason"]
    assert not world.run(**changes).changed
    assert world.ca.issued == 2


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"renewal_interval_days": 29}, id="interval"),
        pytest.param({"domains": list(reversed(DOMAINS))}, id="order of the names"),
        pytest.param({"domains": ["EXAMPLE.com, *.example.com"]}, id="way of writing the names"),
        pytest.param({"acme_contacts": ["ops@example.com"]}, id="contacts"),
        pytest.param({"issued_since": "2027-01-06T04:42:00Z"}, id="issued_since before the issue"),
    ],
)
def test_a_change_that_does_not_touch_the_certificate_does_not_reissue(world: World, changes: dict[str, t.Any]) -> None:
    world.run()
    world.clock.time += timedelta(minutes=5)
    assert not world.run(**changes).changed
    assert world.ca.issued == 1


def test_a_due_certificate_is_renewed_with_a_new_key(world: World) -> None:
    first = world.run().result["bundle"]
    world.clock.time += timedelta(days=30, minutes=1)
    second = world.run()
    assert "due since" in second.result["reason"]
    keys = [bundles.unpack(world.archive.objects[key], key).privkey for key in world.archive.keys(".tar.gz")]
    assert len(set(keys)) == 2
    assert second.result["bundle"]["serial"] != first["serial"]
    assert len(world.ca.accounts) == 1


def test_two_bundles_of_one_minute_do_not_overwrite_each_other(world: World) -> None:
    world.run()
    world.clock.time = START + timedelta(seconds=30)
    outcome = world.run(key_type="rsa_2048")
    assert outcome.result["bundle"]["uri"].endswith("webapp/2027-01-06-0442-2.tar.gz")
    assert not world.run(key_type="rsa_2048").changed


def test_foreign_values_survive_with_their_own_ttl(world: World) -> None:
    foreign = TxtSet(NAME, 300, ('"theirs"',))
    world.zones.sets["Z1", NAME] = foreign
    world.run()
    assert world.zones.sets == {("Z1", NAME): foreign}
    assert world.calls.made.count("ListResourceRecordSets") == 2


def test_a_value_that_somebody_adds_while_we_write_is_not_lost(world: World) -> None:
    world.zones.sets["Z1", NAME] = TxtSet(NAME, 300, ('"theirs"',))

    def intrude() -> None:
        world.zones.sets["Z1", NAME] = TxtSet(NAME, 300, ('"theirs"', '"late"'))

    world.zones.intruder = intrude
    world.run()
    assert world.zones.values(NAME) == ('"theirs"', '"late"')


def test_a_value_that_somebody_adds_after_ours_survives_the_clean_up(world: World) -> None:
    original = world.zones.change_status

    def change_status(change_id: str) -> str:
        there = world.zones.sets["Z1", NAME]
        world.zones.sets["Z1", NAME] = TxtSet(NAME, there.ttl, (*there.values, '"late"'))
        return original(change_id)

    world.zones.change_status = change_status  # type: ignore[method-assign]
    world.run()
    assert world.zones.values(NAME) == ('"late"',)


def test_valid_authorizations_need_no_dns(world: World) -> None:
    world.ca.valid_names = set(DOMAINS)
    assert world.run().result["issued"]
    assert "ChangeResourceRecordSets" not in world.calls.made


def test_a_processing_order_is_awaited_as_the_ca_says(world: World) -> None:
    world.ca.polls_until_issued = 3
    assert world.run().result["issued"]
    assert world.clock.naps[-3:] == [3.0, 3.0, 3.0]


def test_names_of_several_zones_use_the_closest_public_one(world: World) -> None:
    world.zones.zones = (
        Zone("Z1", "example.com", private=False),
        Zone("Z2", "sub.example.com", private=False),
        Zone("Z3", "deep.sub.example.com", private=True),
        Zone("Z4", "example.org", private=False),
    )
    world.zones.delegate("Z1", world.zones.zones[1])
    written: list[tuple[str, str]] = []
    original = world.zones.change_resource_record_sets

    def change(zone_id: str, changes: t.Any) -> str:
        written.extend((zone_id, each.record_set.name) for each in changes if each.action == "CREATE")
        return original(zone_id, changes)

    world.zones.change_resource_record_sets = change  # type: ignore[method-assign]

    def values(name: str, _zone_id: str = "") -> tuple[str, ...]:
        return tuple(
            value for (_zone, owner), found in world.zones.sets.items() if owner == name for value in found.values
        )

    world.ca.zones.values = values  # type: ignore[method-assign]
    assert world.run(domains=["a.deep.sub.example.com", "www.example.com", "example.org"]).result["issued"]
    assert sorted(written) == [
        ("Z1", "_acme-challenge.www.example.com"),
        ("Z2", "_acme-challenge.a.deep.sub.example.com"),
        ("Z4", "_acme-challenge.example.org"),
    ]
    assert world.zones.sets == {}


@pytest.mark.parametrize("check_mode", [False, True])
def test_all_names_without_a_zone_are_told_before_any_order(world: World, check_mode: bool) -> None:
    with pytest.raises(ConfigError) as caught:
        world.run(check_mode, domains=["example.com", "example.net", "www.example.org"])
    assert len(caught.value.problems) == 2
    assert world.calls.made == ["ListHostedZones"]


def test_duplicate_public_zones_are_refused_with_both_ids(world: World) -> None:
    world.zones.zones = (Zone("Z1", "example.com", private=False), Zone("Z9", "example.com", private=False))
    with pytest.raises(ConfigError, match="Z1, Z9"):
        world.run()


def test_a_private_zone_of_the_same_name_does_not_matter(world: World) -> None:
    world.zones.zones = (Zone("Z9", "example.com", private=True), Zone("Z1", "example.com", private=False))
    assert world.run().result["issued"]


@pytest.mark.parametrize("after_effect", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("reuses_orders", [False, True], ids=["new orders", "orders reused"])
@pytest.mark.parametrize("at", range(len(calls_of_a_first_run())))
def test_a_kill_at_any_call_costs_no_second_issuance(
    world: World, at: int, reuses_orders: bool, after_effect: bool
) -> None:
    world.ca.reuses_orders = reuses_orders
    world.kill(at, after_effect)
    world.clock.time += timedelta(minutes=10)
    outcome = world.run()
    assert world.ca.issued == 1
    assert len(world.archive.keys(".tar.gz")) == 1
    assert outcome.result["bundle"]["serial"]
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}
    assert len(world.ca.accounts) == 1
    assert not world.run().changed


@pytest.mark.parametrize("after_effect", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("foreign", [False, True], ids=["ours alone", "beside a foreign value"])
@pytest.mark.parametrize("domains", [DOMAINS, DOMAINS[:1]], ids=len)
def test_a_run_after_a_kill_makes_few_calls_beyond_the_missing_ones(
    domains: list[str], foreign: bool, after_effect: bool
) -> None:
    def start() -> World:
        world = World()
        if foreign:
            name = f"_acme-challenge.{domains[0]}"
            world.zones.sets["Z1", name] = TxtSet(name, 300, ('"theirs"',))
        return world

    undisturbed = start()
    undisturbed.run(domains=domains)
    first = undisturbed.calls.made
    for at in range(len(first)):
        world = start()
        world.kill(at, after_effect, domains=domains)
        world.run(domains=domains)
        # besides these, a client asks for a nonce
        assert len(sent(world.calls.made)) <= len(sent(first[at:])) + 5, f"{at}, {first[at]}: {world.calls.made}"


@pytest.mark.parametrize("at", range(2 * len(MANY_DOMAINS) + 19))
def test_a_run_of_many_names_is_resumed_without_asking_for_each(world: World, at: int) -> None:
    first = calls_of_a_first_run(domains=MANY_DOMAINS)
    assert len(first) > at
    world.kill(at, domains=MANY_DOMAINS)
    world.run(domains=MANY_DOMAINS)
    assert world.ca.issued == 1
    assert world.zones.sets == {}
    answered, made = first[:at].count("challenge"), world.calls.made
    assert made.count("challenge") == len(MANY_DOMAINS) - answered
    if at >= first.index("ChangeResourceRecordSets"):
        # what is asked was noted before; which of it was answered takes a few questions
        assert made.count("authorization") <= (7 if answered else 1)
        assert len(sent(made)) <= len(sent(first[at:])) + 4 + made.count("authorization")


def test_an_order_that_was_half_answered_is_finished_with_another_account_key(world: World) -> None:
    domains = MANY_DOMAINS[:3]
    world.kill(calls_of_a_first_run(domains=domains).index("challenge") + 1, domains=domains)
    (key,) = world.archive.keys("accounts/")
    account = json.loads(world.archive.objects[key])
    account["private_key"] = crypto.generate_key("ecdsa_p256")
    world.archive.objects[key] = json.dumps(account).encode()
    ((old, url),) = world.ca.accounts.items()
    world.ca.accounts = {world.ca.client(account["private_key"], world.clock).key: url}
    assert old not in world.ca.accounts
    assert world.run(domains=domains).result["issued"]
    assert world.calls.made.count("newOrder") == 0
    assert world.zones.sets == {}


def test_what_waits_behind_a_validation_is_not_answered_before_it_is_in_sync(world: World) -> None:
    domains = MANY_DOMAINS[:3]
    world.kill(calls_of_a_first_run(domains=domains).index("GetChange"), domains=domains)
    (order,) = world.ca.orders.values()
    first = order.authorizations[0]
    world.ca.authorizations[first] = replace(world.ca.authorizations[first], status=AcmeStatus.VALID)
    world.run(domains=domains)
    assert world.calls.made.index("GetChange") < world.calls.made.index("challenge")


def test_names_that_another_order_had_validated_hide_none_that_waits(world: World) -> None:
    domains = MANY_DOMAINS[:5]
    first = calls_of_a_first_run(domains=domains)
    world.kill(first.index("challenge") + 1, domains=domains)
    (order,) = world.ca.orders.values()
    where = order.authorizations[3]
    world.ca.authorizations[where] = replace(world.ca.authorizations[where], status=AcmeStatus.VALID)
    assert world.run(domains=domains).result["issued"]
    assert world.ca.issued == 1
    assert world.calls.made.count("newOrder") == 0


@pytest.mark.parametrize("at", range(len(calls_of_a_first_run())))
def test_a_killed_run_with_other_names_is_cleaned_up_by_the_next(world: World, at: int) -> None:
    world.kill(at)
    assert world.run(domains=["www.example.com"]).result["bundle"]["domains"] == ["www.example.com"]
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}


def test_the_key_is_in_the_archive_before_the_order_is_finalized(world: World) -> None:
    world.kill(calls_of_a_first_run().index("finalize"))
    (pending,) = world.archive.keys("/pending/")
    document = json.loads(world.archive.objects[pending])
    assert "PRIVATE KEY" in document["private_key"]
    assert document["order_url"] == "https://ca.example/order/1"
    assert document["records"][0]["name"] == NAME


@pytest.mark.parametrize("status", [AcmeStatus.INVALID, None], ids=["invalid", "unknown to the CA"])
def test_a_dead_unfinished_order_is_replaced(world: World, status: AcmeStatus | None) -> None:
    world.kill(calls_of_a_first_run().index("GetChange"))
    order = next(iter(world.ca.orders.values()))
    if status is None:
        world.ca.orders.clear()
    else:
        world.ca.update(order, status=status)
    assert world.run().result["issued"]
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}


@pytest.mark.parametrize("asked", ["order", "finalize"])
def test_an_order_that_a_proxy_hides_is_kept_with_its_key(world: World, asked: str) -> None:
    world.kill(calls_of_a_first_run().index("finalize"))
    kept = dict(world.archive.objects)
    world.calls.refusals[asked] = [refusal("unknown", status=404)]
    with pytest.raises(RemoteError, match="acme: unknown"):
        world.run()
    assert [json.loads(world.archive.objects[key])["private_key"] for key in world.archive.keys("/pending/")] == [
        json.loads(kept[key])["private_key"] for key in kept if "/pending/" in key
    ]
    assert world.run().result["issued"]
    assert len(world.ca.orders) == 1


def test_a_failed_validation_names_the_domain_and_leaves_nothing(world: World) -> None:
    world.ca.zones = FakeRoute53()
    with pytest.raises(RemoteError) as caught:
        world.run()
    assert caught.value.code == "incorrectResponse"
    assert "example.com: incorrectResponse: no such TXT value" in caught.value.message
    assert caught.value.details["subproblems"][0]["identifier"] == "example.com"
    assert caught.value.details["order_url"] == "https://ca.example/order/1"
    assert world.zones.sets == {}
    assert world.archive.keys("/pending/") == []


def test_a_ca_that_leaves_a_failed_order_pending_is_seen_through(world: World) -> None:
    world.ca.zones = FakeRoute53()
    world.ca.leaves_orders_pending = True
    with pytest.raises(RemoteError, match="no such TXT value"):
        world.run(order_timeout=600)
    assert sum(world.clock.naps) < 60
    assert world.zones.sets == {}


def test_a_sixth_failed_validation_within_an_hour_is_not_risked(world: World) -> None:
    world.ca.zones = FakeRoute53()
    for _number in range(5):
        with pytest.raises(RemoteError, match="no such TXT value"):
            world.run()
        world.clock.sleep(60)
    made = len(world.ca.orders)
    for check_mode in (True, False):
        with pytest.raises(RefusedError, match=r"example\.com failed 5 times within the last hour") as caught:
            world.run(check_mode=check_mode)
    assert len(world.ca.orders) == made
    assert caught.value.details["retry_at"] == "2027-01-06T05:42:02Z"
    with pytest.raises(RemoteError, match="no such TXT value"):
        world.run(ignore_failed_validations=True)
    world.clock.sleep(3600)
    world.ca.zones = world.zones
    assert world.run().result["issued"]
    assert world.archive.keys("failures") == []


def test_a_validation_that_failed_while_nobody_looked_counts(world: World) -> None:
    world.ca.zones = FakeRoute53()
    world.kill(at=calls_of_a_first_run().index("order"))
    with pytest.raises(RemoteError):
        world.run()
    (document,) = [json.loads(world.archive.objects[key]) for key in world.archive.keys("failures")]
    assert len(document["failures"]) == 2


def test_a_ca_may_take_ten_minutes_to_issue_however_long_it_took_before(world: World) -> None:
    world.ca.polls_until_issued = 199
    world.zones.polls_until_sync = 40
    started = world.clock.time
    assert world.run(propagation_timeout=300).result["issued"]
    assert world.clock.time - started > timedelta(minutes=12)


FALLBACKS = [{"acme_directory": "https://other.example/directory"}]
OTHER = "https://other.example/directory"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        pytest.param(
            "directory",
            RemoteError("away", service="acme", operation="directory", code="ConnectionError", answered=False),
            id="away",
        ),
        pytest.param("newAccount", refusal("serverInternal", status=500), id="an internal problem"),
        pytest.param("newOrder", refusal("rateLimited", status=429), id="a limit"),
        pytest.param("order", refusal("serverInternal", status=503), id="overloaded while it validates"),
        pytest.param("challenge", refusal("caa", status=403), id="CAA names other CAs"),
    ],
)
def test_the_next_ca_issues_and_the_order_at_the_first_is_given_up(world: World, call: str, error: RemoteError) -> None:
    world.calls.refusals[call] = [error]
    outcome = world.run(acme_fallbacks=FALLBACKS)
    assert outcome.result["bundle"]["directory"] == OTHER
    assert (world.ca.issued, world.other.issued) == (0, 1)
    assert any("was passed over" in warning for warning in outcome.warnings)
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}
    world.forget_calls()
    assert not world.run(acme_fallbacks=FALLBACKS).changed
    assert not any(made for made in world.calls.made)


def test_a_certificate_of_a_ca_that_is_no_fallback_any_more_is_issued_again(world: World) -> None:
    world.calls.refusals["newOrder"] = [refusal("rateLimited", status=429)]
    world.run(acme_fallbacks=FALLBACKS)
    assert world.run().result["reason"].startswith("the ACME directory changed from https://other.example")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        pytest.param("newOrder", refusal("rejectedIdentifier", status=400), id="a name that the CA refuses"),
        pytest.param("newOrder", refusal("userActionRequired"), id="new terms"),
        pytest.param("finalize", refusal("serverInternal", status=500), id="the order may be finalized"),
        pytest.param("certificate", refusal("serverInternal", status=500), id="the certificate cannot be fetched"),
    ],
)
def test_the_next_ca_is_not_asked_for_what_it_cannot_help_with(world: World, call: str, error: RemoteError) -> None:
    world.calls.refusals[call] = [error]
    with pytest.raises(RemoteError):
        world.run(acme_fallbacks=FALLBACKS)
    assert world.other.orders == {}
    assert world.run(acme_fallbacks=FALLBACKS).result["issued"]
    assert (world.ca.issued, world.other.issued) == (1, 0)


def test_an_order_that_a_fallback_may_have_finalized_is_finished_there(world: World) -> None:
    world.calls.refusals["newOrder"] = [refusal("rateLimited", status=429)]
    world.calls.refusals["finalize"] = [refusal("serverInternal", status=500)]
    with pytest.raises(RemoteError, match="serverInternal"):
        world.run(acme_fallbacks=FALLBACKS)
    assert len(world.archive.keys("/pending/")) == 2
    outcome = world.run(acme_fallbacks=FALLBACKS)
    assert outcome.result["bundle"]["directory"] == OTHER
    assert (world.ca.issued, world.other.issued, len(world.other.orders)) == (0, 1, 1)
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}


@pytest.mark.parametrize("code", ["invalidProfile", "malformed", "unauthorized"])
def test_a_preferred_profile_that_the_ca_refuses_is_left_out_and_the_order_resumed(world: World, code: str) -> None:
    refused = refusal(code, status=403, message="the account may not use the profile")
    given = {"acme_profile": "shortlived", "acme_profile_required": False}
    world.calls.refusals["newOrder"] = [refused]
    world.calls.refusals["finalize"] = [refusal("serverInternal", status=500)]
    with pytest.raises(RemoteError, match="serverInternal"):
        world.run(**given)
    outcome = world.run(**given)
    assert outcome.result["bundle"]["profile"] is None
    assert len(world.ca.orders) == 1
    assert not world.run(**given).changed


def test_a_required_profile_that_the_ca_refuses_ends_the_run(world: World) -> None:
    world.calls.refusals["newOrder"] = [refusal("invalidProfile", status=403)]
    with pytest.raises(RemoteError, match="invalidProfile"):
        world.run(acme_profile="shortlived")
    assert world.ca.orders == {}


def test_every_problem_with_the_fallbacks_is_told(world: World) -> None:
    fallbacks = [{"acme_directory": "nobody"}, {"acme_directory": "letsencrypt"}, {"acme_directory": "zerossl"}]
    bindings = [{"acme_directory": "google", "kid": "k", "hmac_key": "no base64"}]
    with pytest.raises(ConfigError) as caught:
        world.run(acme_fallbacks=fallbacks, acme_fallback_eab=bindings)
    assert len(caught.value.problems) == 4
    with pytest.raises(ConfigError, match=r"https://acme\.zerossl\.com/v2/DV90: acme_eab_kid"):
        world.run(acme_fallbacks=[{"acme_directory": "zerossl"}])
    assert world.calls.made == []


def test_an_order_for_other_names_is_not_used(world: World) -> None:
    original = world.ca.look
    world.ca.look = lambda order: original(world.ca.update(order, identifiers=frozenset({"example.net"})))  # type: ignore[method-assign]
    with pytest.raises(RemoteError, match=r"other names: example\.net"):
        world.run()
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}


def test_a_change_that_route_53_will_never_take_is_not_tried_for_ever(world: World) -> None:
    message = (
        f"[RRSet of type TXT with DNS name {NAME}. is not permitted because a conflicting RRSet of type CNAME exists]"
    )
    world.calls.refusals["ChangeResourceRecordSets"] = [
        refusal("InvalidChangeBatch", "route53", 400, message) for _number in range(20)
    ]
    with pytest.raises(RemoteError, match="CNAME"):
        world.run()
    assert world.calls.made.count("ListResourceRecordSets") <= 4


def test_a_rate_limit_keeps_the_account_and_leaves_nothing_in_dns(world: World) -> None:
    world.calls.refusals["newOrder"] = [refusal("rateLimited", status=429)]
    with pytest.raises(RemoteError, match="rateLimited"):
        world.run()
    assert world.zones.sets == {}
    assert world.run().result["issued"]
    assert len(world.ca.accounts) == 1


def test_records_that_do_not_get_in_sync_end_the_run_and_are_removed(world: World) -> None:
    world.zones.polls_until_sync = 10**9
    with pytest.raises(DeadlineError, match="propagation_timeout"):
        world.run(propagation_timeout=20)
    assert world.zones.sets == {}
    assert "challenge" not in world.calls.made
    assert sum(world.clock.naps) == 20
    world.zones.polls_until_sync = 1
    assert world.run().result["issued"]
    assert len(world.ca.orders) == 1


def test_an_order_that_stays_in_processing_is_finished_by_the_next_run(world: World) -> None:
    world.ca.polls_until_issued = 10**9
    with pytest.raises(DeadlineError, match="order_timeout"):
        world.run(order_timeout=30)
    assert world.zones.sets == {}
    world.ca.polls_until_issued = 1
    assert world.run().result["issued"]
    assert world.ca.issued == 1


def test_a_failed_clean_up_is_a_warning_and_done_by_the_next_run(world: World) -> None:
    original = world.zones.change_resource_record_sets

    def change(zone_id: str, changes: t.Any) -> str:
        if changes[0].action == "DELETE":
            raise refusal("AccessDenied", "route53")
        return original(zone_id, changes)

    world.zones.change_resource_record_sets = change  # type: ignore[method-assign]
    outcome = world.run()
    assert outcome.result["issued"]
    assert "AccessDenied" in outcome.warnings[0]
    assert world.zones.values(NAME)
    world.zones.change_resource_record_sets = original  # type: ignore[method-assign]
    again = world.run()
    assert again.changed
    assert not again.result["issued"]
    assert world.zones.sets == {}
    assert world.ca.issued == 1


def test_a_failed_clean_up_does_not_hide_why_the_run_failed(world: World) -> None:
    world.calls.refusals["GetChange"] = [refusal("Throttling", "route53")]
    original = world.zones.change_resource_record_sets

    def change(zone_id: str, changes: t.Any) -> str:
        if changes[0].action == "DELETE":
            raise refusal("AccessDenied", "route53")
        return original(zone_id, changes)

    world.zones.change_resource_record_sets = change  # type: ignore[method-assign]
    with pytest.raises(RemoteError) as caught:
        world.run()
    assert caught.value.code == "Throttling"
    assert "AccessDenied" in caught.value.message


def test_a_zone_that_is_gone_has_nothing_to_clean(world: World) -> None:
    world.kill(calls_of_a_first_run().index("GetChange"))
    world.calls.refusals["ChangeResourceRecordSets"] = [refusal("NoSuchHostedZone", "route53")]
    assert world.clean(drop_orders=True).warnings == ()
    assert world.archive.keys("/pending/") == []


def test_an_account_that_the_ca_forgot_is_registered_again_with_its_key(world: World) -> None:
    world.run()
    world.ca.accounts.clear()
    world.clock.time += timedelta(days=40)
    assert world.run().result["issued"]
    assert len(world.archive.keys("accounts/")) == 1


def test_no_account_is_registered_without_agreement(world: World) -> None:
    with pytest.raises(ConfigError, match="acme_terms_agreed"):
        world.run(acme_terms_agreed=False)
    assert world.calls.made == []
    world.run()
    world.clock.time += timedelta(days=40)
    assert world.run(acme_terms_agreed=False).result["issued"]


@pytest.mark.parametrize("directory", ["zerossl", "https://ca.example/directory"])
def test_a_ca_that_wants_a_binding_gets_one_or_no_order(world: World, directory: str) -> None:
    world.ca.needs_eab = True
    with pytest.raises(ConfigError, match="acme_eab_kid"):
        world.run(acme_directory=directory)
    assert "newAccount" not in world.calls.made
    assert world.run(acme_directory=directory, acme_eab_kid="kid-1", acme_eab_hmac_key="c2VjcmV0").result["issued"]
    binding = world.ca.registrations[0].external_account
    assert binding is not None
    assert binding.kid == "kid-1"
    assert "c2VjcmV0" not in repr(world.ca.registrations)


@pytest.mark.parametrize("check_mode", [False, True])
def test_an_unknown_profile_is_refused_before_any_order(world: World, check_mode: bool) -> None:
    with pytest.raises(ConfigError, match="classic, shortlived"):
        world.run(check_mode, acme_profile="gold")
    assert "newOrder" not in world.calls.made


def test_each_set_of_contacts_has_its_own_account(world: World) -> None:
    world.run(acme_contacts=["ops@example.com"])
    world.run(project="other", acme_contacts=["mailto:ops@example.com"])
    world.run(project="third", acme_contacts=[])
    assert len(world.ca.accounts) == 2


def test_a_damaged_bundle_is_replaced_with_a_warning(world: World) -> None:
    world.run()
    key = world.archive.keys(".tar.gz")[0]
    world.archive.objects[key] = world.archive.objects[key][:50]
    outcome = world.run()
    assert outcome.result["issued"]
    assert key in outcome.warnings[0]


def test_a_damaged_unfinished_order_is_told_and_left_alone(world: World) -> None:
    world.archive.objects["webapp/pending/x.json"] = b'{"private_key": "PRIVATE KEY of nobody'
    outcome = world.run()
    assert outcome.result["issued"]
    assert "webapp/pending/x.json" in outcome.warnings[0]
    assert "PRIVATE KEY" not in "".join(outcome.warnings)


def test_dest_keeps_the_same_files_and_is_put_right(world: World, tmp_path: Path) -> None:
    dest = tmp_path / "site"
    world.run(dest=str(dest))
    assert sorted(path.name for path in dest.iterdir()) == [
        "cert.pem",
        "chain.pem",
        "fullchain.pem",
        "manifest.json",
        "privkey.pem",
    ]
    assert (dest / "privkey.pem").stat().st_mode & 0o777 == 0o600
    assert not world.run(dest=str(dest)).changed
    (dest / "chain.pem").unlink()
    assert world.run(check_mode=True, dest=str(dest)).changed
    assert not (dest / "chain.pem").exists()
    assert world.run(dest=str(dest)).changed
    (dest / "privkey.pem").chmod(0o644)
    assert world.run(dest=str(dest)).changed
    assert (dest / "privkey.pem").stat().st_mode & 0o777 == 0o600
    assert not world.run(dest=str(dest)).changed
    assert bundles.read(str(dest)).manifest is not None


def test_a_long_interval_is_clamped_with_one_warning(world: World) -> None:
    outcome = world.run(renewal_interval_days=89)
    assert len(outcome.warnings) == 1
    assert outcome.result["renewal"]["renew_at"].startswith("2027-02-05")


def test_every_problem_with_the_arguments_is_told_at_once_and_nothing_is_called(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no PEM")
    with pytest.raises(ConfigError) as caught:
        world.run(
            domains=["localhost", "example.com", "example.com"],
            project="../evil",
            renewal_interval_days=90,
            acme_directory="letsencrypt_prod",
            acme_contacts=["nobody"],
            acme_ca_bundle=str(tmp_path / "file"),
            acme_eab_kid="kid",
            dest=str(tmp_path / "file" / "dest"),
            issued_since="yesterday",
            key_type="dsa",
            order_timeout=0,
        )
    assert len(caught.value.problems) == 12
    assert world.calls.made == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        pytest.param(
            {"project": "accounts"}, "project: 'accounts' is reserved", id="where the archive keeps account keys"
        ),
        pytest.param({"project": "../webapp"}, "project: '../webapp' is not a valid project name", id="a path"),
        pytest.param(
            {"acme_contacts": ["ops..x@example.com"]},
            "acme_contacts: 'ops..x@example.com' is not a valid e-mail address",
            id="two dots",
        ),
    ],
)
def test_names_and_contacts_are_held_to_the_rules_of_a_definition(
    given: dict[str, t.Any], problem: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        acme_route53_issue.parse(Params(params(**given, archive=f"file://{tmp_path}/archive"), START, check_mode=False))
    assert [found for found in caught.value.problems if found.startswith(problem)]


def test_a_missing_region_is_told_together_with_the_other_problems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "EC2_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    (tmp_path / "file").touch()
    options = params(domains=["localhost"], archive=f"file://{tmp_path}/file/archive", region=None)
    with pytest.raises(ConfigError) as caught:
        acme_route53_issue.parse(Params(options, START, check_mode=False))
    problems = " / ".join(caught.value.problems)
    assert len(caught.value.problems) == 3
    assert "localhost" in problems
    assert "region" in problems
    assert "archive" in problems


def test_an_issued_since_in_the_future_is_refused(world: World) -> None:
    with pytest.raises(ConfigError, match="future"):
        world.run(issued_since="2027-01-06T04:42:01Z")


@pytest.mark.parametrize("at", ["challenge", "finalize"])
def test_no_key_material_is_in_results_or_representations(world: World, at: str) -> None:
    world.kill(calls_of_a_first_run().index(at))
    outcome = world.run()
    assert "PRIVATE" not in repr(outcome)
    assert "PRIVATE" not in json.dumps({**outcome.result, **outcome.before, **outcome.after})


def test_cleanup_removes_our_values_and_keeps_an_order_that_can_be_finished(world: World) -> None:
    world.zones.sets["Z1", NAME] = TxtSet(NAME, 300, ('"theirs"',))
    world.kill(len(calls_of_a_first_run()) - 2)
    predicted = world.clean(check_mode=True)
    assert len(world.zones.values(NAME)) == 3
    outcome = world.clean()
    assert outcome.result == predicted.result
    assert outcome.changed
    assert world.zones.values(NAME) == ('"theirs"',)
    assert len(outcome.result["kept_orders"]) == 1
    again = world.clean()
    assert not again.changed
    assert world.run().result["issued"]
    assert world.ca.issued == 1


def test_cleanup_removes_dead_orders(world: World) -> None:
    world.kill(calls_of_a_first_run().index("GetChange"))
    world.clock.time += timedelta(days=8)
    outcome = world.clean()
    assert len(outcome.result["removed_orders"]) == 1
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}


def test_cleanup_removes_an_order_whose_certificate_is_archived(world: World) -> None:
    world.kill(calls_of_a_first_run().index("put bundle") + 1)
    assert len(world.clean().result["removed_orders"]) == 1
    assert world.archive.keys("/pending/") == []


PERSISTENT = "_validation-persist.example.com"


@pytest.fixture
def persistent(world: World) -> World:
    """A CA that offers dns-persist-01, too."""
    world.ca.issuers = ("ca.example",)
    return world


def test_the_record_of_dns_persist_01_stays_and_is_in_no_unfinished_order(persistent: World) -> None:
    outcome = persistent.run(dns_persist=True)
    account = outcome.result["bundle"]["account_url"]
    assert persistent.zones.values(PERSISTENT) == (f'"ca.example; accounturi={account}; policy=wildcard"',)
    assert list(persistent.zones.sets) == [("Z1", PERSISTENT)]
    persistent.forget_calls()
    assert persistent.run(dns_persist=True, key_type="rsa_2048").result["issued"]
    assert "ChangeResourceRecordSets" not in persistent.calls.made
    assert "GetChange" not in persistent.calls.made


def test_a_value_that_somebody_adds_while_the_record_that_stays_is_written_is_not_lost(persistent: World) -> None:
    persistent.zones.intruder = lambda: persistent.zones.sets.update(
        {("Z1", PERSISTENT): TxtSet(PERSISTENT, 300, ('"late"',))}
    )
    assert persistent.run(dns_persist=True).result["issued"]
    assert persistent.zones.values(PERSISTENT)[0] == '"late"'
    assert len(persistent.zones.values(PERSISTENT)) == 2


@pytest.mark.parametrize(
    ("changes", "given"),
    [
        pytest.param({}, {}, id="not wanted"),
        pytest.param(
            {"account_uri": "https://ca.example/account/somebody"}, {"dns_persist": True}, id="for another account"
        ),
        pytest.param({"issuers": ("CA.EXAMPLE.",)}, {"dns_persist": True}, id="malformed"),
    ],
)
def test_dns_01_is_answered_where_dns_persist_01_is_not(
    persistent: World, changes: dict[str, t.Any], given: dict[str, t.Any]
) -> None:
    for name, value in changes.items():
        setattr(persistent.ca, name, value)
    assert persistent.run(**given).result["issued"]
    assert persistent.zones.sets == {}


def test_a_ca_that_offers_nothing_else_needs_the_option(persistent: World) -> None:
    persistent.ca.has_dns_01 = False
    with pytest.raises(RemoteError, match=r"no dns-01, and dns_persist is not set"):
        persistent.run()
    assert persistent.run(dns_persist=True).result["issued"]


def test_the_record_that_stays_goes_when_the_user_says_so_and_values_of_others_stay(persistent: World) -> None:
    persistent.zones.sets["Z1", PERSISTENT] = TxtSet(
        PERSISTENT, 300, ('"theirs"', '"ca.example; accounturi=https://ca.example/account/other"')
    )
    account = persistent.run(dns_persist=True).result["bundle"]["account_url"]
    assert not persistent.clean().changed
    predicted = persistent.clean(check_mode=True, drop_dns_persist=True)
    assert [record["values"] for record in predicted.result["removed_records"]] == [
        [f"ca.example; accounturi={account}; policy=wildcard"]
    ]
    assert len(persistent.zones.values(PERSISTENT)) == 3
    assert persistent.clean(drop_dns_persist=True).result == predicted.result
    assert persistent.zones.values(PERSISTENT) == (
        '"theirs"',
        '"ca.example; accounturi=https://ca.example/account/other"',
    )
    assert not persistent.clean(drop_dns_persist=True).changed


def test_without_a_bundle_nobody_knows_which_records_stay(world: World) -> None:
    outcome = world.clean(drop_dns_persist=True)
    assert not outcome.changed
    assert "look for them yourself" in outcome.warnings[0]
