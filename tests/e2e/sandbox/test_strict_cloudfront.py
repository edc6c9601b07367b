# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudFront distributions: what CloudFront refuses, and how it answers."""

from __future__ import annotations

import copy
import urllib.error
import urllib.request

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOT_FOUND = (
    "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid"
    " certificate chain."
)


def config(*aliases, reference="one", **members):
    base = {
        "CallerReference": reference,
        "Comment": "",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [{"Id": "o", "DomainName": "o.example.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all"},
    }
    if aliases:
        base["Aliases"] = {"Quantity": len(aliases), "Items": list(aliases)}
    return base | members


def viewer(certificate_id, **members):
    return {
        "IAMCertificateId": certificate_id,
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
        **members,
    }


@pytest.fixture
def cloudfront(aws):
    return aws.client("cloudfront")


@pytest.fixture
def upload(aws, bundle):
    def upload_one(name, *names, path="/cloudfront/", region="us-east-1", **options):
        made = bundle(*names, **options)
        result = aws.client("iam", region).upload_server_certificate(**made.upload_arguments(name, path))
        return result["ServerCertificateMetadata"]["ServerCertificateId"]

    return upload_one


@pytest.fixture
def bound(cloudfront, upload):
    """A deployed distribution with an alias, its certificate, and another one that fits: (distribution ID, ETag,
    config, other ID)."""
    created = cloudfront.create_distribution(
        DistributionConfig=config("www.example.com", ViewerCertificate=viewer(upload("old", "www.example.com")))
    )
    identifier = created["Distribution"]["Id"]
    current = cloudfront.get_distribution_config(Id=identifier)
    return identifier, current["ETag"], current["DistributionConfig"], upload("new", "*.example.com")


def test_updates_need_the_current_version(aws, cloudfront, bound):
    identifier, etag, current, _other = bound
    with aws.refuses("InvalidIfMatchVersion"):
        cloudfront.update_distribution(Id=identifier, DistributionConfig=current)
    updated = cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=current)
    assert updated["ETag"] != etag
    with aws.refuses("PreconditionFailed", 412) as refusal:
        cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=current)
    assert (
        refusal.message
        == "The request failed because it didn't meet the preconditions in one or more request-header fields."
    )


def test_a_distribution_is_in_progress_until_it_is_deployed(aws, cloudfront, bound):
    identifier, etag, current, _other = bound
    aws.control("POST", "settings", {"cloudfront_deploy_seconds": 60, "cloudfront_etag_on_deploy": True})
    updated = cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=current)
    assert updated["Distribution"]["Status"] == "InProgress"
    aws.control("POST", "clock", {"advance_seconds": 61})
    later = cloudfront.get_distribution(Id=identifier)
    assert later["Distribution"]["Status"] == "Deployed"
    assert later["ETag"] != updated["ETag"]


@pytest.mark.parametrize(
    "missing",
    [
        "Aliases",
        "DefaultRootObject",
        "CacheBehaviors",
        "PriceClass",
        "ViewerCertificate",
        "Restrictions",
        "HttpVersion",
    ],
)
def test_updates_need_what_only_updates_need(aws, cloudfront, bound, missing):
    identifier, etag, current, _other = bound
    del current[missing]
    with aws.refuses("IllegalUpdate") as refusal:
        cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=current)
    assert refusal.message == f"{missing} is required for updates."


def test_the_caller_reference_and_staging_cannot_change(aws, cloudfront, bound):
    identifier, etag, current, _other = bound
    for change in ({"CallerReference": "two"}, {"Staging": True}):
        with aws.refuses("IllegalUpdate"):
            cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig={**current, **change})


def test_deprecated_members_that_contradict_are_refused(aws, cloudfront, bound):
    identifier, etag, current, other = bound
    assert current["ViewerCertificate"]["CertificateSource"] == "iam"
    changed = copy.deepcopy(current)
    changed["ViewerCertificate"]["IAMCertificateId"] = other
    with aws.refuses("InvalidViewerCertificate") as refusal:
        cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=changed)
    assert refusal.message == "Your IAMCertificateId does not match the given Certificate field."
    changed["ViewerCertificate"].update(Certificate=other, CertificateSource="cloudfront")
    with aws.refuses("InvalidViewerCertificate") as refusal:
        cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=changed)
    assert refusal.message == 'Cannot specify IAMCertificateId and a CertificateSource not equal to "iam".'


