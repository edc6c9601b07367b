# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate that ACM issued is in the archive with its key: exported under a passphrase that only this run
knows."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from ..._clients.archive import bundles as _bundles
from ..._clients.aws.regional.acm import Acm
from ..._clients.machine import crypto
from ..._clients.stores.base import Archive
from ..._core.acm_cert.certificates import AcmCertificate
from ..._core.acm_cert.requested import ExportedBundle
from ..._core.certificate import bundle as bundles
from ..._core.certificate.bundle import Bundle, Manifest
from ..._core.values.waiting import Clock
from ..._errors import RefusedError, RemoteError

# In the place of the URL of an ACME directory.
DIRECTORY = "acm"
# ACM takes 4 to 128 ASCII characters without #, $ and %; base64url has none of these.
PASSPHRASE_BYTES = 48


@dataclass(frozen=True)
class Exporting:
    """The bundles of one project in an archive."""

    archive: Archive
    project: str
    clock: Clock

    def converge(self, acm: Acm, certificate: AcmCertificate, check_mode: bool) -> ExportedBundle:
        """The newest bundle is this certificate; after a renewal it is not, and the renewed one is exported."""
        keys = self.archive.list(f"{self.project}/")
        newest = _bundles.newest(self.archive, keys, self.project)
        content = acm.get_certificate(certificate.arn)
        if content is None:
            raise RefusedError(f"{certificate.arn} is issued, but ACM does not give it out yet; run again")
        leaf = crypto.inspect(content.leaf)
        if newest is not None and crypto.same_certificates(newest[1].cert, content.leaf):
            return ExportedBundle(newest[0], leaf, is_new=False)
        if check_mode:
            return ExportedBundle("", leaf, is_new=True)
        bundle = self._export(acm, certificate)
        key = bundles.archive_key(self.project, self.clock.now(), keys)
        return ExportedBundle(self.archive.put(key, _bundles.pack(bundle)), crypto.inspect(bundle.cert), is_new=True)

    def _export(self, acm: Acm, certificate: AcmCertificate) -> Bundle:
        passphrase = secrets.token_urlsafe(PASSPHRASE_BYTES).encode("ascii")
        exported = acm.export_certificate(certificate.arn, passphrase)
        key = crypto.decrypted_key(exported.encrypted_key, passphrase)
        cert, chain = crypto.split(exported.leaf)[0], "".join(crypto.split(exported.chain))
        if not crypto.key_matches(key, cert):
            raise RemoteError(
                f"acm:ExportCertificate on {certificate.arn} gave out a key that does not belong to the certificate;"
                " run again",
                service="acm",
                operation="ExportCertificate",
                code="wrongKey",
            )
        fullchain = cert + chain
        manifest = Manifest(
            project=self.project,
            certificate=crypto.inspect(cert),
            issued_at=self.clock.now(),
            directory=DIRECTORY,
            profile=None,
            order_url=certificate.arn,
            files=bundles.checksums(cert, chain, fullchain, key),
        )
        return Bundle(cert=cert, chain=chain, fullchain=fullchain, privkey=key, manifest=manifest)
