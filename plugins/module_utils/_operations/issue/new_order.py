# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new order that says which certificate it replaces (RFC 9773 section 5), as far as the CA takes it so."""

from __future__ import annotations

from dataclasses import dataclass

from ..._clients.acme.client import Client
from ..._clients.acme.messages import AcmeOrder
from ..._core.certificate import renewal_info
from ..._core.certificate.bundle import Manifest
from ..._core.issue import wanted as wanted_
from ..._core.issue.wanted import WantedCertificate
from ..._errors import RemoteError


@dataclass(frozen=True)
class Placed:
    """An order, and the certificate that it replaces for the CA by its name in renewal information."""

    order: AcmeOrder
    replaces: str | None = None
    warnings: tuple[str, ...] = ()


def place(client: Client, wanted: WantedCertificate, former: Manifest | None) -> Placed:
    """An order in place of the former certificate; one that replaces nothing if the CA does not like the
    replacement."""
    replaces = wanted_.replacement(former, wanted, client.account_url) if client.directory().renewal_info else None
    refused: tuple[str, ...] = ()
    if replaces is not None:
        try:
            return Placed(client.new_order(wanted.domains, wanted.profile, replaces), replaces)
        except RemoteError as exc:
            is_unrelated = not renewal_info.may_refuse_replacement(exc.code, exc.details.get("http_status"))
            if is_unrelated or (wanted.profile and wanted_.is_refused_profile(exc.code, exc.message)):
                raise
            refused = (
                (
                    f"the CA does not take the order as the replacement of {replaces}, so its rate limits count:"
                    f" {exc.message}"
                ),
            )
    return Placed(client.new_order(wanted.domains, wanted.profile), warnings=refused)
