# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACM: what it refuses, what it hides, and what comes late."""

from __future__ import annotations

import datetime
import itertools

import boto3
import pytest
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ALL_KEY_TYPES = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
OTHER = {"access_key": "AKIA" + "O" * 16, "account": "222222222222"}
HOUR = 3600


@pytest.fixture
def acm(aws):
    return aws.client("acm")


def careless(aws):
    """A client that sends what botocore would refuse."""
    keys = {"aws_access_key_id": "AKIA" + "S" * 16, "aws_secret_access_key": "secret"}
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client("acm", region_name="us-east-1", endpoint_url=aws.url, config=config, **keys)


@pytest.fixture
def zone(aws):
    """A public zone for the validation records."""
    return aws.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]


def text_of(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def made_by(key, signer, usages=(), extended=(), *, names=("a.example.com",), issuer="CA"):
    """What ImportCertificate takes: a leaf for `key`, signed by `signer`, with these key usages."""
    now = datetime.datetime.now(datetime.timezone.utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0] if names else "nobody")])
    signed_by = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)] if issuer else [])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signed_by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
    )
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=60)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
        )
    if usages:
        every = (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
        )
        builder = builder.add_extension(
            x509.KeyUsage(**{name: name in usages for name in every}, encipher_only=False, decipher_only=False),
            critical=True,
        )
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=False)
    leaf = builder.sign(signer, hashes.SHA256())
    return {"Certificate": leaf.public_bytes(serialization.Encoding.PEM), "PrivateKey": text_of(key)}


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def elliptic():
    return ec.generate_private_key(ec.SECP256R1())


def request(acm, *names, **more):
    names = names or ("www.example.com",)
    others = {"SubjectAlternativeNames": list(names[1:])} if names[1:] else {}
    return acm.request_certificate(DomainName=names[0], **{"ValidationMethod": "DNS", **others, **more})[
        "CertificateArn"
    ]


def described(acm, arn):
    return acm.describe_certificate(CertificateArn=arn)["Certificate"]


def records(aws, acm, arn):
    """The validation records, as soon as they are known."""
    aws.control("POST", "clock", {"advance_seconds": 1})
    return [option["ResourceRecord"] for option in described(acm, arn)["DomainValidationOptions"]]


def publish(aws, zone, found, action="UPSERT", change=lambda value: value):
    changes = [
        {
            "Action": action,
            "ResourceRecordSet": {
                "Name": name,
                "Type": "CNAME",
                "TTL": 60,
                "ResourceRecords": [{"Value": change(value)}],
            },
        }
        for name, value in {(record["Name"], record["Value"]) for record in found}
    ]
    aws.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


@pytest.fixture
def issued(aws, acm, zone):
    """Requests a certificate and validates it: `issued("www.example.com")` is its ARN."""

    def one(*names, **more):
        arn = request(acm, *names, **more)
        publish(aws, zone, records(aws, acm, arn))
        assert described(acm, arn)["Status"] == "ISSUED"
        return arn

    return one


