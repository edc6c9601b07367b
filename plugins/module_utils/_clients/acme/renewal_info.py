# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The renewal information of one CA (RFC 9773), which is read without an account; no decisions."""

from __future__ import annotations

from ..._core.certificate import renewal_info
from ..._core.certificate.renewal_info import Answer
from ..._core.values import waiting
from ..._core.values.waiting import Clock
from .messages import unusable
from .network import Network

OPERATION = "renewalInfo"


class HttpRenewalInfos:
    """One CA; it may be asked from several threads."""

    def __init__(self, directory_url: str, ca_bundle: str | None, clock: Clock) -> None:
        self._directory_url = directory_url
        self._network = Network(None, ca_bundle, clock)

    def resource(self) -> str | None:
        """Where the CA has renewal information, by its directory; None if it has none."""
        url = self._network.json(self._network.fetch("directory", self._directory_url), "directory").get(OPERATION)
        return url if isinstance(url, str) and url else None

    def get(self, resource: str, cert_id: str) -> Answer:
        """What the CA says of this certificate; RemoteError if that is not what RFC 9773 section 4.2 describes."""
        url = f"{resource.rstrip('/')}/{cert_id}"
        response = self._network.fetch(OPERATION, url)
        retry_after = waiting.retry_after(response.headers.get("Retry-After"), self._network.clock.now())
        try:
            return renewal_info.parse(self._network.json(response, OPERATION), retry_after)
        except ValueError as exc:
            raise unusable(OPERATION, url, f"{exc}; ask the CA", retry_after) from exc
