# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what their tool knows to a definition of ours: names, addresses, interval, key type, CA."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ..ca import directories
from ..certificate import renewal
from ..certificate.certificate import KEY_TYPES
from ..project import places, sources
from ..project.targets import CLOUDFRONT, ELB
from ..values import domain_names, emails
from .shapes import SeenCertificate, SeenSettings, SeenSubscription

CONFIRMED, ALL = "confirmed", "all"
# What becomes of their topic: ours is new, theirs is kept for us, or both are there.
TOPICS = (NEW, KEEP, BOTH) = ("new", "keep", "both")
KEPT = (
    "IAM and ACM have the only copy of its key, so project_keep_previous is 1: the certificate stays there after the"
    " first renewal, and rollback binds it again; set it to 0 once that renewal is trusted"
)
# The organisation in the issuer's name, and the CA that it is.
_ISSUERS = {
    "Let's Encrypt": "letsencrypt",
    "(STAGING) Let's Encrypt": "letsencrypt_staging",
    "ZeroSSL": "zerossl",
    "ZeroSSL GmbH": "zerossl",
    "Google Trust Services": "google",
    "Google Trust Services LLC": "google",
}
# What the certificate in service and the subscriptions say, and no wish changes.
_OF_THE_CERTIFICATE = ("domains", "emails", "certificate_store", "source")
_ORGANISATION = re.compile(r"(?:^|,)O=((?:\\.|[^,\\])*)")


@dataclass(frozen=True)
class Wishes:
    """What the user wants of every project that is adopted: which addresses, and keys of the definition."""

    emails: str | tuple[str, ...] = CONFIRMED
    definition: t.Mapping[str, t.Any] = field(default_factory=dict)
    topic: str = NEW
    default_directory: str = directories.DEFAULT
    default_ca_bundle: str | None = None


def settings(**given: t.Any) -> SeenSettings:
    """Settings of which this is known."""
    nothing: SeenSettings = {
        "domains": None,
        "email": None,
        "interval": None,
        "interval_set": None,
        "directory": None,
        "source": None,
        "exportable": None,
        "targets": None,
    }
    return t.cast("SeenSettings", {**nothing, **given})


@dataclass
class Mapped:
    """The definition, and what a person should know of it."""

    definition: dict[str, t.Any]
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def definition(
    current: SeenCertificate, known: SeenSettings, subscriptions: t.Sequence[SeenSubscription], wishes: Wishes
) -> Mapped:
    """The definition of a project whose certificate in service is this one."""
    found = Mapped({"domains": current["domains"]})
    if not current["domains"]:
        found.problems.append(f"{current['name']} has no DNS names, which CloudFront needs")
    _compare_domains(found, current, known)
    addresses, warnings = _addresses(known, subscriptions, wishes)
    found.definition["emails"] = addresses
    found.warnings += warnings
    _set_interval(found, known)
    found.definition["bind"] = ["previous"]
    if current["key_type"] in KEY_TYPES:
        found.definition["key_type"] = current["key_type"]
    elif current["key_type"] == "rsa_1024":
        found.warnings.append(f"the key of {current['name']} is RSA 1024, which no CA signs today; the next one is not")
    else:
        found.problems.append(
            f"the key of {current['name']} is {current['key_type']}, which CloudFront does not accept;"
            " reissue it with another key in the tool that made it"
        )
    _set_place(found, current, known, wishes)
    if known["source"] is None:
        _set_directory(found, current, known, wishes)
    wanted = {key: value for key, value in wishes.definition.items() if key not in _OF_THE_CERTIFICATE}
    found.definition.update(wanted)
    return found


def with_listeners(found: dict[str, t.Any], certificates: t.Iterable[SeenCertificate], wishes: Wishes) -> None:
    """Load balancers become targets where a listener uses one of the certificates, unless targets were chosen."""
    if any(one["listeners"] for one in certificates) and not wishes.definition.get("targets"):
        found["targets"] = [*(found.get("targets") or [CLOUDFRONT]), ELB]


def keeps_what_has_no_key(given: t.Mapping[str, t.Any]) -> bool:
    """Whether a certificate whose key nobody has outlives its first renewal: unless the definition that was given says
    how many do."""
    return given.get("keep_previous") in (None, "")


def issuer_directory(issuer: str) -> str | None:
    """The known CA that an issuer's name belongs to; None if it is none of them."""
    found = _ORGANISATION.search(issuer)
    return _ISSUERS.get(found[1].replace("\\", "")) if found else None