def bind(aws, arn, alias="www.example.com"):
    """A distribution that serves the certificate; returns its ID."""
    config = {
        "CallerReference": alias,
        "Comment": "",
        "Enabled": True,
        "Aliases": {"Quantity": 1, "Items": [alias]},
        "Origins": {
            "Quantity": 1,
            "Items": [{"Id": "o", "DomainName": "o.example.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all"},
        "ViewerCertificate": {
            "ACMCertificateArn": arn,
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
    }
    return aws.client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["Id"]


def unbind(aws, identifier):
    cloudfront = aws.client("cloudfront")
    current = cloudfront.get_distribution_config(Id=identifier)
    config = {
        **current["DistributionConfig"],
        "Aliases": {"Quantity": 0},
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
    }
    cloudfront.update_distribution(Id=identifier, IfMatch=current["ETag"], DistributionConfig=config)


# --- reading ---


def test_a_listing_without_a_filter_hides_elliptic_and_large_keys(acm, bundle, rsa_key):
    elliptic_arn = acm.import_certificate(**bundle("a.example.com").import_arguments())["CertificateArn"]
    rsa_arn = acm.import_certificate(**made_by(rsa_key, rsa_key))["CertificateArn"]
    assert [item["CertificateArn"] for item in acm.list_certificates()["CertificateSummaryList"]] == [rsa_arn]
    everything = acm.list_certificates(Includes={"keyTypes": ALL_KEY_TYPES})["CertificateSummaryList"]
    assert [item["CertificateArn"] for item in everything] == [elliptic_arn, rsa_arn]


def test_a_listing_comes_in_pages_and_takes_no_empty_or_foreign_token(aws, acm, bundle):
    for number in range(5):
        acm.import_certificate(**bundle(f"{number}.example.com").import_arguments())
    pages = list(
        acm.get_paginator("list_certificates").paginate(
            Includes={"keyTypes": ["EC_prime256v1"]}, PaginationConfig={"PageSize": 2}
        )
    )
    assert [[item["DomainName"][0] for item in page["CertificateSummaryList"]] for page in pages] == [
        ["0", "1"],
        ["2", "3"],
        ["4"],
    ]
    for token in ("", "elsewhere"):
        with aws.refuses("ValidationException"):
            careless(aws).list_certificates(NextToken=token)
    with aws.refuses("ValidationException"):
        acm.list_certificates(MaxItems=1001)


def test_a_listing_filters_by_status_usage_and_export(acm, issued):
    arn = issued("www.example.com")
    pending = request(acm, "other.example.org", Options={"Export": "ENABLED"})

    def listed(**filters):
        return [item["CertificateArn"] for item in acm.list_certificates(**filters)["CertificateSummaryList"]]

    assert listed(CertificateStatuses=["ISSUED"]) == [arn]
    assert listed(Includes={"exportOption": "ENABLED"}) == [pending]
    assert listed(
        Includes={"keyUsage": ["KEY_ENCIPHERMENT"], "extendedKeyUsage": ["TLS_WEB_SERVER_AUTHENTICATION"]}
    ) == [arn]
    assert listed(CertificateKeyPairOrigins=["ACME"]) == []


def test_answers_spell_key_algorithms_with_a_hyphen_and_serials_with_colons(acm, bundle):
    made = bundle("a.example.com", "b.example.com")
    arn = acm.import_certificate(**made.import_arguments())["CertificateArn"]
    found = described(acm, arn)
    serial = f"{x509.load_pem_x509_certificate(made.leaf.encode()).serial_number:x}"
    assert (found["KeyAlgorithm"], found["Serial"].replace(":", "").lstrip("0")) == ("EC-prime256v1", serial)
    assert (found["Type"], found["DomainName"], found["SubjectAlternativeNames"]) == (
        "IMPORTED",
        "a.example.com",
        ["a.example.com", "b.example.com"],
    )
    assert {"IssuedAt", "DomainValidationOptions", "RenewalSummary"} & set(found) == set()
    assert found["RenewalEligibility"] == "INELIGIBLE"


def test_a_search_sees_every_key_type_and_finds_by_serial_and_name(aws, acm, bundle):
    arn = acm.import_certificate(**bundle("a.example.com").import_arguments())["CertificateArn"]
    acm.import_certificate(**bundle("b.example.com").import_arguments())
    serial = described(acm, arn)["Serial"]

    def found(attribute):
        return [
            item["CertificateArn"]
            for item in acm.search_certificates(FilterStatement={"Filter": {"X509AttributeFilter": attribute}})[
                "Results"
            ]
        ]

    assert found({"SerialNumber": serial}) == [arn]
    assert found(
        {"SubjectAlternativeName": {"DnsName": {"Value": "a.example.com", "ComparisonOperator": "EQUALS"}}}
    ) == [arn]
    assert len(acm.search_certificates()["Results"]) == 2
    with aws.refuses("ValidationException"):
        acm.search_certificates(FilterStatement={"Filter": {"X509AttributeFilter": {"SerialNumber": "AA"}}})


def test_unknown_certificates_and_those_of_other_regions_are_not_found(aws, acm, bundle):
    arn = aws.client("acm", "eu-west-1").import_certificate(**bundle("a.example.com").import_arguments())[
        "CertificateArn"
    ]
    for call in (acm.describe_certificate, acm.get_certificate, acm.delete_certificate, acm.list_tags_for_certificate):
        with aws.refuses("ResourceNotFoundException"):
            call(CertificateArn=arn)
    with aws.refuses("ValidationException"):
        acm.describe_certificate(CertificateArn="arn:aws:iam::123456789012:server-certificate/a")
    with aws.refuses("ResourceNotFoundException"):
        acm.import_certificate(CertificateArn=arn, **bundle("a.example.com").import_arguments())


# --- import ---


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (lambda key: made_by(elliptic(), key), "algorithm family"),
        (lambda key: made_by(key, elliptic()), "algorithm family"),
        (lambda key: made_by(key, key, issuer=""), "issuer"),
        (lambda _key: made_by(ec.generate_private_key(ec.SECP256K1()), elliptic()), "not supported"),
    ],
    ids=["elliptic leaf below an RSA CA", "RSA leaf below an elliptic CA", "no issuer", "another curve"],
)
def test_leaves_that_acm_does_not_import(aws, acm, rsa_key, arguments, message):
    with aws.refuses("ValidationException") as refusal:
        acm.import_certificate(**arguments(rsa_key))
    assert message in refusal.message


def test_an_encrypted_key_is_refused(aws, acm, bundle):
    key = elliptic()
    locked = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"secret")
    )
    with aws.refuses("ValidationException"):
        acm.import_certificate(**made_by(key, elliptic()) | {"PrivateKey": locked})


