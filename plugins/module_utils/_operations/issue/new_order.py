# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new order that says which certificate it replaces (RFC 9773 section 5), as far as the CA takes it so."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.acme.client import Client
from ..._clients.acme.messages import AcmeOrder
from ..._core.certificate import renewal_info
from ..._core.certificate.bundle import Manifest
from ..._core.issue.wanted import WantedCertificate, is_refused_profile, replacement
from ..._errors import RemoteError


@dataclass(frozen=True)
class Placed:
    """An order, what it is for, and the certificate that it replaces for the CA by its name in renewal information."""

    order: AcmeOrder
    wanted: WantedCertificate
    replaces: str | None = None
    warnings: tuple[str, ...] = ()


def place(client: Client, variants: t.Sequence[WantedCertificate], former: Manifest | None) -> Placed:
    """An order in place of the former certificate, for the first of the variants whose profile the CA does not
    refuse."""
    *others, last = variants
    for wanted in others:
        try:
            return _place(client, wanted, former)
        except RemoteError as exc:
            if wanted.profile is None or not is_refused_profile(exc.code, exc.message):
                raise
    return _place(client, last, former)


def _place(client: Client, wanted: WantedCertificate, former: Manifest | None) -> Placed:
    """The order; one that replaces nothing if the CA does not like the replacement."""
    replaces = replacement(former, wanted, client.account_url) if client.directory().renewal_info else None
    warnings: tuple[str, ...] = ()
    if replaces is not None:
        try:
            return Placed(client.new_order(wanted.domains, wanted.profile, replaces), wanted, replaces)
        except RemoteError as exc:
            is_unrelated = not renewal_info.may_refuse_replacement(exc.code, exc.details.get("http_status"))
            if is_unrelated or (wanted.profile and is_refused_profile(exc.code, exc.message)):
                raise
            refusal = f"the CA does not take the order as the replacement of {replaces}, so its rate limits count"
            warnings = (f"{refusal}: {exc.message}",)
    return Placed(client.new_order(wanted.domains, wanted.profile), wanted, warnings=warnings)
