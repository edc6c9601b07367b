# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a binding of targets, as a module's outcome."""

from __future__ import annotations

from ..._core.targets import report
from ..._core.values.plan import Outcome
from ..._errors import RemoteError
from .binding import BoundTargets


def of(bound: BoundTargets) -> Outcome:
    """The outcome of a binding that was carried out, or predicted."""
    return Outcome(
        changed=bound.changed,
        result=report.result(bound.reports),
        before=bound.before,
        after=bound.after,
        warnings=report.warnings(bound.reports),
        failure=report.failure(bound.reports),
    )


def search_failed(exc: RemoteError) -> Outcome:
    """The outcome if the resources could not be listed."""
    result = report.search_failed(exc.message)
    return Outcome(
        changed=False, result={**result, "error": {"kind": exc.kind, **exc.details}}, failure=result["reason"]
    )
