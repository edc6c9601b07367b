# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What acm_cert returns: one certificate in one or more regions."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..values.plan import Outcome, Plan
from . import reimport
from .import_plan import REIMPORT, WantedImport


@dataclass(frozen=True)
class Copy:
    """The certificate in one region; ``arn`` is None while it is only planned."""

    region: str
    arn: str | None
    plan: Plan

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
    first = copies[0]
    is_reimported = any(step.action == REIMPORT for copy in copies for step in copy.plan.steps)
    waits = is_reimported and wanted.cloudfront
    return Outcome(
        changed=any(copy.plan for copy in copies),
        result={
            "certificate": {"arn": first.arn, "region": first.region, **wanted.certificate.as_dict()},
            "certificate_arn": first.arn,
            "copies": [copy.as_dict() for copy in copies],
            "reimported": is_reimported,
            "settled_by": reimport.settled_by(now) if waits else None,
            "reason": "; ".join(copy.plan.reason for copy in copies),
        },
        before={copy.region: dict(copy.plan.before) for copy in copies},
        after={copy.region: dict(copy.plan.after) for copy in copies},
        warnings=warnings,
        failure=failure,
    )


def predicted(
    regions: t.Sequence[str], domains: t.Sequence[str], key_type: str | None, tags: t.Mapping[str, str]
) -> Outcome:
    """The result while the bundle itself is only planned."""
    fields = ("serial", "fingerprint_sha256", "issuer", "not_before", "not_after", "authority_key_id")
    reason = "the bundle would be issued first, and is then imported"
    known = {"domains": list(domains), "key_type": key_type}
    return Outcome(
        changed=True,
        result={
            "certificate": {"arn": None, "region": regions[0], **dict.fromkeys(fields), **known},
            "certificate_arn": None,
            "copies": [{"region": region, "arn": None, "steps": ["import"], "reason": reason} for region in regions],
            "reimported": False,
            "settled_by": None,
            "reason": reason,
        },
        after={region: {"certificate": {"arn": None, "tags": dict(tags)}} for region in regions},
    )


def removed(deleted: t.Sequence[str], missing: t.Sequence[str]) -> Outcome:
    """The result of a deletion."""
    reason = f"nothing uses {', '.join(deleted)}" if deleted else f"there is no {', '.join(missing)}"
    return Outcome(
        changed=bool(deleted),
        result={
            "certificate": None,
            "certificate_arn": None,
            "copies": [],
            "reimported": False,
            "settled_by": None,
            "reason": reason,
        },
        before={"certificates": list(deleted)},
        after={"certificates": []},
    )
