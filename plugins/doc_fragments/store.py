# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The option of plugins that read the documents of projects."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as certops.cloudfront.store."""

    DOCUMENTATION = r"""
options:
  store:
    description:
      - Where project documents live, as C(file:///directory), C(dynamodb://table) or C(s3://bucket/prefix).
        A directory may start with C(~), C($HOME) or C($XDG_DATA_HOME).
      - Every call to a bucket fails if the bucket belongs to another account than that of the credentials, or than the
        one that C(?owner=) names in the URI.
      - If not set, it is C(certops/store) in the user's data directory, which is E(XDG_DATA_HOME) or C(~/.local/share).
    type: str
"""