def is_of_ca(issuer: str, known: SeenSettings, directory: str) -> bool:
    """Whether a certificate is from the CA of this directory, as far as its issuer or the old tool says so."""
    found = issuer_directory(issuer) or known["directory"]
    return found is not None and directories.url(found) == directories.url(directory)


def _compare_domains(found: Mapped, current: SeenCertificate, known: SeenSettings) -> None:
    if known["domains"] is None or domain_names.problems(known["domains"]):
        return
    wanted = set(domain_names.normalise(known["domains"]))
    missing, more = sorted(wanted - set(current["domains"])), sorted(set(current["domains"]) - wanted)
    if missing or more:
        told = [f"without {', '.join(missing)}"] if missing else []
        told += [f"with {', '.join(more)} besides"] if more else []
        found.warnings.append(
            f"the certificate in service is {' and '.join(told)}, other than the project's list of domains: the names"
            " of the certificate are adopted; change project_domains afterwards if the list is what you want"
        )


def _addresses(
    known: SeenSettings, subscriptions: t.Sequence[SeenSubscription], wishes: Wishes
) -> tuple[list[str], list[str]]:
    mail = [one for one in subscriptions if one["protocol"] == "email"]
    confirmed = [one["endpoint"] for one in mail if one["status"] == CONFIRMED]
    pending = [one["endpoint"] for one in mail if one["status"] != CONFIRMED]
    warnings = []
    if isinstance(wishes.emails, tuple):
        chosen = list(wishes.emails)
    elif wishes.emails == ALL:
        chosen = confirmed + pending
    else:
        chosen = confirmed
        if pending:
            warnings.append(f"{', '.join(pending)} did not confirm the subscription, and will not be notified")
    mailboxes = {emails.mailbox(one) for one in confirmed}
    if known["email"] and subscriptions and emails.mailbox(known["email"]) not in mailboxes:
        warnings.append(f"{known['email']}, the address of the project, is not among the confirmed subscriptions")
    others = sorted({one["protocol"] for one in subscriptions if one["protocol"] != "email"})
    if others:
        warnings.append(f"their topic also notifies by {', '.join(others)}; see the module sns_subscription")
    return [one for one in emails.unique(chosen) if emails.is_address(one)], warnings


def _set_interval(found: Mapped, known: SeenSettings) -> None:
    days = known["interval"] or known["interval_set"]
    if days is None:
        return
    if known["interval"] and known["interval_set"] and known["interval"] != known["interval_set"]:
        found.warnings.append(
            f"the timer says {known['interval']} days, the project {known['interval_set']}: the timer counts"
        )
    capped = min(max(days, renewal.MIN_INTERVAL_DAYS), renewal.MAX_INTERVAL_DAYS)
    if capped != days:
        found.warnings.append(f"the interval of {days} days becomes {capped}")
    found.definition["renewal_interval_days"] = capped


def _set_place(found: Mapped, current: SeenCertificate, known: SeenSettings, wishes: Wishes) -> None:
    """Where it is and who renews it, as they are: a change of either is another run's."""
    source, store = known["source"] or sources.ACME, current["store"]
    for key, value in (("certificate_store", store), ("source", source)):
        wanted = wishes.definition.get(key)
        if wanted not in (None, value):
            found.warnings.append(f"project_{key} stays {value} for now: set it to {wanted} with create, once adopted")
    if store == places.ACM:
        found.definition["certificate_store"] = store
    if source == sources.ACM:
        found.definition["source"] = source
        found.definition["acm_export"] = bool(known["exportable"])
    if known["targets"] and source != sources.ACM:
        found.definition["targets"] = known["targets"]


def _set_directory(found: Mapped, current: SeenCertificate, known: SeenSettings, wishes: Wishes) -> None:
    wanted = wishes.definition.get("acme_directory")
    directory = known["directory"] or issuer_directory(current["issuer"])
    chosen = wanted or directory or wishes.default_directory
    found.definition["acme_directory"] = chosen
    if chosen == wishes.default_directory and wishes.default_ca_bundle:
        found.definition["acme_ca_bundle"] = wishes.default_ca_bundle
    if directory is None or directories.url(directory) != directories.url(chosen):
        found.warnings.append(
            f"the certificate was issued by {current['issuer'] or 'an unknown CA'}; renewals come from {chosen}, set"
            " project_acme_directory for another CA"
        )
