# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""project_store against moto: what it makes, what it only says, and what it refuses."""

from __future__ import annotations

import typing as t
from pathlib import Path

import boto3
import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core import store_setup
from ansible_collections.certops.cloudfront.plugins.module_utils._core.store_setup import Table
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, DeadlineError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations import store_setup as _preparing
from ansible_collections.certops.cloudfront.plugins.modules import project_store
from botocore import handlers
from moto import mock_aws
from unit.fakes import modules
from unit.fakes.aws_session import REGION, emulated_credentials
from unit.fakes.calls import refused_by_aws
from unit.fakes.clock import present_clock

DEFAULTS: dict[str, t.Any] = {name: spec.get("default") for name, spec in project_store.ARGUMENT_SPEC.items()}
KEYS = {"access_key": "testing-testing-testing", "secret_key": "testing-testing-testing", "validate_certs": True}
TABLE, BUCKET = "dynamodb://certops", "s3://certops-keys/live"
KMS_KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"


def _identify(parsed: dict[str, t.Any], **_event: t.Any) -> None:
    parsed["ResponseMetadata"]["RequestId"] = "R1"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[None]:
    emulated_credentials(monkeypatch)
    # moto's request ID is empty in an answer to HEAD where there is no bucket; that of S3 is not
    monkeypatch.setattr(
        handlers, "BUILTIN_HANDLERS", [*handlers.BUILTIN_HANDLERS, ("after-call.s3.HeadBucket", _identify)]
    )
    with mock_aws():
        yield


def run(check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {**DEFAULTS, "region": REGION, **KEYS, **params}
    return modules.run(project_store, given, present_clock(), check_mode)


def make_bucket(name: str = "certops-keys") -> t.Any:
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3


def make_table(dynamodb: t.Any, key: str = "name", kind: str = "S", **more: t.Any) -> None:
    given = {"BillingMode": "PAY_PER_REQUEST", **more}
    dynamodb.create_table(
        TableName="certops",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind}],
        **given,
    )


def aspects(outcome: Outcome) -> dict[str, bool]:
    return {finding["aspect"]: finding["settled"] for finding in outcome.result["findings"]}


def shape(value: t.Any) -> t.Any:
    return {key: shape(inner) for key, inner in value.items()} if isinstance(value, dict) else ...


def test_a_table_is_predicted_made_and_then_left_alone() -> None:
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    predicted = run(True, store=TABLE)
    assert dynamodb.list_tables()["TableNames"] == []
    done = run(store=TABLE)
    again = run(store=TABLE)
    assert (predicted.changed, done.changed, again.changed) == (True, True, False)
    assert shape(predicted.result) == shape(done.result) == shape(again.result)
    assert (predicted.before, predicted.after) == (done.before, done.after)
    assert predicted.result["table"] == {**done.result["table"], "arn": None}
    assert done.result["table"] == again.result["table"]
    assert again.result["findings"] == []
    made = dynamodb.describe_table(TableName="certops")["Table"]
    assert (made["BillingModeSummary"]["BillingMode"], made["DeletionProtectionEnabled"]) == ("PAY_PER_REQUEST", True)
    assert dynamodb.list_tags_of_resource(ResourceArn=made["TableArn"])["Tags"] == [
        {"Key": "managed-by", "Value": "certops.cloudfront"}
    ]
    backups = dynamodb.describe_continuous_backups(TableName="certops")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_our_table_gets_what_a_killed_run_did_not_set() -> None:
    make_table(
        boto3.client("dynamodb", region_name=REGION), Tags=[{"Key": "managed-by", "Value": "certops.cloudfront"}]
    )
    done = run(store=TABLE)
    assert aspects(done) == {"point_in_time_recovery": True, "deletion_protection": True}
    assert done.result["ready"]
    assert not run(store=TABLE).changed


def test_a_table_of_somebody_else_is_used_and_not_changed() -> None:
    make_table(
        boto3.client("dynamodb", region_name=REGION),
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )
    done = run(store=TABLE)
    assert not done.changed
    assert not done.result["ready"]
    assert aspects(done) == {"point_in_time_recovery": False, "deletion_protection": False, "billing_mode": False}
    assert len(done.warnings) == 3
    assert "tag the table managed-by=certops.cloudfront" in done.warnings[0]


@pytest.mark.parametrize(("key", "kind"), [("id", "S"), ("name", "N")])
def test_a_table_with_another_key_is_refused_with_all_other_problems(key: str, kind: str) -> None:
    make_table(boto3.client("dynamodb", region_name=REGION), key, kind)
    with pytest.raises(ConfigError) as caught:
        run(store=TABLE, archive="s3://nowhere-at-all/x", manage_bucket=True)
    problems = caught.value.problems
    assert (
        problems[0]
        == f"the table certops has the key {key} (HASH, {kind}), but a store needs the single string key name;"
        " use another table"
    )
    assert problems[1] == "the bucket nowhere-at-all does not exist; create it, or correct the name"


