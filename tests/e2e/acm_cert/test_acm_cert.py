# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""acm_cert against the strict sandbox: imports, re-imports, deletions, and every refusal."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import acm_cert
from e2e.acm_certs import CLIENT, SERVER, TAGS, Made, acm, arns, make, tags_of
from e2e.in_process import run
from sandbox import seed, seed_targets
from sandbox.control import Control

FIRST = make()


def store(made: Made = FIRST, check_mode: bool = False, **params: t.Any) -> Outcome:
    return run(acm_cert, check_mode, **made.options(**params))


def remove(*names: str, check_mode: bool = False, **params: t.Any) -> Outcome:
    return run(acm_cert, check_mode, state="absent", certificate_arns=list(names), **params)


def test_check_mode_predicts_an_import_which_is_in_us_east_1_whatever_the_region(control: Control) -> None:
    planned = store(check_mode=True, region="eu-west-1")
    assert (planned.changed, planned.result["certificate_arn"], arns()) == (True, None, set())
    done = store(region="eu-west-1")
    assert arns() == {done.result["certificate_arn"]}
    assert done.after == planned.after
    assert done.result.keys() == planned.result.keys()
    assert tags_of(done.result["certificate_arn"]) == TAGS
    again = store(region="eu-west-1")
    assert (done.changed, again.changed) == (True, False)
    assert again.result["certificate"] == done.result["certificate"]


@pytest.mark.parametrize("kind", ["ecdsa_p256", "rsa_3072"])
def test_a_certificate_that_a_plain_listing_hides_is_found_again(control: Control, kind: str) -> None:
    made = make(kind)
    first = store(made)
    assert acm().list_certificates()["CertificateSummaryList"] == []
    assert store(made).result["certificate_arn"] == first.result["certificate_arn"]
    assert control.counts("acm")["ImportCertificate"] == 1


def test_the_known_arn_spares_the_listing(control: Control) -> None:
    arn = store().result["certificate_arn"]
    control.clear_calls()
    assert not store(certificate_arns=[arn]).changed
    assert control.counts("acm") == {"GetCertificate": 1, "ListTagsForCertificate": 1}


def test_one_whose_key_nobody_has_stays_under_its_arn_with_the_tags_that_it_lacks(control: Control) -> None:
    arn = FIRST.imported(team="web")
    keyless: dict[str, t.Any] = {"certificate_arns": [arn], "tags": TAGS}
    planned = run(acm_cert, True, **keyless)
    assert (planned.changed, tags_of(arn)) == (True, {"team": "web"})
    done = run(acm_cert, **keyless)
    assert (done.changed, done.result["certificate_arn"], tags_of(arn)) == (True, arn, {"team": "web", **TAGS})
    control.clear_calls()
    assert not run(acm_cert, **keyless).changed
    assert control.counts("acm") == {"GetCertificate": 1, "ListTagsForCertificate": 1}
    acm().delete_certificate(CertificateArn=arn)
    with pytest.raises(RefusedError, match="run reissue"):
        run(acm_cert, **keyless)
    control.clear_calls()
    with pytest.raises(ConfigError, match="name its ARN there"):
        run(acm_cert, **{**keyless, "regions": ["eu-west-1"]})
    assert control.calls() == []


def test_names_in_another_order_and_line_ends_are_no_difference(control: Control) -> None:
    store()
    same = Made(FIRST.leaf.replace("\n", "\r\n"), FIRST.chain, FIRST.key)
    assert not store(same).changed


def test_missing_tags_are_added_and_others_stay(control: Control) -> None:
    arn = FIRST.imported(team="web")
    done = store()
    assert (done.changed, done.result["certificate_arn"]) == (True, arn)
    assert tags_of(arn) == {**TAGS, "team": "web"}


def test_a_certificate_of_another_project_is_not_taken_over(control: Control) -> None:
    other = FIRST.imported(**{**TAGS, "certops:project": "shop"})
    assert store().result["certificate_arn"] != other
    assert tags_of(other)["certops:project"] == "shop"


