# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of load balancers: which ones a kind of load balancer takes, and which of several it serves.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/tls-listener-certificates.html
"""

from __future__ import annotations

import secrets
import typing as t
from dataclasses import dataclass, field

from . import pem
from .acm_certificate import facts
from .cloudfront_certificate import Served
from .errors import AwsError
from .service import Call

if t.TYPE_CHECKING:
    from .state import State

_CURVES = {"EC_prime256v1", "EC_secp384r1", "EC_secp521r1"}
KEYS = {
    "application": frozenset({"RSA_2048", "RSA_3072", "RSA_4096"} | _CURVES),
    "network": frozenset({"RSA_1024", "RSA_2048", "RSA_3072"} | _CURVES),
    "classic": frozenset({"RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096"} | _CURVES),
}
MAX_PAGE = 400


def take(state: State, call: Call, arn: str, kind: str) -> Served:
    """The certificate of ACM or IAM that a listener shall serve; CertificateNotFound also for one of another region or
    account."""
    served = _of_iam(state, call, arn) if ":iam:" in arn else _of_acm(state, call, arn)
    if served is None:
        raise AwsError("CertificateNotFound", f"Certificate '{arn}' not found")
    if facts(served.full_chain).key_algorithm not in KEYS[kind]:
        raise unsupported(arn)
    return served


def _of_acm(state: State, call: Call, arn: str) -> Served | None:
    item = (
        state.acm.find(arn)
        if arn.startswith(f"arn:{call.partition}:acm:{call.region}:{call.account}:certificate/")
        else None
    )
    if item and (item.status != "ISSUED" or item.managed_by):
        raise unsupported(arn)
    usable = state.acm.usable(call, arn, call.region)
    if usable is None or usable.current is None:
        return None
    return Served(usable.current.full_chain, usable.current.key, arn, len(usable.versions) - 1)


def _of_iam(state: State, call: Call, arn: str) -> Served | None:
    found = state.iam.by_arn(call.scope, arn)
    visible = found and state.timestamp() >= found.visible_at
    return Served(found.body.rstrip("\n") + "\n" + found.chain, found.private_key, arn) if found and visible else None


def unsupported(arn: str) -> AwsError:
    return AwsError(
        "UnsupportedCertificate",
        f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a supported key"
        " size.",
    )


@dataclass
class ListenerCertificates:
    """The certificates of a listener, the default first; changes reach its nodes late."""

    states: list[tuple[float, tuple[Served, ...]]] = field(default_factory=list)

    def change(self, certificates: t.Sequence[Served], at: float) -> None:
        """From ``at`` on these are served."""
        self.states.append((at, tuple(certificates)))

    def at(self, now: float) -> tuple[Served, ...]:
        reached = [certificates for at, certificates in self.states if at <= now]
        return reached[-1] if reached else ()


def material(state: State, served: Served) -> tuple[str, str]:
    """Full chain and private key; what came later under the same ARN is served after the propagation delay."""
    item = state.acm.find(served.arn)
    if item is None:
        return served.full_chain, served.private_key
    found = item.served(served.version, state.timestamp(), state.settings.elb_propagation_seconds)
    return found.full_chain, found.key


def choose(state: State, certificates: t.Sequence[Served], name: str) -> tuple[str, str] | None:
    """What a client gets that asks for a name: of those that cover it an elliptic one, then the longer key, then the
    longer life; else the default."""
    found = [material(state, served) for served in certificates]
    covering = [pair for pair in found if name and pem.covers(frozenset(facts(pair[0]).names), name)]
    if covering:
        return max(covering, key=lambda pair: _rank(state, pair[0]))
    return found[0] if found else None


def _rank(state: State, full_chain: str) -> tuple[bool, bool, int, float]:
    known = facts(full_chain)
    size = int("".join(char for char in known.key_algorithm if char.isdigit())[:4])
    return state.now() < known.not_after, known.key_algorithm.startswith("EC_"), size, known.not_after.timestamp()


def page(call: Call, items: t.Sequence[t.Any], member: str) -> dict[str, t.Any]:
    """One page by Marker (an opaque position) and PageSize."""
    try:
        start = int(call.params.get("Marker") or 0)
    except ValueError:
        raise AwsError("ValidationError", "The marker is not valid.") from None
    end = start + int(call.params.get("PageSize") or MAX_PAGE)
    found: dict[str, t.Any] = {member: list(items[start:end])}
    return found | ({"NextMarker": str(end)} if end < len(items) else {})


def tag_list(tags: t.Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tags_of(call: Call) -> dict[str, str]:
    """The tags that a call carries."""
    given = call.params.get("Tags") or []
    tags = {tag["Key"]: tag.get("Value") or "" for tag in given}
    if len(tags) != len(given):
        raise AwsError("DuplicateTagKeys", "A tag key was specified more than once.")
    if len(tags) > 50:
        raise AwsError("TooManyTags", "You've reached the limit on the number of tags for this resource.")
    return tags


def token(length: int = 16) -> str:
    return secrets.token_hex(length // 2)
