# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sandbox promises, seen from outside and without code of the collection."""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import dns.resolver
import pytest
import requests
from acme import errors, messages
from cryptography import x509
from sandbox import seed
from sandbox.aws import faults
from sandbox.ca import front
from sandbox.control import Control, ControlError
from sandbox.plain_client import Issued, PlainClient
from sandbox.process import TESTS, SandboxProcess

ZONE = "example.com"


@pytest.fixture
def zone(sandbox: SandboxProcess) -> str:
    return seed.create_zone(ZONE)


@pytest.fixture
def client(sandbox: SandboxProcess) -> PlainClient:
    plain = PlainClient(sandbox.env())
    plain.register()
    return plain


def names_of(fullchain: str) -> list[str]:
    certificate = x509.load_pem_x509_certificates(fullchain.encode())[0]
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
        x509.DNSName
    )


def resolver(sandbox: SandboxProcess) -> dns.resolver.Resolver:
    host, port = sandbox.env()["CERTOPS_DNS_SERVER"].split(":")
    found = dns.resolver.Resolver(configure=False)
    found.nameservers, found.port, found.lifetime = [host], int(port), 3
    return found


def served(sandbox: SandboxProcess, name: str) -> str | None:
    """SHA-256 of what the edge serves for a name, checked against the sandbox's root; None when it refuses the
    handshake."""
    host, port = sandbox.env()["CERTOPS_EDGE_ADDRESS"].split(":")
    context = ssl.create_default_context(cafile=sandbox.env()["CERTOPS_ACME_CA_BUNDLE"])
    try:
        with (
            socket.create_connection((host, int(port)), timeout=5) as raw,
            context.wrap_socket(raw, server_hostname=name) as tls,
        ):
            return hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()
    except ssl.SSLError as error:
        if "UNRECOGNIZED_NAME" not in str(error.reason):
            raise
        return None


