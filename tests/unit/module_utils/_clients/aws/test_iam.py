# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client through the real botocore, whose answers are replaced."""

from __future__ import annotations

import typing as t
import urllib.parse
from dataclasses import replace

import boto3
import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.iam import Iam, Upload
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, RemoteError
from botocore.stub import Stubber
from unit.fakes.certificates import issue

ISSUED = issue("example.com")
UPLOAD = Upload("webapp", "/cloudfront/", ISSUED.leaf, ISSUED.chain, ISSUED.key, {"a": "1"})
KEY_LINE = ISSUED.key.splitlines()[1]


@pytest.fixture
def stubbed() -> t.Iterator[tuple[Iam, Stubber]]:
    client = boto3.Session("AKIA", "secret", region_name="us-east-1").client("iam")
    with Stubber(client) as stubber:
        yield Iam(client), stubber


def metadata(name: str) -> dict[str, t.Any]:
    return {
        "Path": "/cloudfront/",
        "ServerCertificateName": name,
        "ServerCertificateId": "ASCA" + "X" * 17,
        "Arn": "arn:aws:iam::123456789012:server-certificate/x",
    }


def test_upload_sends_leaf_and_chain_apart_and_no_empty_members(stubbed: tuple[Iam, Stubber]) -> None:
    iam, stubber = stubbed
    request = {
        "ServerCertificateName": "webapp",
        "Path": "/cloudfront/",
        "CertificateBody": ISSUED.leaf,
        "PrivateKey": ISSUED.key,
    }
    answer = {"ServerCertificateMetadata": metadata("webapp")}
    stubber.add_response(
        "upload_server_certificate",
        answer,
        {**request, "CertificateChain": ISSUED.chain, "Tags": [{"Key": "a", "Value": "1"}]},
    )
    stubber.add_response("upload_server_certificate", answer, request)
    assert iam.upload_server_certificate(UPLOAD).name == "webapp"
    assert iam.upload_server_certificate(replace(UPLOAD, chain="", tags={})).name == "webapp"


@pytest.mark.parametrize(
    "message", ["cannot parse {key}", "cannot parse b'{line}'", "cannot parse {line}\\n", "cannot parse {sent}"]
)
def test_no_refusal_shows_the_key_even_if_the_service_quotes_it(stubbed: tuple[Iam, Stubber], message: str) -> None:
    iam, stubber = stubbed
    sent = urllib.parse.quote_plus(ISSUED.key)
    text = message.format(key=ISSUED.key, line=KEY_LINE, sent=sent)
    stubber.add_client_error("upload_server_certificate", "MalformedCertificate", text, 400)
    with pytest.raises(RemoteError) as caught:
        iam.upload_server_certificate(UPLOAD)
    assert caught.value.code == "MalformedCertificate"
    assert KEY_LINE not in f"{caught.value} {caught.value.details}"
    assert sent not in f"{caught.value} {caught.value.details}"
    assert caught.value.__cause__ is None


def test_no_error_of_botocore_itself_shows_the_key(stubbed: tuple[Iam, Stubber]) -> None:
    iam, stubber = stubbed
    # as its parameter validation, the stub's comparison quotes what it was given
    stubber.add_response(
        "upload_server_certificate", {"ServerCertificateMetadata": metadata("x")}, {"PrivateKey": "another"}
    )
    with pytest.raises(CertError) as caught:
        iam.upload_server_certificate(UPLOAD)
    assert "withheld" in caught.value.message
    assert KEY_LINE not in f"{caught.value} {caught.value.details}"


def test_an_upload_shows_no_key_in_its_repr() -> None:
    assert KEY_LINE not in repr(UPLOAD)


def test_what_does_not_exist_is_no_error(stubbed: tuple[Iam, Stubber]) -> None:
    iam, stubber = stubbed
    stubber.add_client_error("get_server_certificate", "NoSuchEntity")
    stubber.add_client_error("delete_server_certificate", "NoSuchEntity")
    assert iam.get_server_certificate("none") is None
    assert iam.delete_server_certificate("none") is False


def test_a_denied_call_is_an_error(stubbed: tuple[Iam, Stubber]) -> None:
    iam, stubber = stubbed
    for method in ("get_server_certificate", "delete_server_certificate", "list_server_certificates"):
        stubber.add_client_error(method, "AccessDenied")
    for call in (
        lambda: iam.get_server_certificate("x"),
        lambda: iam.delete_server_certificate("x"),
        iam.list_server_certificates,
    ):
        with pytest.raises(RemoteError, match="AccessDenied"):
            call()


def test_every_page_is_listed(stubbed: tuple[Iam, Stubber]) -> None:
    iam, stubber = stubbed
    expected = {"PathPrefix": "/cloudfront/", "MaxItems": 1000}
    stubber.add_response(
        "list_server_certificates",
        {"ServerCertificateMetadataList": [metadata("a")], "IsTruncated": True, "Marker": "m"},
        expected,
    )
    stubber.add_response(
        "list_server_certificates",
        {"ServerCertificateMetadataList": [metadata("b")], "IsTruncated": False},
        {**expected, "Marker": "m"},
    )
    assert [one.name for one in iam.list_server_certificates("/cloudfront/")] == ["a", "b"]
