# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that has imported ansible once and forks a run of ansible-playbook for each line on its standard input.

Each run is a session of its own, bears the name ansible-playbook as the real program does, and waits for a second line
before it begins,
so that a fault can know its process group first. Its side of the pipe is in warm.py, which knows the fields of "start",
too.

    {"start": {"arguments": [...], "env": {...}, "stdout": "/path", ...}}    answer: {"pid": 123}
    {"go": 123}
    {"wait": 123}                                                            answer: {"status": 0}, negative for a
    signal
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import pathlib
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

from playbook_runs.templates import Templates
from playbook_runs.workers import do_tasks_here
from sandbox.process import kill_group

NAME = b"ansible-playbook"
ROOT = pathlib.Path(__file__).resolve().parents[2]
# linux/capability.h: what lets root ignore the permission bits of files and directories
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
_CAPABILITY_VERSION_3 = 0x20080522


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilityData(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def respect_permissions() -> None:
    """Even root is refused what the permission bits refuse, as any user is (capset(2))."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, data = _CapabilityHeader(_CAPABILITY_VERSION_3, 0), (_CapabilityData * 2)()
    if libc.capget(ctypes.byref(header), data) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    mask = ~((1 << CAP_DAC_OVERRIDE) | (1 << CAP_DAC_READ_SEARCH)) & 0xFFFFFFFF
    data[0].effective &= mask
    data[0].permitted &= mask
    data[0].inheritable &= mask
    if libc.capset(ctypes.byref(header), data) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def bear_name() -> None:
    """The second word of our command line becomes ansible-playbook: whoever looks for the program that controls a run
    finds this one."""
    fields = pathlib.Path("/proc/self/stat").read_text().rpartition(") ")[2].split()
    start = int(fields[45])  # arg_start, field 48 of proc_pid_stat(5)
    words = pathlib.Path("/proc/self/cmdline").read_bytes().split(b"\0")
    # padded in front with slashes, which make no difference to the name of a path
    ctypes.memmove(start + len(words[0]) + 1, NAME.rjust(len(words[1]), b"/"), len(words[1]))


def _copy(source: int, writers: int, output: int) -> int:
    """A pipe into a file: a limit on the size of files, as a full disk has it, is not to stop the output of the run
    that is under it."""
    os.close(writers)
    while text := os.read(source, 65536):
        os.write(output, text)
    return 0


def _play(wanted: dict[str, Any], gate: int, streams: Sequence[int], templates: Templates) -> int:
    os.setsid()
    bear_name()
    os.read(gate, 1)
    os.close(gate)
    for number, stream in enumerate(streams, 1):
        os.dup2(stream, number)
        os.close(stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(wanted["env"])
    if wanted["file_size"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (wanted["file_size"],) * 2)
    if wanted["respect_permissions"]:
        respect_permissions()
    # A run is short, and a fifth of its CPU time would be looking for garbage.
    gc.disable()
    if not wanted["workers"]:
        do_tasks_here()
    from ansible.cli import playbook

    sys.argv = ["ansible-playbook", *wanted["arguments"]]
    try:
        playbook.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    finally:
        templates.leave()
    return 0


def _forked(work: Callable[[], int]) -> int:
    pid = os.fork()
    if pid == 0:
        status = 70
        with contextlib.suppress(BaseException):
            status = work()
            sys.stdout.flush()
        os._exit(status)
    return pid


def _through_a_copier(output: int, copiers: list[int]) -> int:
    told, writers = os.pipe()
    copiers.append(_forked(lambda: _copy(told, writers, output)))
    os.close(told)
    os.close(output)
    return writers


class Forks:
    """The runs that were started and not yet waited for."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._gates: dict[int, int] = {}
        self._copiers: dict[int, list[int]] = {}

    def start(self, wanted: dict[str, Any]) -> dict[str, Any]:
        copiers: list[int] = []
        streams = [
            os.open(wanted[name], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for name in ("stdout", "stderr")
        ]
        if wanted["file_size"] is not None:
            streams = [_through_a_copier(stream, copiers) for stream in streams]
        ours, gate = os.pipe()
        self._templates.take()
        pid = _forked(lambda: _play(wanted, ours, streams, self._templates))
        for each in (ours, *streams):
            os.close(each)
        self._gates[pid], self._copiers[pid] = gate, copiers
        return {"pid": pid}

    def go(self, pid: int) -> dict[str, Any]:
        os.write(self._gates[pid], b"g")
        os.close(self._gates.pop(pid))
        return {}

    def wait(self, pid: int) -> dict[str, Any]:
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        # Its children may be alive still when only the parent was killed; a run leaves nothing behind.
        kill_group(pid)
        for copier in self._copiers.pop(pid):
            os.waitpid(copier, 0)
        return {"status": status}


def _load() -> None:
    """What every run would import and read for itself: ansible, the collection, botocore's models of the services."""
    import acme.client  # noqa: F401
    import ansible.cli
    import ansible.cli.playbook
    import ansible.executor.playbook_executor
    import ansible.executor.process.worker
    import ansible.plugins.strategy
    import boto3
    import botocore.session
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader()
    ansible.cli.init_plugin_loader = lambda *_args: None
    for path in sorted((ROOT / "plugins/modules").glob("*.py")):
        importlib.import_module(f"ansible_collections.certops.cloudfront.plugins.modules.{path.stem}")
    importlib.import_module("ansible_collections.certops.cloudfront.plugins.plugin_utils._in_process")
    shared = botocore.session.create_loader()
    botocore.session.create_loader = lambda *_args: shared
    session = boto3.session.Session("none", "none", region_name="us-east-1")
    session.get_partition_for_region("us-east-1")
    for service in ("cloudfront", "iam", "route53", "sns", "sts"):
        session.client(service, endpoint_url="http://127.0.0.1:1")


def main() -> None:
    """Serve until the input ends."""
    _load()
    with tempfile.TemporaryDirectory(prefix="certops-templates-") as directory:
        templates = Templates(directory)
        templates.look_up()
        gc.freeze()
        forks = Forks(templates)
        print("{}", flush=True)
        for line in sys.stdin:
            ((verb, argument),) = json.loads(line).items()
            print(json.dumps(getattr(forks, verb)(argument)), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
