# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domain names: normalise and judge them, tell what a certificate name covers, find the zone of a name."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from . import texts

try:
    import idna
except ImportError:
    pass  # only names with other letters than ASCII need it; the acme library brings it along

# One certificate of Let's Encrypt's classic profile; no CA that issues by ACME allows more.
# https://letsencrypt.org/docs/profiles/
MAX_NAMES = 100
# RFC 1035 section 2.3.4
MAX_NAME_LENGTH = 253
MAX_LABEL_LENGTH = 63
WILDCARD = "*."

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_SEPARATOR = re.compile("[,\n\r]")


def split(domains: t.Sequence[str]) -> tuple[str, ...]:
    """The single names of a list whose items may themselves be text with a name a line, or separated by commas; blanks
    around names are dropped."""
    return tuple(name for item in domains for part in _SEPARATOR.split(str(item)) if (name := part.strip()))


def normalise(domains: t.Sequence[str]) -> tuple[str, ...]:
    """The names in lower case as A-labels, in the order given; raises ValueError unless ``problems`` is empty."""
    found = problems(domains)
    if found:
        raise ValueError("; ".join(found))
    return tuple(_to_ascii(name) for name in split(domains))


def problems(domains: t.Sequence[str]) -> list[str]:
    """Every reason why ``domains`` cannot be the names of one certificate; empty if they can."""
    names = split(domains)
    if not names:
        return ["domains: empty; list at least one domain name"]
    found: list[str] = []
    seen: dict[str, str] = {}
    # Of too many names the first are judged, and how many there are is said.
    for name in names[:MAX_NAMES]:
        reason, ascii_name = _judge(name)
        if reason:
            found.append(f"domains: {texts.quoted(name)} {reason}")
        elif ascii_name in seen:
            found.append(
                f"domains: {texts.quoted(name)} is a duplicate of {texts.quoted(seen[ascii_name])}; list each name once"
            )
        else:
            seen[ascii_name] = name
    if len(names) > MAX_NAMES:
        found.append(
            f"domains: {len(names)} names, but one certificate holds at most {MAX_NAMES}; split them across"
            " several projects"
        )
    return found


def is_wildcard(name: str) -> bool:
    """Whether the name is ``*.`` and a domain."""
    return name.startswith(WILDCARD)


def base(name: str) -> str:
    """The name without a leading ``*.``: what is validated for it (RFC 8555 section 7.1.3)."""
    return name.removeprefix(WILDCARD)


def covers(san: str, alias: str) -> bool:
    """Whether the certificate name ``san`` lets CloudFront serve ``alias``: the same name, or a wildcard of the same
    level.

    The alias ``*.example.com`` needs that very name in the certificate.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-requirements
    """
    san, alias = san.lower(), alias.lower()
    if san == alias:
        return True
    if not is_wildcard(san) or is_wildcard(alias):
        return False
    first, _dot, rest = alias.partition(".")
    return bool(first) and rest == base(san)


def uncovered(sans: t.Iterable[str], aliases: t.Iterable[str]) -> tuple[str, ...]:
    """The aliases that none of the certificate's names covers."""
    known = tuple(sans)
    return tuple(alias for alias in aliases if not any(covers(san, alias) for san in known))


def is_within(name: str, domain: str) -> bool:
    """Whether the name is the domain itself or below it."""
    return name == domain or name.endswith(f".{domain}")


def longest_zone(name: str, zones: t.Iterable[str]) -> str | None:
    """The zone, of those given, that is closest to ``name``: the name itself or its longest suffix at a label
    border."""
    wanted = base(name).lower().rstrip(".")
    if len(wanted) > MAX_NAME_LENGTH:
        return None
    labels = wanted.split(".")
    known = {zone.lower().rstrip("."): zone for zone in zones}
    for start in range(len(labels)):
        candidate = ".".join(labels[start:])
        if candidate in known:
            return known[candidate]
    return None


def _judge(name: str) -> tuple[str, str]:
    """Why the name cannot stand in a certificate (or nothing), and its form as A-labels."""
    if _is_address(name):
        return "is an IP address; CloudFront certificates hold domain names only", ""
    if name.endswith("."):
        return "ends with a dot; write it without", ""
    try:
        ascii_name = _to_ascii(name)
    except ValueError as exc:
        return f"is not a valid international name ({exc})", ""
    labels = base(ascii_name).split(".")
    if "*" in base(ascii_name):
        return "has a wildcard that is not the whole leftmost label; write *.example.com", ""
    if "." not in base(ascii_name):
        return "has only one label; use a full domain name such as www.example.com", ""
    return _length_problem(ascii_name) or _label_problem(labels), ascii_name


def _length_problem(name: str) -> str:
    if len(name) > MAX_NAME_LENGTH:
        return f"is {len(name)} characters long as A-labels; at most {MAX_NAME_LENGTH} are allowed"
    return ""


def _label_problem(labels: t.Sequence[str]) -> str:
    for label in labels:
        if not label:
            return "has an empty label"
        if len(label) > MAX_LABEL_LENGTH:
            return f"has a label of {len(label)} characters; at most {MAX_LABEL_LENGTH} are allowed"
        if not _LABEL.fullmatch(label):
            return f"has the label {texts.quoted(label)}; letters, digits and inner hyphens are allowed"
    if labels[-1].isdigit():
        return "has a top-level domain of digits only"
    return ""


def _to_ascii(name: str) -> str:
    lowered = name.lower()
    if lowered.isascii():
        return lowered
    prefix = WILDCARD if is_wildcard(lowered) else ""
    try:
        return prefix + idna.encode(base(lowered), uts46=True, std3_rules=False).decode("ascii").lower()
    except NameError:
        raise ValueError("the Python library idna is missing; install it, or write the name as xn-- labels") from None
    except UnicodeError as exc:
        raise ValueError(str(exc)) from exc


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
