# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code of the doctor with facts that give it and facts that do not."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import timedelta

import pytest
import yaml
from ansible_collections.certops.cloudfront.plugins.module_utils._core import store_setup
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.certificates import (
    AcmCertificate,
    AcmRenewal,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution, Selection
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.target import Target
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.caa import CaaVerdict, Issuer, Reason
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.zones import RecordPlace, Zone
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor import (
    account,
    ca,
    distributions,
    findings,
    notices,
    schedule,
    stores,
    targets,
    zones as doctor_zones,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor.ca import Applicant, Ca
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor.codes import KINDS
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor.findings import Finding
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor.stores import Entry
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor.zones import Delegation
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.subscriptions import Subscription
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
    Quota,
    StoredCertificate,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.targets.uses import (
    DEFAULT,
    LISTENER,
    NewCertificate,
    Slot,
    Use,
    UseSelection,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import doctor as module
from unit.fakes import projects

Findings = t.Callable[[], t.Iterable[Finding]]


NOW = projects.NOW


CA = Ca("https://ca.example/directory", profiles=("classic",), caa_identities=("ca.example",))


KNOWN = Applicant(has_account=True)


RECORD = projects.certificate()


OURS, THEIRS = frozenset({"ns-1.example"}), frozenset({"ns-9.example"})


PATH = "/cloudfront/certops/webapp/"


TARGET = Target("IAMCertificateId", "ASCA1", ("example.com", "*.example.com"))


ALIASES = Selection(frozenset({"previous", "aliases"}), previous=("ASCA1",))


PREVIOUS = Selection(frozenset({"previous"}), previous=("ASCA1",))


TOPIC = "arn:aws:sns:us-east-1:123456789012:certops-webapp"


MAIL = "ops@example.com"


CONFIRMED = Subscription(f"{TOPIC}:1", "email", MAIL)


PENDING = Subscription("PendingConfirmation", "email", MAIL)


def zone(zone_id: str, name: str, private: bool = False) -> Zone:
    return Zone(zone_id, name, private)


def delegated(*public: frozenset[str] | None) -> Findings:
    """Zones of one name with servers of their own each, and where DNS leads for each."""
    return lambda: doctor_zones.delegations(
        Delegation(f"Z{number}", "example.com", OURS, found) for number, found in enumerate(public)
    )


def unanswered(public: frozenset[str] | None) -> Findings:
    return lambda: doctor_zones.unanswered([Delegation("Z1", "example.com", OURS, public)], "no resolver answers")


def passed_over(used: str) -> Findings:
    place = RecordPlace("_acme-challenge.shop.example.com", "Z1", used)
    return lambda: doctor_zones.passed_over(
        [place], [zone("Z1", "example.com"), zone("Z2", "shop.example.com"), zone("Z3", "other.example.com")]
    )


def unplaced(*told: str) -> Findings:
    found = [findings.finding(code, "example.com", "m") for code in told]
    return lambda: doctor_zones.unplaced(
        {"a.example.com": "a CNAME chain that does not end"}, {"a.example.com": "_acme-challenge.a.example.com"}, found
    )


def verdict(reason: Reason | None) -> Findings:
    issuer = Issuer(() if reason is Reason.UNKNOWN_ISSUER else ("ca.example",))
    return lambda: ca.caa("www.example.com", CaaVerdict(reason, "example.com", ("other.example",)), issuer)


def stored(*certificates: StoredCertificate, record: t.Mapping[str, t.Any] | None = RECORD) -> Findings:
    return lambda: account.stored("webapp", record, (), certificates)


def in_iam(name: str = "webapp-1", path: str = PATH, identifier: str = "ASCA1") -> StoredCertificate:
    return StoredCertificate(name, path, identifier)


def bound(
    *aliases: str,
    uses: str = "",
    selection: Selection = ALIASES,
    paths: t.Mapping[str, str] | None = None,
    target: Target = TARGET,
    tenant_only: bool = False,
) -> Findings:
    distribution = Distribution(
        "E1", aliases=aliases, viewer={"IAMCertificateId": uses} if uses else {}, tenant_only=tenant_only
    )
    return lambda: distributions.bindings("webapp", (distribution,), selection, target, paths or {})


def icp(status: str, alias: str = "www.example.com") -> Findings:
    return lambda: distributions.icp([Distribution("E1", aliases=(alias,), icp={alias: status})], ALIASES, TARGET)


def aged(days: float, interval: int = 30, **given: t.Any) -> Findings:
    """A certificate of 64 days, whose renewal is due after the interval or 42.7 days."""
    document = projects.document(certificate=projects.certificate(age_days=days), **given)
    return lambda: schedule.record(document, interval, NOW, is_locked=document["lock"] is not None)


def told(*subscriptions: Subscription, has_run: bool = True, exists: bool = True) -> Findings:
    return lambda: notices.topic(TOPIC, [MAIL], subscriptions if exists else None, has_run)


def skew(**span: float) -> Findings:
    return lambda: stores.clock("AWS", NOW + timedelta(**span), NOW)


def mode(bits: int, is_directory: bool = False) -> Findings:
    return lambda: stores.modes("file:///archive", [Entry("/archive/webapp", bits, is_directory)])


def failed(code: str, error: CertError) -> Findings:
    return lambda: [findings.of_error(code, error)]


def remote(service: str, code: str = "InternalError") -> RemoteError:
    return RemoteError("it was answered", service=service, operation="Any", code=code)


def missing(*zones: Zone) -> Findings:
    return lambda: doctor_zones.missing({"www.example.com": "_acme-challenge.www.example.com"}, zones)


def keys(wanted: str, found: str | None = None) -> Findings:
    return lambda: account.key_type("webapp", wanted, {"key_type": found} if found else None)


OTHERS = {"ASCA9": "/cloudfront/certops/other/"}


def issued_by_acm(renewal: str) -> Findings:
    arn, ends = "arn:aws:acm:us-east-1:123456789012:certificate/1", NOW + timedelta(days=90)
    certificate = AcmCertificate(arn, (), "", "ISSUED", "AMAZON_ISSUED", not_after=ends, renewal=AcmRenewal(renewal))
    return lambda: account.renewal(certificate, {}, NOW)


def in_acm(user: str) -> Findings:
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
    found = AcmCertificate(arn, (), "ecdsa_p256", "ISSUED", "IMPORTED", serial="1", in_use_by=(user,))
    return lambda: account.in_acm({**RECORD, "serial": "01"}, arn, found, False)


def listener(certificate: str, **more: t.Any) -> Findings:
    use = Use(LISTENER, "web", (Slot(DEFAULT, certificate, ("www.example.com",)),), **more)
    selection = UseSelection(frozenset({"previous"}), previous=("arn:old",))
    return lambda: targets.bindings([use], selection, NewCertificate("arn:new", ("*.example.com",)))


CASES: dict[str, tuple[Findings, Findings]] = {
    "CAA_FORBIDS": (verdict(Reason.OTHER_ISSUERS), verdict(None)),
    "CAA_FORBIDS_ACCOUNT": (verdict(Reason.ACCOUNT), verdict(None)),
    "CAA_FORBIDS_METHOD": (verdict(Reason.METHOD), verdict(None)),
    "CAA_UNKNOWN_CRITICAL": (verdict(Reason.CRITICAL), verdict(None)),
    "CAA_ISSUER_UNKNOWN": (verdict(Reason.UNKNOWN_ISSUER), verdict(None)),
    "CAA_UNCHECKED": (lambda: [ca.unread("www.example.com", "example.com", "no answer")], verdict(None)),
    "ZONE_MISSING": (missing(), missing(zone("Z1", "example.com"))),
    "ZONE_PRIVATE_ONLY": (
        missing(zone("Z1", "example.com", True)),
        missing(zone("Z1", "example.com", True), zone("Z2", "example.com")),
    ),
    "ZONE_AMBIGUOUS": (delegated(THEIRS, THEIRS), delegated(OURS, THEIRS)),
    "ZONE_UNUSABLE": (unplaced(), unplaced("ZONE_AMBIGUOUS")),
    "ZONE_PASSED_OVER": (passed_over("example.com"), passed_over("shop.example.com")),
    "ZONE_DUPLICATE": (delegated(OURS, THEIRS), delegated(OURS)),
    "ZONE_NOT_DELEGATED": (delegated(THEIRS), delegated(OURS)),
    "ZONE_PARTLY_DELEGATED": (delegated(OURS | THEIRS), delegated(OURS)),
    "DNS_FAILED": (unanswered(None), unanswered(OURS)),
    "CA_UNREACHABLE": (failed("ARCHIVE_FAILED", remote("acme")), failed("ARCHIVE_FAILED", remote("s3"))),
    "PROFILE_NOT_OFFERED": (
        lambda: ca.directory(CA, replace(KNOWN, profile="shortlived")),
        lambda: ca.directory(CA, replace(KNOWN, profile="classic")),
    ),
    "TERMS_NOT_AGREED": (
        lambda: ca.directory(CA, Applicant(terms_agreed=False)),
        lambda: ca.directory(CA, replace(KNOWN, terms_agreed=False)),
    ),
    "EAB_MISSING": (
        lambda: ca.directory(replace(CA, needs_eab=True), Applicant()),
        lambda: [
            *ca.directory(replace(CA, needs_eab=True), Applicant(has_eab=True)),
            *ca.directory(replace(CA, needs_eab=True), KNOWN),
        ],
    ),
    "NAMES_REDUNDANT": (
        lambda: ca.redundant(["*.example.com", "www.example.com"], None),
        lambda: [
            *ca.redundant(["*.example.com", "example.com", "a.b.example.com"], None),
            *ca.redundant(["*.example.com", "www.example.com"], {"domains": ["www.example.com", "*.example.com"]}),
        ],
    ),
    "CREDENTIALS_UNUSABLE": (failed("SERVICE_FAILED", remote("sts")), failed("SERVICE_FAILED", remote("iam"))),
    "PERMISSION_MISSING": (
        lambda: account.permissions("me", {"iam:Any": False}),
        lambda: account.permissions("me", {"iam:Any": True}),
    ),
    "SERVICE_FAILED": (
        failed("SERVICE_FAILED", remote("iam")),
        failed("SERVICE_FAILED", remote("iam", "AccessDenied")),
    ),
    "ACCOUNT_DIFFERS": (
        lambda: account.belongs(projects.document(certificate=RECORD), AwsAccount("999999999999", "aws")),
        lambda: account.belongs(projects.document(certificate=RECORD), AwsAccount("123456789012", "aws")),
    ),
    "IAM_QUOTA_FULL": (
        lambda: account.room(Quota(19, 20, headroom=1)),
        lambda: account.room(Quota(18, 20, headroom=1)),
    ),
    "IAM_QUOTA_TIGHT": (lambda: account.room(Quota(19, 20)), lambda: account.room(Quota(18, 20))),
    "CERTIFICATE_MISSING": (stored(), stored(in_iam())),
    "CERTIFICATE_DIFFERS": (lambda: account.content(RECORD, "2" * 64), lambda: account.content(RECORD, "1" * 64)),
    "ACM_RENEWAL_BLOCKED": (issued_by_acm("FAILED"), issued_by_acm("SUCCESS")),
    "CERTIFICATE_LATE": (
        lambda: schedule.brought(projects.certificate(age_days=40), "files", NOW),
        lambda: schedule.brought(projects.certificate(age_days=1), "files", NOW),
    ),
    "USER_NOT_REBOUND": (
        in_acm("arn:aws:appsync:us-east-1:123456789012:apis/1"),
        in_acm("arn:aws:cloudfront::123456789012:distribution/E1"),
    ),
    "OWNED_ELSEWHERE": (
        lambda: targets.owned({"E1": {"aws:cloudformation:stack-name": "web"}}),
        lambda: targets.owned({"E1": {"Name": "web"}}),
    ),
    "TARGET_ASTRAY": (listener("arn:old"), listener("arn:new")),
    "TARGET_REFUSED": (listener("arn:old", why_not="a controller owns it"), listener("arn:old")),
    "TARGET_UNKNOWN": (lambda: targets.missing(["other"], {"web"}), lambda: targets.missing(["web"], {"web"})),
    "PATH_NOT_OURS": (
        stored(in_iam(), in_iam("x", identifier="ASCA2")),
        stored(in_iam(), in_iam("x", "/cloudfront/", "ASCA2")),
    ),
    "NAME_CONFLICT": (
        stored(in_iam("WebApp-2027-01-06-0442", "/cloudfront/", "ASCA2"), record=None),
        stored(in_iam("webapp-2-2027-01-06-0442", "/cloudfront/", "ASCA2"), record=None),
    ),
    "KEY_TYPE_REFUSED": (keys("ecdsa_p256", "ecdsa_p384"), keys("ecdsa_p256", "rsa_2048")),
    "KEY_TYPE_COSTLY": (keys("rsa_4096"), keys("rsa_2048")),
    "WRITES_UNTESTED": (lambda: [account.untested("me", "denied")], lambda: account.permissions("me", {})),
    "DISTRIBUTION_UNKNOWN": (
        bound(selection=Selection(frozenset({"ids"}), ids=("E2",))),
        bound(selection=Selection(frozenset({"ids"}), ids=("E1",))),
    ),
    "CONTINUOUS_DEPLOYMENT": (lambda: distributions.policies({"E1": "p-1"}), lambda: distributions.policies({})),
    "ALIAS_UNCOVERED": (bound("www.example.com", "www.example.net"), bound("www.example.com", "example.com")),
    "ICP_SUSPENDED": (icp("SUSPENDED"), icp("SUSPENDED", "www.example.net")),
    "ICP_PENDING": (icp("PENDING"), icp("APPROVED")),
    "BINDING_CONTESTED": (
        bound("www.example.com", uses="ASCA9", paths=OTHERS),
        bound("www.example.com", uses="ASCA9", paths={"ASCA9": PATH}),
    ),
    "BINDING_TAKES_OVER": (bound("www.example.com", uses="ASCA9"), bound("www.example.com")),
    "TENANT_ONLY": (
        bound(uses="ASCA1", target=replace(TARGET, id=None), tenant_only=True),
        bound(uses="ASCA1", target=replace(TARGET, id=None)),
    ),
    "BOUND_ELSEWHERE": (
        bound("www.example.com", uses="ASCA9", selection=PREVIOUS),
        bound("www.example.net", uses="ASCA9", selection=PREVIOUS),
    ),
    "NO_DISTRIBUTION": (bound("www.example.net"), bound("www.example.com")),
    "STORE_FAILED": (
        failed("STORE_FAILED", CertError("damaged")),
        failed("STORE_FAILED", remote("dynamodb", "AccessDeniedException")),
    ),
    "STORE_NOT_WRITABLE": (lambda: [stores.not_writable("store", "file:///store", "no")], mode(0o600)),
    "ARCHIVE_FAILED": (
        failed("ARCHIVE_FAILED", remote("s3", "NoSuchBucket")),
        failed("ARCHIVE_FAILED", remote("s3", "AccessDenied")),
    ),
    "ARCHIVE_NOT_WRITABLE": (lambda: [stores.not_writable("archive", "file:///archive", "no")], mode(0o600)),
    "ARCHIVE_EXPOSED": (mode(0o640), mode(0o600)),
    "BUNDLE_MISSING": (
        lambda: stores.bundle(RECORD, False),
        lambda: [*stores.bundle(RECORD, True), *stores.bundle(None, False)],
    ),
    "PLACE_SETTINGS": (
        lambda: stores.settings([store_setup.Shortcoming("s3://b", store_setup.VERSIONING, "off", "on", False)]),
        lambda: stores.settings([]),
    ),
    "CERTIFICATE_EXPIRED": (aged(64.1), aged(63.9)),
    "CERTIFICATE_EXPIRES_SOON": (aged(47.1), aged(46.9)),
    "RENEWAL_OVERDUE": (aged(31.1), aged(30.9)),
    "INTERVAL_UNSUITABLE": (aged(1, interval=50), aged(1, interval=43)),
    "RUN_FAILED": (
        aged(1, renewal=projects.failing(1, timedelta(hours=1))),
        aged(1, renewal=projects.failing(0, timedelta(hours=1))),
    ),
    "ADOPTION_UNFINISHED": (
        aged(1, adoption=projects.adoption("stopped")),
        aged(1, adoption=projects.adoption("done")),
    ),
    "RUN_UNFINISHED": (
        aged(1, journal=projects.unfinished("issue")),
        aged(1, journal=projects.unfinished("issue"), lock=projects.lock()),
    ),
    "PROJECT_LOCKED": (aged(1, lock=projects.lock()), aged(1)),
    "CLOCK_WRONG": (skew(minutes=-5), skew(minutes=4)),
    "CLOCK_SKEWED": (skew(minutes=1), skew(seconds=59)),
    "NO_SUBSCRIBERS": (told(PENDING), told(CONFIRMED)),
    "SUBSCRIPTION_PENDING": (told(PENDING), told(CONFIRMED, PENDING)),
    "SUBSCRIPTION_MISSING": (told(), told(has_run=False)),
    "TOPIC_MISSING": (told(exists=False), told(exists=False, has_run=False)),
    "NO_NOTICES": (
        lambda: [*notices.silent("webapp", "", [MAIL]), *notices.silent("webapp", "certops-webapp", [])],
        lambda: notices.silent("webapp", "certops-webapp", [MAIL]),
    ),
}


# These need a whole project to be examined: tests/unit/module_utils/_operations/doctor.
OF_THE_WHOLE = {"DEFINITION_INVALID", "PROJECT_UNKNOWN", "PROJECT_NEW", "PLACE_UNTESTED"}


def test_every_code_has_such_facts() -> None:
    assert set(CASES) | OF_THE_WHOLE == set(KINDS)


@pytest.mark.parametrize("code", CASES)
def test_a_code_is_found_where_it_belongs(code: str) -> None:
    found = [entry for entry in CASES[code][0]() if entry.code == code]
    assert found
    assert {(entry.severity, entry.remedy) for entry in found} == {(KINDS[code].severity, KINDS[code].remedy)}
    assert all(entry.subject and entry.message and not entry.message.endswith(".") for entry in found)


@pytest.mark.parametrize("code", CASES)
def test_a_code_is_not_found_where_it_does_not_belong(code: str) -> None:
    assert [entry for entry in CASES[code][1]() if entry.code == code] == []


def test_the_documentation_lists_each_code_with_its_severity() -> None:
    contained = yaml.safe_load(module.RETURN)["findings"]["contains"]["code"]["description"]
    listed = dict(line.split(". ", 1)[0].removeprefix("V(").split("), ") for line in contained)
    assert listed == {code: kind.severity.value for code, kind in KINDS.items()}


def test_remedies_are_sentences_without_their_full_stop() -> None:
    assert [code for code, kind in KINDS.items() if not kind.remedy[0].isupper() or kind.remedy.endswith(".")] == []
