# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a certificate may be revoked: nobody may still be served with it, as far as a complete search can tell."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..bind.distributions import DEPLOYED, Distribution, users
from ..bind.target import ACM_ELEMENT
from ..certificate.certificate import Certificate
from ..server_cert.server_certs import StoredCertificate
from ..values import domain_names, times

# RFC 5280 section 5.3.1, without those that only the CA may give. https://letsencrypt.org/docs/revoking/
REASONS = {"unspecified": 0, "keyCompromise": 1, "affiliationChanged": 3, "superseded": 4, "cessationOfOperation": 5}


@dataclass(frozen=True)
class Usage:
    """What a search found: distributions that use the certificate, and those of which that cannot be told, with the
    reason."""

    users: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()

    def refusal(self) -> str | None:
        """Why the certificate is not revoked now; None if nobody uses it."""
        if self.users:
            return (
                f"distributions use it: {', '.join(self.users)}; bind them to another certificate first, for example"
                " with the playbook reissue, or set force to revoke it although viewers would see a revoked"
                " certificate"
            )
        if self.unclear:
            return f"it is not certain that nothing uses it: {'; '.join(self.unclear)}; fix that, or set force"
        return None


def may_be_same(stored: StoredCertificate, certificate: Certificate) -> bool:
    """Whether a listed server certificate can be this one; its content tells for sure."""
    return stored.expiration is None or stored.expiration == certificate.not_after


def possible_users(
    distributions: t.Iterable[Distribution], stored: t.Iterable[StoredCertificate], certificate: Certificate
) -> tuple[tuple[StoredCertificate, tuple[str, ...]], ...]:
    """The server certificates that may be this one and that distributions use, with those."""
    listed = tuple(distributions)
    found = ((one, users(listed, one.id)) for one in stored if may_be_same(one, certificate))
    return tuple((one, users) for one, users in found if users)


def sharing(distributions: t.Iterable[Distribution], certificate: Certificate) -> tuple[Distribution, ...]:
    """The distributions that have names of this certificate."""
    return tuple(
        one for one in distributions if len(domain_names.uncovered(certificate.domains, one.aliases)) < len(one.aliases)
    )


def unclear(
    distributions: t.Iterable[Distribution], certificate: Certificate, settling: t.Mapping[str, str]
) -> tuple[str, ...]:
    """Distributions of this certificate's names of which nobody can tell: a change that edges do not have yet, or one
    under an ARN of ``settling``, which says until when."""
    found = []
    for one in sharing(distributions, certificate):
        arn = one.viewer.get(ACM_ELEMENT, "")
        if arn in settling:
            found.append(f"{one.id} may serve it until {settling[arn]}, since {arn} was re-imported a short time ago")
        elif one.status != DEPLOYED:
            found.append(f"{one.id} is not yet deployed, so edges may still serve this one")
    return tuple(found)


def why_nothing(certificate: Certificate, now: datetime) -> str | None:
    """Why there is nothing to revoke; None if there is."""
    if certificate.not_after <= now:
        return f"the certificate expired at {times.to_text(certificate.not_after)}, so there is nothing to revoke"
    return None
