# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes _core in small ways, one at a time, and counts how many of the changes the unit tests notice: ``mutants.py``,
``mutants.py --seed 7 --count 20``, or some of them again with ``--only 42 57``.

A random sample of all changes that are possible is tried; the same seed is the same sample. Each is compiled in a fork
whose import of that one file finds the changed source, so no file is touched. First the tests of the changed file and
its topic run; only if they notice nothing, the other unit tests that reach the file by their imports, the nearest
first. A change is noticed if a test fails, or if a file of tests cannot be imported. One with which pytest ends in
another way, or not within its CPU time, is undecided, and does not count as noticed.
"""

from __future__ import annotations

import argparse
import ast
import collections
import dataclasses
import functools
import importlib.machinery
import os
import random
import re
import resource
import sys
import time
import types
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# What each fork finds imported.
LIBRARIES = ("boto3", "cryptography.hazmat.primitives.serialization", "cryptography.x509")
PLUGINS = ROOT / "plugins"
CORE = PLUGINS / "module_utils" / "_core"
TESTS = ROOT / "tests" / "unit"
LOGS = ROOT / ".cache" / "mutants"
# What reads the text of the code, or measures time, says nothing of what the code does.
READERS = ("test_architecture.py", "test_collection.py", "test_docs.py", "test_linear_time.py", "test_wording.py")
TIMED = (TESTS / "module_utils" / "_clients" / "net", TESTS / "module_utils" / "_clients" / "acme")
CPU_SECONDS = 600
WANTED = 0.95
PACKAGE = "ansible_collections.certops.cloudfront.plugins"
# pytest's own: tests failed, or files of tests could not be imported; no test was there to run.
FAILED, NO_TESTS = (1, 2), 5

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "*",
    ast.BitOr: "&",
    ast.BitAnd: "|",
}


@dataclasses.dataclass(frozen=True)
class Change:
    """One node of a file, and the source that stands in its place."""

    path: Path
    line: int
    start: int
    end: int
    before: str
    after: str

    def source(self) -> str:
        """The whole file, changed."""
        text = self.path.read_bytes()
        return (text[: self.start] + self.after.encode() + text[self.end :]).decode()

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.before!r} -> {self.after!r}"


class Changes(ast.NodeVisitor):
    """All changes of one file, in its order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_bytes()
        self.starts = [0]
        for line in self.text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.found: list[Change] = []
        self.visit(ast.parse(self.text))

    def _replace(self, node: t.Any, make: t.Callable[[str], str]) -> None:
        start, end = self._span(node)
        before = self._source(node)
        self.found.append(Change(self.path, node.lineno, start, end, before, make(before)))

    def _source(self, node: t.Any) -> str:
        start, end = self._span(node)
        return self.text[start:end].decode()

    def _span(self, node: t.Any) -> tuple[int, int]:
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def visit_If(self, node: ast.If) -> None:
        """The other way round; not what only type checkers read."""
        if self._source(node.test) == "t.TYPE_CHECKING":
            return
        self._replace(node.test, lambda test: f"(not ({test}))")
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """The other way round."""
        self._replace(node.test, lambda test: f"(not ({test}))")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Each filter left out."""
        for each in node.ifs:
            self._replace(each, lambda _test: "True")
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        """Over nothing."""
        self._replace(node.iter, lambda _iter: "()")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """By the operator that is nearest."""
        if len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
            left, right = self._source(node.left), self._source(node.comparators[0])
            self._replace(node, lambda _all: f"({left}) {COMPARISONS[type(node.ops[0])]} ({right})")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """``and`` for ``or``."""
        parts = [f"({self._source(value)})" for value in node.values]
        word = " or " if isinstance(node.op, ast.And) else " and "
        self._replace(node, lambda _all: f"({word.join(parts)})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """By another operator; not in what are types."""
        if type(node.op) in ARITHMETIC:
            left, right = self._source(node.left), self._source(node.right)
            self._replace(node, lambda _all: f"(({left}) {ARITHMETIC[type(node.op)]} ({right}))")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """Without its ``not``."""
        if isinstance(node.op, ast.Not):
            self._replace(node, lambda _all: f"({self._source(node.operand)})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Another truth, or one more."""
        if isinstance(node.value, bool):
            self._replace(node, lambda _all: str(not node.value))
        elif isinstance(node.value, (int, float)):
            self._replace(node, lambda text: f"({text} + 1)")

    def visit_Continue(self, node: ast.Continue) -> None:
        """The end of the loop."""
        self._replace(node, lambda _all: "break")

    def visit_Break(self, node: ast.Break) -> None:
        """The next round of the loop."""
        self._replace(node, lambda _all: "continue")

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Its value, and not its type."""
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Its defaults and its body, and not its types."""
        for child in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body):
            self.visit(child)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Its body, and not what makes a dataclass frozen."""
        for child in node.body:
            self.visit(child)

    def visit_Call(self, node: ast.Call) -> None:
        """What it is given, unless that is a type."""
        if self._source(node.func) not in ("t.cast", "t.TypeVar", "field", "dataclass"):
            self.generic_visit(node)


def changes_of(path: Path) -> list[Change]:
    """All changes of a file, without those of a line that names a type, such as ``Admit = t.Callable[...]``."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [one for one in Changes(path).found if not re.match(r"[A-Za-z_]+ = t\.", lines[one.line - 1])]


