# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetches the certificate of a finished order, and puts it with its key into the archive."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ..._clients.acme.client import Client
from ..._clients.archive import bundles
from ..._clients.machine import crypto
from ..._clients.stores.base import Archive
from ..._core.certificate.bundle import Bundle, Manifest, archive_key, checksums
from ..._core.issue.pending_order import PendingOrder
from ..._core.values import texts
from .clients import Issued
from .conversation import OrderFailedError


def download(client: Client, url: str, preferred: str | None) -> tuple[str, list[str]]:
    """The certificate with the CA's default chain, unless another one that the CA offers ends at the preferred
    issuer."""
    chain = client.certificate(url)
    if preferred is None or crypto.top_issuer(chain.pem) == preferred:
        return chain.pem, []
    for alternate in chain.alternates:
        other = client.certificate(alternate).pem
        if crypto.top_issuer(other) == preferred:
            warning = (
                f"the chain that ends at {preferred} was used; if CloudFront does not trust that CA, it answers"
                " InvalidViewerCertificate"
            )
            return other, [warning]
    warning = (
        f"acme_preferred_chain: the CA offers no chain that ends at {texts.quoted(preferred)}, so its default chain"
        " was used"
    )
    return chain.pem, [warning]


def archive_bundle(
    archive: Archive, order: PendingOrder, fullchain_pem: str, account_url: str | None, now: datetime
) -> Issued:
    """The bundle as the archive has it; OrderFailedError if the certificate is not the one that was ordered."""
    cert, chain = crypto.split(fullchain_pem)
    bundle = Bundle(cert=cert, chain=chain, fullchain=cert + chain, privkey=order.private_key)
    manifest = _manifest(order, bundle, account_url, now)
    bundle = replace(bundle, manifest=manifest)
    key = archive_key(manifest.project, now, archive.list(f"{manifest.project}/"))
    uri = archive.put(key, bundles.pack(bundle))
    return Issued(uri=uri, bundle=bundle, manifest=manifest, replaces=order.replaces)


def _manifest(order: PendingOrder, bundle: Bundle, account_url: str | None, now: datetime) -> Manifest:
    certificate, wanted = crypto.inspect(bundle.cert), order.wanted
    if set(certificate.domains) != set(wanted.domains) or not crypto.key_matches(order.private_key, bundle.cert):
        raise OrderFailedError(
            f"the certificate of {order.order_url} is not the one that was ordered: its names or its key differ; run"
            " again, or ask the CA",
            service="acme",
            operation="certificate",
            code="wrongCertificate",
        )
    return Manifest(
        project=wanted.project,
        certificate=certificate,
        issued_at=now,
        directory=wanted.directory,
        profile=wanted.profile,
        order_url=order.order_url,
        account_url=account_url,
        files=checksums(bundle.cert, bundle.chain, bundle.fullchain, bundle.privkey),
    )
