# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which messages of a topic a subscription gets, by their attributes.

https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

from __future__ import annotations

import json
import math
import typing as t

from ..values import texts
from .publication import SEVERITIES

# https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
MOST_ATTRIBUTES = 5
MOST_COMBINATIONS = 150
ATTRIBUTE, SCOPE, BY_ATTRIBUTES = "FilterPolicy", "FilterPolicyScope", "MessageAttributes"
_PATTERNS = ("anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard")

Policy = t.Mapping[str, t.Any]


def problems(policy: Policy) -> list[str]:
    """Why SNS would not take the policy; an empty one takes all messages."""
    found = [
        f"filter_policy: {texts.quoted(name)}: {why}" for name, values in policy.items() if (why := _wrong(values))
    ]
    if len(policy) > MOST_ATTRIBUTES:
        found.append(f"filter_policy: {len(policy)} attributes; SNS takes up to {MOST_ATTRIBUTES}")
    if not found and math.prod(len(values) for values in policy.values()) > MOST_COMBINATIONS:
        found.append(f"filter_policy: its values can be combined in more than {MOST_COMBINATIONS} ways; use fewer")
    return found


def _wrong(values: t.Any) -> str | None:
    if not isinstance(values, list) or not values:
        return "this is not a list with at least one value"
    if all(_is_value(one) for one in values):
        return None
    return f"a value is a text, a number, or a mapping with one of {', '.join(_PATTERNS)}"


def _is_value(value: t.Any) -> bool:
    if isinstance(value, t.Mapping):
        return len(value) == 1 and next(iter(value)) in _PATTERNS
    return isinstance(value, (str, int, float))


def warning(policy: Policy) -> str | None:
    """What to say of a policy that lets none of our notices through by a severity that they do not have."""
    wanted = [one for one in policy.get("severity", ()) if isinstance(one, str)]
    unknown = [texts.quoted(one) for one in wanted if one not in SEVERITIES]
    return (
        f"filter_policy: no notice of certops.cloudfront has the severity {', '.join(unknown)}; it has"
        f" {', '.join(SEVERITIES)}"
        if unknown
        else None
    )


def to_text(policy: Policy) -> str:
    """The form in which SNS keeps it."""
    return json.dumps(policy, sort_keys=True)


def of(attributes: t.Mapping[str, str]) -> Policy:
    """The policy that a subscription has by its attributes; empty for none."""
    try:
        found = json.loads(attributes.get(ATTRIBUTE) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_by_body(attributes: t.Mapping[str, str]) -> bool:
    """Whether the policy of a subscription is about what messages say, which no policy of ours is."""
    return bool(of(attributes)) and attributes.get(SCOPE, BY_ATTRIBUTES) != BY_ATTRIBUTES
