# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluates IAM policies: actions, resources and the conditions that least-privilege policies of this field use.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import json
import re
import typing as t

# What a request says of itself: condition keys with their values.
Context = t.Mapping[str, t.Sequence[str]]


class UnknownConditionError(ValueError):
    """A policy uses a condition that is not evaluated here; to guess would be kinder than AWS."""


def allows(documents: t.Sequence[str], action: str, resource: str, context: Context) -> bool:
    """Whether a statement allows the action and none denies it."""
    effects = {
        statement["Effect"]
        for document in documents
        for statement in _listed(json.loads(document)["Statement"])
        if _applies(statement, action, resource) and conditions_met(statement.get("Condition") or {}, context)
    }
    return effects == {"Allow"}


def _applies(statement: t.Mapping[str, t.Any], action: str, resource: str) -> bool:
    if "NotAction" in statement:
        names_action = not _matches_any(statement["NotAction"], action.lower(), lower=True)
    else:
        names_action = _matches_any(statement["Action"], action.lower(), lower=True)
    if "NotResource" in statement:
        return names_action and not _matches_any(statement["NotResource"], resource)
    return names_action and _matches_any(statement.get("Resource", []), resource)


def conditions_met(conditions: t.Mapping[str, t.Mapping[str, t.Any]], context: Context) -> bool:
    """Whether the request is as every condition of a statement wants it."""
    present = {key.lower(): values for key, values in context.items()}
    return all(
        _condition_met(operator, wanted, present.get(key.lower()))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _condition_met(operator: str, wanted: t.Any, actual: t.Sequence[str] | None) -> bool:
    quantifier, dummy, base = operator.rpartition(":")
    if base.endswith("IfExists") and actual is None:
        return True
    base = base.removesuffix("IfExists")
    if base == "Null":
        return (actual is None) == (str(_listed(wanted)[0]).lower() == "true")
    test = _TESTS.get(base)
    if test is None:
        raise UnknownConditionError(f"the sandbox does not evaluate the condition operator {operator}")
    outcomes = [test(_listed(wanted), value) for value in actual or ()]
    if quantifier == "ForAllValues":
        # an absent key is true here: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
        return all(outcomes)
    return any(outcomes)


def _equals(wanted: t.Sequence[t.Any], value: str) -> bool:
    return value in [str(item) for item in wanted]


def _like(wanted: t.Sequence[t.Any], value: str) -> bool:
    return _matches_any(wanted, value)


_TESTS: dict[str, t.Callable[[t.Sequence[t.Any], str], bool]] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": lambda wanted, value: value.lower() in [str(item).lower() for item in wanted],
    "StringNotEquals": lambda wanted, value: not _equals(wanted, value),
    "StringLike": _like,
    "StringNotLike": lambda wanted, value: not _like(wanted, value),
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda wanted, value: value.lower() in [str(item).lower() for item in wanted],
}


def _matches_any(patterns: t.Any, value: str, lower: bool = False) -> bool:
    return any(_wildcard(pattern.lower() if lower else pattern).fullmatch(value) for pattern in _listed(patterns))


def _wildcard(pattern: str) -> re.Pattern[str]:
    return re.compile(
        "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern), re.DOTALL
    )


def _listed(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else [value]
