# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site: ``lint`` checks markup and references of every plugin, of the role and of ``docs/docsite``;
``docsite.py`` builds the pages into ``build/docsite``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import checkout

SITE = checkout.ROOT / "build" / "docsite"
LINT = (
    "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--skip-rstcheck", "--validate-collection-refs=all",
    "--disallow-unknown-collection-refs", "--check-extra-docs-refs", ".",
)  # fmt: skip
# Lenient, because strict Sphinx fails wherever the inventories of docs.ansible.com are out of reach.
INIT = (
    "antsibull-docs", "sphinx-init", "--use-current", "--squash-hierarchy", "--lenient", "--fail-on-error",
    "--project=certops.cloudfront", "--title=certops.cloudfront", f"--dest-dir={SITE}", "certops.cloudfront",
)  # fmt: skip


def lint(env: dict[str, str], log: t.TextIO | None) -> int:
    """An exit status; what is wrong is written to ``log``, or to the terminal."""
    tree = checkout.copy("docsite")
    # antsibull-docs asks git for the files, as ansible-test does.
    subprocess.run(["git", "init", "--quiet"], cwd=tree, check=True)
    return checkout.execute(LINT, tree, env | _alone(tree), log)


def build(env: dict[str, str]) -> int:
    """The pages, from a clean copy of the checkout."""
    shutil.rmtree(SITE, ignore_errors=True)
    SITE.mkdir(parents=True)
    SITE.chmod(0o755)  # antsibull-docs refuses a folder that others may write to
    env = env | _alone(checkout.copy("docsite"))
    if status := checkout.execute(INIT, checkout.ROOT, env, None):
        return status
    if status := checkout.execute(("bash", "build.sh"), SITE, env, None):
        return status
    print(f"docsite: {SITE.relative_to(checkout.ROOT)}/build/html/index.html")
    return 0


def _alone(tree: Path) -> dict[str, str]:
    """This collection and amazon.aws are all that Ansible sees: the hundred others of the ansible package take
    minutes to read."""
    return {"ANSIBLE_COLLECTIONS_PATH": str(tree.parents[2]), "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false"}


if __name__ == "__main__":
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    sys.exit(build(os.environ | {"PATH": path}))
