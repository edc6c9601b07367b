# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users that have the policies of docs/iam and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from . import seed

POLICIES = Path(__file__).resolve().parents[2] / "docs" / "iam"
FEATURES = tuple(sorted(path.stem for path in POLICIES.glob("*.json")))
ACCOUNT = "123456789012"
_EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def rendered(feature: str, partition: str) -> str:
    """The policy of a feature, as docs/iam/README.md says to make it."""
    return (
        (POLICIES / f"{feature}.json")
        .read_text(encoding="utf-8")
        .replace("${Partition}", partition)
        .replace("${Account}", ACCOUNT)
    )


def granted(*features: str) -> set[str]:
    """The actions that the policies of these features allow."""
    statements: list[dict[str, Any]] = [
        item for feature in features for item in json.loads(rendered(feature, "aws"))["Statement"]
    ]
    return {
        action
        for item in statements
        for action in ([item["Action"]] if isinstance(item["Action"], str) else item["Action"])
    }


def user(env: Mapping[str, str], *features: str) -> dict[str, str]:
    """`env` with the access key of a new user who has the policies of these features, in the partition of its
    region."""
    partition = "aws-cn" if env["AWS_REGION"].startswith("cn-") else "aws"
    return _user(env, "-".join(features), {f"certops-{feature}": rendered(feature, partition) for feature in features})


def administrator(env: Mapping[str, str]) -> dict[str, str]:
    """`env` with the access key of a new user who may do everything; made before policies are enforced."""
    return _user(env, "administrator", {"everything": _EVERYTHING})


def _user(env: Mapping[str, str], name: str, policies: Mapping[str, str]) -> dict[str, str]:
    iam = seed.client("iam", env)
    iam.create_user(UserName=name)
    for policy, document in policies.items():
        iam.attach_user_policy(UserName=name, PolicyArn=_policy(iam, policy, document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {**env, "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def _policy(iam: Any, name: str, document: str) -> str:
    known = {item["PolicyName"]: item["Arn"] for item in iam.list_policies(Scope="Local")["Policies"]}
    return str(
        known[name] if name in known else iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
    )


def actions(calls: Iterable[Mapping[str, Any]]) -> set[str]:
    """What policies had to allow for these calls of the log."""
    return {action for call in calls for action in call["actions"]}
