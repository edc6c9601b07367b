# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of Systems Manager: what a certificate's ARN is published in.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from . import constraints
from .errors import AwsError
from .service import Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State

_Result = dict[str, t.Any]
_NAME = re.compile(r"/?[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*")
MAX_LEVELS = 15
MAX_VALUE = 4096


@dataclass
class Parameter:
    """One parameter with its newest value."""

    name: str
    type: str
    value: str
    version: int
    modified: datetime
    arn: str
    tags: dict[str, str] = field(default_factory=dict)

    def values(self) -> _Result:
        return {
            "Name": self.name,
            "Type": self.type,
            "Value": self.value,
            "Version": self.version,
            "LastModifiedDate": self.modified,
            "ARN": self.arn,
            "DataType": "text",
        }


class Ssm(Service):
    """Parameters by account, region and name."""

    name = "ssm"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._parameters: dict[tuple[str, str], dict[str, Parameter]] = {}
        self.operations: dict[str, Operation] = {
            "PutParameter": self.put,
            "GetParameter": self.get,
            "GetParameters": self.get_several,
            "DeleteParameter": self.delete,
            "AddTagsToResource": self.tag,
            "ListTagsForResource": self.list_tags,
        }

    def resource(self, call: Call) -> str:
        name = call.params.get("Name") or call.params.get("ResourceId") or (call.params.get("Names") or ["*"])[0]
        return _arn(call, str(name))

    def context(self, call: Call) -> t.Mapping[str, t.Sequence[str]]:
        found = self._own(call).get(_bare(str(call.params.get("Name") or call.params.get("ResourceId") or "")))
        return {f"aws:ResourceTag/{key}": [value] for key, value in found.tags.items()} if found else {}

    def tagged(self, account: str, region: str) -> t.Mapping[str, dict[str, str]]:
        return {item.arn: item.tags for item in self._parameters.get((account, region), {}).values()}

    def put(self, call: Call) -> _Result:
        constraints.check(call)
        params, own = call.params, self._own(call)
        name = params["Name"]
        _check_name(name)
        if len(params["Value"].encode()) > MAX_VALUE:
            raise AwsError(
                "ValidationException",
                f"Standard tier parameters support a maximum parameter value of {MAX_VALUE} characters.",
            )
        old, overwrite = own.get(_bare(name)), params.get("Overwrite")
        if old and not overwrite:
            raise AwsError(
                "ParameterAlreadyExists",
                "The parameter already exists. To overwrite this value, set the overwrite option in the request to"
                " true.",
            )
        if overwrite and params.get("Tags"):
            raise AwsError("ValidationException", "Invalid request: tags and overwrite can't be used together.")
        if old is None and not params.get("Type"):
            raise AwsError("ValidationException", "A parameter type is required when you create a parameter.")
        if old and params.get("Type", old.type) != old.type and "SecureString" in (old.type, params["Type"]):
            raise AwsError("HierarchyTypeMismatchException", f"The parameter {name} is of the type {old.type}.")
        tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []} or (old.tags if old else {})
        version = old.version + 1 if old else 1
        kind = params.get("Type") or (old.type if old else "")
        own[_bare(name)] = Parameter(name, kind, params["Value"], version, self.state.now(), _arn(call, name), tags)
        return {"Version": version, "Tier": "Standard"}

    def get(self, call: Call) -> _Result:
        constraints.check(call)
        return {"Parameter": self._existing(call, call.params["Name"]).values()}

    def get_several(self, call: Call) -> _Result:
        constraints.check(call)
        own = self._own(call)
        found = [own[_bare(name)].values() for name in call.params["Names"] if _bare(name) in own]
        return {
            "Parameters": found,
            "InvalidParameters": [name for name in call.params["Names"] if _bare(name) not in own],
        }

    def delete(self, call: Call) -> _Result:
        constraints.check(call)
        self._existing(call, call.params["Name"])
        del self._own(call)[_bare(call.params["Name"])]
        return {}

    def tag(self, call: Call) -> _Result:
        constraints.check(call)
        self._of_id(call).tags.update({tag["Key"]: tag["Value"] for tag in call.params["Tags"]})
        return {}

    def list_tags(self, call: Call) -> _Result:
        constraints.check(call)
        return {"TagList": [{"Key": key, "Value": value} for key, value in self._of_id(call).tags.items()]}

    def _of_id(self, call: Call) -> Parameter:
        found = (
            self._own(call).get(_bare(call.params["ResourceId"]))
            if call.params["ResourceType"] == "Parameter"
            else None
        )
        if found is None:
            raise AwsError("InvalidResourceId", "The resource ID is not valid.")
        return found

    def _own(self, call: Call) -> dict[str, Parameter]:
        return self._parameters.setdefault((call.account, call.region), {})

    def _existing(self, call: Call, name: str) -> Parameter:
        found = self._own(call).get(_bare(name))
        if found is None:
            raise AwsError("ParameterNotFound", f"Parameter {name} not found.")
        return found


def _bare(name: str) -> str:
    """A name is known with and without its first slash only if it has no other; an ARN names a parameter, too."""
    name = name.partition(":parameter")[2] if name.startswith("arn:") else name
    return name[1:] if name.startswith("/") and "/" not in name[1:] else name


def _arn(call: Call, name: str) -> str:
    return (
        name
        if name.startswith("arn:")
        else f"arn:{call.partition}:ssm:{call.region}:{call.account}:parameter/{name.lstrip('/')}"
    )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or ("/" in name and not name.startswith("/")):
        raise AwsError("ValidationException", "Parameter name must be a fully qualified name.")
    if name.lstrip("/").lower().startswith(("aws", "ssm")):
        raise AwsError(
            "ValidationException", 'Parameter name: can\'t be prefixed with "ssm" or "aws" (case-insensitive).'
        )
    if name.count("/") > MAX_LEVELS:
        raise AwsError("HierarchyLevelLimitExceededException", f"A hierarchy can have at most {MAX_LEVELS} levels.")
