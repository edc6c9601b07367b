# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles of the old tool come into our archive: fetched, judged, repacked with a manifest, written and read back."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..._clients.archive import bundles, plugin_bundles
from ..._clients.aws.stacks.plugin_bucket import PluginBucket
from ..._clients.machine import crypto
from ..._clients.stores.base import Archive
from ..._core.adoption.shapes import SeenBundle, SeenCertificate, SeenProject
from ..._core.ca import directories
from ..._core.certificate.bundle import CERT, CHAIN, PRIVKEY, Bundle, Manifest, archive_key, checksums, from_texts
from ..._core.values import times
from ..._core.values.shapes import ArchivedCopy, ProjectDefinition
from ..._errors import CertError, ConfigError

HOST = "host:"
GIVEN = "given:"


@dataclass(frozen=True)
class BundlePlaces:
    """Where bundles come from, and where they go; ``chain`` reads that of a certificate where it is in service, or None
    if it is gone."""

    bucket: PluginBucket | None
    archive: Archive
    chain: t.Callable[[SeenCertificate], str | None]


@dataclass
class Copying:
    """The copying of one project's bundles; ``copies`` is what the record of the adoption says of them."""

    places: BundlePlaces
    project: SeenProject
    definition: ProjectDefinition
    copies: dict[str, ArchivedCopy | None]
    account_url: str | None = None  # of the account that issued what comes as texts, if it is ours now
    warnings: list[str] = field(default_factory=list)

    def open(self, only_current: bool) -> list[str]:
        """The bundles in the bucket that are still to be copied, the newest first."""
        if only_current and self._has_current():
            return []
        return [one["uri"] for one in reversed(self.project["bundles"]) if one["uri"] not in self.copies]

    def copy_all(self, only_current: bool, now: datetime) -> bool:
        """Copy what is in the bucket; True if anything was."""
        begun = dict(self.copies)
        while uris := self.open(only_current):
            self._copy_from_bucket(uris[0], now)
        return self.copies != begun

    def copy_texts(self, mark: str, texts: t.Mapping[str, str], now: datetime) -> bool:
        """Copy a bundle that came as texts; True if it is new here."""
        if self.copies.get(mark):
            return False
        try:
            self.copies[mark] = self._archived(from_texts(texts), now, self.account_url)
        except (ConfigError, ValueError) as exc:
            raise ConfigError([f"the bundle of {self.project['theirs']} cannot be used: {exc}"]) from None
        return True

    def _copy_from_bucket(self, uri: str, now: datetime) -> None:
        issued = next((one["issued_at"] for one in self.project["bundles"] if one["uri"] == uri), None)
        if self.places.bucket is None:
            raise CertError(f"{uri} cannot be read without AWS")
        try:
            moment = times.from_text(issued) if issued else now
            self.copies[uri] = self._archived(_fetched(self.places.bucket, uri), moment)
        except (ConfigError, ValueError) as exc:
            self.copies[uri] = None
            self.warnings.append(f"{uri} is not copied: {exc}; it stays where it is")

    def _archived(self, bundle: Bundle, issued_at: datetime, account_url: str | None = None) -> ArchivedCopy:
        """The bundle in our archive; ConfigError or ValueError if its key is not that of its certificate."""
        _check(bundle)
        certificate = crypto.inspect(bundle.cert)
        bundle = self._as_served(bundle, certificate.fingerprint_sha256)
        manifest = Manifest(
            project=self.project["name"],
            certificate=certificate,
            issued_at=issued_at,
            directory=directories.url(self.definition["acme_directory"]),
            profile=self.definition["acme_profile"],
            order_url=None,
            account_url=account_url,
            files=checksums(bundle.cert, bundle.chain, bundle.fullchain, bundle.privkey),
        )
        packed = bundles.pack(replace(bundle, manifest=manifest))
        key = self._key(issued_at, packed)
        uri = self.places.archive.put(key, packed)
        if self.places.archive.get(key) != packed:
            raise CertError(f"{uri} was not read back as it was written; check the archive, and run again")
        return {"uri": uri, "fingerprint_sha256": certificate.fingerprint_sha256}

    def _as_served(self, bundle: Bundle, fingerprint: str) -> Bundle:
        """The bundle with the chain that its certificate is served with: with another, the next run would take what is
        in service for something else, and upload it again."""
        known = next((one for one in self.project["certificates"] if one["fingerprint_sha256"] == fingerprint), None)
        if known is None or known["chain_sha256"] == crypto.chain_fingerprint(bundle.chain):
            return bundle
        chain = self.places.chain(known)
        if chain is None or crypto.same_certificates(bundle.cert + "\n" + chain, bundle.cert + "\n" + bundle.chain):
            return bundle
        self.warnings.append(
            f"the chain of the bundle is not the one that {known['name']} is served with: the archive has that one"
        )
        return from_texts({CERT: bundle.cert, CHAIN: chain, PRIVKEY: bundle.privkey})

    def _key(self, issued_at: datetime, packed: bytes) -> str:
        """A key of its own; one that holds the very bundle, from a run that was killed, is used again."""
        taken = self.places.archive.list(f"{self.project['name']}/")
        tried: list[str] = []
        while (key := archive_key(self.project["name"], issued_at, tried)) in taken:
            if self.places.archive.get(key) == packed:
                return key
            tried.append(key)
        return key

    def _has_current(self) -> bool:
        current = next((one for one in self.project["certificates"] if one["role"] == "current"), None)
        wanted = current["fingerprint_sha256"] if current else None
        return any(copy["fingerprint_sha256"] == wanted for copy in self.copies.values() if copy)


def bundle_warnings(bucket: PluginBucket, seen: t.Iterable[SeenBundle]) -> list[str]:
    """What is wrong with bundles that stay where they are."""
    found = []
    for one in seen:
        try:
            _check(_fetched(bucket, one["uri"]))
        except (ConfigError, ValueError) as exc:
            found.append(f"{one['uri']} cannot be used: {exc}")
    return found


def _fetched(bucket: PluginBucket, uri: str) -> Bundle:
    """The bundle at this URI; ValueError if there is none in the object."""
    name, _slash, key = uri.removeprefix("s3://").partition("/")
    return plugin_bundles.unpacked(bucket.get_object(name, key, plugin_bundles.MAX_PACKED_BYTES + 1))


def _check(bundle: Bundle) -> None:
    if not crypto.key_matches(bundle.privkey, bundle.cert):
        raise ValueError("its private key does not belong to its certificate")
