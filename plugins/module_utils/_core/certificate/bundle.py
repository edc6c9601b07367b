# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bundle as a value: the texts of one certificate and the manifest that describes them."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..values import json_text, schema, texts, times, urls
from .certificate import AUTHORITY_KEY_ID, FACTS, WORD, Certificate

SCHEMA = 1
CERT, CHAIN, FULLCHAIN, PRIVKEY, MANIFEST = "cert.pem", "chain.pem", "fullchain.pem", "privkey.pem", "manifest.json"
FILES = (CERT, CHAIN, FULLCHAIN, PRIVKEY, MANIFEST)
_KEY = re.compile(r"(?P<time>\d{4}-\d{2}-\d{2}-\d{4})(?:-(?P<number>\d+))?\.tar\.gz")


# What stands in the place of a CA for a certificate that is not from one by ACME.
ISSUERS = ("acm", "files")
_URL = schema.leaf("an https:// URL", lambda value: urls.https_problem(value) is None)
# A CA by its directory, or what else the certificate is from.
_ISSUER = schema.leaf(
    "an https:// URL", lambda value: (isinstance(value, str) and value in ISSUERS) or urls.https_problem(value) is None
)
_MANIFEST = schema.record(
    {
        "schema": schema.whole(1),
        "project": WORD,
        **FACTS,
        "issued_at": schema.moment,
        "directory": _ISSUER,
        "files": schema.mapping(schema.one_of(*FILES), schema.hexadecimal),
    },
    {
        "authority_key_id": AUTHORITY_KEY_ID,
        "profile": schema.maybe(schema.line()),
        # of ACM, the ARN of what was exported
        "order_url": schema.maybe(schema.line(urls.LONGEST_URL)),
        "account_url": schema.maybe(_URL),
    },
)


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself beside its texts; ``files`` maps file names to their SHA-256 in hex."""

    project: str
    certificate: Certificate
    issued_at: datetime
    directory: str
    profile: str | None
    order_url: str | None
    files: t.Mapping[str, str] = field(default_factory=dict)
    account_url: str | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """The document as it stands in manifest.json."""
        return {
            "schema": SCHEMA,
            "project": self.project,
            **self.certificate.as_dict(),
            "issued_at": times.to_text(self.issued_at),
            "directory": self.directory,
            "profile": self.profile,
            "order_url": self.order_url,
            "account_url": self.account_url,
            "files": dict(self.files),
        }

    @classmethod
    def from_dict(cls, fields: t.Mapping[str, t.Any]) -> Manifest:
        """The inverse of ``as_dict``; ValueError with every problem for a damaged document."""
        if isinstance(fields, dict) and fields.get("schema") != SCHEMA:
            raise ValueError(f"schema {texts.quoted(fields.get('schema'))} is unknown to this version")
        problems = schema.problems(_MANIFEST, fields)
        if problems:
            raise ValueError(schema.summary(problems))
        return cls(
            project=str(fields["project"]),
            certificate=Certificate.from_dict(fields),
            issued_at=times.from_text(fields["issued_at"]),
            directory=str(fields["directory"]),
            profile=fields.get("profile"),
            order_url=fields.get("order_url"),
            files=dict(fields["files"]),
            account_url=fields.get("account_url"),
        )


@dataclass(frozen=True)
class Bundle:
    """Leaf, chain (without the leaf), full chain and private key as PEM texts; a bundle made elsewhere may have no
    manifest."""

    cert: str
    chain: str
    fullchain: str
    privkey: str = field(repr=False)
    manifest: Manifest | None = None

    def texts(self) -> dict[str, str]:
        """File name to content for everything that the bundle consists of."""
        texts = {CERT: self.cert, CHAIN: self.chain, FULLCHAIN: self.fullchain, PRIVKEY: self.privkey}
        if self.manifest is not None:
            texts[MANIFEST] = json.dumps(self.manifest.as_dict(), indent=2, sort_keys=True) + "\n"
        return texts


def checksums(cert: str, chain: str, fullchain: str, privkey: str) -> dict[str, str]:
    """The ``files`` of a manifest for these texts."""
    texts = {CERT: cert, CHAIN: chain, FULLCHAIN: fullchain, PRIVKEY: privkey}
    return {name: checksum(text) for name, text in texts.items()}


def checksum(text: str) -> str:
    """SHA-256 of a file's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def from_texts(texts: t.Mapping[str, str]) -> Bundle:
    """The bundle that these files make; raises ValueError, without quoting any content, if they do not make one."""
    missing = [name for name in (CERT, PRIVKEY) if not texts.get(name, "").strip()]
    if missing:
        raise ValueError(f"{' and '.join(missing)} missing or empty")
    manifest = _manifest(texts[MANIFEST]) if MANIFEST in texts else None
    chain = texts.get(CHAIN, "")
    bundle = Bundle(
        cert=texts[CERT],
        chain=chain,
        fullchain=texts.get(FULLCHAIN, texts[CERT] + chain),
        privkey=texts[PRIVKEY],
        manifest=manifest,
    )
    if manifest is not None:
        damaged = [
            name for name, expected in sorted(manifest.files.items()) if checksum(texts.get(name, "")) != expected
        ]
        if damaged:
            raise ValueError(f"{', '.join(damaged)} does not match the checksum in the manifest")
    return bundle


def _manifest(text: str) -> Manifest:
    try:
        return Manifest.from_dict(json_text.parsed(text))
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise ValueError(f"{MANIFEST} is damaged ({type(exc).__name__}: {exc})") from exc


def archive_key(project: str, issued_at: datetime, taken: t.Collection[str]) -> str:
    """The archive key for a new bundle: the issue minute, with ``-2``, ``-3``, … when the minute is taken."""
    name = times.to_name(issued_at)
    key, number = f"{project}/{name}.tar.gz", 1
    while key in taken:
        number += 1
        key = f"{project}/{name}-{number}.tar.gz"
    return key


def bundle_keys(keys: t.Iterable[str], project: str) -> list[str]:
    """Of the archive's keys those that are bundles of the project, newest first."""
    found = []
    for key in keys:
        match = _KEY.fullmatch(key.removeprefix(f"{project}/"))
        if match and key.startswith(f"{project}/"):
            found.append((match["time"], int(match["number"] or 1), key))
    return [key for _time, _number, key in sorted(found, reverse=True)]


def owned_uri(uri: str, archive: str | None) -> str:
    """The URI of a bundle with the account of the bucket that ``archive`` names in its own: a bundle may have been
    recorded before the archive's URI had it."""
    place, _mark, parameters = (archive or "").partition("?")
    owner = next((one for one in parameters.split("&") if one.startswith("owner=")), "")
    is_in = bool(owner) and uri.startswith(f"{place.rstrip('/')}/") and "?" not in uri
    return f"{uri}?{owner}" if is_in else uri


KEEP_ALL = -1
