# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What acm_cert_cleanup returns: which certificates were deleted, and why the others were kept."""

from __future__ import annotations

import typing as t

from ..values.plan import Outcome
from .deletion import AcmVerdict


def nothing_deleted(verdicts: t.Iterable[AcmVerdict], failure: str) -> Outcome:
    """The result when something stopped all deletions."""
    kept = [{**verdict.as_dict(), "reason": failure if verdict.delete else verdict.reason} for verdict in verdicts]
    result = {"store": "acm", "deleted": [], "kept": kept, "records": _records({}), "reason": failure}
    return Outcome(changed=False, result=result, failure=failure)


def outcome(
    verdicts: t.Sequence[AcmVerdict], refusals: t.Mapping[str, str | None], failures: t.Sequence[str]
) -> Outcome:
    """The result; ``refusals`` maps the ARNs to be deleted to the last word of ACM against it, None for success."""
    deleted = [arn for arn, refusal in refusals.items() if refusal is None]
    kept = [
        {**one.as_dict(), "reason": refusals.get(one.found.certificate.arn) or one.reason}
        for one in verdicts
        if one.found.certificate.arn not in deleted
    ]
    arns = [verdict.found.certificate.arn for verdict in verdicts]
    reason = f"{len(refusals)} of {len(verdicts)} certificates to delete: ours, superseded and unused"
    return Outcome(
        changed=bool(deleted),
        result={"store": "acm", "deleted": deleted, "kept": kept, "records": _records(refusals), "reason": reason},
        before={"certificates": arns},
        after={"certificates": [arn for arn in arns if arn not in deleted]},
        warnings=tuple(f"certificate {arn} was kept: {refusal}" for arn, refusal in refusals.items() if refusal),
        failure=(f"{len(failures)} certificates could not be deleted: {'; '.join(failures)}" if failures else None),
    )


def _records(refusals: t.Mapping[str, str | None]) -> dict[str, t.Any]:
    """The deletions in the words of the SSL Plugin, which knows of IAM alone."""
    return {
        "Delete_Previous_IAM_SSL_Cert": {
            arn: "Successfully deleted ACM SSL Cert." if refusal is None else f"Delete_ACM_Cert_Error: {refusal}"
            for arn, refusal in refusals.items()
        }
    }
