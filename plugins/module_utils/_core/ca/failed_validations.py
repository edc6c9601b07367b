# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failed validations of names, and whether another attempt would be one too many for the CA."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..values import domain_names, times
from . import published_limits

SCHEMA = 1
# The strictest limit that is published holds for every CA.
_LIMIT = published_limits.PUBLISHED["letsencrypt"]["failed_validations"]
MOST_FAILURES = int(_LIMIT["count"])
WINDOW = timedelta(seconds=_LIMIT["seconds"])


@dataclass(frozen=True)
class Failure:
    """One order whose validation failed for these names, at the CA with this directory."""

    at: datetime
    directory: str
    domains: tuple[str, ...]


def as_dict(failures: t.Iterable[Failure]) -> dict[str, t.Any]:
    """The document of a project's failures."""
    return {
        "schema": SCHEMA,
        "failures": [
            {"at": times.to_text(each.at), "directory": each.directory, "domains": list(each.domains)}
            for each in failures
        ],
    }


def from_dict(document: t.Mapping[str, t.Any]) -> tuple[Failure, ...]:
    """The inverse of ``as_dict``; raises KeyError, TypeError or ValueError for a damaged document."""
    return tuple(
        Failure(times.from_text(each["at"]), str(each["directory"]), tuple(each["domains"]))
        for each in document["failures"]
    )


def recent(failures: t.Iterable[Failure], now: datetime) -> tuple[Failure, ...]:
    """Those that a CA still counts."""
    return tuple(each for each in failures if now - each.at < WINDOW)


def held_until(
    failures: t.Iterable[Failure], directory: str, domains: t.Iterable[str], now: datetime
) -> dict[str, datetime]:
    """The names that failed as often as the CA allows, and when each may be tried again."""
    found = {}
    for domain in sorted({domain_names.base(domain) for domain in domains}):
        failed = sorted(
            each.at for each in recent(failures, now) if each.directory == directory and domain in each.domains
        )
        if len(failed) >= MOST_FAILURES:
            found[domain] = failed[-MOST_FAILURES] + WINDOW
    return found


def refusal(held: t.Mapping[str, datetime]) -> str:
    """Why nothing is ordered now, and what to do."""
    until = times.to_text(max(held.values()))
    return (
        f"the validation of {', '.join(held)} failed {MOST_FAILURES} times within the last hour, and CAs count"
        f" further failures against the account; fix DNS, then run again at {until} or later, or set"
        " ignore_failed_validations once DNS is fixed"
    )