@pytest.mark.parametrize(
    ("members", "code"),
    [
        pytest.param(
            {"ACMCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"},
            "InvalidViewerCertificate",
            id="both sources",
        ),
        pytest.param({"CloudFrontDefaultCertificate": True}, "InvalidViewerCertificate", id="the default one as well"),
        pytest.param(
            {"IAMCertificateId": "ASCAMISSING0000000000"}, "InvalidViewerCertificate", id="no such certificate"
        ),
        pytest.param(
            {"MinimumProtocolVersion": "TLSv9"}, "InvalidMinimumProtocolVersion", id="unknown security policy"
        ),
        pytest.param({"MinimumProtocolVersion": "SSLv3"}, "InvalidProtocolSettings", id="SSLv3 with SNI"),
        pytest.param({"SSLSupportMethod": "static-ip"}, "InvalidArgument", id="static IP addresses"),
    ],
)
def test_viewer_certificates_that_cannot_be(aws, cloudfront, bound, members, code):
    identifier, etag, current, other = bound
    current["ViewerCertificate"] = viewer(other, **members)
    with aws.refuses(code):
        cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=current)


@pytest.mark.parametrize("missing", ["SSLSupportMethod", "MinimumProtocolVersion"])
def test_an_own_certificate_needs_a_method_and_a_policy(aws, cloudfront, bound, missing):
    identifier, etag, current, other = bound
    current["ViewerCertificate"] = viewer(other)
    del current["ViewerCertificate"][missing]
    with aws.refuses("InvalidArgument"):
        cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=current)


def test_the_certificate_must_cover_every_alias(aws, cloudfront, upload):
    wrong = upload("wrong", "*.example.com")
    for alias in ("example.com", "a.b.example.com", "www.example.org"):
        with aws.refuses("InvalidViewerCertificate") as refusal:
            cloudfront.create_distribution(
                DistributionConfig=config("www.example.com", alias, ViewerCertificate=viewer(wrong))
            )
        assert refusal.message.startswith(
            "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME)"
        )
    cloudfront.create_distribution(
        DistributionConfig=config("*.example.com", "www.example.com", ViewerCertificate=viewer(wrong))
    )


def test_aliases_need_a_certificate(aws, cloudfront):
    with aws.refuses("InvalidViewerCertificate"):
        cloudfront.create_distribution(DistributionConfig=config("www.example.com"))


def test_certificates_outside_of_the_cloudfront_path_are_not_seen(aws, cloudfront, upload):
    with aws.refuses("InvalidViewerCertificate") as refusal:
        cloudfront.create_distribution(
            DistributionConfig=config(
                "www.example.com", ViewerCertificate=viewer(upload("c", "www.example.com", path="/x/"))
            )
        )
    assert refusal.message == NOT_FOUND


def test_a_new_certificate_is_seen_only_after_a_while(aws, cloudfront, upload):
    aws.control("POST", "settings", {"iam_visibility_seconds": 30})
    wanted = config("www.example.com", ViewerCertificate=viewer(upload("c", "www.example.com")))
    with aws.refuses("InvalidViewerCertificate") as refusal:
        cloudfront.create_distribution(DistributionConfig=wanted)
    assert refusal.message == NOT_FOUND
    aws.control("POST", "clock", {"advance_seconds": 31})
    cloudfront.create_distribution(DistributionConfig=wanted)


def test_keys_that_cloudfront_does_not_know_are_refused(aws, cloudfront, upload):
    with aws.refuses("InvalidViewerCertificate"):
        cloudfront.create_distribution(
            DistributionConfig=config(
                "www.example.com", ViewerCertificate=viewer(upload("c", "www.example.com", key_type="p384"))
            )
        )
    accepted = viewer(upload("d", "www.example.com", key_type="rsa2048"))
    cloudfront.create_distribution(DistributionConfig=config("www.example.com", ViewerCertificate=accepted))


def test_a_certificate_without_chain_or_past_its_end_is_refused(aws, cloudfront, bundle, upload):
    alone = bundle("www.example.com").upload_arguments("alone")
    del alone["CertificateChain"]
    alone_id = aws.client("iam").upload_server_certificate(**alone)["ServerCertificateMetadata"]["ServerCertificateId"]
    short_id = upload("short", "www.example.com", days=(-1, 1))
    aws.control("POST", "clock", {"advance_seconds": 2 * 86400})
    for certificate_id in (alone_id, short_id):
        with aws.refuses("InvalidViewerCertificate") as refusal:
            cloudfront.create_distribution(
                DistributionConfig=config("www.example.com", ViewerCertificate=viewer(certificate_id))
            )
        assert refusal.message == NOT_FOUND


