# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which server certificates are those of a client on a host: another site's are never taken over with them."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption import mapping, uploads
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.acm_certs import NO_KEY, AcmFacts
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.found import AdoptionFinding
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
    StoredCertificate,
)

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=timezone.utc)
DOMAINS = ("example.com", "www.example.com")
SAME, OTHER = "aa" * 32, "bb" * 32
HOST: dict[str, t.Any] = {
    "source": "certbot",
    "theirs": "example.com",
    "settings": {},
    "scheduler": None,
    "lineage": {"fingerprint_sha256": SAME, "domains": list(reversed(DOMAINS))},
    "problems": [],
    "warnings": [],
    "notes": ["the certificate is in IAM", "kept"],
}
LEAF = Certificate(
    serial="1",
    fingerprint_sha256=SAME,
    issuer="CN=CA",
    domains=DOMAINS,
    key_type="ecdsa_p256",
    not_before=NOW,
    not_after=NOW + timedelta(days=90),
)
STORED = StoredCertificate(name="one", path="/cloudfront/", id="ASCA1")
ANOTHER = "the host has another certificate than IAM or ACM, so the key of the one in service cannot be copied"


@pytest.mark.parametrize(
    ("leaf", "used", "ids", "in_iam"),
    [
        pytest.param(LEAF, False, {"ASCA1"}, True, id="the same certificate"),
        pytest.param(
            replace(LEAF, domains=("example.org",)), False, {"ASCA1"}, True, id="the same, whatever its names"
        ),
        pytest.param(replace(LEAF, fingerprint_sha256=OTHER), True, {"ASCA1"}, False, id="another that serves"),
        pytest.param(replace(LEAF, fingerprint_sha256=OTHER), False, set(), False, id="another that serves nothing"),
        pytest.param(
            replace(LEAF, fingerprint_sha256=OTHER, domains=DOMAINS[:1]), True, set(), False, id="of fewer names"
        ),
    ],
)
def test_a_host_has_its_certificate_and_those_for_its_names_that_serve(
    leaf: Certificate, used: bool, ids: set[str], in_iam: bool
) -> None:
    users = {"ASCA1"} if used else set()
    found = uploads.matched(t.cast("t.Any", HOST), [(STORED, leaf)], users, {})
    assert (set(found.ids), found.in_iam) == (ids, in_iam)
    assert found.paths == (("/cloudfront/",) if ids else ())
    assert found.warnings == ([ANOTHER] if ids and not in_iam else [])
    assert found.notes == ["kept"]


def test_a_host_without_a_certificate_has_none_in_iam() -> None:
    found = uploads.matched(t.cast("t.Any", {**HOST, "lineage": None}), [(STORED, LEAF)], {"ASCA1"}, {})
    assert (set(found.ids), found.in_iam, found.warnings) == (set(), False, [])


def facts(*targets: str, source: str | None = None, warnings: tuple[str, ...] = ()) -> t.Any:
    settings = mapping.settings(targets=list(targets) or None, source=source)
    return AcmFacts(t.cast("t.Any", settings), tuple(warnings))


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ((), None),
        (("cloudfront",), None),
        (("elb",), None),
        (("elb", "cloudfront"), ["cloudfront", "elb"]),
    ],
)
def test_what_a_certificate_of_acm_is_bound_to_is_kept_if_it_is_more_than_one_kind(
    targets: tuple[str, ...], expected: list[str] | None
) -> None:
    in_acm = replace(STORED, path="", id="arn:1")
    (found,) = uploads.grouped([(in_acm, LEAF)], {"arn:1": facts(*targets)})
    assert (found.settings["targets"], found.source) == (expected, "acm")


