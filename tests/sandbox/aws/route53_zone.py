# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One hosted zone: its records as the API shows them, and as DNS answers them after propagation."""

from __future__ import annotations

import re
import secrets
import typing as t
from collections import deque

Key = tuple[str, str, str]
Record = dict[str, t.Any]

_ESCAPE = re.compile(r"\\(\d{3})")
_TLDS = ("com", "net", "org", "co.uk")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def canonical(name: str) -> str:
    """The name in lower case, with a final dot, and with octal escapes of printable characters undone.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    """
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 8)), name).lower()
    return text if text.endswith(".") else text + "."


def escaped(name: str) -> str:
    """The name as Route 53 returns it: other characters than letters, digits, - _ and . as octal escapes, ``*`` as
    ``\\052``."""
    return "".join(char if char in _PLAIN else f"\\{ord(char):03o}" for char in name)


def sort_name(name: str) -> str:
    """By what lists are sorted: the labels reversed, as text with the final dot."""
    return ".".join(reversed(escaped(name).rstrip(".").split("."))) + "."


class Zone:
    """A public or private hosted zone."""

    def __init__(self, **values: t.Any) -> None:
        self.id: str = values["id"]
        self.name: str = values["name"]
        self.caller_reference: str = values["caller_reference"]
        self.comment: str | None = values["comment"]
        self.is_private: bool = values["is_private"]
        self.vpc: t.Mapping[str, str] | None = values["vpc"]
        self.created: float = values["created"]
        number = secrets.randbelow(512)
        # "When you create a private hosted zone, the following name servers are used":
        # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-private.html
        self.name_servers = tuple(
            f"ns-{(0 if self.is_private else number) + 512 * index}"
            f".awsdns-{0 if self.is_private else secrets.randbelow(64):02d}.{tld}"
            for index, tld in enumerate(_TLDS)
        )
        self.locked_until = 0.0
        self.last_insync = 0.0
        apex = escaped(self.name)
        soa = f"{self.name_servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
        self.records: dict[Key, Record] = {
            (self.name, "NS", ""): {
                "Name": apex,
                "Type": "NS",
                "TTL": 172800,
                "ResourceRecords": [{"Value": f"{server}."} for server in self.name_servers],
            },
            (self.name, "SOA", ""): {"Name": apex, "Type": "SOA", "TTL": 900, "ResourceRecords": [{"Value": soa}]},
        }
        self._shown = (_Shown(self.records), _Shown(self.records))

    def describe(self) -> dict[str, t.Any]:
        """The HostedZone of the answers."""
        config: dict[str, t.Any] = {"PrivateZone": self.is_private}
        if self.comment:
            config["Comment"] = self.comment
        return {
            "Id": f"/hostedzone/{self.id}",
            "Name": escaped(self.name),
            "CallerReference": self.caller_reference,
            "Config": config,
            "ResourceRecordSetCount": len(self.records),
        }

    def has_own_records(self) -> bool:
        """Whether there is more than the SOA and NS of the zone itself."""
        return any(key[0] != self.name or key[1] not in ("NS", "SOA") for key in self.records)

    def contains(self, name: str) -> bool:
        """Whether a name is the zone's, or below it."""
        return name == self.name or name.endswith("." + self.name)

    def publish_at(self, when: float, changed: t.Mapping[Key, Record | None], late_seconds: float) -> None:
        """Lets DNS answer a change from ``when`` on, and the last name server so much later; None is a deleted record
        set."""
        for shown, delay in zip(self._shown, (0.0, late_seconds)):
            shown.upcoming.append((when + delay, dict(changed)))

    def published(self, now: float, late: bool = False) -> dict[Key, Record]:
        """The records that DNS answers at ``now``; ``late`` is the last name server."""
        return self._shown[late].records_at(now)

    def published_names(self, now: float, late: bool = False) -> dict[str, list[Record]]:
        """The same records by name."""
        return self._shown[late].names_at(now)


class _Shown:
    """What a name server of the zone answers with, and what it will."""

    def __init__(self, records: t.Mapping[Key, Record]) -> None:
        self.upcoming: deque[tuple[float, dict[Key, Record | None]]] = deque()
        self._records = dict(records)
        self._names: dict[str, list[Record]] = {}

    def records_at(self, now: float) -> dict[Key, Record]:
        while self.upcoming and self.upcoming[0][0] <= now:
            _when, changed = self.upcoming.popleft()
            self._names = {}
            for key, record in changed.items():
                if record is None:
                    self._records.pop(key, None)
                else:
                    self._records[key] = record
        return self._records

    def names_at(self, now: float) -> dict[str, list[Record]]:
        records = self.records_at(now)
        if not self._names:
            names: dict[str, list[Record]] = {}
            for key, record in records.items():
                names.setdefault(key[0], []).append(record)
            self._names = names
        return self._names
