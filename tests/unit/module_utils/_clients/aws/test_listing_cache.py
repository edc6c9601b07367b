# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of a run share what one of them listed; what is asked for anew is listed anew, and kept."""

from __future__ import annotations

import json
import os
import threading
import time
import typing as t
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.iam import Upload
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.listing_cache import (
    AccountCache,
    DistributionCache,
    IamCaches,
    ListingCache,
    QuotaCache,
    ServerCertificateCache,
    SharedCloudFront,
    SharedIam,
    SharedSts,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import processes
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import taken_notes

OWNER = {
    **processes.current(),
    "pid": os.getpid(),
    "started": (Path("/proc/self/stat").read_text().rpartition(") ")[2].split()[19]),
}
UPLOADED = datetime(2026, 11, 22, 4, 30, 7, tzinfo=timezone.utc)
OURS, OTHERS = "/cloudfront/certops/webapp/", "/elb/"

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="owners are told by /proc")


class Events:
    def register(self, _event: str, _handler: t.Any) -> None:
        pass


class Account:
    """An account as boto3 clients show it, with the caches of one run; counts the calls."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.calls: Counter[str] = Counter()
        self.certificates = {"webapp-1": OURS, "elsewhere": OTHERS}
        self.distributions = ["E1"]
        self.quota = 20
        self.now = time.time()
        self.meta = self
        self.events = Events()

    def cache(self, made: type[t.Any]) -> t.Any:
        return made(self.home / f"{made.kind}-run.json", self.home / f"{made.kind}-who.lock", OWNER, lambda: self.now)

    def iam(self) -> SharedIam:
        """IAM as one process of the run has it."""
        return SharedIam(self, IamCaches(self.cache(ServerCertificateCache), self.cache(QuotaCache)))

    def cloudfront(self) -> SharedCloudFront:
        return SharedCloudFront(self, self.cache(DistributionCache))

    def get_paginator(self, operation: str) -> Pages:
        return Pages(self, operation)

    def get_account_summary(self) -> dict[str, t.Any]:
        self.calls["get_account_summary"] += 1
        return {"SummaryMap": {"ServerCertificates": len(self.certificates), "ServerCertificatesQuota": self.quota}}

    def get_caller_identity(self) -> dict[str, t.Any]:
        self.calls["get_caller_identity"] += 1
        return {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/ops"}

    def upload_server_certificate(self, **request: t.Any) -> dict[str, t.Any]:
        self.certificates[request["ServerCertificateName"]] = request["Path"]
        return {"ServerCertificateMetadata": metadata(request["ServerCertificateName"], request["Path"])}

    def delete_server_certificate(self, **request: t.Any) -> None:
        del self.certificates[request["ServerCertificateName"]]


class Pages:
    def __init__(self, account: Account, operation: str) -> None:
        self.account, self.operation = account, operation

    def paginate(self, **_request: t.Any) -> list[dict[str, t.Any]]:
        self.account.calls[self.operation] += 1
        if self.operation == "list_server_certificates":
            found = [metadata(name, path) for name, path in self.account.certificates.items()]
            return [{"ServerCertificateMetadataList": found}]
        return [{"DistributionList": {"Items": [summary(one) for one in self.account.distributions]}}]


def metadata(name: str, path: str) -> dict[str, t.Any]:
    return {
        "Path": path,
        "ServerCertificateName": name,
        "ServerCertificateId": f"ASCA-{name}",
        "Arn": f"arn:aws:iam::123456789012:server-certificate{path}{name}",
        "UploadDate": UPLOADED,
    }


def summary(distribution: str) -> dict[str, t.Any]:
    return {
        "Id": distribution,
        "DomainName": f"{distribution}.cloudfront.test",
        "Aliases": {"Items": ["a.test", "b.test"]},
        "ViewerCertificate": {"IAMCertificateId": "ASCA-webapp-1", "SSLSupportMethod": "sni-only"},
        "Status": "InProgress",
        "Enabled": False,
        "AliasICPRecordals": [{"CNAME": "a.test", "ICPRecordalStatus": "APPROVED"}],
    }


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path)


def test_a_kept_listing_is_what_was_listed(account: Account) -> None:
    distributions = account.cloudfront().list_distributions()
    certificates = account.iam().list_server_certificates()
    assert account.cloudfront().known_distributions() == distributions
    assert account.iam().known_server_certificates() == certificates
    assert (distributions[0].aliases, certificates[0].upload_date) == (("a.test", "b.test"), UPLOADED)
    assert account.calls == {"list_distributions": 1, "list_server_certificates": 1}


def test_what_one_process_lists_serves_all_others_for_two_minutes(account: Account) -> None:
    for _process in range(20):
        account.cloudfront().known_distributions()
        account.iam().known_server_certificates()
        account.iam().known_server_certificate_quota(1)
    assert set(account.calls.values()) == {1}
    account.now += DistributionCache.longest_life_seconds + 1
    account.cloudfront().known_distributions()
    assert account.calls["list_distributions"] == 2


def test_who_lists_anew_sees_what_is_there_and_tells_the_others(account: Account) -> None:
    account.cloudfront().list_distributions()
    account.iam().list_server_certificates()
    account.distributions.append("E2")
    account.certificates["webapp-2"] = OURS
    assert [one.id for one in account.cloudfront().list_distributions()] == ["E1", "E2"]
    assert len(account.iam().list_server_certificates()) == 3
    assert [one.id for one in account.cloudfront().known_distributions()] == ["E1", "E2"]
    assert len(account.iam().known_server_certificates()) == 3


def test_those_who_ask_while_one_lists_get_the_next_listing_together(account: Account) -> None:
    others, asked, begun = 3, threading.Semaphore(0), threading.Event()
    all_asked, listings = threading.Event(), []

    def clock() -> float:
        asked.release()
        return time.time()

    def list_now() -> tuple[int, int]:
        listings.append(len(listings) + 1)
        if listings == [1]:
            begun.set()
            assert all_asked.wait(60)
        return listings[-1], 100

    def ask() -> tuple[int, int]:
        cache = QuotaCache(account.home / "quota-run.json", account.home / "quota.lock", OWNER, clock)
        return cache.listed_from_now(list_now)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(ask)
        assert begun.wait(60)
        waiting = [pool.submit(ask) for _process in range(others)]
        # the first has asked for the time twice: when it was asked, and when its listing began
        assert all(asked.acquire(timeout=60) for _time in range(2 + others))
        all_asked.set()
        assert first.result() == (1, 100)
        assert [one.result() for one in waiting] == [(2, 100)] * others
    assert listings == [1, 2]


def test_a_listing_of_one_path_is_made_anew_and_says_nothing_of_others(account: Account) -> None:
    account.iam().list_server_certificates()
    assert len(account.iam().list_server_certificates(OURS)) == 2
    assert account.calls["list_server_certificates"] == 2


def test_a_listing_from_before_a_change_does_not_say_how_it_went(account: Account) -> None:
    account.cloudfront().list_distributions()
    account.now += 10
    changed = datetime.fromtimestamp(account.now, timezone.utc)
    account.now += 1
    for _waiting in range(5):
        account.cloudfront().known_distributions(changed)
    assert account.calls["list_distributions"] == 2


def test_what_the_run_uploads_and_deletes_counts_in_the_kept_places(account: Account) -> None:
    assert account.iam().known_server_certificate_quota(1) == (2, 20)
    for name in ("webapp-2", "webapp-3"):
        account.iam().upload_server_certificate(Upload(name, OURS, "leaf", "", "key"))
    account.iam().delete_server_certificate("webapp-1")
    assert account.iam().known_server_certificate_quota(1) == (3, 20)
    assert account.calls["get_account_summary"] == 1


def test_places_are_counted_anew_before_one_is_refused(account: Account) -> None:
    account.quota = 2
    assert account.iam().known_server_certificate_quota(1) == (2, 2)
    del account.certificates["elsewhere"]
    assert account.iam().known_server_certificate_quota(1) == (1, 2)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"listed_at": 1, "distributions": [{"id": "E1"}]}', b"[" * 99999])
def test_a_damaged_file_is_listed_anew(account: Account, content: bytes) -> None:
    for cache in (DistributionCache, ServerCertificateCache, QuotaCache):
        made: ListingCache[t.Any] = account.cache(cache)
        made.path.write_bytes(content)
    assert len(account.cloudfront().known_distributions()) == 1
    assert len(account.iam().known_server_certificates()) == 2
    assert account.iam().known_server_certificate_quota(1) == (2, 20)


WRONG = (None, 5, True, [], {}, "a\nb", "x" * 3000, -1, 1e400, [[[]]])


@pytest.mark.parametrize("kind", [DistributionCache, ServerCertificateCache, QuotaCache, AccountCache])
def test_a_kept_listing_with_any_part_of_another_form_is_forgotten_as_a_whole(
    account: Account, kind: type[ListingCache[t.Any]]
) -> None:
    account.cloudfront().list_distributions()
    account.iam().list_server_certificates()
    account.iam().get_server_certificate_quota()
    SharedSts(account, account.cache(AccountCache)).get_caller_identity()
    cache = account.cache(kind)
    content = json.loads(cache.path.read_text(encoding="utf-8"))
    good, kept, forgotten = cache.read(), content[kind.kind], 0
    assert good is not None
    for damaged in (*WRONG, *_changed(kept)):
        cache.path.write_text(json.dumps({**content, kind.kind: damaged}), encoding="utf-8")
        found = cache.read()
        # Null is the value of some parts, and so is an empty list.
        assert found is None or _forms(found) <= _forms(good) | {"NoneType", "tuple", "dict"}, damaged
        forgotten += found is None
    assert forgotten > len(WRONG)


def _changed(value: t.Any) -> t.Iterator[t.Any]:
    """The value with each part of it replaced, or left out."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, part in list(parts):
        for other in (*WRONG, *_changed(part)):
            copied = value.copy()
            copied[place] = other
            yield copied
        yield {key: each for key, each in value.items() if key != place} if isinstance(value, dict) else value[:-1]


