# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions of Lambda in one region, one method per API call. Of a function's environment only named keys are taken:
others may be secrets."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...._errors import RemoteError
from ..errors import calling

SERVICE = "lambda"
NOT_FOUND = "ResourceNotFoundException"


@dataclass(frozen=True)
class FunctionSettings:
    """A function's ARN, the named keys of its environment, and how many runs at a time are reserved for it; None is no
    reservation."""

    arn: str
    environment: t.Mapping[str, str] = field(default_factory=dict)
    concurrency: int | None = None


class Functions:
    """Speaks to Lambda through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def get_function(self, name: str, keys: t.Collection[str]) -> FunctionSettings | None:
        """The settings with these keys of the environment; None if there is no such function."""
        try:
            with calling(SERVICE, "GetFunction", name):
                answer = self._client.get_function(FunctionName=name)
                settings = answer["Configuration"]
                variables = settings.get("Environment", {}).get("Variables", {})
                reserved = answer.get("Concurrency", {}).get("ReservedConcurrentExecutions")
                return FunctionSettings(
                    settings["FunctionArn"],
                    {key: str(variables[key]) for key in keys if key in variables},
                    None if reserved is None else int(reserved),
                )
        except RemoteError as exc:
            if exc.code != NOT_FOUND:
                raise
            return None

    def put_function_concurrency(self, name: str, runs: int) -> None:
        """Reserve so many runs at a time; with 0 the function cannot run."""
        with calling(SERVICE, "PutFunctionConcurrency", name):
            self._client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=runs)

    def delete_function_concurrency(self, name: str) -> None:
        """Nothing is reserved."""
        with calling(SERVICE, "DeleteFunctionConcurrency", name):
            self._client.delete_function_concurrency(FunctionName=name)
