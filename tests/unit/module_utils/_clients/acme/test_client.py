# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport: what is sent again, how often, after how long, and what users get to read when it is no use."""

from __future__ import annotations

import contextlib
import io
import json
import re
import typing as t
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime

import josepy
import pytest
import requests
import urllib3
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.client import (
    AcmeServer,
    Client,
    Registration,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.messages import AcmeStatus, Challenge
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.network import Network
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from cryptography.hazmat.primitives.asymmetric import ec
from requests.adapters import BaseAdapter
from sandbox.ca.authority import Authority
from unit.fakes.clock import FakeClock

BASE = "https://ca.example"
DIRECTORY = {
    "newNonce": f"{BASE}/nonce",
    "newAccount": f"{BASE}/account",
    "newOrder": f"{BASE}/order",
    "meta": {"profiles": {"classic": "x"}},
}
ORDER = {
    "status": "pending",
    "identifiers": [{"type": "dns", "value": "example.com"}],
    "authorizations": [f"{BASE}/a"],
    "finalize": f"{BASE}/f",
}
URN = "urn:ietf:params:acme:error:"
KEY = josepy.JWKEC(key=ec.generate_private_key(ec.SECP256R1()))


@dataclass
class Answer:
    status: int = 200
    body: t.Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    nonce: bool = True


def problem(code: str, status: int = 400, detail: str = "no", **headers: str) -> Answer:
    return Answer(
        status, {"type": URN + code, "detail": detail}, {"Content-Type": "application/problem+json", **headers}
    )


class Ca(BaseAdapter):
    """Answers each path with what is queued for it, the last answer again and again; counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, list[Answer | Exception]] = {"/dir": [Answer(body=DIRECTORY)], "/nonce": [Answer()]}
        self.asked: list[str] = []
        self.nonces: list[str] = []
        self.sent: list[dict[str, t.Any]] = []
        self.timeouts: list[t.Any] = []

    def send(self, request: requests.PreparedRequest, *args: t.Any, **kwargs: t.Any) -> requests.Response:
        path = str(request.url).removeprefix(BASE)
        self.asked.append(f"{request.method} {path}")
        self.timeouts.append(kwargs.get("timeout"))
        if request.body:
            jws = json.loads(request.body)
            header = json.loads(josepy.b64decode(jws["protected"]))
            self.nonces.append(header["nonce"])
            self.sent.append({"header": header, "payload": josepy.b64decode(jws["payload"]).decode()})
        queue = self.answers[path]
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status, str(request.url), request
        content = answer.body.encode() if isinstance(answer.body, str) else json.dumps(answer.body).encode()
        response.raw = urllib3.HTTPResponse(io.BytesIO(content), preload_content=False)
        response.headers.update({"Content-Type": "application/json", **answer.headers})
        if answer.nonce:
            response.headers["Replay-Nonce"] = josepy.b64encode(f"nonce-{len(self.asked):04}".encode()).decode()
        return response

    def close(self) -> None:
        pass


@dataclass
class Setup:
    ca: Ca
    clock: FakeClock
    client: Client


@pytest.fixture
def setup() -> Setup:
    ca, clock = Ca(), FakeClock()
    network = Network(KEY, None, clock)
    network.session.mount("https://", ca)
    client = Client(f"{BASE}/dir", network)
    client.use_account(f"{BASE}/account/1")
    return Setup(ca, clock, client)


def test_the_nonce_of_each_answer_is_used_for_the_next_request(setup: Setup) -> None:
    setup.ca.answers["/o"] = [Answer(body=ORDER)]
    for _number in range(5):
        setup.client.order(f"{BASE}/o")
    assert setup.ca.asked == ["GET /dir", "HEAD /nonce", *["POST /o"] * 5]
    assert len(set(setup.ca.nonces)) == 5


def test_a_refused_nonce_is_replaced_by_the_one_that_came_with_the_refusal(setup: Setup) -> None:
    setup.ca.answers["/o"] = [*[problem("badNonce")] * 11, Answer(body=ORDER)]
    assert setup.client.order(f"{BASE}/o").status is AcmeStatus.PENDING
    assert setup.ca.asked.count("HEAD /nonce") == 1
    assert setup.ca.asked.count("POST /o") == 12
    assert setup.clock.naps == []


def test_nonces_that_are_refused_for_ever_end_the_run(setup: Setup) -> None:
    setup.ca.answers["/o"] = [problem("badNonce")]
    with pytest.raises(RemoteError) as caught:
        setup.client.order(f"{BASE}/o")
    assert caught.value.code == "badNonce"
    assert setup.ca.asked.count("POST /o") == 12


def test_a_refusal_without_a_nonce_makes_us_ask_for_one(setup: Setup) -> None:
    refused = problem("badNonce")
    refused.nonce = False
    setup.ca.answers["/o"] = [refused, Answer(body=ORDER)]
    setup.client.order(f"{BASE}/o")
    assert setup.ca.asked.count("HEAD /nonce") == 2


@pytest.mark.parametrize(
    ("first", "naps"),
    [
        pytest.param(problem("serverInternal", 500), [1.0], id="internal error"),
        pytest.param(Answer(502, "<html>"), [1.0], id="a proxy's error page"),
        pytest.param(problem("rateLimited", 503, **{"Retry-After": "7"}), [7.0], id="overloaded, with seconds"),
        pytest.param(problem("rateLimited", 429, **{"Retry-After": "2"}), [2.0], id="too many requests, with seconds"),
        pytest.param(problem("rateLimited", 503, **{"Retry-After": "0"}), [1.0], id="overloaded, with nothing to wait"),
        pytest.param(
            problem("rateLimited", 503, **{"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}), [1.0], id="a past date"
        ),
        pytest.param(
            problem("rateLimited", 503, **{"Retry-After": "Sun, 06 Nov 1994 08:49:37 -99999999999999999999"}),
            [1.0],
            id="an absurd date",
        ),
        pytest.param(requests.ConnectionError("reset"), [1.0], id="connection reset"),
        pytest.param(requests.ReadTimeout("slow"), [1.0], id="no answer in time"),
    ],
)
def test_what_passes_is_sent_again(setup: Setup, first: Answer | Exception, naps: list[float]) -> None:
    setup.ca.answers["/o"] = [first, Answer(body=ORDER)]
    assert setup.client.order(f"{BASE}/o").url == f"{BASE}/o"
    assert setup.clock.naps == naps


def test_a_date_in_retry_after_is_understood(setup: Setup) -> None:
    date = format_datetime(setup.clock.now() + timedelta(seconds=30), usegmt=True)
    setup.ca.answers["/o"] = [problem("rateLimited", 503, **{"Retry-After": date}), Answer(body=ORDER)]
    setup.client.order(f"{BASE}/o")
    assert setup.clock.naps == [30.0]


def test_a_rate_limit_is_told_and_not_waited_for(setup: Setup) -> None:
    detail = "too many certificates (5) already issued for this exact set of identifiers"
    setup.ca.answers["/order"] = [problem("rateLimited", 429, detail, **{"Retry-After": "86400"})]
    with pytest.raises(RemoteError) as caught:
        setup.client.new_order(["example.com"], None)
    error = caught.value
    assert (error.service, error.operation, error.code, error.retry_after) == (
        "acme",
        "newOrder",
        "rateLimited",
        86400.0,
    )
    assert "5 in 7 days" in error.message
    assert "2027-01-07T04:42:00Z" in error.message
    assert setup.clock.naps == []


@pytest.mark.parametrize(
    ("failure", "code", "attempts"),
    [
        pytest.param(requests.ConnectionError("refused"), "ConnectionError", 3, id="refused"),
        pytest.param(requests.ConnectTimeout("no answer"), "ConnectTimeout", 3, id="silent"),
        pytest.param(
            requests.exceptions.SSLError("certificate verify failed"), "SSLError", 1, id="certificate not trusted"
        ),
        pytest.param(problem("serverInternal", 500), "serverInternal", 3, id="broken"),
    ],
)
def test_a_directory_that_is_away_is_told_soon(
    setup: Setup, failure: Answer | Exception, code: str, attempts: int
) -> None:
    setup.ca.answers["/dir"] = [failure]
    with pytest.raises(RemoteError, match=re.escape("acme:directory on https://ca.example/dir")) as caught:
        setup.client.directory()
    assert caught.value.code == code
    assert len(setup.ca.asked) == attempts
    assert sum(setup.clock.naps) + sum(sum(timeout) for timeout in setup.ca.timeouts) < 55


def test_every_request_has_a_timeout(setup: Setup) -> None:
    setup.ca.answers["/o"] = [Answer(body=ORDER)]
    setup.client.order(f"{BASE}/o")
    assert all(timeout and all(timeout) for timeout in setup.ca.timeouts)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<html>a portal</html>", id="a page"),
        pytest.param([], id="a list"),
        pytest.param({"newNonce": "x"}, id="half a directory"),
        pytest.param({**DIRECTORY, "meta": "x"}, id="meta of another type"),
        pytest.param({**DIRECTORY, "newOrder": "http://ca.example/order"}, id="a resource without TLS"),
        pytest.param({**DIRECTORY, "newNonce": "https:///nonce"}, id="a resource without a host"),
        pytest.param({**DIRECTORY, "revokeCert": "https://[x/"}, id="a resource that is not a URL"),
        pytest.param({**DIRECTORY, "renewalInfo": "ftp://ca.example/"}, id="renewal information elsewhere"),
        pytest.param({**DIRECTORY, "meta": {"profiles": 7}}, id="profiles of another type"),
        pytest.param({**DIRECTORY, "meta": {"profiles": {str(n): "x" for n in range(51)}}}, id="too many profiles"),
        pytest.param({**DIRECTORY, "meta": {"caaIdentities": "ca.example"}}, id="names of another type"),
    ],
)
def test_what_is_no_directory_is_told(setup: Setup, body: t.Any) -> None:
    setup.ca.answers["/dir"] = [Answer(body=body)]
    with pytest.raises(RemoteError, match="check the URL"):
        setup.client.directory()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"status": "excited"}, id="unknown status"),
        pytest.param({"finalize": None, "identifiers": None}, id="no identifiers"),
        pytest.param({"authorizations": 5}, id="wrong type"),
        pytest.param({"authorizations": [f"{BASE}/{number}" for number in range(101)]}, id="too many authorizations"),
        pytest.param({"identifiers": [{"type": "dns", "value": str(n)} for n in range(101)]}, id="too many names"),
        pytest.param({"authorizations": ["http://ca.example/a"]}, id="an authorization without TLS"),
        pytest.param({"finalize": "https:///f"}, id="finalize without a host"),
        pytest.param({"certificate": "https://[x/"}, id="a certificate that is not at a URL"),
        pytest.param({"certificate": ["x"]}, id="a list of certificates"),
    ],
)
def test_a_malformed_order_is_an_error_that_names_the_call(setup: Setup, changes: dict[str, t.Any]) -> None:
    setup.ca.answers["/o"] = [Answer(body={**ORDER, **changes})]
    with pytest.raises(RemoteError, match=re.escape("acme:order on https://ca.example/o")):
        setup.client.order(f"{BASE}/o")


def test_challenges_of_unknown_types_are_ignored(setup: Setup) -> None:
    challenges = [
        {"type": "dns-account-01", "status": "pending"},
        {"type": "dns-01", "status": "pending", "url": f"{BASE}/c", "token": "t"},
        {"type": "tls-alpn-01", "status": "new-state", "url": f"{BASE}/d", "token": "t"},
    ]
    body = {
        "status": "pending",
        "identifier": {"type": "dns", "value": "Example.com"},
        "wildcard": True,
        "challenges": challenges,
    }
    setup.ca.answers["/a"] = [Answer(body=body)]
    found = setup.client.authorization(f"{BASE}/a")
    assert found.domain == "example.com"
    assert found.challenge == Challenge(url=f"{BASE}/c", token="t", status=AcmeStatus.PENDING)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        pytest.param({}, Challenge(f"{BASE}/p", "", AcmeStatus.PENDING, ("ca.example", "ca.test")), id="first draft"),
        pytest.param(
            {"accounturi": f"{BASE}/account/7"},
            Challenge(f"{BASE}/p", "", AcmeStatus.PENDING, ("ca.example", "ca.test"), f"{BASE}/account/7"),
            id="later drafts",
        ),
        pytest.param({"url": None}, None, id="no URL"),
        pytest.param({"status": "new-state"}, None, id="unknown status"),
        pytest.param({"issuer-domain-names": None}, None, id="no names"),
        pytest.param({"issuer-domain-names": "ca.example"}, None, id="names of another type"),
    ],
)
def test_a_dns_persist_01_challenge_is_read_and_one_that_is_none_stops_nothing(
    setup: Setup, fields: dict[str, t.Any], found: Challenge | None
) -> None:
    persistent = {
        "type": "dns-persist-01",
        "status": "pending",
        "url": f"{BASE}/p",
        "issuer-domain-names": ["ca.example", "ca.test"],
        **fields,
    }
    challenges = [persistent, {"type": "dns-01", "status": "pending", "url": f"{BASE}/c", "token": "t"}]
    setup.ca.answers["/a"] = [
        Answer(
            body={"status": "pending", "identifier": {"type": "dns", "value": "example.com"}, "challenges": challenges}
        )
    ]
    authorization = setup.client.authorization(f"{BASE}/a")
    assert authorization.persistent == found
    assert authorization.challenge == Challenge(url=f"{BASE}/c", token="t", status=AcmeStatus.PENDING)


def test_the_reason_of_an_invalid_authorization_is_kept(setup: Setup) -> None:
    challenge = {
        "type": "dns-01",
        "status": "invalid",
        "url": f"{BASE}/c",
        "token": "t",
        "error": {"type": URN + "dns", "detail": "SERVFAIL"},
    }
    setup.ca.answers["/a"] = [
        Answer(body={"status": "invalid", "identifier": {"type": "dns", "value": "e.com"}, "challenges": [challenge]})
    ]
    found = setup.client.authorization(f"{BASE}/a")
    assert found.problem is not None
    assert (found.problem.code, found.problem.detail) == ("dns", "SERVFAIL")


def test_a_new_account_is_signed_by_its_key_and_everything_else_by_its_url(setup: Setup) -> None:
    setup.ca.answers["/account"] = [Answer(201, {"status": "valid"}, {"Location": f"{BASE}/account/7"})]
    setup.ca.answers["/order"] = [Answer(201, ORDER, {"Location": f"{BASE}/o"})]
    assert setup.client.new_account(Registration(contacts=("ops@example.com",))) == f"{BASE}/account/7"
    setup.client.new_order(["example.com"], "classic")
    account, order = setup.ca.sent
    assert "jwk" in account["header"]
    assert "kid" not in account["header"]
    assert json.loads(account["payload"]) == {"contact": ["mailto:ops@example.com"], "termsOfServiceAgreed": True}
    assert order["header"]["kid"] == f"{BASE}/account/7"
    assert json.loads(order["payload"]) == {
        "identifiers": [{"type": "dns", "value": "example.com"}],
        "profile": "classic",
    }


def test_an_answered_challenge_says_nothing_but_braces(setup: Setup) -> None:
    setup.ca.answers["/c"] = [Answer(body={})]
    setup.client.answer(Challenge(url=f"{BASE}/c", token="t", status=AcmeStatus.PENDING))
    assert json.loads(setup.ca.sent[0]["payload"]) == {}


@pytest.mark.parametrize(
    "text", ["", "<html>sorry</html>", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_certificate_that_is_none_is_told(setup: Setup, text: str) -> None:
    setup.ca.answers["/cert"] = [Answer(body=text, headers={"Content-Type": "application/pem-certificate-chain"})]
    with pytest.raises(RemoteError, match="acme:certificate"):
        setup.client.certificate(f"{BASE}/cert")


@pytest.mark.parametrize("body", ["", "null", "{}", "<html>sorry</html>"])
@pytest.mark.parametrize("is_of_ca", [True, False], ids=["with a nonce", "without a nonce"])
def test_a_revocation_counts_only_if_a_ca_said_so(setup: Setup, body: str, is_of_ca: bool) -> None:
    setup.ca.answers["/dir"] = [Answer(body={**DIRECTORY, "revokeCert": f"{BASE}/revoke"})]
    setup.ca.answers["/revoke"] = [Answer(body=body, nonce=is_of_ca)]
    leaf = Authority().certificate(["example.com"]).certificate_pem
    with (
        contextlib.nullcontext()
        if is_of_ca
        else pytest.raises(RemoteError, match=r"acme:revokeCert on .* it has no Replay-Nonce")
    ):
        setup.client.revoke(leaf, 4)


def test_an_account_without_contacts_is_registered_without_the_field(setup: Setup) -> None:
    setup.ca.answers["/account"] = [Answer(201, {"status": "valid"}, {"Location": f"{BASE}/account/7"})]
    setup.client.new_account(Registration(contacts=()))
    assert json.loads(setup.ca.sent[0]["payload"]) == {"termsOfServiceAgreed": True}


def test_an_answer_without_a_location_is_told(setup: Setup) -> None:
    setup.ca.answers["/order"] = [Answer(201, ORDER)]
    with pytest.raises(RemoteError, match="no Location"):
        setup.client.new_order(["example.com"], None)


def test_a_server_that_nobody_listens_on_is_told_within_the_bounds() -> None:
    clock = FakeClock()
    with pytest.raises(RemoteError) as caught:
        AcmeServer("https://127.0.0.1:1/directory").client(None, clock).directory()
    assert "Connection refused" in caught.value.message
    assert "0x" not in caught.value.message
    assert sum(clock.naps) <= 3


@pytest.mark.parametrize("location", ["http://ca.example/o", "https:///o", "/o", "https://[x/"])
def test_a_location_that_may_not_be_asked_is_refused(setup: Setup, location: str) -> None:
    setup.ca.answers["/order"] = [Answer(201, ORDER, {"Location": location})]
    with pytest.raises(RemoteError, match=r"acme:newOrder .* its Location '.*' is not"):
        setup.client.new_order(["example.com"], None)


@pytest.mark.parametrize(
    "challenge",
    [
        pytest.param({"url": "http://ca.example/c"}, id="without TLS"),
        pytest.param({"token": "a.b"}, id="a token of other characters"),
        pytest.param({"token": "x" * 1001}, id="a long token"),
        pytest.param({"token": 7}, id="a token of another type"),
    ],
)
def test_a_challenge_that_cannot_be_answered_is_refused(setup: Setup, challenge: dict[str, t.Any]) -> None:
    whole = {"type": "dns-01", "status": "pending", "url": f"{BASE}/c", "token": "t", **challenge}
    body = {"status": "pending", "identifier": {"type": "dns", "value": "example.com"}, "challenges": [whole]}
    setup.ca.answers["/a"] = [Answer(body=body)]
    with pytest.raises(RemoteError, match=r"acme:authorization on https://ca\.example/a"):
        setup.client.authorization(f"{BASE}/a")


def test_an_authorization_has_no_more_challenges_than_there_are_types(setup: Setup) -> None:
    whole = {"type": "dns-01", "status": "pending", "url": f"{BASE}/c", "token": "t"}
    body = {"status": "pending", "identifier": {"type": "dns", "value": "example.com"}, "challenges": [whole] * 51}
    setup.ca.answers["/a"] = [Answer(body=body)]
    with pytest.raises(RemoteError, match="not a list of at most 50"):
        setup.client.authorization(f"{BASE}/a")


def test_of_the_chains_that_a_ca_offers_ten_are_looked_at_and_none_without_tls(setup: Setup) -> None:
    links = ['<http://ca.example/plain>;rel="alternate"', '<https://[x>;rel="alternate"']
    links += [f'<{BASE}/{number}>;rel="alternate"' for number in range(100)]
    pem = Authority().certificate(["example.com"]).certificate_pem
    setup.ca.answers["/cert"] = [Answer(body=pem, headers={"Link": ", ".join(links)})]
    alternates = setup.client.certificate(f"{BASE}/cert").alternates
    assert alternates == tuple(f"{BASE}/{number}" for number in range(10))


def test_what_a_ca_says_is_one_bounded_line(setup: Setup) -> None:
    detail = "no\n[ERROR]: forged \x1b[31m\u202e" + "x" * 500_000
    setup.ca.answers["/o"] = [problem("malformed\x07", detail=detail)]
    with pytest.raises(RemoteError) as caught:
        setup.client.order(f"{BASE}/o")
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 2500
    assert caught.value.code == "malformed\ufffd"


def test_a_new_order_says_what_it_replaces_if_it_replaces_something(setup: Setup) -> None:
    setup.ca.answers["/order"] = [Answer(201, ORDER, {"Location": f"{BASE}/o"})]
    setup.client.new_order(["example.com"], None)
    setup.client.new_order(["example.com"], "classic", "aki.serial")
    plain, replacing = (json.loads(sent["payload"]) for sent in setup.ca.sent)
    names = [{"type": "dns", "value": "example.com"}]
    assert plain == {"identifiers": names}
    assert replacing == {"identifiers": names, "profile": "classic", "replaces": "aki.serial"}


def test_a_conflict_keeps_the_type_of_its_problem(setup: Setup) -> None:
    setup.ca.answers["/order"] = [problem("alreadyReplaced", 409, Location=f"{BASE}/o")]
    with pytest.raises(RemoteError) as caught:
        setup.client.new_order(["example.com"], None, "aki.serial")
    assert (caught.value.code, caught.value.details["http_status"]) == ("alreadyReplaced", 409)


@pytest.mark.parametrize("url", [None, f"{BASE}/renewal-info"])
def test_the_directory_tells_where_renewal_information_is(setup: Setup, url: str | None) -> None:
    setup.ca.answers["/dir"] = [Answer(body={**DIRECTORY, **({"renewalInfo": url} if url else {})})]
    assert setup.client.directory().renewal_info == url


def test_the_account_that_signs_is_known(setup: Setup) -> None:
    assert setup.client.account_url == f"{BASE}/account/1"
    assert Client(f"{BASE}/dir", Network(None, None, setup.clock)).account_url is None
