# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks input against the constraints of the botocore models, which botocore itself checks only in part."""

from __future__ import annotations

import functools
import re
import sys
import typing as t
import unicodedata

from .errors import AwsError, validation_error
from .service import Call

# What services other than those of the query protocol call it.
_CODES = {
    "acm": "ValidationException",
    "events": "ValidationException",
    "lambda": "ValidationException",
    "resourcegroupstaggingapi": "InvalidParameterException",
    "ssm": "ValidationException",
}


def check(call: Call) -> None:
    """ValidationError with every constraint that the call's parameters break; needs the model of the service."""
    from moto.core.utils import get_service_model

    shape = get_service_model(call.service).operation_model(call.operation).input_shape
    problems: list[str] = []
    if shape is not None:
        _check_structure(shape, call.params, "", problems)
    if problems:
        error = validation_error(problems)
        raise AwsError(_CODES.get(call.service, error.code), error.message)


def _check_structure(shape: t.Any, value: t.Mapping[str, t.Any], where: str, problems: list[str]) -> None:
    missing = [name for name in shape.required_members if value.get(name) is None]
    problems += [
        f"Value null at '{_path(where, name)}' failed to satisfy constraint: Member must not be null"
        for name in missing
    ]
    for name, member in value.items():
        if name in shape.members and member is not None:
            _check_value(shape.members[name], member, _path(where, name), problems)


def _check_value(shape: t.Any, value: t.Any, where: str, problems: list[str]) -> None:
    if shape.type_name == "structure":
        _check_structure(shape, value, where, problems)
    elif shape.type_name == "list":
        _check_length(shape, len(value), where, problems)
        for index, item in enumerate(value):
            _check_value(shape.member, item, f"{where}.{index + 1}.member", problems)
    elif shape.type_name == "string":
        _check_text(shape, value, where, problems)
    elif shape.type_name in ("integer", "long"):
        _check_range(shape, value, where, problems)


def _check_text(shape: t.Any, value: str, where: str, problems: list[str]) -> None:
    _check_length(shape, len(value), where, problems, shown=value)
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        problems.append(_broken(where, f"Member must satisfy regular expression pattern: {pattern}", value))
    if shape.enum and value not in shape.enum:
        problems.append(_broken(where, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]", value))


def _check_range(shape: t.Any, value: int, where: str, problems: list[str]) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        problems.append(_broken(where, f"Member must have value greater than or equal to {low}", str(value)))
    if high is not None and value > high:
        problems.append(_broken(where, f"Member must have value less than or equal to {high}", str(value)))


def _check_length(shape: t.Any, length: int, where: str, problems: list[str], shown: str = "") -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and length < low:
        problems.append(_broken(where, f"Member must have length greater than or equal to {low}", shown))
    if high is not None and length > high:
        problems.append(_broken(where, f"Member must have length less than or equal to {high}", shown))


def _broken(where: str, constraint: str, value: str) -> str:
    # bodies and keys are long or secret: the real services quote the value, this one only short ones
    quoted = f" '{value}'" if value and len(value) <= 128 and "-----" not in value else ""
    return f"Value{quoted} at '{where}' failed to satisfy constraint: {constraint}"


def _path(where: str, name: str) -> str:
    lowered = name[:1].lower() + name[1:]
    return f"{where}.{lowered}" if where else lowered


@functools.cache
def _tag_characters() -> str:
    """Letters, separators and numbers, as a character class; of white space only what is a separator."""
    found = [point for point in range(sys.maxunicode + 1) if unicodedata.category(chr(point))[0] in "LZN"]
    ranges: list[list[int]] = []
    for point in found:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    if "\\p{" in pattern:
        # only the tag patterns of IAM and ACM use these: [\p{L}\p{Z}\p{N}_.:/=+\-@]
        repeat = "*" if pattern.endswith(("*", "*)")) else "+"
        return re.compile(rf"[{_tag_characters()}_.:/=+\-@]{repeat}")
    return re.compile(pattern)
