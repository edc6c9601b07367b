#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Issue a certificate from an ACME CA by Route 53 DNS-01."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: acme_route53_issue
short_description: Issue a certificate from an ACME CA by Route 53 DNS-01
version_added: 0.1.0
description:
  - Makes sure that the archive has a valid certificate for these names that is not due for renewal, and orders one if
    it has not.
  - All names are in one order. Their challenge records are added to what Route 53 has under these names, never in place
    of it,
    and are removed again whatever happens.
  - The private key and the order are in the archive before the order can cost anything. When a run is killed, the next
    one with the
    same arguments finishes the order instead of creating another.
  - Every certificate has a new private key. The ACME account is registered once for each directory and set of contacts,
    and kept in the archive.
requirements:
  - dnspython >= 2.7, to ask DNS; without it, DNS is not asked
  - idna >= 3.15, for international names
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.acme
  - certops.cloudfront.acme.registration
  - certops.cloudfront.archive
  - certops.cloudfront.dns
  - certops.cloudfront.dns.zones
  - certops.cloudfront.requirements
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
    details:
      - Reads the archive, the hosted zones and the ACME directory. No account is registered and nothing is ordered.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  domains:
    description:
      - The names of the certificate, at most 100; a list, or text with commas.
      - V(*.example.com) covers one level and not V(example.com) itself. International names are turned into A-labels.
      - Each name needs a public hosted zone, for itself or for a parent. The closest one is used that DNS delegates to.
      - Where C(_acme-challenge) of a name is a CNAME, the zone that it leads to is used.
    type: list
    elements: str
    required: true
  project:
    description:
      - The name under which the archive keeps the certificates of this set of names.
    type: str
    required: true
  dns_check:
    description:
      - After Route 53 said that the challenge records are in sync, ask the name servers of the zones themselves, and
        wait up to a minute until all show them.
      - Name servers that cannot be asked, and values that are not shown in that time, are a warning and no failure.
    type: bool
    default: true
  dns_persist:
    description:
      - Answer C(dns-persist-01) where the CA offers it, and C(dns-01) where it does not. Let's Encrypt offered it in
        its staging environment only when this
        was written, and the draft of its standard may still change.
      - Its TXT record C(_validation-persist.example.com) says that the ACME account may have certificates of this name.
        It stays, and later orders
        write nothing as long as it stands. Values of others under the name are kept, and a value of yours that says as
          much (perhaps until a time that
        has not come) is left alone.
      - Where O(domains) has the wildcard of the name, the record says C(policy=wildcard), which may let the account
        have any name below, too.
      - No run removes the record. The holder of the account key can obtain certificates for the name until you remove
        the value with
        O(certops.cloudfront.acme_route53_cleanup#module:drop_dns_persist), or deactivate the account with
          M(certops.cloudfront.acme_account).
    type: bool
    default: false
  dest:
    description:
      - A directory in which to keep the current certificate too, as C(cert.pem), C(chain.pem), C(fullchain.pem),
        C(privkey.pem) and C(manifest.json).
      - Files that are missing or differ are written again.
    type: path
  acme_profile:
    description:
      - The certificate profile to ask for, one that the directory lists; for example V(tlsserver) or V(shortlived) of
        Let's Encrypt.
    type: str
  acme_profile_required:
    description:
      - Whether nothing is ordered if the CA does not offer O(acme_profile), or refuses the account that profile.
      - If V(false), the profile is preferred. The CA's own choice will do, and a certificate that has it is not issued
        again before it is due.
    type: bool
    default: true
  acme_preferred_chain:
    description:
      - The common name of the CA certificate that the chain is to end at, where the CA offers several chains. Otherwise
        the CA's default chain is taken.
      - The default is what the CA thinks is trusted most widely. CloudFront refuses a chain that it does not trust with
        C(InvalidViewerCertificate).
      - A change takes effect with the next certificate.
    type: str
  acme_fallbacks:
    description:
      - Further CAs, asked in this order when those before are away, have an internal problem, refuse by a rate limit,
        or by the CAA records of the names.
      - What is wrong with the names or their DNS is not tried elsewhere, nor is an order that may have been finalized.
        The next run finishes that one.
      - A certificate of any of these CAs satisfies O(acme_directory). It is not issued again before it is due, and then
        the first CA is asked first.
    type: list
    elements: dict
    default: []
    suboptions:
      acme_directory:
        description: As O(acme_directory).
        type: str
        required: true
      acme_ca_bundle:
        description: As O(acme_ca_bundle).
        type: path
      acme_profile:
        description: As O(acme_profile), for this CA.
        type: str
  acme_fallback_eab:
    description:
      - External account bindings for those of O(acme_fallbacks) that want one.
    type: list
    elements: dict
    default: []
    suboptions:
      acme_directory:
        description: One of O(acme_fallbacks), written the same.
        type: str
        required: true
      kid:
        description: As O(acme_eab_kid).
        type: str
        required: true
      hmac_key:
        description: As O(acme_eab_hmac_key).
        type: str
        required: true
      alg:
        description: As O(acme_eab_alg).
        type: str
        choices: [HS256, HS384, HS512]
        default: HS256
  key_type:
    description:
      - The type of private key. CloudFront accepts no others.
    type: str
    choices: [ecdsa_p256, rsa_2048, rsa_3072, rsa_4096]
    default: ecdsa_p256
  renewal_interval_days:
    description:
      - Renew this many days after issue at the latest, from 1 to 89.
      - It is a cap. Renewal is due after two thirds of the certificate's real lifetime (half if that is below ten
        days), or when the CA suggests
        it (O(renewal_info)), when one of these comes first.
    type: int
    default: 30
  renewal_info:
    description:
      - What is known of the certificate's renewal information (ARI, RFC 9773), as RV(renewal.ari) of an earlier result
        or of the project document.
        When the time in it has passed, the certificate is due. What is known of another certificate than the newest in
          the archive does not count.
      - M(certops.cloudfront.project_plan) asks the CA for it.
    type: dict
  issued_since:
    description:
      - A certificate counts only if it was issued at or after this time, as RFC 3339 text such as
        V(2027-01-06T04:42:00Z).
      - This reissues on demand, and repeating it does not reissue again.
    type: str
  store:
    description:
      - Where the document of O(project) lives, as for M(certops.cloudfront.project_record). With O(run_id), the order
        is in the document's journal before it
        is finalized. If that run no longer holds the project, the order is not finalized, and the module fails.
      - Without it, no document is read or written.
    type: str
  run_id:
    description:
      - The run of the project that this is part of, as RV(certops.cloudfront.project_record#module:run_id). Required
        together with O(store).
    type: str
  propagation_timeout:
    description:
      - How many seconds to wait until Route 53 says that the challenge records are in sync.
    type: int
    default: 300
  order_timeout:
    description:
      - How many seconds to wait for the CA to validate the names, and how many for it to issue then.
    type: int
    default: 600
  ignore_failed_validations:
    description:
      - Whether to order even if the validation of a name failed five times within the last hour. Let's Encrypt refuses
        more than that.
      - Without it the module fails until the first of them is an hour ago. The archive keeps count.
    type: bool
    default: false
author:
  - certops.cloudfront contributors (@certops)
notes:
  - >-
    IAM actions: C(route53:ListHostedZones), C(route53:ChangeResourceRecordSets), C(route53:GetChange),
      C(route53:ListResourceRecordSets)
    for the case that a challenge name has values of others, C(route53:GetHostedZone) for the case that several zones
      could have a name,
    and C(sts:AssumeRole) for a role in O(dns_aws) or O(dns_delegations). Changes can be restricted to TXT records whose
      names start with C(_acme-challenge.),
    and with C(_validation-persist.) for O(dns_persist).
  - "IAM actions needed for an archive in S3: C(s3:ListBucket), C(s3:GetObject), C(s3:PutObject), C(s3:DeleteObject),
    and C(kms:GenerateDataKey) and
    C(kms:Decrypt) where a KMS key encrypts it."
  - "IAM actions needed for O(store) in DynamoDB: C(dynamodb:GetItem), C(dynamodb:PutItem). In S3 they are those of the
    archive."
  - Let's Encrypt issues at most 50 certificates per registered domain and 5 per exact set of names in 7 days.
seealso:
  - module: certops.cloudfront.iam_server_cert
  - module: certops.cloudfront.acme_route53_cleanup
  - name: Let's Encrypt rate limits
    description: What Let's Encrypt allows in which time.
    link: https://letsencrypt.org/docs/rate-limits/
"""
EXAMPLES = r"""
- name: Have a certificate for a site
  certops.cloudfront.acme_route53_issue:
    project: webapp
    domains:
      - example.com
      - "*.example.com"
    acme_terms_agreed: true
    region: us-east-1
  register: issued

- name: Reissue with a new key, once, however often this runs
  certops.cloudfront.acme_route53_issue:
    project: webapp
    domains: example.com,*.example.com
    acme_terms_agreed: true
    issued_since: "2027-01-06T04:42:00Z"
    region: us-east-1

- name: Take a private CA and keep the files for a web server, too
  certops.cloudfront.acme_route53_issue:
    project: intranet
    domains: [www.example.org]
    acme_directory: https://acme.example.org/directory
    acme_ca_bundle: /etc/ssl/private-ca.pem
    acme_terms_agreed: true
    dest: /etc/ssl/www.example.org
    region: cn-northwest-1

- name: Prove control of the names in a zone of another account, to which their _acme-challenge names are CNAMEs
  certops.cloudfront.acme_route53_issue:
    project: webapp
    domains: example.com,*.example.com
    acme_terms_agreed: true
    region: us-east-1
    dns_delegations:
      - zone: acme.example.net
        dns_aws:
          role_arn: arn:aws:iam::222222222222:role/certops-dns
          external_id: example-webapp
"""
RETURN = r"""
bundle:
  description: The certificate and where it is kept. In check mode, what is known before it is issued.
  returned: success
  type: dict
  contains:
    uri:
      description: Where the archive has it.
      type: str
      sample: file:///home/ops/.local/share/certops/archive/webapp/2027-01-06-0442.tar.gz
    dest:
      description: The directory that keeps it too, if one was given.
      type: str
      sample: /etc/ssl/www.example.org
    serial:
      description: The serial number in hexadecimal.
      type: str
      sample: 3fa0d1c2
    fingerprint_sha256:
      description: SHA-256 of the certificate in hexadecimal.
      type: str
      sample: 9b1f3c2e
    issuer:
      description: The issuer's distinguished name.
      type: str
      sample: CN=YE1,O=Let's Encrypt,C=US
    domains:
      description: The names that it covers, as A-labels.
      type: list
      elements: str
      sample: ["*.example.com", "example.com"]
    key_type:
      description: The kind of its key.
      type: str
      sample: ecdsa_p256
    not_before:
      description: When its validity starts.
      type: str
      sample: "2027-01-06T03:43:00Z"
    not_after:
      description: When it expires.
      type: str
      sample: "2027-02-20T03:42:59Z"
    authority_key_id:
      description: The key identifier of its issuer in hexadecimal.
      type: str
      sample: 93275c5a
    issued_at:
      description: When it was issued, by the clock of the host.
      type: str
      sample: "2027-01-06T04:42:00Z"
    directory:
      description: The URL of the ACME directory that it came from.
      type: str
      sample: https://acme-v02.api.letsencrypt.org/directory
    account_url:
      description: The URL of the ACME account that ordered it.
      type: str
      sample: https://acme-v02.api.letsencrypt.org/acme/acct/1
    profile:
      description: The profile that it was ordered with, if any.
      type: str
      sample: tlsserver
renewal:
  description: When it is to be renewed, and why then.
  returned: success
  type: dict
  contains:
    renew_at:
      description: When renewal is due; unknown in check mode before the certificate exists.
      type: str
      sample: "2027-02-05T03:43:00Z"
    reason:
      description: The rule that gives this time.
      type: str
      sample: "the certificate is valid and not due before 2027-02-05T03:42:59Z: two thirds of its lifetime of 45 days"
    ari:
      description:
        - What is known of its renewal information, to be given as O(renewal_info) the next time. Of a new certificate
          that is its name there only.
        - In check mode that of the certificate before, and empty without one.
      type: dict
      sample: {cert_id: aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE, window_start: null, window_end: null, selected_at: null,
        next_check_at: null}
reason:
  description: Why a certificate was issued, or why not.
  returned: success
  type: str
  sample: "the names changed: added www.example.com"
issued:
  description: Whether a certificate was issued, or would be in check mode.
  returned: success
  type: bool
  sample: true
order_url:
  description: The URL of the ACME order that the certificate came from.
  returned: success
  type: str
  sample: https://acme-v02.api.letsencrypt.org/acme/order/1/2
replaces:
  description:
    - The certificate that the CA takes the new one as the replacement of (RFC 9773 section 5), by its name in renewal
      information.
      Let's Encrypt does not count such an order for its rate limits, if it is made at the time that it suggests.
    - V(null) if nothing was issued, if the certificate before was ordered by another account or has other names, and if
      the CA refused.
  returned: success
  type: str
  sample: aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE
"""

import typing as t

from ..module_utils import _module
from ..module_utils._clients.acme.client import AcmeServer
from ..module_utils._clients.net.resolver import Dns
from ..module_utils._clients.stores import open as stores
from ..module_utils._core.certificate.certificate import DEFAULT_KEY_TYPE, KEY_TYPES
from ..module_utils._core.certificate.renewal import DEFAULT_INTERVAL_DAYS
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.ca import options
from ..module_utils._operations.dns import accounts as dns_accounts, options as dns_options
from ..module_utils._operations.issue import issuance, request as issue_request
from ..module_utils._operations.issue.clients import Clients
from ..module_utils._operations.issue.request import IssueRequest, Reach
from ..module_utils._operations.step_record import RunJournal

FALLBACK: dict[str, t.Any] = {
    "acme_directory": {"type": "str", "required": True},
    "acme_ca_bundle": {"type": "path"},
    "acme_profile": {"type": "str"},
}
FALLBACK_EAB: dict[str, t.Any] = {
    "acme_directory": {"type": "str", "required": True},
    "kid": {"type": "str", "required": True},
    "hmac_key": {"type": "str", "required": True, "no_log": True},
    "alg": options.REGISTRATION["acme_eab_alg"],
}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "domains": {"type": "list", "elements": "str", "required": True},
    "project": {"type": "str", "required": True},
    "archive": {"type": "str"},
    **options.ACCOUNT,
    **options.REGISTRATION,
    **dns_options.ACCOUNTS,
    "zone_id": {"type": "raw"},
    "dns_server": {"type": "str"},
    "dns_check": {"type": "bool", "default": True},
    "dns_persist": {"type": "bool", "default": False},
    "dest": {"type": "path"},
    "acme_profile": {"type": "str"},
    "acme_profile_required": {"type": "bool", "default": True},
    "acme_preferred_chain": {"type": "str"},
    "acme_fallbacks": {"type": "list", "elements": "dict", "default": [], "options": FALLBACK},
    "acme_fallback_eab": {"type": "list", "elements": "dict", "default": [], "options": FALLBACK_EAB},
    "key_type": {
        "type": "str",
        "choices": list(KEY_TYPES),
        "default": DEFAULT_KEY_TYPE,
        "no_log": False,
    },
    "renewal_interval_days": {"type": "int", "default": DEFAULT_INTERVAL_DAYS},
    "renewal_info": {"type": "dict"},
    "issued_since": {"type": "str"},
    "store": {"type": "str"},
    "run_id": {"type": "str"},
    "propagation_timeout": {"type": "int", "default": 300},
    "order_timeout": {"type": "int", "default": 600},
    "ignore_failed_validations": {"type": "bool", "default": False},
}


def parse(params: Params) -> IssueRequest:
    """The request; every problem with the options, the archive and the credentials in one ConfigError."""
    return issue_request.parse(params)


def connect(request: IssueRequest) -> Clients:
    """The archive, Route 53, the CAs, and the journal of the run."""
    reach = request.reach
    accounts = dns_accounts.connect(reach.zones, shares_listings=True)
    server, *fallbacks = (AcmeServer(choice.wanted.directory, choice.ca_bundle) for choice in request.choices)
    return Clients(
        archive=stores.archive(reach.archive, reach.connection.session),
        zones=accounts.own,
        server=server,
        journal=_journal(request.wanted.project, reach),
        fallbacks=tuple(fallbacks),
        delegated=accounts.delegated,
        dns=Dns(reach.dns_server),
    )


def _journal(project: str, reach: Reach) -> RunJournal | None:
    if not reach.store:
        return None
    return RunJournal(stores.store(reach.store, reach.connection.session), project, reach.run_id)


def run(request: IssueRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """A valid, not yet due bundle for these domains exists in the archive."""
    return issuance.run(request, clients, clock, check_mode)


def main() -> None:
    """Run the module."""
    _module.execute(
        argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run, required_together=[("store", "run_id")]
    )


if __name__ == "__main__":
    main()
