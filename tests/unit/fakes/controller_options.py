# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a set-up of a controller, as its module gets them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

URL = "https://git.example.com/certificates.git"
ARCHIVE = "https://hub.example.com/certops-cloudfront-0.1.0.tar.gz"
PLACES = {"project_store": "dynamodb://certops", "project_archive": "s3://certops-example/archive"}
ROBOT = {
    "name": "certops operations",
    "kind": "wecom",
    "configuration": {"url": "https://robot.example.com/send?key=the-secret-key"},
    "events": ["error", "approval"],
}
SLACK = {
    "name": "certops slack",
    "kind": "slack",
    "configuration": {"token": "xoxb-the-secret-token", "channels": ["#ops"]},
    "events": ["error"],
}


def options(**changed: Any) -> dict[str, Any]:
    """Everything that is needed, and what a test changes."""
    found: dict[str, Any] = {
        "state": "present", "organization": "Default", "prefix": "certops", "image": "example.com/ee:0.1.0",
        "pull": "missing", "image_credential": None, "project_url": URL, "project_branch": None,
        "project_credential": None, "aws_credential": "AWS production", "credentials": [], "job_region": "us-east-1",
        "variables": PLACES, "slices": 4, "approval_seconds": 3600, "schedules": {}, "notifications": [ROBOT],
    }  # fmt: skip
    return {**found, **changed}


def role_specs() -> dict[str, Any]:
    """The options of the role, by entry point."""
    path = Path(__file__).resolve().parents[3] / "roles/project/meta/argument_specs.yml"
    read = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
    return {entry: spec["options"] for entry, spec in read.items()}
