# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._aws.errors import calling
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RemoteError
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


def test_a_mistake_of_ours_is_not_taken_for_an_answer() -> None:
    with pytest.raises(KeyError, match="ours"), calling("sns", "Publish"):
        raise KeyError("ours")
