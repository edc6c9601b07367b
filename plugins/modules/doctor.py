#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: doctor
version_added: 0.1.0
short_description: Report what would stop the certificate of a project from being issued or bound
author:
  - certops.cloudfront contributors (@certops)
description:
  - Looks at everything that an issuance or a bind of one project depends on, before there is one, namely CAA records,
    hosted zones and their delegation,
    credentials and permissions, room in IAM, distributions and their aliases, ICP recordals in China, store and
      archive, the CA, the schedule, and who is notified.
  - Each finding has a code that stays the same, a severity, and a remedy. The table of RV(findings) lists all codes.
  - Changes nothing. What is broken is a finding and stops no other check, so the module fails only for arguments that
    cannot be used.
  - Whether a store in AWS, and an archive in S3, can be written to is tried by a write on a condition that never holds.
    AWS refuses it after it has looked at
    the permissions, and nothing is left. Of files only the permissions are looked at.
  - Whether the other things may be changed is asked of C(iam:SimulatePrincipalPolicy), where that is allowed.
requirements:
  - acme >= 4.1
  - dnspython >= 2.7, to ask DNS; without it, DNS is not asked
  - idna >= 3.15, for international names
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.attributes.info_module
  - certops.cloudfront.dns
  - certops.cloudfront.dns.zones
  - certops.cloudfront.requirements
  - certops.cloudfront.store
  - certops.cloudfront.aws
options:
  name:
    description: Name of the project.
    type: str
    required: true
  definition:
    description:
      - What is wanted of the project, as for M(certops.cloudfront.project_record). What is left out takes its default.
      - Without it, the stored definition is examined.
    type: dict
  acme_eab_kid:
    description: The key identifier of the external account binding that runs of the project would be given. Only
      whether there is one matters here.
    type: str
  fails_on:
    description: The lowest severity of a finding that makes the project count as failed in RV(result).
    type: str
    choices: [error, warning]
    default: error
notes:
  - "IAM actions needed: C(route53:ListHostedZones), C(route53:GetHostedZone), C(route53:ListResourceRecordSets) where
    no resolver
    answers, C(sts:AssumeRole) for a role in O(dns_aws) or O(dns_delegations), C(iam:GetAccountSummary),
      C(iam:ListServerCertificates),
    C(iam:GetServerCertificate), C(cloudfront:ListDistributions), C(cloudfront:GetDistributionConfig) where
    there are staging distributions, C(sns:ListSubscriptionsByTopic), and
    C(acm:DescribeCertificate) for a project with certificates in ACM. Each that is missing
      is a finding of its own."
  - "IAM actions needed for the tags of distributions: C(tag:GetResources). For load balancers among the targets:
    C(elasticloadbalancing:DescribeLoadBalancers), C(elasticloadbalancing:DescribeListeners),
    C(elasticloadbalancing:DescribeListenerCertificates), C(elasticloadbalancing:DescribeTags)
    and C(acm:ListCertificates). For API domains: C(apigateway:GET)."
  - "IAM action of use: C(iam:SimulatePrincipalPolicy) on the identity itself, to test what changes something."
  - "IAM actions needed for a store in DynamoDB: C(dynamodb:GetItem), C(dynamodb:PutItem), C(dynamodb:DescribeTable),
    C(dynamodb:DescribeContinuousBackups),
    C(dynamodb:ListTagsOfResource)."
  - "IAM actions needed for a bucket: C(s3:ListBucket), C(s3:GetObject), C(s3:PutObject),
    C(s3:GetBucketPublicAccessBlock), C(s3:GetEncryptionConfiguration),
    C(s3:GetBucketVersioning), and C(kms:Decrypt) and C(kms:GenerateDataKey) where a KMS key encrypts it."
seealso:
  - module: certops.cloudfront.project_info
  - module: certops.cloudfront.project_store
"""

EXAMPLES = r"""
- name: Examine a project of the store
  certops.cloudfront.doctor:
    name: webapp
    region: us-east-1
  register: examined

- name: Stop before an issuance that cannot work
  ansible.builtin.assert:
    that: examined.healthy
    fail_msg: "{{ examined.lines | join('; ') }}"

- name: Examine a project before it is created
  certops.cloudfront.doctor:
    name: webapp
    definition:
      domains: [example.com, "*.example.com"]
      emails: [ops@example.com]
      bind: [previous, aliases]
    region: us-east-1
"""

RETURN = r"""
healthy:
  description: Whether there is no finding of the severity V(error).
  returned: success
  type: bool
  sample: true
summary:
  description: The project in one line.
  returned: success
  type: str
  sample: "webapp is healthy: 18 checks"
