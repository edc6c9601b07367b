# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM server certificates, one method per API call."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ..._core.server_cert.server_certs import Content, StoredCertificate
from ..._errors import RemoteError
from .errors import calling, withheld

SERVICE = "iam"
PAGE_SIZE = 1000


@dataclass(frozen=True)
class Upload:
    """A server certificate to upload; ``body`` is the leaf alone."""

    name: str
    path: str
    body: str
    chain: str
    private_key: str = field(repr=False)
    tags: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Simulated:
    """Actions on one resource, and what their requests would say of themselves (condition keys)."""

    actions: tuple[str, ...]
    resource: str
    context: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)


class Iam:
    """Speaks to IAM through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def list_server_certificates(self, path: str = "/") -> tuple[StoredCertificate, ...]:
        """Every server certificate whose path starts with ``path``."""
        with calling(SERVICE, "ListServerCertificates", path):
            pages = self._client.get_paginator("list_server_certificates").paginate(
                PathPrefix=path, PaginationConfig={"PageSize": PAGE_SIZE}
            )
            return tuple(_stored(metadata) for page in pages for metadata in page["ServerCertificateMetadataList"])

    def known_server_certificates(self) -> tuple[StoredCertificate, ...]:
        """Every server certificate, perhaps as another process of the run listed it lately. One that was uploaded since
        is missing: IAM refuses a name that exists, and then ``list_server_certificates`` tells whose it is."""
        return self.list_server_certificates()

    def known_server_certificate_quota(self, places: int) -> tuple[int, int]:  # noqa: ARG002 - see SharedIam
        """The places, perhaps as another process of the run counted them; counted anew if so many are not free."""
        return self.get_server_certificate_quota()

    def get_server_certificate(self, name: str) -> Content | None:
        """The certificate of this name, or None if there is none."""
        try:
            with calling(SERVICE, "GetServerCertificate", name):
                answer = self._client.get_server_certificate(ServerCertificateName=name)["ServerCertificate"]
        except RemoteError as exc:
            if exc.code == "NoSuchEntity":
                return None
            raise
        return Content(
            stored=_stored(answer["ServerCertificateMetadata"]),
            body=answer["CertificateBody"],
            chain=answer.get("CertificateChain") or "",
            tags=_tags(answer.get("Tags", [])),
        )

    def list_server_certificate_tags(self, name: str) -> dict[str, str]:
        """The tags of the certificate."""
        with calling(SERVICE, "ListServerCertificateTags", name):
            pages = self._client.get_paginator("list_server_certificate_tags").paginate(ServerCertificateName=name)
            return _tags(tag for page in pages for tag in page["Tags"])

    def get_server_certificate_quota(self) -> tuple[int, int]:
        """How many server certificates the account has, and how many it may have (GetAccountSummary)."""
        with calling(SERVICE, "GetAccountSummary"):
            summary = self._client.get_account_summary()["SummaryMap"]
            return int(summary["ServerCertificates"]), int(summary["ServerCertificatesQuota"])

    def simulate_principal_policy(self, source_arn: str, simulated: Simulated) -> dict[str, bool]:
        """Whether the policies of this user or role allow each of the actions on the resource."""
        context = [
            {"ContextKeyName": key, "ContextKeyValues": list(values), "ContextKeyType": "stringList"}
            for key, values in simulated.context.items()
        ]
        request = {
            "PolicySourceArn": source_arn,
            "ActionNames": list(simulated.actions),
            "ResourceArns": [simulated.resource],
            "ContextEntries": context,
        }
        with calling(SERVICE, "SimulatePrincipalPolicy", source_arn):
            pages = self._client.get_paginator("simulate_principal_policy").paginate(**request)
            results = [result for page in pages for result in page["EvaluationResults"]]
        # a denial for want of a condition key that only a real request has says nothing
        judged = [
            result
            for result in results
            if result["EvalDecision"] == "allowed" or not result.get("MissingContextValues")
        ]
        return {result["EvalActionName"]: result["EvalDecision"] == "allowed" for result in judged}

    def upload_server_certificate(self, upload: Upload) -> StoredCertificate:
        """The certificate that IAM made of the upload. No error of this call quotes the key."""
        with withheld(upload.private_key, upload.name), calling(SERVICE, "UploadServerCertificate", upload.name):
            answer = self._client.upload_server_certificate(**_request(upload))
        return _stored(answer["ServerCertificateMetadata"])

    def update_server_certificate(self, name: str, path: str) -> None:
        """The certificate has this path. Its ID stays, so what uses it notices nothing; its ARN changes."""
        with calling(SERVICE, "UpdateServerCertificate", name):
            self._client.update_server_certificate(ServerCertificateName=name, NewPath=path)

    def untag_server_certificate(self, name: str, keys: t.Iterable[str]) -> None:
        """The certificate does not have these tags."""
        with calling(SERVICE, "UntagServerCertificate", name):
            self._client.untag_server_certificate(ServerCertificateName=name, TagKeys=list(keys))

    def tag_server_certificate(self, name: str, tags: t.Mapping[str, str]) -> None:
        """Add or overwrite these tags; others stay."""
        with calling(SERVICE, "TagServerCertificate", name):
            self._client.tag_server_certificate(ServerCertificateName=name, Tags=_tag_list(tags))

    def delete_server_certificate(self, name: str) -> bool:
        """Delete the certificate; False if it was gone already."""
        try:
            with calling(SERVICE, "DeleteServerCertificate", name):
                self._client.delete_server_certificate(ServerCertificateName=name)
        except RemoteError as exc:
            if exc.code == "NoSuchEntity":
                return False
            raise
        return True


def _request(upload: Upload) -> dict[str, t.Any]:
    request: dict[str, t.Any] = {
        "ServerCertificateName": upload.name,
        "Path": upload.path,
        "CertificateBody": upload.body,
        "PrivateKey": upload.private_key,
    }
    if upload.chain:
        request["CertificateChain"] = upload.chain
    if upload.tags:
        request["Tags"] = _tag_list(upload.tags)
    return request


def _stored(metadata: t.Mapping[str, t.Any]) -> StoredCertificate:
    return StoredCertificate(
        name=metadata["ServerCertificateName"],
        path=metadata["Path"],
        id=metadata["ServerCertificateId"],
        arn=metadata["Arn"],
        upload_date=_utc(metadata.get("UploadDate")),
        expiration=_utc(metadata.get("Expiration")),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(timezone.utc) if moment else None


def _tags(tags: t.Iterable[t.Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _tag_list(tags: t.Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
