#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_server_cert_cleanup
version_added: 0.1.0
short_description: Delete superseded IAM server certificates that nothing uses
author:
  - certops.cloudfront contributors (@certops)
description:
  - Deletes the server certificates below a project's path that are ours, superseded, and used by no CloudFront
    distribution.
  - A server certificate is ours if it is below O(path) and has the tag C(managed-by) with the value
    C(certops.cloudfront).
  - Whether it is used is taken from one complete listing of all distributions, staging ones included, made right
    before. If that search fails, nothing is
    deleted and the module fails, because a failed search does not mean that nobody uses the certificate.
  - Nothing is deleted while a distribution that uses one of the certificates below O(path) is not deployed, because
    edge locations may still serve its
    former one.
  - A server certificate that IAM refuses to delete because something uses it is kept and reported; that is not a
    failure.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - amazon.aws.common.modules
  - amazon.aws.region.modules
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  path:
    description:
      - The IAM path of the project. It must be below C(/cloudfront/), longer than that, and end with C(/).
    type: str
    required: true
  keep:
    description:
      - Names or IDs of server certificates that are never deleted, first of all the one in service.
    type: list
    elements: str
    default: []
  candidates:
    description:
      - Names or IDs of server certificates. Only these are looked at. Without this option, all below O(path) are.
    type: list
    elements: str
  keep_previous:
    description:
      - How many superseded server certificates to keep for a rollback, the newest first.
    type: int
    default: 0
  require_unused:
    description:
      - Fail, and delete nothing, if a distribution uses one of those looked at. This is for deleting a project.
    type: bool
    default: false
  rebound:
    description:
      - IDs of distributions that the same run binds to another certificate.
      - Only looked at in check mode, where these distributions still use the old one.
    type: list
    elements: str
    default: []
