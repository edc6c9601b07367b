# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.session import ONCE, Connection, Session

CREDENTIALS = {"access_key": "AKIA", "secret_key": "secret", "endpoint_url": None}


@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:1"], ids=["own endpoints", "endpoint override"])
@pytest.mark.parametrize(
    ("region", "service", "signed_for"),
    [
        ("eu-west-1", "iam", "us-east-1"),
        ("eu-west-1", "cloudfront", "us-east-1"),
        ("eu-west-1", "route53", "us-east-1"),
        ("eu-west-1", "sns", "eu-west-1"),
        ("cn-north-1", "iam", "cn-north-1"),
        ("cn-northwest-1", "iam", "cn-north-1"),
        ("cn-north-1", "cloudfront", "cn-northwest-1"),
        ("cn-north-1", "route53", "cn-northwest-1"),
        ("cn-north-1", "sns", "cn-north-1"),
    ],
)
def test_global_services_are_signed_for_where_they_live(
    endpoint: str | None, region: str, service: str, signed_for: str
) -> None:
    client = Session({**CREDENTIALS, "region": region, "endpoint_url": endpoint}).client(service)
    assert client._request_signer._region_name == signed_for


PROFILE = {"region": "us-east-1", "profile": "dns", "access_key": None, "secret_key": "", "session_token": None}
KEYS = {"region": "us-east-1", "access_key": "AKIADNS", "secret_key": "dns secret"}


@pytest.mark.parametrize(
    ("dns", "expected"),
    [
        pytest.param(
            None,
            {"region": "cn-north-1", "access_key": "AKIA", "secret_key": "secret", "session_token": "token"},
            id="nothing given",
        ),
        pytest.param(
            {},
            {"region": "cn-north-1", "access_key": "AKIA", "secret_key": "secret", "session_token": "token"},
            id="empty",
        ),
        pytest.param(
            {"region": "us-east-1"},
            {"region": "us-east-1", "access_key": "AKIA", "secret_key": "secret", "session_token": "token"},
            id="region alone",
        ),
        pytest.param(PROFILE, {"region": "us-east-1", "profile": "dns"}, id="a profile instead of keys"),
        pytest.param(
            KEYS,
            {"region": "us-east-1", "access_key": "AKIADNS", "secret_key": "dns secret"},
            id="keys without the token of others",
        ),
    ],
)
def test_route53_may_have_a_connection_of_its_own(dns: dict[str, str | None] | None, expected: dict[str, str]) -> None:
    params = {
        "region": "cn-north-1",
        "access_key": "AKIA",
        "secret_key": "secret",
        "session_token": "token",
        "domains": ["example.com"],
    }
    assert Connection.of(params).overlaid(dns).options == expected


OURS = {"region": "us-east-1", "profile": None, "access_key": "AKIA", "secret_key": "secret", "session_token": "token"}
ROLE = {"role_arn": "arn:aws:iam::222222222222:role/certops-dns", "external_id": "ours"}


@pytest.mark.parametrize(
    ("dns", "delegation", "expected"),
    [
        pytest.param({}, ROLE, {"access_key": "AKIA", **ROLE}, id="a role assumed with the credentials of the module"),
        pytest.param(
            KEYS, ROLE, {"access_key": "AKIADNS", **ROLE}, id="a role assumed with the credentials for Route 53"
        ),
        pytest.param(
            ROLE,
            {"role_arn": "other"},
            {"access_key": "AKIA", "role_arn": "other"},
            id="another role without the external ID of the first",
        ),
        pytest.param(ROLE, KEYS, {"access_key": "AKIADNS"}, id="other credentials without the role"),
        pytest.param(
            ROLE,
            {"region": "cn-north-1"},
            {"region": "cn-north-1", "access_key": "AKIA", **ROLE},
            id="another region alone",
        ),
    ],
)
def test_a_delegation_has_credentials_and_a_role_of_one_place(
    dns: dict[str, str], delegation: dict[str, str], expected: dict[str, str]
) -> None:
    found = Connection(OURS).overlaid(dns).overlaid(delegation).options
    shown = {
        name: value for name, value in found.items() if name in ("region", "access_key", "role_arn", "external_id")
    }
    assert shown == {"region": "us-east-1", **expected}


def test_sessions_of_one_identity_see_the_same_and_no_secret_is_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ROLE_ARN", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)

    def identity(**changes: str | None) -> tuple[str, ...]:
        return Session({**CREDENTIALS, "region": "us-east-1", **changes}).identity

    mine = identity()
    assert identity() == mine
    role = identity(**ROLE)
    found = [
        mine,
        role,
        identity(**{**ROLE, "external_id": "theirs"}),
        identity(access_key="AKIAOTHER"),
        identity(endpoint_url="http://127.0.0.1:1"),
    ]
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::222222222222:role/other")
    found.append(identity())
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a token")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    assert identity() == found[-1]
    assert len(set(found)) == len(found)
    assert not [part for one in found for part in one if "secret" in part or "token" in part]


def test_what_must_not_be_repeated_is_not_whatever_the_user_says_of_retries() -> None:
    theirs = {"retries": {"mode": "standard", "total_max_attempts": 5}, "read_timeout": 7}
    session = Session({**CREDENTIALS, "region": "us-east-1", "aws_config": theirs})
    found = [session.regional("acm", "us-east-1", **given).meta.config for given in ({}, ONCE)]
    assert [one.retries["total_max_attempts"] for one in found] == [5, 1]
    assert [one.read_timeout for one in found] == [7, 7]
