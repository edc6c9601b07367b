#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: adoption_info
version_added: 0.1.0
short_description: Show which running certificates of other tools can be adopted
author:
  - certops.cloudfront contributors (@certops)
description:
  - Finds what already renews certificates of CloudFront, and shows for each project of it what it would become here,
    which is its definition, its certificates and what uses them, its bundles, what makes the old tool run, what moves,
    and what is in the way.
  - Nothing is changed. A listing that fails is an error and never looks like nothing found.
  - The playbook C(certops.cloudfront.adopt) uses it before and after the old tool is stopped.
requirements:
  - cryptography >= 50
  - idna >= 3.15, for international names
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.attributes.info_module
  - certops.cloudfront.requirements
  - certops.cloudfront.store
  - certops.cloudfront.aws
options:
  sources:
    description:
      - Where to look. V(ssl_plugin) is the China CloudFront SSL Plugin, v1 and v2, in the region of the connection.
        V(iam) is server certificates that people or other programs uploaded and a distribution uses. V(acm) is
        certificates of ACM that CloudFront uses, imported by hand, or issued and renewed by ACM itself.
      - V(certbot), V(lego), V(acme_sh) and V(dehydrated) are read from the files in O(paths), on the host where the
        module runs, and need no AWS.
    type: list
    elements: str
    choices: [ssl_plugin, iam, acm, certbot, lego, acme_sh, dehydrated]
    default: [ssl_plugin]
  projects:
    description:
      - Only the projects with these names, theirs, ours or those of their stacks. The wildcards C(*) and C(?) may be
        used. A name that belongs to nothing fails, and what exists is named.
      - With O(reads=files), all projects of the host are returned, and the keys of these alone.
    type: list
    elements: str
  names:
    description:
      - What a project is called here, by the name that it has there, by that of its stack, or by the ID or ARN of a
        certificate of it.
    type: dict
  paths:
    description:
      - The configuration directories of clients, for example V(/etc/letsencrypt).
    type: list
    elements: str
  emails:
    description:
      - Which addresses are notified. V(confirmed), those that confirmed the subscription of the old topic, or V(all),
        or a list of addresses.
    type: list
    elements: str
    default: [confirmed]
  definition:
    description:
      - Keys of the definition that apply to each project, as in M(certops.cloudfront.project_record). The names are
        always those of the certificate in service.
    type: dict
  variables:
    description:
      - Variables of a run. Those that are keys of a definition with C(project_) before them apply like O(definition),
        others are left out.
    type: dict
  rebind:
    description:
      - Take the newest certificate of each project, even if distributions use an older one. The next run rebinds them.
    type: bool
    default: false
  move:
    description:
      - Whether server certificates are to be moved below C(/cloudfront/certops/), and get our tags, in ACM too.
    type: bool
    default: true
  keys:
    description:
      - Also return RV(bundles) and RV(accounts), the certificates of clients with their private keys, and the keys of
        their ACME accounts. Set C(no_log) on such a task.
    type: bool
    default: false
  reads:
    description:
      - Which of O(sources) are read here. In a playbook, V(files) are read on the hosts that have them, and V(aws) from
        where the credentials are.
    type: str
    choices: [all, files, aws]
    default: all
  host:
    description:
      - What the inventory calls the host that is read, for the results. By default it is the name that it has itself.
    type: str
  topic:
    description:
      - The topic of the definitions. V(new) is one of their own, V(keep) is that of the old tool, which goes with its
        stack. V(both) is a new one, too, and the runs of the project notify the old one as well, as long as an address
        has to confirm the new one; RV(projects[].unconfirmed) says which.
    type: str
    choices: [new, keep, both]
    default: new
  verify:
    description:
      - Fail if a distribution that used a certificate of a project in O(known) uses none of that project now.
    type: bool
    default: false
  check_bundles:
    description:
      - Open every bundle of the SSL Plugin, and warn of those that cannot be used. They are not looked into otherwise.
    type: bool
    default: false
  wait_seconds:
    description:
      - How long to wait, before anything is listed, until no project in O(known) whose rules are disabled by now says
        that a run of it is at work. None of the SSL Plugin takes longer than 900 seconds. They are waited for all at
        once.
    type: int
    default: 0
  wait_for_old_run:
    description:
      - Wait O(wait_seconds) if such a project is a v1 of the SSL Plugin, which does not say whether it is at work. If
        not, a run that came in between is seen only if it has ended.
    type: bool
    default: false
  known:
    description:
      - RV(projects) of an earlier reading. What a run of the old tool cannot have changed is taken from there.
    type: list
    elements: dict
  hosts:
    description:
      - RV(projects) of the hosts that have clients. Each is matched to its server certificate in IAM by the certificate
        itself.
    type: list
    elements: dict
