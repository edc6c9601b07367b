#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: project_report
version_added: 0.1.0
short_description: Write a report of all certificate projects
author:
  - certops.cloudfront contributors (@certops)
description:
  - Writes how the certificates of a store are, as a page for people, as a table, as data, and as metrics for
    Prometheus.
  - The page is one file without references to others. It needs no script to be read; search, filters and sorting work
    where scripts do.
  - Among the metrics is when each playbook was last run, how it ended, and how far apart its schedule runs it, as
    M(certops.cloudfront.project_plan) and M(certops.cloudfront.run_summary) note it.
  - It reads the store in one pass, and lists the server certificates and the distributions once. That says nothing of
    projects of other AWS accounts than that of the credentials. A warning names them, and if there are no others, the
    report is refused. A document that cannot
    be used is shown as such, and the other projects are reported all the same.
  - Each file is replaced as a whole, so that nobody reads a part of it.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.store
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: none
    details: The files are written each time, since they say when they were made.
options:
  dir:
    description:
      - Where the files are written, a directory or C(s3://bucket/prefix). For a bucket, C(?kms_key_id=KEY) names the
        KMS key that encrypts them, and C(?owner=ACCOUNT) the account that it belongs to if that is not the one of the
        credentials.
      - If not set, it is C(certops/report) in the user's data directory, which is E(XDG_DATA_HOME) or
        C(~/.local/share).
      - A directory that does not exist is made, open to its owner only. For a web server or node_exporter, make it
        before, with the permissions that they need. The files are readable for all who may enter the directory.
    type: str
  title:
    description: The title of the page.
    type: str
    default: Certificates
  formats:
    description:
      - What to write. V(html) is C(report.html), V(csv) is C(report.csv), V(json) is C(report.json), and V(metrics) is
        C(metrics.prom), in the text format of Prometheus.
    type: list
    elements: str
    choices: [html, csv, json, metrics]
    default: [html, csv, json, metrics]
  language:
    description: The language of the page. In a browser with scripts, a button changes it.
    type: str
    choices: [en, zh]
    default: en
  days:
    description:
      - Days before a certificate expires at which that becomes more urgent. The first of them is when a person is
        needed.
      - For a certificate that lives less than 56 days they shrink in proportion, so that 14 days are 40 hours for one
        of 160 hours.
    type: list
    elements: int
    default: [14, 7, 3, 1]
  interval_hours:
    description:
      - Hours between the scheduled runs of the playbooks C(renew) and C(report).
      - The page says so if it is older than twice this time, and a renewal is overdue if it was missed twice.
    type: float
    default: 24
  metrics_detail:
    description:
      - Which projects have metrics of their own. V(all) of them, those that V(attention) or any other work is needed
        for, or V(none). Counts of all projects are always there.
      - If not set, V(all) up to 5,000 projects, and V(attention) beyond.
    type: str
    choices: [all, attention, none]
  acme_limits:
    description: A file with rate limits of CAs that differ from the published ones, in the form that
      M(certops.cloudfront.project_plan) takes, for the metric of the orders that they leave.
    type: path
  lines:
    description: So many projects are in RV(overview) at most, the worst in front. V(0) is all of them.
    type: int
    default: 20
  observe:
    description:
      - Whether to list server certificates and distributions, for what uses each certificate, certificates of no
        project, and the places left in IAM.
      - If they cannot be listed, a warning says so, and the report shows the records alone.
    type: bool
    default: true
  write:
    description:
      - Whether to write the files. With V(false), the module only reads, and returns RV(data), too.
    type: bool
    default: true
notes:
  - "IAM actions needed with O(observe): C(iam:ListServerCertificates), C(iam:GetAccountSummary),
    C(cloudfront:ListDistributions)."
  - "IAM actions needed for a store in DynamoDB: C(dynamodb:Scan), C(dynamodb:GetItem)."
  - "IAM actions needed for a store in S3: C(s3:ListBucket), C(s3:GetObject), and C(kms:Decrypt) where a KMS key
    encrypts it."
  - "IAM actions needed for O(dir) in S3: C(s3:PutObject), and C(kms:GenerateDataKey) with a KMS key."
  - Nothing secret is in the files, but names, addresses and resource IDs are. Show them only to people who may know
    them.
seealso:
  - module: certops.cloudfront.project_info
  - module: certops.cloudfront.project_plan
"""

EXAMPLES = r"""
- name: Write the report where a web server finds it
  certops.cloudfront.project_report:
    dir: /srv/www/certificates
    title: Certificates of example.com

- name: Write a page and data into a bucket
  certops.cloudfront.project_report:
    store: dynamodb://certops
    dir: s3://certops-example/report
    formats: [html, json]

- name: Write metrics for the textfile collector of node_exporter, every six hours
  certops.cloudfront.project_report:
    dir: /var/lib/node_exporter/certops
    formats: [metrics]
    interval_hours: 6
"""

RETURN = r"""
headline:
  description: All of it in one sentence.
  returned: success
  type: str
  sample: "998 projects: 3 failing, 12 due, 983 ok; 3 need a person."
counts:
  description: How many projects are in each state.
  returned: success
  type: dict
  sample: {expired: 0, broken: 0, failing: 3, unfinished: 0, locked: 0, pending: 0, due: 12, ok: 983}
attention:
  description: The projects that need a person, the worst in front.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Name of the project., type: str, sample: shop}
    reasons:
      description: V(expired), V(broken), V(failing), V(ca_incident), V(revocation_pending), V(expiring), or V(overdue).
      type: list
      elements: str
      sample: [failing, expiring]
    reason: {description: The same in words., type: str, sample: "the last attempt failed; the next one may be made at
      2026-11-22T07:30:00Z"}
files:
  description: The files by their formats. In check mode, those that would be written.
  returned: success
  type: dict
  sample: {html: /srv/www/certificates/report.html, metrics: /srv/www/certificates/metrics.prom}
overview:
  description:
    - One row a project for a terminal of 80 columns, the worst in front, with the number of distributions that it
      serves, and of its addresses those that are subscribed.
    - Below them is what needs a person, with a command, and RV(headline).
  returned: success
  type: list
  elements: str
  sample:
    - PROJECT  STATE    LEFT     RENEWS      SITES  MAIL  NAMES
    - shop     failing  2 d 4 h  2026-11-02  1      1/1   shop.example.com
data:
  description: What C(report.json) has.
  returned: success, with O(write=false)
  type: dict
  sample: {title: Certificates, counts: {ok: 1}, attention: 0, projects: [{name: shop, state: ok}]}
"""

import typing as t

from ..module_utils import _module
from ..module_utils._clients.aws.cloudfront import CLIENT_CONFIG, CloudFront
from ..module_utils._clients.aws.iam import Iam
from ..module_utils._clients.aws.listing_cache import SharedSts
from ..module_utils._clients.aws.session import Connection
from ..module_utils._clients.stores import open as stores, report_place
from ..module_utils._core.report import expiry
from ..module_utils._core.report.fleet import metrics, words
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.fleet import report
from ..module_utils._operations.fleet.report import ReportAws, ReportClients, ReportRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "store": {"type": "str"},
    "dir": {"type": "str"},
    "title": {"type": "str", "default": "Certificates"},
    "formats": {"type": "list", "elements": "str", "choices": list(report.FILES), "default": list(report.FILES)},
    "language": {"type": "str", "choices": list(words.LANGUAGES), "default": "en"},
    "days": {"type": "list", "elements": "int", "default": list(expiry.THRESHOLDS)},
    "interval_hours": {"type": "float", "default": 24},
    "metrics_detail": {"type": "str", "choices": list(metrics.DETAILS)},
    "acme_limits": {"type": "path"},
    "lines": {"type": "int", "default": 20},
    "observe": {"type": "bool", "default": True},
    "write": {"type": "bool", "default": True},
}


def parse(params: Params) -> ReportRequest:
    """What is written where; every problem with the options in one ConfigError."""
    return report.parse(params)


def connect(request: ReportRequest) -> ReportClients:
    """The store, the place of the files, and what lists."""
    session = request.connection.session
    return ReportClients(
        store=stores.store(request.store, session),
        place=report_place.connect(request.dir, session),
        aws=(lambda: _aws(request.connection)) if request.observe else None,
    )


def _aws(connection: Connection) -> ReportAws:
    session = connection.session()
    cloudfront = CloudFront(session.client("cloudfront", **CLIENT_CONFIG))
    return ReportAws(Iam(session.client("iam")), cloudfront, lambda: SharedSts.account_of(session))


def run(request: ReportRequest, clients: ReportClients, clock: Clock, check_mode: bool) -> Outcome:
    """Read, list, and write the files."""
    return report.run(request, clients, clock, check_mode)


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
