# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every module and plugin of this collection needs where it runs; what some need besides is in their own
documentation."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as certops.cloudfront.requirements in place of amazon.aws.boto3, whose floors are lower."""

    DOCUMENTATION = r"""
options: {}
requirements:
  - python >= 3.10
  - boto3 >= 1.35
  - botocore >= 1.35
"""
