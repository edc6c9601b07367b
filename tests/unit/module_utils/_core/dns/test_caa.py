# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns import caa
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.caa import CaaRecord, Issuer, Reason

ACCOUNT = "https://ca.example/acct/1"
ISSUER = Issuer(("ca.example", "ca.test"), ACCOUNT)
NAME, WILD = "www.example.com", "*.example.com"


def records(*texts: str) -> tuple[CaaRecord, ...]:
    """From ``issue ca.example``, or ``128 issue ca.example``."""
    parsed = []
    for text in texts:
        flags, _blank, rest = text.partition(" ") if text[0].isdigit() else ("0", "", text)
        tag, _blank, value = rest.partition(" ")
        parsed.append(CaaRecord(int(flags), tag, value))
    return tuple(parsed)


def test_the_name_and_those_above_it_are_looked_at_from_below() -> None:
    assert caa.climb("*.a.example.com") == ("a.example.com", "example.com", "com")


@pytest.mark.parametrize(
    ("domain", "found", "reason"),
    [
        pytest.param(NAME, {}, None, id="no records"),
        pytest.param(NAME, {NAME: records("issue ca.example")}, None, id="ours"),
        pytest.param(NAME, {NAME: records("issue CA.Example")}, None, id="ours in capitals"),
        pytest.param(NAME, {NAME: records("ISSUE ca.test")}, None, id="our other name, and a tag in capitals"),
        pytest.param(NAME, {NAME: records("issue other.example", "issue ca.example")}, None, id="ours beside another"),
        pytest.param(NAME, {NAME: records("issue other.example")}, Reason.OTHER_ISSUERS, id="another's"),
        pytest.param(NAME, {NAME: records("issue ;")}, Reason.OTHER_ISSUERS, id="nobody"),
        pytest.param(NAME, {NAME: records("issue ")}, Reason.OTHER_ISSUERS, id="empty"),
        pytest.param(NAME, {NAME: records("issue %%%%%")}, Reason.OTHER_ISSUERS, id="malformed, RFC 8659 section 4.2"),
        pytest.param(NAME, {NAME: records("issue ca.example; policy")}, Reason.OTHER_ISSUERS, id="malformed parameter"),
        pytest.param(NAME, {NAME: records("iodef mailto:a@example.com")}, None, id="nothing about issuing"),
        pytest.param(
            NAME, {"example.com": records("issue other.example")}, Reason.OTHER_ISSUERS, id="those above count"
        ),
        pytest.param(
            NAME, {NAME: records("issue ca.example"), "example.com": records("issue ;")}, None, id="the closest count"
        ),
        pytest.param(
            NAME,
            {NAME: records("iodef mailto:a@example.com"), "example.com": records("issue ;")},
            None,
            id="the closest count whatever they say",
        ),
        pytest.param(NAME, {NAME: records("issuewild other.example")}, None, id="issuewild is not for plain names"),
        pytest.param(
            WILD,
            {"example.com": records("issuewild other.example", "issue ca.example")},
            Reason.OTHER_ISSUERS,
            id="issuewild before issue",
        ),
        pytest.param(
            WILD, {"example.com": records("issuewild ca.example", "issue ;")}, None, id="issuewild alone counts"
        ),
        pytest.param(
            WILD, {"example.com": records("issue ca.example")}, None, id="issue counts for wildcards without issuewild"
        ),
        pytest.param(WILD, {"example.com": records("issuewild ;")}, Reason.OTHER_ISSUERS, id="no wildcards"),
        pytest.param(
            NAME, {NAME: records("128 tbs x", "issue ca.example")}, Reason.CRITICAL, id="unknown and critical"
        ),
        pytest.param(NAME, {NAME: records("0 tbs x", "issue ca.example")}, None, id="unknown and not critical"),
        pytest.param(NAME, {NAME: records("128 issue ca.example")}, None, id="known and critical"),
        pytest.param(NAME, {NAME: records("issue ca.example; validationmethods=dns-01")}, None, id="our method"),
        pytest.param(
            NAME,
            {NAME: records("issue ca.example;validationmethods=http-01,dns-01")},
            None,
            id="our method among others",
        ),
        pytest.param(
            NAME, {NAME: records("issue ca.example; validationmethods=http-01")}, Reason.METHOD, id="another method"
        ),
        pytest.param(
            NAME,
            {NAME: records("issue ca.example; validationmethods=http-01", "issue ca.test")},
            None,
            id="another property allows it",
        ),
        pytest.param(NAME, {NAME: records(f"issue ca.example; accounturi={ACCOUNT}")}, None, id="our account"),
        pytest.param(
            NAME, {NAME: records(f"issue ca.example; accounturi={ACCOUNT}0")}, Reason.ACCOUNT, id="another account"
        ),
        pytest.param(
            NAME,
            {NAME: records(f"issue ca.example; accounturi={ACCOUNT}; accounturi={ACCOUNT}")},
            Reason.ACCOUNT,
            id="two accounts in one",
        ),
        pytest.param(
            NAME,
            {NAME: records(f"issue ca.example; accounturi={ACCOUNT}; validationmethods=tls-alpn-01")},
            Reason.METHOD,
            id="our account, another method",
        ),
        pytest.param(
            NAME, {NAME: records("issue ca.example; unknown=value")}, None, id="unknown parameters do not matter"
        ),
    ],
)
def test_what_records_mean_for_the_ca(
    domain: str, found: dict[str, tuple[CaaRecord, ...]], reason: Reason | None
) -> None:
    assert caa.judge(domain, found, ISSUER).reason is reason


def test_the_verdict_names_where_the_records_are_and_what_they_say() -> None:
    verdict = caa.judge(NAME, {"example.com": records("issue other.example", "issuewild ;")}, ISSUER)
    assert (verdict.owner, verdict.values) == ("example.com", ("other.example",))


def test_a_ca_without_a_name_can_not_be_judged_by_records_about_issuing() -> None:
    assert caa.judge(NAME, {NAME: records("issue other.example")}, Issuer(())).reason is Reason.UNKNOWN_ISSUER
    assert caa.judge(NAME, {NAME: records("iodef mailto:a@example.com")}, Issuer(())).reason is None


def test_without_an_account_any_account_is_another_one() -> None:
    assert (
        caa.judge(NAME, {NAME: records(f"issue ca.example; accounturi={ACCOUNT}")}, Issuer(("ca.example",))).reason
        is Reason.ACCOUNT
    )
