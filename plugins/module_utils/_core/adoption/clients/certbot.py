# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What certbot writes of a lineage: its renewal configuration, read as data, and the version of its files that is
whole."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ...ca import directories
from ...certificate.bundle import CERT, CHAIN, FULLCHAIN, PRIVKEY
from ...values import texts

PARAMETERS = "renewalparams"
# What switches the renewal of one lineage off: certbot/src/certbot/_internal/storage.py, autorenewal_is_enabled.
AUTORENEW = "autorenew"
HOOKS = ("pre_hook", "post_hook", "renew_hook")
_LINE = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*=\s*(.*?)\s*")
_SECTION = re.compile(r"\s*\[([^\[\]]+)\]\s*")
_DEEPER = re.compile(r"\s*\[\[.*\]\]\s*")
_VERSION = re.compile(r"(cert|chain|fullchain|privkey)(\d{1,6})\.pem")
_KINDS = {"cert": CERT, "chain": CHAIN, "fullchain": FULLCHAIN, "privkey": PRIVKEY}
_OLD_SERVER = "https://acme-v01.api.letsencrypt.org/directory"
_FALSE = ("false", "no", "off", "0")


@dataclass(frozen=True)
class Lineage:
    """The renewal configuration of one lineage; ``options`` are its renewal parameters."""

    options: t.Mapping[str, str]

    @property
    def renews(self) -> bool:
        """Whether certbot renew takes it."""
        return self.options.get(AUTORENEW, "true").lower() not in _FALSE

    @property
    def server(self) -> str:
        """The URL of the CA."""
        url = self.options.get("server", "")
        return directories.KNOWN[directories.DEFAULT].url if url == _OLD_SERVER else url

    @property
    def account(self) -> str:
        """The name of its account among those with the CA."""
        return self.options.get("account", "")

    @property
    def directory(self) -> str | None:
        """The CA, by its name if it is a known one."""
        return directories.name_of(self.server)

    def hooks(self) -> list[str]:
        """What it runs besides, for a person to see: it ends with the adoption."""
        return [
            f"certbot runs {name} = {texts.cleaned(self.options[name], 200)}, which ends with its renewals: see what it"
            " did (upload, reload)"
            for name in HOOKS
            if self.options.get(name)
        ]


def parsed(text: str) -> Lineage:
    """The lineage of a renewal configuration; what has no meaning here is left out."""
    section: str | None = None
    options: dict[str, str] = {}
    for line in text.splitlines():
        begun = _SECTION.fullmatch(line)
        if begun or _DEEPER.fullmatch(line):
            section = begun[1].strip() if begun else None
            continue
        found = _LINE.fullmatch(line)
        if found and section == PARAMETERS and not line.lstrip().startswith("#"):
            options[found[1]] = found[2].strip("\"'")
    return Lineage(options)


def newest(names: t.Iterable[str]) -> dict[str, str]:
    """The files of the newest version of which all four exist, by the names that a bundle has; empty if none is
    whole."""
    versions: dict[int, dict[str, str]] = {}
    for name in names:
        match = _VERSION.fullmatch(name)
        if match:
            versions.setdefault(int(match[2]), {})[_KINDS[match[1]]] = name
    whole = [number for number, files in versions.items() if len(files) == len(_KINDS)]
    return versions[max(whole)] if whole else {}


def switched(text: str, renews: bool) -> str:
    """The configuration with the renewal of the lineage off, or on again as if it had never been off."""
    kept = [line for line in text.splitlines() if not _is_switch(line)]
    if renews:
        return "\n".join(kept) + "\n"
    place = next((number for number, line in enumerate(kept) if _is_parameters(line)), None)
    if place is None:
        kept += [f"[{PARAMETERS}]"]
        place = len(kept) - 1
    return "\n".join([*kept[: place + 1], f"{AUTORENEW} = False", *kept[place + 1 :]]) + "\n"


def _is_switch(line: str) -> bool:
    found = _LINE.fullmatch(line)
    return bool(found and found[1] == AUTORENEW)


def _is_parameters(line: str) -> bool:
    found = _SECTION.fullmatch(line)
    return bool(found and found[1].strip() == PARAMETERS)
