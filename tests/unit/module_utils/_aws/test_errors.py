# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import io

import boto3
import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._aws.errors import calling
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RemoteError
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError
from botocore.parsers import ResponseParserError


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        pytest.param(EndpointConnectionError(endpoint_url="https://iam.example"), "EndpointConnectionError", id="no connection"),
        pytest.param(ResponseParserError("not XML"), "ResponseParserError", id="an answer that is no XML"),
        pytest.param(ClientError({"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "GetUser"), "Throttling", id="an error answer"),
    ],
)
def test_a_failure_names_the_call(failure: Exception, code: str) -> None:
    with pytest.raises(RemoteError, match="iam:GetServerCertificate on webapp") as caught, calling("iam", "GetServerCertificate", "webapp"):
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


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        pytest.param("dynamodb", "list_tables", b"[]", id="JSON that is no object"),
        pytest.param("dynamodb", "list_tables", b"null", id="JSON that is nothing"),
        pytest.param("dynamodb", "list_tables", b"\xff\xfe", id="no UTF-8"),
        pytest.param("iam", "list_server_certificates", b"<html/>", id="other XML"),
    ],
)
def test_an_answer_that_botocore_stumbles_over_names_the_call(service: str, operation: str, body: bytes, status: int) -> None:
    client = boto3.client(service, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    client.meta.events.register("before-send", lambda request, **_more: AWSResponse(request.url, status, {}, Raw(body)))
    with pytest.raises(RemoteError, match=r"^sns:Publish on a topic ") as caught, calling("sns", "Publish", "a topic"):
        getattr(client, operation)()
    assert caught.value.code in {"malformedAnswer", "HTTP status 400"}


def test_a_mistake_of_ours_is_not_taken_for_an_answer() -> None:
    with pytest.raises(KeyError, match="ours"), calling("sns", "Publish"):
        raise KeyError("ours")


class Raw(io.BytesIO):
    """The body of an HTTP answer, as urllib3 gives it."""

    def stream(self, **_more: object) -> list[bytes]:
        return [self.read()]
