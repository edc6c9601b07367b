#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: archive_cleanup
version_added: 0.1.0
short_description: Delete unused bundles from an archive
author:
  - certops.cloudfront contributors (@certops)
description:
  - Deletes the bundles of a project from the archive, except those in O(in_use), the newest ones of the others as
    O(keep) says, and the newest of all, since a
    run that was interrupted may not have recorded it yet.
  - A bundle holds the only copy of its private key. A deleted bundle can no longer be restored to IAM.
  - A bundle that cannot be read is kept, because it is not known whether it is in use. Unfinished orders and ACME
    accounts are not touched.
requirements:
  - cryptography >= 50
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.archive
  - certops.cloudfront.requirements
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  project:
    description:
      - The project whose bundles to look at.
    type: str
    required: true
  keep:
    description:
      - How many bundles to keep beside those in use, the newest first. V(-1) keeps all.
    type: int
    default: -1
  in_use:
    description:
      - What is in use, each as the URI of the bundle or as the SHA-256 fingerprint of its certificate in hex.
      - List every certificate that is recorded, superseded but kept, or still in IAM. IAM never gives a private key
        back.
    type: list
    elements: str
    default: []
  iam_path:
    description: Whatever IAM has below this path is in use, too. IAM is asked.
    type: str
  results:
    description:
      - What the steps of the run returned, as for M(certops.cloudfront.project_record). What the last of them that
        recorded something says is C(archived) is in use, and what they deleted below O(iam_path) is not.
    type: list
    elements: raw
    default: []
  run_id:
    description: The run that O(results) are of. Those of another one are ignored.
    type: str
notes:
  - "IAM actions needed with O(iam_path): C(iam:ListServerCertificates) and C(iam:GetServerCertificate)."
  - No AWS action is needed for an archive in files.
  - "IAM actions needed for an archive in S3: C(s3:ListBucket), C(s3:GetObject), C(s3:DeleteObject), and C(kms:Decrypt)
    where it is encrypted with a KMS key."
seealso:
  - module: certops.cloudfront.iam_server_cert_cleanup
  - module: certops.cloudfront.iam_server_cert_info
"""
EXAMPLES = r"""
- name: See what is in IAM
  certops.cloudfront.iam_server_cert_info:
    path: /cloudfront/certops/webapp/
  register: stored

- name: Keep the bundles of these certificates and three more
  certops.cloudfront.archive_cleanup:
    project: webapp
    keep: 3
    in_use: "{{ stored.server_certificates | map(attribute='fingerprint_sha256') }}"
"""
RETURN = r"""
deleted:
  description: The URIs of the bundles that were deleted, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: ["file:///home/ops/.local/share/certops/archive/webapp/2026-08-06-0442.tar.gz"]
kept:
  description: The bundles that were kept, the newest first.
  returned: always
  type: list
  elements: dict
  contains:
    uri: {description: Where it is., type: str, sample:
      "file:///home/ops/.local/share/certops/archive/webapp/2026-11-06-0442.tar.gz"}
    fingerprint_sha256: {description: SHA-256 of its certificate in hex; V(null) if it was not read., type: str, sample:
      9b1f3c2e}
    reason: {description: Why., type: str, sample: it is in use}
reason:
  description: What was found.
  returned: always
  type: str
  sample: 1 of 5 bundles to delete, as 3 are kept beside those in use
"""

import typing as t
from dataclasses import dataclass

from ..module_utils import _module
from ..module_utils._clients.aws.iam import Iam
from ..module_utils._clients.stores import open as stores
from ..module_utils._clients.stores.base import Archive
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.retire import bundles
from ..module_utils._operations.retire.bundles import BundlesRequest
from ..module_utils._operations.server_cert import info

ARGUMENT_SPEC: dict[str, t.Any] = {
    "project": {"type": "str", "required": True},
    "archive": {"type": "str"},
    "keep": {"type": "int", "default": -1},
    "in_use": {"type": "list", "elements": "str", "default": []},
    "iam_path": {"type": "str"},
    "results": {"type": "list", "elements": "raw", "default": []},
    "run_id": {"type": "str"},
}


@dataclass(frozen=True)
class Clients:
    """What this module speaks to."""

    archive: Archive
    server_certificates: t.Callable[[str], list[dict[str, t.Any]]] = lambda _path: []


def parse(params: Params) -> BundlesRequest:
    """What may be deleted; every problem with the options in one ConfigError."""
    return bundles.parse(params)


def connect(request: BundlesRequest) -> Clients:
    """The archive that the options name, and IAM."""
    session = request.connection.session
    return Clients(
        archive=stores.archive(request.archive, session),
        server_certificates=lambda path: info.below(path, Iam(session().client("iam"))),
    )


def run(request: BundlesRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Delete the bundles that nothing uses, beyond those to keep."""
    del clock
    return bundles.remove(request, clients.archive, clients.server_certificates, check_mode)


def main() -> None:
    """The module's entry."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
