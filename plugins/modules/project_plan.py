#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: project_plan
version_added: 0.1.0
short_description: Report what each of many certificate projects needs now
author:
  - certops.cloudfront contributors (@certops)
description:
  - Plans any number of projects at once. It reads the store in one pass, lists the server certificates and the
    distributions once, and asks AWS
    nothing per project.
  - Says of each project what it needs and why, and selects those that a run has to take now, the earliest deadline
    first.
  - A project of another account or partition than that of the credentials is in RV(broken) if it is due, or if there is
    none of theirs.
  - New projects for whose certificates IAM has no room are held back. Those that are renewed need only one place in
    turn.
  - Projects whose order the CA would refuse by its rate limits are held back until there is room, by what the documents
    say was issued. Renewals that a CA
    exempts from a limit are not held back by it.
  - A document or a definition that cannot be used is in RV(broken), and the other projects are planned all the same.
requirements:
  - acme >= 4.1, with O(renewal_info)
  - publicsuffixlist >= 1.0, for the limits of CAs on certificates for one registered domain
  - idna >= 3.15, for international names
  - PyYAML, for O(acme_limits) in YAML
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.store
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
    details: What the CAs say of renewal is used, but not kept, and the time of the run is not noted.
  diff_mode:
    support: none
    details: Nothing but what the CAs say of renewal, and with O(run=renew) the time, is written. That is not a
      change to a project.
  idempotent:
    support: full
    details: Never reports a change.