def test_a_changed_certificate_is_a_new_one_by_default(control: Control) -> None:
    arn = store().result["certificate_arn"]
    done = store(make(), certificate_arns=[arn])
    assert arns() == {arn, done.result["certificate_arn"]}
    assert (done.result["reimported"], done.result["settled_by"]) == (False, None)


def test_users_that_only_follow_the_arn_are_named_when_a_new_one_takes_its_place(control: Control) -> None:
    arn = store().result["certificate_arn"]
    seed_targets.create_api_domain("www.example.com", arn, "EDGE")
    done = store(make(), certificate_arns=[arn])
    assert "import_as: same would reach it" in done.warnings[0]
    assert "in an account of AWS" in done.warnings[0]


def test_the_same_arn_gets_the_new_content_and_keeps_its_tags(control: Control) -> None:
    arn = store(tags={**TAGS, "team": "web"}).result["certificate_arn"]
    made = make()
    planned = store(made, True, import_as="same", certificate_arns=[arn])
    done = store(made, import_as="same", certificate_arns=[arn])
    again = store(made, import_as="same", certificate_arns=[arn])
    assert (planned.changed, done.changed, again.changed) == (True, True, False)
    assert (planned.before, planned.after) == (done.before, done.after)
    assert arns() == {arn}
    assert done.result["reimported"]
    assert done.result["settled_by"] > done.result["certificate"]["not_before"]
    assert tags_of(arn) == {**TAGS, "team": "web"}


def test_a_reimport_sends_no_tags_and_adds_missing_ones_afterwards(control: Control) -> None:
    arn = FIRST.imported()
    done = store(make(), import_as="same", certificate_arns=[arn])
    assert done.result["copies"][0]["steps"] == ["reimport", "tag"]
    assert tags_of(arn) == TAGS


def test_the_first_certificate_of_a_project_that_keeps_its_arn_is_imported(control: Control) -> None:
    assert store(import_as="same").changed
    assert not store(import_as="same").changed


REFUSED_AS_SAME = {
    "key type": (make(), make("rsa_2048"), "its key is ecdsa_p256, that of the new certificate rsa_2048"),
    "key size": (make("rsa_2048"), make("rsa_3072"), "its key is rsa_2048"),
    "key usage": (
        make("rsa_2048", usages=("digital_signature", "key_encipherment")),
        make("rsa_2048"),
        "lacks the key usages KEY_ENCIPHERMENT",
    ),
    "extended key usage": (make(), make(extended=(CLIENT,)), r"lacks the extended key usages 1\.3\.6\.1"),
    "soon over": (make(days=1.5), make(), "CloudFront may take 24 hours"),
}


@pytest.mark.parametrize("case", REFUSED_AS_SAME)
def test_what_cannot_keep_the_arn_is_refused_with_the_choice_and_nothing_changes(control: Control, case: str) -> None:
    old, new, why = REFUSED_AS_SAME[case]
    arn = old.imported(**TAGS)
    for check_mode in (True, False):
        with pytest.raises(RefusedError, match=f"{why}.*choose import_as: new"):
            store(new, check_mode, import_as="same", certificate_arns=[arn])
    assert control.counts("acm")["ImportCertificate"] == 1
    assert store(new, import_as="new", certificate_arns=[arn]).changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (make(extended=(SERVER, CLIENT)), make()),
        (make(usages=("digital_signature", "key_encipherment")), make()),
    ],
    ids=["client authentication", "key encipherment of an EC key"],
)
def test_what_may_be_lost_since_2025_keeps_the_arn(control: Control, old: Made, new: Made) -> None:
    arn = old.imported(**TAGS)
    assert store(new, import_as="same", certificate_arns=[arn]).result["certificate_arn"] == arn


def test_a_certificate_that_load_balancers_alone_use_may_keep_its_arn_to_the_last_day(control: Control) -> None:
    arn = make(days=1.5).imported("eu-west-1", **TAGS)
    given = {"cloudfront": False, "regions": ["eu-west-1"], "certificate_arns": [arn]}
    assert store(import_as="same", **given).result["settled_by"] is None


