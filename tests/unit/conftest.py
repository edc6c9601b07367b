# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes this checkout importable as ansible_collections.certops.cloudfront wherever it lies, as ``make setup`` or
ansible-test would."""

from __future__ import annotations

import sys
import sysconfig
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def link_checkout() -> None:
    """Unless it is importable already, link the checkout into a temporary collection tree and put that on the import
    path."""
    roots = [Path(entry or ".") for entry in sys.path]
    if any((root / "ansible_collections/certops/cloudfront").resolve() == CHECKOUT for root in roots):
        return
    holder = tempfile.TemporaryDirectory(prefix="certops-unit-")
    link_checkout.holder = holder  # type: ignore[attr-defined]  # keeps the directory until the process ends
    namespace = Path(holder.name) / "ansible_collections" / "certops"
    namespace.mkdir(parents=True)
    (namespace / "cloudfront").symlink_to(CHECKOUT, target_is_directory=True)
    sys.path[:0] = [holder.name, sysconfig.get_path("purelib")]


link_checkout()
