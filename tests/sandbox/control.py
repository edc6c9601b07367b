# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client for the control interface of a running sandbox; needs nothing but the standard library."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit


class ControlError(Exception):
    """The sandbox refused a control request."""


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


class Control:
    """One sandbox, by its URL (CERTOPS_SANDBOX_URL)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._host = urlsplit(url).netloc

    def _ask(self, method: str, route: str, body: dict[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection(self._host, timeout=120)
        try:
            connection.request(
                method, f"/_sandbox/{route}", json.dumps(body or {}), {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ControlError(f"{method} {route}: {answer.get('error', answer)}")
        return answer

    def calls(self, service: str | None = None, operation: str | None = None) -> list[dict[str, Any]]:
        """The call log, or what it holds of one service or operation."""
        listing = self._ask("GET", "calls")
        return [
            call for call in listing if service in (None, call["service"]) and operation in (None, call["operation"])
        ]

    def counts(self, service: str | None = None) -> Counter[str]:
        """How often each operation was called."""
        return Counter(call["operation"] for call in self.calls(service))

    def clear_calls(self) -> None:
        self._ask("DELETE", "calls")

    def settings(self) -> dict[str, Any]:
        return dict(self._ask("GET", "settings"))

    def set(self, **values: float | str) -> dict[str, Any]:
        """Change settings; an unknown one is an error."""
        return dict(self._ask("POST", "settings", values))

    def fault(self, service: str, operation: str = "*", kind: str = "error_500", **more: Any) -> dict[str, Any]:
        """Let calls fail: kind is throttled, error_500, timeout, reset, access_denied, malformed, delay or kill."""
        return dict(self._ask("POST", "faults", {"service": service, "operation": operation, "kind": kind, **more}))

    def faults(self) -> list[dict[str, Any]]:
        return list(self._ask("GET", "faults"))

    def clear_faults(self) -> None:
        self._ask("DELETE", "faults")

    def confirm(self, endpoint: str, topic_arn: str | None = None) -> list[str]:
        """Confirm pending subscriptions of an address, as the person who got the mail would; their ARNs."""
        return list(self._ask("POST", "sns/confirm", _given(endpoint=endpoint, topic_arn=topic_arn))["confirmed"])

    def unsubscribe(self, endpoint: str, topic_arn: str | None = None) -> list[str]:
        """Follow the link to unsubscribe that is in every notice; the ARNs of the subscriptions that ended."""
        return list(
            self._ask("POST", "sns/unsubscribe", _given(endpoint=endpoint, topic_arn=topic_arn))["unsubscribed"]
        )

    def outbox(self) -> list[dict[str, Any]]:
        """What SNS delivered, by endpoint."""
        return list(self._ask("GET", "sns/outbox"))

    def delegate(self, zone_id: str) -> None:
        """Let the registrar of a domain point to this zone, of several with one name."""
        self._ask("POST", "dns/delegate", {"zone_id": zone_id})

    def account(self, access_key: str, account: str, partition: str = "aws") -> None:
        """Give an access key to another account."""
        self._ask("POST", "accounts", {"access_key": access_key, "account": account, "partition": partition})

    def endpoints(self) -> list[dict[str, Any]]:
        """Listeners of load balancers and domains of API Gateway: service, arn, host, port, and the address that serves
        TLS for it."""
        return list(self._ask("GET", "edge"))

    def address(self, arn: str) -> str:
        """Where a listener (for a classic load balancer ARN:PORT) or an API domain is served, as host:port."""
        return next(str(one["address"]) for one in self.endpoints() if one["arn"] == arn)

    def approve(self, arn: str) -> None:
        """Follow the link in ACM's validation mail; CDNs that answer by HTTP do the same."""
        self._ask("POST", "acm/approve", {"arn": arn})

    def renewal_due(self, arn: str) -> None:
        """Let ACM's own renewal of a certificate begin now; its DNS records decide how it ends."""
        self._ask("POST", "acm/renew", {"arn": arn})

    def icp(self, alias: str, status: str) -> None:
        """Let the ICP authorities say APPROVED, SUSPENDED or PENDING of an alias in China."""
        self._ask("POST", "cloudfront/icp", {"cname": alias, "status": status})

    def advance(self, seconds: float) -> None:
        """Move the clock of AWS ahead."""
        self._ask("POST", "clock", {"advance_seconds": seconds})

    def fleet(self, projects: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Put certificates and distributions in place by the thousand; what the project documents have to say of them.
        See sandbox/fleet.py."""
        return list(self._ask("POST", "fleet", {"projects": projects}))

    def stack(self, region: str, name: str, **values: Any) -> str:
        """Put a CloudFormation stack in place, as somebody deployed it; its ID. See sandbox/aws/cloudformation.py."""
        return str(self._ask("POST", "stacks", {"region": region, "name": name, **values})["id"])

    def remove_stack(self, region: str, name: str) -> None:
        """A stack is gone; what it made is not touched."""
        self._ask("POST", "stacks/remove", {"region": region, "name": name})

    def function(self, region: str, name: str, **values: Any) -> str:
        """Put a Lambda function in place; its ARN."""
        return str(self._ask("POST", "functions", {"region": region, "name": name, **values})["arn"])

    def now(self) -> float:
        """The clock of AWS, in seconds since the epoch."""
        return datetime.fromisoformat(self._ask("GET", "clock")["now"]).timestamp()

    def issued(self) -> list[str]:
        """The leaf certificates that the CA signed since the last reset or restore, as PEM."""
        return list(self._ask("GET", "acme/issued"))

    def revoked(self) -> list[str]:
        """The SHA-256 fingerprints of the certificates that the CA revoked since the last reset or restore."""
        return list(self._ask("GET", "acme/revoked"))

    def snapshot(self, name: str) -> None:
        """Keep all resources of AWS, settings and clock under a name."""
        self._ask("POST", "snapshot", {"name": name})

    def restore(self, name: str) -> None:
        """Back to a snapshot, with no calls and faults."""
        self._ask("POST", "restore", {"name": name})

    def reset(self) -> None:
        """No resources, faults, calls; settings as at the start."""
        self._ask("POST", "reset")