def test_the_arn_of_what_acm_issued_is_never_imported_over(control: Control) -> None:
    arn = acm().request_certificate(DomainName="example.com", ValidationMethod="DNS")["CertificateArn"]
    with pytest.raises(RefusedError, match=r"was not imported .*choose import_as: new"):
        store(import_as="same", certificate_arns=[arn])


def test_the_arn_of_another_project_is_never_imported_over(control: Control) -> None:
    arn = make().imported(**{**TAGS, "certops:project": "shop"})
    with pytest.raises(RefusedError, match="something else manages it, or another project"):
        store(import_as="same", certificate_arns=[arn])


def test_an_arn_that_does_not_exist_is_not_replaced_by_a_new_one_silently(control: Control) -> None:
    gone = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    with pytest.raises(RefusedError, match=r"does not exist in us-east-1.*choose import_as: new"):
        store(import_as="same", certificate_arns=[gone])
    assert store(certificate_arns=[gone]).changed


def test_a_lost_answer_of_an_import_leaves_one_certificate(control: Control) -> None:
    control.fault("acm", "ImportCertificate", "reset", when="after")
    done = store()
    assert arns() == {done.result["certificate_arn"]}


@pytest.mark.parametrize("kind", ["throttled", "error_500", "reset", "malformed"])
def test_an_import_that_failed_is_tried_again(control: Control, kind: str) -> None:
    control.fault("acm", "ImportCertificate", kind, count=2)
    done = store()
    assert arns() == {done.result["certificate_arn"]}


def test_a_full_quota_is_said_with_what_to_do(control: Control) -> None:
    control.set(acm_yearly_import_quota=0)
    with pytest.raises(RemoteError, match=r"limit of 0 certificates in the last year.*counts deleted ones, too"):
        store()
    assert control.counts("acm")["ImportCertificate"] == 1


def test_an_account_without_acm_is_told_to_use_iam(control: Control) -> None:
    control.set(acm_subscribed=False)
    with pytest.raises(RemoteError, match="this account has no ACM; keep the certificate in IAM"):
        store()


def test_further_regions_have_a_copy_each_and_a_failure_in_one_keeps_the_others(control: Control) -> None:
    control.fault("acm", "ImportCertificate", "access_denied", skip=1)
    failed = store(regions=["eu-west-1", "eu-central-1"])
    assert failed.failure is not None
    assert failed.failure.startswith("eu-west-1: ")
    assert [copy["region"] for copy in failed.result["copies"]] == ["us-east-1"]
    done = store(regions=["eu-west-1", "eu-central-1"])
    found = [copy["arn"] for copy in done.result["copies"]]
    assert [arn.split(":")[3] for arn in found] == ["us-east-1", "eu-west-1", "eu-central-1"]
    assert found[0] == failed.result["certificate_arn"]
    control.clear_calls()
    assert not store(regions=["eu-west-1", "eu-central-1"], certificate_arns=found).changed
    assert control.counts("acm")["ListCertificates"] == 0


def test_a_load_balancer_in_china_takes_a_certificate_of_acm(control: Control) -> None:
    done = store(region="cn-north-1", cloudfront=False)
    assert done.result["certificate_arn"].startswith("arn:aws-cn:acm:cn-north-1:")


