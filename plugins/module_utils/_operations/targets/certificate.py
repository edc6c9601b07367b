# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate that targets shall serve: given as another module returned it, or read by its ARN; and the names of
those that they serve now."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field, replace

from ..._clients.aws.iam import Iam
from ..._clients.aws.regional.acm import Acm
from ..._clients.machine import crypto
from ..._core.targets.uses import NewCertificate
from ..._core.values import schema, texts, times
from ..._core.values.params import Params
from ..._errors import ConfigError, RemoteError

DENIED = frozenset({"AccessDenied", "AccessDeniedException"})

_ARN = re.compile(
    r"arn:aws[a-z-]*:(acm:(?P<region>[a-z0-9-]+)|iam:):(?P<account>\d{12}):(certificate/[\w-]+|server-certificate/\S+)"
)


_NAME = schema.maybe(schema.line(2048))
_SHAPE = schema.record(
    {},
    {
        **dict.fromkeys(("arn", "key_type", "fingerprint_sha256", "not_after"), _NAME),
        "domains": schema.maybe(schema.items(schema.line())),
        "copies": schema.maybe(schema.items(schema.record({}, {"arn": _NAME, "region": _NAME}))),
    },
)


def parse(params: Params, region: str) -> NewCertificate:
    """The certificate as far as the options tell it, of its copies that of the region; one without names has to be
    read."""
    given = params["certificate"] or {}
    given = {} if schema.problems(_SHAPE, given) else given
    found = {copy.get("region") or "": copy.get("arn") or "" for copy in given.get("copies") or ()}
    copies = {there: arn for there, arn in found.items() if there and arn}
    return NewCertificate(
        arn=params["certificate_arn"] or copies.get(region, given.get("arn")) or None,
        domains=tuple(given.get("domains") or ()),
        key_type=given.get("key_type") or "",
        fingerprint_sha256=given.get("fingerprint_sha256"),
        copies={} if params["certificate_arn"] else copies,
    )


def problems(params: Params, regions: t.Sequence[str], takes_iam: bool) -> list[str]:
    """Why the certificate cannot be bound in the first of these regions, where it may be in any of them, as far as can
    be told without a call."""
    given = params["certificate"]
    found = schema.problems(_SHAPE, given or {}, "certificate")
    if found:
        return [f"{schema.summary(found)}; use the value that acm_cert or iam_server_cert returned"]
    new = parse(params, regions[0] if regions else "")
    if new.arn is None and not params.check_mode:
        found.append("certificate: it has no arn, so it is only planned; run acm_cert without check mode first")
    if new.arn is not None:
        found += _arn_problems(new.arn, regions, takes_iam)
    if given is not None and not new.domains:
        found.append("certificate: it has no domains; use the value that acm_cert or iam_server_cert returned")
    if given is not None and params["verify"] == "tls" and not new.fingerprint_sha256 and not params.check_mode:
        found.append("certificate: it has no fingerprint_sha256, which verify=tls compares; use certificate_arn alone")
    return found + _expiry_problems(given or {}, params)


def _arn_problems(arn: str, regions: t.Collection[str], takes_iam: bool) -> list[str]:
    parsed = _ARN.fullmatch(arn)
    if parsed is None:
        what = "the ARN of a certificate of ACM or a server certificate of IAM"
        return [f"certificate_arn: {texts.quoted(arn)} is not {what}"]
    if parsed["region"] is None:
        return [] if takes_iam else [f"certificate_arn: {arn} is in IAM; API Gateway takes certificates of ACM only"]
    if regions and parsed["region"] not in regions:
        return [f"certificate_arn: {arn} is in {parsed['region']}; this run is about {' and '.join(regions)}"]
    return []


def _expiry_problems(given: t.Mapping[str, t.Any], params: Params) -> list[str]:
    try:
        expires = times.from_text(str(given["not_after"])) if given.get("not_after") else None
    except ValueError as exc:
        return [f"certificate: {exc}; use the value that acm_cert or iam_server_cert returned"]
    return (
        [f"certificate: it expired at {given['not_after']}; renew it first"]
        if expires and expires <= params.now
        else []
    )


@dataclass
class KnownCertificates:
    """Certificates of ACM in the regions of the run and of IAM, each read once."""

    acm: t.Mapping[str, Acm]
    iam: t.Callable[[], Iam] | None = None
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, new: NewCertificate) -> NewCertificate:
        """The certificate with its names, key and fingerprint; ConfigError if it does not exist or is not issued."""
        if new.domains or new.arn is None:
            return new
        leaf = self._leaf(new.arn)
        if not leaf:
            raise ConfigError(
                [f"certificate_arn: {new.arn} does not exist, or is not issued; check it and the credentials"]
            )
        parsed = crypto.inspect(leaf)
        return replace(
            new,
            domains=parsed.domains,
            key_type=parsed.key_type,
            fingerprint_sha256=parsed.fingerprint_sha256,
        )

    def list_names(self, region: str) -> None:
        """Learn the names of all certificates of a region from one listing."""
        listed = self.acm[region].list_certificates()
        self._names |= {one.arn: one.domains for one in listed if not one.has_more_domains}

    def names(self, arn: str) -> tuple[str, ...]:
        """The names that a certificate covers; none if it is not known, or not for this identity to read."""
        if arn not in self._names:
            leaf = self._readable_leaf(arn)
            self._names[arn] = crypto.inspect(leaf).domains if leaf else ()
        return self._names[arn]

    def _readable_leaf(self, arn: str) -> str:
        try:
            return self._leaf(arn)
        except RemoteError as exc:
            if exc.code not in DENIED:
                raise
            return ""

    def _leaf(self, arn: str) -> str:
        parsed = _ARN.fullmatch(arn)
        if parsed is None or (parsed["region"] and parsed["region"] not in self.acm):
            return ""
        if parsed["region"] is None:
            stored = self.iam().get_server_certificate(arn.rpartition("/")[2]) if self.iam else None
            return stored.body if stored else ""
        content = self.acm[parsed["region"]].get_certificate(arn)
        return content.leaf if content else ""
