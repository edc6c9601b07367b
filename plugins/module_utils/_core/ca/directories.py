# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Known ACME directories by name, as of November 2026."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from ..values import texts, urls

# The one that is asked if none is named.
DEFAULT = "letsencrypt"


@dataclass(frozen=True)
class KnownDirectory:
    """A CA's directory, and whether it wants an external account binding for a new account."""

    url: str
    needs_eab: bool = False


KNOWN = {
    # https://letsencrypt.org/getting-started/
    DEFAULT: KnownDirectory("https://acme-v02.api.letsencrypt.org/directory"),
    "letsencrypt_staging": KnownDirectory("https://acme-staging-v02.api.letsencrypt.org/directory"),
    # https://zerossl.com/documentation/acme/
    "zerossl": KnownDirectory("https://acme.zerossl.com/v2/DV90", needs_eab=True),
    # https://cloud.google.com/certificate-manager/docs/public-ca-tutorial
    "google": KnownDirectory("https://dv.acme-v02.api.pki.goog/directory", needs_eab=True),
    "google_staging": KnownDirectory("https://dv.acme-v02.test-api.pki.goog/directory", needs_eab=True),
    # https://www.ssl.com/guide/ssl-tls-certificate-issuance-and-revocation-with-acme/
    "sslcom_rsa": KnownDirectory("https://acme.ssl.com/sslcom-dv-rsa", needs_eab=True),
    "sslcom_ecc": KnownDirectory("https://acme.ssl.com/sslcom-dv-ecc", needs_eab=True),
    # https://guide.actalis.com/ssl/activation/acme
    "actalis": KnownDirectory("https://acme-api.actalis.com/acme/directory", needs_eab=True),
}


_BY_URL = {known.url: known for known in KNOWN.values()}


def resolve(directory: str) -> KnownDirectory:
    """The directory of a known name or of a URL; raises ValueError unless ``problems`` is empty."""
    found = problems(directory)
    if found:
        raise ValueError("; ".join(found))
    return KNOWN.get(directory) or _BY_URL.get(directory) or KnownDirectory(directory)


def name_of(address: str) -> str | None:
    """What the directory at this URL is called: its known name, else the URL; None if it is not one."""
    if not address or problems(address):
        return None
    return next((name for name, known in KNOWN.items() if known.url == address), address)


def url(directory: str) -> str:
    """The URL of a known name or of a URL, and anything else as it is: what documents and limits compare directories
    by."""
    return directory if problems(directory) else resolve(directory).url


def problems(directory: str) -> list[str]:
    """Why ``directory`` names no ACME directory; empty if it does."""
    problem = _problem(directory)
    return [problem] if problem else []


@functools.lru_cache(maxsize=64)
def _problem(directory: str) -> str | None:
    """The same of one; a fleet names few, and each in all of its documents."""
    if directory in KNOWN:
        return None
    if "://" not in directory:
        known = ", ".join(sorted(KNOWN))
        return f"acme_directory: {texts.quoted(directory)} is not a known name; use one of {known}, or a URL"
    problem = urls.https_problem(directory)
    if problem is None:
        return None
    shown = texts.quoted(directory)
    return f"acme_directory: {shown} is {problem}; ACME works over HTTPS only (acme_ca_bundle is for a private CA)"
