# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudFront's multi-tenant side: distribution tenants and connection groups.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistributionTenant.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-config-options.html
"""

from __future__ import annotations

import secrets
import string
import typing as t
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from . import cloudfront_answers as answers, cloudfront_certificate, cloudfront_config, cloudfront_tenant, pem
from .cloudfront_answers import Distribution, Live
from .cloudfront_certificate import Served
from .cloudfront_tenant import Tenant
from .errors import AwsError
from .service import Call, Operation, Response

if t.TYPE_CHECKING:
    from .cloudfront import CloudFront

MAX_PAGE = 100
MAX_DOMAINS = 100
_Scope = tuple[str, str]


@dataclass
class ConnectionGroup:
    """Where the names of tenants point to."""

    id: str
    arn: str
    name: str
    endpoint: str
    created: datetime
    etag: str
    is_default: bool
    # whose certificate clients get that name no server
    fallback: str = ""

    def values(self) -> dict[str, t.Any]:
        return {
            "Id": self.id,
            "Arn": self.arn,
            "Name": self.name,
            "RoutingEndpoint": self.endpoint,
            "IsDefault": self.is_default,
            "CreatedTime": self.created,
            "LastModifiedTime": self.created,
            "Enabled": True,
            "Status": "Deployed",
            **({"ViewerFallback": {"DistributionId": self.fallback}} if self.fallback else {}),
        }


class Tenants:
    """Tenants by account; a part of CloudFront."""

    raw = frozenset({"CreateDistributionTenant", "UpdateDistributionTenant"})

    def __init__(self, cloudfront: CloudFront) -> None:
        self._cloudfront = cloudfront
        self.state = cloudfront.state
        self._tenants: dict[_Scope, dict[str, Tenant]] = {}
        self._groups: dict[_Scope, dict[str, ConnectionGroup]] = {}
        self.operations: dict[str, Operation] = {
            "CreateDistributionTenant": self.create,
            "GetDistributionTenant": self.get,
            "GetDistributionTenantByDomain": self.get_by_domain,
            "UpdateDistributionTenant": self.update,
            "DeleteDistributionTenant": self.delete,
            "ListDistributionTenants": self.list_page,
            "ListDistributionTenantsByCustomization": self.list_by_customization,
            "CreateConnectionGroup": self.create_group,
            "GetConnectionGroup": self.get_group,
            "ListConnectionGroups": self.list_groups,
        }

    # --- what CloudFront asks ---

    def alive(self, scope: _Scope) -> list[Tenant]:
        """The account's tenants, with deployments that have ended by now accounted for."""
        found, now = list(self._tenants.get(scope, {}).values()), self.state.timestamp()
        for item in found:
            if item.pending is not None and now >= item.deployed_at:
                item.live = item.live if self.state.settings.edge_serves_stale else item.pending
                item.pending = None
                if self.state.settings.cloudfront_etag_on_deploy:
                    _new_etag(item)
        return found

    def all_alive(self) -> list[Tenant]:
        return [item for scope in list(self._tenants) for item in self.alive(scope)]

    def of_distribution(self, distribution: Distribution) -> list[Tenant]:
        return [
            item
            for item in self.alive((distribution.account, distribution.partition))
            if item.distribution_id == distribution.id
        ]

    def served(self, shared: t.Mapping[str, Served | None]) -> dict[str, Served | None]:
        """What the edge serves for each name: the tenant's own certificate where it covers the name, else that of the
        distribution."""
        return {
            name: self._served(item, name, shared.get(item.distribution_id))
            for item in self.all_alive()
            for name in item.live.aliases
        }

    def _served(self, item: Tenant, name: str, shared: Served | None) -> Served | None:
        own = item.live.certificate
        return own if own and pem.covers(_names(own), name) else shared

    def check_shared(self, distribution: Distribution, certificate: Served | None) -> None:
        """Refuses a shared certificate that leaves a tenant's name without one."""
        for item in self.of_distribution(distribution):
            for name in item.names:
                own = self._own_names(item.certificate_arn)
                if not pem.covers(own, name) and not (certificate and pem.covers(_names(certificate), name)):
                    raise AwsError(
                        "InvalidViewerCertificate",
                        f"The certificate doesn't cover {name} of the distribution tenant {item.name}.",
                    )

    def _own_names(self, arn: str) -> frozenset[str]:
        certificate = self.state.acm.find(arn) if arn else None
        return frozenset(certificate.names) if certificate else frozenset()

    # --- operations ---

    def create(self, call: Call) -> Response:
        root = cloudfront_config.parse(call.body, "CreateDistributionTenantRequest")
        _refuse_in_china(call)
        name, distribution = _text(root, "Name"), self._distribution(call, _text(root, "DistributionId"))
        domains = cloudfront_tenant.domains(root)
        if not name or domains is None:
            raise AwsError("InvalidArgument", "The parameters Name and Domains are required.")
        if any(item.name == name for item in self.alive(call.scope)):
            raise AwsError("EntityAlreadyExists", f"A distribution tenant with the name {name} exists.", 409)
        item = Tenant(
            id="dt_" + _random(27),
            account=call.account,
            partition=call.partition,
            name=name,
            distribution_id=distribution.id,
            connection_group_id=_text(root, "ConnectionGroupId") or self._default_group(call).id,
            domains=domains,
            parts=cloudfront_tenant.parts(root),
            is_enabled=_text(root, "Enabled") != "false",
            created=_stamp(self.state.now()),
            tags={tag.findtext("Key") or "": tag.findtext("Value") or "" for tag in root.iterfind("Tags/Items/Tag")},
        )
        served = self._check(call, root, item, distribution)
        self._tenants.setdefault(call.scope, {})[item.id] = item
        self._change(item, served)
        return answers.response(
            cloudfront_tenant.document(item), 201, item.etag, f"/2020-05-31/distribution-tenant/{item.id}"
        )

    def get(self, call: Call) -> Response:
        item = self._existing(call, call.params.get("Identifier"))
        return answers.response(cloudfront_tenant.document(item), 200, item.etag)

    def get_by_domain(self, call: Call) -> Response:
        wanted = str(call.params.get("Domain") or "").lower()
        for item in self.alive(call.scope):
            if wanted in item.names:
                return answers.response(cloudfront_tenant.document(item), 200, item.etag)
        raise _not_found()

    def update(self, call: Call) -> Response:
        root = cloudfront_config.parse(call.body, "UpdateDistributionTenantRequest")
        item = self._existing(call, call.params.get("Id"))
        _check_version(item, call)
        keeps = self.state.settings.cloudfront_tenant_keeps_omitted
        distribution = self._distribution(call, _text(root, "DistributionId") or item.distribution_id)
        sent = cloudfront_tenant.parts(root)
        changed = Tenant(
            id=item.id,
            account=item.account,
            partition=item.partition,
            name=item.name,
            distribution_id=distribution.id,
            connection_group_id=_text(root, "ConnectionGroupId") or item.connection_group_id,
            domains=cloudfront_tenant.domains(root) or item.domains,
            parts={**item.parts, **sent} if keeps else sent,
            is_enabled=_text(root, "Enabled") != "false" if _text(root, "Enabled") else item.is_enabled,
            created=item.created,
        )
        served = self._check(call, root, changed, distribution)
        for name in ("distribution_id", "connection_group_id", "domains", "parts", "is_enabled"):
            setattr(item, name, getattr(changed, name))
        self._change(item, served)
        return answers.response(cloudfront_tenant.document(item), 200, item.etag)

    def delete(self, call: Call) -> Response:
        item = self._existing(call, call.params.get("Id"))
        _check_version(item, call)
        if item.is_enabled or item.pending is not None:
            raise AwsError("ResourceNotDisabled", "The specified CloudFront resource hasn't been disabled yet.", 409)
        del self._tenants[call.scope][item.id]
        self.state.acm.usage.replace(item.arn, (), self.state.timestamp())
        return Response(204, b"")

    def list_page(self, call: Call) -> Response:
        wanted = call.params.get("AssociationFilter") or {}
        if len(wanted) > 1:
            raise AwsError("InvalidArgument", "Specify either DistributionId or ConnectionGroupId.")
        if distribution_id := wanted.get("DistributionId"):
            self._distribution(call, distribution_id)
        if (group_id := wanted.get("ConnectionGroupId")) and group_id not in self._groups.get(call.scope, {}):
            raise _not_found()
        found = [
            item
            for item in self.alive(call.scope)
            if distribution_id in (None, item.distribution_id) and group_id in (None, item.connection_group_id)
        ]
        return self._page(call, found)

    def list_by_customization(self, call: Call) -> Response:
        acl, arn = call.params.get("WebACLArn"), call.params.get("CertificateArn")
        if bool(acl) == bool(arn):
            raise AwsError("InvalidArgument", "Specify either WebACLArn or CertificateArn.")
        if arn:
            return self._page(call, [item for item in self.alive(call.scope) if item.certificate_arn == arn])
        return self._page(call, [item for item in self.alive(call.scope) if item.customization("WebAcl/Arn") == acl])

    def _page(self, call: Call, found: t.Sequence[Tenant]) -> Response:
        size, marker = int(call.params.get("MaxItems") or MAX_PAGE), call.params.get("Marker")
        places = [index + 1 for index, item in enumerate(found) if item.id == marker]
        if not 1 <= size <= MAX_PAGE or (marker and not places):
            raise AwsError(
                "InvalidArgument",
                f"MaxItems must be a number from 1 to {MAX_PAGE}, and Marker that of the page before.",
            )
        start = places[0] if places else 0
        page = found[start : start + size]
        next_marker = page[-1].id if start + size < len(found) else None
        return answers.response(
            cloudfront_tenant.page(call.operation, [cloudfront_tenant.summary(item) for item in page], next_marker), 200
        )

    def create_group(self, call: Call) -> t.Mapping[str, t.Any]:
        _refuse_in_china(call)
        if any(group.name == call.params["Name"] for group in self._groups.get(call.scope, {}).values()):
            raise AwsError("EntityAlreadyExists", "A connection group with this name exists.", 409)
        fallback = (call.params.get("ViewerFallback") or {}).get("DistributionId") or ""
        if fallback and self._cloudfront.distribution(call.scope, fallback) is None:
            raise _not_found()
        group = self._new_group(call, call.params["Name"], is_default=False)
        group.fallback = fallback
        return {"ConnectionGroup": group.values(), "ETag": group.etag}

    def get_group(self, call: Call) -> t.Mapping[str, t.Any]:
        for group in self._groups.get(call.scope, {}).values():
            if call.params["Identifier"] in (group.id, group.name, group.arn):
                return {"ConnectionGroup": group.values(), "ETag": group.etag}
        raise _not_found()

    def list_groups(self, call: Call) -> t.Mapping[str, t.Any]:
        return {
            "ConnectionGroups": [
                {**group.values(), "ETag": group.etag} for group in self._groups.get(call.scope, {}).values()
            ]
        }

    # --- state ---

    def _check(self, call: Call, root: ET.Element, item: Tenant, distribution: Distribution) -> Served | None:
        """Refuses what CloudFront refuses of a tenant as it shall be; returns its own certificate."""
        if root.find("ManagedCertificateRequest") is not None:
            raise AwsError("NotImplemented", "the sandbox has no certificates that CloudFront manages", 501)
        if item.connection_group_id not in self._groups.get(call.scope, {}):
            raise _not_found()
        if len(item.domains) > MAX_DOMAINS:
            raise AwsError("EntityLimitExceeded", f"A distribution tenant can have at most {MAX_DOMAINS} domains.")
        self._refuse_taken(call, item)
        own = self._certificate(call, item.certificate_arn)
        covered = self._own_names(item.certificate_arn) | self._own_names(
            distribution.config.viewer_certificate().get("ACMCertificateArn", "")
        )
        for name in item.names:
            if not pem.covers(covered, name):
                raise AwsError(
                    "InvalidArgument",
                    f"No certificate of the distribution tenant or its distribution covers the domain {name}.",
                )
        return own

    def _certificate(self, call: Call, arn: str) -> Served | None:
        try:
            return cloudfront_certificate.of_acm(self.state, call, arn) if arn else None
        except AwsError as exc:
            raise AwsError("InvalidArgument", exc.message) from exc

    def _refuse_taken(self, call: Call, item: Tenant) -> None:
        """A name belongs to one tenant or distribution of the partition."""
        wanted = set(item.names)
        others = [other for other in self.all_alive() if other.partition == item.partition and other.id != item.id]
        if any(wanted & set(other.names) for other in others) or wanted & self._cloudfront.aliases(call.partition):
            raise AwsError(
                "CNAMEAlreadyExists",
                "One or more of the domains you provided are already associated with a different resource.",
                409,
            )

    def names(self, partition: str) -> set[str]:
        return {name for item in self.all_alive() if item.partition == partition for name in item.names}

    def identified(self, scope: _Scope, wanted: t.Any) -> t.Any:
        """The ID of a tenant that a call names by its name or ARN."""
        return next((item.id for item in self.alive(scope) if wanted in (item.name, item.arn)), wanted)

    def by_arn(self, scope: _Scope, arn: str) -> Tenant | None:
        return next((item for item in self.alive(scope) if item.arn == arn), None)

    def _change(self, item: Tenant, certificate: Served | None) -> None:
        now, seconds = self.state.timestamp(), self.state.settings.cloudfront_deploy_seconds
        item.deployed_at, item.modified = now + seconds, _stamp(self.state.now())
        served = (item.pending or item.live).certificate
        if certificate and served and certificate.arn == served.arn:
            certificate = served
        item.pending = Live(item.names, certificate) if item.is_enabled else Live()
        self.state.acm.usage.replace(item.arn, [item.certificate_arn], now, slow=seconds, is_hidden=True)
        _new_etag(item)

    def _existing(self, call: Call, wanted: t.Any) -> Tenant:
        for item in self.alive(call.scope):
            if wanted in (item.id, item.arn, item.name):
                return item
        raise _not_found()

    def _distribution(self, call: Call, identifier: str) -> Distribution:
        found = self._cloudfront.distribution(call.scope, identifier)
        if found is None:
            raise _not_found()
        if not found.config.is_tenant_only:
            raise AwsError("InvalidAssociation", "The distribution is not a multi-tenant distribution.", 409)
        return found

    def _default_group(self, call: Call) -> ConnectionGroup:
        for group in self._groups.get(call.scope, {}).values():
            if group.is_default:
                return group
        return self._new_group(call, f"CreatedByCloudFront-{_random(8)}", is_default=True)

    def _new_group(self, call: Call, name: str, is_default: bool) -> ConnectionGroup:
        identifier = "cg_" + _random(27)
        arn = f"arn:{call.partition}:cloudfront::{call.account}:connection-group/{identifier}"
        group = ConnectionGroup(
            identifier,
            arn,
            name,
            f"d{_random(13).lower()}.cloudfront.net",
            self.state.now(),
            "E" + _random(13).upper(),
            is_default,
        )
        self._groups.setdefault(call.scope, {})[identifier] = group
        return group


def _names(served: Served) -> frozenset[str]:
    return pem.names(pem.certificates(served.full_chain)[0])


def _check_version(item: Tenant, call: Call) -> None:
    version = call.headers.get("if-match", "").strip().strip('"')
    if version not in item.etags:
        raise AwsError("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
    if version != item.etag:
        raise AwsError(
            "PreconditionFailed",
            "The request failed because it didn't meet the preconditions in one or more request-header fields.",
            412,
        )


def _refuse_in_china(call: Call) -> None:
    if call.partition == "aws-cn":
        raise AwsError("InvalidArgument", "Multi-tenant distributions are not available in the China Regions.")


def _not_found() -> AwsError:
    return AwsError("EntityNotFound", "The entity was not found.", 404)


def _new_etag(item: Tenant) -> None:
    item.etag = "E" + _random(13).upper()
    item.etags.add(item.etag)


def _text(root: ET.Element, name: str) -> str:
    return (root.findtext(name) or "").strip()


def _stamp(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _random(length: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for dummy in range(length))
