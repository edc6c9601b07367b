# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client through the real botocore, whose HTTP layer is replaced."""

from __future__ import annotations

import typing as t

import boto3
import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws import cloudfront
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.cloudfront import (
    CloudFront,
    DistributionConfig,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from unit.fakes.cloudfront import NAMESPACE, bound_to, config_xml

UNKNOWN = "<ViewerMtlsOfTomorrow><Mode>required</Mode></ViewerMtlsOfTomorrow>"
CONFIG = config_xml(["a.test", "b.test"], bound_to("ASCA1") + "<InnerOfTomorrow/>", UNKNOWN)


class Raw:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self) -> t.Iterator[bytes]:
        yield self.body


class Http:
    """Answers with the given bodies, in turn, and keeps the requests."""

    def __init__(self, *answers: tuple[int, dict[str, str], bytes]) -> None:
        self.answers = list(answers)
        self.requests: list[AWSPreparedRequest] = []
        config = Config(retries={"max_attempts": 0}, **cloudfront.CLIENT_CONFIG)
        session = boto3.Session("AKIA", "secret", region_name="us-east-1")
        client = session.client("cloudfront", config=config)
        client.meta.events.register("before-send.cloudfront", self.send)
        self.cloudfront = CloudFront(client)

    def send(self, request: AWSPreparedRequest, **_event: t.Any) -> AWSResponse:
        self.requests.append(request)
        status, headers, body = self.answers.pop(0)
        return AWSResponse(request.url, status, headers, Raw(body))


def error(code: str, message: str) -> bytes:
    return (
        "<ErrorResponse"
        f' xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>'.encode()  # noqa: E501 - data in the form of its origin
    )


def test_a_configuration_keeps_every_byte_on_its_way_in_and_out() -> None:
    http = Http((200, {"ETag": "E1"}, CONFIG), (200, {"ETag": "E2"}, b"<Distribution/>"))
    config = http.cloudfront.get_distribution_config("EDIST")
    assert (config.etag, config.xml, config.aliases) == ("E1", CONFIG, ("a.test", "b.test"))
    assert http.cloudfront.update_distribution("EDIST", config) == "E2"
    sent = http.requests[1]
    assert sent.body == CONFIG
    assert sent.headers["If-Match"] == b"E1"
    assert sent.url.endswith("/distribution/EDIST/config")
    assert sent.headers["Content-Length"] == str(len(CONFIG))


def test_each_update_sends_its_own_configuration() -> None:
    http = Http(*[(200, {"ETag": "E"}, b"<Distribution/>")] * 2)
    for xml in (b"<one/>", b"<two/>"):
        http.cloudfront.update_distribution("EDIST", DistributionConfig("E", xml))
    assert [request.body for request in http.requests] == [b"<one/>", b"<two/>"]


def test_refusals_keep_their_code() -> None:
    http = Http((412, {}, error("PreconditionFailed", "stale")))
    with pytest.raises(RemoteError, match=r"UpdateDistribution on EDIST.*PreconditionFailed: stale") as caught:
        http.cloudfront.update_distribution("EDIST", DistributionConfig("E", CONFIG))
    assert caught.value.code == "PreconditionFailed"


def test_an_answer_that_is_no_configuration_is_an_error() -> None:
    with pytest.raises(RemoteError, match="cannot be used"):
        Http((200, {"ETag": "E"}, b"<Other/>")).cloudfront.get_distribution_config("EDIST")


def test_a_configuration_shows_no_origin_header_in_its_repr() -> None:
    config = Http(
        (200, {"ETag": "E1"}, config_xml([], "", "<HeaderValue>s3cret</HeaderValue>"))
    ).cloudfront.get_distribution_config("EDIST")
    assert "s3cret" not in repr(config)


def page(identifier: str, marker: str, more: str = "") -> bytes:
    following = (
        f"<NextMarker>{marker}</NextMarker><IsTruncated>true</IsTruncated>"
        if marker
        else "<IsTruncated>false</IsTruncated>"
    )
    return (
        "<DistributionList"
        f' xmlns="{NAMESPACE}"><Marker/><MaxItems>100</MaxItems><Quantity>1</Quantity>{following}<Items><DistributionSummary>'  # noqa: E501 - data in the form of its origin
        f"<Id>{identifier}</Id><Status>InProgress</Status><DomainName>d.test</DomainName><Enabled>false</Enabled><Staging>true</Staging><ETag>E7</ETag>"
        "<Aliases><Quantity>1</Quantity><Items><CNAME>a.test</CNAME></Items></Aliases>"
        f"<ViewerCertificate>{bound_to('ASCA1')}</ViewerCertificate>{more}</DistributionSummary></Items></DistributionList>"
    ).encode()


def test_every_page_is_listed_a_hundred_at_a_time() -> None:
    http = Http((200, {}, page("E1", "E1")), (200, {}, page("E2", "", "<ConnectionMode>tenant-only</ConnectionMode>")))
    first, second = http.cloudfront.list_distributions()
    assert ["MaxItems=100" in request.url for request in http.requests] == [True, True]
    assert (first.id, first.aliases, first.status, first.etag, first.enabled, first.staging, first.tenant_only) == (
        *("E1", ("a.test",), "InProgress", "E7"),
        *(False, True, False),
    )
    assert first.viewer["IAMCertificateId"] == "ASCA1"
    assert second.tenant_only


def test_what_nobody_reads_of_a_listing_changes_nothing_about_what_is_read() -> None:
    unread = (
        "<LastModifiedTime>no time at all</LastModifiedTime><Origins><Quantity>1</Quantity><Items><Origin>"
        "<Id>&lt;/Origins&gt;</Id></Origin></Items></Origins><CacheBehaviors><Quantity>0</Quantity></CacheBehaviors>"
        "<DefaultCacheBehavior><TargetOriginId>\n</TargetOriginId></DefaultCacheBehavior><OriginGroups/>"
    )
    plain = Http((200, {}, page("E1", ""))).cloudfront.list_distributions()
    assert Http((200, {}, page("E1", "", unread))).cloudfront.list_distributions() == plain


def test_no_distributions_at_all() -> None:
    body = (
        "<DistributionList"
        f' xmlns="{NAMESPACE}"><Marker/><MaxItems>100</MaxItems><Quantity>0</Quantity><IsTruncated>false</IsTruncated></DistributionList>'  # noqa: E501 - data in the form of its origin
    )
    assert Http((200, {}, body.encode())).cloudfront.list_distributions() == ()


def test_the_default_certificate_is_told_in_the_same_words_by_listing_and_configuration() -> None:
    default = "<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate>"
    (listed,) = Http(
        (200, {}, page("E1", "").replace(bound_to("ASCA1").encode(), default.encode()))
    ).cloudfront.list_distributions()
    read = Http((200, {"ETag": "E"}, config_xml([], default))).cloudfront.get_distribution_config("E1")
    assert listed.viewer == read.viewer == {"CloudFrontDefaultCertificate": "true"}