class TestIssuing:
    def test_a_certificate_for_apex_and_wildcard_is_issued_by_dns(self, client: PlainClient, zone: str) -> None:
        issued = client.issue(["example.com", "*.example.com"], zone)
        assert sorted(names_of(issued.fullchain)) == ["*.example.com", "example.com"]

    def test_the_chain_verifies_up_to_the_bundle_and_leaves_the_root_out(
        self, sandbox: SandboxProcess, client: PlainClient, zone: str
    ) -> None:
        issued = client.issue(["www.example.com"], zone)
        leaf, issuer = x509.load_pem_x509_certificates(issued.fullchain.encode())
        root = x509.load_pem_x509_certificate(Path(sandbox.env()["CERTOPS_ACME_CA_BUNDLE"]).read_bytes())
        leaf.verify_directly_issued_by(issuer)
        issuer.verify_directly_issued_by(root)
        assert issuer.subject != root.subject

    def test_a_hundred_names_fit_into_one_order(self, client: PlainClient, zone: str) -> None:
        names = [f"n{number}.example.com" for number in range(100)]
        assert sorted(names_of(client.issue(names, zone).fullchain)) == sorted(names)

    @pytest.mark.parametrize(
        ("names", "kind"),
        [
            pytest.param(
                [f"n{number}.example.com" for number in range(101)], "malformed", id="more than a hundred names"
            ),
            pytest.param(["*.example.com", "www.example.com"], "malformed", id="a name that a wildcard covers"),
            pytest.param(["WWW.example.com"], "rejectedIdentifier", id="upper case"),
        ],
    )
    def test_what_a_public_ca_refuses_is_refused(self, client: PlainClient, names: list[str], kind: str) -> None:
        with pytest.raises(messages.Error) as refused:
            client.acme.net.post(
                client.acme.directory["newOrder"],
                messages.NewOrder(
                    identifiers=[messages.Identifier(typ=messages.IDENTIFIER_FQDN, value=n) for n in names]
                ),
            )
        assert refused.value.code == kind

    def test_validation_fails_while_the_change_is_pending(
        self, client: PlainClient, control: Control, zone: str
    ) -> None:
        control.set(route53_propagation_seconds=600)
        order, _key = client.order(["www.example.com"])
        client.write_records(order, zone, wait=False)
        client.answer(order)
        assert client.statuses(order) == ["invalid"]

    def test_an_order_with_a_failed_authorization_is_invalid_and_stays_so(self, client: PlainClient, zone: str) -> None:
        order, _key = client.order(["www.example.com"])
        client.answer(order)
        assert client.statuses(order) == ["invalid"]
        client.write_records(order, zone)
        client.answer(order)
        assert client.statuses(order) == ["invalid"]
        with pytest.raises((errors.Error, messages.Error)):
            client.acme.finalize_order(order, datetime.datetime.now() + datetime.timedelta(seconds=5))  # noqa: DTZ005

    def test_an_order_is_not_finalized_before_it_is_ready(self, client: PlainClient, zone: str) -> None:
        order, _key = client.order(["www.example.com"])
        with pytest.raises(messages.Error) as refused:
            client.acme.begin_finalization(order)
        assert refused.value.code == "orderNotReady"

    def test_the_validation_follows_a_cname_into_another_zone(self, client: PlainClient, zone: str) -> None:
        other = seed.create_zone("delegated.example.net")
        seed.create_record(zone, "_acme-challenge.www.example.com", "CNAME", ["token.delegated.example.net"])
        order, _key = client.order(["www.example.com"])
        value = order.authorizations[0].body.challenges
        challenge = next(item for item in value if item.chall.typ == "dns-01")
        seed.create_record(other, "token.delegated.example.net", "TXT", [challenge.chall.validation(client.key)])
        client.answer(order)
        assert client.statuses(order) == ["valid"]

    def test_a_profile_decides_the_lifetime(self, client: PlainClient, zone: str) -> None:
        leaf = x509.load_pem_x509_certificate(
            client.issue(["www.example.com"], zone, profile="shortlived").fullchain.encode()
        )
        assert leaf.not_valid_after_utc - leaf.not_valid_before_utc < datetime.timedelta(days=7)
        assert not leaf.subject.rdns

    def test_lifetime_and_start_can_be_set(self, client: PlainClient, control: Control, zone: str) -> None:
        control.set(acme_validity_days=6, acme_backdate_seconds=5 * 86400)
        leaf = x509.load_pem_x509_certificate(client.issue(["www.example.com"], zone).fullchain.encode())
        assert (
            datetime.timedelta(hours=23)
            < leaf.not_valid_after_utc - datetime.datetime.now(datetime.timezone.utc)
            <= datetime.timedelta(days=1)
        )


