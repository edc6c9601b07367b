# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of EventBridge on the default bus. None fires by itself: a test does what a rule would start.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from . import constraints
from .errors import AwsError
from .service import Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State

MAX_PAGE = 100
_RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))\)")
_CRON = re.compile(r"cron\(\S+( \S+){5}\)")
_Result = dict[str, t.Any]


@dataclass
class Rule:
    """One rule; ``targets`` are ARNs by ID."""

    name: str
    arn: str
    state: str = "ENABLED"
    schedule: str = ""
    pattern: str = ""
    description: str = ""
    targets: dict[str, str] = field(default_factory=dict)

    def values(self) -> _Result:
        found = {
            "Name": self.name,
            "Arn": self.arn,
            "State": self.state,
            "ScheduleExpression": self.schedule,
            "EventPattern": self.pattern,
            "Description": self.description,
            "EventBusName": "default",
        }
        return {key: value for key, value in found.items() if value}


class Events(Service):
    """Rules by account, region and name."""

    name = "events"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._rules: dict[tuple[str, str], dict[str, Rule]] = {}
        self.operations: dict[str, Operation] = {
            "PutRule": self.put,
            "PutTargets": self.put_targets,
            "DescribeRule": self.describe,
            "ListRules": self.list_rules,
            "ListRuleNamesByTarget": self.names_by_target,
            "EnableRule": self.enable,
            "DisableRule": self.disable,
        }

    def resource(self, call: Call) -> str:
        name = call.params.get("Name") or call.params.get("Rule")
        return _arn(call, str(name)) if name else "*"

    def put(self, call: Call) -> _Result:
        constraints.check(call)
        params = call.params
        schedule, pattern = params.get("ScheduleExpression") or "", params.get("EventPattern") or ""
        if not schedule and not pattern:
            raise AwsError("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
        if schedule and not _RATE.fullmatch(schedule) and not _CRON.fullmatch(schedule):
            raise AwsError("ValidationException", "Parameter ScheduleExpression is not valid.")
        own, name = self._of(call), params["Name"]
        targets = own[name].targets if name in own else {}
        # a rule that is put again without a state is enabled again
        state, about = params.get("State") or "ENABLED", params.get("Description") or ""
        own[name] = Rule(name, _arn(call, name), state, schedule, pattern, about, targets)
        return {"RuleArn": own[name].arn}

    def put_targets(self, call: Call) -> _Result:
        constraints.check(call)
        rule = self._existing(call, "Rule")
        rule.targets.update({target["Id"]: target["Arn"] for target in call.params["Targets"]})
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def describe(self, call: Call) -> _Result:
        constraints.check(call)
        return self._existing(call).values()

    def list_rules(self, call: Call) -> _Result:
        constraints.check(call)
        prefix = call.params.get("NamePrefix") or ""
        found = [rule.values() for name, rule in sorted(self._of(call).items()) if name.startswith(prefix)]
        return _page(call, found, "Rules")

    def names_by_target(self, call: Call) -> _Result:
        constraints.check(call)
        arn = call.params["TargetArn"]
        found = [name for name, rule in sorted(self._of(call).items()) if arn in rule.targets.values()]
        return _page(call, found, "RuleNames")

    def enable(self, call: Call) -> None:
        constraints.check(call)
        self._existing(call).state = "ENABLED"

    def disable(self, call: Call) -> None:
        constraints.check(call)
        self._existing(call).state = "DISABLED"

    def _of(self, call: Call) -> dict[str, Rule]:
        return self._rules.setdefault((call.account, call.region), {})

    def _existing(self, call: Call, member: str = "Name") -> Rule:
        name = call.params[member]
        found = self._of(call).get(name)
        if found is None:
            raise AwsError("ResourceNotFoundException", f"Rule {name} does not exist on EventBus default.")
        return found


def _arn(call: Call, name: str) -> str:
    return f"arn:{call.partition}:events:{call.region}:{call.account}:rule/{name}"


def _page(call: Call, items: t.Sequence[t.Any], member: str) -> _Result:
    try:
        start = int(call.params.get("NextToken") or 0)
    except ValueError:
        raise AwsError("ValidationException", "The NextToken is not valid.") from None
    end = start + (call.params.get("Limit") or MAX_PAGE)
    page: _Result = {member: list(items[start:end])}
    return page | {"NextToken": str(end)} if end < len(items) else page
