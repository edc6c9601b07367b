# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role on a host whose modules run in processes of their own, on another Python than the controller's."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control


def pythons(directory: Path) -> Iterator[str]:
    """Those of `make matrix`, and this one by another name."""
    yield from filter(None, os.environ.get("CERTOPS_OTHER_PYTHONS", "").split(os.pathsep))
    other = directory / "another-python"
    other.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    other.chmod(0o755)
    yield str(other)


@pytest.mark.slow
def test_the_role_runs_with_the_python_of_the_host(ansible: Ansible, control: Control, tmp_path: Path) -> None:
    seed.create_zone("example.com")
    for number, python in enumerate(pythons(tmp_path)):
        name = f"project-{number}"
        role = {"name": "certops.cloudfront.project"}
        entries = ("main", "doctor", "reissue", "cleanup", "delete")
        tasks = [{"ansible.builtin.include_role": {**role, "tasks_from": entry}} for entry in entries]
        variables = {
            "ansible_python_interpreter": python,
            "project_name": name,
            "project_domains": [f"{name}.example.com"],
            "project_emails": ["ops@example.com"],
        }
        play = [{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}]
        path = tmp_path / "site.yml"
        path.write_text(json.dumps(play), encoding="utf-8")
        ansible.playbook(str(path)).succeeded()
        assert len(control.issued()) == 2 * (number + 1), python
