# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/architecture.md and CONTRIBUTING.md promise about the code, held true; every failure names file and
line."""

from __future__ import annotations

import ast
import re
import subprocess
import typing as t
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
MODULE_UTILS = PLUGINS / "module_utils"
MODULES = PLUGINS / "modules"
CORE = MODULE_UTILS / "_core"
UNIT = ROOT / "tests" / "unit"
# What runs on the controller is Ansible code by nature.
CONTROLLER = tuple(PLUGINS / kind for kind in ("action", "callback", "inventory", "lookup", "plugin_utils"))

MAX_FUNCTION_LINES = 35
MAX_FILE_LINES = 300
MAX_MODULE_LINES = 120
MAX_METHODS = 12

CORE_MAY_IMPORT = {
    "__future__",
    "base64",
    "collections",
    "dataclasses",
    "datetime",
    "difflib",
    "email.utils",
    "enum",
    "functools",
    "hashlib",
    "hmac",
    "idna",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "textwrap",
    "typing",
    "unicodedata",
    "urllib.parse",
    "xml.parsers",
    "xml.sax.saxutils",
}
# The floors of module_utils, and the topics of each: a file may import from its own topic, from topics further left of
# a bar on its floor, and from all
# floors below. docs/architecture.md draws this table.
FLOORS: tuple[tuple[set[str], ...], ...] = (
    ({"_errors"},),
    (
        {"_core/values"},
        {"_core/certificate", "_core/dns", "_core/report", "_core/store_setup"},
        {"_core/server_cert", "_core/ca", "_core/issue"},
        {"_core/bind"},
        {"_core/acm_cert"},
        {"_core/targets"},
        {"_core/retire"},
        {"_core/project"},
        {"_core/run"},
        {"_core/adoption", "_core/controller", "_core/doctor", "_core/fleet"},
    ),
    (
        {"_clients/machine", "_clients/net"},
        {"_clients/aws", "_clients/acme"},
        {"_clients/stores"},
        {"_clients/archive"},
    ),
    (
        {
            "_operations/project_updates",
            "_operations/renewal_notes",
            "_operations/report",
            "_operations/store_setup",
            "_operations/dns",
            "_operations/server_cert",
            "_operations/ca",
            "_operations/targets",
        },
        {"_operations/step_record"},
        {"_operations/acm_cert", "_operations/bind", "_operations/issue", "_operations/project"},
        {"_operations/retire"},
        {"_operations/doctor", "_operations/fleet"},
        {"_operations/adoption"},
    ),
    ({"_module"},),
)
MAX_FOLDER_FILES = 15
# Libraries, and the only files and folders below module_utils that import them.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "boto3": ("_clients/aws/session.py",),
    "botocore": ("_clients/aws/session.py", "_clients/aws/errors.py", "_clients/machine/aws_configuration.py"),
    "cryptography": ("_clients/machine/crypto.py", "_clients/acme"),
    "OpenSSL": (),
    "acme": ("_clients/acme",),
    "josepy": ("_clients/acme",),
    "dns": ("_clients/net/resolver.py",),
    "apprise": ("_clients/net/services.py",),
    "ansible": ("_module.py",),
    "ansible_collections.amazon.aws.plugins.module_utils": ("_module.py", "_clients/aws/session.py"),
}
CLOCKS = {"now", "utcnow", "today"}
# In two parts, so that REUSE does not take it for the line of this file.
LICENCE_LINE = "SPDX-License-" + "Identifier: GPL-3.0-or-later"
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
# The functions of a module, and their arguments.
CONTRACT = {
    "parse": ["params"],
    "connect": ["request"],
    "run": ["request", "clients", "clock", "check_mode"],
    "main": [],
}


def tracked() -> list[Path]:
    """Every file of the checkout that git tracks or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted({ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()})


FILES = tracked()
PYTHON = [path for path in FILES if path.suffix == ".py"]
PLUGIN_FILES = [path for path in PYTHON if PLUGINS in path.parents]


def none_of(wrong: t.Iterable[str]) -> None:
    found = list(wrong)
    assert not found, "\n".join(found)


