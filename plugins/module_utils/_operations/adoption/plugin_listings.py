# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the SSL Plugin's projects of a region share: functions, rules, topics, tables, buckets and certificates, each
listed once."""

from __future__ import annotations

import typing as t

from ..._clients.aws.regional.tagging import FUNCTIONS
from ..._core.adoption import plugin_stacks
from ..._core.adoption.plugin_stacks import StackResource
from ..._core.adoption.shapes import SeenRule
from ..._core.report.subscriptions import Subscription
from ..._core.server_cert.server_certs import StoredCertificate
from ..._core.values import ownership
from ..._core.values.once import OnceProperty
from ..._errors import RemoteError
from .request import AdoptionAws

LONGEST_MEMORY = 4096


class PluginListings:
    """The listings, each made when it is first asked for."""

    def __init__(self, aws: AdoptionAws) -> None:
        self._aws = aws
        self._resources: dict[str, tuple[StackResource, ...]] = {}
        self._objects: dict[str, list[tuple[str, int]]] = {}
        self._items: dict[str, dict[str, t.Mapping[str, t.Any]]] = {}

    @OnceProperty
    def rules(self) -> dict[str, SeenRule]:
        """Every rule of the region, by its name."""
        return self._aws.events.list_rules()

    @OnceProperty
    def certificates(self) -> t.Sequence[StoredCertificate]:
        """The server certificates that CloudFront may use."""
        return self._aws.iam.list_server_certificates(ownership.CLOUDFRONT_PATH)

    @OnceProperty
    def functions(self) -> dict[str, list[StackResource]]:
        """The functions of stacks, by the ID of their stack, as CloudFormation tags them."""
        found: dict[str, list[StackResource]] = {}
        tagged = self._aws.stack_tags.get_resources(FUNCTIONS, {plugin_stacks.STACK_TAG: None})
        for arn, tags in tagged.items():
            one = StackResource(tags.get(plugin_stacks.LOGICAL_TAG, ""), plugin_stacks.FUNCTION, arn.split(":")[6])
            found.setdefault(tags[plugin_stacks.STACK_TAG], []).append(one)
        return found

    @OnceProperty
    def subscriptions(self) -> dict[str, list[Subscription]]:
        """Every subscription of the region, by the ARN of its topic."""
        return self._aws.sns.list_subscriptions()

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """What a stack made, for what tags and targets do not tell."""
        if stack not in self._resources:
            self._resources[stack] = self._aws.cloudformation.list_stack_resources(stack)
        return self._resources[stack]

    @property
    def buckets(self) -> list[str]:
        """The buckets that were listed so far."""
        return list(self._objects)

    def item(self, table: str | None, project: str) -> t.Mapping[str, t.Any] | None:
        """What their table says of a project."""
        if not table:
            return None
        if table not in self._items:
            self.scan(table)
        return self._items[table].get(project)

    def scan(self, table: str) -> None:
        """Read a table of theirs as it is now."""
        self._items[table] = self._aws.table.scan(table)

    def objects(self, bucket: str) -> list[tuple[str, int]]:
        """The keys of a bucket, each with its size; nothing if there is no such bucket."""
        if bucket not in self._objects:
            try:
                self._objects[bucket] = [(one.key, one.size) for one in self._aws.bucket.list_objects(bucket)]
            except RemoteError as exc:
                if exc.code != "NoSuchBucket":
                    raise
                self._objects[bucket] = []
        return self._objects[bucket]

    def below(self, path: str) -> list[StoredCertificate]:
        """The certificates at a path of theirs."""
        return [one for one in self.certificates if one.path == path]

    def remembers_by_file(self, bucket: str, path: str) -> bool:
        """Whether a project of v1 is one from before July 2024: a file names its newest certificate. Later ones may
        have such a file left over."""
        keys = {key for key, _size in self.objects(bucket)}
        key = next((one for one in plugin_stacks.MEMORY_FILES if one in keys), None)
        if key is None:
            return False
        lines = self._aws.bucket.get_object(bucket, key, LONGEST_MEMORY).decode("utf-8", "replace").split("\n")
        newest = max(self.below(path), key=lambda one: (str(one.upload_date), one.name), default=None)
        return newest is None or newest.id == lines[0].strip()
