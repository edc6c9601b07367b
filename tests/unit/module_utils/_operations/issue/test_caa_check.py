# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CAA records that would make the CA refuse are found before it is asked."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.messages import Directory
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.caa import CaaRecord
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.zones import Zone
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.issue import caa_check
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.issue.caa_check import CaaCheck

OURS = Directory(None, (), needs_eab=False, caa_identities=("ca.example",))
FORBIDS = [CaaRecord(0, "issue", "other.example")]


class FakeDns:
    """CAA records by name; None where nobody knows."""

    def __init__(self, **records: t.Any) -> None:
        self.records = {name.replace("_", "."): found for name, found in records.items()}

    def caa(self, names: t.Iterable[str]) -> dict[str, t.Any]:
        return {name: self.records.get(name, ()) for name in names}


def check(
    dns: FakeDns, *domains: str, private: str = "", persist: bool = False, directory: Directory = OURS
) -> list[str]:
    zones = (Zone("Z1", private, private=True),) if private else ()
    issuers = caa_check.issuers_of(directory, "https://ca.example/1", persist)
    return CaaCheck(t.cast("t.Any", dns), lambda: zones).run(domains or ("www.example.com",), issuers)


def refused(dns: FakeDns, *domains: str, **given: t.Any) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        check(dns, *domains, **given)
    return caught.value


def test_no_records_let_every_ca_issue() -> None:
    assert check(FakeDns()) == []


def test_records_that_name_others_are_a_refusal_as_the_ca_would_word_it() -> None:
    error = refused(FakeDns(example_com=FORBIDS))
    assert error.code == "caa"
    assert error.message == (
        "www.example.com: the CAA records of example.com allow 'other.example', not ca.example; allow this CA in the"
        " CAA records of the name, or remove them"
    )


def test_many_refused_names_are_named_in_part() -> None:
    domains = [f"n{number}.example.com" for number in range(9)]
    assert "; and 4 more names; allow this CA" in refused(FakeDns(example_com=FORBIDS), *domains).message


def test_records_that_nobody_can_read_are_a_warning() -> None:
    assert check(FakeDns(example_com=None)) == ["the CAA records of example.com could not be read"]


def test_closer_records_decide_before_those_that_nobody_can_read() -> None:
    ours = [CaaRecord(0, "issue", "ca.example")]
    assert check(FakeDns(www_example_com=ours, example_com=None)) == []


def test_records_of_a_private_twin_are_a_warning_since_the_ca_sees_others() -> None:
    (warning,) = check(FakeDns(example_com=FORBIDS), private="example.com")
    assert "not ca.example" in warning


def test_a_ca_that_does_not_say_its_name_is_asked() -> None:
    assert check(FakeDns(example_com=FORBIDS), directory=replace(OURS, caa_identities=())) == []


def test_either_way_of_validation_will_do() -> None:
    only_dns = [CaaRecord(0, "issue", "ca.example; validationmethods=dns-01")]
    only_http = [CaaRecord(0, "issue", "ca.example; validationmethods=http-01")]
    assert check(FakeDns(example_com=only_dns), persist=True) == []
    assert "may not validate by dns-persist-01" in refused(FakeDns(example_com=only_http), persist=True).message
