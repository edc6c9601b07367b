# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""STS: who is calling, in the partition's own ARNs; roles are moto's.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from __future__ import annotations

import sys
import typing as t

from .service import MOTO, Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State


class Sts(Service):
    """moto calls a user that it does not know "arn:…:sts::…:user/moto"; no such ARN exists."""

    name = "sts"
    moto_knows_more = True

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.operations: dict[str, Operation] = {"GetCallerIdentity": self.caller_identity}

    def caller_identity(self, call: Call) -> t.Any:
        models = sys.modules.get("moto.iam.models")
        if models and call.access_key in models.iam_backends[call.account][call.partition].access_keys:
            return MOTO
        # the ID that belongs to a user looks like its key, and must be the same at each call
        user_id = "AIDA" + call.access_key[4:]
        return {"UserId": user_id, "Account": call.account, "Arn": f"arn:{call.partition}:iam::{call.account}:user/sandbox"}
