# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One S3 bucket and its settings, one method per API call; objects are the business of s3.py."""

from __future__ import annotations

import typing as t

from ..._core.store_setup import PUBLIC_ACCESS_BLOCKS, Encryption
from ..._errors import RemoteError
from .errors import calling

SERVICE = "s3"
NOT_FOUND = ("404", "NoSuchBucket", "NotFound")
# HEAD has no body, so S3 says neither whether the bucket is somebody else's nor which permission is missing.
FORBIDDEN = ("403", "AccessDenied", "Forbidden")
_NOT_SET = ("NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError")


class S3Bucket:
    """Speaks to S3 through a boto3 client; every call fails if the bucket belongs to another account than ``owner``."""

    def __init__(self, client: t.Any, name: str, owner: str) -> None:
        self._client = client
        self._name = name
        self._of = {"Bucket": name, "ExpectedBucketOwner": owner}

    def head_bucket(self) -> None:
        """Return if the bucket exists and belongs to the account."""
        with calling(SERVICE, "HeadBucket", self._name):
            self._client.head_bucket(**self._of)

    def get_public_access_block(self) -> frozenset[str]:
        """Those of the four blocks that are on."""
        answer = self._unless_not_set("GetPublicAccessBlock", self._client.get_public_access_block)
        given = answer.get("PublicAccessBlockConfiguration", {})
        return frozenset(block for block in PUBLIC_ACCESS_BLOCKS if given.get(block))

    def get_bucket_encryption(self) -> tuple[Encryption | None, t.Mapping[str, t.Any]]:
        """The default encryption, and the rule that says so, as S3 has it."""
        answer = self._unless_not_set("GetBucketEncryption", self._client.get_bucket_encryption)
        rule: t.Mapping[str, t.Any] = next(
            iter(answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])), {}
        )
        default = rule.get("ApplyServerSideEncryptionByDefault")
        return (Encryption(default["SSEAlgorithm"], default.get("KMSMasterKeyID")) if default else None), rule

    def get_bucket_versioning(self) -> bool:
        """Whether S3 keeps what is replaced or deleted."""
        with calling(SERVICE, "GetBucketVersioning", self._name):
            return bool(self._client.get_bucket_versioning(**self._of).get("Status") == "Enabled")

    def put_public_access_block(self) -> None:
        """All four blocks are on."""
        blocks = dict.fromkeys(PUBLIC_ACCESS_BLOCKS, True)
        with calling(SERVICE, "PutPublicAccessBlock", self._name):
            self._client.put_public_access_block(**self._of, PublicAccessBlockConfiguration=blocks)

    def put_bucket_encryption(self, encryption: Encryption, rule: t.Mapping[str, t.Any]) -> None:
        """The default encryption is this one; what else ``rule`` says stays."""
        default = {
            "SSEAlgorithm": encryption.algorithm,
            **({"KMSMasterKeyID": encryption.key} if encryption.key else {}),
        }
        rules = [{**rule, "ApplyServerSideEncryptionByDefault": default}]
        with calling(SERVICE, "PutBucketEncryption", self._name):
            self._client.put_bucket_encryption(**self._of, ServerSideEncryptionConfiguration={"Rules": rules})

    def put_bucket_versioning(self) -> None:
        """S3 keeps what is replaced or deleted."""
        with calling(SERVICE, "PutBucketVersioning", self._name):
            self._client.put_bucket_versioning(**self._of, VersioningConfiguration={"Status": "Enabled"})

    def _unless_not_set(self, operation: str, method: t.Callable[..., t.Mapping[str, t.Any]]) -> t.Mapping[str, t.Any]:
        """S3 reports a setting that was never made as an error."""
        try:
            with calling(SERVICE, operation, self._name):
                return method(**self._of)
        except RemoteError as exc:
            if exc.code not in _NOT_SET:
                raise
            return {}