notes:
  - "IAM actions needed: C(iam:ListServerCertificates) and C(cloudfront:ListDistributions) on C(*),
    C(iam:ListServerCertificateTags) and
    C(iam:DeleteServerCertificate)."
  - Delete nothing before the new certificate is deployed and verified. M(certops.cloudfront.cloudfront_cert_bind) says
    so in
    RV(certops.cloudfront.cloudfront_cert_bind#module:complete) and
      RV(certops.cloudfront.cloudfront_cert_bind#module:verified).
seealso:
  - module: certops.cloudfront.cloudfront_cert_bind
  - module: certops.cloudfront.iam_server_cert
  - module: certops.cloudfront.iam_server_cert_info
"""
EXAMPLES = r"""
- name: Delete what the current certificate superseded, but keep one for a rollback
  certops.cloudfront.iam_server_cert_cleanup:
    path: /cloudfront/certops/webapp/
    keep:
      - webapp-2027-01-06-0442
    keep_previous: 1

- name: Delete all certificates of a project, or nothing if one is in use
  certops.cloudfront.iam_server_cert_cleanup:
    path: /cloudfront/certops/webapp/
    require_unused: true
"""
RETURN = r"""
deleted:
  description: The names of the server certificates that were, or in check mode would be, deleted.
  returned: always
  type: list
  elements: str
  sample: [webapp-2026-10-07-0440]
kept:
  description: The others, and why each was kept.
  returned: always
  type: list
  elements: dict
  contains:
    name: {description: Its name., type: str, sample: webapp-2027-01-06-0442}
    id: {description: Its ID., type: str, sample: ASCAEXAMPLE123EXAMPLE}
    reason: {description: Why it was kept., type: str, sample: it is used by E2EXAMPLE3WK9D}
    used_by: {description: The IDs of the distributions that use it., type: list, elements: str, sample:
      [E2EXAMPLE3WK9D]}
records:
  description: The same in the vocabulary of the China CloudFront SSL Plugin.
  returned: always
  type: dict
  contains:
    Delete_Previous_IAM_SSL_Cert:
      description: What became of each deletion, by the name of the server certificate.
      type: dict
      sample: {"webapp-2026-10-07-0440": "Successfully deleted IAM SSL Cert."}
reason:
  description: What was found, and so what was or would be done.
  returned: always
  type: str
  sample: 1 of 2 server certificates under /cloudfront/certops/webapp/ is superseded and unused
"""

import typing as t
from dataclasses import dataclass

from ..module_utils._clients.aws.cloudfront import CLIENT_CONFIG, CloudFront
from ..module_utils._clients.aws.iam import Iam
from ..module_utils._clients.aws.session import Session
from ..module_utils._core.retire import deletion
from ..module_utils._core.retire.deletion import DeletionVerdict, Rules, Search
from ..module_utils._core.server_cert import limits
from ..module_utils._core.server_cert.server_certs import StoredCertificate
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._errors import ConfigError, RemoteError
from ..module_utils._module import execute
from ..module_utils._operations.retire import server_certs

ARGUMENT_SPEC: dict[str, t.Any] = {
    "path": {"type": "str", "required": True},
    "keep": {"type": "list", "elements": "str", "default": []},
    "candidates": {"type": "list", "elements": "str"},
    "keep_previous": {"type": "int", "default": 0},
    "require_unused": {"type": "bool", "default": False},
    "rebound": {"type": "list", "elements": "str", "default": []},
}


@dataclass(frozen=True)
class Clients:
    """What this module speaks to."""

    iam: Iam
    cloudfront: CloudFront


def connect(params: t.Mapping[str, t.Any]) -> Clients:
    """The clients for these connection options; calls nothing."""
    session = Session(params)
    return Clients(iam=Iam(session.client("iam")), cloudfront=CloudFront(session.client("cloudfront", **CLIENT_CONFIG)))


def run(params: t.Mapping[str, t.Any], clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Delete what may be deleted below one path."""
    rules = _rules(params)
    stored = clients.iam.list_server_certificates(rules.path)
    rebound = frozenset(params["rebound"] if check_mode else ())
    search = _search(clients.cloudfront, stored, rebound) if deletion.meant(stored, rules) else Search(())
    tags = {
        name: clients.iam.list_server_certificate_tags(name) for name in deletion.tags_needed(stored, search, rules)
    }
    verdicts = deletion.decide(stored, search, rules, tags)
    in_use = [verdict for verdict in verdicts if verdict.used_by]
    if search.distributions is None:
        return _nothing_deleted(verdicts, f"the search for users failed, so nothing was deleted: {search.error}")
    if params["require_unused"] and in_use:
        users = "; ".join(f"{verdict.certificate.name} by {', '.join(verdict.used_by)}" for verdict in in_use)
        return _nothing_deleted(
            verdicts,
            f"certificates are in use, so nothing was deleted: {users}; bind these distributions to another certificate"
            " first",
        )
    return _delete(params, verdicts, clients.iam, clock, check_mode)


def _rules(params: t.Mapping[str, t.Any]) -> Rules:
    problems = limits.path_problems(params["path"]) or deletion.path_problems(params["path"])
    if params["keep_previous"] < 0:
        problems.append(f"keep_previous: {params['keep_previous']} is negative; give 0 or more")
    if problems:
        raise ConfigError(problems)
    candidates = params["candidates"]
    return Rules(
        path=params["path"],
        keep=frozenset(params["keep"]),
        candidates=frozenset(candidates) if candidates is not None else None,
        keep_previous=params["keep_previous"],
    )


def _search(cloudfront: CloudFront, stored: t.Iterable[StoredCertificate], rebound: frozenset[str]) -> Search:
    try:
        distributions = tuple(
            distribution for distribution in cloudfront.list_distributions() if distribution.id not in rebound
        )
        return deletion.search_of(distributions, stored)
    except RemoteError as exc:
        return Search(None, exc.message)


def _nothing_deleted(verdicts: t.Sequence[DeletionVerdict], failure: str) -> Outcome:
    kept = [{**verdict.as_dict(), "reason": failure if verdict.delete else verdict.reason} for verdict in verdicts]
    records: dict[str, t.Any] = {"Delete_Previous_IAM_SSL_Cert": {}}
    return Outcome(
        changed=False, result={"deleted": [], "kept": kept, "records": records, "reason": failure}, failure=failure
    )


def _delete(
    params: t.Mapping[str, t.Any], verdicts: t.Sequence[DeletionVerdict], iam: Iam, clock: Clock, check_mode: bool
) -> Outcome:
    doomed = [verdict for verdict in verdicts if verdict.delete]
    answers = {
        verdict.certificate.name: None if check_mode else server_certs.delete(iam, clock, verdict.certificate.name)
        for verdict in doomed
    }
    deleted = [name for name, refusal in answers.items() if refusal is None]
    refused = {name: refusal for name, refusal in answers.items() if refusal is not None}
    messages = {name: refusal.message if refusal else None for name, refusal in answers.items()}
    kept = [verdict.as_dict() for verdict in verdicts if not verdict.delete]
    kept += [
        {**verdict.as_dict(), "reason": refused[verdict.certificate.name].message}
        for verdict in doomed
        if verdict.certificate.name in refused
    ]
    # "in use" is an answer, not a failure, unless it was required that nothing is
    failures = [
        refusal.message
        for refusal in refused.values()
        if params["require_unused"] or refusal.code != server_certs.IN_USE
    ]
    names = [verdict.certificate.name for verdict in verdicts]
    return Outcome(
        changed=bool(deleted),
        result={
            "deleted": deleted,
            "kept": kept,
            "records": {"Delete_Previous_IAM_SSL_Cert": deletion.deleted_record(messages)},
            "reason": (
                f"{len(doomed)} of {len(verdicts)} server certificates under {params['path']} to delete: ours,"
                " superseded and unused"
            ),
        },
        before={"server_certificates": names},
        after={"server_certificates": [name for name in names if name not in deleted]},
        warnings=tuple(f"server certificate {name} was kept: {refusal.message}" for name, refusal in refused.items()),
        failure=(
            f"{len(failures)} server certificates could not be deleted: {'; '.join(failures)}" if failures else None
        ),
    )


def main() -> None:
    """The module's entry."""
    execute(argument_spec=ARGUMENT_SPEC, connect=connect, run=run)


if __name__ == "__main__":
    main()
