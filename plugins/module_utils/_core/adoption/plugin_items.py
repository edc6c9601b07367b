# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plugin wrote of its last run into its table, in our record of a last run: the words are the same."""

from __future__ import annotations

import typing as t

from ..project import last_run
from ..values import texts, times
from ..values.json_text import DEEPEST

PROCESSING = last_run.PROCESSING
_LONGEST_STATUS = 500


def plain(value: t.Any, depth: int = DEEPEST) -> t.Any:
    """A value of DynamoDB as JSON: texts, lists and maps, whatever else is there is left out."""
    if not isinstance(value, dict) or depth == 0:
        return None
    if "M" in value and isinstance(value["M"], dict):
        return {texts.cleaned(key, 300): plain(item, depth - 1) for key, item in value["M"].items()}
    if "L" in value and isinstance(value["L"], list):
        return [plain(item, depth - 1) for item in value["L"]]
    return texts.cleaned(value["S"]) if isinstance(value.get("S"), str) else None


def told(item: t.Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    """What the item says of the last run: empty if there is none, or it says nothing."""
    found = plain((item or {}).get("SuccessfullyIssued"))
    return found if isinstance(found, dict) else {}


def status(item: t.Mapping[str, t.Any] | None) -> str:
    """The status of their last run; empty without one."""
    return texts.cleaned(told(item).get("Status") or "", _LONGEST_STATUS)


def record(item: t.Mapping[str, t.Any] | None, finished_at: str | None) -> dict[str, t.Any] | None:
    """Their last run in our record; None if nothing is known. Their own time is that of a cold start, so it dates
    nothing: ``finished_at`` is when the newest certificate was uploaded."""
    said = told(item)
    if not said or finished_at is None:
        return None
    message = said.get("ReplaceMsg")
    message = message if isinstance(message, dict) else {}
    begun = last_run.begin((), times.from_text(finished_at))
    found: dict[str, t.Any] = {**begun, "Status": status(item), "finished_at": finished_at}
    for key in last_run.RENEW_RECORDS:
        value = message.get(key, message.get(_OLDER.get(key, "")))
        if value and isinstance(value, list if key == _STATUSES else (dict, str)):
            found[key] = value
    return found


_STATUSES = "Update_CloudFront_Status"
# What v1 from before July 2024 calls them.
_OLDER = {
    "Previous_IAM_SSL_Info": "Get_Last_IAM_SSL_Info",
    "Delete_Previous_IAM_SSL_Cert": "Delete_Last_IAM_SSL_Cert",
}
