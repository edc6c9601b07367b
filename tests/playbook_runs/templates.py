# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Jinja compiled in one run is there for the next: compiling the same templates again is a sixth of the CPU time
of a short run.

The code depends on the text, and on whether Ansible has its backslashes escaped; so what is found here is what would be
made again.
"""

from __future__ import annotations

import contextlib
import marshal
import os
from pathlib import Path
from types import CodeType
from typing import Any

from playbook_runs.workers import is_known_core


class Templates:
    """The code of the templates that earlier runs used; they leave it in a file for the process that forks the next
    one."""

    def __init__(self, directory: str) -> None:
        self._file = Path(directory, "templates")
        self._taken = 0
        self._known = 0
        self._code: dict[tuple[bytes, bool], CodeType] = {}

    def look_up(self) -> None:
        """From now on Ansible in this process, and in those that it forks, looks here before it compiles a template, if
        it is one whose compiler is known."""
        if not is_known_core():
            return
        from ansible._internal._templating._jinja_bits import AnsibleEnvironment, _TemplateCompileContext

        compiled = AnsibleEnvironment.compile

        def found(environment: Any, source: Any, *more: Any, **named: Any) -> Any:
            if more or named or environment.overlayed or not isinstance(source, str):
                return compiled(environment, source, *more, **named)
            context = _TemplateCompileContext.current(optional=True)
            key = (source.encode(), bool(context and context.escape_backslashes))
            if key not in self._code:
                self._code[key] = compiled(environment, source)
            return self._code[key]

        AnsibleEnvironment.compile = found

    def take(self) -> None:
        """Take over what a run left."""
        with contextlib.suppress(FileNotFoundError):
            written = self._file.stat().st_mtime_ns
            if written != self._taken:
                self._code |= marshal.loads(self._file.read_bytes())  # noqa: S302 - what our own forks wrote, in a directory of our own
                self._taken, self._known = written, len(self._code)

    def leave(self) -> None:
        """Leave what this run compiled, if there is more than it began with; one whose disk is full leaves nothing."""
        if len(self._code) > self._known:
            with contextlib.suppress(OSError, ValueError):
                own = self._file.with_suffix(f".{os.getpid()}")
                own.write_bytes(marshal.dumps(self._code))
                own.replace(self._file)