def test_the_same_bytes_twice_are_two_certificates(acm, bundle):
    made = bundle("a.example.com").import_arguments()
    assert acm.import_certificate(**made)["CertificateArn"] != acm.import_certificate(**made)["CertificateArn"]


@pytest.mark.parametrize("tags", [[{"Key": "a", "Value": "b"}], []])
def test_tags_are_refused_on_reimport_even_none(aws, acm, bundle, tags):
    arn = acm.import_certificate(**bundle("a.example.com").import_arguments(), Tags=[{"Key": "mine", "Value": ""}])[
        "CertificateArn"
    ]
    with aws.refuses("ValidationException") as refusal:
        careless(aws).import_certificate(CertificateArn=arn, Tags=tags, **bundle("a.example.com").import_arguments())
    assert "ag" in refusal.message
    acm.import_certificate(CertificateArn=arn, **bundle("b.example.com").import_arguments())
    assert acm.list_tags_for_certificate(CertificateArn=arn)["Tags"] == [{"Key": "mine", "Value": ""}]


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ({"usages": ("digital_signature", "key_encipherment")}, {"usages": ("digital_signature",)}, "Key Usages"),
        ({"extended": (SERVER, CLIENT)}, {"extended": (CLIENT,)}, "Extended Key Usages"),
        ({"extended": (SERVER,)}, {}, "Extended Key Usages"),
        ({}, {"names": ()}, "domain name"),
    ],
)
def test_a_reimport_loses_no_usage_and_not_all_names(aws, rsa_key, before, after, what):
    acm = aws.client("acm")
    arn = acm.import_certificate(**made_by(rsa_key, rsa_key, **before))["CertificateArn"]
    with aws.refuses("ValidationException") as refusal:
        acm.import_certificate(CertificateArn=arn, **made_by(rsa_key, rsa_key, **after))
    assert what in refusal.message