BAD = {
    "CloudFront in China": ({"region": "cn-north-1"}, "CloudFront in China takes certificates of IAM only"),
    "CloudFront where there is none": ({"region": "us-gov-west-1"}, "has no CloudFront"),
    "another partition": ({"regions": ["cn-north-1"]}, "is in another partition"),
    "no region": ({"regions": ["Frankfurt"]}, "'Frankfurt' is not the name of a region"),
    "no ARN": ({"certificate_arns": ["arn:aws:iam::123456789012:server-certificate/x"]}, "is not the ARN"),
    "ARN elsewhere": (
        {"certificate_arns": ["arn:aws:acm:eu-west-1:123456789012:certificate/1"]},
        "is in eu-west-1; this run is about us-east-1",
    ),
    "ARNs of two accounts": (
        {
            "regions": ["eu-west-1"],
            "certificate_arns": [
                "arn:aws:acm:us-east-1:123456789012:certificate/1",
                "arn:aws:acm:eu-west-1:210987654321:certificate/1",
            ],
        },
        "of several accounts",
    ),
    "tags": ({"tags": {"aws:x": "1"}}, "tags: the key 'aws:x' is not allowed"),
    "P-384 on CloudFront": (make("ecdsa_p384").options(), "CloudFront does not accept a key of type ecdsa_secp384r1"),
    "signed by another family": (make(signer="rsa_2048").options(), "key and signature must be of one family"),
    "another key": (make().options(private_key=make("rsa_2048").key), "does not belong to the certificate"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_before_any_call(control: Control, case: str) -> None:
    params, why = BAD[case]
    with pytest.raises(ConfigError, match=why):
        run(acm_cert, **{**FIRST.options(), **params})
    assert not control.calls()


def test_every_problem_is_said_at_once(control: Control) -> None:
    with pytest.raises(ConfigError) as caught:
        store(make("ecdsa_p384"), region="cn-north-1", regions=["nowhere"], tags={"aws:x": "1"})
    assert len(caught.value.problems) == 4


def test_what_is_used_is_kept_and_what_is_not_is_deleted_once(control: Control) -> None:
    arn = store().result["certificate_arn"]
    distribution = seed.create_distribution(["example.com"], arn)
    with pytest.raises(RefusedError, match=distribution):
        remove(arn, force=True)
    assert control.counts("acm")["DeleteCertificate"] == 0
    free = store(make()).result["certificate_arn"]
    planned, done, again = remove(free, check_mode=True), remove(free), remove(free)
    assert (planned.changed, done.changed, again.changed) == (True, True, False)
    assert arns() == {arn}


def test_a_user_that_acm_does_not_yet_name_keeps_the_certificate(control: Control) -> None:
    control.set(acm_in_use_seconds=3600)
    arn = store().result["certificate_arn"]
    listener = seed_targets.create_listener("web", [arn])
    assert listener
    with pytest.raises(RefusedError, match="ACM says that it is in use"):
        remove(arn)
    assert arns() == {arn}


def test_a_tenant_that_acm_does_not_name_keeps_its_certificate(control: Control) -> None:
    shared, own = store().result["certificate_arn"], store(make()).result["certificate_arn"]
    distribution = seed_targets.create_multi_tenant_distribution(shared)
    seed_targets.create_tenant(distribution, ["example.com"], own)
    with pytest.raises(RefusedError, match=r"cloudfront dt_\w+ use it"):
        remove(own)


@pytest.mark.parametrize("check_mode", [True, False])
def test_one_of_another_account_is_not_taken_for_one_that_is_gone(control: Control, check_mode: bool) -> None:
    arn = store().result["certificate_arn"]
    foreign = arn.replace(arn.split(":")[4], "210987654321")
    with pytest.raises(RefusedError, match=r"210987654321.*use those of the account in the ARN"):
        remove(foreign, check_mode=check_mode)
    assert arns() == {arn}


def test_what_is_not_ours_is_deleted_by_force_only(control: Control) -> None:
    arn = FIRST.imported()
    with pytest.raises(RefusedError, match=r"it is not ours.*set force"):
        remove(arn)
    assert remove(arn, force=True).changed


def test_one_that_may_not_be_deleted_keeps_the_others_of_the_call(control: Control) -> None:
    ours = make().imported("eu-west-1", **TAGS)
    foreign = make().imported()
    with pytest.raises(RefusedError, match="not ours"):
        remove(ours, foreign, regions=["eu-west-1"])
    assert (arns("eu-west-1"), arns()) == ({ours}, {foreign})


def test_as_ansible_runs_it(ansible: t.Any, control: Control) -> None:
    arguments = {name: value for name, value in FIRST.options().items() if value is not None}
    checked, predicted = ansible.module("acm_cert", arguments, check=True)
    done, result = ansible.module("acm_cert", arguments)
    again, repeated = ansible.module("acm_cert", arguments, check=True)
    assert (predicted["changed"], result["changed"], repeated["changed"]) == (True, True, False)
    for line in FIRST.key.splitlines()[1:3]:
        assert line not in checked.output + done.output + again.output
