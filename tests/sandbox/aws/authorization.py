# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM policies, evaluated by moto, for the strict services and for moto's own."""

from __future__ import annotations

from .errors import AwsError
from .service import Call

_EVERYTHING_ALLOWED = float("inf")


def tell_moto(enforce: bool) -> None:
    """Switches moto's own check of policies and signatures on or off."""
    from moto import settings

    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0 if enforce else _EVERYTHING_ALLOWED


def check(call: Call, resource: str) -> None:
    """AccessDenied unless a policy of the caller allows the call on ``resource``; an unknown access key is InvalidClientTokenId."""
    from moto.iam.access_control import CreateAccessKeyFailure, IAMPolicy, PermissionResult, create_access_key

    token = call.headers.get("x-amz-security-token")
    try:
        key = create_access_key(call.account, call.partition, call.access_key, {"X-Amz-Security-Token": token} if token else {})
    except CreateAccessKeyFailure as exc:
        raise AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403) from exc
    action = f"{call.service}:{call.operation}"
    results = [IAMPolicy(policy).is_action_permitted(action, resource) for policy in key.collect_policies()]
    if PermissionResult.DENIED in results or PermissionResult.PERMITTED not in results:
        code = "AuthorizationError" if call.service == "sns" else "AccessDenied"
        raise AwsError(code, f"User: {key.arn} is not authorized to perform: {action} on resource: {resource}", 403)