def test_a_reimport_may_lose_client_authentication_and_an_elliptic_one_key_encipherment(acm):
    key = elliptic()
    before = made_by(key, key, ("digital_signature", "key_encipherment"), (SERVER, CLIENT))
    arn = acm.import_certificate(**before)["CertificateArn"]
    acm.import_certificate(
        CertificateArn=arn, **made_by(key, key, ("digital_signature",), (SERVER,), names=("b.example.com",))
    )
    assert described(acm, arn)["SubjectAlternativeNames"] == ["b.example.com"]


def test_a_reimport_keeps_the_size_of_the_key_and_is_for_imported_certificates(aws, acm, rsa_key, issued):
    large = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    arn = acm.import_certificate(**made_by(rsa_key, rsa_key))["CertificateArn"]
    with aws.refuses("ValidationException"):
        acm.import_certificate(CertificateArn=arn, **made_by(large, large))
    with aws.refuses("ValidationException"):
        acm.import_certificate(CertificateArn=issued(), **made_by(rsa_key, rsa_key))


def test_quotas_count_what_exists_and_what_came_in_a_year(aws, acm, bundle):
    aws.control("POST", "settings", {"acm_imported_quota": 2, "acm_yearly_import_quota": 3, "acm_yearly_quota": 1})
    arns = [
        acm.import_certificate(**bundle("a.example.com", days=(-1, 900)).import_arguments())["CertificateArn"]
        for dummy in range(2)
    ]
    with aws.refuses("LimitExceededException"):
        acm.import_certificate(**bundle("a.example.com").import_arguments())
    for arn in arns:
        acm.delete_certificate(CertificateArn=arn)
    acm.import_certificate(**bundle("a.example.com").import_arguments())
    with aws.refuses("LimitExceededException") as refusal:
        acm.import_certificate(**bundle("a.example.com").import_arguments())
    assert "you have reached your limit of 3 certificates in the last year" in refusal.message
    acm.delete_certificate(CertificateArn=request(acm))
    with aws.refuses("LimitExceededException"):
        request(acm)
    aws.control("POST", "clock", {"advance_seconds": 366 * 24 * HOUR})
    acm.import_certificate(**bundle("a.example.com", days=(300, 900)).import_arguments())


def test_imports_are_limited_to_one_a_second_when_asked_for(aws, acm, bundle):
    aws.control("POST", "settings", {"acm_rates": 1})
    acm.import_certificate(**bundle("a.example.com").import_arguments())
    with aws.refuses("ThrottlingException"):
        acm.import_certificate(**bundle("a.example.com").import_arguments())
    aws.client("acm", "eu-west-1").import_certificate(**bundle("a.example.com").import_arguments())
    aws.control("POST", "clock", {"advance_seconds": 1})
    acm.import_certificate(**bundle("a.example.com").import_arguments())


def test_a_deleted_certificate_is_gone_and_tags_have_their_limits(aws, acm, bundle):
    arn = acm.import_certificate(**bundle("a.example.com").import_arguments())["CertificateArn"]
    acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": f"k{number}", "Value": "v"} for number in range(50)])
    with aws.refuses("TooManyTagsException"):
        acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "one more", "Value": "v"}])
    with aws.refuses("InvalidTagException"):
        acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "aws:mine", "Value": "v"}])
    acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "k0", "Value": "another"}, {"Key": "k1"}])
    assert "k0" in {tag["Key"] for tag in acm.list_tags_for_resource(ResourceArn=arn)["Tags"]}
    acm.delete_certificate(CertificateArn=arn)
    with aws.refuses("ResourceNotFoundException"):
        acm.delete_certificate(CertificateArn=arn)


# --- request and validation ---


