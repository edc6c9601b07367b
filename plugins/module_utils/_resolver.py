# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The public DNS, as a resolver of this machine or another one sees it; one method per kind of record."""

from __future__ import annotations

import functools
import typing as t

from ._core.caa import CaaRecord
from ._errors import RemoteError

try:
    import dns.exception
    import dns.resolver
except ImportError:
    pass  # the first look-up reports the missing library

LIFETIME_SECONDS = 4.0


class Resolver:
    """Speaks to ``server`` (host and port), or to the resolvers that this machine is set up with."""

    def __init__(self, server: tuple[str, int] | None = None) -> None:
        self._server = server

    def caa(self, name: str) -> tuple[CaaRecord, ...]:
        """The CAA records of the name, behind CNAMEs too; none if the name does not exist."""
        return tuple(CaaRecord(record.flags, record.tag.decode(), record.value.decode()) for record in self._ask(name, "CAA"))

    def ns(self, name: str) -> frozenset[str]:
        """The name servers of the zone, without the final dot."""
        return frozenset(record.target.to_text(omit_final_dot=True).lower() for record in self._ask(name, "NS"))

    def _ask(self, name: str, kind: str) -> list[t.Any]:
        try:
            answer = self._resolver.resolve(f"{name}.", kind, raise_on_no_answer=False, search=False)
            return list(answer.rrset or ())
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.exception.DNSException, OSError) as exc:
            # dnspython's own text tells how long it took, which says nothing
            why = type(exc).__name__
            raise RemoteError(f"no answer from DNS for {kind} of {name} ({why})", service="dns", operation=kind, code=why) from exc

    @functools.cached_property
    def _resolver(self) -> t.Any:
        try:
            resolver = dns.resolver.Resolver(configure=self._server is None)
            if self._server is not None:
                resolver.nameservers, resolver.port = [self._server[0]], self._server[1]
        except NameError:
            raise RemoteError("the Python library dnspython is missing; install it", service="dns", operation="import", code="ImportError") from None
        except dns.resolver.NoResolverConfiguration as exc:
            raise RemoteError(f"this machine has no resolver: {exc}; set dns_server", service="dns", operation="configure", code="NoResolver") from exc
        resolver.lifetime = LIFETIME_SECONDS
        return resolver
