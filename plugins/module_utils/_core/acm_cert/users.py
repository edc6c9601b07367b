# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What uses a certificate of ACM, split into what this collection rebinds, what follows the ARN, and what is not known.

``InUseBy`` lags behind in both directions and names hidden resources of AWS's own accounts, so it is one source of two:
https://docs.aws.amazon.com/acm/latest/userguide/troubleshoot-apigateway.html
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..bind import distributions as distributions_
from ..bind.tenants import Tenant
from ..values.partitions import account_of, service_of

REBIND, FOLLOWS, UNKNOWN = "rebind", "follows", "unknown"
_REBOUND = {"cloudfront": "cloudfront", "elasticloadbalancing": "elb", "apigateway": "apigateway"}
# They cannot be given another ARN, or not by this collection.
_FOLLOWING = {
    "amplify": "Amplify",
    "appsync": "AppSync",
    "cognito-idp": "Cognito",
    "ec2": "EC2",
    "es": "OpenSearch",
    "iot": "IoT",
    "transfer": "Transfer Family",
}
_HIDDEN = {
    "cloudfront": "an edge-optimised API domain, which apigateway_cert_bind rebinds, or Cognito, AppSync or Amplify",
    "elasticloadbalancing": (
        "a regional API domain, which apigateway_cert_bind rebinds, or OpenSearch or another managed service"
    ),
}


@dataclass(frozen=True)
class AcmUser:
    """One user: ``how`` is REBIND, FOLLOWS or UNKNOWN; ``note`` says what that means where it is not plain."""

    kind: str
    id: str
    how: str
    note: str = ""

    def as_dict(self) -> dict[str, t.Any]:
        """The user as it stands in results."""
        return {"kind": self.kind, "id": self.id, "note": self.note or None}


def of_arn(user_arn: str, own_account: str) -> AcmUser:
    """The user that InUseBy names."""
    service = service_of(user_arn)
    account = account_of(user_arn)
    if account and account != own_account:
        hidden = _HIDDEN.get(service, "a managed service")
        return AcmUser(service or "unknown", user_arn, UNKNOWN, f"in an account of AWS, so it belongs to {hidden}")
    if service in _REBOUND:
        is_cloudfront = ":distribution/" in user_arn or ":distribution-tenant/" in user_arn
        name = user_arn.rpartition("/")[2] if is_cloudfront else user_arn
        return AcmUser(_REBOUND[service], name, REBIND)
    if service in _FOLLOWING:
        note = f"{_FOLLOWING[service]} keeps the ARN; only a re-import under the same ARN reaches it"
        return AcmUser(service, user_arn, FOLLOWS, note)
    return AcmUser(service or "unknown", user_arn, UNKNOWN, "this collection does not know how it takes a certificate")


def of_distribution(distribution_id: str) -> AcmUser:
    """The user that a listing of the distributions shows."""
    return AcmUser("cloudfront", distribution_id, REBIND)


def of(
    arn: str,
    in_use_by: t.Iterable[str],
    distributions: t.Iterable[distributions_.Distribution] = (),
    tenants: t.Iterable[Tenant] = (),
) -> tuple[AcmUser, ...]:
    """Every user that ACM names or a listing of the distributions and tenants shows, each once."""
    own = account_of(arn)
    named = [of_arn(user_arn, own) for user_arn in in_use_by]
    seen = [of_distribution(one) for one in distributions_.users(distributions, arn)]
    seen += [of_distribution(one.id) for one in tenants if one.certificate == arn]
    return tuple(sorted(set(named + seen), key=lambda user: (user.how, user.kind, user.id)))


def split(users: t.Iterable[AcmUser]) -> dict[str, list[dict[str, t.Any]]]:
    """The users as they stand in results, by what a new certificate means for them."""
    known = tuple(users)
    return {how: [user.as_dict() for user in known if user.how == how] for how in (REBIND, FOLLOWS, UNKNOWN)}


def shown(users: t.Iterable[AcmUser]) -> str:
    """The users in a message."""
    return ", ".join(f"{user.kind} {user.id}" for user in users)


def left_behind(users: t.Iterable[AcmUser], arn: str) -> tuple[str, ...]:
    """Warnings about users of the former certificate that will not take a new ARN."""
    staying = [user for user in users if user.how != REBIND]
    return tuple(
        f"{user.kind} {user.id} uses {arn} and is not rebound to a new ARN"
        f" ({user.note}); import_as: same would reach it"
        for user in staying
    )
