# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders that replace a certificate (RFC 9773 section 5), with the refusals of a public CA; acme2certifier ignores the
field.

https://github.com/letsencrypt/boulder/blob/main/wfe2/wfe.go (validateReplacementOrder, orderMatchesReplacement)
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from sandbox.aws.state import State
from sandbox.ca.backend import Backend, Reply, problem


@dataclass
class Replacements:
    """Which order replaced which certificate."""

    backend: Backend
    state: State

    def refusal(self, payload: dict[str, Any], account_url: str) -> Reply | None:
        """Why this order cannot replace the certificate that it names; None if it can."""
        serial = serial_of(payload["replaces"])
        if serial is None:
            return problem(400, "malformed", "While parsing ARI CertID an error occurred")
        if self._is_replaced(serial):
            text = (
                f'cannot indicate an order replaces certificate with serial "{serial:x}", which already has a'
                " replacement order"
            )
            return problem(409, "alreadyReplaced", text)
        found = self._certificate(serial)
        if found is None:
            return problem(
                404,
                "malformed",
                f'order included `replaces` field, but no current certificate with serial "{serial:x}" exists',
            )
        if found["order__account__name"] != account_url.rpartition("/")[2]:
            return problem(
                403, "unauthorized", "requester account did not request the certificate being replaced by this order"
            )
        if not self._names(found) & {str(each.get("value")) for each in payload["identifiers"]}:
            return problem(
                400,
                "malformed",
                "identifiers in this order do not match any identifiers in the certificate being replaced",
            )
        return None

    def note(self, replaced: str, order_url: str) -> None:
        """The order was made."""
        serial = serial_of(replaced)
        if serial is not None:
            self.state.replaced[serial] = order_url

    def _is_replaced(self, serial: int) -> bool:
        """Whether there is an order that replaces it, unless that order failed."""
        if serial not in self.state.replaced:
            return False
        order = self.backend.store.order_lookup("name", self.state.replaced[serial].rpartition("/")[2])
        return bool(order) and order["status"] not in ("invalid", "expired")

    def _certificate(self, serial: int) -> dict[str, Any] | None:
        wanted = ("name", "cert_raw", "order__account__name")
        digits = f"{serial:x}"
        # acme2certifier keeps whole bytes
        found = self.backend.store.certificates_search(
            "serial", digits.zfill(len(digits) + len(digits) % 2), vlist=wanted
        )
        return found[0] if found else None

    @staticmethod
    def _names(certificate: dict[str, Any]) -> set[str]:
        leaf = x509.load_der_x509_certificate(base64.b64decode(certificate["cert_raw"]))
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return set(names.get_values_for_type(x509.DNSName))


def serial_of(cert_id: Any) -> int | None:
    """The serial number in the name that a certificate has in renewal information (RFC 9773 section 4.1); None if it is
    no such name."""
    key_id, dot, serial = str(cert_id).partition(".")
    try:
        parts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (key_id, serial)]
    except (binascii.Error, ValueError):
        return None
    return int.from_bytes(parts[1], "big") if dot and all(parts) and "=" not in str(cert_id) else None
