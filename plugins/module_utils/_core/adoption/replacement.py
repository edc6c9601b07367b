# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates their CA wants to be replaced at once, since they may be revoked: renewal information says so."""

from __future__ import annotations

from datetime import datetime

from ..certificate import renewal_info
from ..certificate.certificate import Certificate
from ..certificate.renewal_info import RenewalInfo
from ..project import sources
from ..values import times
from . import choice, mapping
from .shapes import READY, SeenCertificate, SeenProject


def current(project: SeenProject) -> SeenCertificate | None:
    """The certificate in service of a project that can be adopted, if its CA can be asked of it."""
    found = next((one for one in project["certificates"] if one["role"] == choice.CURRENT), None)
    definition = project["definition"]
    asks = definition.get("acme_renewal_info", True) and definition.get("source", sources.ACME) == sources.ACME
    if project["status"] != READY or found is None or not asks:
        return None
    return found if mapping.is_of_ca(found["issuer"], project["settings"], definition["acme_directory"]) else None


def question(certificate: SeenCertificate) -> RenewalInfo | None:
    """What its CA is asked; None if it has no name there."""
    return renewal_info.known(None, Certificate.from_dict(certificate))


def warned(project: SeenProject, answer: RenewalInfo | None, now: datetime) -> SeenProject:
    """The project, with a warning if the time at which its CA wants the certificate to be replaced is over."""
    if answer is None or answer.window is None or answer.window.end > now:
        return project
    why = f" ({answer.explanation_url})" if answer.explanation_url else ""
    warning = (
        f"its CA wanted the certificate to be replaced by {times.to_text(answer.window.end)}{why}, so it is revoked, or"
        " will be: run renew now, when it is adopted"
    )
    return {**project, "warnings": [*project["warnings"], warning]}
