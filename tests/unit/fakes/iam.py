# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM's server certificates in memory."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.iam import Upload
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine.crypto import inspect
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
    Content,
    StoredCertificate,
)
from unit.fakes.calls import Calls, refused_by_aws
from unit.fakes.clock import FakeClock


@dataclass
class FakeIam:
    clock: FakeClock
    quota: int = 20
    contents: dict[str, Content] = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)
    uploads: list[Upload] = field(default_factory=list)

    def add(
        self, name: str, leaf: str, chain: str = "", path: str = "/cloudfront/", tags: t.Mapping[str, str] | None = None
    ) -> StoredCertificate:
        number = len(self.contents) + 1
        stored = StoredCertificate(
            name,
            path,
            f"ASCA{name.upper()}",
            f"arn:aws:iam::1:server-certificate{path}{name}",
            self.clock.now(),
            inspect(leaf).not_after,
        )
        stored = replace(stored, upload_date=self.clock.now() + timedelta(seconds=number))
        self.contents[name] = Content(stored, leaf, chain, dict(tags or {}))
        return stored

    def known_server_certificates(self) -> tuple[StoredCertificate, ...]:
        return self.list_server_certificates()

    def known_server_certificate_quota(self, places: int) -> tuple[int, int]:
        return self.get_server_certificate_quota()

    def list_server_certificates(self, path: str = "/") -> tuple[StoredCertificate, ...]:
        self.calls.begin("ListServerCertificates")
        return tuple(content.stored for content in self.contents.values() if content.stored.path.startswith(path))

    def get_server_certificate(self, name: str) -> Content | None:
        self.calls.begin("GetServerCertificate", name)
        return self.contents.get(name)

    def list_server_certificate_tags(self, name: str) -> dict[str, str]:
        self.calls.begin("ListServerCertificateTags", name)
        return dict(self.contents[name].tags)

    def get_server_certificate_quota(self) -> tuple[int, int]:
        self.calls.begin("GetAccountSummary")
        return len(self.contents), self.quota

    def upload_server_certificate(self, upload: Upload) -> StoredCertificate:
        self.calls.begin("UploadServerCertificate", upload.name)
        if upload.name in self.contents:
            raise refused_by_aws("EntityAlreadyExists")
        if len(self.contents) >= self.quota:
            raise refused_by_aws("LimitExceeded")
        self.uploads.append(upload)
        return self.add(upload.name, upload.body, upload.chain, upload.path, upload.tags)

    def tag_server_certificate(self, name: str, tags: t.Mapping[str, str]) -> None:
        self.calls.begin("TagServerCertificate", name)
        content = self.contents[name]
        self.contents[name] = replace(content, tags={**content.tags, **tags})

    def delete_server_certificate(self, name: str) -> bool:
        self.calls.begin("DeleteServerCertificate", name)
        return self.contents.pop(name, None) is not None