class TestProtocol:
    def test_a_nonce_is_good_for_one_request(self, client: PlainClient) -> None:
        network = client.acme.net
        nonce = network._get_nonce(client.acme.directory["newOrder"], client.acme.directory["newNonce"])
        request = {"identifiers": [{"type": "dns", "value": "www.example.com"}]}
        url = client.acme.directory["newOrder"]
        body = network._wrap_in_jws(messages.NewOrder.from_json(request), nonce, url)
        codes = [
            network._send_request("POST", url, data=body, headers={"Content-Type": "application/jose+json"}).status_code
            for dummy in range(2)
        ]
        assert codes == [201, 400]

    def test_a_post_without_the_content_type_of_jose_is_refused(
        self, sandbox: SandboxProcess, client: PlainClient
    ) -> None:
        env = sandbox.env()
        answer = requests.post(
            client.acme.directory["newOrder"], data="{}", verify=env["CERTOPS_ACME_CA_BUNDLE"], timeout=5
        )
        assert answer.status_code == 415

    def test_renewal_information_names_a_window(
        self, sandbox: SandboxProcess, client: PlainClient, control: Control, zone: str
    ) -> None:
        leaf = x509.load_pem_x509_certificate(client.issue(["www.example.com"], zone).fullchain.encode())
        window = renewal_window(sandbox, client, leaf)
        assert leaf.not_valid_before_utc < window["start"] < window["end"] < leaf.not_valid_after_utc
        control.set(acme_renewal_due=True)
        assert renewal_window(sandbox, client, leaf)["end"] < datetime.datetime.now(datetime.timezone.utc)

    def test_terms_of_service_have_to_be_agreed_to(self, sandbox: SandboxProcess) -> None:
        plain = PlainClient(sandbox.env())
        with pytest.raises(messages.Error):
            plain.acme.new_account(messages.NewRegistration.from_data(terms_of_service_agreed=False))

    def test_an_account_is_found_again_by_its_key(self, sandbox: SandboxProcess, client: PlainClient) -> None:
        again = PlainClient(sandbox.env(), client.key)
        with pytest.raises(errors.ConflictError) as known:
            again.register()
        assert known.value.location == client.acme.net.account.uri

    def test_a_new_account_is_asked_for_with_its_own_key(self, client: PlainClient) -> None:
        with pytest.raises(messages.Error) as refused:
            client.register()
        assert refused.value.code == "malformed"

    def test_an_order_is_not_shown_to_another_account(self, sandbox: SandboxProcess, client: PlainClient) -> None:
        order, _key = client.order(["www.example.com"])
        other = PlainClient(sandbox.env())
        other.register()
        with pytest.raises(messages.Error) as refused:
            other.acme.net.post(order.uri, None)
        assert refused.value.code == "unauthorized"

    def test_external_account_binding_can_be_required(self) -> None:
        secret = "c2FuZGJveC1zYW5kYm94LXNhbmRib3gtc2FuZGJveC1zYW5kYm94LXNhbmRib3g"
        with SandboxProcess("--eab", f"kid-1={secret}") as process:
            plain = PlainClient(process.env())
            assert plain.acme.external_account_required()
            with pytest.raises(messages.Error) as refused:
                plain.register()
            assert refused.value.code == "externalAccountRequired"
            binding = messages.ExternalAccountBinding.from_data(
                plain.key.public_key(), "kid-1", secret, plain.acme.directory
            )
            made = plain.acme.new_account(
                messages.NewRegistration.from_data(terms_of_service_agreed=True, external_account_binding=binding)
            )
            assert made.body.status == "valid"


class TestRenewalInformation:
    def test_settings_say_what_it_says(
        self, sandbox: SandboxProcess, client: PlainClient, control: Control, zone: str
    ) -> None:
        leaf = x509.load_pem_x509_certificate(client.issue(["www.example.com"], zone).fullchain.encode())
        control.set(acme_renewal_window_start="2027-01-06T04:42:00Z", acme_renewal_window_end="2027-01-07T04:42:00Z")
        control.set(acme_renewal_retry_after=77, acme_renewal_explanation_url="https://ca.example/incident")
        answer = renewal_info(sandbox, client, leaf)
        assert answer.json()["suggestedWindow"] == {"start": "2027-01-06T04:42:00Z", "end": "2027-01-07T04:42:00Z"}
        assert answer.json()["explanationURL"] == "https://ca.example/incident"
        assert answer.headers["Retry-After"] == "77"

    def test_a_ca_may_have_none(self, control: Control, sandbox: SandboxProcess) -> None:
        control.set(acme_renewal_info=False)
        answer = requests.get(
            sandbox.env()["CERTOPS_ACME_DIRECTORY"], verify=sandbox.env()["CERTOPS_ACME_CA_BUNDLE"], timeout=5
        )
        assert "renewalInfo" not in answer.json()

    def test_an_order_replaces_a_certificate_once(self, client: PlainClient, control: Control, zone: str) -> None:
        cert_id = name_of(client.issue(["www.example.com", "shop.example.com"], zone))
        assert client.replace(["www.example.com", "new.example.com"], cert_id)["replaces"] == cert_id
        assert control.calls("acme", "newOrder")[-1]["params"]["replaces"] == cert_id
        with pytest.raises(errors.ConflictError):
            client.replace(["www.example.com"], cert_id)
        assert control.calls("acme", "newOrder")[-1]["error"] == "alreadyReplaced"

    def test_what_was_replaced_after_a_snapshot_is_forgotten_with_it(
        self, client: PlainClient, control: Control, zone: str
    ) -> None:
        cert_id = name_of(client.issue(["www.example.com"], zone))
        control.snapshot("before")
        for _time in range(2):
            assert client.replace(["www.example.com", "new.example.com"], cert_id)["replaces"] == cert_id
            control.restore("before")

    def test_what_cannot_be_replaced_is_refused_as_boulder_does(
        self, sandbox: SandboxProcess, client: PlainClient, control: Control, zone: str
    ) -> None:
        cert_id = name_of(client.issue(["www.example.com"], zone))
        other = PlainClient(sandbox.env())
        other.register()
        refusals = [
            (other, ["www.example.com"], cert_id, "unauthorized", 403),
            (client, ["shop.example.com"], cert_id, "malformed", 400),
            (client, ["www.example.com"], f"{cert_id.partition('.')[0]}.AQ", "malformed", 404),
            (client, ["www.example.com"], "nonsense", "malformed", 400),
        ]
        for account, names, replaces, code, status in refusals:
            with pytest.raises(messages.Error) as refused:
                account.replace(names, replaces)
            assert (refused.value.code, control.calls("acme", "newOrder")[-1]["status"]) == (code, status)


