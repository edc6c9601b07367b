# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What acm_cert returns: one certificate in one or more regions."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..values import times
from ..values.plan import Outcome, Plan, Step
from . import reimport
from .certificates import AcmCertificate
from .import_plan import IMPORT, REIMPORT, WantedImport


@dataclass(frozen=True)
class Copy:
    """The certificate in one region; ``arn`` is None while it is only planned."""

    region: str
    arn: str | None
    plan: Plan
    given: AcmCertificate | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """The copy as it stands in results."""
        steps = [step.action for step in self.plan.steps]
        return {"region": self.region, "arn": self.arn, "steps": steps, "reason": self.plan.reason}


def outcome(
    copies: t.Sequence[Copy],
    wanted: WantedImport,
    now: datetime,
    warnings: tuple[str, ...] = (),
    failure: str | None = None,
) -> Outcome:
    """The result for these copies, the first of which is the one that the next step binds."""
    is_reimported = any(step.action == REIMPORT for copy in copies for step in copy.plan.steps)
    settled = reimport.settled_by(now) if is_reimported else _still_settling(copies[0], now)
    described = _described(copies, wanted.certificate.as_dict(), wanted.name, settled if wanted.cloudfront else None)
    return Outcome(
        changed=any(copy.plan for copy in copies),
        result={
            "certificate": described,
            "recordable": described,
            "certificate_arn": described["arn"],
            "copies": [copy.as_dict() for copy in copies],
            "reimported": is_reimported,
            "settled_by": described["settled_by"],
            "reason": "; ".join(copy.plan.reason for copy in copies),
        },
        before={copy.region: dict(copy.plan.before) for copy in copies},
        after={copy.region: dict(copy.plan.after) for copy in copies},
        warnings=warnings,
        failure=failure,
    )


def predicted(
    arns: t.Mapping[str, str | None], domains: t.Sequence[str], key_type: str | None, tags: t.Mapping[str, str]
) -> Outcome:
    """The result while the bundle itself is only planned; ``arns`` has the one that stays in each region, if it
    does."""
    reason = "the bundle would be issued first, and is then imported"
    steps = {region: Step(REIMPORT if arn else IMPORT, arn or region) for region, arn in arns.items()}
    copies = [Copy(region, arn, Plan((steps[region],), reason=reason)) for region, arn in arns.items()]
    fields = dict.fromkeys(("serial", "fingerprint_sha256", "issuer", "not_before", "not_after", "authority_key_id"))
    described = _described(copies, {**fields, "domains": list(domains), "key_type": key_type}, None, None)
    return Outcome(
        changed=True,
        result={
            "certificate": described,
            "recordable": described,
            "certificate_arn": described["arn"],
            "copies": [copy.as_dict() for copy in copies],
            "reimported": False,
            "settled_by": None,
            "reason": reason,
        },
        after={region: {"certificate": {"arn": arn, "tags": dict(tags)}} for region, arn in arns.items()},
    )


def _described(
    copies: t.Sequence[Copy], certificate: t.Mapping[str, t.Any], name: str | None, settled_by: str | None
) -> dict[str, t.Any]:
    """The certificate as the next steps and the document of a project take it."""
    return {
        "store": "acm",
        "name": name,
        "id": None,
        "arn": copies[0].arn,
        "copies": [{"region": copy.region, "arn": copy.arn} for copy in copies],
        "settled_by": settled_by,
        **certificate,
    }


def _still_settling(copy: Copy, now: datetime) -> str | None:
    """Until when CloudFront may serve the one before, if this one was re-imported a short time ago."""
    settled = reimport.settling(copy.given, now) if copy.given is not None else None
    return times.to_text(settled) if settled else None


def removed(deleted: t.Sequence[str], missing: t.Sequence[str]) -> Outcome:
    """The result of a deletion."""
    reason = f"nothing uses {', '.join(deleted)}" if deleted else f"there is no {', '.join(missing)}"
    return Outcome(
        changed=bool(deleted),
        result={
            "certificate": None,
            "recordable": None,
            "certificate_arn": None,
            "copies": [],
            "reimported": False,
            "settled_by": None,
            "reason": reason,
        },
        before={"certificates": list(deleted)},
        after={"certificates": []},
    )
