# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that a test asks for: which call fails, how, and how often."""

from __future__ import annotations

import os
import signal
import threading
import time
import typing as t
from dataclasses import asdict, dataclass, fields

from .errors import AwsError, denied

KINDS = ("throttled", "error_500", "timeout", "reset", "access_denied", "malformed", "delay", "kill")
WHEN = ("before", "after")
DEFAULT_TIMEOUT_SECONDS = 5.0

# Each service has its own words for "too fast": the services' "Common errors" pages and the retry handlers of botocore
# (data/_retry.json).
_THROTTLE = {
    "route53": ("Throttling", "Rate exceeded", 400),
    "iam": ("Throttling", "Rate exceeded", 400),
    "sts": ("Throttling", "Rate exceeded", 400),
    "cloudfront": ("Throttling", "Rate exceeded", 400),
    "sns": ("Throttled", "Rate exceeded", 429),
    "acm": ("ThrottlingException", "Rate exceeded", 400),
    "apigateway": ("TooManyRequestsException", "Too Many Requests", 429),
    "apigatewayv2": ("TooManyRequestsException", "Too Many Requests", 429),
    "elb": ("Throttling", "Rate exceeded", 400),
    "elbv2": ("Throttling", "Rate exceeded", 400),
    "resourcegroupstaggingapi": ("ThrottledException", "Rate exceeded", 400),
    "ssm": ("ThrottlingException", "Rate exceeded", 400),
    "dynamodb": ("ThrottlingException", "Rate of requests exceeds the allowed throughput.", 400),
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
}


class ConnectionLostError(Exception):
    """The answer must never arrive: the connection is lost."""


@dataclass
class Fault:
    """A fault on the calls of one operation: it lets ``skip`` of them pass, then strikes ``count`` times.

    ``when`` is "before" the call is processed (nothing happened) or "after" (it happened, only the answer is lost).
    ``code`` replaces the error code of the kinds that are an answer, for example by PriorRequestNotComplete.
    """

    service: str
    operation: str = "*"
    kind: str = "error_500"
    when: str = "before"
    skip: int = 0
    count: int = 1
    seconds: float = 0.0
    pid: int = 0
    pgid: int = 0
    code: str = ""
    id: int = 0

    def problems(self) -> list[str]:
        """What is wrong with this fault as asked for."""
        found = []
        if self.kind not in KINDS:
            found.append(f"kind {self.kind!r} is none of {', '.join(KINDS)}")
        if self.when not in WHEN:
            found.append(f"when {self.when!r} is neither before nor after")
        if self.kind == "kill" and not (self.pid or self.pgid):
            found.append("kill needs pid or pgid")
        return found

    def strike(self) -> None:
        """Kills and waits as the kind says; ConnectionLostError if there is to be no answer."""
        if self.kind == "kill":
            self._kill()
        if self.kind in ("timeout", "delay"):
            time.sleep(self.seconds or (DEFAULT_TIMEOUT_SECONDS if self.kind == "timeout" else 0))
        if self.kind in ("kill", "timeout", "reset"):
            raise ConnectionLostError

    def _kill(self) -> None:
        """Ends the named process, or its process group, with no chance to clean up."""
        if self.pgid:
            os.killpg(self.pgid, signal.SIGKILL)
        else:
            os.kill(self.pid, signal.SIGKILL)


class FaultTable:
    """The faults that still wait for their call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._next = 1

    def add(self, values: t.Mapping[str, t.Any]) -> Fault:
        """A new fault from JSON values; ValueError tells everything that is wrong with them."""
        known = {item.name for item in fields(Fault)} - {"id"}
        unknown = sorted(set(values) - known)
        if unknown or not values.get("service"):
            raise ValueError(
                f"a fault has a service and any of {', '.join(sorted(known))}; unknown: {', '.join(unknown) or 'none'}"
            )
        fault = Fault(**values)
        if problems := fault.problems():
            raise ValueError("; ".join(problems))
        with self._lock:
            fault.id = self._next
            self._next += 1
            self._faults.append(fault)
        return fault

    def match(self, service: str, operation: str) -> Fault | None:
        """The fault that strikes this call, counted down; at most one strikes."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if fault.service not in ("*", service) or fault.operation not in ("*", operation):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.count > 0:
                    fault.count -= 1
                    return fault
        return None

    def clear(self) -> None:
        """No more faults."""
        with self._lock:
            self._faults.clear()

    def listing(self) -> list[dict[str, t.Any]]:
        """Every fault with what is left of its skip and count."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]


def throttle_error(service: str) -> AwsError:
    """How ``service`` says that it is called too fast."""
    return AwsError(*_THROTTLE.get(service, ("ThrottlingException", "Rate exceeded", 400)))


def fault_error(fault: Fault, service: str, operation: str, partition: str) -> AwsError:
    """The error answer of the kinds that are an answer."""
    if fault.kind == "throttled":
        error = throttle_error(service)
    elif fault.kind == "access_denied":
        code, status = denied(service)
        user = f"arn:{partition}:iam::123456789012:user/sandbox"
        why = "because no identity-based policy allows the action"
        error = AwsError(code, f"User: {user} is not authorized to perform: {service}:{operation} {why}", status)
    else:
        code = {
            "s3": "InternalError",
            "sns": "InternalError",
            "iam": "ServiceFailure",
            "dynamodb": "InternalServerError",
        }.get(service, "InternalFailure")
        error = AwsError(
            code, "The request processing has failed because of an unknown error, exception or failure.", 500
        )
    if fault.code:
        error = AwsError(fault.code, error.message, error.status)
    return error