def renewal_window(
    sandbox: SandboxProcess, client: PlainClient, leaf: x509.Certificate
) -> dict[str, datetime.datetime]:
    answer = renewal_info(sandbox, client, leaf)
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    return {
        end: datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        for end, value in answer.json()["suggestedWindow"].items()
    }


def renewal_info(sandbox: SandboxProcess, client: PlainClient, leaf: x509.Certificate) -> requests.Response:
    url = f"{client.acme.directory['renewalInfo']}/{cert_id_of(leaf)}"
    return requests.get(url, verify=sandbox.env()["CERTOPS_ACME_CA_BUNDLE"], timeout=5)


def name_of(issued: Issued) -> str:
    return cert_id_of(x509.load_pem_x509_certificate(issued.leaf.encode()))


def cert_id_of(leaf: x509.Certificate) -> str:
    """Its name in renewal information (RFC 9773 section 4.1)."""

    def text(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    authority = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier or b""
    serial = leaf.serial_number.to_bytes(leaf.serial_number.bit_length() // 8 + 1, "big")
    return f"{text(authority)}.{text(serial)}"


class TestFaults:
    @pytest.mark.parametrize(
        ("kind", "status", "code"),
        [
            pytest.param("throttled", 429, "rateLimited", id="throttled"),
            pytest.param("error_500", 500, "serverInternal", id="server error"),
            pytest.param("access_denied", 403, "unauthorized", id="unauthorized"),
        ],
    )
    def test_a_fault_is_answered_once(
        self, client: PlainClient, control: Control, kind: str, status: int, code: str
    ) -> None:
        control.fault("acme", "newOrder", kind, seconds=7)
        with pytest.raises(messages.Error) as refused:
            client.order(["www.example.com"])
        assert refused.value.code == code
        logged = control.calls("acme", "newOrder")[-1]
        assert logged["status"] == status
        client.order(["www.example.com"])

    def test_a_throttled_request_says_when_to_come_again(self, sandbox: SandboxProcess, control: Control) -> None:
        control.fault("acme", "directory", "throttled", seconds=7)
        answer = requests.get(
            sandbox.env()["CERTOPS_ACME_DIRECTORY"], verify=sandbox.env()["CERTOPS_ACME_CA_BUNDLE"], timeout=5
        )
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")

    def test_a_connection_is_reset(self, sandbox: SandboxProcess, control: Control) -> None:
        control.fault("acme", "directory", "reset")
        with pytest.raises(requests.ConnectionError):
            requests.get(
                sandbox.env()["CERTOPS_ACME_DIRECTORY"], verify=sandbox.env()["CERTOPS_ACME_CA_BUNDLE"], timeout=5
            )

    def test_nonces_are_refused_at_the_wanted_rate(self, client: PlainClient, control: Control) -> None:
        control.set(acme_nonce_reject_percent=100)
        with pytest.raises(messages.Error) as refused:
            client.order(["www.example.com"])
        assert refused.value.code == "badNonce"

    def test_an_order_can_stay_in_processing(self, client: PlainClient, control: Control, zone: str) -> None:
        control.set(acme_processing_seconds=1)
        client.issue(["www.example.com"], zone)
        assert control.counts("acme")["order"] >= 1

    def test_a_validation_can_take_its_time(self, client: PlainClient, control: Control, zone: str) -> None:
        control.set(acme_validation_seconds=0.5)
        order, _key = client.order(["www.example.com"])
        client.write_records(order, zone)
        client.answer(order)
        assert control.calls("acme", "challenge")[-1]["seconds"] < 0.4
        assert client.statuses(order) == ["valid"]

    def test_an_unknown_setting_is_refused(self, control: Control) -> None:
        with pytest.raises(ControlError):
            control.set(no_such_thing=1)


class TestLog:
    def test_every_request_of_an_issuance_is_in_the_call_log(
        self, client: PlainClient, control: Control, zone: str
    ) -> None:
        control.clear_calls()
        client.issue(["example.com", "*.example.com"], zone)
        counts = control.counts("acme")
        assert {name: counts[name] for name in ("newOrder", "authz", "challenge", "finalize")} == {
            "newOrder": 1,
            "authz": 4,
            "challenge": 2,
            "finalize": 1,
        }
        assert control.counts("route53")["ChangeResourceRecordSets"] == 1


class TestDns:
    def test_records_are_seen_only_after_they_have_propagated(
        self, sandbox: SandboxProcess, control: Control, zone: str
    ) -> None:
        control.set(route53_propagation_seconds=60)
        seed.create_record(zone, "late.example.com", "TXT", ["hello"])
        with pytest.raises(dns.resolver.NXDOMAIN):
            resolver(sandbox).resolve("late.example.com.", "TXT")
        control.advance(61)
        assert resolver(sandbox).resolve("late.example.com.", "TXT")[0].strings == (b"hello",)

    def test_a_name_without_that_type_is_not_the_same_as_no_name(self, sandbox: SandboxProcess, zone: str) -> None:
        seed.create_record(zone, "a.b.example.com", "TXT", ["x"])
        for name in ("a.b.example.com.", "b.example.com.", "example.com."):
            with pytest.raises(dns.resolver.NoAnswer):
                resolver(sandbox).resolve(name, "CAA")
        with pytest.raises(dns.resolver.NXDOMAIN):
            resolver(sandbox).resolve("nothing.example.com.", "CAA")

    def test_the_zone_has_its_soa_and_name_servers(self, sandbox: SandboxProcess, zone: str) -> None:
        assert len(resolver(sandbox).resolve("example.com.", "NS")) == 4
        assert len(resolver(sandbox).resolve("example.com.", "SOA")) == 1

    def test_a_zone_below_another_is_seen_once_it_is_delegated(self, sandbox: SandboxProcess, zone: str) -> None:
        below = seed.create_zone("sub.example.com")
        seed.create_record(below, "www.sub.example.com", "TXT", ["below"])
        with pytest.raises(dns.resolver.NXDOMAIN):
            resolver(sandbox).resolve("www.sub.example.com.", "TXT")
        seed.delegate(zone, below)
        assert resolver(sandbox).resolve("www.sub.example.com.", "TXT")[0].strings == (b"below",)

    def test_a_private_zone_is_not_seen(self, sandbox: SandboxProcess) -> None:
        private = seed.create_zone("inside.example", private=True)
        seed.create_record(private, "www.inside.example", "TXT", ["x"])
        with pytest.raises(dns.resolver.NXDOMAIN):
            resolver(sandbox).resolve("www.inside.example.", "TXT")

    def test_a_long_answer_is_cut_on_udp_and_whole_on_tcp(self, sandbox: SandboxProcess, zone: str) -> None:
        seed.create_record(zone, "long.example.com", "TXT", [f"{number:03}" + "x" * 100 for number in range(40)])
        host, port = sandbox.env()["CERTOPS_DNS_SERVER"].split(":")
        answer, was_tcp = dns.query.udp_with_fallback(
            dns.message.make_query("long.example.com.", "TXT"), host, 3, int(port)
        )
        assert was_tcp
        assert len(answer.answer[0]) == 40

    def test_what_is_no_query_gets_no_answer(self, sandbox: SandboxProcess, zone: str) -> None:
        host, port = sandbox.env()["CERTOPS_DNS_SERVER"].split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.3)
            probe.sendto(b"\x00garbage", (host, int(port)))
            with pytest.raises(TimeoutError):
                probe.recv(100)
        assert resolver(sandbox).resolve("example.com.", "SOA")


class TestSeed:
    def test_makes_distributions_of_every_kind(self, sandbox: SandboxProcess) -> None:
        certificate = seed.upload_certificate("old", ["www.example.com"])
        made = [
            seed.create_distribution(),
            seed.create_distribution(["old.example.com"]),
            seed.create_distribution(["www.example.com"], certificate),
            seed.create_distribution(staging=True),
        ]
        cloudfront = seed.client("cloudfront")
        configs = [cloudfront.get_distribution_config(Id=one)["DistributionConfig"] for one in made]
        assert [config["Aliases"].get("Items", []) for config in configs] == [
            [],
            ["old.example.com"],
            ["www.example.com"],
            [],
        ]
        assert [config["ViewerCertificate"].get("IAMCertificateId") for config in configs] == [
            None,
            None,
            certificate,
            None,
        ]
        assert [config["Staging"] for config in configs] == [False, False, False, True]

    def test_the_playground_is_made_in_both_partitions(self) -> None:
        for region in ("us-east-1", "cn-north-1"):
            with SandboxProcess("--seed", "--region", region) as process:
                assert (
                    len(seed.client("cloudfront", process.env()).list_distributions()["DistributionList"]["Items"]) == 3
                )


class TestEdge:
    def test_serves_a_certificate_when_it_is_deployed_and_not_before(
        self, sandbox: SandboxProcess, client: PlainClient, control: Control, zone: str
    ) -> None:
        issued = client.issue(["www.example.com"], zone)
        uploaded = seed.client("iam").upload_server_certificate(
            ServerCertificateName="ours",
            Path="/cloudfront/",
            CertificateBody=issued.leaf,
            PrivateKey=issued.key,
            CertificateChain=issued.chain,
        )
        assert served(sandbox, "www.example.com") is None
        control.set(cloudfront_deploy_seconds=60)
        seed.create_distribution(["www.example.com"], uploaded["ServerCertificateMetadata"]["ServerCertificateId"])
        assert served(sandbox, "www.example.com") is None
        control.advance(61)
        leaf = x509.load_pem_x509_certificate(issued.leaf.encode())
        assert served(sandbox, "www.example.com") == leaf.fingerprint(leaf.signature_hash_algorithm.__class__()).hex()

    def test_answers_http(self, sandbox: SandboxProcess, client: PlainClient, zone: str) -> None:
        issued = client.issue(["www.example.com"], zone)
        uploaded = seed.client("iam").upload_server_certificate(
            ServerCertificateName="ours",
            Path="/cloudfront/",
            CertificateBody=issued.leaf,
            PrivateKey=issued.key,
            CertificateChain=issued.chain,
        )
        seed.create_distribution(["www.example.com"], uploaded["ServerCertificateMetadata"]["ServerCertificateId"])
        host, port = sandbox.env()["CERTOPS_EDGE_ADDRESS"].split(":")
        context = ssl.create_default_context(cafile=sandbox.env()["CERTOPS_ACME_CA_BUNDLE"])
        with (
            socket.create_connection((host, int(port)), timeout=5) as raw,
            context.wrap_socket(raw, server_hostname="www.example.com") as tls,
        ):
            tls.sendall(b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
            assert tls.recv(100).startswith(b"HTTP/1.1 200")


def listening(pids: set[int]) -> Iterator[tuple[str, int]]:
    """Address and port of all TCP and UDP sockets of these processes that take traffic from anyone."""
    inodes = set()
    for pid in pids:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                inodes.add(str(entry.readlink()))
    for table, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state and f"socket:[{fields[9]}]" in inodes:
                address, port = fields[1].split(":")
                yield socket.inet_ntoa(bytes.fromhex(address)[::-1]) if len(address) == 8 else address, int(port, 16)


def children(pid: int) -> set[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return {int(child) for child in found.read_text().split()} if found.exists() else set()


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


class TestProcess:
    def test_starts_quickly(self, sandbox_process: SandboxProcess, record_property: pytest.RecordProperty) -> None:
        record_property("sandbox_start_seconds", round(sandbox_process.seconds_to_start, 2))
        print(f"the sandbox was ready after {sandbox_process.seconds_to_start:.2f} s")
        assert sandbox_process.seconds_to_start < 15

    @linux
    def test_listens_on_loopback_only(self, sandbox: SandboxProcess) -> None:
        found = list(listening({sandbox.pid}))
        assert len(found) == 9, "AWS, ACME, edge, and DNS on UDP and TCP, the last name server and the VPC's apart"
        assert {address for address, _port in found} == {"127.0.0.1", "127.0.0.2", "127.0.0.3"}

    @linux
    @pytest.mark.pebble
    def test_pebble_listens_on_loopback_only(self, pebble_sandbox: SandboxProcess) -> None:
        found = list(listening({pebble_sandbox.pid} | children(pebble_sandbox.pid)))
        assert all(
            address in ("127.0.0.1", "127.0.0.2", "127.0.0.3", "0000000000000000FFFF00000100007F")
            for address, _port in found
        ), found

    def test_ends_on_sigterm_and_leaves_nothing_behind(self, tmp_path: Path) -> None:
        env_file = tmp_path / "env"
        process = SandboxProcess("--env-file", str(env_file)).start()
        bundle = Path(process.env()["CERTOPS_ACME_CA_BUNDLE"])
        assert "CERTOPS_ACME_DIRECTORY" in env_file.read_text()
        assert bundle.exists()
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait() == 0
        assert not env_file.exists()
        assert not bundle.parent.exists()

    @linux
    def test_ends_with_its_parent(self) -> None:
        script = (
            "import sys, os; from sandbox.process import SandboxProcess; p = SandboxProcess().start(); print(p.pid,"
            " flush=True); os.kill(os.getpid(), 9)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            cwd=TESTS,
            check=False,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
        )
        pid = int(done.stdout)
        deadline = time.monotonic() + 10
        while alive(pid):
            assert time.monotonic() < deadline, "still there"
            time.sleep(0.05)

    @linux
    @pytest.mark.pebble
    def test_pebble_ends_with_the_sandbox(self, pebble_sandbox: SandboxProcess) -> None:
        (pebble,) = children(pebble_sandbox.pid)
        directory = Path(pebble_sandbox.env()["CERTOPS_ACME_CA_BUNDLE"]).parent
        os.kill(pebble_sandbox.pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while alive(pebble):
            assert time.monotonic() < deadline, "still there"
            time.sleep(0.05)
        pebble_sandbox.stop()
        with SandboxProcess():
            assert not directory.exists(), "the next start clears up what a killed one left"


class TestPage:
    PAGE = Path(__file__).resolve().parents[3] / "docs" / "sandbox.md"

    def test_names_every_setting_of_the_ca(self, control: Control) -> None:
        known = {name for name in control.settings() if name.startswith("acme_")}
        assert known == set(re.findall(r"^\| `(acme_\w+)` \|", self.PAGE.read_text(encoding="utf-8"), re.MULTILINE))

    def test_names_every_kind_of_fault(self) -> None:
        page = self.PAGE.read_text(encoding="utf-8")
        assert [kind for kind in faults.KINDS if f"`{kind}`" not in page] == []

    def test_names_every_operation_of_the_ca(self) -> None:
        page = self.PAGE.read_text(encoding="utf-8")
        operations = {*front.OPERATIONS.values(), *front.PREFIXES.values(), "finalize"}
        assert [operation for operation in operations if f"`{operation}`" not in page] == []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.pebble
class TestPebble:
    def test_issues_through_the_same_zones(self, pebble_sandbox: SandboxProcess) -> None:
        zone = seed.create_zone(ZONE)
        client = PlainClient(pebble_sandbox.env())
        client.register()
        issued = client.issue(["example.com", "*.example.com"], zone)
        assert sorted(names_of(issued.fullchain)) == ["*.example.com", "example.com"]
