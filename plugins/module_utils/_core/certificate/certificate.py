# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of one certificate, as a value: no PEM parsing, no key material."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..values import schema, times

# CloudFront accepts RSA 1024 to 4096 and ECDSA P-256 and nothing else; of these we create the ones that CAs still sign.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
KEY_TYPES = ("ecdsa_p256", "rsa_2048", "rsa_3072", "rsa_4096")
DEFAULT_KEY_TYPE = KEY_TYPES[0]
CLOUDFRONT_KEY_TYPES = (*KEY_TYPES, "rsa_1024")
DOMAIN_NAMES = schema.items(schema.text(r"[A-Za-z0-9.*_-]{1,253}", "a domain name"))
WORD = schema.text(r"[A-Za-z0-9_-]{1,64}", "a word")
# What documents of ours say of every certificate.
FACTS: t.Mapping[str, schema.Shape] = {
    "serial": schema.hexadecimal,
    "fingerprint_sha256": schema.hexadecimal,
    "issuer": schema.words(),
    "domains": DOMAIN_NAMES,
    "key_type": WORD,
    "not_before": schema.moment,
    "not_after": schema.moment,
}
AUTHORITY_KEY_ID = schema.maybe(schema.text(r"([0-9A-Fa-f]{2}){0,128}", "hexadecimal digits"))


@dataclass(frozen=True)
class Certificate:
    """A leaf certificate: ``serial`` and ``fingerprint_sha256`` in lower-case hex, ``domains`` as sorted A-labels from
    the SAN.

    ``authority_key_id`` is the key identifier of its issuer in hex; empty where the certificate or an older document
    has none.
    """

    serial: str
    fingerprint_sha256: str
    issuer: str
    domains: tuple[str, ...]
    key_type: str
    not_before: datetime
    not_after: datetime
    authority_key_id: str = ""

    def as_dict(self) -> dict[str, t.Any]:
        """The fields as they stand in results, manifests and project documents."""
        return {
            "serial": self.serial,
            "fingerprint_sha256": self.fingerprint_sha256,
            "issuer": self.issuer,
            "domains": list(self.domains),
            "key_type": self.key_type,
            "not_before": times.to_text(self.not_before),
            "not_after": times.to_text(self.not_after),
            "authority_key_id": self.authority_key_id,
        }

    @classmethod
    def from_dict(cls, fields: t.Mapping[str, t.Any]) -> Certificate:
        """The inverse of ``as_dict``; ignores further keys, raises KeyError or ValueError for a damaged document."""
        return cls(
            serial=str(fields["serial"]),
            fingerprint_sha256=str(fields["fingerprint_sha256"]),
            issuer=str(fields["issuer"]),
            domains=tuple(fields["domains"]),
            key_type=str(fields["key_type"]),
            not_before=times.from_text(fields["not_before"]),
            not_after=times.from_text(fields["not_after"]),
            authority_key_id=str(fields.get("authority_key_id") or ""),
        )
