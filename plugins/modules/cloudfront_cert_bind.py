#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudfront_cert_bind
version_added: 0.1.0
short_description: Bind a certificate to CloudFront distributions, without any other change to them
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes every distribution that is meant use this certificate, waits until all of them are deployed, and verifies it.
  - CloudFront replaces a distribution's whole configuration on each update. This module sends the configuration back
    byte for byte as CloudFront
    returned it, with only the viewer certificate replaced. So settings that the installed botocore does not know
      survive.
  - The new viewer certificate is served by SNI. The minimum protocol version stays as it is and is never lowered. A
    distribution that had no certificate of its
    own gets C(TLSv1.2_2021). A dedicated IP (C(vip), C(static-ip)) is kept with a warning, because taking it away would
      cut off viewers without SNI; in China,
    where it does not exist, it becomes C(sni-only).
  - A distribution with an alias that the certificate does not cover is skipped, with the names that are missing. A
    distribution that fails fails alone.
    All the others are done first, then the module fails and returns everything it knows.
  - Staging distributions are treated as any other, because promoting one would bring its old certificate back.
  - Of a multi-tenant distribution (connection mode C(tenant-only)) the certificate that its tenants share is replaced,
    if the new one covers the names of all tenants that have none of their own. Tenants that have one of O(previous) of
    their own, or are listed in O(distributions), get the new one as their own; all else about them, their web ACL and
    geographic restrictions included, stays as it is. Both take certificates of ACM only, and do not exist in China.
requirements:
  - cryptography >= 50, with O(server_certificate_name)