notes:
  - "IAM actions needed: C(cloudfront:ListDistributions), C(iam:ListServerCertificates), C(iam:GetServerCertificate),
    and for V(ssl_plugin) C(cloudformation:DescribeStacks), C(cloudformation:ListStackResources), C(events:ListRules),
    C(events:ListRuleNamesByTarget), C(lambda:GetFunction), C(dynamodb:Scan), C(s3:ListBucket), C(s3:GetObject),
    C(sns:ListSubscriptions), C(tag:GetResources). Where IAM has certificates that may be adopted
    C(elasticloadbalancing:DescribeLoadBalancers), and where load balancers exist
    C(elasticloadbalancing:DescribeListeners), C(elasticloadbalancing:DescribeListenerCertificates) and
    C(elasticloadbalancing:DescribeTags). Where a distribution uses ACM, for V(acm) and for O(hosts)
    C(acm:ListCertificates), C(acm:DescribeCertificate), C(acm:GetCertificate) and C(tag:GetResources), and where
    tenants exist C(cloudfront:ListDistributionTenants)."
  - "For a store in AWS C(dynamodb:GetItem) or C(dynamodb:Scan), C(s3:GetObject) and C(s3:ListBucket), and where a KMS
    key encrypts it C(kms:Decrypt)."
  - One call for each server certificate that no document of ours has, two for each of ACM, and two for each project of
    the SSL Plugin; everything else is listed once.
  - C(sts:GetCallerIdentity) is called if the store has a document of what was found; it needs no permission. A project
    that belongs to another account is refused.
  - The CAs of the certificates in service are asked for renewal information, unless C(acme_renewal_info) is V(false),
    and a certificate that its CA wants to be replaced at once has a warning.
  - Files of other tools are read as data. Nothing is executed, and no link is followed out of the directory.
seealso:
  - module: certops.cloudfront.project_adopt
  - module: certops.cloudfront.adoption_source
"""
EXAMPLES = r"""
- name: See what the SSL Plugin has
  certops.cloudfront.adoption_info:
    sources: [ssl_plugin]
  register: found

- name: Show it
  ansible.builtin.debug:
    msg: "{{ found.lines }}"
"""
RETURN = r"""
projects:
  description: What was found. RV(projects) is passed to the other modules of an adoption as it is.
  returned: success
  type: list
  elements: dict
  contains:
    source: {description: Where it was found., type: str, sample: ssl_plugin}
    version: {description: "V(v2), V(v1), or V(v1_file) for a v1 from before July 2024.", type: str, sample: v2}
    theirs: {description: Its name there., type: str, sample: WebApp}
    name: {description: Its name here., type: str, sample: WebApp}
    region: {description: The region of its resources., type: str, sample: cn-northwest-1}
    status:
      description: V(ready), V(adopted), V(refused), or V(left alone) if there is nothing to take over.
      type: str
      sample: ready
    settings: {description: What the old tool was set to., type: dict, sample: {interval: 30}}
    definition: {description: The definition that it would get., type: dict, sample: {domains: [example.com]}}
    certificates:
      description: Its server certificates, oldest first, with what uses them.
      type: list
      elements: dict
      sample: [{name: WebApp-2027-01-06-0442, role: current, users: [E2EXAMPLE3WK9D]}]
    bundles:
      description: Its bundles where the old tool keeps them. Nobody has looked into them.
      type: list
      elements: dict
      sample: [{uri: "s3://bucket/WebApp/2026-10-08-1244.tar.gz", size: 9000, issued_at: "2026-10-08T04:44:00Z"}]
    lineage: {description: "Its certificate among the files of a client, or V(null).", type: dict, sample: null}
    scheduler:
      description: What makes the old tool run, and when it would run next.
      type: dict
      sample: {kind: eventbridge, stopped: false, next_run_at: "2026-11-07T03:44:10Z"}
    topic: {description: Its topic., type: str, sample: "arn:aws:sns:us-east-1:123456789012:WebApp"}
    also_notified:
      description: That topic with O(topic=both), or V(null).
      type: str
      sample: null
    subscriptions:
      description: The endpoints of its topic.
      type: list
      elements: dict
      sample: [{protocol: email, endpoint: ops@example.com, status: confirmed}]
    unconfirmed:
      description: Of an adopted project, the addresses that did not confirm its topic yet.
      type: list
      elements: str
      sample: []
    last_run: {description: "Its last run, or V(null).", type: dict, sample: {Status: Succeeded}}
    moves:
      description: The server certificates whose path changes, in this order.
      type: list
      elements: dict
      sample: [{name: WebApp-2027-01-06-0442, before: /cloudfront/cn-northwest-1/WebApp-CertBot/, after:
        /cloudfront/certops/WebApp/}]
    problems: {description: Why it is refused., type: list, elements: str, sample: []}
    warnings: {description: What to know before., type: list, elements: str, sample: []}
    notes: {description: What else there is to say., type: list, elements: str, sample: []}
    read_at: {description: When it was read., type: str, sample: "2026-11-22T05:30:00Z"}
ready:
  description: Our names of those that can be adopted.
  returned: success
  type: list
  elements: str
  sample: [WebApp]
refused:
  description: Why the others cannot, by their names.
  returned: success
  type: dict
  sample: {}
inventory:
  description: The definitions as YAML for an inventory.
  returned: success
  type: str
  sample: "certificate_projects:\n  hosts:\n    WebApp:\n      project_name: 'WebApp'\n"
