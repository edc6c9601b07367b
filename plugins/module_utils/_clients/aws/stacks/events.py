# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of EventBridge on the default bus of one region, one method per API call."""

from __future__ import annotations

import typing as t

from ...._core.adoption.shapes import SeenRule
from ..errors import calling

SERVICE = "events"


class Events:
    """Speaks to EventBridge through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def list_rules(self) -> dict[str, SeenRule]:
        """Every rule, by its name."""
        found: dict[str, SeenRule] = {}
        with calling(SERVICE, "ListRules"):
            for page in self._client.get_paginator("list_rules").paginate():
                for entry in page["Rules"]:
                    found[entry["Name"]] = {
                        "name": entry["Name"],
                        "state": entry["State"],
                        "schedule": entry.get("ScheduleExpression"),
                    }
        return found

    def list_rule_names_by_target(self, arn: str) -> tuple[str, ...]:
        """The names of the rules that start this function."""
        with calling(SERVICE, "ListRuleNamesByTarget", arn):
            pages = self._client.get_paginator("list_rule_names_by_target").paginate(TargetArn=arn)
            return tuple(name for page in pages for name in page["RuleNames"])

    def disable_rule(self, name: str) -> None:
        """The rule starts nothing from now on."""
        with calling(SERVICE, "DisableRule", name):
            self._client.disable_rule(Name=name)

    def enable_rule(self, name: str) -> None:
        """The rule may start something at once."""
        with calling(SERVICE, "EnableRule", name):
            self._client.enable_rule(Name=name)