def test_one_project_for_each_set_of_names_wherever_the_certificates_are() -> None:
    in_acm, other = replace(STORED, path="", id="arn:1"), replace(STORED, id="ASCA2", path="/cloudfront/x/")
    org = replace(LEAF, domains=("*.example.org",))
    mixed, alone = uploads.grouped([(STORED, LEAF), (in_acm, LEAF), (other, org)], {"arn:1": facts()})[::-1]
    assert (alone.theirs, alone.source, alone.ids, alone.paths) == (
        "example-org", "iam", frozenset({"ASCA2"}), ("/cloudfront/x/",),
    )  # fmt: skip
    assert (mixed.theirs, mixed.source, mixed.ids) == ("example-com", "iam", frozenset({"ASCA1", "arn:1"}))
    assert (mixed.paths, mixed.warnings, mixed.notes) == (("/cloudfront/",), [NO_KEY], [])


def test_what_acm_renews_is_a_project_of_its_own_whose_key_nobody_misses() -> None:
    in_acm = replace(STORED, path="", id="arn:1")
    plain, issued = uploads.grouped([(STORED, LEAF), (in_acm, LEAF)], {"arn:1": facts(source="acm")})
    assert (plain.source, plain.ids, plain.warnings) == ("iam", frozenset({"ASCA1"}), [NO_KEY])
    assert (issued.source, issued.ids, issued.warnings) == ("acm", frozenset({"arn:1"}), [])
    assert issued.notes == ["ACM issued it and renews it: it is watched here, and stays as it is"]


@pytest.mark.parametrize(
    ("path", "name", "maker"),
    [
        ("/cloudfront/letsencrypt/", "le-example", "certbot-s3front"),
        ("/cloudfront/", "certimate-1", "Certimate"),
        ("/cloudfront/", "le-example", None),
        ("/cloudfront/letsencrypt/", "certimate-1", None),
    ],
)
def test_a_tool_that_is_known_by_path_and_name_is_named(path: str, name: str, maker: str | None) -> None:
    (found,) = uploads.grouped([(replace(STORED, path=path, name=name), LEAF)], {})
    assert found.notes == ([f"it was uploaded by {maker}, which has to be stopped by hand"] if maker else [])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/cloudfront/", True),
        ("/cloudfront/letsencrypt/", True),
        ("/cloudfront/certops/webapp/", False),
        ("/cloudfront/cn-north-1/WebApp-CertBot/", False),
        ("/cloudfront/cn-north-1/", True),
        ("/", False),
        ("/elb/", False),
    ],
)
def test_a_certificate_is_loose_where_neither_ours_nor_the_plugins_are(path: str, expected: bool) -> None:
    assert uploads.is_loose(path) is expected


def test_of_several_hosts_the_one_whose_certificate_is_in_service_counts() -> None:
    def host(fingerprint: str | None, in_iam: bool = False, theirs: str = "a") -> AdoptionFinding:
        lineage: t.Any = {"fingerprint_sha256": fingerprint} if fingerprint else None
        return AdoptionFinding("certbot", theirs, lineage=lineage, in_iam=in_iam)

    one, same, other, served = host(SAME), host(SAME), host(OTHER), host(SAME, in_iam=True)
    assert uploads.one_each([one, same, other]) == [one, other]
    assert uploads.one_each([other, served]) == [served]
    assert uploads.one_each([host(None), host(None, theirs="b"), host(None)]) == [host(None), host(None, theirs="b")]


def test_what_acm_renews_is_never_taken_for_that_of_a_host() -> None:
    in_acm = replace(STORED, path="", id="arn:1")
    found = uploads.matched(t.cast("t.Any", HOST), [(in_acm, LEAF)], {"arn:1"}, {"arn:1": facts(source="acm")})
    assert (found.ids, found.in_iam) == (frozenset(), False)
    imported = uploads.matched(
        t.cast("t.Any", HOST), [(in_acm, LEAF)], {"arn:1"}, {"arn:1": facts("cloudfront", "elb", warnings=("so",))}
    )
    assert (imported.ids, imported.settings["targets"]) == (frozenset({"arn:1"}), ["cloudfront", "elb"])
    assert imported.warnings == ["so"]
