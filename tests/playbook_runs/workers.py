# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible without a process for each task: half of the CPU time of a short run is forking workers, and copying what
they touch.

For the runs that nobody kills: the tasks, their variables and their calls are the same, as test_kill_points.py asserts.
In a run that is killed, workers
are processes of their own, as they are for everybody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ansible.executor.process.worker import WorkerProcess


# Its internals are those that this file and templates.py know. On others the runs are slower, and otherwise the same.
KNOWN_CORE = "2.19."


def is_known_core() -> bool:
    """Whether this is the ansible-core that the short cuts were written for."""
    from ansible.release import __version__

    return str(__version__).startswith(KNOWN_CORE)


def do_tasks_here() -> None:
    """From now on the controller of this process does the work of its workers, where that is known how."""
    if not is_known_core():
        return
    from ansible.plugins import strategy
    from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import processes

    strategy.WorkerProcess = _worker_here()
    ancestors = processes._ancestors

    def with_this_one() -> Iterator[Any]:
        yield processes._read("self")
        yield from ancestors()

    # Modules look for the controller above them.
    processes._ancestors = with_this_one


def _worker_here() -> type[WorkerProcess]:
    from ansible._internal._task import TaskContext
    from ansible.executor.process.worker import WorkerProcess
    from ansible.executor.task_executor import TaskExecutor
    from ansible.executor.task_result import _RawTaskResult

    class Here(WorkerProcess):
        """A worker whose work is done when its start returns. It changes copies only, as a fork does."""

        def start(self) -> None:
            task = self._task.copy(exclude_parent=True, exclude_tasks=True)
            task._parent = self._task._parent
            given = (
                self._host,
                task,
                dict(self._task_vars),
                self._play_context,
                self._loader,
                self._shared_loader_obj,
                self._final_q,
            )
            with TaskContext(task):
                result = TaskExecutor(*given, self._variable_manager).run()
                self._final_q.send_task_result(
                    _RawTaskResult(host=self._host, task=task, return_data=result, task_fields=task.dump_attrs())
                )

        def is_alive(self) -> bool:
            return False

        def close(self) -> None:
            """There is no process to forget."""

    return Here