@pytest.mark.parametrize(
    ("names", "more", "code"),
    [
        (("www.example.com",), {"KeyAlgorithm": "RSA_4096"}, "ValidationException"),
        (("www.example.com",), {"KeyAlgorithm": "EC_secp521r1"}, "ValidationException"),
        (("com",), {}, "ValidationException"),
        (("a" * 60 + ".example.com",), {}, "InvalidParameterException"),
        (("d111111abcdef8.cloudfront.net",), {}, "InvalidParameterException"),
        (("ab--c.example.com",), {}, "InvalidParameterException"),
        (("www.example.com",), {"ValidationMethod": "HTTP"}, "InvalidParameterException"),
        (("*.example.com",), {"ValidationMethod": "HTTP", "ManagedBy": "CLOUDFRONT"}, "InvalidParameterException"),
        (
            ("www.example.com",),
            {"Options": {"CertificateTransparencyLoggingPreference": "DISABLED"}},
            "InvalidParameterException",
        ),
        (("www.example.com",), {"IdempotencyToken": "a-b"}, "ValidationException"),
        (tuple(f"{number}.example.com" for number in range(11)), {}, "LimitExceededException"),
        (
            ("www.example.com",),
            {"DomainValidationOptions": [{"DomainName": "www.example.com", "ValidationDomain": "example.org"}]},
            "InvalidDomainValidationOptionsException",
        ),
    ],
)
def test_requests_that_acm_refuses(aws, acm, names, more, code):
    with aws.refuses(code):
        request(acm, *names, **more)


def test_a_long_name_may_stand_behind_the_first(acm):
    assert request(acm, "www.example.com", "a" * 60 + ".example.com")


def test_a_token_is_remembered_for_an_hour_whatever_else_was_asked_for(aws, acm):
    first = request(acm, "www.example.com", IdempotencyToken="token")
    assert request(acm, "www.example.com", "other.example.com", IdempotencyToken="token") == first
    assert request(acm, "www.example.com") != first
    aws.control("POST", "clock", {"advance_seconds": HOUR + 1})
    assert request(acm, "www.example.com", IdempotencyToken="token") != first


def test_validation_records_come_after_the_request(aws, acm):
    arn = request(acm, "www.example.com")
    (option,) = described(acm, arn)["DomainValidationOptions"]
    assert (option["ValidationStatus"], "ResourceRecord" in option) == ("PENDING_VALIDATION", False)
    (record,) = records(aws, acm, arn)
    assert record["Name"].endswith(".www.example.com.")
    assert record["Value"].endswith(".acm-validations.aws.")


def test_the_record_belongs_to_the_name_and_the_account(aws, acm):
    aws.control("POST", "accounts", OTHER)
    wildcard, base, other = records(aws, acm, request(acm, "*.example.com", "example.com", "www.example.com"))
    assert wildcard == base != other
    elsewhere = aws.client("acm", "eu-west-1")
    assert records(aws, elsewhere, request(elsewhere, "example.com")) == [base]
    foreign = aws.client("acm", access_key=OTHER["access_key"])
    (theirs,) = records(aws, foreign, request(foreign, "example.com"))
    assert theirs["Name"] != base["Name"]


def test_a_certificate_is_issued_when_all_of_its_records_are_visible(aws, acm, zone):
    arn = request(acm, "www.example.com", "api.example.com")
    first, second = records(aws, acm, arn)
    with aws.refuses("RequestInProgressException"):
        acm.get_certificate(CertificateArn=arn)
    publish(aws, zone, [first])
    found = described(acm, arn)
    assert [option["ValidationStatus"] for option in found["DomainValidationOptions"]] == [
        "SUCCESS",
        "PENDING_VALIDATION",
    ]
    assert (found["Status"], "IssuedAt" in found) == ("PENDING_VALIDATION", False)
    publish(aws, zone, [second])
    found = described(acm, arn)
    assert (found["Status"], "IssuedAt" in found, found["RenewalEligibility"]) == ("ISSUED", True, "INELIGIBLE")
    leaf = x509.load_pem_x509_certificate(acm.get_certificate(CertificateArn=arn)["Certificate"].encode())
    assert set(
        leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    ) == {
        "www.example.com",
        "api.example.com",
    }


