# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value that dns-persist-01 looks for: when one that is there will do, and what becomes of the others."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns import persistent_records, txt_records
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.persistent_records import Grant
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import Change, TxtSet

NAME = "_validation-persist.example.com"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
BEFORE, AFTER = (int((NOW + timedelta(seconds=seconds)).timestamp()) for seconds in (-1, 1))
DIRECTORY = "https://acme.ca.example/directory"
ACCOUNT = "https://acme.ca.example/acct/7"
PLAIN = Grant(("ca.example", "also.example"), ACCOUNT)
WILD = Grant(("ca.example",), ACCOUNT, wildcard=True)
OURS = f"ca.example; accounturi={ACCOUNT}"


@pytest.mark.parametrize(
    ("grant", "value"),
    [
        pytest.param(WILD, f"{OURS}; policy=wildcard", id="with the wildcard"),
        pytest.param(
            PLAIN, f"also.example; accounturi={ACCOUNT}", id="the CA's names in another order give the same value"
        ),
    ],
)
def test_the_value_that_is_written(grant: Grant, value: str) -> None:
    assert grant.value == value
    assert grant.found_in([value], NOW) == value


@pytest.mark.parametrize(
    ("text", "grant", "is_granted"),
    [
        pytest.param(OURS, PLAIN, True, id="issuer and account"),
        pytest.param(f"also.example; accounturi={ACCOUNT}", PLAIN, True, id="another name of the CA"),
        pytest.param(f"  CA.Example ;AccountURI = {ACCOUNT}", PLAIN, True, id="case and blanks do not matter"),
        pytest.param(f"ca.example;accounturi={ACCOUNT}", PLAIN, True, id="no blanks"),
        pytest.param(f"{OURS}; policy=wildcard", PLAIN, True, id="more than is needed"),
        pytest.param(f"{OURS}; policy=WildCard", WILD, True, id="the policy in capitals"),
        pytest.param(OURS, WILD, False, id="no policy for the wildcard"),
        pytest.param(f"{OURS}; policy=subdomains", PLAIN, True, id="an unknown policy is none"),
        pytest.param(f"{OURS}; policy=subdomains", WILD, False, id="an unknown policy is none for the wildcard"),
        pytest.param(f"{OURS}; colour=red", PLAIN, True, id="unknown parameters are ignored"),
        pytest.param(f"{OURS}; persistUntil={AFTER}", PLAIN, True, id="until a time to come"),
        pytest.param(f"{OURS}; persistUntil={BEFORE}", PLAIN, False, id="until a time that has passed"),
        pytest.param(f"{OURS}; persistUntil=2027-01-01", PLAIN, False, id="until no time at all"),
        pytest.param(f"{OURS}; persistUntil=-1", PLAIN, False, id="until a negative time"),
        pytest.param(f"{OURS}; persistUntil=", PLAIN, False, id="until nothing"),
        pytest.param(f"other.example; accounturi={ACCOUNT}", PLAIN, False, id="another CA"),
        pytest.param(f"ca.example; accounturi={ACCOUNT}0", PLAIN, False, id="another account"),
        pytest.param("ca.example", PLAIN, False, id="no account"),
        pytest.param(f"{OURS}; accounturi={ACCOUNT}", PLAIN, False, id="a parameter twice"),
        pytest.param(f"{OURS};", PLAIN, False, id="a semicolon too many"),
        pytest.param(f"{OURS}; policy", PLAIN, False, id="a parameter without a value"),
        pytest.param("somebody else's words", PLAIN, False, id="nothing of the kind"),
        pytest.param("", PLAIN, False, id="empty"),
    ],
)
def test_what_a_value_grants(text: str, grant: Grant, is_granted: bool) -> None:
    assert (grant.found_in([text], NOW) == text) is is_granted


def values(*texts: str, ttl: int = 300) -> TxtSet:
    return TxtSet(NAME, ttl, tuple(f'"{text}"' for text in texts))


@pytest.mark.parametrize(
    ("there", "after"),
    [
        pytest.param(None, values(WILD.value, ttl=60), id="nothing there"),
        pytest.param(values(WILD.value), None, id="there already"),
        pytest.param(values("foreign", f"{WILD.value}; persistUntil={AFTER}"), None, id="there already, until later"),
        pytest.param(
            values("foreign"), values("foreign", WILD.value), id="a foreign value keeps its place and its TTL"
        ),
        pytest.param(
            values(OURS, "foreign"), values("foreign", WILD.value), id="the same account without the policy is replaced"
        ),
        pytest.param(
            values(f"{WILD.value}; persistUntil={BEFORE}"),
            values(WILD.value),
            id="the same account until a time that has passed is replaced",
        ),
        pytest.param(values(f"{OURS}1"), values(f"{OURS}1", WILD.value), id="another account is kept"),
        pytest.param(
            values("ca2.example; accounturi=x"),
            values("ca2.example; accounturi=x", WILD.value),
            id="another CA is kept",
        ),
    ],
)
def test_what_becomes_of_the_record(there: TxtSet | None, after: TxtSet | None) -> None:
    deleted = () if there is None or after is None else (Change("DELETE", there),)
    assert WILD.group(NAME, there, NOW) == (() if after is None else (*deleted, Change("CREATE", after)))


def test_a_long_value_is_in_several_strings() -> None:
    grant = Grant(("ca.example",), f"{DIRECTORY}/{'a' * 300}")
    (change,) = grant.group(NAME, None, NOW)
    (value,) = change.record_set.values
    assert [len(string) for string in value.strip('"').split('" "')] == [255, len(grant.value) - 255]
    assert txt_records.unquoted(value) == grant.value
    assert grant.group(NAME, change.record_set, NOW) == ()


@pytest.mark.parametrize(
    ("issuers", "account", "usable"),
    [
        pytest.param(["ca.example"], ACCOUNT, True, id="well-formed"),
        pytest.param([f"ca{number}.example" for number in range(10)], ACCOUNT, True, id="ten names"),
        pytest.param([f"ca{number}.example" for number in range(11)], ACCOUNT, False, id="eleven names"),
        pytest.param([], ACCOUNT, False, id="no name"),
        pytest.param(["CA.example"], ACCOUNT, False, id="a name in capitals"),
        pytest.param(["ca.example."], ACCOUNT, False, id="a name with its final dot"),
        pytest.param(["ca.example; accounturi=x"], ACCOUNT, False, id="more than a name"),
        pytest.param(["ca.example"], "https://acme.other.example/acct/7", False, id="an account elsewhere"),
        pytest.param(["ca.example"], f'{ACCOUNT}"', False, id="an account with a quote"),
        pytest.param(["ca.example"], f"{ACCOUNT};x=y", False, id="an account with a semicolon"),
        pytest.param(["ca.example"], "", False, id="no account"),
    ],
)
def test_which_challenges_can_be_answered(issuers: list[str], account: str, usable: bool) -> None:
    assert persistent_records.is_usable(issuers, account, DIRECTORY) is usable


def test_a_wildcard_has_its_record_where_the_name_has_it() -> None:
    assert persistent_records.record_name("*.example.com") == persistent_records.record_name("example.com") == NAME
