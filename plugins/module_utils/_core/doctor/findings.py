# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings of a project: each has a code that stays the same, a severity, what it is about, and what to do."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

from ..._errors import CertError, RemoteError
from .codes import KINDS, Severity

DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "403", "Forbidden")
# Whose error says by itself what is broken, whichever check came across it.
_BY_SERVICE = {"acme": "CA_UNREACHABLE", "dns": "DNS_FAILED", "sts": "CREDENTIALS_UNUSABLE"}
FAILS_ON = (Severity.ERROR.value, Severity.WARNING.value)
_ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Finding:
    """One thing that a person should know."""

    code: str
    severity: Severity
    subject: str
    message: str
    remedy: str

    def as_dict(self) -> dict[str, str]:
        """The finding as it stands in results."""
        return {**asdict(self), "severity": self.severity.value}

    def as_todo(self) -> dict[str, str]:
        """The finding as something that needs a person."""
        return {"what": f"{self.severity.value.upper()} {self.code} {self.subject}: {self.message}", "do": self.remedy}

    def __str__(self) -> str:
        return f"{self.severity.value.upper()} {self.code} {self.subject}: {self.message}. {self.remedy}"


def finding(code: str, subject: str, message: str) -> Finding:
    """The finding of this code about ``subject``."""
    kind = KINDS[code]
    return Finding(code, kind.severity, subject, message, kind.remedy)


def of_error(code: str, error: CertError) -> Finding:
    """What is to be said of a check that could not be made: a permission is missing, or a service is broken. ``code``
    is the check's own."""
    if not isinstance(error, RemoteError):
        return finding(code, "-", error.message)
    subject = f"{error.service}:{error.operation}"
    if error.code in DENIED and error.service not in ("acme", "file"):
        return finding("PERMISSION_MISSING", subject, error.message)
    return finding(_BY_SERVICE.get(error.service, code), subject, error.message)


def ordered(findings: t.Iterable[Finding]) -> list[Finding]:
    """Each once, the worst first."""
    return sorted(dict.fromkeys(findings), key=lambda found: (_ORDER[found.severity], found.code, found.subject))


def count(findings: t.Iterable[Finding]) -> dict[str, int]:
    """How many there are of each severity."""
    severities = [found.severity for found in findings]
    return {severity.value: severities.count(severity) for severity in Severity}


def summary(name: str, findings: t.Sequence[Finding], checks: int) -> str:
    """The project in one line."""
    counts = count(findings)
    if not counts["error"] and not counts["warning"]:
        notes = sorted({found.code for found in findings})
        return f"{name} is healthy: {checks} checks" + (f"; for information: {', '.join(notes)}" if notes else "")
    found = ", ".join(
        f"{number} {severity}{'s' if number > 1 else ''}"
        for severity, number in counts.items()
        if number and severity != "info"
    )
    return f"{name} {'is not healthy:' if counts['error'] else 'works, with'} {found} ({checks} checks)"


def result(name: str, findings: t.Sequence[Finding], line: str, fails_on: str) -> dict[str, t.Any]:
    """The project as ``project_result`` tells it: whether it counts as failed by its worst findings, ``line`` says
    what was found."""
    counts = count(findings)
    has_failed = any(counts[severity] for severity in FAILS_ON[: FAILS_ON.index(fails_on) + 1])
    return {
        "name": name,
        "status": "failed" if has_failed else "warned" if counts["warning"] else "healthy",
        "changed": False,
        "failed": has_failed,
        "reason": line,
        "certificate": None,
        "archive_uri": None,
        "distributions": [],
        "did": [],
        "todo": [one.as_todo() for one in findings if one.severity is not Severity.INFO],
    }
