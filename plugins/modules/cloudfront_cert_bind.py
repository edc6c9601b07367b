#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudfront_cert_bind
version_added: 0.1.0
short_description: Make CloudFront distributions use a certificate, and change nothing else about them
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes every distribution that is meant use this certificate, waits until all of them are deployed, and verifies it.
  - CloudFront replaces a distribution's whole configuration on each update. This module sends the configuration back byte for byte as CloudFront
    returned it, with only the viewer certificate replaced. So settings that the installed botocore does not know survive.
  - The new viewer certificate is served by SNI. The minimum protocol version stays as it is and is never lowered. A distribution that had no certificate of its
    own gets C(TLSv1.2_2021). A dedicated IP (C(vip), C(static-ip)) is kept with a warning, because taking it away would cut off viewers without SNI; in China,
    where it does not exist, it becomes C(sni-only).
  - A distribution with an alias that the certificate does not cover is skipped, with the names that are missing. A distribution that fails fails alone.
    All the others are done first, then the module fails and returns everything it knows.
  - Staging distributions are treated as any other, because promoting one would bring its old certificate back.
  - Multi-tenant distributions (connection mode C(tenant-only)) are reported and not touched.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
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
      - The certificate as RV(certops.cloudfront.iam_server_cert#module:server_certificate) that M(certops.cloudfront.iam_server_cert) returned.
        At least C(id) and C(domains) are needed.
      - In check mode C(id) may be empty.
      - One of O(server_certificate), O(server_certificate_name) and O(acm_certificate_arn) is required.
    type: dict
  server_certificate_name:
    description:
      - The name of an IAM server certificate, which is read from IAM.
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
  match:
    description:
      - Which distributions are meant. A distribution that uses the certificate already always is.
      - V(previous) means those that use one of the certificates in O(previous).
      - V(aliases) means those with at least one alias that the certificate covers.
      - V(ids) means those in O(distributions).
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
      - IDs of distributions, for V(ids) in O(match). One that does not exist is an error before anything is changed.
    type: list
    elements: str
    default: []
  wait:
    description:
      - Wait until CloudFront says C(Deployed) for every distribution that uses the certificate, also if another run bound it.
      - What is not deployed is never verified.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait for all distributions together. One that takes longer is reported as failed; the next run goes on waiting.
    type: int
    default: 1800
  verify:
    description:
      - V(config) makes sure, after deployment, that the distribution's configuration names the certificate.
      - V(tls) makes sure, on top of that, that the edge serves exactly this certificate for every alias, by SNI. A wildcard alias is tried with a sample name.
        Disabled and staging distributions are not tried, as they do not serve their aliases.
      - V(none) verifies nothing.
    type: str
    choices: [config, tls, none]
    default: config
  edge_address:
    description:
      - Host and port to probe with V(tls) in O(verify) in place of the domain name of each distribution and 443, as in C(127.0.0.1:8443).
    type: str
  edge_ca_bundle:
    description:
      - A file with CA certificates that the served certificate must lead to. Without it only the certificate itself is compared.
    type: path
notes:
  - "IAM actions needed: C(cloudfront:ListDistributions) on C(*), C(cloudfront:GetDistributionConfig) and C(cloudfront:UpdateDistribution) on the distributions.
    With O(server_certificate_name) also C(iam:GetServerCertificate)."
  - For C(n) distributions of which C(d) are rebound the module makes C(n/100 + 2d) calls, rounded up. While it waits, each poll costs one call for
    100 distributions.
  - A certificate that was uploaded in the last minutes may be unknown to CloudFront still. The module tries again for up to two minutes.
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

- name: Use a certificate of ACM for one distribution
  certops.cloudfront.cloudfront_cert_bind:
    acm_certificate_arn: "{{ acm_certificate_arn }}"
    certificate_domains: [www.example.com]
    match: [ids]
    distributions: [E2EXAMPLE3WK9D]
"""

RETURN = r"""
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
        - V(skipped) if it must not be changed, V(failed) if something went wrong, also if it was changed but could not be verified.
      type: str
      sample: rebound
    reason: {description: Why., type: str, sample: it uses an older certificate}
    aliases: {description: Its aliases., type: list, elements: str, sample: [www.example.com]}
    uncovered: {description: Those that the certificate does not cover., type: list, elements: str, sample: []}
    etag_before: {description: The version of its configuration before., type: str, sample: E1ABC}
    etag_after: {description: The version of its configuration with the certificate., type: str, sample: E2DEF}
    deployed: {description: Whether the certificate is known to be deployed everywhere., type: bool, sample: true}
    verified: {description: Whether O(verify) succeeded. Never true before it is deployed., type: bool, sample: true}
    error: {description: "The stage (get, update, deploy or verify), code and message of a failure.", type: dict, sample: null}
complete:
  description: Whether all matched distributions use the certificate. False if one failed or was skipped.
  returned: always
  type: bool
  sample: true
verified:
  description: Whether every distribution that was not skipped is verified. True if none matched.
  returned: always
  type: bool
  sample: true
records:
  description: The same in the vocabulary of the China CloudFront SSL Plugin.
  returned: always
  type: dict
  contains:
    Matched_CloudFront: {description: The IDs that matched or an error or a sentence., type: raw, sample: {"ID_LIST": [E2EXAMPLE3WK9D]}}
    Update_CloudFront_Status: {description: One entry for each., type: list, elements: dict, sample: [{"E2EXAMPLE3WK9D": "Success"}]}
reason:
  description: What was found, and so what was or would be done.
  returned: always
  type: str
  sample: "1 rebound, 2 already, 0 skipped, 0 failed of 3 matched distributions"
"""

import typing as t
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..module_utils import _crypto
from ..module_utils._aws.cloudfront import CLIENT_CONFIG, CloudFront
from ..module_utils._aws.iam import Iam
from ..module_utils._aws.session import Session
from ..module_utils._core import binding, server_certs, times
from ..module_utils._core.binding import Report, Selection, Status, Target
from ..module_utils._core.plan import Outcome
from ..module_utils._core.waiting import Clock
from ..module_utils._errors import ConfigError, RemoteError
from ..module_utils._module import execute
from ..module_utils._rebind import Options, Rebinding
from ..module_utils._tls import TlsProbe

ARGUMENT_SPEC: dict[str, t.Any] = {
    "server_certificate": {"type": "dict"},
    "server_certificate_name": {"type": "str"},
    "acm_certificate_arn": {"type": "str"},
    "certificate_domains": {"type": "list", "elements": "str", "default": []},
    "match": {"type": "list", "elements": "str", "choices": ["previous", "aliases", "ids"], "default": ["previous"]},
    "previous": {"type": "list", "elements": "str", "default": []},
    "distributions": {"type": "list", "elements": "str", "default": []},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
    "verify": {"type": "str", "choices": ["config", "tls", "none"], "default": "config"},
    "edge_address": {"type": "str"},
    "edge_ca_bundle": {"type": "path"},
}

IAM_ELEMENT = "IAMCertificateId"
ACM_ELEMENT = "ACMCertificateArn"
MAX_PORT = 65535


@dataclass(frozen=True)
class Clients:
    """What this module speaks to; IAM only if a certificate has to be looked up there."""

    cloudfront: CloudFront
    iam: Iam | None
    tls: TlsProbe
    partition: str


def connect(params: t.Mapping[str, t.Any]) -> Clients:
    """The clients for these connection options; calls nothing."""
    session = Session(params)
    return Clients(
        cloudfront=CloudFront(session.client("cloudfront", **CLIENT_CONFIG)),
        iam=Iam(session.client("iam")) if params["server_certificate_name"] else None,
        tls=TlsProbe(params["edge_ca_bundle"]),
        partition=session.partition,
    )


def run(params: t.Mapping[str, t.Any], clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Bind one certificate to every distribution that is meant."""
    problems = _option_problems(params)
    fields = params["server_certificate"]
    if clients.iam is not None and not problems:
        fields = _look_up(clients.iam, params["server_certificate_name"])
    if fields is not None:
        problems += binding.target_problems(fields.get("path"), fields.get("key_type"), None, clients.partition)
        problems += _field_problems(fields, params["verify"], clock, check_mode)
    elif params["acm_certificate_arn"]:
        problems += binding.target_problems(None, None, params["acm_certificate_arn"], clients.partition)
    if problems:
        raise ConfigError(problems)
    return _bind(params, clients, clock, _target(params, fields), check_mode)


def _bind(params: t.Mapping[str, t.Any], clients: Clients, clock: Clock, target: Target, check_mode: bool) -> Outcome:
    selection = Selection(match=frozenset(params["match"]), previous=tuple(params["previous"]), ids=tuple(params["distributions"]))
    try:
        distributions = clients.cloudfront.list_distributions()
    except RemoteError as exc:
        return _search_failed(exc)
    unknown = binding.unknown_ids(distributions, selection)
    if unknown:
        raise ConfigError(unknown)
    planned = binding.plan(distributions, selection, target)
    rebinding = Rebinding(clients.cloudfront, clients.tls, clock, target, selection, _options(params, clients.partition))
    reports = (rebinding.predict if check_mode else rebinding.carry_out)(distributions, planned)
    touched = {report.id for report in reports if report.status is Status.REBOUND} if check_mode else rebinding.updated
    before, after = binding.changed_viewers(distributions, touched, target, clients.partition)
    return Outcome(
        changed=bool(touched),
        result=_result(reports, binding.matched_record(reports, selection.previous)),
        before=before,
        after=after,
        warnings=_warnings(reports) + binding.dedicated_ip_warnings(distributions, touched, clients.partition),
        failure=_failure(reports),
    )


def _option_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    problems = []
    if not params["match"]:
        problems.append("match: empty; give at least one of previous, aliases, ids")
    if "ids" in params["match"] and not params["distributions"]:
        problems.append("distributions: empty, but match has ids; give at least one distribution ID")
    if params["distributions"] and "ids" not in params["match"]:
        problems.append("distributions: given, but match has no ids; add ids to match")
    if params["wait_timeout"] < 0:
        problems.append(f"wait_timeout: {params['wait_timeout']} is negative; give seconds")
    if params["acm_certificate_arn"] and not params["certificate_domains"]:
        problems.append("certificate_domains: empty; give the names that the ACM certificate covers")
    return problems + _edge_problems(params)


def _edge_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    problems = []
    if params["edge_address"] is not None and _edge(params["edge_address"]) is None:
        problems.append(f"edge_address: {params['edge_address']!r} is not host:port")
    if params["edge_ca_bundle"] is not None and not Path(params["edge_ca_bundle"]).is_file():
        problems.append(f"edge_ca_bundle: {params['edge_ca_bundle']} is not a file")
    if params["acm_certificate_arn"] and params["verify"] == "tls":
        problems.append("verify: tls compares fingerprints, and that of an ACM certificate is not known here; use config")
    return problems


def _field_problems(fields: t.Mapping[str, t.Any], verify: str, clock: Clock, check_mode: bool) -> list[str]:
    problems = []
    if not fields.get("id") and not check_mode:
        problems.append("server_certificate: it has no id, so it is only planned; run iam_server_cert without check mode first")
    if not fields.get("domains"):
        problems.append("server_certificate: it has no domains, so its coverage cannot be judged; give what iam_server_cert returned")
    if verify == "tls" and not fields.get("fingerprint_sha256") and not check_mode:
        problems.append("server_certificate: it has no fingerprint_sha256, which verify=tls compares; give what iam_server_cert returned")
    try:
        _time(fields, "upload_date")
        not_after = _time(fields, "not_after")
    except ValueError as exc:
        return [*problems, f"server_certificate: {exc}; give what iam_server_cert returned"]
    if not_after is not None and not_after <= clock.now():
        problems.append(f"server_certificate: it expired at {fields['not_after']}; renew it first")
    return problems


def _time(fields: t.Mapping[str, t.Any], name: str) -> datetime | None:
    return times.from_text(str(fields[name])) if fields.get(name) else None


def _look_up(iam: Iam, name: str) -> dict[str, t.Any]:
    content = iam.get_server_certificate(name)
    if content is None:
        raise ConfigError([f"server_certificate_name: there is no server certificate {name}; upload it with iam_server_cert"])
    return server_certs.describe(content.stored, _crypto.inspect(content.body))


def _target(params: t.Mapping[str, t.Any], fields: t.Mapping[str, t.Any] | None) -> Target:
    if fields is None:
        return Target(ACM_ELEMENT, params["acm_certificate_arn"], tuple(params["certificate_domains"]))
    return Target(
        element=IAM_ELEMENT,
        id=fields.get("id") or None,
        domains=tuple(fields["domains"]),
        fingerprint_sha256=fields.get("fingerprint_sha256"),
        uploaded_at=_time(fields, "upload_date"),
    )


def _options(params: t.Mapping[str, t.Any], partition: str) -> Options:
    edge = _edge(params["edge_address"]) if params["edge_address"] else None
    return Options(partition=partition, wait=params["wait"], wait_timeout=params["wait_timeout"], verify=params["verify"], edge=edge)


def _edge(address: str) -> tuple[str, int] | None:
    host, _colon, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= MAX_PORT:
        return None
    return host.strip("[]"), int(port)


def _search_failed(exc: RemoteError) -> Outcome:
    records = {"Matched_CloudFront": {"Error": [exc.message]}, "Update_CloudFront_Status": []}
    failure = f"the search for distributions failed, so nothing was changed: {exc.message}"
    result = {"matched": [], "distributions": [], "complete": False, "verified": False, "records": records, "reason": failure}
    return Outcome(changed=False, result={**result, "error": {"kind": exc.kind, **exc.details}}, failure=failure)


def _result(reports: t.Sequence[Report], matched_record: t.Any) -> dict[str, t.Any]:
    counts = ", ".join(f"{sum(report.status is status for report in reports)} {status.value}" for status in Status)
    return {
        "matched": [report.id for report in reports],
        "distributions": [report.as_dict() for report in reports],
        "complete": all(report.is_bound for report in reports),
        "verified": all(report.verified for report in reports if report.status is not Status.SKIPPED),
        "records": {"Matched_CloudFront": matched_record, "Update_CloudFront_Status": binding.update_record(reports)},
        "reason": f"{counts} of {len(reports)} matched distributions",
    }


def _warnings(reports: t.Iterable[Report]) -> tuple[str, ...]:
    return tuple(f"distribution {report.id} was skipped: {report.reason}" for report in reports if report.status is Status.SKIPPED)


def _failure(reports: t.Sequence[Report]) -> str | None:
    failed = [f"{report.id}: {report.reason}" for report in reports if report.status is Status.FAILED]
    return f"{len(failed)} of {len(reports)} matched distributions failed: {'; '.join(failed)}" if failed else None


def main() -> None:
    """The module's entry."""
    execute(
        argument_spec=ARGUMENT_SPEC,
        connect=connect,
        run=run,
        required_one_of=[("server_certificate", "server_certificate_name", "acm_certificate_arn")],
        mutually_exclusive=[("server_certificate", "server_certificate_name", "acm_certificate_arn")],
    )


if __name__ == "__main__":
    main()
