# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the modules that speak to an existing SNS topic have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as certops.cloudfront.sns."""

    DOCUMENTATION = r"""
options:
  topic:
    description: Name or ARN of the topic.
    type: str
    required: true
notes:
  - C(sts:GetCallerIdentity) is called for a topic given by name; it needs no permission.
"""
