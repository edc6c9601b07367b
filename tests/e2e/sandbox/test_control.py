# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface: call log, settings, faults and clock."""

from __future__ import annotations

import subprocess
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError


@pytest.fixture
def iam(aws):
    return aws.client("iam")


def test_every_call_is_logged_in_its_order_with_its_outcome(aws, iam):
    iam.list_server_certificates(PathPrefix="/cloudfront/")
    with aws.refuses("NoSuchEntity", 404):
        iam.get_server_certificate(ServerCertificateName="a")
    aws.client("s3").list_buckets()
    calls = aws.control("GET", "calls")
    assert [(call["service"], call["operation"], call["status"], call["error"]) for call in calls] == [
        ("iam", "ListServerCertificates", 200, None),
        ("iam", "GetServerCertificate", 404, "NoSuchEntity"),
        ("s3", "ListBuckets", 200, None),
    ]
    assert calls[0]["params"] == {"PathPrefix": "/cloudfront/"}
    assert (calls[0]["region"], calls[0]["partition"]) == ("us-east-1", "aws")
    aws.control("DELETE", "calls")
    assert aws.control("GET", "calls") == []


def test_a_call_that_began_before_the_log_was_cleared_is_not_in_it(aws, iam):
    aws.control("POST", "faults", {"service": "iam", "kind": "delay", "seconds": 0.5})
    with ThreadPoolExecutor() as pool:
        listed = pool.submit(iam.list_server_certificates)
        while aws.control("GET", "faults")[0]["count"]:
            assert not listed.done()
        aws.control("DELETE", "calls")
        listed.result()
    assert aws.control("GET", "calls") == []


@pytest.mark.parametrize(
    ("service", "call", "code", "status"),
    [
        ("route53", lambda client: client.list_hosted_zones(), "Throttling", 400),
        ("iam", lambda client: client.list_server_certificates(), "Throttling", 400),
        ("cloudfront", lambda client: client.list_distributions(), "Throttling", 400),
        ("sns", lambda client: client.list_topics(), "Throttled", 429),
        ("s3", lambda client: client.list_buckets(), "SlowDown", 503),
        ("dynamodb", lambda client: client.list_tables(), "ThrottlingException", 400),
    ],
)
def test_each_service_is_throttled_in_its_own_words(aws, service, call, code, status):
    aws.control("POST", "faults", {"service": service, "kind": "throttled"})
    with aws.refuses(code, status):
        call(aws.client(service))
    call(aws.client(service))


def test_a_fault_may_have_the_code_of_choice(aws):
    aws.control("POST", "faults", {"service": "route53", "kind": "throttled", "code": "PriorRequestNotComplete"})
    with aws.refuses("PriorRequestNotComplete"):
        aws.client("route53").list_hosted_zones()


def test_a_fault_lets_calls_pass_then_strikes_as_often_as_asked(aws, iam):
    aws.control(
        "POST",
        "faults",
        {"service": "iam", "operation": "ListServerCertificates", "kind": "access_denied", "skip": 1, "count": 2},
    )
    iam.list_server_certificates()
    iam.get_account_summary()
    for dummy in range(2):
        with aws.refuses("AccessDenied", 403):
            iam.list_server_certificates()
    iam.list_server_certificates()
    left = aws.control("GET", "faults")[0]
    assert (left["skip"], left["count"]) == (0, 0)


def test_after_means_that_it_happened_and_only_the_answer_is_lost(aws):
    sns = aws.client("sns")
    for when, expected in (("before", 0), ("after", 1)):
        aws.control("POST", "faults", {"service": "sns", "operation": "CreateTopic", "kind": "error_500", "when": when})
        with aws.refuses("InternalError", 500):
            sns.create_topic(Name="a")
        assert len(sns.list_topics()["Topics"]) == expected


def test_connections_break_and_a_proxy_answers(aws, iam):
    aws.control("POST", "faults", {"service": "iam", "kind": "reset"})
    with pytest.raises(ConnectionClosedError):
        iam.list_server_certificates()
    aws.control("POST", "faults", {"service": "cloudfront", "kind": "malformed"})
    answer = aws.client("cloudfront").list_distributions()
    assert answer["DistributionList"] == {}
    assert "RequestId" not in answer["ResponseMetadata"]
    assert [call["error"] for call in aws.control("GET", "calls")] == ["fault:reset", "fault:malformed"]


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("cloudfront", "list_distributions"),
        ("dynamodb", "list_tables"),
        ("iam", "list_server_certificates"),
        ("route53", "list_hosted_zones"),
        ("s3", "list_buckets"),
        ("sns", "list_topics"),
        ("sts", "get_caller_identity"),
    ],
)
def test_every_answer_has_a_request_id(aws, service, operation):
    assert getattr(aws.client(service), operation)()["ResponseMetadata"]["RequestId"]


def test_delays_and_timeouts(aws, iam):
    aws.control("POST", "faults", {"service": "iam", "kind": "delay", "seconds": 0.2})
    started = time.monotonic()
    iam.list_server_certificates()
    assert time.monotonic() - started >= 0.2
    aws.control("POST", "faults", {"service": "iam", "kind": "timeout", "seconds": 0.2})
    with pytest.raises((ReadTimeoutError, ConnectionClosedError)):
        iam.list_server_certificates()


def test_kill_ends_the_process_that_was_named(aws, iam):
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as victim:
        aws.control("POST", "faults", {"service": "iam", "kind": "kill", "pgid": victim.pid, "when": "after"})
        with pytest.raises(ConnectionClosedError):
            iam.list_server_certificates()
        assert victim.wait(5) == -9


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("faults", {"service": "iam", "kind": "unknown"}),
        ("faults", {"kind": "reset"}),
        ("faults", {"service": "iam", "kind": "kill"}),
        ("settings", {"unknown": 1}),
        ("settings", {"enforce_iam": 1}),
        ("clock", {}),
    ],
)
def test_bad_control_requests_are_refused(aws, path, values):
    with pytest.raises(urllib.error.HTTPError) as caught:
        aws.control("POST", path, values)
    assert caught.value.code == 400


def test_reset_forgets_everything(aws, iam, bundle):
    iam.upload_server_certificate(**bundle("a.example.com").upload_arguments("a"))
    aws.client("s3").create_bucket(Bucket="certs")
    aws.control("POST", "settings", {"latency_seconds": 0.01})
    aws.control("POST", "clock", {"advance_seconds": 100})
    aws.control("POST", "reset")
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == []
    assert aws.client("s3").list_buckets()["Buckets"] == []
    assert aws.control("GET", "settings")["latency_seconds"] == 0
    assert aws.control("GET", "clock")["offset_seconds"] == 0
