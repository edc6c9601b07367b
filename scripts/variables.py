# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the tables of the role's variables, from its argument specs, between the markers in the READMEs; ``--check`` only compares."""

from __future__ import annotations

import re
import sys
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
ROLE = ROOT / "roles" / "project"
START = "<!-- variables: written by make variables -->"
END = "<!-- end of variables -->"
# README to: whether its table has the whole description, or the first sentence.
READMES = {ROOT / "README.md": False, ROLE / "README.md": True}


def plain(text: str) -> str:
    """Ansible's documentation markup as Markdown."""
    text = re.sub(r"O\((?:\w+#)?([^)=]+)(?:=[^)]*)?\)", r"`\1`", text)
    text = re.sub(r"[VCEM]\(([^)]*)\)", r"`\1`", text)
    return text.replace("|", "\\|").replace("\n", " ")


def row(name: str, option: dict[str, t.Any], whole: bool) -> str:
    """One row of the table."""
    described = option["description"]
    text = " ".join([described] if isinstance(described, str) else described)
    if not whole:
        text = re.split(r"(?<=[.!])\s", text, maxsplit=1)[0]
    default = "required" if option.get("required") else "unset"
    if "default" in option:
        value = option["default"]
        default = "`" + (str(value).lower() if isinstance(value, bool) else '""' if value == "" else str(value).replace("'", "")) + "`"
    return f"| `{name}` | {default} | {plain(text)} |"


def table(whole: bool) -> str:
    """The variables of the role's main entry point, in the order of the argument specs."""
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    rows = [row(name, option, whole) for name, option in specs["main"]["options"].items()]
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows])


def main(arguments: t.Sequence[str]) -> int:
    """Write, or compare, every table."""
    stale = []
    for path, whole in READMES.items():
        old = path.read_text(encoding="utf-8")
        before, rest = old.split(START, 1)
        new = f"{before}{START}\n\n{table(whole)}\n\n{END}{rest.split(END, 1)[1]}"
        if new != old:
            stale.append(str(path.relative_to(ROOT)))
            if "--check" not in arguments:
                path.write_text(new, encoding="utf-8")
    if stale and "--check" in arguments:
        print(f"variables: not as in roles/project/meta/argument_specs.yml: {', '.join(stale)}; run make variables")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
