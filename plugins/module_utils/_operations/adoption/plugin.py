# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects of the China CloudFront SSL Plugin, v1 and v2, found by their stacks in one region."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..._clients.aws.stacks.functions import FunctionSettings
from ..._core.adoption import mapping, plugin_items, plugin_names, plugin_stacks
from ..._core.adoption.found import AdoptionFinding
from ..._core.adoption.plugin_stacks import V1, V1_FILE, V2, Stack, StackResource
from ..._core.adoption.shapes import SeenProject, SeenRule, SeenScheduler
from ..._core.report.subscriptions import Subscription, SubscriptionStatus
from ..._core.values import domain_names, texts, times
from .plugin_listings import PluginListings
from .request import AdoptionAws, AdoptionInfoRequest
from .wanted import WantedProjects

EVENTBRIDGE = "eventbridge"
BY_FILE = "it is a v1 from before July 2024, which deletes by name whatever the path is, so it has to be stopped"
# No interval in days has more.
DIGITS = 4


@dataclass(frozen=True)
class Started:
    """What a run of theirs works with: its function with what is reserved for it, its table, its bucket."""

    function: str | None
    concurrency: int | None
    table: str | None
    bucket: str | None


class PluginReader:
    """Reads the stacks of a region, and of each project what belongs to it. What is listed is listed once."""

    def __init__(
        self, aws: AdoptionAws, request: AdoptionInfoRequest, listings: PluginListings, asked: WantedProjects
    ) -> None:
        self._aws = aws
        self._request = request
        self._listings = listings
        self._asked = asked
        self._known = {one["theirs"]: one for one in request.known if one["source"] == "ssl_plugin"}

    def read(self) -> list[AdoptionFinding]:
        """What was found: of each stack of a project, and of paths in IAM whose stack is gone."""
        stacks = [
            (stack, kind) for stack in self._aws.cloudformation.describe_stacks() if (kind := plugin_stacks.kind(stack))
        ]
        found = []
        for stack, kind in stacks:
            theirs = plugin_stacks.project_of(stack)
            if kind in (V1, V2) and self._asked.wants(theirs, stack.name, _ours(self._request, stack.name, theirs)):
                found.append(self._project(stack, kind, theirs))
        return [*found, *self._orphans({stack.name for stack, _kind in stacks})]

    def _project(self, stack: Stack, version: str, theirs: str) -> AdoptionFinding:
        path = plugin_stacks.path_of(self._aws.region, stack.name)
        found = AdoptionFinding("ssl_plugin", theirs, version, self._aws.region, stack.name, (path,))
        problem, warning = plugin_stacks.problem(stack), plugin_stacks.warning(stack)
        found.problems += [problem] if problem else []
        found.warnings += [warning] if warning else []
        if problem:
            return found
        known = self._known.get(theirs)
        if known is not None and known["scheduler"] is not None:
            self._again(found, known)
        else:
            self._whole(found, stack)
        return found

    def _whole(self, found: AdoptionFinding, stack: Stack) -> None:
        """Everything of a stack that was not read before."""
        name, function = self._function(stack)
        environment = function.environment if function else {}
        found.topic = environment.get("TOPIC_ARN") or self._made(stack, plugin_stacks.TOPIC)
        known = self._listings.subscriptions.get(found.topic or "", ())
        found.subscriptions = [_subscription(one) for one in known if one.status is not SubscriptionStatus.ABSENT]
        rules = self._rules_of(stack, function)
        days = next((n for rule in rules if (n := plugin_stacks.days(rule["schedule"]))), None)
        listed = environment.get("DOMAINS_LIST") or stack.parameters.get("domainName", "")
        given = stack.parameters.get("renewIntervalDays", "")
        found.settings = mapping.settings(
            domains=list(domain_names.split([listed.replace(" ", "")])) or None,
            email=texts.cleaned(environment.get("DOMAINS_EMAIL") or stack.parameters.get("emailAddress", ""), 320)
            or None,
            interval=days,
            interval_set=int(given[:DIGITS]) if given.isdecimal() else None,
        )
        bucket = environment.get("CERTBOT_BUCKET") or stack.parameters.get("bucketName", "")
        bucket = bucket or self._made(stack, "AWS::S3::Bucket") or ""
        table = environment.get("DYNAMODB_TABLE") or stack.parameters.get("dynamoDBTable")
        concurrency = function.concurrency if function else None
        found.scheduler = self._scheduler(found, rules, Started(name, concurrency, table, bucket or None))
        if name is None:
            found.warnings.append(f"stack {stack.name} has no function that issues certificates, so nothing renews")
        self._read_bucket(found, bucket)

    def _again(self, found: AdoptionFinding, known: SeenProject) -> None:
        """What a run of theirs may have changed since the earlier reading."""
        found.reread = True
        scheduler = t.cast("SeenScheduler", known["scheduler"])
        found.topic, found.subscriptions = known["topic"], known["subscriptions"]
        rules = [self._listings.rules.get(rule["name"], rule) for rule in scheduler["rules"]]
        found.settings = known["settings"]
        started = Started(scheduler["function"], scheduler["concurrency"], scheduler["table"], scheduler["bucket"])
        found.scheduler = self._scheduler(found, rules, started)
        self._read_bucket(found, started.bucket or "")

    def _function(self, stack: Stack) -> tuple[str | None, FunctionSettings | None]:
        """The one of the stack's functions that issues certificates. The others are not looked at more than it takes to
        tell them from it: the environment of one has their access key."""
        tagged = self._listings.functions.get(stack.id, [])
        name, found = self._issuing(tagged)
        if found is None:
            known = {one.physical for one in tagged}
            made = [one for one in self._listings.resources(stack.name) if one.kind == plugin_stacks.FUNCTION]
            name, found = self._issuing([one for one in made if one.physical not in known])
        return name, found

    def _issuing(self, functions: t.Iterable[StackResource]) -> tuple[str | None, FunctionSettings | None]:
        for one in sorted(functions, key=lambda each: not each.logical.startswith(plugin_names.FUNCTION)):
            found = self._aws.functions.get_function(one.physical, plugin_stacks.ENVIRONMENT)
            if found is not None and "DOMAINS_LIST" in found.environment:
                return one.physical, found
        return None, None

    def _rules_of(self, stack: Stack, function: FunctionSettings | None) -> list[SeenRule]:
        """What starts the function: a timer and a rule for its stack, and what was added. What is missing of the
        two may start it in another way, so CloudFormation is asked."""
        names = [*self._aws.events.list_rule_names_by_target(function.arn)] if function else []
        known = self._listings.rules
        schedules = [known[name]["schedule"] for name in names if name in known]
        if all(schedules) or not any(schedules):
            made = self._listings.resources(stack.name)
            names = [one.physical for one in made if one.kind == plugin_stacks.RULE] + names
        return [known[name] for name in dict.fromkeys(names) if name in known]

    def _made(self, stack: Stack, kind: str) -> str | None:
        """The name of the first thing of a kind that the stack made."""
        return next((one.physical for one in self._listings.resources(stack.name) if one.kind == kind), None)

    def _scheduler(self, found: AdoptionFinding, rules: list[SeenRule], started: Started) -> SeenScheduler:
        active = plugin_stacks.active(rules)
        item = self._listings.item(started.table, found.theirs)
        newest = max((one.upload_date for one in self._listings.below(found.paths[0]) if one.upload_date), default=None)
        days = next(filter(None, (plugin_stacks.days(rule["schedule"]) for rule in active)), None)
        found.last_run = plugin_items.record(item, times.to_text(newest) if newest else None)
        status = plugin_items.status(item)
        if status and status not in ("Succeeded", plugin_items.PROCESSING):
            found.warnings.append(f"their last run ended with: {status}")
        return {
            "kind": EVENTBRIDGE,
            "region": found.region,
            "stack": found.stack,
            "function": started.function,
            "concurrency": started.concurrency,
            "rules": rules,
            "table": started.table,
            "bucket": started.bucket,
            "path": None,
            "host": None,
            "stopped": not active and (started.function is None or started.concurrency == 0),
            "busy": status == plugin_items.PROCESSING,
            "next_run_at": _next_run(newest, days),
            "by_hand": None,
        }

    def _read_bucket(self, found: AdoptionFinding, bucket: str) -> None:
        if not bucket:
            return
        prefix = f"{found.theirs}/" if found.version == V2 else ""
        found.bundles = plugin_names.bundles(bucket, prefix, self._listings.objects(bucket))
        if found.version == V1 and self._listings.remembers_by_file(bucket, found.paths[0]):
            found.version = V1_FILE
            found.notes.append(BY_FILE)

    def _orphans(self, stacks: t.Collection[str]) -> t.Iterator[AdoptionFinding]:
        """Paths of the plugin in IAM whose stack is gone."""
        prefix = f"/cloudfront/{self._aws.region}/"
        for path in sorted({one.path for one in self._listings.certificates if one.path.startswith(prefix)}):
            stack = path.removeprefix(prefix).strip("/")
            theirs = stack.removesuffix(plugin_stacks.V2_SUFFIX)
            if (
                stack in stacks
                or "/" in stack
                or not self._asked.wants(theirs, stack, _ours(self._request, stack, theirs))
            ):
                continue
            version = V2 if stack.endswith(plugin_stacks.V2_SUFFIX) else V1
            found = AdoptionFinding("ssl_plugin", theirs, version, self._aws.region, stack, (path,))
            found.notes.append(f"stack {stack} is gone, so nothing renews its certificates now")
            known = self._known.get(theirs)
            buckets = [one["uri"].split("/")[2] for one in known["bundles"]] if known else self._listings.buckets
            if version == V2 and buckets:
                self._read_bucket(found, buckets[0])
            if not found.bundles:
                found.warnings.append("no bucket of it is known, so its keys cannot be copied")
            yield found


def _ours(request: AdoptionInfoRequest, stack: str, theirs: str) -> str | None:
    """The name that was chosen for a project."""
    return request.names.get(stack) or request.names.get(theirs)


def _subscription(one: Subscription) -> t.Any:
    status = "confirmed" if one.status is SubscriptionStatus.CONFIRMED else "pending"
    return {"protocol": one.protocol, "endpoint": texts.cleaned(one.endpoint, 320), "status": status}


def _next_run(newest: datetime | None, days: int | None) -> str | None:
    return times.to_text(newest + timedelta(days=days)) if newest and days else None
