# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation records in a file, in the form of a zone file, for a DNS provider other than Route 53."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ..._clients.machine import private_files
from ..._core.acm_cert.requests import ValidationRecord
from ..._core.dns.cname_records import TTL

# There is nothing secret in them.
MODE = 0o644


def write(path: str, records: t.Sequence[ValidationRecord], check_mode: bool) -> bool:
    """Whether the file did not hold exactly these records; then it does, unless in check mode."""
    text = "".join(f"{record.name}. {TTL} IN CNAME {record.value}.\n" for record in records).encode()
    if not records or private_files.read(Path(path)) == text:
        return False
    if not check_mode:
        private_files.replace(Path(path), text, MODE)
    return True
