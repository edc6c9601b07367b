# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet of projects as it is after years: documents in a file store, their certificates in IAM or ACM, a distribution
each. Made in seconds.

`due` of them have come due, `failing` wait after failures, `broken` have a document that is no JSON; the others rest.
The last `in_acm` have their certificate there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from .control import Control

LIFETIME_DAYS = 64.0
INTERVAL_DAYS = 30
CHUNK = 500


@dataclass(frozen=True)
class Fleet:
    """Where a fleet lives, and how it is made up; `zone` holds the names, and `directory` with `ca_bundle` is the
    CA."""

    control: Control
    store: Path
    archive: Path
    directory: str
    ca_bundle: str
    zone: str = "example.com"
    # With the identifier of its issuer's key, the CA can be asked about a certificate (RFC 9773).
    authority_key_id: str = ""

    @classmethod
    def of(cls, control: Control, env: Mapping[str, str]) -> Fleet:
        """The fleet of who runs playbooks in this environment (see ansible_runs.environment), with the default store
        and archive."""
        data = Path(env["XDG_DATA_HOME"]) / "certops"
        return cls(
            control, data / "store", data / "archive", env["CERTOPS_ACME_DIRECTORY"], env["CERTOPS_ACME_CA_BUNDLE"]
        )

    def make(
        self,
        count: int,
        *,
        due: int = 0,
        failing: int = 0,
        broken: int = 0,
        in_acm: int = 0,
        distributions: bool = True,
        prefix: str = "p",
    ) -> list[str]:
        """So many projects, the first ones due, then failing, then broken; returns their names. Quotas are raised to
        fit."""
        self.control.set(
            iam_server_certificate_quota=max(1000, 2 * count), cloudfront_distribution_quota=max(500, 2 * count)
        )
        self.store.mkdir(parents=True, exist_ok=True, mode=0o700)
        now = datetime.now(timezone.utc).replace(microsecond=0)
        names = [f"{prefix}{number:05}" for number in range(count)]
        for start in range(0, count, CHUNK):
            chunk = names[start : start + CHUNK]
            ages = {
                name: INTERVAL_DAYS + 1 if number < due + failing else 1 + number % (INTERVAL_DAYS - 2)
                for number, name in enumerate(chunk, start)
            }
            members = [
                {
                    **self._member(name, now - timedelta(days=ages[name], seconds=number), distributions),
                    "store": "acm" if number >= count - in_acm else "iam",
                }
                for number, name in enumerate(chunk, start)
            ]
            for number, (member, made) in enumerate(zip(members, self.control.fleet(members)), start):
                text = json.dumps(self._document(member, made, now, is_failing=due <= number < due + failing), indent=2)
                is_broken = due + failing <= number < due + failing + broken
                (self.store / f"{member['name']}.json").write_text(text[:100] if is_broken else text, encoding="utf-8")
        return names

    def definition(self, name: str) -> dict[str, Any]:
        """The definition of one project, as its document has it."""
        return {
            "domains": [f"{name}.{self.zone}"],
            "emails": [],
            "renewal_interval_days": INTERVAL_DAYS,
            "bind": ["previous"],
            "acme_directory": self.directory,
            "acme_ca_bundle": self.ca_bundle,
            "archive": f"file://{self.archive}",
        }

    def _member(self, name: str, begin: datetime, distributions: bool) -> dict[str, Any]:
        end = begin + timedelta(days=LIFETIME_DAYS)
        domains = [f"{name}.{self.zone}"]
        return {
            "name": name,
            "domains": domains,
            "not_before": _text(begin),
            "not_after": _text(end),
            "aliases": domains if distributions else [],
        }

    def _document(
        self, member: dict[str, Any], made: dict[str, Any], now: datetime, is_failing: bool
    ) -> dict[str, Any]:
        certificate = {
            **_place(member, made),
            "domains": member["domains"],
            "key_type": "ecdsa_p256",
            "not_before": member["not_before"],
            "not_after": member["not_after"],
            "archive_uri": f"file://{self.archive}/{member['name']}/{member['not_before'][:10]}.tar.gz",
            "acme_directory": self.directory,
            "acme_profile": None,
            "authority_key_id": self.authority_key_id,
            "deployed": {"at": member["not_before"], "bind": ["previous"], "distributions": []},
        }
        waits = (
            {"failures": 3, "next_attempt_at": _text(now + timedelta(hours=3))}
            if is_failing
            else {"failures": 0, "next_attempt_at": None}
        )
        return {
            "schema": 1,
            "name": member["name"],
            "definition": {**self.definition(member["name"]), "certificate_store": member["store"]},
            "certificate": certificate,
            "superseded": [],
            "subscribed": [],
            "renewal": {"renew_at": None, "reason": None, "ari": {}, **waits},
            "journal": None,
            "last_run": None,
            "fence": 0,
            "lock": None,
        }


def _place(member: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """What the sandbox made, as a record has it."""
    found = {key: value for key, value in made.items() if key != "distribution"}
    if member["store"] == "iam":
        return found
    copies = [{"region": "us-east-1", "arn": found["arn"]}]
    return {
        **found,
        "store": "acm",
        "name": f"{member['name']}-{member['not_after'][:10]}",
        "id": None,
        "copies": copies,
    }


def _text(moment: datetime) -> str:
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
