# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A parameter names the certificate in service, so that a template that refers to it does not put an old one back."""

from __future__ import annotations

from dataclasses import dataclass

from ..._clients.aws.regional.ssm import Ssm
from ..._clients.aws.session import Connection
from ..._core.bind import publication
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._errors import ConfigError, RemoteError

PRESENT, ABSENT = "present", "absent"
# The word of Systems Manager for a parameter to create that exists.
EXISTS = "ParameterAlreadyExists"


@dataclass(frozen=True)
class PublishRequest:
    """What a parameter is to say, and of which project; with ``obsolete`` values, that it is to be gone if it says one
    of them."""

    parameter: str
    value: str
    project: str
    connection: Connection
    obsolete: frozenset[str] | None = None


def parse(params: Params) -> PublishRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    problems = publication.problems("parameter", params["parameter"])
    value, is_wanted = (params["value"] or "").strip(), params["state"] == PRESENT
    if is_wanted and not value and not params.check_mode:
        problems.append("value: empty; set it to the ID or the ARN of the certificate in service")
    if problems:
        raise ConfigError(problems)
    name = publication.parameter_of(params["parameter"])
    obsolete = None if is_wanted else frozenset(params["obsolete"])
    return PublishRequest(name, value, params["project"], Connection.of(params), obsolete)


def run(request: PublishRequest, ssm: Ssm, check_mode: bool) -> Outcome:
    """Give the parameter its value, unless it has it; or delete it, unless others gave it another one."""
    if request.obsolete is not None:
        return _withdraw(request.parameter, request.obsolete, ssm, check_mode)
    name, former = request.parameter, ssm.get_parameter(request.parameter)
    result = {"parameter": name, "value": request.value or None, "former": former}
    if former == request.value:
        return Outcome(changed=False, result={**result, "reason": f"{name} has this value already"})
    if not check_mode:
        description = f"Certificate in service of certops project {request.project}"
        _put(ssm, request, description, is_new=former is None)
    reason = f"{name} did not exist" if former is None else f"{name} named another certificate"
    return Outcome(
        changed=True,
        result={**result, "reason": reason},
        before={"value": former} if former is not None else {},
        after={"value": request.value or None},
    )


def _put(ssm: Ssm, request: PublishRequest, description: str, is_new: bool) -> None:
    """Write the value. A parameter that exists with it by now was created by this call, whose answer got lost before
    botocore sent it again."""
    try:
        ssm.put_parameter(request.parameter, request.value, description, is_new)
    except RemoteError as exc:
        if exc.code != EXISTS or ssm.get_parameter(request.parameter) != request.value:
            raise


def _withdraw(name: str, obsolete: frozenset[str], ssm: Ssm, check_mode: bool) -> Outcome:
    former = ssm.get_parameter(name)
    if former is None or former not in obsolete:
        reason = f"{name} does not exist" if former is None else f"{name} names a certificate of others, so it stays"
        return Outcome(changed=False, result={"parameter": name, "value": former, "former": former, "reason": reason})
    if not check_mode:
        ssm.delete_parameter(name)
    reason = f"{name} named a certificate that is to be deleted"
    return Outcome(
        changed=True,
        result={"parameter": name, "value": None, "former": former, "reason": reason},
        before={"value": former},
    )
