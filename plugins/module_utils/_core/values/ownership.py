# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What marks a resource as ours: tags, and the IAM path below which server certificates are kept."""

from __future__ import annotations

CLOUDFRONT_PATH = "/cloudfront/"

# Below it the certificates of each project have a path of their own.
PROJECTS_PATH = f"{CLOUDFRONT_PATH}certops/"
MANAGED_BY_TAG = "managed-by"
MANAGED_BY = "certops.cloudfront"
PROJECT_TAG = "certops:project"
OUR_TAGS = {MANAGED_BY_TAG: MANAGED_BY}


def project_of(path: str) -> str:
    """The project that keeps server certificates at this path; empty if none of ours does."""
    name = path.removeprefix(PROJECTS_PATH).strip("/")
    return name if path == path_of(name) else ""


def path_of(project: str) -> str:
    """Where the server certificates of a project are."""
    return f"{PROJECTS_PATH}{project}/"
