# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks on a terminal, as a person sees them."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path

from playbook_runs.runs import PLAYBOOK_LIMIT, ROOT


def on_a_terminal(env: Mapping[str, str], *arguments: str, size: tuple[int, int] = (40, 100), status: int = 0) -> str:
    """What a playbook writes to a terminal of so many lines and columns until it ends with this status."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    command = [str(Path(sys.executable).with_name("ansible-playbook")), *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(env), stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen, deadline = b"", time.monotonic() + PLAYBOOK_LIMIT
    try:
        while time.monotonic() < deadline and (chunk := _read(ours)) is not None:
            seen += chunk
        assert process.wait(10) == status, seen.decode(errors="replace")
    finally:
        process.kill()
        os.close(ours)
    return seen.decode(errors="replace")


def _read(terminal: int) -> bytes | None:
    """What came within a second, or None when the other side is closed."""
    if not select.select([terminal], [], [], 1)[0]:
        return b""
    try:
        return os.read(terminal, 65536) or None
    except OSError:
        return None
