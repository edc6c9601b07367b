# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""STS: who is calling, in the partition's own ARNs, and which roles may be assumed; the rest is moto's.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

import json
import re
import sys
import typing as t

from . import constraints, policy
from .errors import AwsError
from .service import MOTO, Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State


_ROLE = re.compile(r"arn:(aws|aws-cn):iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)")


class Sts(Service):
    """moto calls a user that it does not know "arn:…:sts::…:user/moto"; no such ARN exists. And it lets anyone assume
    any role."""

    name = "sts"
    moto_knows_more = True

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.operations: dict[str, Operation] = {
            "GetCallerIdentity": self.caller_identity,
            "AssumeRole": self.assume_role,
        }

    def caller_identity(self, call: Call) -> t.Any:
        # While another thread still imports the module, nobody can have made a key with it.
        backends = getattr(sys.modules.get("moto.iam.models"), "iam_backends", None)
        if backends and call.access_key in backends[call.account][call.partition].access_keys:
            return MOTO
        # the ID that belongs to a user looks like its key, and must be the same at each call
        user_id = "AIDA" + call.access_key[4:]
        return {
            "UserId": user_id,
            "Account": call.account,
            "Arn": f"arn:{call.partition}:iam::{call.account}:user/sandbox",
        }

    def assume_role(self, call: Call) -> t.Any:
        constraints.check(call)
        arn = call.params["RoleArn"]
        found = _ROLE.fullmatch(arn)
        if not found or found[1] != call.partition or not _trusts(found, call):
            user = f"arn:{call.partition}:iam::{call.account}:user/sandbox"
            raise AwsError(
                "AccessDenied", f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {arn}", 403
            )
        return MOTO


def _trusts(role: re.Match[str], call: Call) -> bool:
    """Whether the role exists, and a statement of its trust policy names the caller's account, or everybody, and the
    external ID if there is one.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
    """
    from moto.iam.models import iam_backends

    backend = iam_backends[role[2]][role[1]]
    known = next((item for item in backend.roles.values() if item.arn == role[0]), None)
    if known is None:
        return False
    statements = json.loads(known.assume_role_policy_document)["Statement"]
    context = {"sts:ExternalId": [call.params["ExternalId"]]} if call.params.get("ExternalId") else {}
    return any(
        statement["Effect"] == "Allow"
        and _names(statement, call)
        and policy.conditions_met(statement.get("Condition") or {}, context)
        for statement in (statements if isinstance(statements, list) else [statements])
    )


def _names(statement: t.Mapping[str, t.Any], call: Call) -> bool:
    named = statement.get("Principal", {})
    listed = named if isinstance(named, str) else named.get("AWS", [])
    principals = [listed] if isinstance(listed, str) else listed
    return any(principal in ("*", call.account) or f"::{call.account}:" in principal for principal in principals)
