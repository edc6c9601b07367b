# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of modules that look for certificates."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as certops.cloudfront.certificate_search."""

    DOCUMENTATION = r"""
options:
  domain:
    description:
      - Only certificates for this name, as O(domain_match) says. An international name may be given in its letters.
    type: str
  domain_match:
    description:
      - V(cover) takes certificates that cover the name, also by a wildcard of the same level. V(exact) takes only those
        that have this very name.
    type: str
    choices: [cover, exact]
    default: cover
  expires_within_days:
    description:
      - Only certificates that expire within so many days, or have expired.
    type: int
  unused:
    description:
      - Only certificates that nothing is known to use.
    type: bool
    default: false
  foreign:
    description:
      - Only certificates that this collection does not manage.
    type: bool
    default: false
"""
