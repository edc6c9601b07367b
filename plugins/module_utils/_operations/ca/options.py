# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that name a CA and an account: their argument spec, their problems, their values."""

from __future__ import annotations

import re
import ssl
import typing as t

from ..._clients.acme.client import ExternalAccount
from ..._core.ca import directories
from ..._core.values import emails, texts

EAB_ALGORITHMS = ("HS256", "HS384", "HS512")

# The options of modules that use an account at a CA, and of those that may register one; plugins/doc_fragments/acme.py
# describes them.
ACCOUNT: dict[str, t.Any] = {
    "acme_ca_bundle": {"type": "path"},
    "acme_contacts": {"type": "list", "elements": "str", "default": []},
}
REGISTRATION: dict[str, t.Any] = {
    "acme_directory": {"type": "str", "default": directories.DEFAULT},
    "acme_terms_agreed": {"type": "bool", "default": False},
    "acme_eab_kid": {"type": "str"},
    "acme_eab_hmac_key": {"type": "str", "no_log": True},
    "acme_eab_alg": {"type": "str", "choices": list(EAB_ALGORITHMS), "default": EAB_ALGORITHMS[0]},
}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+=*")


def ca_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    """What is wrong with how the CA and the account are given."""
    problems = directories.problems(params["acme_directory"])
    problems += [
        f"acme_contacts: {texts.quoted(contact)} is not a valid e-mail address; use the form name@example.com"
        for contact in contacts_of(params)
        if not emails.is_address(contact)
    ]
    return (
        problems
        + _binding_problems(params.get("acme_eab_kid"), params.get("acme_eab_hmac_key"))
        + _ca_bundle_problems(params.get("acme_ca_bundle"))
    )


def _binding_problems(kid: str | None, hmac_key: str | None) -> list[str]:
    if bool(kid) != bool(hmac_key):
        return ["acme_eab_kid and acme_eab_hmac_key belong together; set both to the values that you got from the CA"]
    # One character more than whole bytes have cannot be decoded, however it is padded.
    if hmac_key and (not _BASE64URL.fullmatch(hmac_key) or len(hmac_key.rstrip("=")) % 4 == 1):
        return ["acme_eab_hmac_key: is not base64url; use the value exactly as you got it from the CA"]
    return []


def _ca_bundle_problems(path: str | None) -> list[str]:
    try:
        if path:
            ssl.create_default_context(cafile=path)
    except (OSError, ValueError) as exc:
        return [
            (
                f"acme_ca_bundle: {path} is not a readable PEM file of CA certificates"
                f" ({getattr(exc, 'strerror', None) or exc})"
            )
        ]
    return []


def contacts_of(params: t.Mapping[str, t.Any], option: str = "acme_contacts") -> tuple[str, ...]:
    """The e-mail addresses of an option, without repetition."""
    contacts = (str(contact).strip().removeprefix("mailto:") for contact in params.get(option) or [])
    return tuple(dict.fromkeys(contact for contact in contacts if contact))


def external_account_of(params: t.Mapping[str, t.Any]) -> ExternalAccount | None:
    """The external account binding, if one was given."""
    if not params.get("acme_eab_kid"):
        return None
    return ExternalAccount(kid=params["acme_eab_kid"], hmac_key=params["acme_eab_hmac_key"], alg=params["acme_eab_alg"])
