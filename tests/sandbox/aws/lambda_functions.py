# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions of Lambda, as they are read and held: the control interface puts them in place, none ever runs.

https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import constraints
from .errors import AwsError
from .service import Call, Operation, Response, Service

if t.TYPE_CHECKING:
    from .state import State

# What must stay for functions without a reservation.
UNRESERVED = 100
_Result = dict[str, t.Any]


@dataclass
class Function:
    """One function."""

    name: str
    arn: str
    runtime: str
    handler: str
    description: str
    timeout: int
    memory: int
    environment: dict[str, str] = field(default_factory=dict)
    concurrency: int | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def values(self) -> _Result:
        """FunctionConfiguration, as GetFunctionConfiguration returns it."""
        return {
            "FunctionName": self.name,
            "FunctionArn": self.arn,
            "Runtime": self.runtime,
            "Handler": self.handler,
            "Description": self.description,
            "Timeout": self.timeout,
            "MemorySize": self.memory,
            "Environment": {"Variables": self.environment},
            "State": "Active",
        }


class Lambda(Service):
    """Functions by account, region and name."""

    name = "lambda"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._functions: dict[tuple[str, str], dict[str, Function]] = {}
        self.operations: dict[str, Operation] = {
            "GetFunction": self.get,
            "GetFunctionConfiguration": self.configuration,
            "GetFunctionConcurrency": self.concurrency,
            "PutFunctionConcurrency": self.put_concurrency,
            "DeleteFunctionConcurrency": self.delete_concurrency,
        }

    def resource(self, call: Call) -> str:
        return _arn(call, _bare(call.params["FunctionName"]))

    def put(self, account: str, region: str, values: t.Mapping[str, t.Any]) -> Function:
        """A function as somebody deployed it."""
        partition = "aws-cn" if region.startswith("cn-") else "aws"
        name = str(values["name"])
        found = Function(
            name=name,
            arn=f"arn:{partition}:lambda:{region}:{account}:function:{name}",
            runtime=str(values.get("runtime", "python3.13")),
            handler=str(values.get("handler", "app.lambda_handler")),
            description=str(values.get("description", "")),
            timeout=int(values.get("timeout", 900)),
            memory=int(values.get("memory", 256)),
            environment=dict(values.get("environment") or {}),
        )
        self._functions.setdefault((account, region), {})[name] = found
        return found

    def mark(self, account: str, region: str, name: str, tags: t.Mapping[str, str]) -> None:
        """Tags of the function, if it exists."""
        found = self._functions.get((account, region), {}).get(name)
        if found is not None:
            found.tags.update(tags)

    def tagged(self, account: str, region: str) -> t.Mapping[str, dict[str, str]]:
        return {one.arn: one.tags for one in self._functions.get((account, region), {}).values()}

    def get(self, call: Call) -> _Result:
        constraints.check(call)
        found = self._existing(call)
        answer: _Result = {
            "Configuration": found.values(),
            "Code": {"RepositoryType": "S3", "Location": f"https://code.invalid/{found.name}"},
        }
        if found.tags:
            answer["Tags"] = found.tags
        if found.concurrency is not None:
            answer["Concurrency"] = {"ReservedConcurrentExecutions": found.concurrency}
        return answer

    def configuration(self, call: Call) -> _Result:
        constraints.check(call)
        return self._existing(call).values()

    def concurrency(self, call: Call) -> _Result:
        constraints.check(call)
        reserved = self._existing(call).concurrency
        return {} if reserved is None else {"ReservedConcurrentExecutions": reserved}

    def put_concurrency(self, call: Call) -> _Result:
        constraints.check(call)
        found, wanted = self._existing(call), int(call.params["ReservedConcurrentExecutions"])
        others = sum(one.concurrency or 0 for one in self._of(call).values() if one is not found)
        if wanted and self.state.settings.lambda_concurrency_quota - others - wanted < UNRESERVED:
            raise AwsError(
                "InvalidParameterValueException",
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution"
                f" below its minimum value of [{UNRESERVED}].",
            )
        found.concurrency = wanted
        return {"ReservedConcurrentExecutions": wanted}

    def delete_concurrency(self, call: Call) -> Response:
        constraints.check(call)
        self._existing(call).concurrency = None
        return Response(204, b"")

    def _of(self, call: Call) -> dict[str, Function]:
        return self._functions.setdefault((call.account, call.region), {})

    def _existing(self, call: Call) -> Function:
        name = _bare(call.params["FunctionName"])
        found = self._of(call).get(name)
        if found is None:
            raise AwsError("ResourceNotFoundException", f"Function not found: {_arn(call, name)}", 404)
        return found


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _arn(call: Call, name: str) -> str:
    return f"arn:{call.partition}:lambda:{call.region}:{call.account}:function:{name}"