def sample(seed: int, count: int) -> list[Change]:
    """So many of all changes, by this seed."""
    every = [change for path in sorted(CORE.rglob("*.py")) for change in changes_of(path)]
    print(f"{len(every)} changes are possible; {count} of them with seed {seed}", flush=True)
    return random.Random(seed).sample(every, count)  # noqa: S311 - a sample that can be made again is what is wanted


def imported(path: Path) -> set[Path]:
    """The files of plugins/ and of the tests that this one imports, also those that a function of it imports."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.level:
            start = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            start = PLUGINS.joinpath(*(node.module or "").removeprefix(PACKAGE).strip(".").split("."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("unit"):
            start = TESTS.parent.joinpath(*(node.module or "").split("."))
        else:
            continue
        ways = (start.with_suffix(".py"), *(start / f"{name.name}.py" for name in node.names))
        found.update(way for way in ways if way.exists())
    return found


@functools.cache
def importers() -> dict[Path, set[Path]]:
    """Of each file, the files that import it."""
    found: dict[Path, set[Path]] = collections.defaultdict(set)
    for path in (*PLUGINS.rglob("*.py"), *TESTS.rglob("*.py")):
        for one in imported(path):
            found[one].add(path)
    return found


def own_tests(path: Path) -> list[str]:
    """The tests of the file, then those of its topic."""
    inside = path.relative_to(PLUGINS)
    mirror = TESTS / inside.parent / f"test_{inside.name}"
    topic = [TESTS / part for part in inside.parents if part.parent.name == "_core"]
    return [str(each) for each in (mirror, *topic) if each.exists()]


def other_tests(path: Path) -> list[str]:
    """The other unit tests that import the file, then those that import what imports it, and so on."""
    seen, near, found = {path}, [path], list[str]()
    while near:
        near = sorted({one for each in near for one in importers()[each]} - seen)
        seen.update(near)
        found += [str(one) for one in near if one.name.startswith("test_") and one.name not in READERS]
    own = own_tests(path)
    return [one for one in found if not any(Path(one).is_relative_to(each) for each in (*own, *TIMED))]


def run_changed(change: Change, tests: t.Sequence[str], log: Path) -> t.NoReturn:
    """pytest over these tests with the change in place; ends the process with its status."""
    target, source = str(change.path), change.source()
    ordinary = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader: importlib.machinery.SourceFileLoader, name: str) -> types.CodeType | None:
        if os.path.realpath(loader.path) == target:
            return compile(source, loader.path, "exec", dont_inherit=True)
        return ordinary(loader, name)

    status = 1
    try:
        importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(said, 1)
        os.dup2(said, 2)
        status = int(pytest.main(["-x", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider", *tests]))
    finally:
        sys.stdout.flush()
        os._exit(status)


@dataclasses.dataclass
class Trial:
    """One change of the sample, and how far it got: its own tests, then the others."""

    number: int
    change: Change
    stages: list[t.Callable[[Path], list[str]]] = dataclasses.field(default_factory=lambda: [own_tests, other_tests])
    began: float = dataclasses.field(default_factory=time.monotonic)

    @property
    def log(self) -> Path:
        """What its tests said last."""
        return LOGS / f"{self.number}.log"

    def start(self) -> int | None:
        """The process of its next tests; None if there are none left."""
        while self.stages:
            tests = self.stages.pop(0)(self.change.path)
            if tests:
                process = os.fork()
                if process == 0:
                    run_changed(self.change, tests, self.log)
                return process
        return None

    def tell(self, word: str) -> None:
        """How it ended, and by which test."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        by = next((f"  by {line[:100]}" for line in lines if line.startswith(("FAILED", "ERROR"))), "")
        print(f"{self.number:3} {word:9} {time.monotonic() - self.began:4.0f} s  {self.change}{by}", flush=True)


def try_all(trials: t.Iterable[Trial], lanes: int) -> int:
    """How many of the changes were noticed. All have their own tests first: most need no others."""
    waiting, running, noticed = list(trials), dict[int, Trial](), 0
    while waiting or running:
        while waiting and len(running) < lanes:
            trial = waiting.pop(0)
            process = trial.start()
            if process is None:
                trial.tell("UNNOTICED")
            else:
                running[process] = trial
        if not running:
            continue
        process, status = os.wait()
        trial = running.pop(process)
        code = os.waitstatus_to_exitcode(status)
        if code in FAILED:
            noticed += 1
            trial.tell("noticed")
        elif code in (0, NO_TESTS):
            waiting.append(trial)
        else:
            trial.tell("UNDECIDED")
    return noticed


def main() -> int:
    """Try the sample; the exit status is 0 if enough of it was noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--only", type=int, nargs="*", help="the numbers of changes of this sample")
    given = parser.parse_args()
    for library in LIBRARIES:
        importlib.import_module(library)
    changes = sample(given.seed, given.count)
    LOGS.mkdir(parents=True, exist_ok=True)
    numbers = given.only if given.only is not None else range(len(changes))
    noticed = try_all([Trial(number, changes[number]) for number in numbers], given.lanes)
    print(f"{noticed} of {len(numbers)} changes were noticed; {LOGS.relative_to(ROOT)} has what the tests said")
    return 0 if noticed >= WANTED * len(numbers) else 1


if __name__ == "__main__":
    sys.exit(main())
