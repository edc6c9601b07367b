# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: user_default
version_added: 0.1.0
short_description: Defaults of the role that the user or the environment decides
author:
  - certops.cloudfront contributors (@certops)
description:
  - Returns what the modules of this collection use for an option that is not given, so that a playbook need not work it
    out a second time.
  - The role P(certops.cloudfront.project#role) takes the defaults of its variables from here.
options:
  _terms:
    description:
      - V(store) and V(archive) are the URIs of C(certops/store) and C(certops/archive) in the user's data directory.
        That is E(XDG_DATA_HOME) or C(~/.local/share). If E(HOME) is not set, the home directory is that of the passwd
        database.
      - V(acme_directory) is E(CERTOPS_ACME_DIRECTORY), or V(letsencrypt) if that is not set.
      - V(acme_ca_bundle) is E(CERTOPS_ACME_CA_BUNDLE), or empty.
    type: list
    elements: str
    choices: [acme_ca_bundle, acme_directory, archive, store]
    required: true
"""
EXAMPLES = r"""
- name: Say where the bundles are
  ansible.builtin.debug:
    msg: "{{ lookup('certops.cloudfront.user_default', 'archive') }}"
"""
RETURN = r"""
_raw:
  description: The default for each of the terms.
  type: list
  elements: str
  sample: [file:///home/ops/.local/share/certops/archive]
"""

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import user


class LookupModule(LookupBase):
    """See the documentation above."""

    def run(self, terms: t.Sequence[str], variables: t.Any = None, **kwargs: t.Any) -> list[str]:
        """The default for each of ``terms``."""
        unknown = [term for term in terms if term not in user.DEFAULTS]
        if unknown or not terms:
            known = ", ".join(user.DEFAULTS)
            raise AnsibleError(f"user_default: {unknown or 'nothing'} is unknown; name one of {known}")
        return [user.default(term) for term in terms]
