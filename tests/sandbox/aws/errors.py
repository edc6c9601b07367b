# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one exception of the strict services: what AWS answers when it refuses."""

from __future__ import annotations


class AwsError(Exception):
    """An error answer: AWS's code, message and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def validation_error(problems: list[str]) -> AwsError:
    """The answer of the query services to values that break the service model's constraints."""
    noun = "error" if len(problems) == 1 else "errors"
    return AwsError("ValidationError", f"{len(problems)} validation {noun} detected: {'; '.join(problems)}")


def not_in_sandbox(service: str, operation: str) -> AwsError:
    """An operation that the sandbox does not have says so; it never pretends."""
    return AwsError("NotImplemented", f"the sandbox has no {service}:{operation}", 501)


def denied(service: str) -> tuple[str, int]:
    """How a service says that something is not allowed: code and HTTP status."""
    if service in ("apigateway", "apigatewayv2", "lambda"):
        return "AccessDeniedException", 403
    if service in ("acm", "dynamodb", "events", "resourcegroupstaggingapi", "ssm"):
        return "AccessDeniedException", 400
    return ("AuthorizationError" if service == "sns" else "AccessDenied"), 403
