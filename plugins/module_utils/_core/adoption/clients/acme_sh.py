# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What acme.sh writes of a certificate. Its files are shell, which it evaluates; here they are data: a line is a name
and a text in quotes, and what the shell would make more of is refused."""

from __future__ import annotations

import base64
import re
import typing as t
from datetime import datetime, timezone

from ...ca import directories
from ...values import texts, times

REMOVED = ".removed"
HOOKS = ("Le_PreHook", "Le_PostHook", "Le_RenewHook", "Le_ReloadCmd")
_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)='([^']*)'")
_BEGIN, _END = "__ACME_BASE64__START_", "__ACME_BASE64__END_"
_YES = ("1", "true", "yes")
_LONGEST = 200


def parsed(text: str) -> dict[str, str]:
    """The settings; ValueError that names the line which is more than a name and a text."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None or "$" in match[2] or "`" in match[2]:
            raise ValueError(f"line {number} is not a name and a text in single quotes")
        found[match[1]] = _decoded(match[2])
    return found


def directory(settings: t.Mapping[str, str]) -> str | None:
    """The CA, by its name if it is a known one."""
    return directories.name_of(settings.get("Le_API", ""))


def next_run(settings: t.Mapping[str, str]) -> str | None:
    """When it would renew next."""
    digits = settings.get("Le_NextRenewTime", "")
    if not re.fullmatch(r"\d{9,10}", digits):
        return None
    return times.to_text(datetime.fromtimestamp(int(digits), timezone.utc))


def notes(settings: t.Mapping[str, str]) -> list[str]:
    """What else it does, for a person to see: it ends with the adoption."""
    found = [
        f"acme.sh runs {name} = {texts.cleaned(settings[name], _LONGEST)}, which ends with its renewals:"
        " see what it was for"
        for name in HOOKS
        if settings.get(name)
    ]
    if settings.get("Le_ForceNewDomainKey", "").lower() not in _YES:
        found.append("acme.sh kept the key from renewal to renewal; the first renewal here brings a new one")
    if settings.get("Le_ChallengeAlias"):
        found.append(
            f"its challenges are delegated to {texts.cleaned(settings['Le_ChallengeAlias'], _LONGEST)} by CNAME, which"
            " runs here follow, too"
        )
    return found


def _decoded(value: str) -> str:
    if not (value.startswith(_BEGIN) and value.endswith(_END)):
        return value
    try:
        return base64.b64decode(value.removeprefix(_BEGIN).removesuffix(_END), validate=True).decode("utf-8", "replace")
    except ValueError:
        return ""
