# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import traceback
import typing as t

import boto3
import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.errors import calling
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RemoteError
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from botocore.parsers import ResponseParserError
from unit.fakes.http_body import Body


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        pytest.param(
            EndpointConnectionError(endpoint_url="https://iam.example"), "EndpointConnectionError", id="no connection"
        ),
        pytest.param(ResponseParserError("not XML"), "malformedAnswer", id="an answer that is no XML"),
        pytest.param(
            ClientError({"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "GetUser"),
            "Throttling",
            id="an error answer",
        ),
    ],
)
def test_a_failure_names_the_call(failure: Exception, code: str) -> None:
    with (
        pytest.raises(RemoteError, match="iam:GetServerCertificate on webapp") as caught,
        calling("iam", "GetServerCertificate", "webapp"),
    ):
        raise failure
    assert (caught.value.service, caught.value.operation, caught.value.code) == ("iam", "GetServerCertificate", code)


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "AuthorizationError"])
def test_a_denial_says_what_to_grant(code: str) -> None:
    with pytest.raises(RemoteError, match="grant this action to the identity in use"), calling("sns", "Publish"):
        raise ClientError({"Error": {"Code": code, "Message": "not authorized to perform: sns:Publish"}}, "Publish")


@pytest.mark.parametrize("failure", [NoCredentialsError(), NoRegionError()], ids=["credentials", "region"])
def test_a_lack_of_configuration_is_bad_input(failure: Exception) -> None:
    with pytest.raises(ConfigError, match="set "), calling("sns", "Publish"):
        raise failure


def _client(service: str, **credentials: str) -> t.Any:
    given = {
        "aws_access_key_id": "none",
        "aws_secret_access_key": "none",
        "endpoint_url": "http://127.0.0.1:1",
        **credentials,
    }
    return boto3.client(
        service,
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
        **given,
    )


def _fail(**_event: object) -> None:
    raise KeyError("ours")


def test_a_mistake_of_ours_is_not_taken_for_an_answer() -> None:
    client = _client("sns")
    client.meta.events.register("before-sign", _fail)
    with pytest.raises(KeyError, match="ours"), calling("sns", "ListTopics"):
        client.list_topics()
    with pytest.raises(AttributeError, match="no_such_call"), calling("sns", "NoSuchCall"):
        client.no_such_call()
    with pytest.raises(TypeError, match="keyword arguments"), calling("sns", "ListTopics"):
        client.list_topics("a")


def test_a_file_of_credentials_that_is_not_there_is_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose token is not mounted."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::111111111111:role/certops")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token")
    client = boto3.session.Session(region_name="us-east-1").client("sns", endpoint_url="http://127.0.0.1:1")
    with (
        pytest.raises(ConfigError, match=r"sns:ListTopics was not called: .*/nowhere/token"),
        calling("sns", "ListTopics"),
    ):
        client.list_topics()


def test_a_port_that_is_none_is_bad_input() -> None:
    client = _client("sns", endpoint_url="http://127.0.0.1:99999")
    with pytest.raises(ConfigError, match="Port out of range"), calling("sns", "ListTopics"):
        client.list_topics()


def test_a_header_with_a_session_token_is_not_quoted() -> None:
    client = _client("sns", aws_session_token="SECRETTOKEN\r")
    with pytest.raises(RemoteError, match="cannot be sent") as caught, calling("sns", "ListTopics"):
        client.list_topics()
    assert "SECRETTOKEN" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("status", [200, 403])
def test_an_answer_is_not_quoted(status: int) -> None:
    client = _client("sts")
    answer = b"<AssumeRoleResponse><Credentials><SecretAccessKey>SECRETKEY</SecretAccessKey><SessionToken>SECRET"
    client.meta.events.register(
        "before-send", lambda request, **_more: AWSResponse(request.url, status, {}, Body(answer))
    )
    with pytest.raises(RemoteError, match="sts:AssumeRole") as caught, calling("sts", "AssumeRole"):
        client.assume_role(RoleArn="arn:aws:iam::111111111111:role/certops", RoleSessionName="certops")
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))
