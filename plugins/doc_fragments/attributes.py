# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every module of this collection says about check mode, diff mode, repetition and platform."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes to extend with C(support) in each module; private to this collection."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: In check mode the module reads, says what it would change, and changes nothing.
  diff_mode:
    description: In diff mode the module returns what differs between before and after. Key material is never part of
      it.
  idempotent:
    description: A second run with the same arguments reports no change, provided that nothing else changed in between.
  platform:
    description: Where the module runs. It talks to remote services and needs nothing from the host but Python.
    platforms: posix
    support: full
  action_group:
    description: Defaults for C(group/certops.cloudfront.aws) and C(group/amazon.aws.aws) in C(module_defaults) hold for
      this module.
    support: full
    membership:
      - certops.cloudfront.aws
"""

    # For modules that only read; used beside the standard fragment.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: This module changes nothing.
  diff_mode:
    support: N/A
    details: This module changes nothing.
  idempotent:
    support: full
    details: This module changes nothing.
"""