findings:
  description: What was found, the worst first.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description:
        - V(CAA_FORBIDS), error. The CAA records that count for a name do not name the CA.
        - V(CAA_FORBIDS_ACCOUNT), error. They name the CA with another ACME account (RFC 8657).
        - V(CAA_FORBIDS_METHOD), error. They name the CA, and not for dns-01 (RFC 8657).
        - V(CAA_UNKNOWN_CRITICAL), error. One of them is of an unknown kind and marked as critical.
        - V(ZONE_MISSING), error. A name has no hosted zone.
        - V(ZONE_PRIVATE_ONLY), error. A name has a private hosted zone only.
        - V(ZONE_AMBIGUOUS), error. There are several public zones of one name, and DNS leads to none of them, or to
          more than one.
        - V(ZONE_UNUSABLE), error. There is no zone for the challenge record of a name, for a reason that the message
          states.
        - V(ZONE_NOT_DELEGATED), error. DNS does not lead to the name servers of the hosted zone that is needed.
        - V(CAA_UNCHECKED), warning. They could not be read.
        - V(ZONE_DUPLICATE), warning. There are several public zones of one name, and DNS leads to one of them.
        - V(ZONE_PASSED_OVER), warning. DNS does not lead to the hosted zone that is closest to a name, so that one
          above it is used.
        - V(ZONE_PARTLY_DELEGATED), warning. DNS leads to other name servers, too.
        - V(DNS_FAILED), warning. The resolver does not answer.
        - V(CAA_ISSUER_UNKNOWN), info. There are some, and the directory of the CA does not state the issuer name.
        - V(CA_UNREACHABLE), error. The directory of the CA cannot be read.
        - V(PROFILE_NOT_OFFERED), error. The CA does not offer the profile.
        - V(TERMS_NOT_AGREED), error. There is no account with the CA yet, and its terms are not agreed to.
        - V(NAMES_REDUNDANT), error. A wildcard of the same order covers a name, which Let's Encrypt refuses.
        - V(EAB_MISSING), error. There is no account with the CA yet, and it wants an external account binding for one.
        - V(ACCOUNT_DIFFERS), error. The project belongs to another account or partition than that of the credentials,
          so every run is refused.
        - V(CREDENTIALS_UNUSABLE), error. There are no credentials, no region, or AWS rejects them. What needs AWS was
          not checked.
        - V(PERMISSION_MISSING), error. An action is not allowed. It was tried if it reads, and simulated if it changes
          something.
        - V(SERVICE_FAILED), error. A service of AWS answered with something else than a missing permission, or not at
          all.
        - V(IAM_QUOTA_FULL), error. There is no room for the next server certificate, including what must stay free.
        - V(CERTIFICATE_MISSING), error. The recorded certificate is not in IAM.
        - V(CERTIFICATE_DIFFERS), error. The recorded certificate has another fingerprint in IAM.
        - V(KEY_TYPE_REFUSED), error. CloudFront does not accept this type of key.
        - V(IAM_QUOTA_TIGHT), warning. The next server certificate is the last that fits.
        - V(ACM_RENEWAL_BLOCKED), warning. Something keeps ACM from renewing the certificate that it issued.
        - V(OWNED_ELSEWHERE), warning. Tags name a stack of CloudFormation, or a tool like Terraform, whose template
          sets a certificate, too.
        - V(TARGET_ASTRAY), warning. A listener or an API domain still uses an older certificate of the project.
        - V(TARGET_REFUSED), warning. A listener or an API domain is meant, and cannot take the certificate.
        - V(USER_NOT_REBOUND), warning. A service that keeps the ARN uses the certificate; a renewal has another one.
        - V(PATH_NOT_OURS), warning. A server certificate is under the path of the project, and not recorded.
        - V(NAME_CONFLICT), info. A server certificate under another path is named like one of the project.
        - V(KEY_TYPE_COSTLY), info. CloudFront accepts it, but its handshakes are slow.
        - V(WRITES_UNTESTED), info. What changes something could not be simulated.
        - V(DISTRIBUTION_UNKNOWN), error. A distribution that is listed does not exist.
        - V(TARGET_UNKNOWN), error. A listener or an API domain that is listed does not exist.
        - V(CONTINUOUS_DEPLOYMENT), error. A distribution has a continuous deployment policy, with which CloudFront
          refuses another viewer certificate.
        - V(ALIAS_UNCOVERED), error. A distribution that is to be bound has an alias that the names do not cover.
        - V(ICP_SUSPENDED), error. An alias has no valid ICP recordal, so that CloudFront in China does not serve it.
        - V(ICP_PENDING), warning. CloudFront could not find out whether it has one.
        - V(BINDING_CONTESTED), warning. A distribution that is to be bound uses a certificate of another project.
        - V(TENANT_ONLY), warning. A multi-tenant distribution is to be bound, which takes certificates of ACM only.
        - V(BINDING_TAKES_OVER), info. What is to be bound uses a certificate that belongs to no project.
        - V(BOUND_ELSEWHERE), info. A distribution has names of the project and is not to be bound.
        - V(NO_DISTRIBUTION), info. No distribution is to be bound.
        - V(DEFINITION_INVALID), error. The definition cannot be used. Nothing else was checked.
        - V(PROJECT_UNKNOWN), error. There is neither a definition nor a document. Nothing else was checked.
        - V(STORE_FAILED), error. The store does not answer, or the document is damaged.
        - V(STORE_NOT_WRITABLE), error. The store can be read only.
        - V(ARCHIVE_FAILED), error. The archive does not answer.
        - V(ARCHIVE_NOT_WRITABLE), error. The archive can be read only.
        - V(ARCHIVE_EXPOSED), warning. Users other than the owner have access to the files of the archive.
        - V(BUNDLE_MISSING), warning. The archive does not have the bundle of the recorded certificate.
        - V(PLACE_SETTINGS), warning. A table or a bucket is not set up as M(certops.cloudfront.project_store) would
          have it.
        - V(PLACE_UNTESTED), info. Its settings could not be read.
        - V(PROJECT_NEW), info. There is no document yet.
        - V(ADOPTION_UNFINISHED), error. The project is being taken over from another tool, and nobody renews it.
        - V(CERTIFICATE_EXPIRED), error. The recorded certificate is no longer valid.
        - V(CLOCK_WRONG), error. The clock of the host that runs the module is off by 5 minutes or more.
        - V(CERTIFICATE_EXPIRES_SOON), warning. Half of the time between its renewal and its expiry is over.
        - V(CERTIFICATE_LATE), warning. A certificate of files, or of ACM, has not been replaced in time.
        - V(RENEWAL_OVERDUE), warning. Its renewal has been due for longer than a schedule should take.
        - V(RUN_FAILED), warning. The last run failed.
        - V(INTERVAL_UNSUITABLE), warning. The interval does not suit the lifetime of the certificate.
        - V(CLOCK_SKEWED), warning. It is off by a minute or more.
        - V(RUN_UNFINISHED), info. The last run did not finish.
        - V(PROJECT_LOCKED), info. A run is at work.
        - V(NO_SUBSCRIBERS), warning. Nobody has confirmed a subscription to the topic.
        - V(SUBSCRIPTION_PENDING), warning. An address has not confirmed yet.
        - V(SUBSCRIPTION_MISSING), warning. An address is no longer subscribed.
        - V(TOPIC_MISSING), warning. The topic does not exist.
        - V(NO_NOTICES), info. The project has no topic or no addresses.
      type: str
      sample: CAA_FORBIDS
    severity:
      description:
        - V(error) stops an issuance, a bind or the service. V(warning) will, or hides something. V(info) is good to
          know.
      type: str
      sample: error
    subject: {description: "What it is about, such as a name, a distribution, or an action.", type: str, sample:
      www.example.com}
    message: {description: What was found., type: str, sample: "the CAA records of example.com allow 'ca.example.net',
      not letsencrypt.org"}
    remedy: {description: What to do., type: str, sample: "Add a CAA record that names the CA, or remove those that
      exclude it, or choose a CA that they name"}
lines:
  description: The findings as lines for people.
  returned: success
  type: list
  elements: str
  sample: ["ERROR ZONE_MISSING example.net: it has no public hosted zone in the Route 53 of this account. Create a
    public hosted zone"]
todo:
  description: What needs a person, the errors and warnings among the findings, as C(what) it is and what to C(do).
  returned: success
  type: list
  elements: dict
  sample: [{what: "ERROR ZONE_MISSING example.net: it has no public hosted zone", do: Create a public hosted zone}]
counts:
  description: How many findings of each severity there are.
  returned: success
  type: dict
  sample: {error: 0, warning: 0, info: 1}
result:
  description: The project as the role leaves it in C(project_result). Its C(status) is V(healthy), V(warned) or
    V(failed).
  returned: success
  type: dict
  sample: {name: webapp, status: healthy, changed: false, failed: false, reason: "webapp is healthy: 18 checks"}
checks:
  description: What was looked at, or tried to.
  returned: success
  type: list
  elements: str
  sample: [zones, ca, caa]
"""

import typing as t

from ..module_utils import _module
from ..module_utils._clients.aws.session import IMPATIENT
from ..module_utils._clients.net.resolver import Dns
from ..module_utils._core.doctor.findings import FAILS_ON
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.dns import accounts, options as dns_options
from ..module_utils._operations.doctor import examination
from ..module_utils._operations.doctor.examination import Connections, ExaminationRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "definition": {"type": "dict"},
    "store": {"type": "str"},
    "acme_eab_kid": {"type": "str"},
    **dns_options.ACCOUNTS,
    "zone_id": {"type": "raw"},
    "dns_server": {"type": "str"},
    "fails_on": {"type": "str", "choices": list(FAILS_ON), "default": "error"},
}


def parse(params: Params) -> ExaminationRequest:
    """The project to look at; ConfigError for options that cannot be used."""
    return examination.parse(params)


def connect(request: ExaminationRequest) -> Connections:
    """Where clients come from: a connection that cannot be made is a finding, too."""
    return Connections(
        session=request.connection.session,
        dns_session=request.zones.own.session,
        delegated=lambda: accounts.connect(request.zones, **IMPATIENT).delegated,
        dns=Dns(request.dns_server),
    )


def run(request: ExaminationRequest, clients: Connections, clock: Clock, check_mode: bool) -> Outcome:
    """Look at the project; the same in check mode, since nothing is changed."""
    del check_mode
    return examination.run(request, clients, clock)


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
