# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What acm_cert_request returns: how far a certificate of ACM is, and what the run did about it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ..certificate.certificate import Certificate
from ..server_cert.upload_plan import name_for
from ..values import times
from ..values.plan import Outcome
from . import certificates, reimport, requests
from .certificates import AMAZON_ISSUED, PENDING, AcmCertificate
from .requests import ValidationRecord, WantedRequest


@dataclass(frozen=True)
class ExportedBundle:
    """The newest bundle of the archive, which has the certificate; without a ``uri`` while it is only planned."""

    uri: str
    certificate: Certificate
    is_new: bool

    def as_dict(self, arn: str) -> dict[str, t.Any]:
        """The bundle as modules take it, with the ARN that it was exported from."""
        return {"uri": self.uri, "dest": None, "source_arn": arn, **self.certificate.as_dict()}


@dataclass(frozen=True)
class RequestSteps:
    """What a run did, or would do: requested, records written, a file written, a bundle exported."""

    requested: bool = False
    records: tuple[ValidationRecord, ...] = ()
    missing: tuple[ValidationRecord, ...] = ()
    written: tuple[ValidationRecord, ...] = ()
    file: bool = False
    bundle: ExportedBundle | None = None
    issued: Certificate | None = None

    def with_records(
        self,
        records: t.Iterable[ValidationRecord],
        missing: t.Iterable[ValidationRecord],
        written: t.Iterable[ValidationRecord],
    ) -> RequestSteps:
        """These, and what became of the records."""
        return replace(self, records=tuple(records), missing=tuple(missing), written=tuple(written))

    @property
    def names(self) -> list[str]:
        """The steps as they stand in results."""
        made = (
            ("request", self.requested),
            ("records", bool(self.written)),
            ("file", self.file),
            ("export", self.bundle is not None and self.bundle.is_new),
        )
        return [name for name, is_made in made if is_made]


def pending(arn: str, wanted: WantedRequest, now: datetime) -> AcmCertificate:
    """A certificate that was requested a moment ago, before ACM describes it."""
    names = certificates.names_of(wanted.domains)
    return AcmCertificate(arn, names, wanted.key_type, PENDING, AMAZON_ISSUED, created_at=now)


def predicted(wanted: WantedRequest, region: str, now: datetime) -> Outcome:
    """The result of check mode while nothing is requested."""
    reason = f"nothing was requested for these names in {region}, so ACM would be asked for a certificate"
    costs = f"; {requests.cost_text(wanted.domains)}" if wanted.is_exportable else ""
    fields = dict.fromkeys(certificates.describe(pending("", wanted, now)))
    known = {"domains": sorted(wanted.domains), "key_type": wanted.key_type, "region": region}
    result = _result({**fields, **known}, RequestSteps(requested=True), wanted)
    after = {"certificate": {"domains": sorted(wanted.domains), "tags": dict(wanted.tags)}}
    return Outcome(changed=True, result={**result, "reason": reason + costs}, after=after)


def _recordable(found: AcmCertificate, issued: Certificate, name_prefix: str | None, now: datetime) -> dict[str, t.Any]:
    """The certificate as what binds it and the document of a project take it, and when it is late."""
    renewed = found.renewal.updated_at if found.renewal and found.renewal.status == "SUCCESS" else None
    settles = renewed + reimport.PROPAGATION if renewed else None
    certificate = {
        "store": "acm",
        "name": name_for(name_prefix, issued.not_after) if name_prefix else None,
        "id": None,
        "arn": found.arn,
        "copies": [{"region": found.region, "arn": found.arn}],
        "settled_by": times.to_text(settles) if settles and settles > now else None,
        **issued.as_dict(),
    }
    return {"recordable": certificate}


def outcome(
    found: AcmCertificate,
    wanted: WantedRequest,
    steps: RequestSteps,
    now: datetime,
    name_prefix: str | None = None,
) -> Outcome:
    """The result for this certificate; a request that is dead is a failure, one that is pending is not."""
    failure = requests.failure(found)
    expires = requests.expires_at(found)
    result = _result(certificates.describe(found), steps, wanted)
    result.update(
        state=_state(found),
        issued=found.status == certificates.ISSUED,
        expires_at=certificates.text_of(expires),
        reason=failure or _reason(found, steps, expires, now),
    )
    if steps.issued is not None:
        result.update(_recordable(found, steps.issued, name_prefix, now))
    before = {} if steps.requested else {"certificate": {"arn": found.arn}}
    after = {"certificate": {"arn": found.arn}, "records": [record.as_dict() for record in steps.written]}
    return Outcome(
        changed=bool(steps.names),
        result=result,
        before=before if steps.names else after,
        after=after,
        failure=failure,
    )


def _state(found: AcmCertificate) -> str:
    if requests.failure(found) is not None:
        return "failed"
    return "pending" if found.status == PENDING else "issued"


def _reason(found: AcmCertificate, steps: RequestSteps, expires: datetime | None, now: datetime) -> str:
    if found.status != PENDING:
        return f"{found.arn} is issued"
    waits = ", ".join(sorted(one.domain for one in found.validations if one.status != "SUCCESS")) or "its records"
    hours = max(0, int((expires - now).total_seconds() // 3600)) if expires else 0
    left = f"; {hours} hours are left, and the next run continues to wait"
    missing = f"; DNS does not yet show {len(steps.missing)} records" if steps.missing else ""
    return f"{found.arn} waits for the validation of {waits}{missing}{left}"


def _result(certificate: dict[str, t.Any], steps: RequestSteps, wanted: WantedRequest) -> dict[str, t.Any]:
    shown = {record.name for record in steps.records} - {record.name for record in steps.missing}
    return {
        "certificate": certificate,
        "certificate_arn": certificate["arn"],
        "state": "pending",
        "issued": False,
        "expires_at": None,
        "records": [{**record.as_dict(), "visible": record.name in shown} for record in steps.records],
        "steps": steps.names,
        "cost_usd": requests.cost(wanted.domains) if wanted.is_exportable else 0,
        "bundle": steps.bundle.as_dict(certificate["arn"]) if steps.bundle is not None else None,
        "recordable": None,
    }