lines:
  description: The same in words.
  returned: success
  type: list
  elements: str
  sample: ["WebApp (ssl_plugin v2): ready"]
lost:
  description: The distributions that O(verify) found without a certificate of their project, by its name.
  returned: success
  type: dict
  sample: {}
bundles:
  description: The certificates of clients with their private keys, by the fingerprint of the certificate.
  returned: with O(keys=true)
  type: dict
  sample: {}
accounts:
  description: The private keys of the ACME accounts of clients, by the URL of the account.
  returned: with O(keys=true)
  type: dict
  sample: {}
"""

import functools
import typing as t

from ..module_utils._clients.acme.renewal_info import HttpRenewalInfos
from ..module_utils._clients.aws.cloudfront import CLIENT_CONFIG, CloudFront
from ..module_utils._clients.aws.iam import Iam
from ..module_utils._clients.aws.listing_cache import SharedSts
from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.aws.regional.elb import ClassicLoadBalancing
from ..module_utils._clients.aws.regional.elbv2 import LoadBalancing
from ..module_utils._clients.aws.regional.tagging import Tagging
from ..module_utils._clients.aws.sns import Sns
from ..module_utils._clients.aws.stacks.cloudformation import CloudFormation
from ..module_utils._clients.aws.stacks.events import Events
from ..module_utils._clients.aws.stacks.functions import Functions
from ..module_utils._clients.aws.stacks.plugin_bucket import PluginBucket
from ..module_utils._clients.aws.stacks.plugin_table import PluginTable
from ..module_utils._clients.stores import open as stores
from ..module_utils._core.acm_cert.certificates import CLOUDFRONT_REGION
from ..module_utils._core.adoption.mapping import CONFIRMED, TOPICS
from ..module_utils._core.adoption.shapes import SOURCES
from ..module_utils._core.values import partitions
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations.adoption import reading, request as requests
from ..module_utils._operations.adoption.request import AdoptionAws, AdoptionClients, AdoptionInfoRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "sources": {
        "type": "list",
        "elements": "str",
        "choices": list(SOURCES),
        "default": ["ssl_plugin"],
    },
    "projects": {"type": "list", "elements": "str"},
    "names": {"type": "dict"},
    "paths": {"type": "list", "elements": "str"},
    "emails": {"type": "list", "elements": "str", "default": [CONFIRMED]},
    "definition": {"type": "dict"},
    "variables": {"type": "dict"},
    "rebind": {"type": "bool", "default": False},
    "move": {"type": "bool", "default": True},
    "reads": {"type": "str", "choices": ["all", "files", "aws"], "default": "all"},
    "host": {"type": "str"},
    "topic": {"type": "str", "choices": list(TOPICS), "default": TOPICS[0]},
    "verify": {"type": "bool", "default": False},
    "check_bundles": {"type": "bool", "default": False},
    "keys": {"type": "bool", "default": False, "no_log": False},
    "wait_seconds": {"type": "int", "default": 0},
    "wait_for_old_run": {"type": "bool", "default": False},
    "known": {"type": "list", "elements": "dict"},
    "hosts": {"type": "list", "elements": "dict"},
    "store": {"type": "str"},
}


def parse(params: Params) -> AdoptionInfoRequest:
    """What is looked for; every problem with the options in one ConfigError."""
    return requests.parse(params)


def connect(request: AdoptionInfoRequest) -> AdoptionClients:
    """The clients of AWS where it is read, and the store."""
    if not request.in_aws:
        return AdoptionClients(aws=None, store=None, ca=HttpRenewalInfos)
    session = request.connection.session()
    account = functools.cache(lambda: SharedSts.account_of(session))
    has_acm = session.partition == partitions.GLOBAL
    aws = AdoptionAws(
        region=session.region,
        iam=Iam(session.client("iam")),
        cloudfront=CloudFront(session.client("cloudfront", **CLIENT_CONFIG)),
        cloudformation=CloudFormation(session.client("cloudformation")),
        events=Events(session.client("events")),
        functions=Functions(session.client("lambda")),
        table=PluginTable(session.client("dynamodb")),
        bucket=PluginBucket(session.client("s3"), lambda: account().id),
        sns=Sns(session.client("sns")),
        account=account,
        acm=acm.connect(session, CLOUDFRONT_REGION) if has_acm else None,
        elbv2=LoadBalancing(session.client("elbv2")),
        elb=ClassicLoadBalancing(session.client("elb")),
        stack_tags=Tagging(session.client("resourcegroupstaggingapi")),
        tagging=Tagging(session.regional("resourcegroupstaggingapi", CLOUDFRONT_REGION)) if has_acm else None,
    )
    return AdoptionClients(aws=aws, store=stores.store(request.store, request.connection.session), ca=HttpRenewalInfos)


def run(request: AdoptionInfoRequest, clients: AdoptionClients, clock: Clock, check_mode: bool) -> Outcome:
    """Read; this changes nothing in any mode."""
    del check_mode
    return reading.run(request, clients, clock)


def main() -> None:
    """The module's entry."""
    execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