def test_one_viewer_certificate_change_at_a_time(aws, cloudfront, bound):
    identifier, etag, current, other = bound
    previous = viewer(current["ViewerCertificate"]["IAMCertificateId"])
    aws.control("POST", "settings", {"cloudfront_deploy_seconds": 60})
    etag = cloudfront.update_distribution(
        Id=identifier, IfMatch=etag, DistributionConfig={**current, "ViewerCertificate": viewer(other)}
    )["ETag"]
    with aws.refuses("IllegalUpdate") as refusal:
        cloudfront.update_distribution(
            Id=identifier, IfMatch=etag, DistributionConfig={**current, "ViewerCertificate": previous}
        )
    assert refusal.message.startswith("Only one viewer certificate change may be in progress at a time")
    changed = {**current, "ViewerCertificate": viewer(other), "Comment": "another change goes on meanwhile"}
    etag = cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=changed)["ETag"]
    aws.control("POST", "clock", {"advance_seconds": 61})
    cloudfront.update_distribution(
        Id=identifier, IfMatch=etag, DistributionConfig={**current, "ViewerCertificate": previous}
    )


def test_continuous_deployment_keeps_the_viewer_certificate(aws, cloudfront, bound):
    identifier, etag, current, other = bound
    attached = {**current, "ContinuousDeploymentPolicyId": "0f3d1b4e-aaaa-bbbb-cccc-000000000001"}
    etag = cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=attached)["ETag"]
    with aws.refuses("IllegalUpdate") as refusal:
        cloudfront.update_distribution(
            Id=identifier, IfMatch=etag, DistributionConfig={**attached, "ViewerCertificate": viewer(other)}
        )
    assert refusal.message == "One or more fields updated are not supported for continuous deployment."
    etag = cloudfront.update_distribution(
        Id=identifier, IfMatch=etag, DistributionConfig={**attached, "Comment": "another change"}
    )["ETag"]
    detached = {**attached, "ContinuousDeploymentPolicyId": ""}
    etag = cloudfront.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=detached)["ETag"]
    cloudfront.update_distribution(
        Id=identifier, IfMatch=etag, DistributionConfig={**detached, "ViewerCertificate": viewer(other)}
    )


def test_a_chain_is_at_most_five_certificates(aws, cloudfront, upload):
    accepted = viewer(upload("c5", "www.example.com", links=4))
    cloudfront.create_distribution(DistributionConfig=config("www.example.com", ViewerCertificate=accepted))
    with aws.refuses("InvalidViewerCertificate"):
        cloudfront.create_distribution(
            DistributionConfig=config(
                "shop.example.com", reference="two", ViewerCertificate=viewer(upload("c6", "shop.example.com", links=5))
            )
        )


def test_an_alias_belongs_to_one_distribution(aws, cloudfront, upload):
    certificate = viewer(upload("c", "example.com", "*.example.com"))
    cloudfront.create_distribution(DistributionConfig=config("www.example.com", ViewerCertificate=certificate))
    with aws.refuses("CNAMEAlreadyExists", 409):
        cloudfront.create_distribution(
            DistributionConfig=config("WWW.example.com", reference="two", ViewerCertificate=certificate)
        )
    cloudfront.create_distribution(
        DistributionConfig=config("*.example.com", reference="two", ViewerCertificate=certificate)
    )


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        pytest.param(
            {"Aliases": {"Quantity": 2, "Items": ["a.example.com"]}}, "InconsistentQuantities", 400, id="wrong quantity"
        ),
        pytest.param(
            {"DefaultCacheBehavior": {"TargetOriginId": "x", "ViewerProtocolPolicy": "allow-all"}},
            "NoSuchOrigin",
            404,
            id="unknown origin",
        ),
        pytest.param(
            {"Aliases": {"Quantity": 101, "Items": [f"a{n}.example.com" for n in range(101)]}},
            "TooManyDistributionCNAMEs",
            400,
            id="aliases",
        ),
        pytest.param({"PriceClass": "PriceClass_1"}, "InvalidArgument", 400, id="unknown price class"),
        pytest.param(
            {"Aliases": {"Quantity": 2, "Items": ["a.example.com", "A.example.com"]}},
            "InvalidArgument",
            400,
            id="the same alias twice",
        ),
    ],
)
def test_configurations_that_contradict_themselves(aws, cloudfront, change, code, status):
    with aws.refuses(code, status):
        cloudfront.create_distribution(DistributionConfig=config(**change))


