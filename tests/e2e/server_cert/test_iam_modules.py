# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules for IAM server certificates against the strict sandbox, and a few times as Ansible runs them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RefusedError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import (
    iam_server_cert,
    iam_server_cert_cleanup,
    iam_server_cert_info,
)
from e2e.in_process import run
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

PATH = "/cloudfront/certops/webapp/"
TAGS = {"managed-by": "certops.cloudfront", "certops:project": "webapp"}
CERTIFICATE, KEY, CHAIN = SandboxProcess.issue_foreign(["example.com", "*.example.com"])


def store(check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {
        "name": "webapp",
        "path": PATH,
        "certificate": CERTIFICATE,
        "chain": CHAIN,
        "private_key": KEY,
        "tags": TAGS,
    }
    return run(iam_server_cert, check_mode, **{**given, **params})


def other(name: str = "webapp", **params: t.Any) -> Outcome:
    certificate, key, chain = SandboxProcess.issue_foreign(["example.com", "*.example.com"])
    return store(certificate=certificate, private_key=key, chain=chain, name=name, **params)


def test_upload_then_adopt(control: Control) -> None:
    done = store()
    assert control.counts("iam") == {"ListServerCertificates": 1, "GetAccountSummary": 1, "UploadServerCertificate": 1}
    again = store(name=None, name_prefix="another", certificate=(CERTIFICATE + CHAIN).replace("\n", "\r\n"), chain=None)
    assert (done.changed, again.changed) == (True, False)
    assert again.result["server_certificate"] == done.result["server_certificate"]
    assert done.result["server_certificate_id"].startswith("ASCA")


def test_tags_are_set_at_the_upload_and_added_later(control: Control) -> None:
    store()
    assert run(iam_server_cert_info, name="webapp").result["server_certificates"][0]["tags"] == TAGS
    assert store(tags={"team": "web"}).changed
    assert run(iam_server_cert_info, path=PATH).result["server_certificates"][0]["tags"] == {**TAGS, "team": "web"}


def test_other_content_gets_a_number(control: Control) -> None:
    store()
    assert other().result["name"] == "webapp-2"


def test_a_lost_answer_of_an_upload_leaves_one_certificate(control: Control) -> None:
    control.fault("iam", "UploadServerCertificate", "reset", when="after")
    done = store()
    assert (done.changed, done.result["name"]) == (True, "webapp")
    assert len(run(iam_server_cert_info).result["server_certificates"]) == 1


def test_a_full_quota_is_refused_without_an_upload(control: Control) -> None:
    control.set(iam_server_certificate_quota=1)
    store()
    with pytest.raises(RefusedError, match="1 of 1 server certificates"):
        other()
    assert control.counts("iam")["UploadServerCertificate"] == 1


def test_one_in_use_is_kept_until_it_is_not(control: Control) -> None:
    stored = store().result
    distribution = seed.create_distribution(["example.com"], stored["server_certificate_id"])
    with pytest.raises(RefusedError, match=distribution):
        run(iam_server_cert, state="absent", name="webapp")
    assert run(iam_server_cert_info, name="webapp", usage=True).result["server_certificates"][0]["used_by"] == [
        distribution
    ]
    assert control.counts("iam")["DeleteServerCertificate"] == 0


def test_absent_twice(control: Control) -> None:
    store()
    assert [run(iam_server_cert, state="absent", name="webapp").changed for _time in range(2)] == [True, False]


def test_a_denied_listing_is_an_error(control: Control) -> None:
    control.fault("iam", "ListServerCertificates", "access_denied")
    with pytest.raises(RemoteError, match="AccessDenied"):
        run(iam_server_cert_info)


def test_cleanup_keeps_what_is_used_kept_or_not_ours(control: Control) -> None:
    used, kept = store(name="used").result, other("kept").result
    other("old")
    other("untagged", tags={})
    other("elsewhere", path="/cloudfront/certops/other/")
    distribution = seed.create_distribution(["example.com"], used["server_certificate_id"])
    control.clear_calls()
    done = run(iam_server_cert_cleanup, path=PATH, keep=[kept["name"]])
    assert done.result["deleted"] == ["old"]
    assert {one["name"]: one["used_by"] for one in done.result["kept"]} == {
        "used": [distribution],
        "kept": [],
        "untagged": [],
    }
    assert control.counts("iam") == {
        "ListServerCertificates": 1,
        "ListServerCertificateTags": 2,
        "DeleteServerCertificate": 1,
    }
    assert control.counts("cloudfront") == {"ListDistributions": 1}
    assert not run(iam_server_cert_cleanup, path=PATH, keep=[kept["name"]]).changed


def test_cleanup_deletes_nothing_after_a_failed_search(control: Control) -> None:
    store()
    control.fault("cloudfront", "ListDistributions", "access_denied", count=9)
    assert run(iam_server_cert_cleanup, path=PATH).failure is not None
    assert control.counts("iam")["DeleteServerCertificate"] == 0


def test_signatures_are_for_where_iam_lives(control: Control) -> None:
    control.set(check_signing_region=True)
    assert store(region="eu-west-1").changed
    assert store(region="cn-northwest-1").result["arn"].startswith("arn:aws-cn:iam::")


def test_as_ansible_runs_it(ansible: t.Any, control: Control) -> None:
    arguments = {
        "name_prefix": "webapp",
        "path": PATH,
        "certificate": CERTIFICATE,
        "chain": CHAIN,
        "private_key": KEY,
        "tags": TAGS,
    }
    checked, predicted = ansible.module("iam_server_cert", arguments, check=True)
    done, result = ansible.module("iam_server_cert", arguments)
    again, repeated = ansible.module("iam_server_cert", arguments, check=True)
    assert (predicted["changed"], result["changed"], repeated["changed"]) == (True, True, False)
    assert predicted.keys() - {"diff"} == result.keys() - {"diff"}
    for line in KEY.splitlines()[1:3]:
        assert line not in checked.output + done.output + again.output
    shown, found = ansible.module("iam_server_cert_info", {"path": PATH})
    assert found["server_certificates"][0]["id"] == result["server_certificate_id"], shown.output


def test_bad_input_as_ansible_shows_it(ansible: t.Any, control: Control) -> None:
    shown, _result = ansible.module(
        "iam_server_cert", {"name": "a b", "path": "no", "certificate": CERTIFICATE, "private_key": "no key"}
    )
    assert "name:" in shown.output
    assert "path:" in shown.output
    assert "private key" in shown.output
    assert shown.returncode != 0
    assert not control.calls()
