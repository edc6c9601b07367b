#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: project_record
version_added: 0.1.0
short_description: Manage the document of a certificate project
author:
  - certops.cloudfront contributors (@certops)
description:
  - A project is a named set of domains with its e-mail addresses, renewal interval and choices. Its document in the
    store holds the definition and what is
    known of it, namely the certificate, the time of the next renewal, how far the current run got, and the record of
      the last run. It holds no secrets.
  - This module keeps the definition, takes the project for a run and plans that run, records its steps, and deletes the
    document.
  - Every write is conditional on what was read. If another process wrote in between, the document is read and decided
    again, so no update is lost.
  - The role P(certops.cloudfront.project#role) uses it for all of this. Playbooks of your own rarely need more than
    O(state=present) and O(state=absent).
requirements:
  - idna >= 3.15, for international names
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.store
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
    details: No lock is taken, so with O(state=recorded) it is not checked who holds the project.
  diff_mode:
    support: full
    details: Shows definition, certificates, subscribers and renewal time. The lock and the journal are not part of it.
  idempotent:
    support: partial
    details: Each failure recorded with O(failure) counts. Taking and dropping the lock is not reported as a change.
options:
  name:
    description:
      - Name of the project. A letter or digit, then up to 62 letters, digits, hyphens and underscores. V(accounts) is
        reserved.
    type: str
    required: true
  state:
    description:
      - V(present), the document exists with this O(definition).
      - V(locked), likewise, and this run holds the project until O(lock_ttl) has passed or the project is released.
        Refused if the project belongs to another account or partition than the credentials. The result says in
        RV(plan) what is to do.
        Without O(definition) the stored one holds. A project that another run holds is left alone. That is not a
        failure;
          RV(locked) is V(false) then.
      - V(recorded), the document holds what a step of the run O(run_id) did. Refused if that run no longer holds the
        project.
      - V(absent), the document does not exist. Refused while another run holds the project.
    type: str
    choices: [present, locked, recorded, absent]
    default: present
  definition:
    description:
      - What is wanted of the project. What is left out takes its default, also if the stored definition says otherwise.
      - All problems are reported at once, before anything is written.
      - The keys are those of the role P(certops.cloudfront.project#role) without the prefix C(project_), namely
        C(domains), C(emails), C(renewal_interval_days), C(certificate_store), C(bind), C(distributions), C(key_type),
          C(acme_directory),
        C(acme_ca_bundle), C(acme_terms_agreed), C(acme_profile),
        C(acme_profile_required), C(acme_preferred_chain), C(acme_fallbacks), C(acme_contacts), C(acme_renewal_info),
          C(dns_persist),
        C(archive), C(sns_topic),
        C(deploy_wait), C(verify),
        C(keep_previous), C(archive_keep), C(tags), C(quota_headroom).
      - Lists may be given as comma-separated text. Internationalised domain names are stored as A-labels.
      - Required with O(state=present).
    type: dict
  run:
    description:
      - What the run is for, with O(state=locked).
      - V(converge) does whatever is missing. V(renew) does, too, but after failures it waits before it orders again.
        V(reissue) asks for a new key and
        certificate. V(rollback) goes back to a superseded certificate, of those in O(server_certificates). V(restore)
          brings one back from the archive,
        V(cleanup) and V(delete) take certificates away.
    type: str
    choices: [converge, renew, reissue, rollback, restore, cleanup, delete]
    default: converge
  archive:
    description:
      - The archive that was given for this run. With O(state=locked), a project is refused whose O(definition), or
        without one whose document, names another archive, or another KMS key, since a document does not decide where
        keys go.
      - A bundle that a document names outside of it, or of the archive of O(definition), is not read, and RV(bundle) is
        V(null).
    type: str
  server_certificates:
    description:
      - The server certificates that IAM has of the project, as
        RV(certops.cloudfront.iam_server_cert_info#module:server_certificates).
      - Without them O(run=rollback) asks IAM. It is refused unless one of them is recorded as superseded, valid, and
        covers the names of the project.
    type: list
    elements: dict
  restore_bundle:
    description:
      - The bundle to bring back, with O(state=locked) and O(run=restore). Its URI, or the issue time that names it in
        the archive as C(YYYY-MM-DD-HHMM).
      - The default is that of the recorded certificate.
    type: str
  account_change:
    description:
      - With O(state=locked), let a project that belongs to another account or partition move to the one of the
        credentials. Without it such a run is refused, since nearly always the credentials are the wrong ones.
      - With O(state=present) and O(state=absent), which are refused likewise where the store is in AWS, write or delete
        the document of a project that belongs to another account.
      - What the project has in its former account stays there.
    type: bool
    default: false
  check_first:
    description:
      - With O(state=locked), leave a project alone whose definition is new or another one than before, and only say in
        RV(plan) what its run would do, so that this can be checked before the definition is written.
    type: bool
    default: false
  variables:
    description:
      - Names of variables that begin with C(project_), where the role runs. One that is not a variable of the role, but
        nearly like one, is an error.
    type: list
    elements: str
    default: []
  strict_variables:
    description: Whether any other name in O(variables) is an error, too.
    type: bool
    default: false
  run_id:
    description:
      - Name of the run. With O(state=locked) one is made up if none is given, and the same one may come again.
      - Required with O(state=recorded).
    type: str
  lock_ttl:
    description:
      - Seconds after which the lock may be taken over by another run. Each O(state=recorded) starts this time anew.
      - A lock is taken over at once when its owner was an C(ansible-playbook) or C(ansible-runner) process of this host
        that has ended.
    type: int
    default: 3600
  phase:
    description: How far the run got, with O(state=recorded). V(done) ends the run.
    type: str
    choices: [planned, ordering, issued, stored, bound, verified, cleaned, done]
  certificate:
    description:
      - The certificate of the project from now on, with O(state=recorded), as
        RV(certops.cloudfront.iam_server_cert#module:server_certificate)
        and C(archive_uri). Another one that was recorded becomes superseded.
      - In a run for V(restore) one that is not the recorded one becomes superseded itself.
    type: dict
  renewal:
    description: When the certificate is to be renewed and why, as
      RV(certops.cloudfront.acme_route53_issue#module:renewal).
    type: dict
  bind_result:
    description: What M(certops.cloudfront.cloudfront_cert_bind) returned. With O(failure) it counts only if it failed
      in this run.
    type: dict
  cleanup_result:
    description: What M(certops.cloudfront.iam_server_cert_cleanup) returned. Deleted certificates are no longer
      superseded ones. With O(failure) it counts only if it failed in this run.
    type: dict
  subscribed:
    description: The e-mail addresses that are subscribed by the project now.
    type: list
    elements: str
  subscriptions:
    description:
      - What M(certops.cloudfront.sns_subscription) returned for the addresses, in any form in which tasks register it.
      - With this, O(subscribed) are the addresses that are wanted. Others that were subscribed stay on the list until
        one of these results says that they are not.
    type: list
    elements: raw
  publishers:
    description: How many hosts publish RV(artifacts) together, as those of a play do that runs the role.
    type: int
    default: 1
  published:
    description: What RV(published) was for the project before, if this host runs several of them.
    type: int
    default: 0
  results:
    description:
      - What the steps of the run returned, in any form in which tasks register it, with O(state=recorded).
      - If one of them changed something, so did the run, as RV(summary) says. What was skipped and what bears another
        C(run_id) is ignored.
    type: list
    elements: raw
  failure:
    description: Why the run failed. It is kept without secrets. After each failure in a row, V(renew) runs wait twice
      as long, from an hour to a day.
    type: str
  retry_at:
    description:
      - Until when the CA refuses another attempt, with O(failure), as it stands in the error of
        M(certops.cloudfront.acme_route53_issue).
      - V(renew) runs wait until then, whatever the number of failures.
    type: str
  revoke_reason:
    description:
      - With O(state=locked) and O(run=reissue), the certificate that is replaced is to be revoked for this reason once
        the new one is verified.
      - It is remembered in the journal, and then with the superseded certificate as C(revoke), until O(revoked) tells
        that it was done.
    type: str
    choices: [unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation]
  issued_before:
    description:
      - With O(state=locked) and O(run=reissue), a certificate that was issued since is left alone, so that the same run
        can be repeated. A time as in
        RFC 3339 that has passed.
      - Nothing is revoked of such a project either, and the run does whatever else is missing.
    type: str
  revoked:
    description: SHA-256 fingerprints of superseded certificates that were revoked, with O(state=recorded).
    type: list
    elements: str
  withdrawn:
    description: Parameters, as C(ssm:/path/of/parameter), that no longer name the certificate, with O(state=recorded).
    type: list
    elements: str
  release:
    description: Release the project, with O(state=recorded).
    type: bool
    default: false
notes:
  - No AWS action is needed for a store in files.
  - "IAM actions needed for a store in DynamoDB: C(dynamodb:GetItem), C(dynamodb:PutItem), C(dynamodb:DeleteItem). The
    table has the string key C(name)."
  - "IAM actions needed for a store in S3: C(s3:GetObject), C(s3:PutObject), C(s3:DeleteObject), and C(s3:ListBucket),
    without which S3 says of a missing
    object that access is denied. Where a KMS key encrypts it, C(kms:GenerateDataKey) and C(kms:Decrypt), too."
  - "IAM action needed for O(run=rollback) without O(server_certificates): C(iam:ListServerCertificates)."
  - The region is only used to tell the partition, since ACM cannot serve CloudFront in the China regions.
seealso:
  - module: certops.cloudfront.project_info
  - module: certops.cloudfront.acme_route53_issue
"""
EXAMPLES = r"""
- name: Define a project
  certops.cloudfront.project_record:
    name: webapp
    definition:
      domains: [example.com, "*.example.com"]
      emails: [ops@example.com]
      renewal_interval_days: 30

- name: Take the project for a run and see what is to do
  certops.cloudfront.project_record:
    name: webapp
    state: locked
    run: renew
  register: taken

- name: Say so
  ansible.builtin.debug:
    msg: "{{ taken.plan.action }}: {{ taken.plan.reason }}"

- name: Record that the run failed, and release the project
  certops.cloudfront.project_record:
    name: webapp
    state: recorded
    run_id: "{{ taken.run_id }}"
    failure: The hosted zone is gone.
    release: true
  when: taken.locked

- name: Forget the project
  certops.cloudfront.project_record:
    name: webapp
    state: absent
"""
RETURN = r"""
project:
  description: The whole document, or V(null) if there is none.
  returned: success
  type: dict
  sample:
    schema: 1
    name: webapp
    account: {id: "123456789012", partition: aws}
    definition: {domains: [example.com, "*.example.com"], emails: [ops@example.com], renewal_interval_days: 30}
    certificate: null
    superseded: []
    renewal: {renew_at: null, reason: null, ari: {}, next_attempt_at: null, failures: 0}
    journal: null
    last_run: null
    history: []
    lock: null
plan:
  description: What a run has to do.
  returned: success
  type: dict
  contains:
    action: {description: "One of V(issue), V(renew), V(reissue), V(resume), V(rebind), V(move), V(rollback), V(none),
      V(locked).", type: str, sample: renew}
    reason: {description: Why., type: str, sample: "renewal has been due since 2026-11-07T03:44:10Z: the interval of 30
      days has passed"}
    issue: {description: "Whether a certificate is to be ordered, or to be fetched from an unfinished order.", type:
      bool, sample: true}
    issued_since: {description: "A certificate from before this time does not count, or V(null).", type: str, sample:
      null}
    renew_at: {description: When the recorded certificate is to be renewed., type: str, sample: "2026-11-07T03:44:10Z"}
    previous: {description: IDs (ARNs for ACM) of the certificates to replace., type: list, elements: str, sample:
      [ASCAEXAMPLE123EXAMPLE]}
    resumed: {description: Whether the run continues one that did not finish., type: bool, sample: false}
    wait_until: {description: "When what is needed may be done, because of failures before or of another run, or
      V(null).", type: str, sample: null}
    certificate: {description: "The superseded certificate to go back to, or V(null).", type: dict, sample: null}
    domains_changed: {description: Whether the recorded certificate has other names than the definition., type: bool,
      sample: false}
locked:
  description: Whether this run holds the project now.
  returned: success
  type: bool
  sample: true
holder:
  description: Who holds the project instead, or V(null).
  returned: success
  type: dict
  sample: {owner: {host: node1, pid: 4711}, expires_at: "2026-11-22T06:30:00Z", run_id: 20261122T053000Z-1c9a2f04}
run_id:
  description: Name of the run.
  returned: success
  type: str
  sample: 20261122T053000Z-1c9a2f04
to_be_revoked:
  description:
    - The certificates that are still to be revoked, as they stand in the document, each with the reason as C(revoke).
    - C(acme_ca_bundle) is what the server of the CA that issued it is checked against, which may be a fallback, or
      V(null).
  returned: success
  type: list
  elements: dict
  sample: [{name: webapp-2026-11-06-0442, archive_uri: "file:///archive/webapp/2026-11-06-0442.tar.gz", revoke:
    keyCompromise, acme_ca_bundle: null}]
superseded:
  description: Names of the certificates in IAM that a newer one replaced.
  returned: success
  type: list
  elements: str
  sample: []
kept_in_iam:
  description: Names of certificates in IAM that a clean-up leaves, the recorded one and those kept for a rollback.
  returned: success
  type: list
  elements: str
  sample: [webapp-2027-01-06-0442]
stores:
  description: Where the project has certificates, or is to have one, of V(iam) and V(acm).
  returned: success
  type: list
  elements: str
  sample: [iam]
acm:
  description:
    - What there is of the project in ACM. C(arns) are those of the recorded certificate, or of the one that a rollback
      goes back to, and C(import_as) says how it is to be imported. C(superseded) are those that a newer one replaced,
      and C(kept) is what a clean-up leaves. C(regions) are those where there may be some, beside that of CloudFront.
  returned: success
  type: dict
  sample: {arns: [], import_as: new, superseded: [], kept: [], regions: []}
archived:
  description: The URIs and fingerprints of the bundles that the document names.
  returned: success
  type: list
  elements: str
  sample: ["file:///archive/webapp/2026-11-06-0442.tar.gz"]
to_be_checked:
  description: Whether the project was left alone, as O(check_first) says.
  returned: success
  type: bool
  sample: false
steps:
  description: What the role does before it binds the certificate, of V(preflight), V(issue), V(upload) and V(import).
  returned: success
  type: list
  elements: str
  sample: [preflight, issue, upload]
targets:
  description:
    - What a run binds before the distributions, for each kind of target that the project has (C(elb), C(apigateway)).
      Each entry has the C(region), empty for that of the connection, C(match) and C(ids) for the module that binds, and
      C(in_another), whether what is listed may be in another region.
  returned: if there is a document
  type: dict
  sample: {elb: [{region: us-east-1, match: [previous], ids: [], in_another: false}]}
bring:
  description:
    - What the definition decides of the options of the module that brings the certificate, which is
      M(certops.cloudfront.acme_route53_issue), M(certops.cloudfront.acm_cert_request) or
      M(certops.cloudfront.certificate_files). What is not set is not in it.
  returned: if there is a document
  type: dict
  sample: {domains: [example.com, www.example.com], key_type: ecdsa_p256}
distribution_matches:
  description: How distributions and tenants are found, for the module that binds them. Empty if they are not a target.
  returned: if there is a document
  type: list
  elements: str
  sample: [previous]
distributions:
  description: The IDs of the distributions that are listed, if such are a target.
  returned: if there is a document
  type: list
  elements: str
  sample: []
names_owners:
  description: Whether the module that binds them names what a template of others sets again.
  returned: if there is a document
  type: bool
  sample: true
also_notified:
  description:
    - The topic of an old tool, which gets the notices as well, as long as an address has to confirm that of the
      project. V(null) unless it was adopted with C(adopt_topic=both).
  returned: if there is a document
  type: str
  sample: null
notices:
  description: The steps of the role that notify people, of V(subscribe), V(notify) and V(notify_former).
  returned: if there is a document
  type: list
  elements: str
  sample: [subscribe, notify]
path:
  description: The path of its certificates in IAM.
  returned: if there is a document
  type: str
  sample: /cloudfront/certops/webapp/
tags:
  description: The tags of what the project makes in AWS.
  returned: if there is a document
  type: dict
  sample: {managed-by: certops.cloudfront, "certops:project": webapp}
brings:
  description: Whether one of RV(steps) or RV(requests) brings the certificate that is stored, which need not be a new
    one.
  returned: if there is a document
  type: bool
  sample: true
bundle:
  description: The URI of the bundle that is stored otherwise, or V(null).
  returned: if there is a document
  type: str
  sample: "file:///home/ops/.local/share/certops/archive/webapp/2026-11-06-0442.tar.gz"
upload:
  description: The C(path), C(expected_name) and C(other_names) for M(certops.cloudfront.iam_server_cert).
  returned: if there is a document
  type: dict
  sample: {path: /cloudfront/certops/webapp/, expected_name: webapp-2027-01-06-0442, other_names:
    [webapp-2027-01-06-0442]}
preflight:
  description:
    - What M(certops.cloudfront.project_preflight) checks of this plan, the options C(upload), C(import), C(elb),
      C(apigateway) and C(bind), V(null) or empty where there is nothing to check.
    - C(brings) names the option for what brings the certificate, C(order), C(request) or C(files), or is V(null).
  returned: if there is a document
  type: dict
  sample: {brings: order, upload: null, import: null, elb: [], apigateway: [], bind: {match: [previous]}}
subscribes:
  description: Whether the run brings the topic and its subscriptions about.
  returned: if there is a document
  type: bool
  sample: true
after_binding:
  description:
    - What the role does once the certificate is bound, of V(publish), V(withdraw), V(revoke), V(delete_superseded),
      V(delete_superseded_acm), V(subscribe), V(notify) and V(notify_former).
  returned: if there is a document
  type: list
  elements: str
  sample: [subscribe, notify]
requests:
  description:
    - What the role does then if ACM issues the certificate, V(request_in_place), or V(request) and what stores the
      exported one. Empty for other certificates.
  returned: success
  type: list
  elements: str
  sample: []
parts:
  description: The parts of the role that make up the run, in their order.
  returned: success
  type: list
  elements: str
  sample: [steps/preflight, steps/issue, steps/upload, runs/converge]
definition_changed:
  description: Whether the definition is new or another one than before.
  returned: success
  type: bool
  sample: false
definition_changes:
  description: What is another in the definition than before, a sentence for each field. Empty for a new project.
  returned: success
  type: list
  elements: str
  sample: ["emails: dev@example.com added"]
role_vars:
  description: The definition as variables of the role.
  returned: success
  type: dict
  sample: {project_name: webapp, project_domains: [example.com], project_store:
    "file:///home/ops/.local/share/certops/store"}
artifacts:
  description:
    - C(last_run) of the document by the name of the project, as C(certops), to be published with
      M(ansible.builtin.set_stats) with C(aggregate). It is at most 8 KiB, and what O(published) leaves of 64 KiB
      divided by O(publishers).
    - Of a longer record its first fields are kept, and C(omitted) counts the others. Empty if nothing fits.
  returned: if there is a document
  type: dict
  sample: {certops: {webapp: {Status: Succeeded}}}
published:
  description: How many bytes this host has published with RV(artifacts), those of O(published) included.
  returned: if there is a document
  type: int
  sample: 412
summary:
  description: The project as the role leaves it in C(project_result).
  returned: success
  type: dict
  contains:
    name: {description: Name of the project., type: str, sample: webapp}
    status: {description: "One of V(changed), V(unchanged), V(locked), V(failed), V(deleted), V(absent).", type: str,
      sample: changed}
    changed: {description: "Whether anything was changed, or would be in check mode.", type: bool, sample: true}
    failed: {description: Whether the run failed., type: bool, sample: false}
    reason: {description: "The certificate in service in one sentence, or why the run failed or did nothing.",
      type: str, sample: "webapp-2027-01-06-0442 valid until 2027-01-06T04:42:09Z, renewal at 2026-11-07T03:44:10Z"}
    certificate: {description: "The recorded certificate with name, ID, ARN, names, dates and C(renew_at), or V(null).",
      type: dict, sample: {name: webapp-2027-01-06-0442, id: ASCAEXAMPLE123EXAMPLE, not_after: "2027-01-06T04:42:09Z",
      renew_at: "2026-11-07T03:44:10Z"}}
    archive_uri: {description: "Where the bundle of this certificate is archived, or V(null).", type: str, sample:
      "file:///archive/webapp/2026-10-08-0442.tar.gz"}
    distributions: {description: "What became of each distribution that is meant: C(id), C(status), C(reason) and
      C(aliases), as M(certops.cloudfront.cloudfront_cert_bind) returns them. Empty if none was looked at.", type: list,
      elements: dict, sample: [{id: E2EXAMPLE3WK9D, status: rebound, reason: it uses an older certificate, aliases:
      [example.com]}]}
    did: {description: "What was done, or would be in check mode.", type: list, elements: str, sample: ["bound
      E2EXAMPLE3WK9D (example.com)"]}
    todo: {description: "What needs a person: C(what) it is, and what to C(do), a command where one does it.", type:
      list, elements: dict, sample: []}
notice:
  description: Subject and message of a mail about the run, with C(event) and C(severity) for
    M(certops.cloudfront.sns_notify).
  returned: when a step, the end or the failure of a run is recorded that people should know of
  type: dict
  sample: {subject: "certops: certificate of webapp is in place", message: The certificate of project webapp is in
    place., event: certificate_in_place, severity: info}
"""

import typing as t

from ..module_utils import _module
from ..module_utils._core.project import journal
from ..module_utils._core.retire import revocation
from ..module_utils._core.run import run_plan
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.project import record
from ..module_utils._operations.project.record import Clients, RecordRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "store": {"type": "str"},
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": list(record.DECISIONS), "default": "present"},
    "definition": {"type": "dict"},
    "run": {"type": "str", "choices": list(run_plan.RUNS), "default": "converge"},
    "server_certificates": {"type": "list", "elements": "dict"},
    "restore_bundle": {"type": "str"},
    "account_change": {"type": "bool", "default": False},
    "check_first": {"type": "bool", "default": False},
    "variables": {"type": "list", "elements": "str", "default": []},
    "strict_variables": {"type": "bool", "default": False},
    "run_id": {"type": "str"},
    "archive": {"type": "str"},
    "lock_ttl": {"type": "int", "default": 3600},
    "phase": {"type": "str", "choices": list(journal.PHASES)},
    "certificate": {"type": "dict"},
    "renewal": {"type": "dict"},
    "bind_result": {"type": "dict"},
    "cleanup_result": {"type": "dict"},
    "subscribed": {"type": "list", "elements": "str"},
    "subscriptions": {"type": "list", "elements": "raw"},
    "results": {"type": "list", "elements": "raw"},
    "publishers": {"type": "int", "default": 1},
    "published": {"type": "int", "default": 0},
    "failure": {"type": "str"},
    "retry_at": {"type": "str"},
    "revoke_reason": {"type": "str", "choices": list(revocation.REASONS)},
    "issued_before": {"type": "str"},
    "revoked": {"type": "list", "elements": "str"},
    "withdrawn": {"type": "list", "elements": "str"},
    "release": {"type": "bool", "default": False},
}


def parse(params: Params) -> RecordRequest:
    """The request; every problem with the options and the definition in one ConfigError."""
    return record.parse(params)


def connect(request: RecordRequest) -> Clients:
    """The store that has the document, and what tells the account."""
    return Clients.of(request)


def run(request: RecordRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Read, decide and write the document, and say what is to do."""
    return record.run(request, clients, clock, check_mode)


def main() -> None:
    """Run the module."""
    _module.execute(
        argument_spec=ARGUMENT_SPEC,
        parse=parse,
        connect=connect,
        run=run,
        required_if=[
            ("state", "present", ["definition"]),
            ("state", "recorded", ["run_id"]),
        ],
    )


if __name__ == "__main__":
    main()