def test_a_certificate_in_use_cannot_be_deleted(aws, cloudfront, bound):
    with aws.refuses("DeleteConflict", 409) as refusal:
        aws.client("iam").delete_server_certificate(ServerCertificateName="old")
    assert "is currently in use by CloudFront" in refusal.message
    identifier, etag, current, other = bound
    cloudfront.update_distribution(
        Id=identifier, IfMatch=etag, DistributionConfig={**current, "ViewerCertificate": viewer(other)}
    )
    aws.client("iam").delete_server_certificate(ServerCertificateName="old")


def test_only_disabled_and_deployed_distributions_can_be_deleted(aws, cloudfront, bound):
    identifier, etag, current, _other = bound
    with aws.refuses("DistributionNotDisabled", 409):
        cloudfront.delete_distribution(Id=identifier, IfMatch=etag)
    aws.control("POST", "settings", {"cloudfront_deploy_seconds": 60})
    etag = cloudfront.update_distribution(
        Id=identifier, IfMatch=etag, DistributionConfig={**current, "Enabled": False}
    )["ETag"]
    with aws.refuses("DistributionNotDisabled", 409):
        cloudfront.delete_distribution(Id=identifier, IfMatch=etag)
    aws.control("POST", "clock", {"advance_seconds": 61})
    cloudfront.delete_distribution(Id=identifier, IfMatch=etag)
    with aws.refuses("NoSuchDistribution", 404):
        cloudfront.get_distribution(Id=identifier)


def test_lists_have_pages_of_at_most_a_hundred(aws, cloudfront):
    for number in range(5):
        cloudfront.create_distribution(DistributionConfig=config(reference=str(number), Staging=number == 4))
    with aws.refuses("InvalidArgument"):
        cloudfront.list_distributions(MaxItems="101")
    pages = [
        page["DistributionList"]
        for page in cloudfront.get_paginator("list_distributions").paginate(PaginationConfig={"PageSize": 2})
    ]
    assert [page["Quantity"] for page in pages] == [2, 2, 1]
    summaries = [item for page in pages for item in page["Items"]]
    assert len({item["Id"] for item in summaries}) == 5
    assert [item["Staging"] for item in summaries] == [False] * 4 + [True]
    assert summaries[0]["ETag"] == cloudfront.get_distribution(Id=summaries[0]["Id"])["ETag"]


def test_the_caller_reference_makes_creation_repeatable(aws, cloudfront):
    one = cloudfront.create_distribution(DistributionConfig=config())
    again = cloudfront.create_distribution(DistributionConfig=config())
    assert one["Distribution"]["Id"] == again["Distribution"]["Id"]
    with aws.refuses("DistributionAlreadyExists", 409):
        cloudfront.create_distribution(DistributionConfig=config(Comment="other"))


def test_the_number_of_distributions_is_limited(aws, cloudfront):
    aws.control("POST", "settings", {"cloudfront_distribution_quota": 1})
    cloudfront.create_distribution(DistributionConfig=config())
    with aws.refuses("TooManyDistributions"):
        cloudfront.create_distribution(DistributionConfig=config(reference="two"))


def test_tags_live_with_the_distribution(aws, cloudfront):
    tags = {"Items": [{"Key": "a", "Value": "1"}]}
    created = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": config(), "Tags": tags}
    )
    arn = created["Distribution"]["ARN"]
    cloudfront.tag_resource(Resource=arn, Tags={"Items": [{"Key": "b", "Value": "2"}]})
    cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["a"]})
    assert cloudfront.list_tags_for_resource(Resource=arn)["Tags"]["Items"] == [{"Key": "b", "Value": "2"}]
    with aws.refuses("NoSuchResource", 404):
        cloudfront.list_tags_for_resource(Resource=arn + "X")


def _raw(aws, method, path, body=b"", headers=None):
    request = AWSRequest(method, aws.url + path, data=body, headers=headers or {})
    SigV4Auth(Credentials("AKIA" + "S" * 16, "secret"), "cloudfront", "us-east-1").add_auth(request)
    prepared = request.prepare()
    sent = urllib.request.Request(
        prepared.url, data=body or None, headers=dict(prepared.headers.items()), method=method
    )
    with urllib.request.urlopen(sent) as answer:
        return answer.headers, answer.read().decode()


def test_an_element_that_botocore_does_not_know_survives(aws, bound):
    identifier = bound[0]
    path = f"/2020-05-31/distribution/{identifier}/config"
    headers, text = _raw(aws, "GET", path)
    extended = text.replace(
        "</DistributionConfig>", "<FutureSetting><Depth>7</Depth></FutureSetting></DistributionConfig>"
    )
    _raw(aws, "PUT", path, extended.encode(), {"If-Match": headers["ETag"], "Content-Type": "application/xml"})
    assert "<FutureSetting><Depth>7</Depth></FutureSetting>" in _raw(aws, "GET", path)[1]


