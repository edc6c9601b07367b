# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""acme_route53_issue: what only the module does."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    ConfigError,
)
from ansible_collections.certops.cloudfront.plugins.modules import acme_route53_issue
from unit.fakes.clock import START
from unit.fakes.issuing_world import (
    params,
)


def test_a_missing_region_is_told_together_with_the_other_problems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "EC2_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    (tmp_path / "file").touch()
    options = params(domains=["localhost"], archive=f"file://{tmp_path}/file/archive", region=None)
    with pytest.raises(ConfigError) as caught:
        acme_route53_issue.parse(Params(options, START, check_mode=False))
    problems = " / ".join(caught.value.problems)
    assert len(caught.value.problems) == 3
    assert "localhost" in problems
    assert "region" in problems
    assert "archive" in problems