def _forms(value: t.Any) -> set[str]:
    """The names of the types of a listing's parts."""
    parts = value if isinstance(value, (tuple, list)) else getattr(value, "__dict__", {}).values()
    return {type(value).__name__}.union(*(_forms(part) for part in parts))


def test_whose_the_credentials_are_is_asked_once(account: Account) -> None:
    for _process in range(3):
        assert SharedSts(account, account.cache(AccountCache)).get_caller_identity() == AwsAccount(
            "123456789012", "aws"
        )
    assert account.calls == {"get_caller_identity": 1}


def test_outside_a_run_everybody_lists(account: Account) -> None:
    for _process in range(2):
        SharedCloudFront(account, None).known_distributions()
        SharedCloudFront(account, None).list_distributions()
        SharedIam(account, None).known_server_certificates()
        SharedIam(account, None).known_server_certificate_quota(1)
    assert account.calls == {"list_distributions": 4, "list_server_certificates": 2, "get_account_summary": 2}


def test_the_file_is_for_its_owner_alone(account: Account) -> None:
    account.cloudfront().list_distributions()
    assert [oct(path.stat().st_mode & 0o777) for path in account.home.glob("*.json")] == ["0o600"]


def test_a_process_that_knows_whose_the_credentials_are_makes_no_client(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client may have to assume a role first, which is a call for each process."""
    made: list[str] = []

    class Connection:
        identity = ("key",)

        def client(self, service: str) -> Account:
            made.append(service)
            return account

    cache = account.cache(AccountCache)
    monkeypatch.setattr(AccountCache, "of_run", lambda _identity: cache)
    for _process in range(3):
        assert SharedSts.account_of(t.cast("t.Any", Connection())).id == "123456789012"
    assert (made, account.calls) == (["sts"], {"get_caller_identity": 1})


DAMAGED = (b"", b"?", b"[]", b'{"quota": {}}', b'{"quota": [1, "x"], "listed_at": 1}', b"[" * 100_000, b"\xff\xfe")


@pytest.mark.parametrize("content", DAMAGED, ids=[repr(one[:20]) for one in DAMAGED])
def test_a_damaged_listing_is_made_anew_and_told_once(account: Account, content: bytes) -> None:
    taken_notes()
    path = account.cache(QuotaCache).path
    path.write_bytes(content)
    assert account.iam().known_server_certificate_quota(1) == (2, 20)
    assert account.iam().known_server_certificate_quota(1) == (2, 20)
    assert account.calls["get_account_summary"] == 1
    (said,) = taken_notes()
    assert said.startswith(f"{path} does not have the form of a kept listing, and is not used")


def test_what_is_no_file_is_no_listing_and_is_told(account: Account) -> None:
    taken_notes()
    link, directory = account.cache(QuotaCache).path, account.cache(DistributionCache).path
    link.symlink_to("/etc/passwd")
    directory.mkdir()
    account.iam().known_server_certificate_quota(1)
    account.cloudfront().known_distributions()
    account.cloudfront().known_distributions()
    assert [note.partition(" ")[0] for note in taken_notes()] == [str(link), str(directory)]
    assert not link.is_symlink()


def test_an_old_listing_and_none_are_no_matter(account: Account) -> None:
    taken_notes()
    account.cloudfront().known_distributions()
    account.now += 600
    account.cloudfront().known_distributions()
    assert taken_notes() == ()