def place(path: Path, node: ast.AST | int) -> str:
    line = node if isinstance(node, int) else getattr(node, "lineno", 1)
    return f"{path.relative_to(ROOT)}:{line}"


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> t.Iterator[tuple[ast.AST, str]]:
    """Each import as an absolute dotted name; a relative one starts with "." and holds the path from module_utils or
    plugins."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node, node.module or ""
        elif isinstance(node, ast.ImportFrom):
            base = path.parents[node.level - 1]
            below = base.relative_to(PLUGINS).parts
            folder = base.joinpath(*(node.module or "").split("."))
            names = (
                [f"{node.module or ''}.{alias.name}".strip(".") for alias in node.names]
                if folder.is_dir()
                else [node.module or ""]
            )
            yield from ((node, "." + ".".join([*below, name])) for name in names)


def is_of(name: str, packages: t.Iterable[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def importers(packages: t.Sequence[str], allowed: t.Sequence[str]) -> list[str]:
    """Where a plugin file outside ``allowed`` (files and folders below module_utils, and what runs on the controller)
    imports one of ``packages``."""
    return [
        f"{place(path, node)} imports {name}"
        for path in PLUGIN_FILES
        if not any(path.is_relative_to(root) for root in [*CONTROLLER, *(MODULE_UTILS / entry for entry in allowed)])
        for node, name in imports(path)
        if is_of(name, packages)
    ]


def code_lines(path: Path) -> int:
    """Lines of a file without its documentation blocks, blank lines and comments."""
    source = path.read_text(encoding="utf-8")
    skipped: set[int] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id in DOCUMENTATION for target in node.targets
        ):
            skipped.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(source.splitlines(), start=1)
    return sum(
        1 for number, line in lines if number not in skipped and line.strip() and not line.lstrip().startswith("#")
    )


def function_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from its ``def`` on, without the docstring."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def topic(path: Path) -> str:
    """The topic of a file of module_utils: its floor and the folder below it, or the file itself where a topic has
    one."""
    parts = path.relative_to(MODULE_UTILS).with_suffix("").parts
    return "/".join(parts[:2])


def heights() -> dict[str, tuple[int, int]]:
    """Floor of each topic, and its step there."""
    return {
        name: (floor, step)
        for floor, steps in enumerate(FLOORS)
        for step, topics in enumerate(steps)
        for name in topics
    }


def imported_topics(path: Path) -> t.Iterator[tuple[ast.AST, str]]:
    """The topics of module_utils from which a file imports."""
    for node, name in imports(path):
        parts = name.removeprefix(".module_utils.").split(".")
        if name.startswith(".module_utils._"):
            yield node, parts[0] if parts[0] in {"_errors", "_module"} else "/".join(parts[:2])


def test_every_topic_has_its_place_in_the_table_of_floors() -> None:
    found = {topic(path) for path in PLUGIN_FILES if path.is_relative_to(MODULE_UTILS)}
    assert found == set(heights())


def test_no_import_runs_up() -> None:
    known, wrong = heights(), []
    for path in (path for path in PLUGIN_FILES if path.is_relative_to(MODULE_UTILS)):
        here = topic(path)
        for node, there in imported_topics(path):
            below = there == here or known.get(there, (99, 0)) < known[here]
            if not below or (known[here][0] == known[there][0] and there != here and known[there][1] >= known[here][1]):
                wrong.append(f"{place(path, node)} imports {there}, which is not below {here}")
    none_of(wrong)


def test_no_module_imports_another() -> None:
    none_of(
        f"{place(path, node)} imports {name}"
        for path in PLUGIN_FILES
        if path.is_relative_to(MODULES)
        for node, name in imports(path)
        if name.startswith(".modules")
    )


def test_no_folder_of_helpers_is_full() -> None:
    folders = Counter(path.parent for path in PLUGIN_FILES if path.is_relative_to(MODULE_UTILS))
    none_of(
        f"{folder.relative_to(ROOT)} has {count} files, {MAX_FOLDER_FILES} at most"
        for folder, count in folders.items()
        if count > MAX_FOLDER_FILES
    )


def test_a_class_name_exists_once() -> None:
    # These three are what Ansible and the module contract ask for.
    asked_for = {"ActionModule", "ModuleDocFragment", "Clients"}
    places: dict[str, list[str]] = {}
    for path in PLUGIN_FILES:
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and node.name not in asked_for:
                places.setdefault(node.name, []).append(place(path, node))
    none_of(f"class {name} stands in {', '.join(found)}" for name, found in places.items() if len(found) > 1)


def test_core_imports_only_what_computes() -> None:
    wrong = [
        f"{place(path, node)} imports {name}"
        for path in PLUGIN_FILES
        if path.is_relative_to(CORE)
        for node, name in imports(path)
        if not is_of(name, CORE_MAY_IMPORT) and not is_of(name, {".module_utils._core", ".module_utils._errors"})
    ]
    none_of(wrong)


def test_core_reads_no_clock_no_file_and_no_environment() -> None:
    wrong = []
    for path in (path for path in PLUGIN_FILES if path.is_relative_to(CORE)):
        for node in ast.walk(tree(path)):
            called = node.func if isinstance(node, ast.Call) else None
            if (
                isinstance(called, ast.Attribute)
                and called.attr in CLOCKS
                and isinstance(called.value, ast.Name)
                and called.value.id in {"datetime", "date"}
            ):
                wrong.append(f"{place(path, node)} reads the clock")
            if isinstance(called, ast.Name) and called.id in {"open", "input", "print"}:
                wrong.append(f"{place(path, node)} calls {called.id}")
    none_of(wrong)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_imported_only_where_it_is_spoken_to(library: str) -> None:
    none_of(importers([library], allowed=LIBRARIES[library]))


def test_no_other_collection_is_imported() -> None:
    foreign = [
        f"{place(path, node)} imports {name}"
        for path in PLUGIN_FILES
        for node, name in imports(path)
        if name.startswith("ansible_collections.")
        and not is_of(name, ["ansible_collections.amazon.aws", "ansible_collections.certops.cloudfront"])
    ]
    none_of(foreign)


def test_module_code_imports_its_own_parts_relatively() -> None:
    sent_to_hosts = [path for path in PLUGIN_FILES if path.is_relative_to(MODULES) or path.is_relative_to(MODULE_UTILS)]
    none_of(
        place(path, node)
        for path in sent_to_hosts
        for node, name in imports(path)
        if name.startswith("ansible_collections.certops")
    )


@pytest.mark.parametrize("folder", ["plugins", "scripts"])
def test_functions_are_short(folder: str) -> None:
    wrong = [
        f"{place(path, node)} {node.name} has {function_lines(node)} lines"
        for path in PYTHON
        if path.is_relative_to(ROOT / folder)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and function_lines(node) > MAX_FUNCTION_LINES
    ]
    none_of(wrong)


def test_classes_have_one_duty() -> None:
    # A client has a method for each call, and Ansible says which methods its plugins have.
    free = (MODULE_UTILS / "_clients", *CONTROLLER)
    classes = (
        (path, node)
        for path in PLUGIN_FILES
        if not any(path.is_relative_to(folder) for folder in free)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    )
    counted = ((path, node, sum(isinstance(one, ast.FunctionDef) for one in node.body)) for path, node in classes)
    none_of(
        f"{place(path, node)} {node.name} has {count} methods, {MAX_METHODS} at most"
        for path, node, count in counted
        if count > MAX_METHODS
    )


def test_files_are_short() -> None:
    limits = {path: MAX_MODULE_LINES if path.parent == MODULES else MAX_FILE_LINES for path in PLUGIN_FILES}
    none_of(
        f"{path.relative_to(ROOT)} has {code_lines(path)} lines of code, {limit} at most"
        for path, limit in limits.items()
        if code_lines(path) > limit
    )


def test_every_module_has_the_parts_of_the_contract() -> None:
    wrong = []
    for path in sorted(MODULES.glob("*.py")):
        body = tree(path).body
        functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
        assigned = {
            target.id
            for node in body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        assigned |= {
            node.target.id for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        wrong += [f"{path.name} has no {name}" for name in CONTRACT if name not in functions]
        wrong += [
            f"{path.name} has no {name}" for name in ("ARGUMENT_SPEC", *sorted(DOCUMENTATION)) if name not in assigned
        ]
        for name, wanted in CONTRACT.items():
            found = [argument.arg for argument in functions[name].args.args] if name in functions else wanted
            if found != wanted:
                wrong.append(f"{path.name}: {name} has the arguments {found}, not {wanted}")
    none_of(wrong)


def test_only_what_parses_sees_the_options_of_a_module() -> None:
    # A request has their values with types; the options of AWS go together, as a Connection.
    none_of(
        f"{place(path, node)} keeps the options of a module"
        for path in PLUGIN_FILES
        if path.is_relative_to(MODULE_UTILS / "_operations")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr == "params")
        or (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "params")
    )


def test_a_unit_test_is_named_for_the_plugin_file_that_it_tests() -> None:
    # test_NAME.py, or test_NAME_WHAT.py where one file of tests would be too long
    wrong = []
    for path in (path for path in PYTHON if path.is_relative_to(UNIT) and path.name.startswith("test_")):
        folder = PLUGINS / path.parent.relative_to(UNIT)
        words = path.stem.split("_")[1:]
        names = {"_".join(words[:count]) for count in range(1, len(words) + 1)}
        if folder != PLUGINS and not any(
            (folder / f"{lead}{name}.py").is_file() for name in names for lead in ("", "_")
        ):
            wrong.append(f"{path.relative_to(ROOT)} tests none of {folder.relative_to(ROOT)}")
    none_of(wrong)


def test_no_module_name_collides_with_a_utility_name() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    none_of(str(path.relative_to(ROOT)) for path in PLUGIN_FILES if path.stem.strip("_") in vague)


def test_no_arn_names_a_partition() -> None:
    wrong = []
    for path in PLUGIN_FILES:
        documented = {
            line
            for node in tree(path).body
            if isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id in DOCUMENTATION for target in node.targets)
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
        lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        wrong += [
            place(path, number)
            for number, line in lines
            if number not in documented and re.search(r"arn:aws[a-z-]*:", line)
        ]
    for path in FILES:
        if path.suffix in {".yml", ".yaml", ".j2"} and any(
            path.is_relative_to(ROOT / folder) for folder in ("roles", "playbooks")
        ):
            lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
            wrong += [place(path, number) for number, line in lines if re.search(r"arn:aws[a-z-]*:", line)]
    none_of(wrong)


def test_values_are_quoted_by_the_function_that_cuts_and_cleans_them() -> None:
    none_of(
        f"{place(path, node)} uses !r; use texts.quoted"
        for path in PLUGIN_FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FormattedValue) and node.conversion == ord("r")
    )


def test_entry_points_of_roles_are_called_without_an_extension() -> None:
    # ansible-core looks the argument spec up under the literal name: with ".yml" nothing is checked.
    texts = [path for path in FILES if path.suffix in {".yml", ".yaml", ".md", ".py"} and path != Path(__file__)]
    lines = (
        (path, number, line)
        for path in texts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    )
    none_of(
        place(path, number) for path, number, line in lines if re.search(r"tasks_from:\s*['\"]?[\w/-]+\.ya?ml", line)
    )


def test_every_file_names_its_licence() -> None:
    # REUSE.toml speaks for the files that cannot carry a comment.
    suffixes = {".py", ".yml", ".yaml", ".toml", ".sh", ".j2", ".cfg"}
    generated = {ROOT / "changelogs" / "changelog.yaml"}
    texts = [
        path
        for path in FILES
        if path.suffix in suffixes and path not in generated and path.parent != ROOT / "changelogs" / "fragments"
    ]
    none_of(str(path.relative_to(ROOT)) for path in texts if LICENCE_LINE not in path.read_text(encoding="utf-8")[:400])


def test_there_is_no_sanity_ignore_file() -> None:
    none_of(str(path.relative_to(ROOT)) for path in FILES if path.parent == ROOT / "tests" / "sanity")


def test_the_page_on_architecture_draws_the_table_of_floors() -> None:
    drawn = dict(
        re.findall(
            r"^(_core|_clients|_operations)  +(.+)$",
            (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
    )
    floors = {
        floor[0].copy().pop().split("/")[0]: [{topic.split("/")[1] for topic in topics} for topics in floor]
        for floor in FLOORS[1:-1]
    }
    assert {name: [set(topics.split()) for topics in line.split("|")] for name, line in drawn.items()} == floors
