# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of the last run, in the fields and words of the SSL Plugin, so that those who read its records can read
ours."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..values import times
from ..values.shapes import CertificateRecord, LastRunRecord
from . import places

PROCESSING, SUCCEEDED, REPLACE_FAILED, DELETE_FAILED = "Processing", "Succeeded", "Replace failed", "Delete IAM failed"
NO_PREVIOUS = "No Previous IAM SSL Information"
UPDATED = "Success"
KEPT_AFTER_FAILURE = (
    "Due to a failed CloudFront certificate renewal, please update it and then delete the old SSL Cert ."
)
_DELETE_ERRORS = ("Delete_IAM_Cert_Error:", "Delete_ACM_Cert_Error:", "Delete_SSL_Res_Error:")
_DELETED = "Delete_Previous_IAM_SSL_Cert"
RENEW_RECORDS = (
    "Previous_IAM_SSL_Info",
    "Matched_CloudFront",
    "Update_CloudFront_Status",
    "Update_Targets_Status",
    _DELETED,
)


def begin(replaced: t.Sequence[CertificateRecord], now: datetime) -> LastRunRecord:
    """The record of a run that begins; ``replaced`` are the certificates it may replace."""
    found: LastRunRecord = {
        "Status": PROCESSING,
        "started_at": times.to_text(now),
        "finished_at": None,
        "Previous_IAM_SSL_Info": _previous([entry for entry in replaced if places.store_of(entry) == places.IAM]),
        "Matched_CloudFront": {},
        "Update_CloudFront_Status": [],
        "Delete_Previous_IAM_SSL_Cert": {},
    }
    in_acm = [entry for entry in replaced if places.store_of(entry) == places.ACM]
    if in_acm:
        found["Previous_ACM_SSL_Info"] = _previous_in_acm(in_acm)
    return found


def merged(record: LastRunRecord, results: t.Iterable[t.Mapping[str, t.Any] | None]) -> LastRunRecord:
    """The record with what the modules reported under ``records``."""
    found: dict[str, t.Any] = dict(record)
    for result in results:
        reported = (result or {}).get("records") or {}
        found.update({key: _joined(key, found.get(key), reported[key]) for key in RENEW_RECORDS if key in reported})
    return t.cast("LastRunRecord", found)


def _joined(key: str, known: t.Any, reported: t.Any) -> t.Any:
    """What was reported, with the deletions of a step before it: a project that moved has some in IAM and in ACM."""
    is_both = key == _DELETED and isinstance(known, dict) and isinstance(reported, dict)
    return {**known, **reported} if is_both else reported


def succeeded(record: LastRunRecord, now: datetime) -> LastRunRecord:
    """The record of a run that came to its end; its status is the worst of its parts."""
    return {**record, "Status": worst(record) or SUCCEEDED, "finished_at": times.to_text(now)}


def failed(record: LastRunRecord, failure: str, now: datetime) -> LastRunRecord:
    """The record of a run that broke off with this (redacted) text."""
    status = worst(record) or failure
    found: LastRunRecord = {**record, "Status": status, "finished_at": times.to_text(now), "Error": failure}
    if status == REPLACE_FAILED and not record["Delete_Previous_IAM_SSL_Cert"]:
        found["Delete_Previous_IAM_SSL_Cert"] = KEPT_AFTER_FAILURE
    return found


def judged(record: LastRunRecord) -> LastRunRecord:
    """The record with a status that fits its parts again, after one of them was replaced; an error text stays."""
    if record["Status"] in (SUCCEEDED, REPLACE_FAILED, DELETE_FAILED):
        return {**record, "Status": worst(record) or SUCCEEDED}
    return record.copy()


def worst(record: LastRunRecord) -> str | None:
    """What went wrong with distributions, else with deletions, else None."""
    if _has_failed_update(record):
        return REPLACE_FAILED
    return DELETE_FAILED if _has_failed_deletion(record) else None


def distributions(record: LastRunRecord | None) -> tuple[str, ...]:
    """The IDs of the distributions that the run found; none if it found or noted none."""
    matched = record.get("Matched_CloudFront") if record else None
    return tuple(matched.get("ID_LIST", ())) if isinstance(matched, dict) else ()


def _previous_in_acm(replaced: t.Sequence[CertificateRecord]) -> dict[str, list[str]]:
    return {
        "ACM_SSL_ARN": [str(entry.get("arn")) for entry in replaced],
        "ACM_SSL_NAME": [str(entry.get("name")) for entry in replaced],
    }


def _previous(replaced: t.Sequence[CertificateRecord]) -> dict[str, list[str]] | str:
    if not replaced:
        return NO_PREVIOUS
    return {
        "IAM_SSL_ID": [str(entry.get("id") or entry.get("arn")) for entry in replaced],
        "IAM_SSL_NAME": [str(entry.get("name")) for entry in replaced],
    }


def _has_failed_update(record: LastRunRecord) -> bool:
    matched = record["Matched_CloudFront"]
    if isinstance(matched, dict) and matched.get("Error"):
        return True
    updates = [*record["Update_CloudFront_Status"], *record.get("Update_Targets_Status", ())]
    return any(status != UPDATED for entry in updates for status in entry.values())


def _has_failed_deletion(record: LastRunRecord) -> bool:
    deleted = record["Delete_Previous_IAM_SSL_Cert"]
    texts = deleted.values() if isinstance(deleted, dict) else [deleted]
    return any(str(text).startswith(_DELETE_ERRORS) or text == KEPT_AFTER_FAILURE for text in texts)