def test_what_a_bucket_lacks_is_said_and_not_set() -> None:
    s3 = make_bucket()
    done = run(archive=BUCKET)
    assert not done.changed
    assert aspects(done) == {"public_access_block": False, "encryption": False, "versioning": False}
    assert all("or run again with manage_bucket" in warning for warning in done.warnings)
    assert "Status" not in s3.get_bucket_versioning(Bucket="certops-keys")


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [("", "SSE-S3"), (f"?kms_key_id={KMS_KEY}", f"SSE-KMS with {KMS_KEY}")],
    ids=["S3's keys", "a key of the user's"],
)
def test_what_a_bucket_lacks_is_set_on_request(suffix: str, expected: str) -> None:
    s3 = make_bucket()
    predicted = run(True, store="s3://certops-keys/documents", archive=BUCKET + suffix, manage_bucket=True)
    done = run(store="s3://certops-keys/documents", archive=BUCKET + suffix, manage_bucket=True)
    again = run(store="s3://certops-keys/documents", archive=BUCKET + suffix, manage_bucket=True)
    assert (predicted.changed, done.changed, again.changed) == (True, True, False)
    assert (predicted.before, predicted.after, predicted.result) == (done.before, done.after, done.result)
    (bucket,) = again.result["buckets"]
    assert bucket == {"name": "certops-keys", "public_access_block": True, "encryption": expected, "versioning": True}
    assert set(s3.get_public_access_block(Bucket="certops-keys")["PublicAccessBlockConfiguration"].values()) == {True}


def encrypt(s3: t.Any, key: str | None) -> None:
    default = {"SSEAlgorithm": "aws:kms", **({"KMSMasterKeyID": key} if key else {})}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket="certops-keys", ServerSideEncryptionConfiguration={"Rules": [rule]})


@pytest.mark.parametrize(
    ("found", "wanted", "is_fine"),
    [
        pytest.param(None, None, True, id="a key of AWS where none is asked for"),
        pytest.param(KMS_KEY, None, True, id="somebody's key where none is asked for"),
        pytest.param(
            f"arn:aws:kms:{REGION}:123456789012:key/{KMS_KEY}", KMS_KEY, True, id="the key asked for, by its ARN"
        ),
        pytest.param("alias/other", KMS_KEY, False, id="another key"),
        pytest.param(None, KMS_KEY, False, id="a key of AWS where ours is asked for"),
    ],
)
def test_a_default_encryption_is_replaced_only_by_the_key_that_is_asked_for(
    found: str | None, wanted: str | None, is_fine: bool
) -> None:
    s3 = make_bucket()
    encrypt(s3, found)
    done = run(archive=BUCKET + (f"?kms_key_id={wanted}" if wanted else ""), manage_bucket=True)
    assert ("encryption" in aspects(done)) is not is_fine
    (rule,) = s3.get_bucket_encryption(Bucket="certops-keys")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["BucketKeyEnabled"], "what else the rule says stays"


def test_files_need_nothing_not_even_a_region(tmp_path: Path) -> None:
    done = run(
        store=f"file://{tmp_path}/a home/store",
        archive=f"file://{tmp_path}/a home/archive",
        region=None,
        access_key=None,
        secret_key=None,
    )
    assert (done.changed, done.result) == (False, {"ready": True, "findings": [], "table": None, "buckets": []})
    assert list(tmp_path.iterdir()) == []


def test_every_problem_of_the_uris_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError) as caught:
        run(store="dynamodb://x", archive="ftp://x", region=None)
    assert len(caught.value.problems) == 2
    with pytest.raises(ConfigError, match="is not a directory"):
        run(archive=f"file://{tmp_path}/file/archive")


class SlowTables:
    """A table that is being made for some time, and whose backups come later still."""

    def __init__(self, describes: int, refusals: int) -> None:
        self.describes, self.refusals, self.made = describes, refusals, False

    def describe_table(self, name: str) -> Table | None:
        self.describes -= self.made
        return Table(name, "arn", status="ACTIVE" if self.describes < 0 else "CREATING") if self.made else None

    def create_table(self, name: str) -> None:
        self.made = True

    def update_continuous_backups(self, name: str) -> None:
        self.refusals -= 1
        if self.refusals >= 0:
            raise refused_by_aws("ContinuousBackupsUnavailableException")


def test_a_table_is_waited_for_until_it_takes_its_settings() -> None:
    clock, tables = present_clock(), SlowTables(3, 2)
    setup = _preparing.TableSetup(tables, clock, "certops")  # type: ignore[arg-type]
    made = setup.settle(setup.examine())
    assert (made, tables.refusals) == (Table("certops", "arn"), -1)
    assert clock.naps == [1, 2, 4, 1, 2]


def test_waiting_for_a_table_ends() -> None:
    setup = _preparing.TableSetup(SlowTables(1000, 0), present_clock(), "certops")  # type: ignore[arg-type]
    with pytest.raises(DeadlineError, match="the table certops is still not ready after 300 seconds; run again"):
        setup.settle(setup.examine())


def test_the_key_of_the_archive_goes_before_that_of_the_store() -> None:
    make_bucket()
    done = run(
        True,
        store="s3://certops-keys/a?kms_key_id=alias/store",
        archive="s3://certops-keys/b?kms_key_id=alias/archive",
        manage_bucket=True,
    )
    assert done.result["buckets"][0]["encryption"] == "SSE-KMS with alias/archive"


def test_a_finding_reads_as_a_sentence() -> None:
    finding = store_setup.Shortcoming(
        "s3://bucket", store_setup.VERSIONING, "off", "on", settled=False, advice="set it"
    )
    assert str(finding) == "s3://bucket: versioning is off, but should be on; set it"


def test_a_bucket_of_another_account_is_refused() -> None:
    class TheirBucket:
        def head_bucket(self) -> None:
            raise refused_by_aws("403", "Forbidden")

    wanted = store_setup.WantedBucket("theirs", "123456789012", None, manage=True)
    problem = _preparing.BucketSetup(TheirBucket(), wanted).examine().problem or ""  # type: ignore[arg-type]
    assert problem.startswith(
        "s3:HeadBucket is refused: the bucket theirs does not belong to account 123456789012, or s3:ListBucket is not"
        " granted on it"
    )
