# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole story of tests/e2e/test_secrets.py with every module in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e.secrets_story import Story
from sandbox.process import SandboxProcess


@pytest.mark.chaos
def test_no_key_is_in_anything_that_processes_of_modules_write(tmp_path: Path) -> None:
    with SandboxProcess() as sandbox:
        story = Story(sandbox, tmp_path, own_process=True).tell()
    assert (story.leaks(), story.open_to_others()) == ([], {})
