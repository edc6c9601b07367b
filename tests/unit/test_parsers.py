# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever others send, each parser answers, or fails with the exception that it declares: damaged samples for up to
two seconds a target, the same ones in every run."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import random
import tarfile
import time
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.messages import (
    AcmeOrder,
    Authorization,
    Directory,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import accounts, bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive.failed_validations import Failures
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive.unfinished_orders import Pending
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws import errors
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.net import resolver
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import documents, uris
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import distribution_xml
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca import directories, failed_validations, limits
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca.failed_validations import Failure
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca.problems import Problem, advice
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate import (
    renewal_info,
    renewal_notes,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.bundle import Manifest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns import caa, persistent_records, txt_records
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import ChallengeRecord
from ansible_collections.certops.cloudfront.plugins.module_utils._core.issue.pending_order import PendingOrder
from ansible_collections.certops.cloudfront.plugins.module_utils._core.issue.wanted import WantedCertificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import (
    domain_names,
    emails,
    json_text,
    redaction,
    texts,
    times,
    urls,
    waiting,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError
from botocore.exceptions import ClientError
from dns import message, rrset
from sandbox.ca.authority import Authority
from unit.fakes.archive import FakeArchive

SEED = 20270106
SECONDS, MOST_INPUTS = 2.0, 20_000
# Of an error, however long the input is.
MOST_SAID = 6000
NOW = datetime(2027, 1, 6, 4, 42, tzinfo=timezone.utc)
BASE = "https://ca.example"
PIECES = (
    b"\0", b"\n", b"\r\n", b"\xff", b"\xc3", b"\xed\xa0\x80", b"'", b'"', b"[", b"]", b"{", b"}", b"[[1]]", b"null",
    b"-1", b"1e999", b"NaN", b"9" * 30, b"9" * 5000, b"://[", b"https://[x/", b":99999999", b"%", b"%zz", b"\\u202e",
    b"\\ud800", b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----", b"..", b"*.", b".", b"a" * 300,
    b" " * 300, b"[" * 2000, b"0001-01-01T00:00:00+23:59", b"-99999999999999999999", b"true", b"=", b";", b",",
)  # fmt: skip
"""What once broke a parser, and what breaks parsers."""


def damaged(dice: random.Random, sample: bytes) -> bytes:
    """The sample after one to four accidents."""
    found = bytearray(sample)
    for _accident in range(dice.randint(1, 4)):
        start = dice.randint(0, len(found))
        end = min(len(found), start + dice.choice((0, 1, 4, 30)))
        match dice.randrange(5):
            case 0:
                found[start:end] = dice.choice(PIECES)
            case 1:
                found[start:end] = dice.randbytes(end - start)
            case 2:
                del found[start:end]
            case 3:
                found[start:start] = found[start:end] * dice.choice((1, 2, 50))
            case _ if found:
                position = dice.randrange(len(found))
                found[position] ^= 1 << dice.randrange(8)
    return bytes(found)


def damaged_value(dice: random.Random, value: t.Any) -> t.Any:
    """The value with one leaf or branch of it replaced."""
    if isinstance(value, dict) and value and dice.random() < 0.8:
        key = dice.choice(list(value))
        if dice.random() < 0.1:
            return {name: each for name, each in value.items() if name != key}
        return {**value, key: damaged_value(dice, value[key])}
    if isinstance(value, list) and value and dice.random() < 0.8:
        place = dice.randrange(len(value))
        return [*value[:place], damaged_value(dice, value[place]), *value[place + 1 :]]
    if isinstance(value, str) and dice.random() < 0.5:
        return damaged(dice, value.encode()).decode("utf-8", "replace")
    odd: tuple[t.Any, ...] = (
        None, True, 0, -1, 10**400, 1e308, float("inf"), float("nan"), "", "x", "\ud800", "https://[x/", [], [[1]],
        [None], {}, {"": {}}, {"value": [1]}, ["x"] * 200, "9" * 5000, "0001-01-01T00:00:00+23:59",
    )  # fmt: skip
    return dice.choice(odd)


@dataclass(frozen=True)
class Target:
    """A parser, samples that it likes, and the exceptions that it declares."""

    parse: t.Callable[[t.Any], object]
    samples: tuple[t.Any, ...]
    declared: tuple[type[Exception], ...] = (CertError,)

    def inputs(self, dice: random.Random) -> t.Iterator[t.Any]:
        while True:
            sample = dice.choice(self.samples)
            if isinstance(sample, bytes):
                yield damaged(dice, sample)
            elif isinstance(sample, str):
                yield damaged(dice, sample.encode()).decode("utf-8", "replace")
            else:
                found = damaged_value(dice, sample)
                # whether an answer is a mapping is asked before anything else
                if isinstance(found, dict):
                    yield found


AUTHORITY = Authority()
LEAF = AUTHORITY.certificate(["example.com", "*.example.com"])
CHAIN = LEAF.certificate_pem + AUTHORITY.issuer.certificate_pem
PROBLEM = {
    "type": "urn:ietf:params:acme:error:rateLimited",
    "detail": "too many, retry after 2027-01-06 05:00:00 UTC",
    "identifier": {"type": "dns", "value": "example.com"},
}
NESTED = {**PROBLEM, "subproblems": [PROBLEM, {**PROBLEM, "subproblems": [PROBLEM]}]}
ORDER = {
    "status": "valid",
    "identifiers": [{"type": "dns", "value": "example.com"}],
    "authorizations": [f"{BASE}/a"],
    "finalize": f"{BASE}/f",
    "certificate": f"{BASE}/c",
    "error": NESTED,
}
CHALLENGE = {"type": "dns-01", "status": "invalid", "url": f"{BASE}/c", "token": "abc", "error": NESTED}
PERSISTENT = {
    "type": "dns-persist-01",
    "status": "pending",
    "url": f"{BASE}/p",
    "issuer-domain-names": ["ca.example"],
    "accounturi": f"{BASE}/7",
}
AUTHORIZATION = {
    "status": "invalid",
    "identifier": {"type": "dns", "value": "example.com"},
    "challenges": [CHALLENGE, PERSISTENT],
}
DIRECTORY = {
    "newNonce": f"{BASE}/n",
    "newAccount": f"{BASE}/a",
    "newOrder": f"{BASE}/o",
    "revokeCert": f"{BASE}/r",
    "renewalInfo": f"{BASE}/i",
    "meta": {"profiles": {"classic": "x"}, "caaIdentities": ["ca.example"], "termsOfService": f"{BASE}/t"},
}
WINDOW = {
    "suggestedWindow": {"start": "2027-01-06T04:42:00Z", "end": "2027-01-07T04:42:00.5+01:00"},
    "explanationURL": f"{BASE}/why",
}
LIMITS = {"letsencrypt": {"orders": {"count": 300, "seconds": 10800, "exempt": []}}, BASE: {"orders": None}}
ACCOUNT = {
    "schema": 1,
    "directory": f"{BASE}/dir",
    "contacts": ["ops@example.com"],
    "private_key": "x",
    "url": f"{BASE}/7",
    "key_since": None,
    "next_key": None,
}
WANTED = WantedCertificate("p", ("example.com",), "ecdsa_p256", BASE, None)
RECORD = ChallengeRecord("Z1", "_acme-challenge.example.com", ("x",))
PENDING = replace(
    PendingOrder(WANTED, "x", NOW), order_url=f"{BASE}/o", records=(RECORD,), changes=(("Z1", "C1"),)
).as_dict()
MANIFEST = {
    "schema": 1,
    "project": "p",
    "serial": "0a",
    "fingerprint_sha256": "ab" * 32,
    "issuer": "CN=Test",
    "domains": ["example.com"],
    "key_type": "ecdsa_p256",
    "not_before": "2027-01-01T00:00:00Z",
    "not_after": "2027-03-01T00:00:00Z",
    "authority_key_id": "0102",
    "issued_at": "2027-01-01T00:00:00Z",
    "directory": f"{BASE}/dir",
    "profile": None,
    "order_url": f"{BASE}/o",
    "account_url": f"{BASE}/7",
    "files": {"cert.pem": "ab" * 32},
}
NOTES = {
    "schema": 1,
    "parts": 1,
    "without": {BASE: "2027-01-06T04:42:00Z"},
    "known": {"aa.01": {"window_start": "2027-01-06T04:42:00Z", "error": "away", "explanation_url": f"{BASE}/why"}},
}
BATCH = (
    "[Tried to delete resource record set [name='_acme-challenge.example.com.', type='TXT'] but it was not found,"
    " Tried to create resource record set [name='x.', type='TXT'] but it already exists]"
)
XML = (
    '<?xml version="1.0"?><DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">'
    "<Aliases><Quantity>1</Quantity><Items><CNAME>example.com</CNAME></Items></Aliases><ViewerCertificate>"
    "<IAMCertificateId>A</IAMCertificateId></ViewerCertificate></DistributionConfig>"
)


def tar_gz() -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for name, text in {"cert.pem": CHAIN, "privkey.pem": LEAF.key_pem}.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def dns_answers() -> tuple[bytes, ...]:
    found = []
    for rdtype, values in {
        "TXT": ['"one" "two"'],
        "CAA": ['0 issue "ca.example; accounturi=https://x"'],
        "NS": ["ns1.example.com."],
        "CNAME": ["a.example.net."],
    }.items():
        answer = message.make_response(message.make_query("example.com.", rdtype, use_edns=0))
        answer.answer.append(rrset.from_text("example.com.", 60, "IN", rdtype, *values))
        found.append(answer.to_wire())
    return tuple(found)


def read_dns(wire: bytes) -> None:
    answer = resolver.parsed(wire)
    for records in answer.answer if answer is not None else ():
        for record in records:
            text = resolver._text(record)
            if records.rdtype == 257:
                caa.CaaRecord.parse(text)


def read_certificates(pem: str) -> None:
    """All that is asked of a certificate that a CA or a user gives."""
    crypto.split(pem)
    crypto.inspect(pem)
    crypto.top_issuer(pem)
    crypto.key_matches(LEAF.key_pem, pem)
    crypto.bundle_problems(pem, AUTHORITY.issuer.certificate_pem, LEAF.key_pem, NOW)
    crypto.bundle_problems(LEAF.certificate_pem, pem, LEAF.key_pem, NOW)


def read_problem(document: t.Any) -> None:
    problem = Problem.from_json(document)
    assert texts.cleaned(problem.as_text(), texts.LONGEST_MESSAGE) == problem.as_text()
    advice(problem, None, NOW)
    problem.as_details()


def read_limits(own: t.Any) -> None:
    if not limits.problems(own):
        limits.published(own)


def read_notes(document: t.Any) -> None:
    """All that is asked of the notes of a store, and that they can be written again."""
    index = renewal_notes.NotesIndex.from_dict(document).merged({}, NOW)
    for cert_id, kept in renewal_notes.merged(renewal_notes.entries(document), {}, NOW).items():
        found = renewal_notes.info(cert_id, kept)
        assert found is not None
        documents.encode({**index.as_dict(), "known": {cert_id: renewal_notes.entry(found)}})


def say_aws(answer: t.Any) -> None:
    with pytest.raises(CertError), errors.calling("route53", "ChangeResourceRecordSets"):
        raise ClientError({"Error": answer}, "ChangeResourceRecordSets")


@dataclass
class OneObject(FakeArchive):
    """An archive that has the same under every key."""

    content: bytes = b""

    def get(self, _key: str) -> bytes | None:
        return self.content


def from_archive(read: t.Callable[[FakeArchive], object]) -> t.Callable[[bytes], object]:
    """A reader of what an archive has under a key."""
    return lambda content: read(OneObject(content=content))


def as_bytes(document: t.Any) -> bytes:
    return json.dumps(document).encode()


TARGETS = {
    "JSON": Target(json_text.parsed, (as_bytes(NESTED), as_bytes([1, "x", None])), (ValueError,)),
    "URL": Target(urls.https_problem, (f"{BASE}/dir", "https://user@[::1]:443/x?y#z"), ()),
    "joined URL": Target(lambda link: urls.joined(BASE, link), ("/x", "https://[::1]/"), ()),
    "ACME directory option": Target(directories.problems, ("letsencrypt", f"{BASE}/dir"), ()),
    "URI of a store": Target(
        lambda uri: uris.problem(uri, "store"), ("s3://bucket/prefix?kms_key_id=x", "file:///srv/x", "dynamodb://t"), ()
    ),
    "Retry-After": Target(
        lambda header: waiting.retry_after(header, NOW),
        ("120", "Wed, 06 Jan 2027 04:43:00 GMT", "Sun, 06 Nov 1994 08:49:37 -0100"),
        (),
    ),
    "time": Target(times.from_text, ("2027-01-06T04:42:00Z", "2027-01-06T04:42:00.123+02:00"), (ValueError,)),
    "domain name": Target(lambda name: domain_names.problems([name]), ("example.com", "*.bücher.example"), ()),
    "e-mail address": Target(emails.is_address, ("first.last+tag@example.com",), ()),
    "dns_server": Target(resolver.server_problem, ("192.0.2.1:53", "[2001:db8::1]:53"), ()),
    "order": Target(lambda document: AcmeOrder.from_json(f"{BASE}/o", document, None), (ORDER,)),
    "authorization": Target(lambda document: Authorization.from_json(f"{BASE}/a", document), (AUTHORIZATION,)),
    "directory": Target(lambda document: Directory.from_json(f"{BASE}/d", document), (DIRECTORY,)),
    "problem": Target(read_problem, (NESTED,), ()),
    "renewal information": Target(lambda document: renewal_info.parse(document, None), (WINDOW,), (ValueError,)),
    "limits file": Target(read_limits, (LIMITS,), ()),
    "AWS error": Target(say_aws, ({"Code": "Throttling", "Message": "slow"},), ()),
    "refused batch": Target(lambda text: txt_records.absent_names(text, ["x"]), (BATCH,), ()),
    "TXT value": Target(txt_records.unquoted, ('"one" "t\\"wo"',), ()),
    "CAA value": Target(caa.issue_value, ("ca.example; accounturi=https://x; policy=wildcard",), ()),
    "dns-persist": Target(
        lambda url: persistent_records.is_usable(["ca.example"], url, f"{BASE}/dir"), (f"{BASE}/acct/7",), ()
    ),
    "DNS message": Target(read_dns, dns_answers(), ()),
    "certificates": Target(read_certificates, (CHAIN, LEAF.certificate_pem)),
    "private key": Target(crypto.load_key, (LEAF.key_pem,)),
    "manifest": Target(Manifest.from_dict, (MANIFEST,), (ValueError,)),
    "renewal notes": Target(read_notes, (NOTES,), ()),
    "bundle": Target(lambda content: bundles.unpack(content, "b.tar.gz"), (tar_gz(),)),
    "document": Target(lambda content: documents.decode(content, "x", "1"), (as_bytes({"name": "x"}),)),
    "account": Target(from_archive(lambda archive: accounts.load(archive, BASE, ())), (as_bytes(ACCOUNT),)),
    "failed validations": Target(
        from_archive(lambda archive: Failures(archive, "p").require_room(BASE, ["example.com"], NOW)),
        (as_bytes(failed_validations.as_dict([Failure(NOW, BASE, ("example.com",))])),),
    ),
    "unfinished order": Target(
        from_archive(lambda archive: Pending(archive, "p").load(["p/pending/x.json"])), (as_bytes(PENDING),)
    ),
    "distribution": Target(distribution_xml.read, (XML.encode(),), (ValueError,)),
    "text of others": Target(texts.cleaned, ("plain",), ()),
    "quoted value": Target(texts.quoted, ("plain",), ()),
    "redaction": Target(redaction.redacted, (f"token=abcdefgh {LEAF.key_pem}",), ()),
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_answers_or_fails_as_it_declares(name: str) -> None:
    target, dice = TARGETS[name], random.Random(SEED)
    for sample in target.samples:
        target.parse(sample)
    end = time.process_time() + SECONDS
    for given in itertools.islice(target.inputs(dice), MOST_INPUTS):
        try:
            target.parse(given)
        except target.declared as exc:
            said = len(str(exc))
        except Exception as exc:  # noqa: BLE001 - any other is what is looked for
            pytest.fail(f"{name} raises {type(exc).__name__}: {exc!s:.200} over {given!r:.1000}")
        else:
            said = 0
        assert said < MOST_SAID, f"{name} quotes too much of {given!r:.300}"
        if time.process_time() > end:
            break