@pytest.mark.parametrize(
    ("body", "code"), [(b"", "MissingBody"), (b"not XML", "MalformedXML"), (b"<Other/>", "MalformedInput")]
)
def test_bodies_that_are_no_configuration(aws, bound, body, code):
    identifier, etag, _current, _other = bound
    with pytest.raises(urllib.error.HTTPError) as caught:
        _raw(
            aws,
            "PUT",
            f"/2020-05-31/distribution/{identifier}/config",
            body,
            {"If-Match": etag, "Content-Type": "application/xml"},
        )
    assert caught.value.code == 400
    assert f"<Code>{code}</Code>" in caught.value.read().decode()


def test_a_staging_distribution_does_not_speak_http3(aws, cloudfront):
    with aws.refuses("InvalidArgument"):
        cloudfront.create_distribution(DistributionConfig=config(Staging=True, HttpVersion="http2and3"))


def test_in_china_only_iam_certificates_and_sni(aws, upload):
    china = aws.client("cloudfront", "cn-northwest-1")
    certificate_id = upload("c", "www.example.cn", region="cn-north-1")
    with aws.refuses("InvalidViewerCertificate"):
        china.create_distribution(
            DistributionConfig=config(
                "www.example.cn", ViewerCertificate=viewer(certificate_id, SSLSupportMethod="vip")
            )
        )
    arn = "arn:aws-cn:acm:cn-north-1:123456789012:certificate/x"
    acm_viewer = {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}
    with aws.refuses("InvalidViewerCertificate"):
        china.create_distribution(DistributionConfig=config("www.example.cn", ViewerCertificate=acm_viewer))
    created = china.create_distribution(
        DistributionConfig=config("www.example.cn", ViewerCertificate=viewer(certificate_id))
    )["Distribution"]
    assert created["ARN"].startswith("arn:aws-cn:cloudfront::")
    aws.control("POST", "cloudfront/icp", {"cname": "www.example.cn", "status": "PENDING"})
    summary = china.list_distributions()["DistributionList"]["Items"][0]
    assert summary["AliasICPRecordals"] == [{"CNAME": "www.example.cn", "ICPRecordalStatus": "PENDING"}]


def test_multi_tenant_distributions_take_no_iam_certificate_and_no_aliases(aws, cloudfront, upload):
    certificate = viewer(upload("c", "www.example.com"))
    with aws.refuses("InvalidArgument"):
        cloudfront.create_distribution(
            DistributionConfig=config("www.example.com", ConnectionMode="tenant-only", ViewerCertificate=certificate)
        )
    with aws.refuses("InvalidArgument"):
        cloudfront.create_distribution(
            DistributionConfig=config(ConnectionMode="tenant-only", ViewerCertificate=certificate)
        )
    cloudfront.create_distribution(DistributionConfig=config(ConnectionMode="tenant-only"))
    assert cloudfront.list_distributions()["DistributionList"]["Items"][0]["ConnectionMode"] == "tenant-only"


def test_the_edge_switches_when_the_distribution_is_deployed(aws, cloudfront, bound, upload):
    identifier, etag, current, other = bound
    before = aws.state.edge_certificate("www.example.com")
    aws.control("POST", "settings", {"cloudfront_deploy_seconds": 60})
    cloudfront.update_distribution(
        Id=identifier, IfMatch=etag, DistributionConfig={**current, "ViewerCertificate": viewer(other)}
    )
    assert aws.state.edge_certificate("www.example.com") == before
    aws.control("POST", "clock", {"advance_seconds": 61})
    assert aws.state.edge_certificate("www.example.com") not in (before, None)


def test_the_edge_prefers_the_exact_alias_and_wildcards_match_any_depth(aws, cloudfront, upload):
    wildcard = viewer(upload("w", "*.example.com"))
    exact = viewer(upload("e", "www.example.com"))
    cloudfront.create_distribution(
        DistributionConfig=config("*.example.com", reference="w", ViewerCertificate=wildcard)
    )
    cloudfront.create_distribution(DistributionConfig=config("www.example.com", reference="e", ViewerCertificate=exact))
    by_wildcard = aws.state.edge_certificate("deep.below.example.com")
    assert by_wildcard == aws.state.edge_certificate("other.example.com")
    assert aws.state.edge_certificate("www.example.com") not in (by_wildcard, None)
    assert aws.state.edge_certificate("example.com") is None
