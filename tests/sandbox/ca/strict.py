# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders and challenges of acme2certifier with the state machine of RFC 8555 section 7.1.6."""

from __future__ import annotations

import base64
from typing import Any

from cryptography import x509
from sandbox.ca import signer

ALTERNATE = "/1"
FINAL_FAILURES = {"invalid", "expired", "deactivated", "revoked"}


def strict_order() -> type:
    """Orders that are ready, or invalid, as soon as their authorizations are."""
    from acme2certifier.acme_srv.order import Order

    class StrictOrder(Order):
        def _update_validity_list(
            self, authz_list: list[dict[str, Any]], order_dic: dict[str, Any], order_name: str
        ) -> None:
            super()._update_validity_list(authz_list, order_dic, order_name)
            if order_dic.get("status") != "pending":
                return
            states = {authz["status__name"] for authz in authz_list}
            if states == {"valid"}:
                order_dic["status"] = "ready"
            elif states & FINAL_FAILURES:
                order_dic["status"] = "invalid"
                self.repository.order_update({"name": order_name, "status": "invalid"})

        def _process_csr(self, order_name: str, csr: str, header_info: str) -> tuple[int, str, str]:
            try:
                request = x509.load_der_x509_csr(base64.urlsafe_b64decode(csr + "=" * (-len(csr) % 4)))
            except ValueError:
                self.repository.order_update({"name": order_name, "status": "ready"})
                return 400, self.error_msg_dic["badcsr"], "the CSR cannot be parsed"
            order = self.repository.order_lookup("name", order_name, ["name", "profile"])
            signer.policy.profile_of[signer.csr_digest(request)] = (order or {}).get("profile") or ""
            return super()._process_csr(order_name, csr, header_info)

    return StrictOrder


def strict_account() -> type:
    """Accounts of which any number may be deactivated within a second: what takes the place of the key has to be
    unique."""
    from acme2certifier.acme_srv.account import Account

    class StrictAccount(Account):
        def _deactivate_account(self, account_name: str) -> tuple[int, Any, Any]:
            ended = {"name": account_name, "status_id": 7, "jwk": f"DEACTIVATED {account_name}"}
            if self.repository.update_account(ended, active=False):
                return 200, None, None
            return 400, self.err_msg_dic["accountdoesnotexist"], "Deactivation failed"

    return StrictAccount


def strict_challenge() -> type:
    """Challenges that are validated once: an answer to one that is not pending only shows it."""
    from acme2certifier.acme_srv.challenge import Challenge

    class StrictChallenge(Challenge):
        def _start_async_validation(self, challenge_name: str, payload: dict[str, str]) -> None:
            challenge = self.repository.get_challenge_by_name(challenge_name)
            if self.sandbox_request.reading or challenge.status != "pending":
                return
            delay = self.sandbox_backend.validation_delay()
            if delay > 0:
                self.state_manager.transition_to_processing(challenge_name)
                self.sandbox_backend.later(delay, lambda: self._perform_challenge_validation(challenge_name, payload))
            else:
                self._perform_challenge_validation(challenge_name, payload)

    return StrictChallenge


def strict_certificate() -> type:
    """Certificates that are also there with another chain, which a link of relation "alternate" names (RFC 8555 section
    7.4.2)."""
    from acme2certifier.acme_srv.certificate import Certificate

    class StrictCertificate(Certificate):
        def _process_valid_certificate_request(
            self, protected: dict[str, Any], *more: Any
        ) -> tuple[int, Any, Any, dict[str, Any]]:
            url, authority = protected["url"], signer.policy.authority
            code, message, detail, answer = super()._process_valid_certificate_request(
                {**protected, "url": url.removesuffix(ALTERNATE)}, *more
            )
            if answer.get("code") == 200 and url.endswith(ALTERNATE):
                answer["data"] = answer["data"].replace(
                    authority.issuer.certificate_pem, authority.alternate.certificate_pem
                )
            elif answer.get("code") == 200:
                answer.setdefault("header", {})["Link"] = f'<{url}{ALTERNATE}>;rel="alternate"'
            return code, message, detail, answer

    return StrictCertificate
