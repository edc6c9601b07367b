# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the certificates of a project come from: a CA by ACME, ACM itself, or files that the user brings."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from ..acm_cert import limits as acm_limits, requests
from ..certificate.certificate import Certificate
from ..certificate.renewal import RenewalDecision
from ..values import domain_names, partitions, times
from . import places

ACME, ACM, FILES = "acme", "acm", "files"
SOURCES = (ACME, ACM, FILES)
VALIDATIONS = ("route53", "export")
FILE_KEYS = ("certificate", "chain", "private_key")
ACM_KEY_TYPES = ("ecdsa_p256", "rsa_2048")
# ACM renews 45 days before the end, and warns from 30 days on; a person needs time, too.
LATE = timedelta(days=30)
# The step that brings the certificate.
STEPS = {ACME: "issue", ACM: "request", FILES: "files"}


def of(fields: t.Mapping[str, t.Any]) -> str:
    """The source that a definition wants or a certificate has; what earlier versions wrote is from a CA by ACME."""
    return fields.get("source") or ACME


def decide(certificate: Certificate, source: str, now: datetime) -> RenewalDecision:
    """When something is late: of these certificates, none is ours to renew, so nothing is ever due."""
    late_at = max(certificate.not_before, certificate.not_after - LATE)
    until = times.to_text(certificate.not_after)
    if now >= certificate.not_after:
        reason = f"the certificate expired at {until}"
    elif now >= late_at and source == ACM:
        reason = f"ACM has not renewed the certificate, which expires at {until}; run the playbook doctor"
    elif now >= late_at:
        reason = f"the certificate expires at {until}; replace its files"
    else:
        whose = "ACM renews it" if source == ACM else "it comes from files"
        reason = f"the certificate is valid until {until}; {whose}"
    return RenewalDecision(due=False, renew_at=late_at, reason=reason)


def contradictions(values: t.Mapping[str, t.Any], partition: str) -> list[str]:
    """What of a definition does not go together with its source."""
    source = values["source"]
    if source == ACM:
        return _of_acm(values, partition)
    found = []
    if values["acm_export"]:
        found.append("acm_export: true, but source is not acm, so ACM issues nothing to export")
    if values["acm_validation"] != VALIDATIONS[0]:
        found.append("acm_validation: export, but source is not acm, so ACM validates nothing")
    if source == FILES and not (values["files"].keys() >= {"certificate", "private_key"}):
        found.append("files: set certificate and private_key (and chain), each as a path or PEM text")
    if source != FILES and values["files"]:
        found.append("files: set, but source is not files; set source to files, or leave them out")
    return found


def _of_acm(values: t.Mapping[str, t.Any], partition: str) -> list[str]:
    found = acm_limits.request_problems(values["domains"]) if values["domains"] else []
    if values["files"]:
        found.append("files: set, but source is acm; leave them out")
    if values["key_type"] not in ACM_KEY_TYPES:
        accepted = ", ".join(ACM_KEY_TYPES)
        found.append(f"key_type: ACM issues no {values['key_type']} that CloudFront takes; use one of {accepted}")
    if values["certificate_store"] != places.ACM and not values["acm_export"]:
        in_china = partition == partitions.CHINA
        other = "" if in_china else "set certificate_store to acm, or "
        found.append(f"source: what ACM issues leaves it only as exportable; {other}set acm_export to true")
    if values["acm_arn"] != places.ARN_CHOICES[0]:
        found.append("acm_arn: same is about imported certificates; what ACM issues keeps its ARN anyway: leave it out")
    if values["acm_regions"]:
        found.append("acm_regions: ACM issues for one region; leave them out, or define a project for each region")
    return found


def warnings(values: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """What is to be known before a certificate is requested from ACM: quotas, and what it costs."""
    if values["source"] != ACM:
        return ()
    found = acm_limits.request_warnings(values["domains"])
    return (*found, *([requests.cost_text(values["domains"])] if values["acm_export"] else []))


def differences(one: t.Mapping[str, t.Any], other: t.Mapping[str, t.Any]) -> list[str] | None:
    """In words, what makes the certificate that ``one`` has or wants another than that of ``other``, as far as that
    depends on the source; None if a CA by ACME issues both."""
    source = of(other)
    if of(one) != source:
        return ["source"]
    if source == FILES:
        return ["domain names"] if domain_names.uncovered(one["domains"], other["domains"]) else []
    return None if source == ACME else _requested(one, other)


def _requested(one: t.Mapping[str, t.Any], other: t.Mapping[str, t.Any]) -> list[str]:
    found = ["domain names"] if set(one["domains"]) != set(other["domains"]) else []
    return [*found, *(["key type"] if one["key_type"] != other["key_type"] else [])]