extends_documentation_fragment:
  - certops.cloudfront.run_step
  - certops.cloudfront.attributes
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
  server_certificate:
    description:
      - The certificate as RV(certops.cloudfront.iam_server_cert#module:server_certificate) that
        M(certops.cloudfront.iam_server_cert) returned.
        At least C(id) and C(domains) are needed.
      - In check mode C(id) may be empty.
      - One of O(server_certificate), O(server_certificate_name), O(server_certificate_id) and O(acm_certificate_arn) is
        required.
    type: dict
  server_certificate_name:
    description:
      - The name of an IAM server certificate, which is read from IAM.
    type: str
  server_certificate_id:
    description:
      - The same by its ID, which CloudFront calls C(IAMCertificateId).
    type: str
  acm_certificate_arn:
    description:
      - The ARN of an ACM certificate in C(us-east-1). CloudFront in China takes none.
      - Requires O(certificate_domains).
    type: str
  certificate_domains:
    description:
      - The names that the certificate of O(acm_certificate_arn) covers.
    type: list
    elements: str
    default: []
  certificate_fingerprint:
    description:
      - The SHA-256 fingerprint in hex of the certificate of O(acm_certificate_arn), which V(tls) in O(verify) compares.
    type: str
  match:
    description:
      - Which distributions are meant. A distribution that uses the certificate already always is.
      - V(previous) means those that use one of the certificates in O(previous).
      - V(aliases) means those with at least one alias that the certificate covers.
      - V(ids) means those in O(distributions).
      - An empty list only waits for and verifies the distributions that use the certificate.
    type: list
    elements: str
    choices: [previous, aliases, ids]
    default: [previous]
  previous:
    description:
      - Older certificates, each as the ID of a server certificate or the ARN of an ACM certificate.
    type: list
    elements: str
    default: []
  distributions:
    description:
      - IDs of distributions, and of tenants (C(dt_...)), for V(ids) in O(match). One that does not exist is an error
        before anything is changed.
      - A tenant that is listed gets the certificate as its own, also in place of one that CloudFront manages.
    type: list
    elements: str
    default: []
  match_tags:
    description:
      - V(previous) and V(aliases) in O(match) find only distributions and tenants that have all of these tags. What
        O(distributions) lists is meant in any case.
    type: dict
    default: {}
  targets:
    description:
      - Results of M(certops.cloudfront.elb_cert_bind) and M(certops.cloudfront.apigateway_cert_bind) of the same run.
        They count for RV(complete), RV(verified) and RV(records), and one of them that failed makes this module fail
        after all distributions are done. So a certificate is superseded only where no target has it any longer.
    type: list
    elements: dict
    default: []
  name_owners:
    description:
      - Warn of what this run changes and what, by its tags, belongs to a stack of CloudFormation, to Terraform or the
        like, whose next update sets the certificate of its template again. Of load balancers in O(targets), too.
      - Tags are read only where something changes. Without the permission nothing is said.
    type: bool
    default: false
  wait:
    description:
      - Wait until CloudFront says C(Deployed) for every distribution that uses the certificate, also if another run
        bound it.
      - What is not deployed is never verified.
      - Without it the module still waits where CloudFront refuses a change because another one is in progress.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait for all distributions together. One that takes longer is reported as failed; the next run goes
        on waiting.
      - With V(tls) in O(verify), probes that fail are tried again for as long, but for two minutes at most.
    type: int
    default: 1800
  verify:
    description:
      - V(config) checks, after deployment, that the distribution's configuration names the certificate.
      - V(tls) also checks that the edge serves exactly this certificate for every alias, by SNI. A
        wildcard alias is tried with a sample name.
        Disabled and staging distributions are not tried, as they do not serve their aliases.
      - V(none) verifies nothing.
    type: str
    choices: [config, tls, none]
    default: config
  rollback:
    description:
      - When the edge turns out, after deployment, not to serve the certificate, which V(tls) in O(verify) tells, put
        back the viewer certificate that the
        distribution had, exactly as it was, and wait until that is deployed. The module fails and says so; the next run
          tries again.
      - Nothing is put back where another program or person changed the viewer certificate in between, or where it was
        CloudFront's own.
      - A probe that cannot connect has failed, too. Where the edge is out of reach of the module, use O(edge_address),
        or V(config) in O(verify).
    type: bool
    default: true
  edge_address:
    description:
      - Host and port to probe with V(tls) in O(verify) in place of the domain name of each distribution and 443, as in
        C(127.0.0.1:8443).
    type: str
  edge_ca_bundle:
    description:
      - A file with CA certificates that the served certificate must lead to. Without it only the certificate itself is
        compared.
    type: path
notes:
  - "IAM actions needed: C(cloudfront:ListDistributions) on C(*), C(cloudfront:GetDistributionConfig) and
    C(cloudfront:UpdateDistribution) on the distributions.
    With O(server_certificate_name) and O(server_certificate_id) also C(iam:GetServerCertificate), with the latter
    C(iam:ListServerCertificates), too. With O(match_tags) also C(tag:GetResources) on
    C(*), which O(name_owners) can do without."
  - "For multi-tenant distributions also C(cloudfront:ListDistributionTenants),
    C(cloudfront:ListDistributionTenantsByCustomization) and C(cloudfront:ListConnectionGroups) on C(*),
    C(cloudfront:GetDistributionTenant) and C(cloudfront:UpdateDistributionTenant) on the tenants, and
    C(acm:DescribeCertificate)."
  - For C(n) distributions with C(d) of them rebound, the module makes C(n/100 + 2d) calls, rounded up. While it waits,
    each poll costs one call for
    100 distributions. Where there are multi-tenant distributions, one call for each certificate in O(previous) and for
    the new one finds the tenants, and each that is rebound costs two more.
  - A certificate that was uploaded in the last minutes may be unknown to CloudFront still. The module tries again for
    up to two minutes.
seealso:
  - module: certops.cloudfront.iam_server_cert
  - module: certops.cloudfront.iam_server_cert_cleanup
  - name: Updating a distribution
    description: Why a distribution's whole configuration has to be sent.
    link: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistribution.html
"""
EXAMPLES = r"""
- name: Upload the new certificate
  certops.cloudfront.iam_server_cert:
    name_prefix: webapp
    path: /cloudfront/certops/webapp/
    bundle: /etc/pki/webapp
  register: stored

- name: Replace an older certificate wherever it is used
  certops.cloudfront.cloudfront_cert_bind:
    server_certificate: "{{ stored.server_certificate }}"
    previous:
      - ASCAEXAMPLE123EXAMPLE

- name: Use it for every distribution whose aliases it covers, and look at what the edge serves
  certops.cloudfront.cloudfront_cert_bind:
    server_certificate: "{{ stored.server_certificate }}"
    match: [aliases]
    verify: tls

- name: Renew a certificate of ACM wherever CloudFront uses it, tenants included, in the resources of one team
  certops.cloudfront.cloudfront_cert_bind:
    acm_certificate_arn: "{{ imported.certificate_arn }}"
    certificate_domains: "{{ imported.certificate.domains }}"
    previous: ["{{ former_certificate_arn }}"]
    match_tags: {team: web}

- name: Use a certificate of ACM for one distribution
  certops.cloudfront.cloudfront_cert_bind:
    acm_certificate_arn: "{{ acm_certificate_arn }}"
    certificate_domains: [www.example.com]
    match: [ids]
    distributions: [E2EXAMPLE3WK9D]
"""
RETURN = r"""
recorded:
  description:
    - What the document says after this step, or V(null) if there was nothing to record. C(superseded) are the names of
      the certificates that a newer one replaced, in check mode with those that would be.
      C(to_be_revoked) are those that are still to be revoked, and C(notice) is subject and message of a mail about it,
      or V(null), all as M(certops.cloudfront.project_record) returns them.
  returned: success, with O(run_id)
  type: dict
  sample: {superseded: [webapp-2026-11-06-0442], to_be_revoked: [], notice: null}
run_id:
  description: The run that it was a step of.
  returned: with O(run_id)
  type: str
  sample: 20261122T053000Z-1c9a2f04
matched:
  description: The IDs of the distributions that are meant.
  returned: always
  type: list
  elements: str
  sample: [E2EXAMPLE3WK9D]
distributions:
  description: What became, or in check mode would become, of each of them.
  returned: always
  type: list
  elements: dict
  contains:
    id: {description: Its ID., type: str, sample: E2EXAMPLE3WK9D}
    status:
      description:
        - V(rebound) if it was changed, V(already) if it used the certificate before.
        - V(skipped) if it must not be changed, V(failed) if something went wrong, also if it was changed but could not
          be verified.
        - V(rolled_back) if it was changed, the edge did not serve the certificate, and it has its former one again.
          That counts as a failure.
      type: str
      sample: rebound
    reason: {description: Why., type: str, sample: it uses an older certificate}
    aliases: {description: Its aliases., type: list, elements: str, sample: [www.example.com]}
    uncovered: {description: Those that the certificate does not cover., type: list, elements: str, sample: []}
    former: {description: "IDs (ARNs for ACM) of the certificates that it used before, unless it used this one.", type:
      list, elements: str, sample: [ASCAEXAMPLE456EXAMPLE]}
    etag_before: {description: The version of its configuration before., type: str, sample: E1ABC}
    etag_after: {description: The version of its configuration with the certificate., type: str, sample: E2DEF}
    deployed: {description: Whether the certificate is known to be deployed everywhere., type: bool, sample: true}
    verified: {description: Whether O(verify) succeeded. Never true before it is deployed., type: bool, sample: true}
    error: {description: "The stage (get, update, deploy or verify), code and message of a failure.", type: dict,
      sample: null}
tenants:
  description: The same of each tenant that has a certificate of its own.
  returned: always
  type: list
  elements: dict
  contains:
    kind: {description: V(tenant)., type: str, sample: tenant}
    id: {description: Its ID., type: str, sample: dt_2wjDZi3hD1ivOXf6rpZJOSNE1AB}
    status: {description: As of RV(distributions)., type: str, sample: rebound}
    reason: {description: Why., type: str, sample: it uses an older certificate}
    slots: {description: What changes in it., type: list, elements: str, sample: [tenant]}
    former: {description: The certificates that were there., type: list, elements: str, sample: []}
    names: {description: Its names that the shared certificate does not cover., type: list, elements: str, sample: []}
    uncovered: {description: Those that no certificate covers., type: list, elements: str, sample: []}
    deployed: {description: Whether it is deployed with the certificate., type: bool, sample: true}
    verified: {description: Whether O(verify) succeeded., type: bool, sample: true}
    error: {description: "The stage, code and message of a failure.", type: dict, sample: null}
targets:
  description: What became of the listeners and API domains of O(targets), as their modules returned it.
  returned: always
  type: list
  elements: dict
  sample: []
could_use:
  description: Distributions that are not meant although the certificate covers all of their aliases, at most 20.
  returned: success
  type: list
  elements: dict
  sample: [{id: E2EXAMPLE3WK9E, aliases: [shop.example.com]}]
postponed:
  description:
    - What of RV(certops.cloudfront.project_record#module:after_binding) is not to be done yet, since not everything
      uses the certificate, or since there is no news.
  returned: success, with O(run_id)
  type: list
  elements: str
  sample: []
complete:
  description:
    - Whether all matched distributions, tenants and targets use the certificate. False if one failed or was skipped.
  returned: always
  type: bool
  sample: true
verified:
  description: Whether every distribution and tenant that was not skipped is verified. True if none matched.
  returned: always
  type: bool
  sample: true
records:
  description: The same in the vocabulary of the China CloudFront SSL Plugin.
  returned: always
  type: dict
  contains:
    Matched_CloudFront: {description: The IDs that matched or an error or a sentence., type: raw, sample: {"ID_LIST":
      [E2EXAMPLE3WK9D]}}
    Update_CloudFront_Status: {description: One entry for each., type: list, elements: dict, sample: [{"E2EXAMPLE3WK9D":
      "Success"}]}
    Update_Targets_Status: {description: "One entry for each of RV(targets), if there are any.", type: list,
      elements: dict, sample: []}
reason:
  description: What was found, and so what was or would be done.
  returned: always
  type: str
  sample: "1 rebound, 2 already, 0 skipped, 0 failed, 0 rolled_back of 3 matched distributions"
"""

import typing as t

from ..module_utils._clients.aws.listing_cache import SharedCloudFront, SharedIam
from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.aws.regional.tagging import Tagging
from ..module_utils._clients.net.tls import TlsProbe
from ..module_utils._core.bind.distributions import MATCHES
from ..module_utils._core.bind.target import VERIFICATIONS
from ..module_utils._core.run import steps
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations import step_record
from ..module_utils._operations.bind import certificate_binding, request as bind_request
from ..module_utils._operations.bind.certificate_binding import Clients
from ..module_utils._operations.bind.request import BindRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "server_certificate": {"type": "dict"},
    "server_certificate_name": {"type": "str"},
    "server_certificate_id": {"type": "str"},
    "acm_certificate_arn": {"type": "str"},
    "certificate_domains": {"type": "list", "elements": "str", "default": []},
    "certificate_fingerprint": {"type": "str"},
    "match": {"type": "list", "elements": "str", "choices": list(MATCHES), "default": [MATCHES[0]]},
    "previous": {"type": "list", "elements": "str", "default": []},
    "distributions": {"type": "list", "elements": "str", "default": []},
    "match_tags": {"type": "dict", "default": {}},
    "targets": {"type": "list", "elements": "dict", "default": []},
    "name_owners": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
    "verify": {"type": "str", "choices": list(VERIFICATIONS), "default": VERIFICATIONS[0]},
    "rollback": {"type": "bool", "default": True},
    "edge_address": {"type": "str"},
    "edge_ca_bundle": {"type": "path"},
    **step_record.OPTIONS,
}


ALTERNATIVES = ("server_certificate", "server_certificate_name", "server_certificate_id", "acm_certificate_arn")


def parse(params: Params) -> BindRequest:
    """The request; every problem with the options and the certificate in one ConfigError."""
    return bind_request.parse(params)


def connect(request: BindRequest) -> Clients:
    """CloudFront, what probes the edge, and IAM if a certificate has to be read there."""
    session = request.connection.session()
    home = session.home("cloudfront")
    return Clients(
        cloudfront=SharedCloudFront.of(session),
        iam=SharedIam.of(session) if isinstance(request.target, str) else None,
        tls=TlsProbe(request.edge_ca_bundle),
        partition=session.partition,
        acm=lambda: acm.connect(session, home),
        tagging=lambda region: Tagging(session.regional("resourcegroupstaggingapi", region)),
        home=home,
        journal=request.step.journal() if request.step else None,
    )


def run(request: BindRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Bind one certificate to every distribution that is meant."""
    return certificate_binding.run(request, clients, clock, check_mode)


def main() -> None:
    """The module's entry."""
    execute(
        argument_spec=ARGUMENT_SPEC,
        parse=parse,
        connect=connect,
        run=run,
        step=step_record.RecordedStep(steps.bound),
        required_by=step_record.REQUIRED_BY,
        required_one_of=[ALTERNATIVES],
        mutually_exclusive=[ALTERNATIVES],
    )


if __name__ == "__main__":
    main()
