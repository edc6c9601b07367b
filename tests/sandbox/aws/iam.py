# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM server certificates; users, roles and policies are moto's.

Rules: the IAM service model of botocore, and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs.html
"""

from __future__ import annotations

import secrets
import string
import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from . import constraints, pem, simulation
from .errors import AwsError
from .service import Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State

MAX_TAGS = 50
_DEFAULT_PAGE = 100
_ID_ALPHABET = string.ascii_uppercase + string.digits
_Result = t.Mapping[str, t.Any]


@dataclass
class ServerCertificate:
    """One server certificate; the private key is kept for the TLS edge and never leaves by the API."""

    name: str
    path: str
    id: str
    account: str
    partition: str
    body: str
    chain: str
    uploaded: datetime
    visible_at: float
    private_key: str = field(repr=False)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:server-certificate{self.path}{self.name}"

    def metadata(self) -> dict[str, t.Any]:
        """ServerCertificateMetadata, which has no tags."""
        return {
            "Path": self.path,
            "ServerCertificateName": self.name,
            "ServerCertificateId": self.id,
            "Arn": self.arn,
            "UploadDate": self.uploaded,
            "Expiration": pem.certificates(self.body)[0].not_valid_after_utc,
        }

    def tag_list(self) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]


class Iam(Service):
    """Server certificates by account and partition, and by name."""

    name = "iam"
    moto_knows_more = True

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._certificates: dict[tuple[str, str], dict[str, ServerCertificate]] = {}
        self.operations: dict[str, Operation] = {
            "UploadServerCertificate": self.upload,
            "GetServerCertificate": self.get,
            "ListServerCertificates": self.list_page,
            "UpdateServerCertificate": self.update,
            "DeleteServerCertificate": self.delete,
            "TagServerCertificate": self.tag,
            "UntagServerCertificate": self.untag,
            "ListServerCertificateTags": self.list_tags,
            "GetAccountSummary": self.account_summary,
            "SimulatePrincipalPolicy": simulation.simulate,
        }

    def resource(self, call: Call) -> str:
        name = call.params.get("ServerCertificateName")
        if not name:
            return str(call.params.get("PolicySourceArn") or "*")
        existing = self._of(call).get(name)
        path = existing.path if existing else call.params.get("Path") or "/"
        return f"arn:{call.partition}:iam::{call.account}:server-certificate{path}{name}"

    def by_id(self, scope: tuple[str, str], certificate_id: str) -> ServerCertificate | None:
        """The certificate that CloudFront looks up by its ID."""
        return next((item for item in self._certificates.get(scope, {}).values() if item.id == certificate_id), None)

    def by_arn(self, scope: tuple[str, str], arn: str) -> ServerCertificate | None:
        """The certificate that a load balancer looks up by its ARN."""
        return next((item for item in self._certificates.get(scope, {}).values() if item.arn == arn), None)

    def upload(self, call: Call) -> _Result:
        constraints.check(call)
        params = call.params
        chain = params.get("CertificateChain") or ""
        tags = _tags(params.get("Tags") or [])
        _check_certificate(params["CertificateBody"], chain, params["PrivateKey"], self.state.now())
        self._refuse_name(call, params["ServerCertificateName"])
        own = self._of(call)
        quota = self.state.settings.iam_server_certificate_quota
        if len(own) >= quota:
            raise AwsError("LimitExceeded", f"Cannot exceed quota for ServerCertificatesPerAccount: {quota}", 409)
        certificate = ServerCertificate(
            name=params["ServerCertificateName"],
            path=params.get("Path") or "/",
            id="ASCA" + "".join(secrets.choice(_ID_ALPHABET) for dummy in range(17)),
            account=call.account,
            partition=call.partition,
            body=params["CertificateBody"],
            chain=chain,
            uploaded=self.state.now().replace(microsecond=0),
            visible_at=self.state.timestamp() + self.state.settings.iam_visibility_seconds,
            private_key=params["PrivateKey"],
            tags=tags,
        )
        own[certificate.name] = certificate
        result: dict[str, t.Any] = {"ServerCertificateMetadata": certificate.metadata()}
        return result | {"Tags": certificate.tag_list()} if tags else result

    def get(self, call: Call) -> _Result:
        certificate = self._existing(call)
        found: dict[str, t.Any] = {
            "ServerCertificateMetadata": certificate.metadata(),
            "CertificateBody": certificate.body,
        }
        if certificate.chain:
            found["CertificateChain"] = certificate.chain
        if certificate.tags:
            found["Tags"] = certificate.tag_list()
        return {"ServerCertificate": found}

    def list_page(self, call: Call) -> _Result:
        constraints.check(call)
        prefix = call.params.get("PathPrefix") or "/"
        matching = [item.metadata() for _name, item in sorted(self._of(call).items()) if item.path.startswith(prefix)]
        return _page(call, matching, "ServerCertificateMetadataList")

    def update(self, call: Call) -> None:
        certificate = self._existing(call)
        new_name = call.params.get("NewServerCertificateName") or certificate.name
        if new_name != certificate.name:
            self._refuse_name(call, new_name)
        own = self._of(call)
        del own[certificate.name]
        certificate.name = new_name
        certificate.path = call.params.get("NewPath") or certificate.path
        own[new_name] = certificate

    def delete(self, call: Call) -> None:
        certificate = self._existing(call)
        if self.state.cloudfront.distributions_with(call.scope, certificate.id):
            raise AwsError(
                "DeleteConflict",
                f"Certificate: {certificate.id} is currently in use by CloudFront. Please remove it first before"
                " deleting it from IAM.",
                409,
            )
        if users := self.state.acm.usage.users(certificate.arn):
            raise AwsError(
                "DeleteConflict",
                f"Certificate: {certificate.id} is currently in use by {', '.join(users)}. Please remove it first"
                " before deleting it from IAM.",
                409,
            )
        del self._of(call)[certificate.name]

    def tag(self, call: Call) -> None:
        certificate = self._existing(call)
        merged = certificate.tags | _tags(call.params["Tags"])
        if len(merged) > MAX_TAGS:
            raise AwsError("LimitExceeded", f"The number of tags has reached the maximum limit of {MAX_TAGS}.", 409)
        certificate.tags = merged

    def untag(self, call: Call) -> None:
        certificate = self._existing(call)
        for key in call.params["TagKeys"]:
            certificate.tags.pop(key, None)

    def list_tags(self, call: Call) -> _Result:
        return _page(call, sorted(self._existing(call).tag_list(), key=lambda tag: tag["Key"]), "Tags")

    def account_summary(self, call: Call) -> _Result:
        used = len(self._of(call))
        # The other members of SummaryMap are the defaults of a new account; nothing here reads them.
        defaults = {
            "Users": 0,
            "UsersQuota": 5000,
            "Roles": 0,
            "RolesQuota": 1000,
            "Policies": 0,
            "PoliciesQuota": 1500,
            "AccountMFAEnabled": 1,
        }
        return {
            "SummaryMap": {
                **defaults,
                "ServerCertificates": used,
                "ServerCertificatesQuota": self.state.settings.iam_server_certificate_quota,
            }
        }

    def _of(self, call: Call) -> dict[str, ServerCertificate]:
        return self._certificates.setdefault(call.scope, {})

    def _existing(self, call: Call) -> ServerCertificate:
        constraints.check(call)
        name = call.params["ServerCertificateName"]
        certificate = self._of(call).get(name)
        if certificate is None:
            raise AwsError("NoSuchEntity", f"The Server Certificate with name {name} cannot be found.", 404)
        return certificate

    def _refuse_name(self, call: Call, name: str) -> None:
        # names are unique in the account whatever the path, and differ by more than case
        if name.lower() in {taken.lower() for taken in self._of(call)}:
            raise AwsError("EntityAlreadyExists", f"The Server Certificate with name {name} already exists.", 409)


def _check_certificate(body: str, chain: str, key: str, now: datetime) -> None:
    try:
        leaf, *more = pem.certificates(body)
        if more:
            raise ValueError("more than one certificate")  # noqa: TRY301 (the same answer as for what cannot be parsed)
    except ValueError as exc:
        raise AwsError(
            "MalformedCertificate", "Unable to parse certificate. Please ensure the certificate is in PEM format."
        ) from exc
    try:
        loaded_key = pem.private_key(key)
    except ValueError as exc:
        raise AwsError("MalformedCertificate", "Invalid Private Key.") from exc
    if not pem.belongs(loaded_key, leaf):
        raise AwsError("KeyPairMismatch", "The private key does not match the public key of the certificate.")
    if not pem.is_valid_at(leaf, now):
        raise AwsError(
            "MalformedCertificate",
            "The certificate must be valid at the time of upload: it has expired, or its validity period has not"
            " begun.",
        )
    if chain:
        _check_chain(leaf, chain)


def _check_chain(leaf: t.Any, chain: str) -> None:
    try:
        broken = pem.broken_link(leaf, pem.certificates(chain))
    except ValueError:
        broken = -1
    if broken is not None:
        raise AwsError(
            "MalformedCertificate",
            "Unable to validate certificate chain. The certificate chain must start with the immediate signing"
            " certificate, followed by any intermediaries in order. The index within the chain of the invalid"
            f" certificate is: {broken}",
        )


def _tags(tags: t.Sequence[t.Mapping[str, str]]) -> dict[str, str]:
    keys = [tag["Key"] for tag in tags]
    if len({key.lower() for key in keys}) != len(keys):
        raise AwsError("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(key.lower().startswith("aws:") for key in keys):
        raise AwsError("InvalidInput", "Tag keys cannot start with the reserved prefix aws:.")
    return {tag["Key"]: tag["Value"] for tag in tags}


def _page(call: Call, items: t.Sequence[t.Any], member: str) -> _Result:
    """One page by Marker (an opaque position) and MaxItems."""
    try:
        start = int(call.params.get("Marker") or 0)
    except ValueError:
        raise AwsError("ValidationError", "Invalid Marker.") from None
    end = start + (call.params.get("MaxItems") or _DEFAULT_PAGE)
    page: dict[str, t.Any] = {member: items[start:end], "IsTruncated": end < len(items)}
    return page | {"Marker": str(end)} if end < len(items) else page