options:
  names:
    description:
      - Names of the projects to plan. Without them and without O(definitions) it is all that the store has.
      - A name that is not in the store is in RV(broken).
    type: list
    elements: str
  definitions:
    description:
      - Projects as variables of the role P(certops.cloudfront.project#role), with or without the prefix C(project_).
        Defaults are those of the role.
      - With C(inventory_hostname), the host that is to run the project, and with C(project_store), a store of its own.
      - With O(run=renew), and where C(project_domains) is missing, only the name counts, and what the store has holds.
      - All problems of all definitions are reported at once, in RV(broken). Of a name that is defined twice, both
        definitions are.
      - Other variables than those of a definition are ignored, so do not pass secrets.
    type: list
    elements: dict
  inventory_hosts:
    description:
      - Hosts of the inventory whose variables are definitions, as if they were given with O(definitions). They are read
        where the playbook runs.
      - With this option or O(definitions), extra variables of the playbook that are variables of the role count for
        each of them, as they do when it runs.
    type: list
    elements: str
  selection:
    description:
      - What a playbook was asked to take, in place of O(names), O(definitions), O(inventory_hosts) and O(run). It is
        read where the playbook runs.
      - What cannot be chosen so is refused, with all that is wrong with it. RV(hosts) is what
        M(ansible.builtin.add_host) is then given, in a group named RV(group).
      - One project that is named is not planned, since its run finds out by itself what there is to do. Then RV(hosts)
        and RV(group) are all that is returned.
    type: dict
    suboptions:
      purpose:
        description:
          - What the playbook does. V(renew), V(converge) and V(reissue) are those of O(run).
          - V(named) takes all that is named. V(examine) does, too, or else all that the store has.
        type: str
        choices: [renew, converge, reissue, named, examine]
        required: true
      projects:
        description: Whether the variable C(projects) was given, a list of names or definitions. It is read where the
          playbook runs, since definitions may have secrets, which an option of a task would show.
        type: bool
        default: false
      project_name:
        description: The name that was given of one project.
        type: raw
      hosts:
        description: The hosts of the inventory group C(certificate_projects), if there is one.
        type: list
        elements: str
      defined:
        description: Whether the variable C(project_domains) was given, so that the definition of the one project that
          is named is a whole one.
        type: bool
        default: false
      change_only:
        description:
          - Whether the definitions name only what is to change. The rest is taken from the store, in RV(hosts).
          - Without domains, a definition always means only that.
        type: bool
        default: false
      limited:
        description: Whether a limit chose these hosts.
        type: bool
        default: false
      skip_unchanged:
        description: Whether projects that need nothing are left out where several are named.
        type: bool
        default: true
  run:
    description:
      - What the run is for. V(renew) does what has come due and finishes what was left unfinished, but waits after
        failures.
        V(converge) does whatever is missing. V(reissue) asks for a new key and certificate for each project.
    type: str
    choices: [renew, converge, reissue]
    default: renew
  complete:
    description: Whether the projects that are given are all that there should be. Those that the store has beyond them
      are then in RV(without_definition).
    type: bool
    default: false
  states:
    description: Plan only projects in one of these states, which are those of
      RV(certops.cloudfront.project_info#module:projects[].state).
    type: list
    elements: str
    choices: [locked, expired, failing, unfinished, pending, due, ok]
    default: []
  tags:
    description: Plan only projects that have all of these tags.
    type: dict
    default: {}
  archive:
    description:
      - The archive that was given for this run, as O(certops.cloudfront.acme_route53_issue#module:archive) takes it.
        A project that is planned by its document, and whose document names another archive, is reported in RV(broken).
    type: str
  certificate:
    description: Plan only the project that has, or had, this certificate, given as its ARN, its ID or its name, as an
      event of AWS tells it.
    type: str
  issued_by:
    description: Plan only projects whose certificate is from this CA, given as its ACME directory, by URL or by a known
      name. A fallback counts as what it is.
    type: str
  issued_before:
    description:
      - With O(run=reissue), only certificates that were issued before this time need a new one. Repeated runs then take
        O(max_per_run) projects each, and the
        last one has nothing to do. A time as in RFC 3339, for example V(2027-01-06T04:42:00Z), that has passed.
      - Of the other projects, only what is missing is done.
    type: str
  max_per_run:
    description:
      - Select at most so many projects, those with the earliest deadlines. The reason of the others says that they are
        deferred.
      - Projects whose last attempt failed less than their waiting time ago come last.
    type: int
  priority_tags:
    description: Projects that have all of these tags come before the others, whatever their deadline.
    type: dict
    default: {}
  acme_limits:
    description:
      - A JSON or YAML file with rate limits of CAs that differ from the published ones, for example because the CA
        granted you more, or that of a CA
        which publishes none.
      - It maps an ACME directory (a known name or a URL) to its limits. These are V(orders) of one account,
        certificates for one V(registered_domain) and
        for one V(exact_set) of names, and V(failed_validations) of one name. Each has C(count) and C(seconds), and
          C(exempt), a list of V(ari) and
        V(renewal). A limit that is C(null) is none.
      - What the collection knows is in C(plugins/module_utils/_core/ca/published_limits.py), with its date and source.
    type: path
  observe:
    description:
      - List certificates and distributions, too. Without that, the plan follows the documents alone.
      - A listing that fails is a warning. It does not count as an empty one.
    type: bool
    default: true
  renewal_info:
    description:
      - Ask the CAs when they want certificates to be renewed (ARI, RFC 9773), of each certificate as often as its CA
        wants, every six hours or so.
        What they say is kept in the store beside the documents, except in check mode, and a project is due when it
          says so. M(certops.cloudfront.project_info) shows it with each project.
      - A CA that does not answer is a warning. What it said before holds, and it is left alone for the rest of this
        run.
    type: bool
    default: true
  accept_mass_change:
    description:
      - Plan although most projects, and more than one, have lost their certificates in IAM at once. Without it such a
        plan is refused, since nearly always the account is the wrong one or the listing is not complete.
    type: bool
    default: false
  schedule_interval_hours:
    description:
      - How far apart your scheduled runs are. With this there is a warning if that is too far apart for the shortest
        certificate, or for the time that
        its CA suggests.
      - It says that the run is one of a schedule, so that an alert can tell that the schedule has stopped.
    type: float
notes:
  - Nothing but O(renewal_info) changes anything, and that is not reported as a change.
  - "IAM actions needed to keep it in a store: C(dynamodb:PutItem) and C(dynamodb:DeleteItem), or C(s3:PutObject) and
    C(s3:DeleteObject), and C(kms:GenerateDataKey) where a KMS key encrypts it."
  - "IAM actions needed with O(observe): C(iam:ListServerCertificates), C(iam:GetAccountSummary),
    C(cloudfront:ListDistributions), and C(acm:ListCertificates) and C(tag:GetResources) where projects have
    certificates in ACM; tags are read in regions that have more than those in service."
  - "IAM actions needed where an older certificate may still be on a listener or an API domain:
    C(elasticloadbalancing:DescribeLoadBalancers), C(elasticloadbalancing:DescribeListeners),
    C(elasticloadbalancing:DescribeListenerCertificates), C(elasticloadbalancing:DescribeTags), C(apigateway:GET)."
  - "IAM action of use: C(tag:GetResources), to name the owners of what the selected runs change."
  - "IAM actions needed for a store in DynamoDB: C(dynamodb:Scan), C(dynamodb:GetItem)."
  - "IAM actions needed for a store in S3: C(s3:ListBucket), C(s3:GetObject), and C(kms:Decrypt) where a KMS key
    encrypts it."
seealso:
  - module: certops.cloudfront.project_info
  - module: certops.cloudfront.project_record
"""
EXAMPLES = r"""
- name: Plan all projects
  certops.cloudfront.project_plan:
  register: plan

- name: Show what is due, the most urgent first
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.action }}, since {{ item.reason }} (deadline {{ item.deadline }})"
  loop: "{{ plan.selected }}"
  loop_control:
    label: "{{ item.name }}"

- name: Plan the shops that failed or expire, ten at most
  certops.cloudfront.project_plan:
    states: [failing, expired]
    tags:
      team: shop
    max_per_run: 10

- name: Plan new certificates for what one CA issued before a moment, fifty at a time, those that customers see first
  certops.cloudfront.project_plan:
    run: reissue
    issued_by: letsencrypt
    issued_before: "2027-01-06T04:42:00Z"
    max_per_run: 50
    priority_tags:
      tier: public

- name: Plan what these definitions change
  certops.cloudfront.project_plan:
    run: converge
    definitions:
      - project_name: webapp
        project_domains: [example.com, "*.example.com"]
"""
RETURN = r"""
hosts:
  description: What runs the projects that are taken.
  returned: success, with O(selection)
  type: list
  elements: dict
  contains:
    host: {description: Name of the host., type: str, sample: webapp}
    name: {description: Name of the project., type: str, sample: webapp}
    reason: {description: Why it is taken., type: str, sample: named}
    group_suffix:
      description: C(_broken) for a document that cannot be read, which goes to a group of its own.
      type: str
      sample: ""
    definition:
      description: Which of the definitions that were given has its variables, from 0 on, or V(null).
      type: int
      sample: 0
    variables: {description: Its variables that the store has., type: dict, sample: {}}
    has_secrets: {description: Whether the definition that was given may have secrets., type: bool, sample: false}
planned_at:
  description: When the plan was made, or when the run began if nothing had to be planned.
  returned: success, but for one project that O(selection) names, unless O(schedule_interval_hours) is set
  type: str
  sample: "2026-11-22T06:28:00Z"
group:
  description: A group that no selection before this one has.
  returned: success, with O(selection)
  type: str
  sample: certops_run
projects:
  description: The projects, first those that are due by their deadline, then the others by the time to look at them
    again.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Name of the project., type: str, sample: webapp}
    host: {description: The host that is to run it., type: str, sample: webapp}
    action:
      description:
        - What it needs. V(issue), a first certificate. V(renew), a new one because of its age. V(reissue), a new one
          because something else is wanted.
          V(resume), the end of a run that was not finished. V(rebind), the certificate put in place again, because IAM
            or a distribution does not have it.
          V(update), a definition that changes nothing about the certificate. V(cleanup), certificates deleted that
            nobody needs.
          V(wait), something that may not be done yet. V(none), nothing.
      type: str
      sample: renew
    reason: {description: Why., type: str, sample: "renewal has been due since 2026-11-07T03:44:10Z: the interval of 30
      days has passed"}
    due: {description: Whether a run has to take it now., type: bool, sample: true}
    selected: {description: Whether it is in RV(selected)., type: bool, sample: true}
    issue: {description: Whether a certificate is to be ordered or fetched., type: bool, sample: true}
    deadline:
      description: When the first of its certificates in service expires. For a project without any it is now.
      type: str
      sample: "2027-01-06T04:42:09Z"
    wait_until: {description: "When to look at it again, if it rests or waits, or V(null).", type: str, sample: null}
    limit:
      description: The limit of the CA that would refuse the order before RV(projects[].wait_until), or V(null).
      type: dict
      sample: null
    state: {description: "How it stands, as M(certops.cloudfront.project_info) says.", type: str, sample: due}
    expires_in_days: {description: Whole days until its certificate expires., type: int, sample: 45}
    lifetime_hours: {description: "How long its certificate in service is valid, or V(null).", type: float, sample: 160}
    unused: {description: Superseded certificates that are unused and not to be kept., type: list, elements: str,
      sample: []}
    orphans: {description: Certificates under its path that are neither in its record nor in use., type: list,
      elements: str, sample: []}
    left: {description: "Distributions that stay on a superseded certificate, since the present one does not cover all
      of their aliases: C(id), the C(uncovered) ones, and C(until) when.", type: list, elements: dict, sample: []}
    predicted: {description: About how many calls of each service a run of it makes., type: dict, sample: {acme: 11,
      cloudfront: 5, iam: 5, route53: 4, sns: 3}}
    owned: {description: "Of a selected project, the distributions and load balancers of its last run whose tags name a
      stack of CloudFormation, or a tool like Terraform, that sets the certificate of its template again: C(id) and
      C(owner). None with C(publish), or where the ARN stays.", type: list, elements: dict, sample: []}
attention:
  description: Of RV(projects) those that need something and that no run takes now, since they wait, are put off or held
    back.
  returned: success
  type: list
  elements: dict
  sample: []
selected:
  description: The projects that a run has to take now, the earliest deadline first.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Name of the project., type: str, sample: webapp}
    host: {description: The host that is to run it., type: str, sample: webapp}
    action: {description: What it needs., type: str, sample: renew}
    reason: {description: Why., type: str, sample: "renewal has been due since 2026-11-07T03:44:10Z: the interval of 30
      days has passed"}
    deadline: {description: When service breaks., type: str, sample: "2027-01-06T04:42:09Z"}
    definition: {description: "Its place in O(definitions), from 0 on, or V(null).", type: int, sample: null}
    role_vars: {description: Its definition as variables of the role., type: dict, sample: {project_name: webapp,
      project_domains: [example.com]}}
broken:
  description: Projects that cannot be planned.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Name of the project., type: str, sample: oldapp}
    host: {description: The host that would run it., type: str, sample: oldapp}
    error: {description: What is wrong., type: str, sample: "the project document
      /srv/certops/store/oldapp.json is not valid JSON"}
without_definition:
  description: Projects of the store that none of the given ones is, with O(complete). They are not planned. With
    O(selection) a whole inventory is complete.
  returned: success, and with O(selection) where a whole inventory was planned or examined
  type: list
  elements: str
  sample: [oldapp]
limits:
  description: What the selected projects take of what is limited.
  returned: success
  type: dict
  contains:
    calls: {description: About how many calls of each service., type: dict, sample: {acme: 13, cloudfront: 5, iam: 5,
      route53: 4, sns: 3}}
    orders: {description: How many certificates are ordered at each CA., type: dict, sample:
      {"https://acme-v02.api.letsencrypt.org/directory": 1}}
    ca:
      description:
        - The limits of CAs, as far as they are known, of the orders of each account, and of whatever holds projects
          back. C(takes) says how much the selected
          projects take, C(left) how much there is after that, C(held) how many projects are held back, until C(next_at)
            the first and C(last_at) the last.
        - Known is what the documents say that was issued. The CA may count more.
      type: list
      elements: dict
      sample:
        - {directory: "https://acme-v02.api.letsencrypt.org/directory", limit: orders, of: null, count: 300, seconds:
          10800.0, takes: 1, left: 299, held: 0,
           next_at: null, last_at: null}
    iam:
      description:
        - Places for server certificates, namely C(used), C(allowed) and C(room), which are V(null) if IAM was not
          asked,
          C(uploads), and C(kept), by how many there
          are more in the end.
      type: dict
      sample: {used: 12, allowed: 20, room: 8, uploads: 1, kept: 0}
renewal_info:
  description:
    - Of how many certificates the CA was asked. C(answered), C(failed), C(unavailable) where the CA has no such
      information, and C(skipped) where it
      failed before in this run. C(conflicts) counts answers that were not kept, because other jobs wrote at the
        same time.
  returned: success
  type: dict
  sample: {answered: 12, conflicts: 0, failed: 0, skipped: 0, unavailable: 3}
summary:
  description:
    - How many projects need what, and the first five of those that no run takes now, namely of those that are put off,
      wait, rest, or have leftovers
      for the playbook C(cleanup).
    - C(attention) is what needs a person of the projects that no run takes now, with what to C(do), at most 20 of them.
  returned: success
  type: dict
  sample:
    total: 1000
    due: 1
    selected: 1
    put_off: 0
    broken: 0
    actions: {none: 998, renew: 1, wait: 1}
    states: {due: 1, failing: 1, ok: 998}
    held: 0
    without_room: 0
    first_put_off: []
    first_held: []
    first_without_room: []
    first_waiting: [{name: shop, until: "2026-11-22T09:30:00Z", reason: "failed attempts so far: 3; the next one is due
      at 2026-11-22T09:30:00Z"}]
    first_resting: [{name: blog, until: "2026-11-24T08:47:05Z", reason: "the certificate is valid and not due before
      2026-11-24T08:47:05Z"}]
    first_to_clean: []
    attention: []
"""

import typing as t

from ..module_utils import _module
from ..module_utils._clients.aws import session
from ..module_utils._clients.aws.listing_cache import SharedCloudFront, SharedIam, SharedSts
from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.aws.regional.apigateway import ApiGateway
from ..module_utils._clients.aws.regional.elb import ClassicLoadBalancing
from ..module_utils._clients.aws.regional.elbv2 import LoadBalancing
from ..module_utils._clients.aws.regional.tagging import Tagging
from ..module_utils._clients.stores import open as stores
from ..module_utils._core.fleet import choice, needs
from ..module_utils._core.run import overview
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.fleet import listings, planning, survey
from ..module_utils._operations.fleet.beside import BesideClients
from ..module_utils._operations.fleet.planning import Clients, PlanRequest

SELECTION: dict[str, t.Any] = {
    "purpose": {"type": "str", "choices": list(choice.PURPOSES), "required": True},
    "projects": {"type": "bool", "default": False},
    "project_name": {"type": "raw"},
    "hosts": {"type": "list", "elements": "str"},
    "limited": {"type": "bool", "default": False},
    "defined": {"type": "bool", "default": False},
    "change_only": {"type": "bool", "default": False},
    "skip_unchanged": {"type": "bool", "default": True},
}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "store": {"type": "str"},
    "names": {"type": "list", "elements": "str"},
    "definitions": {"type": "list", "elements": "dict"},
    "inventory_hosts": {"type": "list", "elements": "str"},
    "selection": {"type": "dict", "options": SELECTION},
    "run": {"type": "str", "choices": list(needs.RUNS), "default": "renew"},
    "states": {"type": "list", "elements": "str", "choices": list(overview.STATES), "default": []},
    "tags": {"type": "dict", "default": {}},
    "certificate": {"type": "str"},
    "issued_by": {"type": "str"},
    "issued_before": {"type": "str"},
    "max_per_run": {"type": "int"},
    "priority_tags": {"type": "dict", "default": {}},
    "acme_limits": {"type": "path"},
    "archive": {"type": "str"},
    "observe": {"type": "bool", "default": True},
    "renewal_info": {"type": "bool", "default": True},
    "schedule_interval_hours": {"type": "float"},
    "accept_mass_change": {"type": "bool", "default": False},
    "complete": {"type": "bool", "default": False},
}


def parse(params: Params) -> PlanRequest:
    """What is to be planned; every problem with the options in one ConfigError."""
    return planning.parse(params)


def connect(request: PlanRequest) -> Clients:
    """The stores of the projects, and what lists."""
    connection = request.connection
    aws = _aws(connection.session()) if request.observe else None
    return Clients(
        stores={
            uri: stores.store(uri or request.store, connection.session)
            for uri in survey.usable_stores(request.given or ())
        },
        aws=aws,
    )


def _aws(connection: session.Session) -> listings.Aws:
    """What the plan lists serves the runs of the projects, too."""

    def tagging(region: str) -> Tagging:
        return Tagging(connection.regional("resourcegroupstaggingapi", region))

    return listings.Aws(
        iam=SharedIam.of(connection),
        cloudfront=SharedCloudFront.of(connection),
        sts=SharedSts.of(connection),
        acm=lambda region: acm.connect(connection, region),
        tagging=tagging,
        beside=BesideClients(
            elbv2=lambda region: LoadBalancing(connection.regional("elbv2", region or connection.region)),
            elb=lambda region: ClassicLoadBalancing(connection.regional("elb", region or connection.region)),
            apigateway=lambda region: _apigateway(connection.regional("apigateway", region or connection.region)),
            tagging=tagging,
            cloudfront_region=connection.home("cloudfront"),
        ),
    )


def _apigateway(client: t.Any) -> ApiGateway:
    """One that only lists."""
    return ApiGateway(client, lambda: client)


def run(request: PlanRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Read, list, judge, select."""
    return planning.plan(request, clients, clock, check_mode)


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
