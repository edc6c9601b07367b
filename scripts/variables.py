# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the tables that repeat what the code documents, between the markers in the docs; ``--check`` only compares."""

from __future__ import annotations

import re
import sys
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
ROLE = ROOT / "roles" / "project"
Entry = dict[str, t.Any]


def plain(text: str) -> str:
    """Ansible's documentation markup as Markdown."""
    text = re.sub(r"O\((?:\w+[#:])?([^)=]+)(?:=[^)]*)?\)", r"`\1`", text)
    text = re.sub(r"[VCEM]\(([^)]*)\)", r"`\1`", text)
    return text.replace("|", "\\|").replace("\n", " ")


def row(name: str, option: Entry, *more: str) -> str:
    """One row of a table of variables."""
    described = option["description"]
    text = " ".join([described] if isinstance(described, str) else described)
    default = "required" if option.get("required") else "unset"
    if "default" in option:
        value = option["default"]
        default = (
            "`"
            + (str(value).lower() if isinstance(value, bool) else '""' if value == "" else str(value).replace("'", ""))
            + "`"
        )
    return " | ".join([f"| `{name}`", *more, default, f"{plain(text)} |"])


def variables() -> str:
    """The variables of the role: those of its main entry point with the required ones first, then those that only other
    entry points take."""
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    main = sorted(specs["main"]["options"].items(), key=lambda item: not item[1].get("required"))
    others = [
        row(name, option, f"`{entry}`")
        for entry, spec in specs.items()
        for name, option in spec.get("options", {}).items()
        if name not in specs["main"]["options"]
    ]
    first = ["| variable | default | meaning |", "| --- | --- | --- |", *(row(*item) for item in main)]
    second = ["| variable | of | default | meaning |", "| --- | --- | --- | --- |", *others]
    return "\n".join([*first, "", "Only other entry points take these:", "", *second])


def codes() -> str:
    """The codes of the findings of doctor, with severity and meaning, from the documentation of the module."""
    source = (ROOT / "plugins" / "modules" / "doctor.py").read_text(encoding="utf-8")
    returned = yaml.safe_load(re.search(r'^RETURN = r"""(.*?)"""', source, flags=re.MULTILINE | re.DOTALL)[1])  # type: ignore[index]
    lines = returned["findings"]["contains"]["code"]["description"]
    rows = [re.fullmatch(r"V\((\w+)\), (\w+)\. (.*)", line, flags=re.DOTALL).groups() for line in lines]  # type: ignore[union-attr]
    return "\n".join(
        [
            "| code | severity | meaning |",
            "| --- | --- | --- |",
            *(f"| `{code}` | {severity} | {plain(text)} |" for code, severity, text in rows),
        ]
    )


# A page, the word in its markers, and what stands between them.
TABLES = ((ROLE / "README.md", "variables", variables), (ROOT / "docs" / "troubleshooting.md", "codes", codes))


def main(arguments: t.Sequence[str]) -> int:
    """Write, or compare, every table."""
    stale = []
    for path, word, table in TABLES:
        start, end = f"<!-- {word}: written by make variables -->", f"<!-- end of {word} -->"
        old = path.read_text(encoding="utf-8")
        before, rest = old.split(start, 1)
        new = f"{before}{start}\n\n{table()}\n\n{end}{rest.split(end, 1)[1]}"
        if new != old:
            stale.append(str(path.relative_to(ROOT)))
            if "--check" not in arguments:
                path.write_text(new, encoding="utf-8")
    if stale and "--check" in arguments:
        print(f"variables: out of date: {', '.join(stale)}; run make variables")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
