# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the document and the archive of a project are, seen from outside: in files of this machine, or in a table and a
bucket."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sandbox.seed import client

PROJECT = "webapp"
TABLE, BUCKET, PREFIX = "certops", "certops-keys", "archive"
IN_AWS = {"project_store": f"dynamodb://{TABLE}", "project_archive": f"s3://{BUCKET}/{PREFIX}"}


class Places(Protocol):
    """What can be seen."""

    def document(self) -> dict[str, Any] | None:
        """The project document."""

    def archive(self) -> Iterator[tuple[str, bytes]]:
        """Path and content of everything in the archive, in the order of the paths."""

    def exposed(self) -> Iterator[str]:
        """What others than their owner may look into."""


class Files:
    """The default places below a data directory."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def document(self) -> dict[str, Any] | None:
        path = self._data / "store" / f"{PROJECT}.json"
        return json.loads(path.read_text()) if path.exists() else None

    def archive(self) -> Iterator[tuple[str, bytes]]:
        root = self._data / "archive"
        for path in sorted(root.rglob("*")):
            # one that begins with a dot is being written, or was when its writer was killed
            if path.is_file() and not path.name.startswith("."):
                yield str(path.relative_to(root)), path.read_bytes()

    def exposed(self) -> Iterator[str]:
        for path in (self._data, *self._data.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode != (0o700 if path.is_dir() else 0o600):
                yield f"{path.relative_to(self._data.parent)} has mode {mode:o}"


@dataclass(frozen=True)
class Contents:
    """What was in the table and in the bucket."""

    items: list[dict[str, Any]]
    objects: dict[str, bytes]


class InAws:
    """A table in DynamoDB and a bucket in S3; nothing may be in files."""

    def __init__(self, env: Mapping[str, str], data: Path) -> None:
        self.dynamodb, self.s3 = client("dynamodb", env), client("s3", env)
        self._data = data

    def document(self) -> dict[str, Any] | None:
        item = self.dynamodb.get_item(TableName=TABLE, Key={"name": {"S": PROJECT}}, ConsistentRead=True).get("Item")
        return json.loads(item["document"]["S"]) if item else None

    def archive(self) -> Iterator[tuple[str, bytes]]:
        for entry in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            yield (
                entry["Key"].removeprefix(f"{PREFIX}/"),
                self.s3.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read(),
            )

    def contents(self) -> Contents:
        """All there is."""
        return Contents(self.dynamodb.scan(TableName=TABLE)["Items"], dict(self.archive()))

    def put_back(self, contents: Contents) -> None:
        """Nothing else is there any more."""
        for item in self.dynamodb.scan(TableName=TABLE)["Items"]:
            self.dynamodb.delete_item(TableName=TABLE, Key={"name": item["name"]})
        for path in dict(self.archive()):
            self.s3.delete_object(Bucket=BUCKET, Key=f"{PREFIX}/{path}")
        for item in contents.items:
            self.dynamodb.put_item(TableName=TABLE, Item=item)
        for path, content in contents.objects.items():
            self.s3.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{path}", Body=content, ServerSideEncryption="AES256")

    def exposed(self) -> Iterator[str]:
        for entry in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            if "ServerSideEncryption" not in self.s3.head_object(Bucket=BUCKET, Key=entry["Key"]):
                yield f"{entry['Key']} is not encrypted"
        for path in self._data.rglob("*"):
            if path.is_file():
                yield f"{path.relative_to(self._data.parent)} is on this machine"