def test_all_names_may_be_valid_before_the_certificate_is_there(aws, acm, zone):
    aws.control("POST", "settings", {"acm_issue_seconds": 60})
    arn = request(acm)
    publish(aws, zone, records(aws, acm, arn))
    found = described(acm, arn)
    assert (found["DomainValidationOptions"][0]["ValidationStatus"], found["Status"]) == (
        "SUCCESS",
        "PENDING_VALIDATION",
    )
    aws.control("POST", "clock", {"advance_seconds": 61})
    assert described(acm, arn)["Status"] == "ISSUED"


@pytest.mark.parametrize(
    ("change", "status"),
    [(lambda value: value[1:], "ISSUED"), (lambda value: value.replace(".acm", "x.acm"), "PENDING_VALIDATION")],
    ids=["without underscore", "another value"],
)
def test_the_value_counts_also_without_its_underscore(aws, acm, zone, change, status):
    arn = request(acm)
    publish(aws, zone, records(aws, acm, arn), change=change)
    assert described(acm, arn)["Status"] == status


@pytest.mark.parametrize(("hops", "status"), [(4, "ISSUED"), (5, "PENDING_VALIDATION")])
def test_the_record_may_point_on_but_not_for_ever(aws, acm, zone, hops, status):
    arn = request(acm)
    (record,) = records(aws, acm, arn)
    chain = [record["Name"], *(f"hop{number}.example.com." for number in range(hops)), record["Value"]]
    publish(aws, zone, [{"Name": name, "Value": value} for name, value in itertools.pairwise(chain)])
    assert described(acm, arn)["Status"] == status


def test_a_zone_that_nobody_delegates_to_validates_nothing(aws, acm, zone):
    below = aws.client("route53").create_hosted_zone(Name="www.example.com", CallerReference="2")["HostedZone"]["Id"]
    arn = request(acm)
    publish(aws, below, records(aws, acm, arn))
    assert described(acm, arn)["Status"] == "PENDING_VALIDATION"


def test_a_second_request_needs_no_new_record(aws, acm, issued):
    issued("www.example.com")
    arn = request(acm, "www.example.com")
    aws.control("POST", "clock", {"advance_seconds": 1})
    assert described(acm, arn)["Status"] == "ISSUED"


def test_after_three_days_a_request_is_dead(aws, acm, zone):
    arn = request(acm)
    found = records(aws, acm, arn)
    aws.control("POST", "clock", {"advance_seconds": 72 * HOUR})
    assert described(acm, arn)["Status"] == "VALIDATION_TIMED_OUT"
    publish(aws, zone, found)
    assert described(acm, arn)["Status"] == "VALIDATION_TIMED_OUT"


@pytest.mark.parametrize(("issuer", "status"), [("ca.example.net", "FAILED"), ("amazontrust.com", "ISSUED")])
def test_caa_records_decide_at_the_issue(aws, acm, zone, issuer, status):
    caa = {"Name": "example.com", "Type": "CAA", "TTL": 60, "ResourceRecords": [{"Value": f'0 issue "{issuer}"'}]}
    aws.client("route53").change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": caa}]}
    )
    arn = request(acm)
    publish(aws, zone, records(aws, acm, arn))
    found = described(acm, arn)
    assert (found["Status"], found.get("FailureReason")) == (status, "CAA_ERROR" if status == "FAILED" else None)


def test_mail_and_http_wait_for_a_person_or_a_cdn(aws, acm):
    for more in ({"ValidationMethod": "EMAIL"}, {"ValidationMethod": "HTTP", "ManagedBy": "CLOUDFRONT"}):
        arn = request(acm, "www.example.com", **more)
        assert described(acm, arn)["Status"] == "PENDING_VALIDATION"
        aws.control("POST", "acm/approve", {"arn": arn})
        assert described(acm, arn)["Status"] == "ISSUED"


# --- use, renewal, export ---


