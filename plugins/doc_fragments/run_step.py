# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of modules that may be a step of a run of a project."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as certops.cloudfront.run_step."""

    DOCUMENTATION = r"""
options:
  project:
    description: The project that this is a step for. Required with O(run_id).
    type: str
  store:
    description:
      - Where the document of O(project) lives, as for M(certops.cloudfront.project_record).
    type: str
  run_id:
    description:
      - The run of the project that this is a step of, as RV(certops.cloudfront.project_record#module:run_id).
      - With it, the module records in the document of O(project) what it did, once it is done, and fails if the run no
        longer holds the project. Before it deletes a certificate or changes a distribution, it makes sure that the run
        still does.
    type: str
notes:
  - With O(run_id) it also needs the IAM actions that M(certops.cloudfront.project_record) needs for the store.
"""
