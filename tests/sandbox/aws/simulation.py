# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's simulation of the policies of a user or role, which moto does not have.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import re
import typing as t

from . import constraints, policy
from .authorization import document
from .errors import AwsError
from .service import Call

_PRINCIPAL = re.compile(
    r"arn:(?P<partition>[a-z-]+):iam::(?P<account>\d{12}):(?P<kind>user|role)/(?:.*/)?(?P<name>[\w+=,.@-]+)"
)


def simulate(call: Call) -> t.Mapping[str, t.Any]:
    """Each action on each resource, as the principal's identity-based policies decide."""
    constraints.check(call)
    documents = _policies(call, call.params["PolicySourceArn"])
    context = {entry["ContextKeyName"]: entry["ContextKeyValues"] for entry in call.params.get("ContextEntries") or []}
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": _decision(documents, action, resource, context),
            "MissingContextValues": [],
        }
        for action in call.params["ActionNames"]
        for resource in call.params.get("ResourceArns") or ["*"]
    ]
    return {"EvaluationResults": results, "IsTruncated": False}


def _decision(documents: t.Sequence[str], action: str, resource: str, context: policy.Context) -> str:
    return "allowed" if policy.allows(documents, action, resource, context) else "implicitDeny"


def _policies(call: Call, arn: str) -> list[str]:
    from moto.iam.access_control import AssumedRoleAccessKey, IAMUserAccessKey
    from moto.iam.models import iam_backends

    found = _PRINCIPAL.fullmatch(arn)
    if found is None:
        raise AwsError("InvalidInput", f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    backend = iam_backends[call.account][call.partition]
    known = (
        {user.name for user in backend.users.values()}
        if found["kind"] == "user"
        else {role.name for role in backend.roles.values()}
    )
    if found["account"] != call.account or found["partition"] != call.partition or found["name"] not in known:
        raise AwsError("NoSuchEntity", f"Policy simulation failed. Entity not found: {arn}", 404)
    # moto collects policies by key; without one, only the owner's name is missing
    holder: t.Any = object.__new__(IAMUserAccessKey if found["kind"] == "user" else AssumedRoleAccessKey)
    holder.account_id, holder.partition = call.account, call.partition
    holder._owner_user_name = holder._owner_role_name = found["name"]
    return [document(item) for item in holder.collect_policies()]