def test_users_are_seen_late_when_they_come_and_when_they_go(aws, acm, bundle):
    aws.control("POST", "settings", {"acm_in_use_seconds": 60})
    arn = acm.import_certificate(**bundle("www.example.com").import_arguments())["CertificateArn"]
    identifier = bind(aws, arn)
    assert described(acm, arn)["InUseBy"] == []
    with aws.refuses("ResourceInUseException"):
        acm.delete_certificate(CertificateArn=arn)
    aws.control("POST", "clock", {"advance_seconds": 61})
    assert described(acm, arn)["InUseBy"] == [f"arn:aws:cloudfront::123456789012:distribution/{identifier}"]
    unbind(aws, identifier)
    assert described(acm, arn)["InUseBy"] != []
    with aws.refuses("ResourceInUseException"):
        acm.delete_certificate(CertificateArn=arn)
    aws.control("POST", "clock", {"advance_seconds": 61})
    acm.delete_certificate(CertificateArn=arn)


def test_a_reimport_reaches_the_edge_late_and_nothing_tells(aws, acm, bundle):
    aws.control("POST", "settings", {"cloudfront_refresh_seconds": 24 * HOUR})
    old, new = bundle("www.example.com"), bundle("www.example.com")
    arn = acm.import_certificate(**old.import_arguments())["CertificateArn"]
    identifier = bind(aws, arn)
    acm.import_certificate(CertificateArn=arn, **new.import_arguments())
    cloudfront = aws.client("cloudfront")
    current = cloudfront.get_distribution_config(Id=identifier)
    cloudfront.update_distribution(
        Id=identifier, IfMatch=current["ETag"], DistributionConfig=current["DistributionConfig"]
    )
    assert aws.state.edge_certificate("www.example.com")[1] == old.key
    assert cloudfront.get_distribution(Id=identifier)["Distribution"]["Status"] == "Deployed"
    aws.control("POST", "clock", {"advance_seconds": 24 * HOUR})
    assert aws.state.edge_certificate("www.example.com")[1] == new.key


def test_a_new_certificate_is_known_to_other_services_only_later(aws, acm, bundle):
    aws.control("POST", "settings", {"acm_visibility_seconds": 60})
    arn = acm.import_certificate(**bundle("www.example.com").import_arguments())["CertificateArn"]
    with aws.refuses("InvalidViewerCertificate"):
        bind(aws, arn)
    aws.control("POST", "clock", {"advance_seconds": 61})
    bind(aws, arn)


def test_acm_renews_what_is_used_45_days_before_the_end(aws, acm, issued):
    aws.control("POST", "settings", {"acm_renewal_seconds": HOUR})
    arn = issued("www.example.com")
    bind(aws, arn)
    before = described(acm, arn)
    assert (before["RenewalEligibility"], "RenewalSummary" in before) == ("ELIGIBLE", False)
    aws.control("POST", "clock", {"advance_seconds": 154 * 24 * HOUR})
    assert described(acm, arn)["RenewalSummary"]["RenewalStatus"] == "PENDING_AUTO_RENEWAL"
    aws.control("POST", "clock", {"advance_seconds": HOUR})
    after = described(acm, arn)
    assert after["RenewalSummary"]["RenewalStatus"] == "SUCCESS"
    assert after["NotAfter"] > before["NotAfter"]
    assert after["Serial"] != before["Serial"]


def test_a_renewal_fails_without_its_record(aws, acm, issued, zone):
    arn = issued("www.example.com")
    bind(aws, arn)
    publish(aws, zone, records(aws, acm, arn), "DELETE")
    aws.control("POST", "acm/renew", {"arn": arn})
    summary = described(acm, arn)["RenewalSummary"]
    assert (summary["RenewalStatus"], summary["DomainValidationOptions"][0]["ValidationStatus"]) == (
        "PENDING_VALIDATION",
        "PENDING_VALIDATION",
    )
    aws.control("POST", "clock", {"advance_seconds": 199 * 24 * HOUR})
    found = described(acm, arn)
    assert (found["Status"], found["RenewalSummary"]["RenewalStatus"]) == ("EXPIRED", "FAILED")


