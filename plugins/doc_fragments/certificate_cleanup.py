# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of modules that delete certificates which others replaced."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as certops.cloudfront.certificate_cleanup."""

    DOCUMENTATION = r"""
options:
  keep_previous:
    description:
      - How many superseded certificates to keep for a rollback, the newest first. In ACM so many in each region.
    type: int
    default: 0
  require_unused:
    description:
      - Fail, and delete nothing, if anything uses one of those considered. This is for deleting a project.
    type: bool
    default: false
  rebound:
    description:
      - IDs of distributions that the same run binds to another certificate.
      - Only used in check mode, where these distributions still use the old one.
    type: list
    elements: str
    default: []
"""
