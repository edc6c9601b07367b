# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of modules that speak to Route 53 and to something else in AWS besides, and those of modules that look
for the zones of names."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as certops.cloudfront.dns, and certops.cloudfront.dns.zones beside it."""

    DOCUMENTATION = r"""
options:
  dns_aws:
    description:
      - How to connect to Route 53 where its zones are in another account or partition than everything else, for example
        in the global partition when the
        distributions are in China.
      - What is not given here is taken from the options of the module, but credentials are taken from one place as a
        whole.
    type: dict
    suboptions: &connection
      region:
        description: Region, which decides the partition.
        type: str
      profile:
        description: Named profile with the credentials.
        type: str
      access_key:
        description: Access key ID.
        type: str
      secret_key:
        description: Secret access key, required together with the access key ID.
        type: str
      session_token:
        description: Session token of temporary credentials.
        type: str
      role_arn:
        description: Role to assume with these credentials, for example one of the account that has the zones.
        type: str
      external_id:
        description: External ID that the role's trust policy asks for.
        type: str
  dns_delegations:
    description:
      - Which credentials reach hosted zones that those of O(dns_aws) do not. Needed where C(_acme-challenge) names are
        CNAMEs into a zone of another
        account or partition, or where some of the names are in such a zone themselves.
      - CNAMEs need no entry as long as they stay among the zones of O(dns_aws).
    type: list
    elements: dict
    default: []
    suboptions:
      zone:
        description:
          - Name or ID of the hosted zone. A name stands for the zones of the account below it, too.
        type: str
        required: true
      dns_aws:
        description:
          - How to connect to Route 53 there. What is not given here is as in O(dns_aws), but credentials are taken from
            one place as a whole, and so
            are a role and its external ID.
        type: dict
        required: true
        suboptions: *connection
  route53_calls_per_second:
    description:
      - How many calls a second all module runs of this user on this machine make to Route 53 together, for each set of
        credentials. V(0) sets no pace.
      - Accounts from before August 2026 may make 5 in total. Use less if others call it, too, or if several machines
        share the work.
    type: float
    default: 5.0
"""

    ZONES = r"""
options:
  zone_id:
    description:
      - The hosted zone to use instead of the one that would be found, as its ID, or as a mapping of names to IDs.
        A name in it stands for the names below it, too.
      - It has to be public and to contain the name, or what C(_acme-challenge) of the name is a CNAME to.
      - Needed only where several public zones have one name and DNS cannot be asked which of them counts.
    type: raw
  dns_server:
    description:
      - The resolver to ask instead of the system's, as V(192.0.2.53) or V(192.0.2.53:5353). Needed where the system's
        resolver has another view of the
        names than the CA, as behind a split-horizon DNS. Its port is that of the name servers, too.
      - Taken from the environment variable E(CERTOPS_DNS_SERVER) if not given.
      - If no resolver answers, CNAMEs and delegations are read from the records of the zones.
    type: str
"""