def test_a_renewal_reads_caa_records_again(aws, acm, issued, zone):
    arn = issued("www.example.com")
    bind(aws, arn)
    caa = {"Name": "example.com", "Type": "CAA", "TTL": 60, "ResourceRecords": [{"Value": '0 issue "ca.example.net"'}]}
    aws.client("route53").change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": caa}]}
    )
    aws.control("POST", "acm/renew", {"arn": arn})
    summary = described(acm, arn)["RenewalSummary"]
    assert (summary["RenewalStatus"], summary["RenewalStatusReason"]) == ("FAILED", "CAA_ERROR")


def test_acm_does_not_renew_what_nobody_uses(aws, acm, issued):
    arn = issued("www.example.com")
    aws.control("POST", "clock", {"advance_seconds": 199 * 24 * HOUR})
    found = described(acm, arn)
    assert (found["Status"], "RenewalSummary" in found) == ("EXPIRED", False)


def test_only_what_was_requested_as_exportable_is_exported(aws, acm, issued):
    plain, exportable = issued("www.example.com"), issued("www.example.com", Options={"Export": "ENABLED"})
    with aws.refuses("ValidationException"):
        acm.export_certificate(CertificateArn=plain, Passphrase=b"secret")
    with aws.refuses("ValidationException"):
        acm.update_certificate_options(CertificateArn=plain, Options={"Export": "ENABLED"})
    for passphrase in (b"abc", b"with#hash", b"with$dollar", b"with%percent", b"x" * 129, "ümlaut".encode()):
        with aws.refuses("ValidationException"):
            acm.export_certificate(CertificateArn=exportable, Passphrase=passphrase)
    answer = acm.export_certificate(CertificateArn=exportable, Passphrase=b"hush")
    key = serialization.load_pem_private_key(answer["PrivateKey"].encode(), b"hush")
    assert key.public_key() == x509.load_pem_x509_certificate(answer["Certificate"].encode()).public_key()
    assert described(acm, exportable)["RenewalEligibility"] == "ELIGIBLE"
    assert "PRIVATE KEY" not in str(aws.control("GET", "calls"))
    assert "hush" not in str(aws.control("GET", "calls"))


def test_a_pending_request_is_not_exported(aws, acm):
    arn = request(acm, Options={"Export": "ENABLED"})
    with aws.refuses("RequestInProgressException"):
        acm.export_certificate(CertificateArn=arn, Passphrase=b"secret")


def test_only_exported_certificates_are_renewed_on_request_or_revoked(aws, acm, issued):
    arn = issued("www.example.com", Options={"Export": "ENABLED"})
    for refused in (
        lambda: acm.renew_certificate(CertificateArn=arn),
        lambda: acm.revoke_certificate(CertificateArn=arn, RevocationReason="SUPERSEDED"),
    ):
        with aws.refuses("ValidationException"):
            refused()
    acm.export_certificate(CertificateArn=arn, Passphrase=b"secret")
    serial = described(acm, arn)["Serial"]
    acm.renew_certificate(CertificateArn=arn)
    assert described(acm, arn)["Serial"] != serial
    acm.revoke_certificate(CertificateArn=arn, RevocationReason="SUPERSEDED")
    assert described(acm, arn)["Status"] == "REVOKED"


def test_an_account_may_have_no_acm(aws):
    aws.control("POST", "settings", {"acm_subscribed": False})
    with aws.refuses("SubscriptionRequiredException"):
        aws.client("acm", "cn-north-1").list_certificates()


def test_what_the_sandbox_lacks_it_says(aws, acm):
    with aws.refuses("NotImplemented", 501):
        acm.get_account_configuration()


def test_certificates_survive_a_snapshot(aws, acm, bundle):
    arn = acm.import_certificate(**bundle("a.example.com").import_arguments())["CertificateArn"]
    aws.control("POST", "snapshot", {"name": "before"})
    acm.delete_certificate(CertificateArn=arn)
    aws.control("POST", "restore", {"name": "before"})
    assert described(acm, arn)["CertificateArn"] == arn
