# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which run this module belongs to, told by the process that controls it; and whether such a process has ended. Linux
only, else unknown."""

from __future__ import annotations

import os
import pathlib
import socket
import typing as t
from dataclasses import dataclass

from ..._core.values.shapes import Owner

_PROC = pathlib.Path("/proc")
# ansible-runner only if no ansible is between it and us: it outlives the playbook that it started.
_CONTROLLERS = (("ansible-playbook", "ansible"), ("ansible-runner",))


@dataclass(frozen=True)
class _Process:
    pid: int
    parent: int
    started: str
    state: str
    names: tuple[str, ...]


def current() -> Owner:
    """The owner for a lock: the host and, if it can be told, the controlling process, so that its death can be seen
    later."""
    process = _controller(tuple(_ancestors()))
    return {
        "host": socket.gethostname(),
        "boot_id": boot_id(),
        "pid_namespace": _pid_namespace(),
        "pid": process.pid if process else None,
        "started": process.started if process else None,
    }


def job_number() -> str:
    """The number of the job that AWX or automation controller runs this in; empty elsewhere."""
    number = os.environ.get("JOB_ID", "")
    return number if number.isdecimal() and "AWX_HOST" in os.environ else ""


def job() -> str:
    """The page of the job that AWX or automation controller runs this in; empty elsewhere."""
    number, host = job_number(), os.environ.get("AWX_HOST", "")
    if not number or not host.startswith("https://"):
        return ""
    return f"{host.rstrip('/')}/#/jobs/playbook/{number}"


def is_dead(owner: Owner) -> bool:
    """Whether the owner is a process of this very host, boot and PID namespace, and has ended; False where that cannot
    be known."""
    here = (socket.gethostname(), boot_id(), _pid_namespace())
    pid = owner.get("pid")
    if not pid or None in here or here != (owner.get("host"), owner.get("boot_id"), owner.get("pid_namespace")):
        return False
    process = _read(int(pid))
    if process is None:
        return _is_gone(int(pid))
    return process.state == "Z" or process.started != owner.get("started")


def _is_gone(pid: int) -> bool:
    """Whether there is no such process; /proc may hide one of another user (hidepid), a signal tells the difference."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _controller(ancestors: tuple[_Process, ...]) -> _Process | None:
    """The nearest controlling program; of its forks, which bear the same name, the outermost."""
    for wanted in _CONTROLLERS:
        found = None
        for process in ancestors:
            if any(name in wanted for name in process.names):
                found = process
            elif found is not None:
                break
        if found is not None:
            return found
    return None


def _ancestors() -> t.Iterator[_Process]:
    process = _read("self")
    while process is not None and process.parent > 0:
        process = _read(process.parent)
        if process is not None:
            yield process


def _read(pid: int | str) -> _Process | None:
    """The process, or None if it is gone or hidden."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
        command = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return None
    # The name stands in parentheses and may hold anything; the fields behind it are numbered from 3. proc_pid_stat(5)
    number, _open, rest = stat.partition(" (")
    fields = rest.rpartition(") ")[2].split()
    words = command.decode(errors="replace").split("\0")[:2]
    return _Process(
        pid=int(number),
        parent=int(fields[1]),
        started=fields[19],
        state=fields[0],
        names=tuple(pathlib.PurePath(word).name for word in words if word),
    )


def boot_id() -> str | None:
    """The ID of this boot of the machine; None where that cannot be told."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None


def _pid_namespace() -> str | None:
    try:
        return str((_PROC / "self/ns/pid").readlink())
    except OSError:
        return None
